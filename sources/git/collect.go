package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
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

	cache   []cached
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

// A cached is one entry of a tree whose name and object are known by number.
// Successive versions of a directory share most of theirs.
type cached struct {
	id   sprawl.ID
	name string
	num  uint32
	key  uint32
	ok   bool
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

// object adds a tree or commit.
func (k *collector) object(num uint32, o *pack.Object) {
	if k == nil {
		return
	}
	switch o.Type {
	case pack.Tree:
		k.tree(num, o)
	case pack.Commit:
		k.commit(num, o)
	}
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
	k.commits, k.absent, k.links, k.found = k.commits[:0], absent{}, nil, nil
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

// tree goes through the entries of a tree. Those that lie inside a Copy were
// looked up when the base was read, in the same unit.
func (k *collector) tree(num uint32, o *pack.Object) {
	k.pairs = k.pairs[:0]
	if k.cache == nil {
		k.cache = make([]cached, cacheSize)
		k.present = make([][20]byte, presentSize)
	}
	copies := o.Copies
	data := o.Data
	for at := 0; at < len(data); {
		name, end, mode := entry(data, at)
		if end == 0 {
			break // damaged; what is before counts
		}
		for len(copies) > 0 && copies[0].Dst+copies[0].N < end {
			copies = copies[1:]
		}
		fresh := len(copies) == 0 || copies[0].Dst > at
		raw := data[end-20 : end]
		switch mode {
		case modeTree:
			k.subtree(name, raw, o.ID)
		case modeLink:
			if fresh {
				k.link(name, raw)
			}
		default:
			k.blob(name, raw, fresh, o.ID)
		}
		at = end
	}
	if k.following {
		k.g.record[num] = k.store()
	}
}

// The modes of entries that matter.
const (
	modeBlob = iota
	modeTree
	modeLink
)

// entry parses the entry of a tree at data[at:]: mode, space, name, NUL, 20
// bytes of id. end is 0 if there is none.
func entry(data []byte, at int) (name []byte, end, mode int) {
	rest := data[at:]
	if len(rest) < 8 {
		return nil, 0, 0
	}
	sp, mode := modeOf(rest)
	if sp < 1 {
		return nil, 0, 0
	}
	nul := bytes.IndexByte(rest[sp:], 0) + sp
	if nul < sp || len(rest) < nul+21 {
		return nil, 0, 0
	}
	return rest[sp+1 : nul], at + nul + 21, mode
}

// The modes of most entries, as the first bytes of a little-endian number.
const (
	dirMode  = 0x20_30_30_30_30_34    // "40000 "
	fileMode = 0x20_34_34_36_30_30_31 // "100644 "
	fiveWide = 0xff_ff_ff_ff_ff_ff    // and the space
	sixWide  = 0xff_ff_ff_ff_ff_ff_ff // and the space
)

// modeOf returns where the mode of an entry ends, and what it is.
func modeOf(data []byte) (end, mode int) {
	switch word := binary.LittleEndian.Uint64(data); {
	case word&sixWide == fileMode:
		return 6, modeBlob
	case word&fiveWide == dirMode:
		return 5, modeTree
	}
	end = bytes.IndexByte(data[:8], ' ') // old programs wrote leading zeros
	if end < 1 {
		return end, modeBlob
	}
	digits := data[:end]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	switch {
	case digits[0] == '4' && len(digits) == 5:
		mode = modeTree
	case digits[0] == '1' && len(digits) == 6 && digits[1] == '6':
		mode = modeLink
	}
	return end, mode
}

// subtree adds an entry that is a directory.
func (k *collector) subtree(name, raw []byte, from sprawl.ID) {
	c := &k.cache[binary.LittleEndian.Uint32(raw)&(cacheSize-1)]
	if [20]byte(raw) != [20]byte(c.id[:20]) || string(name) != c.name {
		*c = cached{name: string(name)}
		copy(c.id[:], raw)
		c.num, c.ok = k.g.objs.number(c.id)
		if !c.ok {
			k.absent.add(c.id, from.String())
		} else if k.following {
			c.key = k.g.intern(c.name)
		}
	}
	if c.ok && k.following {
		k.pairs = append(k.pairs, c.key<<1, c.num)
	}
}

// blob adds an entry that is a file, if something was found in it.
func (k *collector) blob(name, raw []byte, fresh bool, from sprawl.ID) {
	h := binary.LittleEndian.Uint16(raw)
	fresh = fresh && !k.given
	if !fresh && k.filter[h>>6]&(1<<(h&63)) == 0 {
		return
	}
	var id sprawl.ID
	copy(id[:], raw)
	num, ok := k.dirty[id]
	if !ok {
		present := &k.present[binary.LittleEndian.Uint16(raw)&(presentSize-1)]
		if !fresh || *present == [20]byte(raw) {
			return
		}
		if num, ok = k.g.objs.number(id); !ok {
			k.absent.add(id, from.String())
			return
		}
		if !k.following || !k.found(id) {
			*present = [20]byte(raw)
			return
		}
		k.know(id, num)
	}
	k.pairs = append(k.pairs, k.g.intern(string(name))<<1|leaf, num)
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
	if n, ok := k.g.objs.number(o.ID); !ok || n != num {
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

// A header is what the head of a commit or tag says.
type header struct {
	tree    sprawl.ID
	parents []sprawl.ID
	person  []byte // the author or tagger, with the date
	date    int64  // of the committer, or tagger
	object  sprawl.ID
}

// parseCommit parses the head of a commit or a tag. What is damaged in it is
// left out.
func parseCommit(data []byte) (h header) {
	for len(data) > 0 && data[0] != '\n' {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			h.tree = hexID(value)
		case "parent":
			if id := hexID(value); !id.IsZero() {
				h.parents = append(h.parents, id)
			}
		case "object":
			h.object = hexID(value)
		case "author", "tagger":
			h.person = value
			h.date = seconds(value)
		case "committer":
			h.date = seconds(value)
			return h
		}
	}
	return h
}

func hexID(s []byte) (id sprawl.ID) {
	if len(s) == 40 {
		if _, err := hex.Decode(id[:20], s); err != nil {
			return sprawl.ID{}
		}
	}
	return id
}

// author returns "Name <mail>".
func (h *header) author() string {
	return string(h.person[:bytes.LastIndexByte(h.person, '>')+1])
}

// seconds returns the date in "Name <mail> 1136214245 -0700".
func seconds(person []byte) (n int64) {
	digits := bytes.TrimLeft(person[bytes.LastIndexByte(person, '>')+1:], " ")
	for _, c := range digits[:min(len(digits), 18)] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
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
