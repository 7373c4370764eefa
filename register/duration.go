package register

import (
	"fmt"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// An Age is how old a credential is, with what that is known from.
type Age struct {
	Since time.Time     `json:"since"`
	Age   time.Duration `json:"-"`
	Basis string        `json:"basis"`       // "issued", "store", "commit" or "first seen"
	Least bool          `json:"lower_bound"` // it may be older
}

// String returns the age in the largest unit that tells something.
func (a Age) String() string {
	text := span(a.Age)
	if a.Least {
		return "≥" + text
	}
	return text
}

// span returns d in days, hours or minutes.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0m"
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
	case d >= time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	}
	return fmt.Sprintf("%dm", int(d/time.Minute))
}

// Age returns how old e is: by when it was made, where it tells that itself;
// else by when it was met first, which is the least that it can be.
func (e *Entry) Age(now time.Time) Age {
	if t := factTime(e.About.Facts, sprawl.FactIssued); !t.IsZero() && !t.After(now) {
		return Age{t, now.Sub(t), "issued", false}
	}
	since, basis := e.Introduced()
	if since.IsZero() || since.After(now) {
		since, basis = e.First, "first seen"
	}
	return Age{since, max(now.Sub(since), 0), basis, true}
}

// Introduced returns when e was first put anywhere, as far as that is known,
// and what it is known from. A commit's time is what its author's machine said:
// one after the credential was seen is not believed.
func (e *Entry) Introduced() (since time.Time, basis string) {
	for i := range e.Places {
		p := &e.Places[i]
		if p.Since.IsZero() || p.Since.After(e.First) || p.Since.Year() < 1990 {
			continue
		}
		if since.IsZero() || p.Since.Before(since) {
			since, basis = p.Since, "store"
			if p.Commit != "" {
				basis = "commit"
			}
		}
	}
	return since, basis
}

// A Window is a stretch of time whose end may be known only to lie between two
// moments, or not to have come.
type Window struct {
	Start    time.Time `json:"start,omitzero"`
	EndLo    time.Time `json:"end_after,omitzero"`  // it had not ended then
	EndHi    time.Time `json:"end_before,omitzero"` // it had ended then
	Open     bool      `json:"open"`
	duration [2]time.Duration
}

// String returns how long it is.
func (w Window) String() string {
	if w.Open {
		return span(w.duration[1]) + " so far"
	}
	if w.duration[0] == w.duration[1] {
		return span(w.duration[1])
	}
	return span(w.duration[0]) + " to " + span(w.duration[1])
}

// window returns the stretch from start to when e died, or now.
func (e *Entry) window(start, now time.Time) Window {
	lo, hi := e.died()
	w := Window{Start: start, EndLo: lo, EndHi: hi, Open: hi.IsZero()}
	if w.Open {
		lo, hi = now, now
	}
	if lo.IsZero() {
		lo = start
	}
	w.duration = [2]time.Duration{max(lo.Sub(start), 0), max(hi.Sub(start), 0)}
	return w
}

// died returns between which moments e stopped working for good: after the last
// time that it worked, before the first refusal since. Zero where it did not.
func (e *Entry) died() (after, before time.Time) {
	for i := range e.Verdicts {
		switch v := &e.Verdicts[i]; v.State {
		case sprawl.Live:
			after, before = v.At, time.Time{}
		case sprawl.Dead:
			if before.IsZero() {
				before = v.At
			}
		}
	}
	return after, before
}

// Exposure returns since when e has lain where it crosses a boundary, until it
// died. Its start is zero where it crosses none.
func (e *Entry) Exposure(now time.Time) Window {
	if e.Cross == nil {
		return Window{}
	}
	start, _ := e.Introduced()
	if start.IsZero() {
		start = e.First
	}
	return e.window(start, now)
}

// TimeToDetect returns how long e lay somewhere before it was met. ok is false
// where it was there before the register began: the time would say when we came,
// not how fast we see.
func (e *Entry) TimeToDetect(began time.Time) (d time.Duration, ok bool) {
	since, _ := e.Introduced()
	if since.IsZero() || since.Before(began) {
		return 0, false
	}
	return e.First.Sub(since), true
}

// TimeToRevoke returns the stretch from when e was first known to work until it
// no longer did. ok is false where it was never known to work. Open windows are
// the slow ones: whoever leaves them out flatters those who never revoke.
func (e *Entry) TimeToRevoke(now time.Time) (w Window, ok bool) {
	for i := range e.Verdicts {
		if e.Verdicts[i].State == sprawl.Live {
			return e.window(e.Verdicts[i].At, now), true
		}
	}
	return Window{}, false
}

// TimeToClean returns how long it took until e was in no place any more. ok is
// false while it is in one.
func (e *Entry) TimeToClean() (d time.Duration, ok bool) {
	gone := e.goneSince()
	if gone.IsZero() {
		return 0, false
	}
	return gone.Sub(e.First), true
}
