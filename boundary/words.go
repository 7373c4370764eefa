package boundary

import "strings"

// classes is a set of environments.
type classes uint16

// The environments, from the narrowest circle of readers to the widest.
const (
	prod classes = 1 << iota
	dr           // disaster recovery, and standing in for production
	staging
	nonprod // anything but production, and not said which
	test
	ci
	dev
	local

	every = 1<<iota - 1 // the platform gives the value to all of them
)

// classNames are in the order of the bits.
var classNames = [...]string{"prod", "dr", "staging", "nonprod", "test", "ci", "dev", "local"}

func (c classes) many() bool { return c&(c-1) != 0 }

// String returns the names in c with | between, in order of name; "*" for all
// of them.
func (c classes) String() string {
	if c == every {
		return "*"
	}
	if !c.many() {
		for i, name := range classNames {
			if c == 1<<i {
				return name
			}
		}
		return ""
	}
	var b strings.Builder
	for _, i := range [...]int{5, 6, 1, 7, 3, 0, 2, 4} { // in order of name
		if c&(1<<i) != 0 {
			if b.Len() > 0 {
				b.WriteByte('|')
			}
			b.WriteString(classNames[i])
		}
	}
	return b.String()
}

// parseClasses is the reverse of String. It returns 0 for what isn't an
// environment.
func parseClasses(s string) (c classes) {
	if s == "*" {
		return every
	}
	for len(s) > 0 {
		name := s
		if i := strings.IndexByte(s, '|'); i >= 0 {
			name, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		for i := range classNames {
			if name == classNames[i] {
				c |= 1 << i
			}
		}
	}
	return c
}

// agree reports whether a value of one may lie in the other. "Anything but
// production" agrees with all that it can be.
func (c classes) agree(d classes) bool { return c.widen()&d.widen() != 0 }

func (c classes) widen() classes {
	if c&nonprod != 0 {
		c |= local | dev | ci | test | staging
	}
	return c
}

// productive reports whether c is production, or stands in for it.
func (c classes) productive() bool { return c.widen()&(prod|dr) != 0 }

// words are names of environments that the operator's policy adds, in small
// letters.
type words map[string]classes

// A name is what the words of a file, directory or variable say: sure words
// mean an environment wherever they stand, fair ones only in a place for
// environments, and rare ones only where nothing else can be meant.
type name struct {
	sure, fair, rare classes
	words            int
	first, last      string // words
	prev             string // the word before last
}

// readName splits s into whole words and looks each up. Words end at - _ . and
// the like, and with camel at a capital after a small letter, too.
func readName(more words, s string, camel bool) (n name) {
	for len(s) > 0 {
		end := wordEnd(s, camel)
		w := s[:end]
		s = s[end:]
		if len(s) > 0 && isBreak(s[0]) {
			s = s[1:]
		}
		if w == "" {
			continue
		}
		n.add(more, w)
	}
	return n
}

func (n *name) add(more words, w string) {
	if n.words == 0 {
		n.first = w
	}
	before := n.last
	n.words++
	n.prev, n.last = before, w
	if more == nil && !mayBeWord(w) && !eq(before, "dev") {
		return
	}
	var buf [16]byte
	low := fold(&buf, w)
	c, how := lookUp(low)
	if more != nil && more[string(low)] != 0 {
		c, how = more[string(low)], always
	}
	switch {
	case c == prod && eq(before, "pre"):
		n.sure |= staging
	case c == prod && (eq(before, "non") || eq(before, "not")):
		n.sure |= nonprod
	case how == always:
		n.sure |= c
	case how == inContext:
		n.fair |= c
	case how == onlyAlone:
		n.rare |= c
	case n.sure == prod && eq(w, "like"): // "prod-like"
		n.sure = staging
	case n.sure&dev != 0 && eq(before, "dev") && isDevTool(low):
		n.sure &^= dev
	}
}

// isDevTool reports whether "dev" and this word are for developers, and name no
// environment: "dev-tools", "AzureDevOps".
func isDevTool(w []byte) bool {
	switch string(w) {
	case "ops", "tools", "tool", "kit", "dependencies", "deps", "center", "portal", "rel":
		return true
	}
	return false
}

// wordEnd returns the length of the word that s begins with.
func wordEnd(s string, camel bool) int {
	for i := range len(s) {
		switch {
		case isBreak(s[i]):
			return i
		case camel && i > 0 && isUpper(s[i]) && !isUpper(s[i-1]):
			return i
		}
	}
	return len(s)
}

func isBreak(b byte) bool {
	if b > '@' {
		return b == '_' || b == '~'
	}
	switch b {
	case '-', '.', ' ', '@', '+', ':', '/', '*', ',', '(', ')':
		return true
	}
	return false
}

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }

// lower returns s in small letters, in buf; nil if it is longer than any word
// that is looked up.
func lower(buf *[16]byte, s string) []byte {
	if len(s) > len(buf) {
		return nil
	}
	for i := range len(s) {
		b := s[i]
		if isUpper(b) {
			b += 'a' - 'A'
		}
		buf[i] = b
	}
	return buf[:len(s)]
}

// fold is lower without the number at the end of w, as in "prod2".
func fold(buf *[16]byte, w string) []byte {
	out := lower(buf, w)
	for n := len(out); n > 2 && '0' <= out[n-1] && out[n-1] <= '9'; n-- {
		out = out[:n-1]
	}
	return out
}

// Where a word means an environment.
type scope uint8

const (
	nowhere scope = iota
	onlyAlone
	inContext
	always
)

// mayBeWord is a quick look at the first letter and the length of w. It is true
// of every word of the vocabulary, and of few others.
func mayBeWord(w string) bool {
	if len(w) > 16 {
		return false
	}
	if c := w[len(w)-1]; '0' <= c && c <= '9' {
		return true // "prod2"
	}
	var lengths uint
	switch w[0] | 0x20 {
	case 'b':
		lengths = 1 << 5
	case 'c', 'q':
		lengths = 1 << 2
	case 'd':
		lengths = 1<<2 | 1<<3 | 1<<4 | 1<<7 | 1<<11
	case 'e', 'u':
		lengths = 1 << 3
	case 'f':
		lengths = 1 << 8
	case 'i':
		lengths = 1 << 11
	case 'l':
		lengths = 1<<3 | 1<<4 | 1<<5 | 1<<9
	case 'n':
		lengths = 1<<7 | 1<<13
	case 'p':
		lengths = 1<<3 | 1<<4 | 1<<7 | 1<<10 | 1<<13
	case 's':
		lengths = 1<<3 | 1<<5 | 1<<7
	case 't':
		lengths = 1<<4 | 1<<7
	}
	return lengths>>len(w)&1 != 0
}

// lookUp is the vocabulary. "live", "stage", "test", "demo" and their like are
// everyday words, which name an environment only where one is expected.
func lookUp(w []byte) (classes, scope) {
	switch string(w) {
	case "prod", "production", "prd":
		return prod, always
	case "live":
		return prod, inContext
	case "dr", "failover", "standby":
		return dr, inContext
	case "staging", "stg", "preprod", "preproduction", "uat":
		return staging, always
	case "stage", "preview":
		return staging, inContext
	case "qa":
		return test, always
	case "test", "testing", "sit", "e2e", "integration":
		return test, inContext
	case "ci":
		return ci, inContext
	case "build":
		return ci, onlyAlone
	case "dev", "development", "sbx":
		return dev, always
	case "develop", "sandbox", "lab", "demo":
		return dev, inContext
	case "local", "localhost":
		return local, inContext
	case "nonprod", "nonproduction":
		return nonprod, always
	}
	return 0, nowhere
}

// eq reports whether s is want, which is in small letters.
func eq(s, want string) bool { return len(s) == len(want) && strings.EqualFold(s, want) }
