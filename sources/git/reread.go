package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

var _ sprawl.Rereader = (*Repo)(nil)

// Reread calls yield with the object at a location, whatever still leads to it,
// or with the file or list of names where the place has no object.
func (r *Repo) Reread(ctx context.Context, at *sprawl.Location, yield func(data []byte) error) error {
	if r.remote != nil || at.Kind == sprawl.KindRef {
		if err := r.plan(ctx); err != nil {
			return err
		}
	}
	if at.Object.IsZero() {
		return r.rereadName(ctx, at, yield)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.objs == nil {
		return fmt.Errorf("%s: %w", at.Object, sprawl.ErrGone)
	}
	if err := r.index(ctx); err != nil {
		return err
	}
	_, data, err := r.objs.read(at.Object, nil)
	switch {
	case errors.Is(err, pack.ErrMissing):
		return fmt.Errorf("%s: %w", at.Object, sprawl.ErrGone)
	case err != nil:
		return &sprawl.Gap{Target: r.target, What: at.Object.String(), Why: err.Error()}
	}
	return yield(data)
}

// rereadName reads what stands beside the objects: names of refs, their logs,
// the configuration.
func (r *Repo) rereadName(ctx context.Context, at *sprawl.Location, yield func(data []byte) error) error {
	read := r.readConfig
	switch at.Kind {
	case sprawl.KindRef:
		read = r.readRefNames
	case sprawl.KindReflog:
		read = r.readReflogs
	case sprawl.KindConfig:
	default:
		return &sprawl.Gap{Target: r.target, What: at.Path, Why: "a place without an object can't be read again; scan the repository"}
	}
	one := &one{kind: at.Kind, path: at.Path, yield: yield}
	if err := read(ctx, one); err != nil {
		return err
	}
	if !one.met {
		return fmt.Errorf("%s: %w", at.Path, sprawl.ErrGone)
	}
	return nil
}

// one is a Visitor that wants one thing of all that it is shown.
type one struct {
	kind  sprawl.Kind
	path  string
	yield func([]byte) error
	met   bool
}

func (o *one) Offer(at *sprawl.Location) bool { return at.Kind == o.kind && at.Path == o.path }

func (o *one) Visit(c *sprawl.Chunk) error {
	if !o.Offer(c.At) {
		return nil
	}
	o.met = true
	return o.yield(c.Data)
}
