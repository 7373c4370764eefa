package detectors

import (
	"github.com/seed-5dd601fe/sprawl"
)

// A finder takes the place of a pattern. It appends the matches of r around the
// literal of size bytes at pos, and returns the range of bytes that this
// depended on, as evaluate does.
type finder func(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int)

// finders lists the functions that a rule can name.
var finders = map[string]finder{
	"assignment": findAssignment,
	"call":       findCall,
	"command":    findCommand,
	"row":        findRow,
}

const (
	maxName  = 64  // bytes of a name on either side of the telling word
	maxValue = 200 // bytes of a value without a format
	maxGap   = 64  // bytes between a name and its value, where other things stand between
	maxNear  = 200 // bytes on either side of a value that count as evidence
)

// A candidate is a value that may be a secret, with what led to it.
type candidate struct {
	name   slot // what the value is given to; empty where it has no name
	word   sort // what the telling word promises
	how    manner
	value  slot
	traits traits
}

// A slot is where a name or a value stands.
type slot struct {
	from, to int
	quoted   bool
}

func (s slot) of(data []byte) []byte { return data[s.from:s.to] }

// A sort is what a telling word promises.
type sort uint8

const (
	sortPassword sort = iota
	sortSecret
	sortToken
	sortKey
	sortAuth
	sortSalt
)

// sortOfWord returns what a literal of a generic rule promises.
func sortOfWord(word []byte) sort {
	switch c, d := word[0]|0x20, word[1]|0x20; {
	case c == 's' && d == 'e' && word[2]|0x20 == 'c':
		return sortSecret
	case c == 't':
		return sortToken
	case c == 's' && d == 'a':
		return sortSalt
	case c == 'c' && d == 'r', c == 'a' && d == 'u' && word[3]|0x20 == 'h' && !endsInKey(word):
		return sortAuth
	case endsInKey(word):
		return sortKey
	}
	return sortPassword
}

func endsInKey(word []byte) bool {
	n := len(word)
	return n > 3 && word[n-3]|0x20 == 'k' && word[n-2]|0x20 == 'e' && word[n-1]|0x20 == 'y'
}

// A manner is how a value is given to what it belongs to.
type manner uint8

const (
	byNothing manner = iota
	byAssign         // name = value
	byColon          // name: value
	byArrow          // name => value
	byComma          // f("name", "value")
	byParen          // name("value")
	byCompare        // name == "value"
	byElement        // <name>value</name>
	byBlank          // name "value"
	byOption         // --name value
	byProse          // the name is value
	byDefault        // ${name:-value}, name || "value"
	byPair           // name: NAME, value: VALUE
	byCall           // login("user", "value")
	byCommand        // curl -u user:value
	byRow            // a column of a row
)

// findAssignment finds a value that is given to something with a telling name,
// in any of the manners above up to byPair.
func findAssignment(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	for size > 0 && !isNameByte(data[pos+size-1]) {
		size-- // a literal may hold what follows the name
	}
	name, tr, why := nameAround(data, pos, size)
	lo, hi = max(name.from-2, -1), name.to+1
	if why != "" {
		sc.note(r, pos, why)
		return dst, lo, hi
	}
	if size == 3 && name.from > 0 && data[name.from-1] == '$' && string(name.of(data)) == "PWD" {
		sc.note(r, pos, "the shell's working directory")
		return dst, lo, hi
	}
	g := giving{data: data, name: name, lo: lo, hi: hi}
	v, how := g.value()
	if how == byNothing || v.to <= v.from {
		sc.note(r, pos, "nothing is given to the name")
		return dst, g.lo, g.hi
	}
	c := candidate{name: name, word: sortOfWord(data[pos : pos+size]), how: how, value: v, traits: tr}
	dst, lo, hi = sc.weigh(dst, r, data, &c)
	return dst, min(lo, g.lo), max(hi, g.hi)
}

// weigh appends c as a match, if the evidence is for it. It depends on maxNear
// bytes around the value.
func (sc *Scanner) weigh(dst []match, r *rule, data []byte, c *candidate) (_ []match, lo, hi int) {
	lo, hi = max(c.value.from-maxNear, -1), min(c.value.to+maxNear, len(data)+1)
	value := c.value.of(data)
	if why := c.refuse(data); why != "" {
		sc.note(r, c.value.from, why)
		return dst, lo, hi
	}
	var e evidence
	e.gather(data, c)
	confidence := e.confidence()
	if sc.trace != nil {
		sc.trace(Step{
			Rule: r.ID, Pos: c.value.from, End: c.value.to, Decoded: sc.inside > 0,
			Confidence: confidence, Evidence: e.list(), Why: "the evidence",
		})
	}
	if confidence < leastConfidence {
		return dst, lo, hi
	}
	m := match{rule: r.num, confidence: uint8(confidence), lo: int32(c.value.from), hi: int32(c.value.to)}
	m.parts = []sprawl.Part{{Name: "value", Value: sprawl.NewSecret(value, 0)}}
	return append(dst, m), lo, hi
}
