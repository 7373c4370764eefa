package detectors

import "strings"

// A nearShape settles most hits of a rule that is written by names, without its
// pattern: the other words of a name must follow in the same word of the text,
// then something that assigns, then a value that is long enough. It never
// rejects what the pattern would match.
type nearShape struct {
	names []nearName
	value int // the length of the longest value
}

// A nearName is a name in the spellings of its words.
type nearName struct {
	first []string
	rest  [][]string
}

const (
	maxNameRun = 160 // more than a name and what surrounds its words can take
	maxAssign  = 48  // from the end of a name to the first sign that assigns
	maxToValue = 72  // from there to the value
)

// nearShapeOf derives r's shape, and how far before a literal a match begins.
func nearShapeOf(r *Rule) (n *nearShape, back int) {
	n = &nearShape{value: bound(r.Value)}
	if n.value == 0 {
		n.value = r.Max
	}
	for _, name := range r.Near {
		var nn nearName
		for i, word := range strings.Fields(name) {
			if i == 0 {
				nn.first = spellings(word)
			} else {
				nn.rest = append(nn.rest, spellings(word))
			}
		}
		n.names = append(n.names, nn)
		for _, v := range nn.first {
			for _, lit := range r.Literals {
				back = max(back, strings.Index(v, lit))
			}
		}
	}
	return n, back + 4 // a rune may stand before, to part it from other words
}

// admits reports whether the pattern can match around the literal text at pos,
// and how far that looked.
func (n *nearShape) admits(data []byte, pos int, text string, sh *shape) (ok bool, hi int) {
	end := pos + len(text)
	for end < len(data) && end-pos < maxNameRun && isNameByte(data[end]) {
		end++
	}
	if !n.named(data[pos:end], text) {
		return false, end + 1
	}
	at, ok := assigned(data, end)
	if !ok {
		return false, at + 1
	}
	to := min(at+maxToValue+n.value, len(data))
	if sh.needN > 0 && !sh.need.holdsRun(data[at:to], sh.needN) {
		return false, seen(to == len(data), to, len(data)+1)
	}
	return true, seen(to == len(data), to, len(data)+1)
}

// named reports whether name, which begins with text, holds all the words of
// one of the names.
func (n *nearShape) named(name []byte, text string) bool {
	var buf [maxNameRun + 32]byte
	lower := buf[:0]
	for _, c := range name[:min(len(name), len(buf))] {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower = append(lower, c)
	}
	for i := range n.names {
		if n.names[i].in(string(lower), text) {
			return true
		}
	}
	return false
}

func (n *nearName) in(name, text string) bool {
	if !anyHolding(n.first, text) {
		return false
	}
	for _, word := range n.rest {
		if !anyIn(name, word) {
			return false
		}
	}
	return true
}

func anyHolding(words []string, text string) bool {
	for _, w := range words {
		if strings.Contains(w, text) {
			return true
		}
	}
	return false
}

func anyIn(name string, words []string) bool {
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// assigned returns where the first sign that assigns stands behind a name, or
// where it is clear that there is none.
func assigned(data []byte, at int) (int, bool) {
	end := min(at+maxAssign, len(data))
	for ; at < end; at++ {
		switch c := data[at]; c {
		case '=', ':', ',', '(', '>', '<':
			return at, true
		case '\\', '"', '\'', '`', ']', ')', ' ', '\t', '\n', '\r', '\f', '\v', 'v', 'V', 'a', 'l', 'u', 'e':
		default:
			return at, false
		}
	}
	return at, false
}
