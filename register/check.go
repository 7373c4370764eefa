package register

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// A Complaint is something that the register lacks, or that has run out.
type Complaint struct {
	Credential string `json:"credential"`
	Code       string `json:"code"` // one of the codes below
	Why        string `json:"why"`
}

// The codes of complaints.
const (
	NoOwner      = "REG-NOOWNER"     // nobody is known to answer for it
	Incomplete   = "REG-INCOMPLETE"  // a production credential lacks what its record must have
	AllowExpired = "REG-ALLOW-ENDED" // an acceptance is no longer in force
)

// Check returns what is wrong with the records of credentials that may still
// work. In production, a record must name a confirmed technical and a business
// owner, its issuer, and what that said when it was asked.
func (s *Store) Check(ctx context.Context, at time.Time) (all []Complaint, err error) {
	err = s.Each(ctx, Query{}, func(e *Entry) error {
		all = append(all, e.complaints(at)...)
		return nil
	})
	return all, err
}

func (e *Entry) complaints(at time.Time) (all []Complaint) {
	say := func(code, why string) { all = append(all, Complaint{e.ID, code, why}) }
	switch e.State(at) {
	case StateRevoked, StateRetired, StateExpired:
		return nil
	}
	if ok, why := e.Accepted(at); !ok && why != "" {
		say(AllowExpired, "the acceptance by "+e.Accept.By+" is void: "+why)
	}
	if len(e.Owners) == 0 {
		say(NoOwner, "nobody is known to own it: sprawl register own "+e.ID+" --technical NAME")
	}
	if missing := e.missing(at); e.in("env", "prod") && len(missing) > 0 {
		say(Incomplete, "lies in production, and its record lacks "+strings.Join(missing, ", "))
	}
	return all
}

// missing returns what a record in production must have and e has not.
func (e *Entry) missing(at time.Time) (all []string) {
	for _, kind := range []string{Technical, Business} {
		if !slices.ContainsFunc(e.Owners, func(o Owner) bool { return o.Kind == kind && !o.Confirmed.IsZero() }) {
			all = append(all, "a confirmed "+kind+" owner")
		}
	}
	if e.About.Issuer == "" {
		all = append(all, "its issuer")
	}
	if s := e.State(at); s == StateSeen || s == StateIndeterminate {
		all = append(all, "an answer on whether it works")
	}
	return all
}

// in reports whether e lies where a facet has a value.
func (e *Entry) in(facet, value string) bool {
	return slices.ContainsFunc(e.Places, func(p Place) bool { return p.Present() && zoneFacet(p.Zone, facet) == value })
}

// A Cell of a pivot counts the credentials that agree in what it was made by.
type Cell struct {
	By          []string `json:"by"`
	Credentials int      `json:"credentials"`
	Places      int      `json:"places"`
	Active      int      `json:"active"`
	Risk        int      `json:"highest_risk"`
}

// PivotNames are what a pivot can be made by.
var PivotNames = []string{"workload", "env", "age", "unit", "issuer", "state", "owner", "custody", "exposure", "target"}

// Pivot counts credentials by what they have under each of names. One that has
// several of a kind, as one in two environments has, counts under each of them.
// Cells come in order.
func (s *Store) Pivot(ctx context.Context, names []string, at time.Time) ([]Cell, error) {
	cells := map[string]*Cell{}
	err := s.Each(ctx, Query{}, func(e *Entry) error {
		seen := map[string]bool{}
		state := e.State(at)
		for i := range e.Places {
			p := &e.Places[i]
			if !p.Present() {
				continue
			}
			by := make([]string, len(names))
			for k, name := range names {
				by[k] = cmp.Or(e.under(name, p, state, at), "-")
			}
			key := strings.Join(by, "\x00")
			c := cells[key]
			if c == nil {
				c = &Cell{By: by}
				cells[key] = c
			}
			c.Places++
			if !seen[key] {
				seen[key] = true
				c.Credentials++
				c.Risk = max(c.Risk, e.Risk)
				if state == StateActive {
					c.Active++
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := make([]Cell, 0, len(cells))
	for _, c := range cells {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Cell) int { return slices.Compare(a.By, b.By) })
	return all, nil
}

// under returns what e has under a name of a pivot, at one of its places.
func (e *Entry) under(name string, p *Place, state State, at time.Time) string {
	switch name {
	case "workload":
		return cmp.Or(p.Workload, zoneFacet(p.Zone, "workload"))
	case "age":
		return bucket(e.Age(at).Age)
	case "issuer":
		return e.About.Issuer
	case "state":
		return string(state)
	case "owner":
		if o := e.Owner(); o != nil {
			return o.Name
		}
		return ""
	case "target":
		return string(p.Target)
	}
	return zoneFacet(p.Zone, name)
}

// bucket returns the class of an age, so that the order of texts is that of
// ages.
func bucket(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 30*day:
		return "000-030d"
	case d < 90*day:
		return "030-090d"
	case d < 365*day:
		return "090-365d"
	}
	return "365d+"
}
