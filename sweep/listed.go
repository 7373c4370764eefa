package sweep

import (
	"context"
	"io"
	"slices"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"

	"github.com/seed-5dd601fe/sprawl"
)

// listed reads the targets that places list, such as the repositories of an
// organisation. Each is opened, read, located and closed by one worker, so that
// no more are open than there are workers, however many are listed.
func (s *sweep) listed(ctx context.Context) {
	if s.Config.Open == nil {
		return
	}
	places := s.targets(ctx)
	var next atomic.Int64
	reading := pool.New()
	for range min(s.workers, len(places)) {
		reading.Go(func() {
			w := &worker{sweep: s, scanner: s.Rules.NewScanner()}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(places) || ctx.Err() != nil {
					return
				}
				w.place = len(s.Places) + i
				w.whole(ctx, places[i])
			}
		})
	}
	reading.Wait()
}

// targets returns what the places list, each once.
func (s *sweep) targets(ctx context.Context) (all []Place) {
	met := map[sprawl.Target]bool{}
	for _, p := range s.Places {
		l, ok := p.Source.(sprawl.Lister)
		if !ok || ctx.Err() != nil {
			continue
		}
		err := l.Targets(ctx, func(t sprawl.Target, says map[string]string) error {
			if !met[t] {
				met[t] = true
				all = append(all, Place{Target: t, Says: says})
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			s.gap(sprawl.Gaps(p.Target, "the list of repositories", err)...)
		}
	}
	for _, p := range all {
		if s.Met != nil {
			s.Met(p)
		}
	}
	return all
}

// whole reads a place from its opening to its closing.
func (w *worker) whole(ctx context.Context, p Place) {
	index := w.place
	var err error
	if p.Source, err = w.Config.Open(ctx, p.Target); err != nil {
		w.gap(sprawl.Gaps(p.Target, string(p.Target), err)...)
		return
	}
	if closer, ok := p.Source.(io.Closer); ok {
		defer closer.Close()
	}
	units, err := unitsInOrder(ctx, p.Source, index)
	if err != nil && ctx.Err() == nil {
		w.gap(sprawl.Gaps(p.Target, string(p.Target), err)...)
	}
	for stage := range stages(units) {
		w.dirty = w.Inventory.Dirty()
		w.hint = hintOf(w.dirty)
		for _, u := range stage {
			if ctx.Err() != nil {
				return
			}
			w.do(ctx, u, p.Source)
		}
		w.tell("reading")
	}
	w.locate(ctx, index, p)
	w.count(p.Source)
	w.observe(p.Source)
}

// unitsInOrder returns the units of a source in the order in which they are read.
func unitsInOrder(ctx context.Context, from sprawl.Source, place int) (units []unit, err error) {
	err = from.Units(ctx, func(u sprawl.Unit) error {
		units = append(units, unit{u, place})
		return nil
	})
	slices.SortStableFunc(units, byCost)
	return units, err
}
