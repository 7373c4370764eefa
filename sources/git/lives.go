package git

import (
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// What a hostile history could blow up is bounded: a few trees that hold each
// other often make more paths than there are atoms.
const (
	maxLives = 1 << 17
	maxSteps = 1 << 25
	maxBurst = 1 << 18 // steps for one commit
	maxDepth = 4096    // git's own bound on the depth of trees
)

// A life is a sprawl.Life in the making, in numbers.
type life struct {
	label   int // an index in lives.labels
	path    uint32
	object  uint32 // in which it was introduced
	commit  int    // that introduced it, an index in the ordered commits; -1 if none did
	rank    uint8  // of commit
	removed int    // the newest commit that removed it; -1 if none did
	remRank uint8

	versions int
	refs     *holders // nil if no ref holds it
}

// Lives are worked out by comparing each commit with its parents.
type lives struct {
	p      *presence
	labels map[uint32][]int // what was found, by object
	all    map[uint64]*life // by label and path
	placed map[uint32]bool  // objects that have a path
	seen   map[version]struct{}
	paths  paths
	steps  int
	burst  int  // steps since the last commit
	cut    bool // a bound was hit

	stranded map[uint32]bool // objects whose path is that in a tree left behind
}

// A version is an object at a life's place.
type version struct {
	life *life
	num  uint32
}

func newLives(p *presence, labels map[uint32][]int) *lives {
	return &lives{
		p:      p,
		labels: labels,
		all:    make(map[uint64]*life),
		placed: make(map[uint32]bool),
		seen:   make(map[version]struct{}),

		stranded: make(map[uint32]bool),
		paths:    paths{names: p.g.names, to: make(map[pair]uint32), all: []pair{{}}},
	}
}

// life returns the life of label at path, or nil if there are too many.
func (l *lives) life(label int, path uint32) *life {
	key := uint64(label)<<32 | uint64(path)
	f := l.all[key]
	if f == nil {
		if len(l.all) == maxLives {
			l.cut = true
			return nil
		}
		f = &life{label: label, path: path, commit: -1, removed: -1}
		l.all[key] = f
	}
	return f
}

// step counts work, and reports whether more may be done.
func (l *lives) step(depth int) bool {
	l.steps++
	l.burst++
	if l.steps > maxSteps || l.burst > maxBurst || depth > maxDepth {
		l.cut = true
		return false
	}
	return true
}

// compare notes what commit i, of the given rank, brings and takes. node is
// that of its tree, before those of its parents'. Commits must come parents
// first.
func (l *lives) compare(i int, rank uint8, node uint32, before []uint32) {
	if slices.Contains(before, node) {
		return
	}
	l.burst = 0
	e := event{l, i, rank}
	e.appear(node, before, 0, 0)
	if len(before) > 0 {
		e.vanish(node, before, 0, 0)
	}
}

// An event is one commit being compared with its parents.
type event struct {
	*lives
	commit int
	rank   uint8
}

// appear notes what is in node and in none of before.
func (e *event) appear(node uint32, before []uint32, path uint32, depth int) {
	if !e.step(depth) {
		return
	}
	for _, w := range e.p.nodes[node] {
		held := e.under(before, w.name)
		if slices.Contains(held, w.to) {
			continue
		}
		if w.name&leaf != 0 {
			e.appearLeaf(w.to, held, e.paths.join(path, w.name))
			continue
		}
		e.appear(w.to, held, e.paths.join(path, w.name), depth+1)
	}
}

// under returns what nodes hold under name, where they do.
func (e *event) under(nodes []uint32, name uint32) []uint32 {
	var held []uint32
	for _, n := range nodes {
		if to, ok := e.p.get(n, name); ok {
			held = append(held, to)
		}
	}
	return held
}

func (e *event) appearLeaf(num uint32, held []uint32, path uint32) {
	e.placed[num] = true
	for _, label := range e.labels[num] {
		f := e.life(label, path)
		if f == nil {
			return
		}
		e.count(f, num)
		if e.anyHas(held, label) {
			continue
		}
		if f.commit < 0 || e.rank < f.rank {
			f.commit, f.rank, f.object = e.commit, e.rank, num
		}
	}
}

// count counts num among the versions of f.
func (l *lives) count(f *life, num uint32) {
	v := version{f, num}
	if _, ok := l.seen[v]; !ok {
		l.seen[v] = struct{}{}
		f.versions++
	}
}

func (l *lives) anyHas(nums []uint32, label int) bool {
	return slices.ContainsFunc(nums, func(n uint32) bool { return slices.Contains(l.labels[n], label) })
}

func (l *lives) allHave(nums []uint32, label int) bool {
	return !slices.ContainsFunc(nums, func(n uint32) bool { return !slices.Contains(l.labels[n], label) })
}

// vanish notes what is in all of before and not in node.
func (e *event) vanish(node uint32, before []uint32, path uint32, depth int) {
	if !e.step(depth) {
		return
	}
	for _, w := range e.p.nodes[before[0]] {
		held := e.under(before, w.name)
		if len(held) < len(before) {
			continue
		}
		now, ok := e.p.get(node, w.name)
		if w.name&leaf != 0 {
			e.vanishLeaf(w.to, held, now, ok, e.paths.join(path, w.name))
			continue
		}
		if !slices.Contains(held, now) {
			e.vanish(now, held, e.paths.join(path, w.name), depth+1)
		}
	}
}

func (e *event) vanishLeaf(first uint32, held []uint32, now uint32, ok bool, path uint32) {
	for _, label := range e.labels[first] {
		if ok && slices.Contains(e.labels[now], label) || !e.allHave(held, label) {
			continue
		}
		f := e.life(label, path)
		if f == nil {
			return
		}
		if f.removed < 0 || e.rank <= f.remRank {
			f.removed, f.remRank = e.commit, e.rank
		}
	}
}

// Paths are numbered: each is a path and one more name. Path 0 is the root.
type paths struct {
	names []string
	all   []pair
	to    map[pair]uint32
}

// join returns the path of name, as in records, in the directory path.
func (p *paths) join(path, name uint32) uint32 {
	if name>>1 == selfName {
		return path
	}
	key := pair{name >> 1, path}
	n, ok := p.to[key]
	if !ok {
		n = uint32(len(p.all))
		p.all = append(p.all, key)
		p.to[key] = n
	}
	return n
}

// text returns a path with slashes. That of the root is ".".
func (p *paths) text(path uint32) string {
	if path == 0 {
		return "."
	}
	var parts []string
	for n := 0; path != 0; path = p.all[path].to {
		if n++; n > maxDepth+1 {
			break
		}
		parts = append(parts, p.names[p.all[path].name])
	}
	slices.Reverse(parts)
	return joinSlash(parts)
}

func joinSlash(parts []string) string {
	out := make([]byte, 0, 64)
	for i, part := range parts {
		if i > 0 {
			out = append(out, '/')
		}
		out = append(out, part...)
	}
	return string(out)
}

// Holders are refs that hold something: how many, and the first few by rank.
type holders struct {
	first []int // in order, at most sprawl.MaxRefs
	count int
	head  int    // the first ref among them that is a head; -1 if none is
	obj   uint32 // which that head holds
}

func (h *holders) add(ref int, head bool) {
	o := holders{first: []int{ref}, count: 1, head: -1}
	if head {
		o.head = ref
	}
	h.merge(&o)
}

func (h *holders) merge(o *holders) {
	h.first = append(h.first, o.first...)
	slices.Sort(h.first)
	h.first = h.first[:min(len(h.first), sprawl.MaxRefs)]
	h.count += o.count
	if o.head >= 0 && (h.head < 0 || o.head < h.head) {
		h.head, h.obj = o.head, o.obj
	}
}

// hold notes what refs hold, going down through the nodes of all of them at
// once: refs with equal nodes are one.
func (l *lives) hold(groups map[uint32]*holders, path uint32, depth int) {
	if !l.step(depth) {
		return
	}
	below := make(map[uint32]map[uint32]*holders)
	for node, h := range groups {
		for _, w := range l.p.nodes[node] {
			if w.name&leaf != 0 {
				l.holdLeaf(w.to, h, l.paths.join(path, w.name))
				continue
			}
			kids := below[w.name]
			if kids == nil {
				kids = make(map[uint32]*holders)
				below[w.name] = kids
			}
			if kids[w.to] == nil {
				kids[w.to] = &holders{head: -1}
			}
			kids[w.to].merge(h)
		}
	}
	for name, kids := range below {
		l.hold(kids, l.paths.join(path, name), depth+1)
	}
}

func (l *lives) holdLeaf(num uint32, h *holders, path uint32) {
	l.placed[num] = true
	for _, label := range l.labels[num] {
		f := l.life(label, path)
		if f == nil {
			return
		}
		l.count(f, num)
		if f.commit < 0 && (f.versions == 1 || num < f.object) {
			f.object = num // held by a tag of a tree, which no commit has
		}
		if f.refs == nil {
			f.refs = &holders{head: -1}
		}
		o := *h
		o.obj = num
		f.refs.merge(&o)
	}
}
