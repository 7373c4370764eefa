package boundary

import "github.com/seed-5dd601fe/sprawl"

// A Coverage is how many places of a run have been told in a facet.
type Coverage struct {
	Facet    string
	Boundary bool // the policy, or the usual set, has it as a boundary
	Places   int
	Located  int // told surely enough to make a crossing
	Doubtful int // told, but not surely enough
}

// Coverage counts, for every facet, the places of cs in which it is known. Zones
// must have been set.
func (p *Policy) Coverage(cs []sprawl.Credential) []Coverage {
	all := make([]Coverage, facets)
	for f := range facets {
		all[f].Facet, all[f].Boundary = facetNames[f], p.bounds()[f]
	}
	places := 0
	for i := range cs {
		for k := range cs[i].Locations {
			places++
			for _, z := range cs[i].Locations[k].Zone {
				f, ok := facetOf(z.Name)
				switch {
				case !ok:
				case z.Confidence >= sure:
					all[f].Located++
				default:
					all[f].Doubtful++
				}
			}
		}
	}
	for f := range all {
		all[f].Places = places
	}
	return all
}
