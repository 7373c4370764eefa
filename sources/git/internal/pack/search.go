package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"hash"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// A searcher finds the entries of a pack without an index, by inflating one
// after the other, and computes the checksum of the whole.
type searcher struct {
	inf    inflater
	buf    []byte
	found  []uint64
	off    int // where the next entry starts
	hash   hash.Hash
	hashed int // bytes of the pack that hash has
}

func newSearcher() *searcher { return &searcher{off: 12, hash: sha1.New(), found: []uint64{}} }

// next finds one more entry.
func (s *searcher) next(p *Pack) error {
	e, err := p.entry(s.off)
	if err != nil {
		return err
	}
	if err := e.plausible(p.end - e.body); err != nil {
		return err
	}
	s.buf = grown(s.buf, int(e.size))
	end, err := p.inflate(&s.inf, s.buf[:cap(s.buf)], s.off, &e, -1)
	if err != nil {
		return err
	}
	if cap(s.buf) > keepBytes {
		s.buf = nil
	}
	s.found = append(s.found, uint64(s.off))
	s.off = end
	return nil
}

// sum adds what the pack has up to end to the hash.
func (s *searcher) sum(p *Pack, end int) {
	if end > s.hashed {
		s.hash.Write(p.data[s.hashed:end])
		s.hashed = end
	}
}

// search finds all entries of p. What comes after a broken one can't be found:
// tail says so.
func (p *Pack) search(ctx context.Context, s *searcher) error {
	for len(s.found) < p.n && p.tail == nil {
		if len(s.found)&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.next(p); err != nil {
			p.tail = fmt.Errorf("%s: objects %d to %d can't be found: %w", p.name, len(s.found), p.n-1, err)
		}
	}
	if p.tail == nil && s.off != p.end {
		p.tail = fmt.Errorf("%s: %d bytes follow the last object", p.name, p.end-s.off)
	}
	if p.tail == nil {
		s.sum(p, p.end)
		if !bytes.Equal(s.hash.Sum(nil), p.data[p.end:]) {
			p.tail = fmt.Errorf("%s: content differs from the checksum", p.name)
		}
	}
	p.found = s.found
	p.ids = make([][hashSize]byte, len(s.found))
	return nil
}

// adopt finds the bases that refDeltas in a pack without an index name: it
// walks what f has, and as soon as an object turns out to be one that was
// sought, goes on with what is derived from it.
func (p *Pack) adopt(ctx context.Context, f *forest, g *grower) (*forest, error) {
	known := map[uint32]uint32{}
	p.bases = map[int]int{}
	r := p.NewReader()
	r.adopt = func(id sprawl.ID, pos uint32) []uint32 {
		kids := g.sought[[hashSize]byte(id[:])]
		delete(g.sought, [hashSize]byte(id[:]))
		for _, kid := range kids {
			known[kid] = pos
			p.bases[int(f.offs[kid])] = int(f.offs[pos])
		}
		return kids
	}
	if err := r.all(ctx, f); err != nil {
		return nil, err
	}
	return (&grower{p: p}).grow(ctx, known)
}

// all walks every object, for what the walk itself leaves behind.
func (r *Reader) all(ctx context.Context, f *forest) error {
	for _, roots := range f.roots {
		if err := r.walk(ctx, f, Slice{roots: roots}, func(*Object) error { return nil }, func(sprawl.ID, error) {}); err != nil {
			return err
		}
	}
	return nil
}

// Index makes Lookup work for a pack that Receive made. What no Walk has shown
// yet, it reads. No Walk may be going on.
func (p *Pack) Index(ctx context.Context) error {
	if p.x != nil || p.byID.Load() != nil {
		return nil
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if err := p.prepare(ctx); err != nil || p.byID.Load() != nil {
		return err
	}
	return p.index(ctx, p.prepared)
}

func (p *Pack) index(ctx context.Context, f *forest) error {
	if slices.Contains(p.ids, [hashSize]byte{}) {
		if err := p.NewReader().all(ctx, f); err != nil {
			return err
		}
	}
	byID := make([]uint32, 0, len(p.ids))
	for num, id := range p.ids {
		if id != [hashSize]byte{} {
			byID = append(byID, uint32(num))
		}
	}
	slices.SortFunc(byID, func(a, b uint32) int { return bytes.Compare(p.ids[a][:], p.ids[b][:]) })
	p.byID.Store(&byID)
	return nil
}

// Lookup returns the number of the object id. In a pack that Receive made, it
// finds nothing before Index was called; in one of which the index was absent,
// nothing before Prepare.
func (p *Pack) Lookup(id sprawl.ID) (num int, ok bool) {
	name := id[:hashSize]
	if p.x != nil {
		return p.x.lookup(name)
	}
	byID := p.byID.Load()
	if byID == nil {
		return 0, false
	}
	i, ok := slices.BinarySearchFunc(*byID, name, func(num uint32, name []byte) int {
		return bytes.Compare(p.ids[num][:], name)
	})
	if !ok {
		return 0, false
	}
	return int((*byID)[i]), true
}
