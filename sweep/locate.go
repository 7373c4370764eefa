package sweep

import (
	"context"
	"fmt"

	"github.com/sourcegraph/conc/panics"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

// A rereader is a source that can show one object again, by its ID.
type rereader interface {
	Content(ctx context.Context, id sprawl.ID, yield func(data []byte) error) error
}

// locate asks the sources that met content before they knew where it lives.
func (s *sweep) locate(ctx context.Context) {
	for i, p := range s.Places {
		l, ok := p.Source.(sprawl.Locator)
		if !ok || ctx.Err() != nil {
			continue
		}
		seen := s.Inventory.Sightings(i)
		if len(seen) == 0 {
			continue
		}
		s.tell("locating")
		var err error
		caught := panics.Try(func() {
			err = l.Locate(ctx, seen, func(life sprawl.Life) error {
				s.Inventory.Resolve(i, p.Target, life)
				return nil
			})
		})
		if caught != nil {
			err = &sprawl.Gap{Target: p.Target, What: "history", Why: fmt.Sprintf("internal error: %v", caught.Value)}
		}
		if err != nil && ctx.Err() == nil {
			s.gap(sprawl.Gaps(p.Target, "history", err)...)
		}
	}
	s.lines(ctx)
}

// lines fills in the lines and columns of what lies in objects that can be read
// again: each such object is read once.
func (s *sweep) lines(ctx context.Context) {
	for i, p := range s.Places {
		r, ok := p.Source.(rereader)
		if !ok || ctx.Err() != nil {
			continue
		}
		for id, at := range s.Inventory.Unplaced(i) {
			_ = r.Content(ctx, id, func(data []byte) error { // a location without a line is still one
				for _, l := range at {
					if l.End <= int64(len(data)) {
						detectors.Place(l, data, int(l.Start), int(l.End))
					}
				}
				return nil
			})
		}
	}
}

// receipt says what was read.
func (s *sweep) receipt(ctx context.Context) sprawl.Receipt {
	r := sprawl.Receipt{
		Bytes: s.bytes.Load(), Scanned: s.scanned.Load(), Objects: s.objects.Load(),
		Rules: s.Rules.Len(), Gaps: s.gaps,
	}
	for _, p := range s.Places {
		t, ok := p.Source.(sprawl.Tallier)
		if !ok {
			continue
		}
		tally := t.Tally()
		r.Commits += tally.Commits
		r.Refs += tally.Refs
		r.Skipped = append(r.Skipped, tally.Skipped...)
	}
	if ctx.Err() != nil {
		r.Gaps = append(r.Gaps, sprawl.Gap{What: "the run", Why: "stopped before everything was read: run it again"})
	}
	r.Complete = len(r.Gaps) == 0
	return r
}
