// Package literal finds many fixed texts at once in raw bytes.
//
// In the simplest terms: for every position and every literal, does the literal
// stand there? That is the whole specification, and the four-line search in the
// tests is held against it. It is longer here for speed.
//
// A filter of 64 Ki entries is indexed by a hash of three consecutive bytes,
// letter case ignored; its bits say which of eight kinds the next byte may be, and the one before.
// It is asked at every second position only: each literal has entered, for a
// window chosen to be rare in text, the trigrams at both parities. Positions
// that pass the filter are compared with the few literals that share the
// trigram. What is hot of it stays in the first-level cache,
// nothing is allocated, and there is no state between positions, so that the
// processor can overlap the look-ups. A Sieve does the same with vectors.
package literal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A Literal is a fixed text to look for.
type Literal struct {
	Text string // 3 to 255 bytes
	Fold bool   // in any ASCII letter case

	// Apart says that no word character stands before the literal. It is worth
	// saying of one that has MinLen bytes, which is found only there.
	Apart bool
}

// A Hit is an occurrence of a literal.
type Hit struct {
	Pos int32  // where it begins in the data
	Lit uint16 // its index among the literals given to New
}

// MinLen is the length of the shortest literal. The filter looks at every second
// position, and needs a fourth byte to see one of this length at the other
// parity: the byte before, which is no word character if the literal stands
// Apart; otherwise the byte after, which must be one that Follows. A literal of
// this length is found only where that is so.
const MinLen = 3

const (
	hashBits  = 16
	tableSize = 1 << hashBits
	foldMask  = 0x2020202020202020
)

// A Set is an immutable set of literals, safe for concurrent use.
type Set struct {
	filter  [tableSize]uint16 // by trigram, a bit for each kind of the byte after it, and of that before
	bucket  [tableSize]uint16
	entries []entry // buckets one after the other, each ended by its last flag
	texts   []Literal
	reach   int // the furthest that a window begins after its literal
	maxLen  int
	mult    mult // of the hash: one that keeps common trigrams out of full buckets
}

// An entry is a literal as seen from one of its two trigrams: its first eight
// bytes, to be compared at off bytes before the trigram.
type entry struct {
	want, mask, fold uint64
	off              int8
	size             uint8
	lit              uint16
	last             bool // of its bucket
}

// New returns a Set of literals. The error names one that is too short or too
// long.
func New(literals []Literal) (*Set, error) {
	if len(literals) >= 1<<16 {
		return nil, errors.New("literal: more than 65535 literals")
	}
	s := &Set{texts: literals}
	m := newModel()
	all := make([]seen, 0, 2*len(literals))
	for i, l := range literals {
		if len(l.Text) < MinLen || len(l.Text) > 255 {
			return nil, fmt.Errorf("literal %q has %d bytes, want %d to 255", l.Text, len(l.Text), MinLen)
		}
		all = s.enter(all, m, uint16(i))
		s.maxLen = max(s.maxLen, len(l.Text))
	}
	s.mult = m.multiplier(all)
	s.lay(all)
	return s, nil
}

// MaxLen is the length of the longest literal.
func (s *Set) MaxLen() int { return s.maxLen }

// Text returns the literal that was given as number lit.
func (s *Set) Text(lit uint16) Literal { return s.texts[lit] }

// A seen is a literal as seen from one of its trigrams.
type seen struct {
	gram uint32 // letter case dropped
	next uint16 // a bit for each kind of the byte after it, and above for that before
	entry
}

// enter appends the views of literal i.
func (s *Set) enter(all []seen, m *model, i uint16) []seen {
	text := s.texts[i].Text
	if len(text) == MinLen {
		return s.enterShort(append(all, s.view(i, text, 0)), i)
	}
	w := m.rarestWindow(text)
	return append(all, s.view(i, text[w:], w), s.view(i, text[w+1:], w+1))
}

// enterShort appends the views of literal i, which has MinLen bytes, from an odd
// position.
func (s *Set) enterShort(all []seen, i uint16) []seen {
	l := s.texts[i]
	for c := range 256 {
		switch b := byte(c); {
		case l.Apart && !isWord(b):
			all = append(all, s.view(i, string([]byte{b})+l.Text, -1))
		case !l.Apart && Follows(b):
			all = append(all, s.view(i, l.Text[1:]+string([]byte{b}), 1))
		}
	}
	return all
}

func isWord(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' }

// view returns literal i as seen from the trigram that rest begins with, off
// bytes after the literal does.
func (s *Set) view(i uint16, rest string, off int) seen {
	v := seen{gram: gramOf(rest), next: 0xFFFF, entry: newEntry(s.texts[i], off, i)}
	if len(rest) > MinLen {
		v.next &^= 0xFF &^ (1 << (rest[MinLen] & 7))
	}
	if off > 0 {
		v.next &^= 0xFF00 &^ (0x100 << (s.texts[i].Text[off-1] & 7))
	}
	s.reach = max(s.reach, off)
	return v
}

// gramOf returns the trigram that text begins with, letter case dropped.
func gramOf(text string) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | 0x202020
}

// Follows reports whether c can stand after a literal of MinLen bytes: what
// tokens, names and templates begin with.
func Follows(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '-' || c == '%' || c == ':' || c == '$' || c == '{' || c == '<' || c == '.' || c == '/' || c == '+' || c == '~'
}

func newEntry(l Literal, off int, lit uint16) entry {
	e := entry{off: int8(off), size: uint8(len(l.Text)), lit: lit}
	var b [8]byte
	n := copy(b[:], l.Text)
	e.want = binary.LittleEndian.Uint64(b[:])
	e.mask = ^uint64(0) >> (64 - 8*n)
	if l.Fold {
		e.fold = foldOf(e.want)
		e.want |= e.fold
	}
	return e
}

// foldOf returns the case bit of each byte of w that is a letter.
func foldOf(w uint64) (fold uint64) {
	for i := 0; i < 64; i += 8 {
		if c := byte(w>>i) | 0x20; c >= 'a' && c <= 'z' {
			fold |= 0x20 << i
		}
	}
	return fold
}

// lay writes the buckets into s, in order of hash.
func (s *Set) lay(all []seen) {
	order := make([]uint64, len(all)) // hash above, index below
	for i := range all {
		order[i] = uint64(s.mult.hash(all[i].gram))<<32 | uint64(i)
	}
	slices.Sort(order)
	s.entries = make([]entry, 0, len(all))
	for i, o := range order {
		h, v := uint32(o>>32), &all[uint32(o)]
		if s.filter[h] == 0 {
			s.bucket[h] = uint16(len(s.entries))
		}
		s.filter[h] |= v.next
		if !slices.Contains(s.entries[s.bucket[h]:], v.entry) {
			s.entries = append(s.entries, v.entry)
		}
		if i+1 == len(order) || uint32(order[i+1]>>32) != h {
			s.entries[len(s.entries)-1].last = true
		}
	}
}

// A mult is what trigrams are hashed with: words of 16 bits are what vectors can
// be multiplied by.
type mult struct{ first, third uint16 }

// hash maps a trigram whose letter case was dropped, the first byte in the low
// bits, to a table index. A fourth byte does not count. No two trigrams with the
// same third byte share an index, as first is odd.
func (m mult) hash(gram uint32) uint32 {
	return (gram*uint32(m.first) + gram>>16&0xFF*uint32(m.third)) & (tableSize - 1)
}

// gramAt returns the trigram at data[i], letter case dropped.
func gramAt(data []byte, i int) uint32 {
	return uint32(data[i]) | uint32(data[i+1])<<8 | uint32(data[i+2])<<16 | 0x202020
}

// Find appends to dst every occurrence in data that begins in [from, to), in
// no particular order. It allocates only to grow dst.
func (s *Set) Find(dst []Hit, data []byte, from, to int) []Hit {
	if len(s.texts) == 0 || from >= to {
		return dst
	}
	end := min(to+s.reach, len(data)-2) // trigrams begin before end
	first := max(from-1, 0)
	i := s.skim(data, first, end)
	for i+14 <= len(data) && i < end {
		dst = s.six(dst, data, i, from, to)
		i = s.skim(data, i+12, end)
	}
	for ; i < end; i += 2 {
		if h := s.mult.hash(gramAt(data, i)); s.filter[h] != 0 {
			dst = s.compare(dst, data, i, h, from, to)
		}
	}
	return dst
}

// skim returns where, at i or a multiple of twelve bytes later, the first
// twelve bytes begin in which a trigram passes the filter; or where it had to
// stop, at end or near the end of data. It is a function of its own so that
// all it needs fits into registers.
func (s *Set) skim(data []byte, i, end int) int {
	m := s.mult
	for ; i+14 <= len(data) && i < end; i += 12 {
		d := data[i : i+14 : i+14]
		a := binary.LittleEndian.Uint64(d) | foldMask
		b := binary.LittleEndian.Uint64(d[6:]) | foldMask
		if (s.filter[m.hash(uint32(a))]>>(a>>24&7)|s.filter[m.hash(uint32(a>>16))]>>(a>>40&7)|s.filter[m.hash(uint32(a>>32))]>>(a>>56&7)|
			s.filter[m.hash(uint32(b))]>>(b>>24&7)|s.filter[m.hash(uint32(b>>16))]>>(b>>40&7)|s.filter[m.hash(uint32(b>>32))]>>(b>>56&7))&1 != 0 {
			return i
		}
	}
	return i
}

// six compares at those of the six trigrams from i on that pass the filter.
func (s *Set) six(dst []Hit, data []byte, i, from, to int) []Hit {
	for k := i; k < i+12; k += 2 {
		w := binary.LittleEndian.Uint32(data[k:]) | 0x20202020
		h := s.mult.hash(w)
		if f := s.filter[h]; f>>(w>>24&7)&1 != 0 && (k == 0 || f>>(8+data[k-1]&7)&1 != 0) {
			dst = s.compare(dst, data, k, h, from, to)
		}
	}
	return dst
}

// compare appends the literals of bucket h that stand around the trigram at i.
func (s *Set) compare(dst []Hit, data []byte, i int, h uint32, from, to int) []Hit {
	for k := int(s.bucket[h]); ; k++ {
		e := &s.entries[k]
		pos := i - int(e.off)
		if pos >= from && pos < to && s.stands(e, data, pos) {
			dst = append(dst, Hit{Pos: int32(pos), Lit: e.lit})
		}
		if e.last {
			return dst
		}
	}
}

// stands reports whether e's literal begins at data[pos].
func (s *Set) stands(e *entry, data []byte, pos int) bool {
	if pos+8 <= len(data) {
		w := binary.LittleEndian.Uint64(data[pos:])
		if (w|e.fold)&e.mask != e.want {
			return false
		}
		if e.size <= 8 {
			return e.size > MinLen || s.shortStands(e, data, pos)
		}
	}
	l := &s.texts[e.lit]
	if pos+len(l.Text) > len(data) || e.size == MinLen && !s.shortStands(e, data, pos) {
		return false
	}
	return equal(data[pos:pos+len(l.Text)], l.Text, l.Fold)
}

// shortStands reports whether what is beside a literal of MinLen bytes lets it
// be found, at either parity.
func (s *Set) shortStands(e *entry, data []byte, pos int) bool {
	if s.texts[e.lit].Apart {
		return pos == 0 || !isWord(data[pos-1])
	}
	return pos+MinLen < len(data) && Follows(data[pos+MinLen])
}

// equal compares data with text, which have the same length.
func equal(data []byte, text string, fold bool) bool {
	if !fold {
		return string(data) == text
	}
	for i, c := range data {
		if c != text[i] && (c^text[i] != 0x20 || !isLetter(c)) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }
