package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// Blobs are read before everything else, so that when trees come by it is
// known which blobs matter.
const (
	stageBlobs = iota
	stageRest
	stageLast // what only having read everything tells
)

// perSlice is about how many objects one slice of a pack holds, and maxSlices
// how many slices of one type there are at most. Many small slices even out
// the load; each costs the visitor what it forgets between units.
const (
	perSlice  = 8192
	maxSlices = 64
	perLoose  = 1024
)

// A unit is a sprawl.Unit with what reads it.
type unit struct {
	sprawl.Unit
	read func(ctx context.Context, v sprawl.Visitor) error

	// collect goes through the unit's trees and commits without showing them;
	// nil for units that have none.
	collect func(ctx context.Context, k *collector) error
}

// Units lists what is to be read: slices of each pack, loose objects, and the
// names and logs around them. It reads the headers of all packs, or fetches
// the remote.
func (r *Repo) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	if err := r.plan(ctx); err != nil {
		return err
	}
	for _, u := range r.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(u.Unit); err != nil {
			return err
		}
	}
	return errors.Join(r.tally.take()...)
}

// Read shows the content of u to v.
func (r *Repo) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	if err := r.plan(ctx); err != nil {
		return err
	}
	unit, ok := r.units[u.Name]
	if !ok {
		return &sprawl.Gap{Target: r.target, What: u.Name, Why: "the repository has no such part any more; scan it again"}
	}
	if err := unit.read(ctx, v); err != nil {
		return err
	}
	return ctx.Err()
}

// plan makes the list of units, once.
func (r *Repo) plan(ctx context.Context) error {
	r.planning.Lock()
	defer r.planning.Unlock()
	if r.units != nil {
		return nil
	}
	r.order = nil
	if err := r.planMode(ctx); err != nil {
		return err
	}
	r.units = make(map[string]*unit, len(r.order))
	for _, u := range r.order {
		r.units[u.Name] = u
	}
	return nil
}

func (r *Repo) planMode(ctx context.Context) error {
	switch {
	case r.opt.Staged:
		r.planStaged()
		return nil
	case r.since != nil:
		r.planSpan()
		return nil
	case r.remote != nil:
		if err := r.fetch(ctx); err != nil {
			return err
		}
	}
	return r.planAll(ctx)
}

func (r *Repo) add(name string, stage int, bytes int64, read func(ctx context.Context, v sprawl.Visitor) error) *unit {
	u := sprawl.Unit{Target: r.target, Name: name, Stage: stage, Bytes: bytes}
	r.order = append(r.order, &unit{Unit: u, read: read})
	return r.order[len(r.order)-1]
}

// loadRefs reads the refs; what is wrong with them is a gap.
func (r *Repo) loadRefs() {
	var err error
	if r.refs, err = readRefs(r.place); err != nil {
		r.tally.gap(r.target, "refs", err.Error())
	}
	for i, name := range r.refs.broken {
		if i == maxGaps {
			r.tally.gap(r.target, "refs", fmt.Sprintf("%d more refs are damaged", len(r.refs.broken)-i))
			break
		}
		r.tally.gap(r.target, name, "is not a ref: it names no object")
	}
}

// planAll plans to read everything.
func (r *Repo) planAll(ctx context.Context) error {
	for _, err := range r.objs.problems() {
		r.tally.gap(r.target, "objects", err.Error())
	}
	if err := r.objs.list(ctx); err != nil {
		r.tally.gap(r.target, "loose objects", err.Error())
	}
	unready := r.prepare(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i, p := range r.objs.packs {
		if err := unready[i]; err != nil {
			r.tally.gap(r.target, p.Name(), err.Error())
			continue
		}
		r.planPack(p)
	}
	r.planLoose()
	r.add("absent", stageLast, 1, r.readAbsent)
	r.graph = newGraph(r.objs, r.target, r.remote == nil)
	if r.remote == nil {
		r.add("config", stageBlobs, 1<<12, r.readConfig)
		r.add("reflogs", stageRest, 1<<12, r.readReflogs)
		r.noteShallow()
	}
	r.add("refs", stageRest, int64(len(r.refs.all))*50, r.readRefNames)
	if r.objs.size() == 0 {
		r.tally.skip(r.target, "repository", "is empty: it has no objects")
	}
	return nil
}

// prepare readies the packs, and reads the refs of a repository on this
// machine: all that does not wait for one another, at once. It returns why a
// pack can't be read.
func (r *Repo) prepare(ctx context.Context) []error {
	n := len(r.objs.packs)
	errs := make([]error, n)
	_ = parallel(2*n+1, func(i int) error {
		switch {
		case i < n:
			errs[i] = r.objs.packs[i].Prepare(ctx)
		case i < 2*n:
			r.objs.packs[i-n].spread()
		case r.remote == nil:
			r.loadRefs()
		}
		return nil
	})
	return errs
}

// planPack plans to read one pack, slice by slice.
func (r *Repo) planPack(p *packed) {
	n := min(maxSlices, 1+p.Len()/perSlice)
	for _, t := range []pack.Type{pack.Blob, pack.Commit, pack.Tag, pack.Tree} {
		stage := stageRest
		if t == pack.Blob {
			stage = stageBlobs
		}
		for i, s := range p.Slices(t, n) {
			name := p.Name() + "/" + t.String() + "/" + strconv.Itoa(i)
			u := r.add(name, stage, s.Bytes, func(ctx context.Context, v sprawl.Visitor) error {
				return r.readSlice(ctx, name, p, s, v)
			})
			if r.remote == nil {
				u.Version = p.Name() // which is a checksum
			}
			if t == pack.Tree || t == pack.Commit {
				u.collect = func(ctx context.Context, k *collector) error { return k.slice(ctx, p, s) }
			}
		}
	}
}

// planLoose plans to read the loose objects. Their types are not known before
// they are read: what turns out to be no blob is read again later.
func (r *Repo) planLoose() {
	for from := 0; from < len(r.objs.loose); from += perLoose {
		to := min(from+perLoose, len(r.objs.loose))
		blobs := "loose/blob/" + strconv.Itoa(from/perLoose)
		others := "loose/other/" + strconv.Itoa(from/perLoose)
		r.add(blobs, stageBlobs, int64(to-from)<<13, func(ctx context.Context, v sprawl.Visitor) error {
			return r.readLoose(ctx, blobs, from, to, true, v)
		})
		u := r.add(others, stageRest, int64(to-from)<<10, func(ctx context.Context, v sprawl.Visitor) error {
			return r.readLoose(ctx, others, from, to, false, v)
		})
		u.collect = func(ctx context.Context, k *collector) error { return k.loose(ctx, from, to) }
	}
}
