package boundary

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// A Drift is a value that was replaced in one place and still lies in others:
// what reads it there will stop working when the old value is revoked, or keeps
// it alive until then.
type Drift struct {
	Old, New string          // ids of credentials
	State    sprawl.State    // of the old one; dead ones are no drift
	Slot     string          // where it was replaced, for people
	Rotated  sprawl.Location // there
	Stale    []sprawl.Location
}

// A slot is a name under which a place holds one value at a time.
type slot struct{ unit, path, name string }

// A holding is a stay of a credential in a slot.
type holding struct {
	slot slot
	cred int
	at   *sprawl.Location
}

// Drifts returns what was replaced in one place and still lies in another. Zones
// must have been set. Two values follow one another in a slot where a commit took
// out one and brought the other, or where a store says that one is an earlier
// version of the other.
func Drifts(cs []sprawl.Credential) (all []Drift) {
	held := map[slot][]holding{}
	for i := range cs {
		for k := range cs[i].Locations {
			at := &cs[i].Locations[k]
			if s, ok := slotOf(&cs[i], at); ok {
				held[s] = append(held[s], holding{s, i, at})
			}
		}
	}
	done := map[[2]int]bool{}
	for i := range cs {
		for k := range cs[i].Locations {
			at := &cs[i].Locations[k]
			s, ok := slotOf(&cs[i], at)
			if !ok || !past(at) || cs[i].Verdict.State == sprawl.Dead || guessable(&cs[i]) {
				continue
			}
			for _, h := range held[s] {
				pair := [2]int{i, h.cred}
				if h.cred == i || done[pair] || !follows(at, h.at) {
					continue
				}
				if stale := elsewhere(&cs[i], s); len(stale) > 0 {
					done[pair] = true
					all = append(all, Drift{
						Old: cs[i].ID, New: cs[h.cred].ID, State: cs[i].Verdict.State,
						Slot: strings.TrimSpace(where(h.at, true) + " " + s.name), Rotated: *h.at, Stale: stale,
					})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Drift) int { return cmp.Or(cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New)) })
	return all
}

// slotOf returns the slot that a location fills. Where the file tells no names,
// it is the one place in it for credentials of that rule, if the rule is for one
// kind of credential.
func slotOf(c *sprawl.Credential, at *sprawl.Location) (slot, bool) {
	s := slot{unit: at.Zone.Get(facetNames[unit]), path: at.Path, name: at.Key}
	if placeOf(at.Target) == files && s.name == "" {
		if c.Tier == sprawl.Generic {
			return s, false
		}
		s.name = "(" + c.Rule + ")"
	}
	return s, at.Path != "" && at.Kind == sprawl.KindBlob
}

// follows reports whether what is at now took the place of what was at old.
func follows(old, now *sprawl.Location) bool {
	if past(now) {
		return false
	}
	if old.Says[sprawl.SaysCurrent] == "false" {
		return true // the store itself says so
	}
	if old.Life == nil || now.Life == nil || old.Life.Removed == "" {
		return false
	}
	return old.Life.Removed == now.Life.Commit
}

// elsewhere returns where c lies now, but for the slot s.
func elsewhere(c *sprawl.Credential, s slot) (all []sprawl.Location) {
	for i := range c.Locations {
		at := &c.Locations[i]
		if other, _ := slotOf(c, at); !past(at) && other != s {
			all = append(all, *at)
		}
	}
	return all
}
