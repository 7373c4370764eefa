package boundary

import "strings"

// classes is a set of environments.
type classes uint8

const (
	local classes = 1 << iota
	dev
	ci
	test
	staging
	nonprod // anything but production, and not said which
	dr      // disaster recovery, and standing in for production
	prod
)

// classNames are in the order of the bits: from the desk outwards.
var classNames = [...]string{"local", "dev", "ci", "test", "staging", "nonprod", "dr", "prod"}

func (c classes) many() bool { return c&(c-1) != 0 }

// String returns the names in c with | between, in order of name.
func (c classes) String() string {
	if !c.many() {
		for i, name := range classNames {
			if c == 1<<i {
				return name
			}
		}
		return ""
	}
	var b strings.Builder
	for _, i := range [...]int{2, 1, 6, 0, 5, 7, 4, 3} { // in order of name
		if c&(1<<i) != 0 {
			if b.Len() > 0 {
				b.WriteByte('|')
			}
			b.WriteString(classNames[i])
		}
	}
	return b.String()
}

// parseClasses is the reverse of String.
func parseClasses(s string) (c classes) {
	for name := range strings.SplitSeq(s, "|") {
		for i := range classNames {
			if name == classNames[i] {
				c |= 1 << i
			}
		}
	}
	return c
}

// A name is what the words of a file, directory or variable say: sure words
// mean an environment wherever they stand, fair ones only in a place for
// environments, and rare ones only where nothing else can be meant.
type name struct {
	sure, fair, rare classes
	words            int
	first, last      string // words
}

// readName splits s into whole words and looks each up. Words end at - _ . and
// the like, and with camel at a capital after a small letter, too.
func readName(s string, camel bool) (n name) {
	var before string
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
		n.add(before, w)
		before = w
	}
	return n
}

func (n *name) add(before, w string) {
	if n.words == 0 {
		n.first = w
	}
	n.words++
	n.last = w
	var buf [16]byte
	switch c, how := lookUp(fold(&buf, w)); {
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
	case eq(w, "like") && n.sure == prod: // "prod-like"
		n.sure = staging
	}
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
	switch b {
	case '-', '_', '.', ' ', '@', '+', ':', '~', '/', '*', ',', '(', ')':
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
		buf[i] = s[i]
		if isUpper(s[i]) {
			buf[i] += 'a' - 'A'
		}
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
