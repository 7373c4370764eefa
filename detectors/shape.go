package detectors

import (
	"regexp/syntax"
	"unicode/utf8"
)

// A shape is what can be told from a pattern without running it: how far it
// reaches from a literal, which bytes must follow the literal at once, and
// which long run of bytes it can't do without. Most hits of a literal are
// settled by it, at the cost of a few comparisons.
//
// A shape never rejects what the pattern would match; where the pattern is too
// involved to tell, it has nothing to say.
type shape struct {
	back, ahead int  // a match begins at most back bytes before a literal, and ends at most ahead bytes after its start
	begins      bool // every match begins with a literal
	near        *nearShape

	// Of each literal that the pattern holds as a fixed sequence of classes:
	// the classes that must follow it.
	after   map[string][]class
	bounded map[string]bool // no word character may stand before the literal

	need  class // a run of needN bytes of this class stands somewhere in the match
	needN int
	must  byte // stands somewhere in the match; 0 where no such byte is known
}

// A class is a set of bytes. Runes beyond ASCII are all taken for members: a
// shape may be too generous.
type class [4]uint64

func (c *class) has(b byte) bool { return c[b>>6]>>(b&63)&1 != 0 }
func (c *class) add(b byte)      { c[b>>6] |= 1 << (b & 63) }

// An element is a step of a pattern: bytes of a class, from min to max times.
type element struct {
	class    class
	min, max int // max is -1 where there is no bound
}

// shapeOf derives the shape of a pattern that contains at least one of the
// literals in each match.
func shapeOf(pattern string, literals []string, fold bool, longest int) shape {
	sh := shape{back: longest, ahead: longest, after: map[string][]class{}, bounded: map[string]bool{}}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return sh
	}
	var f flattener
	f.walk(re)
	sh.need, sh.needN = longestNeed(f.elements)
	sh.must = rareByte(f.elements)
	if w, ok := newWalker(re); ok && w.beginsWith(literals, fold) {
		sh.back, sh.begins = 0, true
		for _, text := range literals {
			sh.after[text] = w.classesAfter(text)
			sh.bounded[text] = f.bounded && isWord(text[0])
		}
		return sh
	}
	sh.fromElements(&f, literals)
	return sh
}

// fromElements derives what can be told of literals in the middle of a pattern,
// where that is a mere sequence.
func (sh *shape) fromElements(f *flattener, literals []string) {
	back := 0
	for _, text := range literals {
		at, ok := findLiteral(f.elements, text)
		if !ok {
			return
		}
		before, bounded := lengthOf(f.elements[:at])
		if !bounded {
			return
		}
		back = max(back, before)
		sh.after[text] = classesAfter(f.elements[at+len(text):])
	}
	sh.back = back
}

// rareByte returns a byte that es can't do without and that is rare enough to
// be worth looking for, or 0.
func rareByte(es []element) byte {
	for _, e := range es {
		if e.min == 1 && e.max == 1 && e.class.has('@') && e.class.size() == 1 {
			return '@'
		}
	}
	return 0
}

// A flattener turns a syntax tree into a sequence of elements. What can't be
// one exactly becomes an element of any bytes.
type flattener struct {
	elements []element
	bounded  bool // the sequence begins with \b
}

func (f *flattener) walk(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			f.walk(sub)
		}
	case syntax.OpCapture:
		f.walk(re.Sub[0])
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			f.elements = append(f.elements, element{runeClass(r, re.Flags&syntax.FoldCase != 0), 1, 1})
		}
	case syntax.OpWordBoundary:
		f.bounded = f.bounded || len(f.elements) == 0
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpNoWordBoundary:
	default:
		f.elements = append(f.elements, elementOf(re))
	}
}

// elementOf returns re as one element: exact for a class and its repetition,
// any bytes otherwise.
func elementOf(re *syntax.Regexp) element {
	switch re.Op {
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return element{classOf(re), 1, maxRune(re)}
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		if sub := strip(re.Sub[0]); isClass(sub) {
			return repeated(re, classOf(sub), maxRune(sub))
		}
	}
	n, ok := maxLen(re)
	if !ok {
		n = -1
	}
	return element{anyByte(), 0, n}
}

func repeated(re *syntax.Regexp, c class, width int) element {
	e := element{class: c, max: -1}
	switch re.Op {
	case syntax.OpPlus:
		e.min = 1
	case syntax.OpQuest:
		e.max = width
	case syntax.OpRepeat:
		e.min = re.Min
		if re.Max >= 0 {
			e.max = re.Max * width
		}
	}
	return e
}

func strip(re *syntax.Regexp) *syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	return re
}

func isClass(re *syntax.Regexp) bool {
	return re.Op == syntax.OpCharClass || re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL ||
		re.Op == syntax.OpLiteral && len(re.Rune) == 1
}

func classOf(re *syntax.Regexp) class {
	switch re.Op {
	case syntax.OpLiteral:
		return runeClass(re.Rune[0], re.Flags&syntax.FoldCase != 0)
	case syntax.OpCharClass:
		var c class
		for i := 0; i < len(re.Rune); i += 2 {
			c.addRange(re.Rune[i], re.Rune[i+1])
		}
		return c
	}
	return anyByte()
}

// addRange adds the bytes that a rune from lo to hi can consist of.
func (c *class) addRange(lo, hi rune) {
	for r := lo; r <= hi && r < utf8.RuneSelf; r++ {
		c.add(byte(r))
	}
	if hi >= utf8.RuneSelf {
		c[2], c[3] = ^uint64(0), ^uint64(0)
	}
}

func runeClass(r rune, fold bool) (c class) {
	c.addRange(r, r)
	if fold && r < utf8.RuneSelf && isLetter(byte(r)) {
		c.addRange(r^0x20, r^0x20)
	}
	if fold && (r|0x20 == 'k' || r|0x20 == 's') { // U+212A and U+017F fold to them
		c[2], c[3] = ^uint64(0), ^uint64(0)
	}
	return c
}

// maxRune is the length in bytes of the longest rune that re matches.
func maxRune(re *syntax.Regexp) int {
	if n, ok := maxLen(re); ok {
		return n
	}
	return utf8.UTFMax
}

func anyByte() class { return class{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

// findLiteral returns where text stands among the elements, which is where
// each of its bytes is the only choice but for letter case.
func findLiteral(es []element, text string) (at int, ok bool) {
	for at = 0; at+len(text) <= len(es); at++ {
		if standsAt(es[at:], text) {
			return at, true
		}
	}
	return 0, false
}

func standsAt(es []element, text string) bool {
	for i := range len(text) {
		e := &es[i]
		if e.min != 1 || e.max != 1 || !e.class.has(text[i]) {
			return false
		}
		// A wide class would hold the literal by accident at several places.
		if e.class.size() > 13 {
			return false
		}
	}
	return true
}

func (c *class) size() (n int) {
	for b := range 256 {
		if c.has(byte(b)) {
			n++
		}
	}
	return n
}

// lengthOf returns the greatest length of the elements together.
func lengthOf(es []element) (n int, bounded bool) {
	for _, e := range es {
		if e.max < 0 {
			return 0, false
		}
		n += e.max
	}
	return n, true
}

// maxAfter bounds how many bytes after a literal a shape looks at.
const maxAfter = 24

// classesAfter returns the classes of the bytes that must come first in es: up
// to the first element whose length is free.
func classesAfter(es []element) (cs []class) {
	for _, e := range es {
		for range e.min {
			if len(cs) == maxAfter {
				return cs
			}
			cs = append(cs, e.class)
		}
		if e.min != e.max {
			return cs
		}
	}
	return cs
}

// minNeed is the shortest run worth looking for before a pattern is run.
const minNeed = 12

// longestNeed returns the element with the longest run that must be there.
func longestNeed(es []element) (c class, n int) {
	for _, e := range es {
		if e.min >= minNeed && e.min > n && !e.class.has('\n') {
			c, n = e.class, e.min
		}
	}
	return c, n
}

// holdsRun reports whether window contains n consecutive bytes of c.
func (c *class) holdsRun(window []byte, n int) bool {
	for end := n - 1; end < len(window); {
		start := end
		for start > end-n && c.has(window[start]) {
			start--
		}
		if start == end-n {
			return true
		}
		end = start + n
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isWord(b byte) bool  { return isLetter(b) || isDigit(b) || b == '_' }

func isLetter(b byte) bool { b |= 0x20; return b >= 'a' && b <= 'z' }
