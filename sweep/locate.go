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

// locate asks a source that met content before it knew where it lives, and
// fills in the lines and columns of what was found in it.
func (s *sweep) locate(ctx context.Context, i int, p Place) {
	if l, ok := p.Source.(sprawl.Locator); ok && ctx.Err() == nil {
		if seen := s.Inventory.Sightings(i); len(seen) > 0 {
			s.tell("locating")
			s.lives(ctx, i, p, l, seen)
		}
	}
	s.lines(ctx, i, p)
}

func (s *sweep) lives(ctx context.Context, i int, p Place, l sprawl.Locator, seen []sprawl.Sighting) {
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

// lines fills in the lines and columns of what lies in objects that can be read
// again: each such object is read once.
func (s *sweep) lines(ctx context.Context, i int, p Place) {
	r, ok := p.Source.(rereader)
	if !ok || ctx.Err() != nil {
		return
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

// receipt says what was read.
func (s *sweep) receipt(ctx context.Context) sprawl.Receipt {
	r := sprawl.Receipt{
		Bytes: s.bytes.Load(), Scanned: s.scanned.Load(), Objects: s.objects.Load(),
		Rules: s.Rules.Len(), Gaps: s.gaps,
	}
	for _, p := range s.Places {
		s.count(p.Source)
		s.observe(p.Source)
	}
	r.Exposures = s.exposures
	r.Commits, r.Refs, r.Skipped = s.tally.Commits, s.tally.Refs, s.tally.Skipped
	if ctx.Err() != nil {
		r.Gaps = append(r.Gaps, sprawl.Gap{What: "the run", Why: "stopped before everything was read: run it again"})
	}
	r.Complete = len(r.Gaps) == 0
	return r
}

// count adds what a source met to the tally.
func (s *sweep) count(from sprawl.Source) {
	t, ok := from.(sprawl.Tallier)
	if !ok {
		return
	}
	tally := t.Tally()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Commits += tally.Commits
	s.tally.Refs += tally.Refs
	s.tally.Skipped = append(s.tally.Skipped, tally.Skipped...)
}

// observe adds what settings told a source.
func (s *sweep) observe(from sprawl.Source) {
	o, ok := from.(sprawl.Observer)
	if !ok {
		return
	}
	exposures := o.Exposures()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exposures = append(s.exposures, exposures...)
}
