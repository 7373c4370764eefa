package register

import (
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A View is an entry as the commands show it in JSON: what is kept, and what
// follows from it at a moment.
type View struct {
	Type string `json:"type"` // "credential"
	*Entry
	State     State      `json:"state"`
	Age       Age        `json:"age"`
	AgeDays   int        `json:"age_days"`
	Exposure  *Window    `json:"exposure,omitempty"`
	Revoke    *Window    `json:"time_to_revoke,omitempty"`
	Accepted  bool       `json:"accepted"`
	Locations []Place    `json:"locations"`
	Verdicts  []Judgment `json:"verdicts"`
	Events    []Event    `json:"events,omitempty"`
}

// ViewOf returns e as it is seen at a moment.
func ViewOf(e *Entry, now time.Time) *View {
	v := &View{
		Type: "credential", Entry: e, State: e.State(now), Age: e.Age(now),
		Locations: e.Places, Verdicts: e.Verdicts, Events: e.Events,
	}
	v.AgeDays = int(v.Age.Age / (24 * time.Hour))
	v.Accepted, _ = e.Accepted(now)
	if x := e.Exposure(now); !x.Start.IsZero() {
		v.Exposure = &x
	}
	if w, ok := e.TimeToRevoke(now); ok {
		v.Revoke = &w
	}
	return v
}

// Owner returns who answers for e: somebody who was confirmed over a
// suggestion, or nil.
func (e *Entry) Owner() *sprawl.Owner {
	var best *Owner
	for i := range e.Owners {
		o := &e.Owners[i]
		if best == nil || o.Confirmed.After(best.Confirmed) || o.Confirmed.Equal(best.Confirmed) && o.Confidence > best.Confidence {
			best = o
		}
	}
	if best == nil {
		return nil
	}
	return &sprawl.Owner{Name: best.Name, Source: best.Source, Confirmed: !best.Confirmed.IsZero()}
}

// Confirmed reports whether somebody said who owns e.
func (e *Entry) Confirmed() bool {
	o := e.Owner()
	return o != nil && o.Confirmed
}

// Present returns in how many places e is.
func (e *Entry) Present() (n int) {
	for i := range e.Places {
		if e.Places[i].Present() {
			n++
		}
	}
	return n
}
