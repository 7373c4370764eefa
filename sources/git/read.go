package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// A shower shows the objects of one unit to its visitor, and what archives
// among them hold.
type shower struct {
	ctx   context.Context
	repo  *Repo
	v     *unpack.Unpacker
	namer Namer // nil if the visitor is none: it is shown everything
	at    sprawl.Location
	c     sprawl.Chunk
	open  int // how many gaps of v have been taken over
	n     int64

	// hidden are the slots of objects that the visitor has not seen. What is
	// derived from one has no Base.
	hidden []bool
	gaps   gaps
}

func (r *Repo) shower(ctx context.Context, v sprawl.Visitor) *shower {
	u := unpack.Wrap(v, unpack.Limits{Reach: r.opt.Reach, Stop: ctx.Err})
	namer, _ := v.(Namer)
	return &shower{ctx: ctx, repo: r, v: u, namer: namer, at: sprawl.Location{Target: r.target}, gaps: gaps{target: r.target}}
}

// show offers one object, and visits it if it is wanted. Where it lies is for
// Locate to say.
func (s *shower) show(o *pack.Object) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	s.n++
	based := !o.Base.IsZero() && !s.hidden[o.BaseSlot]
	s.at = sprawl.Location{Target: s.at.Target, Object: o.ID, Kind: kind(o.Type)}
	wanted := s.v.Offer(&s.at)
	s.mark(o, !wanted)
	if !wanted {
		return nil
	}
	s.c = sprawl.Chunk{At: &s.at, Data: o.Data}
	if based && !s.repo.opt.NoDelta {
		s.c.Base, s.c.Copies = o.Base, o.Copies
	}
	err := s.v.Visit(&s.c)
	for _, g := range s.v.Gaps()[s.open:] {
		s.gaps.add(o.ID.String()+g.What, errors.New(g.Why)) // the path in the archive, after the object
		s.open++
	}
	return err
}

// pass counts an object that need not be shown.
func (s *shower) pass(o *pack.Object) error {
	s.n++
	s.namer.Passed(len(o.Data))
	s.mark(o, true)
	return s.ctx.Err()
}

// mark notes whether the visitor has not seen o.
func (s *shower) mark(o *pack.Object, hidden bool) {
	if o.Slot < 0 {
		return
	}
	for o.Slot >= len(s.hidden) {
		s.hidden = append(s.hidden, false)
	}
	s.hidden[o.Slot] = hidden
}

// count adds what was shown to the tally. Workers that all counted there
// object by object would wait for one another.
func (s *shower) count() {
	s.repo.tally.objects.Add(s.n)
	s.n = 0
}

// text shows what has no object name: a list of refs, a log, a file of
// configuration.
func (s *shower) text(kind sprawl.Kind, path string, data []byte) error {
	if len(data) == 0 || s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	s.n++
	s.at = sprawl.Location{Target: s.at.Target, Kind: kind, Path: path}
	if !s.v.Offer(&s.at) {
		return nil
	}
	s.c = sprawl.Chunk{At: &s.at, Data: data}
	return s.v.Visit(&s.c)
}

func kind(t pack.Type) sprawl.Kind {
	switch t {
	case pack.Commit:
		return sprawl.KindCommit
	case pack.Tag:
		return sprawl.KindTag
	case pack.Tree:
		return sprawl.KindTree
	}
	return sprawl.KindBlob
}

// gaps collect what could not be read of a unit: the first maxGaps one by one,
// the others as a number.
type gaps struct {
	target sprawl.Target
	errs   []error
	more   int
}

func (g *gaps) add(what string, err error) {
	if len(g.errs) == maxGaps {
		g.more++
		return
	}
	g.errs = append(g.errs, &sprawl.Gap{Target: g.target, What: what, Why: err.Error()})
}

func (g *gaps) err() error {
	if g.more > 0 {
		why := fmt.Sprintf("could not be read, beside the %d named; run git fsck", len(g.errs))
		g.errs = append(g.errs, &sprawl.Gap{Target: g.target, What: fmt.Sprintf("%d more objects", g.more), Why: why})
		g.more = 0
	}
	return errors.Join(g.errs...)
}

// readSlice shows some families of a pack, and keeps what trees and commits
// say of history.
func (r *Repo) readSlice(ctx context.Context, name string, p *packed, slice pack.Slice, v sprawl.Visitor) error {
	reader := p.reader()
	defer p.rest(reader)
	s := r.shower(ctx, v)
	defer s.count()
	keep := r.graph.collector(v, r.shallow)
	commits := int64(0)
	err := reader.Walk(ctx, slice, func(o *pack.Object) error {
		if p.first > 0 && r.objs.repeated(p.first+uint32(o.Num), o.ID) {
			s.mark(o, true)
			return nil
		}
		if o.Type == pack.Commit {
			commits++
		}
		if keep.object(p.first+uint32(o.Num), o) {
			return s.pass(o)
		}
		return s.show(o)
	}, func(id sprawl.ID, err error) {
		s.gaps.add(id.String(), err)
	})
	r.tally.commits.Add(commits)
	if err != nil {
		return err
	}
	keep.done(name)
	return s.gaps.err()
}

// readLoose shows the loose objects among r.objs.loose[from:to] that are
// blobs, or those that are not.
func (r *Repo) readLoose(ctx context.Context, name string, from, to int, blobs bool, v sprawl.Visitor) error {
	s := r.shower(ctx, v)
	defer s.count()
	keep := r.graph.collector(v, r.shallow)
	var buf []byte
	for i := from; i < to; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !blobs && r.graph.looseType[i] == pack.Blob {
			continue
		}
		id := r.objs.loose[i]
		if r.objs.repeated(r.objs.firstLoose()+uint32(i), id) {
			continue
		}
		typ, data, err := r.objs.read(id, buf)
		if err != nil {
			if blobs { // its type is not known: named once
				s.gaps.add(id.String(), err)
			}
			continue
		}
		buf = keepSmall(data)
		r.graph.looseType[i] = typ
		if (typ == pack.Blob) != blobs {
			continue
		}
		o := pack.Object{ID: id, Type: typ, Data: data}
		if typ == pack.Commit {
			r.tally.commits.Add(1)
		}
		see := s.show
		if keep.object(r.objs.firstLoose()+uint32(i), &o) {
			see = s.pass
		}
		if err := see(&o); err != nil {
			return err
		}
	}
	keep.done(name)
	return s.gaps.err()
}

// keepSmall returns buf for another use, unless it has grown too large to
// keep.
func keepSmall(buf []byte) []byte {
	if cap(buf) > 16<<20 {
		return nil
	}
	return buf
}

// readAbsent shows nothing: it says what the objects read before name and the
// repository does not have.
func (r *Repo) readAbsent(ctx context.Context, v sprawl.Visitor) error {
	if err := r.index(ctx); err != nil {
		return err
	}
	g := r.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range r.refs.all {
		if _, ok := r.objs.number(f.id); !ok && !f.id.IsZero() {
			g.absent.add(f.id, f.name)
		}
	}
	for name, id := range g.links {
		r.tally.skip(r.target, "submodule "+name, "at "+id.String()+" not read: it is another repository")
	}
	return g.absent.gap(r.target)
}
