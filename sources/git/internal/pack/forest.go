package pack

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sort"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
)

// A forest is the delta families of a pack: trees, in which an object hangs
// from its base. Objects are known in it by their position in the pack. There
// are millions of them, so it is made of arrays.
type forest struct {
	offs  []uint64 // where each entry starts; ascending
	num   []uint32 // number of the object at a position; nil where they are the same
	pos   []uint32 // the reverse
	kind  []kind
	first []uint32 // those derived from pos are child[first[pos]:first[pos+1]]
	child []uint32
	away  map[uint32]sprawl.ID // bases that are not in this pack
	roots [Tag + 1][]root      // by type, in pack order; those without a type are with Blob
}

// A root is a family: the position of its whole object, or of one that can't
// be read; or noPos for objects that were not even found.
type root struct {
	pos  uint32
	cost uint32 // in units of costUnit, at most math.MaxUint32
}

const (
	noPos    = math.MaxUint32
	costUnit = 64
)

// A kind is a Type, or why there is none.
type kind uint8

const (
	badEntry kind = iota + 8
	badTwice
	badCycle
	badBase
	badType
	badOther // derived from a bad object
)

func (k kind) Type() Type {
	if k > kind(Tag) {
		return 0
	}
	return Type(k)
}

// err says what is wrong with an object that has no type.
func (k kind) err() error {
	switch k {
	case badEntry:
		return errEntry
	case badTwice:
		return errors.New("index has two objects in one place")
	case badCycle:
		return errors.New("object is derived from itself")
	case badBase:
		return errNoBase
	}
	return errors.New("base of the object can't be read")
}

// Prepare reads the header of every object and finds the delta families. It
// is needed before Type, Slices and Walk; calls after the first cost nothing. An
// error means that the whole pack can't be read, or that ctx is done.
func (p *Pack) Prepare(ctx context.Context) error {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.prepare(ctx)
}

func (p *Pack) prepare(ctx context.Context) error {
	if p.prepared != nil {
		return nil
	}
	if p.x == nil && p.found == nil {
		if err := p.search(ctx, newSearcher()); err != nil {
			return err
		}
	}
	g := &grower{p: p}
	f, err := g.grow(ctx, nil)
	if err == nil && p.x == nil && len(g.sought) > 0 {
		f, err = p.adopt(ctx, f, g)
	}
	if err == nil && p.x == nil && !p.received {
		err = p.index(ctx, f) // now, as any Read of the Store may ask for it
	}
	if err != nil {
		return err
	}
	p.prepared = f
	return nil
}

// Type returns the type of object num, resolved through its deltas, or 0 for
// an object that can't be read. The pack must be prepared.
func (p *Pack) Type(num int) Type {
	f := p.prepared
	pos := f.posOf(num)
	if pos >= len(f.kind) {
		return 0
	}
	return f.kind[pos].Type()
}

func (f *forest) posOf(num int) int {
	if f.pos == nil {
		return num
	}
	return int(f.pos[num])
}

func (f *forest) numOf(pos uint32) int {
	if f.num == nil {
		return int(pos)
	}
	return int(f.num[pos])
}

// A grower makes a forest; what it holds is not needed afterwards.
type grower struct {
	p      *Pack
	f      *forest
	parent []uint32 // noPos for roots
	size   []uint32 // of whole objects, to guess the cost of what hangs from them
	near   []uint32 // near[off>>shift] is the first position at or after that
	shift  int
	spare  []uint64                    // memory that order had, for plant
	sought map[[hashSize]byte][]uint32 // of a pack without index: whose base has that name
	lock   sync.Mutex                  // of sought and of f.away
}

// grow makes the forest. known has the positions of bases that are known by
// other means than the entries.
func (g *grower) grow(ctx context.Context, known map[uint32]uint32) (*forest, error) {
	g.f = &forest{away: map[uint32]sprawl.ID{}}
	if err := g.order(); err != nil {
		return nil, err
	}
	n := len(g.f.offs)
	g.f.kind = make([]kind, n)
	g.parent = make([]uint32, n)
	g.size = make([]uint32, n)
	g.bucket()
	if err := g.headers(ctx, known); err != nil {
		return nil, err
	}
	g.near = nil
	g.link()
	g.plant(g.basesFirst())
	return g.f, nil
}

// order finds where the entries are, in order.
func (g *grower) order() error {
	f, x := g.f, g.p.x
	if x == nil {
		f.offs = g.p.found
		return nil
	}
	numBits := bits.Len(uint(x.n))
	if bits.Len(uint(g.p.end))+numBits > 63 {
		return fmt.Errorf("%s is too large", g.p.name)
	}
	keys := make([]uint64, x.n)
	for num := range keys {
		keys[num] = min(x.offset(num), uint64(g.p.end))<<numBits | uint64(num)
	}
	keys, g.spare = sortKeys(keys, numBits, bits.Len(uint(g.p.end)))
	f.num, f.pos = make([]uint32, x.n), make([]uint32, x.n)
	for i, key := range keys {
		num := uint32(key & (1<<numBits - 1))
		f.num[i], f.pos[num] = num, uint32(i)
		keys[i] = key >> numBits
	}
	f.offs = keys
	return nil
}

// sortKeys sorts keys by their bits from skip on, of which there are n, with a
// radix sort. It returns them in keys or in other memory, and the one that it
// did not need in the end as spare.
func sortKeys(keys []uint64, skip, n int) (sorted, spare []uint64) {
	const digit = 11
	other := make([]uint64, len(keys))
	for shift := skip; shift < skip+n; shift += digit {
		var start [1<<digit + 1]int
		for _, k := range keys {
			start[k>>shift&(1<<digit-1)+1]++
		}
		for i := range 1 << digit {
			start[i+1] += start[i]
		}
		for _, k := range keys {
			d := k >> shift & (1<<digit - 1)
			other[start[d]] = k
			start[d]++
		}
		keys, other = other, keys
	}
	return keys, other
}

// bucket makes near, so that the base of a delta is found without a search
// through all offsets.
func (g *grower) bucket() {
	n := len(g.f.offs)
	for g.p.end>>g.shift > 2*n+1 {
		g.shift++
	}
	g.near = make([]uint32, g.p.end>>g.shift+2)
	b := 0
	for pos, off := range g.f.offs {
		for ; b <= int(off>>g.shift); b++ {
			g.near[b] = uint32(pos)
		}
	}
	for ; b < len(g.near); b++ {
		g.near[b] = uint32(n)
	}
}

func (g *grower) find(off int) (uint32, bool) {
	lo, hi := int(g.near[off>>g.shift]), int(g.near[off>>g.shift+1])
	offs := g.f.offs[lo:hi]
	if len(offs) > 16 {
		i, ok := slices.BinarySearch(offs, uint64(off))
		return uint32(lo + i), ok
	}
	i := slices.Index(offs, uint64(off))
	return uint32(lo + i), i >= 0
}

// headers reads the header of every entry, on all processors.
func (g *grower) headers(ctx context.Context, known map[uint32]uint32) error {
	const step = 1 << 14
	n := len(g.f.offs)
	var work sync.WaitGroup
	for w, workers := 0, min(runtime.GOMAXPROCS(0), n/step+1); w < workers; w++ {
		work.Go(func() {
			for from := w * step; from < n && ctx.Err() == nil; from += workers * step {
				for pos := from; pos < min(from+step, n); pos++ {
					g.header(uint32(pos), known)
				}
			}
		})
	}
	work.Wait()
	return ctx.Err()
}

// header sets kind, parent and size of the object at pos from its header.
func (g *grower) header(pos uint32, known map[uint32]uint32) {
	f := g.f
	off := int(f.offs[pos])
	g.parent[pos] = noPos
	if pos > 0 && int(f.offs[pos-1]) == off {
		f.kind[pos] = badTwice
		return
	}
	e, err := g.p.entry(off)
	if err != nil {
		f.kind[pos] = badEntry
		return
	}
	switch e.Type {
	case ofsDelta:
		base, ok := g.find(e.base)
		if !ok {
			f.kind[pos] = badBase
			return
		}
		g.parent[pos] = base
	case refDelta:
		g.refer(pos, e.ref, known)
	default:
		f.kind[pos] = kind(e.Type)
		g.size[pos] = uint32(min(e.size, math.MaxUint32))
	}
}

// refer sets the parent of a refDelta, or its kind where its base is elsewhere.
func (g *grower) refer(pos uint32, name []byte, known map[uint32]uint32) {
	if g.p.x != nil {
		if num, ok := g.p.x.lookup(name); ok {
			g.parent[pos] = g.f.pos[num]
			return
		}
	}
	if base, ok := known[pos]; ok {
		g.parent[pos] = base
		return
	}
	id := idOf(name)
	t, err := g.p.store.typeOf(id)
	g.lock.Lock()
	defer g.lock.Unlock()
	if err == nil {
		g.f.kind[pos] = kind(t)
		g.f.away[pos] = id
		return
	}
	g.f.kind[pos] = badBase
	if g.sought == nil {
		g.sought = map[[hashSize]byte][]uint32{}
	}
	g.sought[[hashSize]byte(name)] = append(g.sought[[hashSize]byte(name)], pos)
}

// link fills first and child from parent.
func (g *grower) link() {
	f := g.f
	f.first = make([]uint32, len(g.parent)+1)
	linked := 0
	for _, parent := range g.parent {
		if parent != noPos {
			f.first[parent+1]++
			linked++
		}
	}
	for i := range g.parent {
		f.first[i+1] += f.first[i]
	}
	f.child = make([]uint32, linked)
	for pos, parent := range g.parent {
		if parent != noPos {
			f.child[f.first[parent]] = uint32(pos)
			f.first[parent]++
		}
	}
	copy(f.first[1:], f.first) // each now stands where the next should
	f.first[0] = 0
}

// basesFirst returns the positions in an order in which bases come first, and
// passes types and sizes down. What it does not reach is in a cycle.
func (g *grower) basesFirst() []uint32 {
	f := g.f
	order := make([]uint32, 0, len(f.offs))
	for pos, parent := range g.parent {
		if parent == noPos {
			order = append(order, uint32(pos))
		}
	}
	for i := 0; i < len(order); i++ {
		pos := order[i]
		k := f.kind[pos]
		if k > kind(Tag) {
			k = badOther
		}
		for _, c := range f.child[f.first[pos]:f.first[pos+1]] {
			f.kind[c], g.size[c] = k, g.size[pos]
			order = append(order, c)
		}
	}
	return order
}

// plant finds what each family costs, puts the costliest child of each object
// last, and lists the roots.
func (g *grower) plant(order []uint32) {
	f := g.f
	cost := g.spare
	if clear(cost); cost == nil {
		cost = make([]uint64, len(f.offs))
	}
	for _, pos := range slices.Backward(order) {
		next := g.p.end
		if int(pos)+1 < len(f.offs) {
			next = int(f.offs[pos+1])
		}
		// Per object, per compressed byte, and per byte of the result.
		cost[pos] += 128 + 4*uint64(max(0, next-int(f.offs[pos]))) + uint64(g.size[pos]/8)
		if parent := g.parent[pos]; parent != noPos {
			cost[parent] += cost[pos]
		}
		largestLast(f.child[f.first[pos]:f.first[pos+1]], cost)
	}
	var bad []root
	for pos, parent := range g.parent {
		r := root{uint32(pos), uint32(min(cost[pos]/costUnit+1, math.MaxUint32))}
		switch {
		case f.kind[pos] == 0:
			f.kind[pos] = badCycle
			bad = append(bad, r)
		case parent != noPos:
		case f.kind[pos] > kind(Tag):
			bad = append(bad, r)
		default:
			f.roots[f.kind[pos]] = append(f.roots[f.kind[pos]], r)
		}
	}
	if g.p.tail != nil {
		bad = append(bad, root{noPos, 1})
	}
	f.roots[Blob] = append(f.roots[Blob], bad...)
}

// largestLast moves the costliest child to the end. A walk then has to keep
// the data of few ancestors: each time that it goes down with one kept, it is
// into less than half of what hangs there.
func largestLast(children []uint32, cost []uint64) {
	if len(children) < 2 {
		return
	}
	largest := 0
	for i, c := range children {
		if cost[c] >= cost[children[largest]] {
			largest = i
		}
	}
	c := children[largest]
	copy(children[largest:], children[largest+1:])
	children[len(children)-1] = c
}

// A Slice is some families of a pack: work for one Reader.
type Slice struct {
	Bytes int64 // rough cost

	roots []root
}

// Slices cuts the families whose objects are of type t into at most n slices
// of about equal cost, in pack order. Objects without a type, which can't be
// read, are in the slices of Blob, so that Walk names them to its bad. The
// pack must be prepared.
func (p *Pack) Slices(t Type, n int) []Slice {
	if t < Commit || t > Tag || n < 1 {
		return nil
	}
	roots := p.prepared.roots[t]
	sums := make([]int64, len(roots)+1)
	for i, r := range roots {
		sums[i+1] = sums[i] + int64(r.cost)
	}
	total := sums[len(roots)]
	var all []Slice
	for from, i := 0, 1; i <= n && from < len(roots); i++ {
		goal := total / int64(n) * int64(i)
		to := sort.Search(len(roots), func(k int) bool { return sums[k] >= goal })
		if i == n {
			to = len(roots)
		}
		if to > from {
			all = append(all, Slice{Bytes: (sums[to] - sums[from]) * costUnit, roots: roots[from:to]})
			from = to
		}
	}
	return all
}
