package register

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A State is where a credential is in its life.
type State string

// The states of a credential.
const (
	StateSeen          State = "seen"          // found, and nobody was asked
	StateActive        State = "active"        // its issuer says that it works
	StateIndeterminate State = "indeterminate" // asked, without an answer so far
	StateUnverifiable  State = "unverifiable"  // there is nobody to ask
	StateSuspended     State = "suspended"     // switched off at its issuer, and can be switched on
	StateRejected      State = "rejected"      // refused, which is no proof yet
	StateRevoked       State = "revoked"       // proven not to work, with evidence of grade A or B
	StateExpired       State = "expired"       // its time is up
	StateRetired       State = "retired"       // revoked or expired, and in no place any more for a while
	StateValueLost     State = "value_lost"    // in no place any more, and never proven dead
)

// retireAfter is how long a dead credential must have been in no place.
const retireAfter = 30 * 24 * time.Hour

// State returns where e is in its life at a moment. It is a function of what
// is known, so registers that know the same agree on it.
func (e *Entry) State(now time.Time) State {
	s := StateSeen
	for i := range e.Verdicts {
		s = s.after(&e.Verdicts[i])
	}
	switch s {
	case StateRejected, StateRevoked, StateExpired, StateSuspended:
	default:
		if end := e.expiry(); !end.IsZero() && end.Before(now) {
			s = StateExpired
		}
	}
	if gone := e.goneSince(); !gone.IsZero() {
		switch s {
		case StateRevoked, StateExpired:
			if now.Sub(gone) >= retireAfter {
				return StateRetired
			}
		case StateRejected, StateSuspended:
		default:
			return StateValueLost
		}
	}
	return s
}

// after returns the state that follows s when an issuer has said j. No answer
// takes nothing back that an answer said before.
func (s State) after(j *Judgment) State {
	switch j.State {
	case sprawl.Live:
		return StateActive
	case sprawl.Dead:
		switch {
		case j.Grade == "A" || j.Grade == "B" || s == StateRevoked:
			return StateRevoked
		case says(j.Reason, "expired"):
			return StateExpired
		case says(j.Reason, "inactive", "suspended", "disabled", "quarantined"):
			return StateSuspended
		}
		return StateRejected
	}
	switch {
	case s != StateSeen && s != StateUnverifiable && s != StateIndeterminate:
		return s
	case says(j.Reason, "no issuer", "no verifier", "nobody to ask", "not supported"):
		return StateUnverifiable
	}
	return StateIndeterminate
}

// says reports whether one of words is in a reason.
func says(reason string, words ...string) bool {
	reason = strings.ToLower(reason)
	for _, w := range words {
		if strings.Contains(reason, w) {
			return true
		}
	}
	return false
}

// became names the event of going from one state to another, "" for none.
func became(from, to State) string {
	if from == to {
		return ""
	}
	switch to {
	case StateActive:
		if from == StateRejected || from == StateRevoked || from == StateSuspended || from == StateExpired || from == StateRetired {
			return Resurrected
		}
		return Activated
	case StateRejected:
		return Rejected
	case StateSuspended:
		return Suspended
	case StateRevoked:
		return Revoked
	case StateExpired:
		return Expired
	case StateRetired:
		return Retired
	case StateValueLost:
		return ValueLost
	}
	return ""
}

// goneSince returns since when e is in no place, or zero while it is in one.
func (e *Entry) goneSince() (gone time.Time) {
	for i := range e.Places {
		if e.Places[i].Present() {
			return time.Time{}
		}
		gone = later(gone, e.Places[i].Gone)
	}
	return gone
}

// expiry returns when the credential ends by itself: as its issuer said last,
// or as it tells of itself.
func (e *Entry) expiry() time.Time {
	for i := len(e.Verdicts) - 1; i >= 0; i-- {
		if !e.Verdicts[i].Expires.IsZero() {
			return e.Verdicts[i].Expires
		}
	}
	return factTime(e.About.Facts, sprawl.FactExpires)
}

// factTime returns the fact called name as a time, or zero.
func factTime(all []Fact, name string) time.Time {
	for _, f := range all {
		if f.Name == name {
			t, err := time.Parse(time.RFC3339, f.Value)
			if err == nil {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

// Verdict returns what an issuer said last.
func (e *Entry) Verdict() sprawl.Verdict {
	if len(e.Verdicts) == 0 {
		return sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked"}
	}
	return e.Verdicts[len(e.Verdicts)-1].Verdict()
}

// Verdict returns j as it was given.
func (j *Judgment) Verdict() sprawl.Verdict {
	return sprawl.Verdict{
		State: j.State, Reason: j.Reason, Account: j.Account, Scopes: j.Scopes, Expires: j.Expires, Grade: j.Grade, At: j.At,
		Vantage: j.Vantage, Verifier: j.Verifier,
	}
}

// Accepted reports whether an acceptance of e is in force, and if there is one
// that is not, why.
func (e *Entry) Accepted(now time.Time) (ok bool, why string) {
	a := e.Accept
	if a == nil {
		return false, ""
	}
	if !a.Until.After(now) {
		return false, "it ended on " + a.Until.Format(time.DateOnly)
	}
	for i := range e.Verdicts {
		if v := &e.Verdicts[i]; v.State == sprawl.Live && v.At.After(a.At) {
			return false, "it turned out to work on " + v.At.Format(time.DateOnly)
		}
	}
	for _, z := range e.zones() {
		if !slices.Contains(a.Zones, z) {
			return false, "it has reached another zone: " + z
		}
	}
	return true, ""
}

// zones returns the zones that e is or was in, in order.
func (e *Entry) zones() (all []string) {
	for i := range e.Places {
		all = append(all, e.Places[i].Zone)
	}
	return set(all)
}
