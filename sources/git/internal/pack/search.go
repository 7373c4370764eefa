package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// search finds the entries of a pack without an index, by inflating one after
// the other. What comes after a broken one can't be found: tail says so.
func (p *Pack) search(ctx context.Context) error {
	var inf inflater
	var buf []byte
	found := make([]uint64, 0, p.n)
	off := 12
	for len(found) < p.n && p.tail == nil {
		if len(found)&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e, err := p.entry(off)
		if err == nil {
			err = e.plausible(p.end - e.body)
		}
		if err == nil {
			buf = grown(buf, int(e.size))
			var next int
			if next, err = p.inflate(&inf, buf[:cap(buf)], off, &e, -1); err == nil {
				found = append(found, uint64(off))
				off = next
			}
		}
		if err != nil {
			p.tail = fmt.Errorf("%s: objects %d to %d can't be found: %w", p.name, len(found), p.n-1, err)
		}
	}
	p.finish(found, off)
	return nil
}

// finish checks what a search came to: the last entry ends where the checksum
// starts, and the checksum is right.
func (p *Pack) finish(found []uint64, end int) {
	if p.tail == nil && end != p.end {
		p.tail = fmt.Errorf("%s: %d bytes follow the last object", p.name, p.end-end)
	}
	if p.tail == nil {
		if sum := sha1.Sum(p.data[:p.end]); !bytes.Equal(sum[:], p.data[p.end:]) {
			p.tail = fmt.Errorf("%s: content differs from the checksum", p.name)
		}
	}
	p.found = found
	p.ids = make([][hashSize]byte, len(found))
}

// adopt finds the bases that refDeltas in a pack without an index name: it
// walks what f has, and as soon as an object turns out to be one that was
// sought, goes on with what is derived from it.
func (p *Pack) adopt(ctx context.Context, f *forest, g *grower) error {
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
		return err
	}
	f, err := (&grower{p: p}).grow(ctx, known)
	p.prepared = f
	return err
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

// Index makes Lookup work for a pack without an index, such as Receive makes.
// What no Walk has shown yet, it reads. No Walk may be going on.
func (p *Pack) Index(ctx context.Context) error {
	if p.x != nil || p.byID.Load() != nil {
		return nil
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.byID.Load() != nil {
		return nil
	}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	if slices.Contains(p.ids, [hashSize]byte{}) {
		if err := p.NewReader().all(ctx, p.prepared); err != nil {
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

// Lookup returns the number of the object id. In a pack without an index, it
// finds nothing before Index was called.
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

var errStream = errors.New("packfile from the remote is corrupt")
