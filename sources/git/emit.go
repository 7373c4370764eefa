package git

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// emit yields the lives that have a path.
func (l *locator) emit(ctx context.Context) error {
	all := make([]*life, 0, len(l.lives.all))
	for _, f := range l.lives.all {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *life) int {
		return cmp.Or(cmp.Compare(a.label, b.label), cmp.Compare(a.path, b.path))
	})
	authors := make(map[int]string)
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.yield(l.finish(f, authors)); err != nil {
			return err
		}
	}
	return nil
}

// finish writes a life out.
func (l *locator) finish(f *life, authors map[int]string) sprawl.Life {
	objs := l.graph.objs
	out := sprawl.Life{
		Credential: l.labels[f.label],
		Path:       l.lives.paths.text(f.path),
		Object:     objs.id(f.object),
		Versions:   f.versions,
		Note:       reachNotes[byNothing],
	}
	if f.commit >= 0 {
		l.introduced(&out, f, authors)
	}
	if f.refs != nil {
		l.held(&out, f)
	}
	if !out.InHead && f.removed >= 0 && f.remRank <= f.rank {
		c := l.commits[f.removed]
		out.Removed, out.RemovedAt = objs.id(c.num).String(), time.Unix(c.date, 0).UTC()
	}
	return out
}

func (l *locator) introduced(out *sprawl.Life, f *life, authors map[int]string) {
	c := l.commits[f.commit]
	id := l.graph.objs.id(c.num)
	who, ok := authors[f.commit]
	if !ok {
		if _, data, err := l.graph.objs.read(id, nil); err == nil {
			h := parseCommit(data)
			who = h.author()
		}
		authors[f.commit] = who
	}
	out.Commit, out.Author, out.When = id.String(), who, time.Unix(c.date, 0).UTC()
	out.Note = reachNotes[f.rank]
	if c.cut && out.Note == "" {
		out.Note = "shallow boundary"
	}
}

func (l *locator) held(out *sprawl.Life, f *life) {
	for _, i := range f.refs.first {
		out.Refs = append(out.Refs, l.refs[i].name)
	}
	out.RefCount = f.refs.count
	if f.refs.head >= 0 {
		out.InHead, out.HeadObject = true, l.graph.objs.id(f.refs.obj)
	}
	if f.commit < 0 {
		out.Note = "" // a tag of a tree
	}
}

// emitPlaceless yields the lives of what has no path: messages, and blobs that
// no tree holds.
func (l *locator) emitPlaceless() error {
	nums := make([]uint32, 0, len(l.of))
	for num := range l.of {
		nums = append(nums, num)
	}
	slices.Sort(nums)
	staged := l.repo.stagedPaths()
	for _, num := range nums {
		for _, life := range l.placeless(num, staged) {
			for _, n := range l.of[num] {
				life.Credential = l.labels[n]
				if err := l.yield(life); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range l.strange {
		if err := l.yield(sprawl.Life{Credential: s.Credential, Object: s.Object, Versions: 1, Note: "unreachable"}); err != nil {
			return err
		}
	}
	return nil
}

// placeless returns the lives of one object that has no path.
func (l *locator) placeless(num uint32, staged map[sprawl.ID][]string) []sprawl.Life {
	out := sprawl.Life{Object: l.graph.objs.id(num), Versions: 1}
	switch l.types[num] {
	case pack.Commit:
		return []sprawl.Life{l.message(out, num)}
	case pack.Tag:
		return []sprawl.Life{l.tag(out)}
	}
	if l.lives.placed[num] || l.lives.stranded[num] {
		return nil
	}
	out.Note = "unreachable"
	var all []sprawl.Life
	for _, path := range staged[out.Object] {
		out.Path, out.Note = path, "index"
		all = append(all, out)
	}
	if all == nil {
		all = append(all, out)
	}
	return all
}

// message returns the life of something in a commit's own text.
func (l *locator) message(out sprawl.Life, num uint32) sprawl.Life {
	c := l.pos[num]
	if c == none {
		out.Note = "unreachable commit"
		return out
	}
	out.Commit = out.Object.String()
	out.When = time.Unix(l.commits[c].date, 0).UTC()
	if _, data, err := l.graph.objs.read(out.Object, nil); err == nil {
		h := parseCommit(data)
		out.Author = h.author()
	}
	out.InHead, out.Note = l.inHead[c], reachNotes[l.rank[c]]
	if out.InHead {
		out.HeadObject = out.Object
	}
	return out
}

// tag returns the life of something in the text of an annotated tag.
func (l *locator) tag(out sprawl.Life) sprawl.Life {
	out.Note = "tag"
	if _, data, err := l.graph.objs.read(out.Object, nil); err == nil {
		h := parseCommit(data)
		out.Author, out.When = h.author(), time.Unix(h.date, 0).UTC()
	}
	for _, f := range l.refs {
		if f.id != out.Object {
			continue
		}
		out.RefCount++
		if len(out.Refs) < sprawl.MaxRefs {
			out.Refs = append(out.Refs, f.name)
		}
	}
	if out.RefCount == 0 {
		out.Note = "tag, unreachable"
	}
	return out
}
