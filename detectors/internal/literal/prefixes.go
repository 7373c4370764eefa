package literal

import "encoding/binary"

// PrefixLen is the length of what Prefixes finds.
const PrefixLen = 8

// prefixStep is how far apart Prefixes looks: of the grams of four bytes that a
// prefix holds, one begins at every position that is looked at.
const prefixStep = PrefixLen - 3

// Prefixes is an immutable set of texts of PrefixLen bytes each, safe for
// concurrent use. Where a Set is made for thousands of literals, this one is made
// for a hundred thousand, and stays fast.
type Prefixes struct {
	grams []uint64 // a bit for each hash of a gram
	shift uint     // of a hash of a gram
	keys  []uint64 // the prefixes, by hash; 0 is an empty place
	mask  uint64
}

// NewPrefixes returns the set of the first PrefixLen bytes of texts, all of
// which have that many, and are not all zero.
func NewPrefixes(texts []string) *Prefixes {
	bits := uint(12)
	for 1<<bits < 20*prefixStep*len(texts) && bits < 26 {
		bits++
	}
	size := 16
	for size < 4*len(texts) {
		size *= 2
	}
	p := &Prefixes{grams: make([]uint64, 1<<bits/64), shift: 32 - bits, keys: make([]uint64, size), mask: uint64(size - 1)}
	for _, t := range texts {
		p.add([]byte(t[:PrefixLen]))
	}
	return p
}

func (p *Prefixes) add(text []byte) {
	for o := range prefixStep {
		h := p.gram(binary.LittleEndian.Uint32(text[o:]))
		p.grams[h>>6] |= 1 << (h & 63)
	}
	key := binary.LittleEndian.Uint64(text)
	for i := place(key); ; i++ {
		switch p.keys[i&p.mask] {
		case 0:
			p.keys[i&p.mask] = key
			return
		case key:
			return
		}
	}
}

func (p *Prefixes) gram(g uint32) uint32 { return g * 0x9E3779B1 >> p.shift }

func place(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> 24 }

func (p *Prefixes) has(key uint64) bool {
	for i := place(key); ; i++ {
		switch p.keys[i&p.mask] {
		case 0:
			return false
		case key:
			return true
		}
	}
}

// Find appends to dst where in [from, to) prefixes begin in data, in no
// particular order.
func (p *Prefixes) Find(dst []int32, data []byte, from, to int) []int32 {
	end := min(to+prefixStep-1, len(data)-3)
	for i := from; i < end; i += prefixStep {
		if i = p.skim(data, i, end); i < end {
			dst = p.around(dst, data, i, from, to)
		}
	}
	return dst
}

// skim returns the first of i, i+prefixStep, … at which a gram of a prefix may
// stand, or one that is not before end.
func (p *Prefixes) skim(data []byte, i, end int) int {
	for ; i < end; i += prefixStep {
		h := p.gram(binary.LittleEndian.Uint32(data[i:]))
		if p.grams[h>>6]>>(h&63)&1 != 0 {
			return i
		}
	}
	return i
}

// around appends the prefixes that have a gram at data[i].
func (p *Prefixes) around(dst []int32, data []byte, i, from, to int) []int32 {
	for at := max(i-prefixStep+1, from); at <= i && at < to && at+PrefixLen <= len(data); at++ {
		if p.has(binary.LittleEndian.Uint64(data[at:])) {
			dst = append(dst, int32(at))
		}
	}
	return dst
}
