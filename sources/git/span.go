package git

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A span is what the commits of a range bring.
type span struct {
	commits []sprawl.ID // the new ones, newest first
	tags    []sprawl.ID // objects of annotated tags
	edge    []sprawl.ID // parents of these that are not new
	trees   []sprawl.ID // opened, because they differ from a parent's
	files   []staged    // blobs that no parent has at their path; one for each path
	repeats []string    // directories that changed as another one did
	errs    gaps
}

// readSpan works out the range that expr names: REV for REV..HEAD, A..B, or
// A...B for what B brings since the two parted, which is the same to git log as
// A..B, and what git diff means by it.
func (r *Repo) readSpan(ctx context.Context, expr string) (*span, error) {
	from, to, ok := strings.Cut(expr, "..")
	to = strings.TrimPrefix(to, ".")
	if !ok {
		to = "HEAD"
	}
	old, err := r.resolve(ctx, from)
	if err != nil {
		return nil, err
	}
	tip, err := r.resolve(ctx, to)
	if err != nil {
		return nil, err
	}
	return r.spanOf(ctx, expr, &span{errs: gaps{target: r.target}}, []sprawl.ID{tip}, []sprawl.ID{old})
}

// spanOf adds to s what tips bring beyond old, both of which are commits.
func (r *Repo) spanOf(ctx context.Context, name string, s *span, tips, old []sprawl.ID) (*span, error) {
	w := walk{repo: r, span: s, seen: make(map[sprawl.ID]*walked)}
	if err := w.run(ctx, tips, old); err != nil {
		return nil, err
	}
	if err := w.diff(ctx); err != nil {
		return nil, err
	}
	if len(s.commits)+len(s.tags)+len(s.files) == 0 && len(s.errs.errs) == 0 {
		r.tally.skip(r.target, name, "is an empty range: there was nothing to read")
	}
	return s, nil
}

// A walk goes from the tip of a range back in time until only commits are left
// that the range's start has too.
type walk struct {
	repo  *Repo
	span  *span
	seen  map[sprawl.ID]*walked
	queue dateQueue
	wants int // commits in queue that are not known to be old
	order []*walked
}

// A walked is a commit that a walk has met.
type walked struct {
	id      sprawl.ID
	header  header
	old     bool
	popped  bool
	missing bool
}

func (w *walk) run(ctx context.Context, tips, old []sprawl.ID) error {
	for i, id := range append(slices.Clone(old), tips...) {
		if err := w.push(id, i < len(old)); err != nil {
			return err
		}
	}
	// Clocks are not to be trusted: a commit can claim to be older than its
	// parents. A few more steps than needed catch most of that; what is missed
	// makes the range larger, never smaller.
	for slack := 64; w.queue.Len() > 0 && slack > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.wants == 0 {
			slack--
		}
		c := heap.Pop(&w.queue).(*walked)
		c.popped = true
		if !c.old {
			w.wants--
			w.order = append(w.order, c)
		}
		for _, p := range c.header.parents {
			if err := w.push(p, c.old); err != nil {
				return err
			}
		}
	}
	for _, c := range w.order {
		if !c.old && !c.missing {
			w.span.commits = append(w.span.commits, c.id)
		}
	}
	return nil
}

// push adds a commit to the queue, or marks it and its ancestors old.
func (w *walk) push(id sprawl.ID, old bool) error {
	c := w.seen[id]
	if c == nil {
		c = &walked{id: id, old: old}
		w.seen[id] = c
		typ, data, err := w.repo.objs.read(id, nil)
		if err != nil || typ != pack.Commit {
			return w.absent(c, typ, err)
		}
		c.header = parseCommit(data)
		heap.Push(&w.queue, c)
		if !old {
			w.wants++
		}
		return nil
	}
	if old {
		w.paint(c)
	}
	return nil
}

// absent notes a commit that can't be read. A shallow clone ends somewhere:
// on the old side that is no loss.
func (w *walk) absent(c *walked, typ pack.Type, err error) error {
	c.missing, c.popped = true, true
	if c.old {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("is a %s, not a commit", typ)
	}
	if errors.Is(err, pack.ErrMissing) {
		err = errors.New("commit is not here, so that what the range brings is not known; run git fetch --unshallow")
	}
	w.span.errs.add(c.id.String(), err)
	return nil
}

// paint marks c and what was met of its ancestors as old.
func (w *walk) paint(c *walked) {
	todo := []*walked{c}
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if c.old {
			continue
		}
		c.old = true
		if !c.popped {
			w.wants--
			continue
		}
		for _, p := range c.header.parents {
			if q := w.seen[p]; q != nil {
				todo = append(todo, q)
			}
		}
	}
}

// A dateQueue is a heap of commits, the newest first.
type dateQueue []*walked

func (q dateQueue) Len() int           { return len(q) }
func (q dateQueue) Less(i, j int) bool { return q[i].header.date > q[j].header.date }
func (q dateQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dateQueue) Push(x any)        { *q = append(*q, x.(*walked)) }
func (q *dateQueue) Pop() any {
	n := len(*q) - 1
	x := (*q)[n]
	*q = (*q)[:n]
	return x
}

// diff compares the tree of every new commit with those of its parents.
func (w *walk) diff(ctx context.Context) error {
	d := treeDiff{repo: w.repo, span: w.span, opened: make(map[sprawl.ID]bool), compared: make(map[string]string)}
	edge := make(map[sprawl.ID]bool)
	for _, id := range w.span.commits {
		h := w.seen[id].header
		var before []sprawl.ID
		for _, p := range h.parents {
			q := w.seen[p]
			if q == nil || q.missing {
				continue
			}
			before = append(before, q.header.tree)
			if q.old && !edge[p] {
				edge[p] = true
				w.span.edge = append(w.span.edge, p)
			}
		}
		if err := d.tree(ctx, "", h.tree, before, 0); err != nil {
			return err
		}
	}
	return nil
}

// A treeDiff collects what trees hold and their parents' trees do not.
type treeDiff struct {
	repo   *Repo
	span   *span
	opened map[sprawl.ID]bool

	// compared are the trees that were compared with the same others before:
	// trees that hold one another often would else be opened for every path.
	compared map[string]string // the path
}

// tree compares a tree with those at the same path in the parents.
func (d *treeDiff) tree(ctx context.Context, path string, id sprawl.ID, before []sprawl.ID, depth int) error {
	for _, b := range before {
		if b == id {
			return nil
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		return &sprawl.Gap{Target: d.repo.target, What: path, Why: "directories are nested too deeply"}
	}
	key := string(id[:20])
	for _, b := range before {
		key += string(b[:20])
	}
	if first, ok := d.compared[key]; ok {
		if first != path {
			d.span.repeats = append(d.span.repeats, path)
		}
		return nil
	}
	d.compared[key] = path
	_, data, err := d.repo.objs.read(id, nil)
	if err != nil {
		d.span.errs.add("tree "+id.String(), err)
		return nil
	}
	if !d.opened[id] {
		d.opened[id] = true
		d.span.trees = append(d.span.trees, id)
	}
	olds := make([]map[string]sprawl.ID, 0, len(before))
	for _, b := range before {
		old, err := d.repo.entriesOf(b)
		if err == nil {
			olds = append(olds, old) // else it is read as if it were new
		}
	}
	for at := 0; at < len(data); {
		name, end, mode := entry(data, at)
		if end == 0 {
			d.span.errs.add("tree "+id.String(), errors.New("is damaged"))
			break
		}
		if err := d.entry(ctx, path, string(name), data[end-20:end], mode, olds, depth); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// entry compares one entry of a tree.
func (d *treeDiff) entry(ctx context.Context, path, name string, raw []byte, mode int, olds []map[string]sprawl.ID, depth int) error {
	var id sprawl.ID
	copy(id[:], raw)
	var before []sprawl.ID
	for _, old := range olds {
		if b, ok := old[name]; ok {
			if b == id {
				return nil
			}
			before = append(before, b)
		}
	}
	if path != "" {
		path += "/"
	}
	path += name
	switch {
	case mode == modeTree:
		return d.tree(ctx, path, id, before, depth+1)
	case mode == modeLink:
		d.repo.tally.skip(d.repo.target, "submodule "+path, "at "+id.String()+" not read: it is another repository")
	default:
		d.span.files = append(d.span.files, staged{path, id, before})
	}
	return nil
}

// planSpan plans to read what the range brings: files, and the text and the
// trees of its commits.
func (r *Repo) planSpan() {
	r.planEdits("range/blob", r.since.files)
	r.planFiles("range/commit", unnamed(r.since.commits))
	r.planFiles("range/tree", unnamed(r.since.trees))
	r.planFiles("range/tag", unnamed(r.since.tags))
	r.add("range", stageBlobs, 1, func(ctx context.Context, v sprawl.Visitor) error {
		r.tally.commits.Add(int64(len(r.since.commits)))
		return r.since.errs.err()
	})
}

func unnamed(ids []sprawl.ID) []staged {
	all := make([]staged, len(ids))
	for i, id := range ids {
		all[i].id = id
	}
	return all
}

// locateSpan follows what was seen through the range alone: the trees that it
// opened are all that matter. What lay in a file before the range changed that
// is not what the range brings.
func (r *Repo) locateSpan(ctx context.Context, seen []sprawl.Sighting, yield func(sprawl.Life) error) error {
	if err := r.objs.list(ctx); err != nil {
		return err
	}
	r.loadRefs()
	e := newEdits(r.since.files, seen)
	seen, old := e.part(seen)
	for _, life := range old {
		if err := yield(life); err != nil {
			return err
		}
	}
	l := &locator{repo: r, graph: newGraph(r.objs, r.target, false), yield: e.filter(r.since.repeats, yield), ranged: true}
	if err := l.index(ctx, seen); err != nil {
		return err
	}
	l.graph.prepare()
	k := l.collector()
	for _, list := range [][]sprawl.ID{r.since.trees, r.since.tags, r.since.commits, r.since.edge} {
		for _, id := range list {
			num, _ := r.objs.number(id)
			typ, data, err := r.objs.read(id, nil)
			if err != nil {
				continue // named when it was read
			}
			k.object(num, &pack.Object{ID: id, Type: typ, Data: data})
		}
	}
	k.done("range")
	return l.run(ctx)
}
