package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// Locate yields, for every credential and path, its life in history: which
// commit brought it, which took it away, which refs hold it now. It reads all
// trees and commits once more, on all processors, unless the visitor was a
// Finder.
//
// A Life's Path is that of the object; what lies inside an archive is the
// sighting's own Path. A credential in a file's name lives at the directory; one
// in the message of a commit has no path. Sightings without an object, in the
// name of a ref or in configuration, have no life.
func (r *Repo) Locate(ctx context.Context, seen []sprawl.Sighting, yield func(sprawl.Life) error) error {
	if err := r.plan(ctx); err != nil {
		return err
	}
	switch {
	case len(seen) == 0:
		return nil
	case r.opt.Staged:
		return r.locateStaged(seen, yield)
	case r.since != nil:
		return r.locateSpan(ctx, seen, yield)
	}
	if err := r.index(ctx); err != nil {
		return err
	}
	l := &locator{repo: r, graph: r.graph, yield: yield}
	if err := l.index(ctx, seen); err != nil {
		return err
	}
	if err := l.collect(ctx); err != nil {
		return err
	}
	return l.run(ctx)
}

// A locator is one call of Locate.
type locator struct {
	repo  *Repo
	graph *graph
	yield func(sprawl.Life) error

	ranged  bool             // only some commits are known: packs are not prepared, and the rest is not looked at
	labels  []int            // credentials, in order of first sight
	of      map[uint32][]int // labels, by object
	types   map[uint32]pack.Type
	strange []sprawl.Sighting // of objects that the repository does not have

	commits []commit
	pos     []uint32 // index of a commit in commits, by object
	rank    []uint8
	inHead  []bool
	refs    []ref // in order of rank
	lives   *lives
}

// index numbers what was seen.
func (l *locator) index(ctx context.Context, seen []sprawl.Sighting) error {
	l.of = make(map[uint32][]int)
	l.types = make(map[uint32]pack.Type)
	known := make(map[int]int)
	for _, s := range seen {
		if s.Object.IsZero() {
			continue
		}
		num, ok := l.graph.objs.number(s.Object)
		if !ok {
			l.strange = append(l.strange, s)
			continue
		}
		n, ok := known[s.Credential]
		if !ok {
			n = len(l.labels)
			known[s.Credential] = n
			l.labels = append(l.labels, s.Credential)
		}
		if !slices.Contains(l.of[num], n) {
			l.of[num] = append(l.of[num], n)
		}
		l.types[num] = l.typeOf(num)
	}
	return ctx.Err()
}

// marked reports whether a record has the mark of markTrees.
func marked(rec []uint32) bool {
	return len(rec) >= 2 && rec[len(rec)-2] == selfName<<1|leaf
}

// typeOf returns the type of an object.
func (l *locator) typeOf(num uint32) pack.Type {
	if l.ranged {
		typ, _, _ := l.graph.objs.read(l.graph.objs.id(num), nil)
		return typ
	}
	return l.graph.objs.typeOf(num)
}

// collect makes the graph complete.
func (l *locator) collect(ctx context.Context) error {
	g := l.graph
	var todo []*unit
	complete := true
	for _, u := range l.repo.order {
		if u.collect != nil {
			todo = append(todo, u)
			complete = complete && g.done[u.Name]
		}
	}
	g.prepare()
	if complete {
		l.markTrees()
		return nil
	}
	g.forget()
	err := parallel(len(todo), func(i int) error {
		k := l.collector()
		if err := todo[i].collect(ctx, k); err != nil {
			return err
		}
		k.done(todo[i].Name)
		return nil
	})
	l.markTrees()
	return err
}

// markTrees marks the trees in which something was found: in a name.
func (l *locator) markTrees() {
	k := l.collector()
	for num := range l.of {
		if rec := l.graph.at(l.graph.record[num]); l.types[num] == pack.Tree && !marked(rec) {
			k.pairs = append(append(k.pairs[:0], rec...), selfName<<1|leaf, num)
			l.graph.record[num] = k.store()
		}
	}
}

// collector returns a collector that looks for what was seen.
func (l *locator) collector() *collector {
	k := &collector{g: l.graph, given: true, following: true, shallow: l.repo.shallow}
	for num := range l.of {
		k.know(l.graph.objs.id(num), num)
	}
	return k
}

// parallel calls do for 0 to n-1 on all processors, and returns the errors.
func parallel(n int, do func(i int) error) error {
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// run follows what was seen through history.
func (l *locator) run(ctx context.Context) error {
	l.lives = newLives(newPresence(l.graph), l.of)
	trees := make([]uint32, len(l.graph.commits))
	for i, c := range l.graph.commits {
		trees[i] = c.tree
	}
	_ = parallel(2, func(i int) error {
		if i == 0 {
			l.lives.p.settle(ctx, trees)
			return nil
		}
		l.commits, l.pos = sorted(l.graph.commits, l.graph.objs.size())
		l.sortRefs()
		l.reachAll()
		return nil
	})
	if err := l.walk(ctx); err != nil {
		return err
	}
	l.holdRefs()
	l.dangling()
	if err := l.emit(ctx); err != nil {
		return err
	}
	if err := l.emitPlaceless(); err != nil {
		return err
	}
	if l.lives.cut {
		return &sprawl.Gap{Target: l.repo.target, What: "history", Why: "too many paths lead to findings; not all of them are given"}
	}
	return nil
}

// walk compares every commit with its parents.
func (l *locator) walk(ctx context.Context) error {
	nodes := make([]uint32, len(l.commits))
	var before []uint32
	for i, c := range l.commits {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		before = before[:0]
		for _, p := range c.parents {
			if j := l.pos[p]; j != none && int(j) < i {
				before = append(before, nodes[j])
			}
		}
		if c.tree == none {
			if len(before) > 0 {
				nodes[i] = before[0] // what it holds can't be told: as if it changed nothing
			}
			continue
		}
		nodes[i] = l.lives.p.node(c.tree)
		l.lives.compare(i, l.rank[i], nodes[i], before)
	}
	return nil
}

// sortRefs puts the refs in the order in which they are named.
func (l *locator) sortRefs() {
	all := &l.repo.refs
	l.refs = slices.Clone(all.all)
	slices.SortStableFunc(l.refs, func(a, b ref) int { return cmp.Compare(all.rank(a.name), all.rank(b.name)) })
}

// reachAll works out by what each commit is reached.
func (l *locator) reachAll() {
	l.rank = make([]uint8, len(l.commits))
	for i := range l.rank {
		l.rank[i] = byNothing
	}
	var tips [byNothing][]uint32
	var heads []uint32
	for _, f := range l.refs {
		c := l.commitOf(f.id)
		if c == none {
			continue
		}
		way := wayOf(f.name)
		tips[way] = append(tips[way], c)
		if isHead(f.name) {
			heads = append(heads, c)
		}
	}
	l.reflogTips(&tips)
	for way, t := range tips {
		reach(l.commits, l.pos, l.rank, t, uint8(way))
	}
	inHead := make([]uint8, len(l.commits))
	for i := range inHead {
		inHead[i] = 1
	}
	reach(l.commits, l.pos, inHead, heads, 0)
	l.inHead = make([]bool, len(l.commits))
	for i, n := range inHead {
		l.inHead[i] = n == 0
	}
}

// wayOf returns in which way what the ref called name reaches is reached.
func wayOf(name string) uint8 {
	switch {
	case name == "refs/stash":
		return byStash
	case strings.HasPrefix(name, "refs/notes/"):
		return byNotes
	case !strings.HasSuffix(name, "/HEAD") && strings.HasSuffix(name, "_HEAD") && !strings.Contains(name, "refs/"):
		return byReflog // ORIG_HEAD and its like are left by the last command
	}
	return byRef
}

// reflogTips adds the commits that reflogs name.
func (l *locator) reflogTips(tips *[byNothing][]uint32) {
	if l.repo.remote != nil {
		return
	}
	for _, dir := range l.repo.gitDirs() {
		logs := filepath.Join(dir, "logs")
		filepath.WalkDir(logs, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // said when it was read
			}
			way := byReflog
			if rel, _ := filepath.Rel(logs, path); filepath.ToSlash(rel) == "refs/stash" {
				way = byStash
			}
			data, _ := readStart(path, maxText)
			for line := range bytes.Lines(data) {
				for i := 0; i < 2 && len(line) > 41; i++ {
					if c := l.commitOf(hexID(line[:40])); c != none {
						tips[way] = append(tips[way], c)
					}
					line = line[41:]
				}
			}
			return nil
		})
	}
}

// peel follows tags from id to what they are for.
func (l *locator) peel(id sprawl.ID) (num uint32, ok bool) {
	for range 10 {
		num, ok = l.graph.objs.number(id)
		if !ok || l.ranged || l.pos[num] != none || l.typeOf(num) != pack.Tag {
			return num, ok
		}
		_, data, err := l.graph.objs.read(id, nil)
		if err != nil {
			return 0, false
		}
		id = parseCommit(data).object
	}
	return 0, false
}

// commitOf returns the index of the commit that id is, or is a tag of; or none.
func (l *locator) commitOf(id sprawl.ID) uint32 {
	if num, ok := l.peel(id); ok {
		return l.pos[num]
	}
	return none
}

// holdRefs works out which refs hold what.
func (l *locator) holdRefs() {
	groups := make(map[uint32]*holders)
	for i, f := range l.refs {
		if f.to != "" || wayOf(f.name) == byReflog {
			continue // a second name for a ref, or what the last command left
		}
		num, ok := l.peel(f.id)
		if !ok {
			continue
		}
		tree := num
		if c := l.pos[num]; c != none {
			tree = l.commits[c].tree
		}
		node := l.lives.p.node(tree)
		if node == empty {
			continue
		}
		if groups[node] == nil {
			groups[node] = &holders{head: -1}
		}
		groups[node].add(i, isHead(f.name))
	}
	l.lives.burst = 0
	l.lives.hold(groups, 0, 0)
}

// dangling gives a path to objects that no commit and no ref leads to, but a
// tree that was left behind does.
func (l *locator) dangling() {
	missing := false
	for num := range l.of {
		t := l.types[num]
		missing = missing || (t == pack.Blob || t == pack.Tree) && !l.lives.placed[num]
	}
	if !missing {
		return
	}
	g := l.graph
	below := make([]bool, len(g.record))
	for _, pos := range g.record {
		rec := g.at(pos)
		for i := 0; i < len(rec); i += 2 {
			if rec[i]&leaf == 0 {
				below[rec[i+1]] = true
			}
		}
	}
	l.lives.burst = 0
	e := event{l.lives, -1, byNothing}
	for num, pos := range g.record {
		if pos != 0 && !below[num] {
			e.strand(l.lives.p.node(uint32(num)), 0, 0)
		}
	}
}

// strand makes lives without a commit for what is in node and has no path.
func (e *event) strand(node, path uint32, depth int) {
	if !e.step(depth) {
		return
	}
	for _, w := range e.p.nodes[node] {
		at := e.paths.join(path, w.name)
		if w.name&leaf == 0 {
			e.strand(w.to, at, depth+1)
			continue
		}
		if e.placed[w.to] {
			continue
		}
		for _, label := range e.labels[w.to] {
			if f := e.life(label, at); f != nil && f.commit < 0 {
				e.count(f, w.to)
				f.object = w.to
			}
		}
		e.stranded[w.to] = true
	}
}
