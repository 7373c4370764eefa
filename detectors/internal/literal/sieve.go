package literal

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A Sieve looks for the literals of a Set, for long runs of a class of bytes
// and for zeros in one pass. It is immutable and safe for concurrent use.
//
// What it finds is what Find, Runs and bytes.IndexByte find. Where the
// processor has vectors of 32 bytes, it looks at 64 bytes at a time with them.
type Sieve struct {
	*Set
	class  *Class
	tables *tables // nil where the processor has no such vectors
}

// Found is what a Sieve found.
type Found struct {
	Hits []Hit // in no particular order
	Runs []Run // in order
	Zero bool  // there is a zero

	last   Run // the run that was met last, of any length
	blocks [64]block
	edges  [1 + 2*blockSize + over]byte // a copy of what lies at either end of the data
}

// tables are what sift reads. Their layout is known to its assembly code.
type tables struct {
	filter  [tableSize]uint16
	vectors [8][32]uint8
}

// A block is what sift says of blockSize bytes.
type block struct {
	class uint64 // which of them are in the class
	hits  uint32 // at which even positions a trigram passes the filter
	zeros uint32 // which bytes of either half are zero
}

const (
	blockSize = 64
	over      = 2 // how many bytes beyond a block are read for it, beside one before
)

// Sieve returns a Sieve for s and the runs of class, whose bytes are those that
// Runs asks for.
func (s *Set) Sieve(class *Class) *Sieve {
	v := &Sieve{Set: s, class: class}
	if !sifting || len(s.texts) == 0 {
		return v
	}
	t := &tables{filter: s.filter}
	for i := range 32 {
		t.vectors[0][i] = 0x20
		t.vectors[1][i] = 0x0F
		t.vectors[7][i] = 1 << (i & 7)
	}
	for i := range 16 {
		binary.LittleEndian.PutUint16(t.vectors[4][2*i:], s.mult.first)
		binary.LittleEndian.PutUint16(t.vectors[5][2*i:], s.mult.third)
		t.vectors[6][2*i] = 0xFF
	}
	for c := range 0x80 {
		for lane := 0; lane < 32; lane += 16 {
			if class[c] {
				t.vectors[2][lane+c&15] |= 1 << (c >> 4)
			}
			t.vectors[3][lane+c>>4] = 1 << (c >> 4)
		}
	}
	v.tables = t
	return v
}

// Begin makes f ready for other data. What it remembers of runs spares looking
// for both ends of a very long one over and over again.
func (f *Found) Begin() { f.last = Run{} }

// Look finds the literals that begin in data[from:to], the runs that touch it,
// and whether a zero is in it. What f held before is gone. After a call of
// Begin, ranges of the same data must come in order.
func (v *Sieve) Look(f *Found, data []byte, from, to int) {
	f.Hits, f.Runs, f.Zero = f.Hits[:0], f.Runs[:0], false
	if from >= to {
		return
	}
	if v.tables == nil {
		f.Hits = v.Find(f.Hits, data, from, to)
		f.Runs = Runs(f.Runs, data, v.class, from, to)
		f.Zero = bytes.IndexByte(data[from:to], 0) >= 0
		return
	}
	l := look{Sieve: v, Found: f, data: data, from: from, to: to}
	l.edge(from)
	end := min(to+v.reach, len(data)) // trigrams begin before end
	for at := max(from-1, 0); at < end; {
		at = l.some(at, end)
	}
	l.edge(to)
}

// A look is one call of Look.
type look struct {
	*Sieve
	*Found
	data     []byte
	from, to int
}

// some looks at blocks from at on, and returns where the next begins.
func (l *look) some(at, end int) int {
	n := min((end-at+blockSize-1)/blockSize, len(l.blocks))
	if whole := (cap(l.data) - over - at) / blockSize; whole > 0 && at > 0 {
		n = min(n, whole)
		sift(l.tables, &l.data[at], l.blocks[:n])
		l.take(at, n)
		return at + n*blockSize
	}
	lead := min(at, 1)
	copied := copy(l.edges[1-lead:], l.data[at-lead:])
	clear(l.edges[1-lead+copied:])
	n = min(n, 2)
	sift(l.tables, &l.edges[1], l.blocks[:n])
	l.take(at, n)
	return at + n*blockSize
}

// take notes what n blocks say, the first of which begins at at.
func (l *look) take(at, n int) {
	zeros := uint32(0)
	for i := range l.blocks[:n] {
		b := &l.blocks[i]
		zeros |= b.zeros
		if long(b.class) {
			l.long(at+i*blockSize, b.class)
		}
		for m := b.hits; m != 0; m &= m - 1 {
			l.compare(at + i*blockSize + 2*bits.TrailingZeros32(m))
		}
	}
	if zeros != 0 && !l.Zero {
		from, to := max(at, l.from), min(at+n*blockSize, l.to)
		l.Zero = from < to && bytes.IndexByte(l.data[from:to], 0) >= 0
	}
}

// long reports whether one of the four quarters of m is all ones. A run of
// MinRun bytes fills at least one.
func long(m uint64) bool {
	const low = 0x0001_0001_0001_0001
	return (^m-low)&m&(low<<15) != 0
}

// long notes the runs that fill a quarter of the block at at.
func (l *look) long(at int, m uint64) {
	for quarter := 0; quarter < blockSize; quarter += 16 {
		if uint16(m>>quarter) == 0xFFFF && at+quarter < l.to {
			l.run(at + quarter)
		}
	}
}

// edge notes the run that data[i-1] and data[i] are in: one that goes on beyond
// all blocks may fill no quarter inside.
func (l *look) edge(i int) {
	if i > 0 && i < len(l.data) && l.class[l.data[i]] && l.class[l.data[i-1]] {
		l.run(i)
	}
}

// run notes the run around data[i], once.
func (l *look) run(i int) {
	if i >= len(l.data) || !l.class[l.data[i]] {
		return
	}
	if i < int(l.last.Start) || i >= int(l.last.End) {
		start, end := widen(l.data, l.class, i)
		l.last = Run{int32(start), int32(end)}
	}
	r := l.last
	if r.End-r.Start < MinRun || int(r.Start) >= l.to || int(r.End) <= l.from {
		return
	}
	if n := len(l.Runs); n == 0 || l.Runs[n-1] != r {
		l.Runs = append(l.Runs, r)
	}
}

// compare notes the literals around the trigram at i.
func (l *look) compare(i int) {
	if i+MinLen > len(l.data) {
		return
	}
	h := l.mult.hash(gramAt(l.data, i))
	l.Hits = l.Set.compare(l.Hits, l.data, i, h, l.from, l.to)
}
