package register

import (
	"context"
	"fmt"
	"time"
)

// A Visit is what became of a place that was read again.
type Visit struct {
	Place   Place // as it is known
	Found   bool  // the credential is there
	Line    int   // where, if that is known
	Another bool  // another value of the same kind is there in its stead
}

// Revisit takes note of what was found when places of a credential were read
// again: where it is gone from, what took its place, where it moved to.
func (s *Store) Revisit(ctx context.Context, id string, at time.Time, visits []Visit) error {
	at = at.UTC().Truncate(time.Millisecond)
	return s.Update(ctx, id, at, func(e *Entry) (events []Event, err error) {
		known := make(map[int64]*Place, len(e.Places))
		for i := range e.Places {
			known[e.Places[i].number()] = &e.Places[i]
		}
		for i := range visits {
			v := &visits[i]
			if p := known[v.Place.number()]; p != nil {
				events = append(events, p.revisit(v, at)...)
			}
		}
		return events, nil
	})
}

// revisit brings p up to what v found.
func (p *Place) revisit(v *Visit, at time.Time) (events []Event) {
	where := string(p.Target) + " " + p.Path
	switch {
	case v.Found:
		if !p.Present() {
			events = append(events, Event{at, Reappeared, where})
		}
		p.Last = later(p.Last, at)
		if v.Line > 0 && p.Line > 0 && v.Line != p.Line {
			events = append(events, Event{at, Moved, fmt.Sprintf("%s: from line %d to %d", where, p.Line, v.Line)})
			p.Line = v.Line
		}
		return events
	case p.Present():
		what := Gone
		if v.Another {
			what = Replaced
		}
		events = append(events, Event{at, what, where})
		// A place that was read at the very moment that it was met last is gone
		// just after.
		p.Gone = later(at, p.Last.Add(time.Millisecond))
	}
	return events
}
