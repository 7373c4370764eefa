package git

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A Finder is a Visitor that knows in which of the objects that it was shown
// something was found. It is asked only about objects of lower stages, and lets
// history be followed while trees are read, not in a second pass.
type Finder interface {
	Found(id sprawl.ID) bool
}

// A collector adds the trees and commits of one unit to a graph.
type collector struct {
	g       *graph
	shallow map[sprawl.ID]bool

	// following: keep what trees and commits hold, and do not only look for
	// what is absent. given: the objects with findings are all in dirty, and
	// what is absent has been noted; else found tells.
	following, given bool
	found            func(id sprawl.ID) bool

	namer Namer // nil if the visitor is none

	cache   []cached
	keys    map[string]uint32    // numbers of the names of directories
	names   map[string]struct{}  // some that are plain
	slots   []slot               // what is known of bases
	dirs    []dir                // those of one tree
	present [][20]byte           // files known to be there, with nothing found in them
	dirty   map[sprawl.ID]uint32 // objects with findings, met so far or given
	filter  [1024]uint64         // the first 16 bits of these
	pairs   []uint32             // the record of one tree
	recent  [256]stored          // the newest records, by hash
	pos     uint32               // of room
	room    []uint32
	commits []commit
	absent  absent
	links   map[string]sprawl.ID
}

// A cached is a tree whose number is known. Successive versions of a directory
// share most of theirs.
type cached struct {
	id  [20]byte
	num uint32
	ok  bool
}

const (
	cacheSize   = 1 << 12
	presentSize = 1 << 13
)

// A stored is a record and its position.
type stored struct {
	pos   uint32
	pairs []uint32
}

// collector returns a collector for a unit that v is shown, or nil if there is
// nothing to collect from it.
func (g *graph) collector(v sprawl.Visitor, shallow map[sprawl.ID]bool) *collector {
	if !g.fusing {
		return nil
	}
	f, following := v.(Finder)
	if following {
		g.prepare()
	}
	k := g.rested(following)
	if k == nil {
		k = &collector{g: g, shallow: shallow, following: following}
	}
	if following {
		k.found = f.Found
	}
	k.namer, _ = v.(Namer)
	return k
}

// rested returns a collector that has done a unit, or nil. What it knows of
// entries holds for the next unit as well.
func (g *graph) rested(following bool) *collector {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, k := range g.idle {
		if k.following == following {
			g.idle = slices.Delete(g.idle, i, i+1)
			return k
		}
	}
	return nil
}

// object adds a tree or commit. It reports that o need not be shown: it is a
// tree in whose names nothing will be found.
func (k *collector) object(num uint32, o *pack.Object) (dull bool) {
	if k == nil {
		return false
	}
	switch o.Type {
	case pack.Tree:
		return k.tree(num, o)
	case pack.Commit:
		k.commit(num, o)
	}
	return false
}

// done hands over what was collected of the unit called name.
func (k *collector) done(name string) {
	if k == nil {
		return
	}
	g := k.g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.absent.merge(&k.absent)
	for name, id := range k.links {
		g.links[name] = id
	}
	if k.following && !g.done[name] {
		g.commits = append(g.commits, k.commits...)
		g.done[name] = true
	}
	k.commits, k.absent, k.links, k.found, k.namer = k.commits[:0], absent{}, nil, nil, nil
	if !k.given {
		g.idle = append(g.idle, k)
	}
}

// know makes id one of the objects with findings.
func (k *collector) know(id sprawl.ID, num uint32) {
	if k.dirty == nil {
		k.dirty = make(map[sprawl.ID]uint32)
	}
	k.dirty[id] = num
	h := binary.LittleEndian.Uint16(id[:])
	k.filter[h>>6] |= 1 << (h & 63)
}

// link notes a submodule.
func (k *collector) link(name, raw []byte) {
	if k.links == nil {
		k.links = make(map[string]sprawl.ID)
	}
	if _, ok := k.links[string(name)]; !ok && len(k.links) < maxGaps {
		var id sprawl.ID
		copy(id[:], raw)
		k.links[string(name)] = id
	}
}

// store keeps the record in k.pairs and returns its position. Trees that
// differ only in files without findings have the same record, and share it.
func (k *collector) store() uint32 {
	if len(k.pairs) == 0 {
		return 0
	}
	h := uint32(2166136261)
	for _, w := range k.pairs {
		h = (h ^ w) * 16777619
	}
	h ^= h >> 15
	recent := &k.recent[h%uint32(len(k.recent))]
	if slices.Equal(recent.pairs, k.pairs) {
		return recent.pos
	}
	n := 1 + len(k.pairs)
	if n > len(k.room) {
		k.pos, k.room = k.g.claim(n)
	}
	pos := k.pos
	k.room[0] = uint32(len(k.pairs) / 2)
	copy(k.room[1:], k.pairs)
	*recent = stored{pos, k.room[1:n]}
	k.pos, k.room = pos+uint32(n), k.room[n:]
	return pos
}

// commit adds a commit.
func (k *collector) commit(num uint32, o *pack.Object) {
	if !k.g.objs.isFirst(num, o.ID) {
		return // stored twice
	}
	h := parseCommit(o.Data)
	c := commit{num: num, tree: none, date: h.date}
	if n, ok := k.g.objs.number(h.tree); ok {
		c.tree = n
	} else {
		k.absent.add(h.tree, o.ID.String())
	}
	for _, p := range h.parents {
		n, ok := k.g.objs.number(p)
		if ok {
			c.parents = append(c.parents, n)
			continue
		}
		c.cut = true
		if !k.shallow[o.ID] {
			k.absent.add(p, o.ID.String())
		}
	}
	if k.following {
		k.commits = append(k.commits, c)
	}
}

// slice collects from some families of a pack.
func (k *collector) slice(ctx context.Context, p *packed, s pack.Slice) error {
	reader := p.reader()
	defer p.rest(reader)
	return reader.Walk(ctx, s, func(o *pack.Object) error {
		k.object(p.first+uint32(o.Num), o)
		return nil
	}, func(sprawl.ID, error) {}) // named when it was read
}

// loose collects from some loose objects.
func (k *collector) loose(ctx context.Context, from, to int) error {
	objs := k.g.objs
	var buf []byte
	for i := from; i < to && ctx.Err() == nil; i++ {
		if k.g.looseType[i] == pack.Blob {
			continue
		}
		typ, data, err := objs.read(objs.loose[i], buf)
		if err != nil {
			continue // named when it was read
		}
		buf = keepSmall(data)
		k.object(objs.firstLoose()+uint32(i), &pack.Object{ID: objs.loose[i], Type: typ, Data: data})
	}
	return ctx.Err()
}
