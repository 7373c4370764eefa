package boundary

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A survey is the zones in which the locations of one credential lie, each
// once. Its memory is used again for the next credential.
type survey struct {
	groups []group
	of     []int32 // the group of each location
	byKey  map[string]int32
	key    []byte
}

// A group is the locations that agree in every boundary facet.
type group struct {
	values [facets]string // "" where it isn't known, or not surely
	trust  [facets]int8   // how sure each is
	count  int
	first  time.Time // when the oldest of them came to be; zero if not known
	at     *sprawl.Location
}

// take surveys the locations of c by the facets that are boundaries.
func (s *survey) take(p *Policy, c *sprawl.Credential) {
	s.groups, s.of = s.groups[:0], s.of[:0]
	if s.byKey == nil {
		s.byKey = map[string]int32{}
	}
	clear(s.byKey)
	bounds := p.bounds()
	for i := range c.Locations {
		at := &c.Locations[i]
		n := int32(-1)
		if i > 0 && sameZone(at.Zone, c.Locations[i-1].Zone) {
			n = s.of[i-1]
		} else {
			n = s.group(p, bounds, at.Zone)
		}
		s.of = append(s.of, n)
		s.groups[n].meet(at)
	}
}

// sameZone reports whether two zones are the same memory or say the same.
func sameZone(a, b sprawl.Zone) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	for i := range a {
		if a[i].Value != b[i].Value || a[i].Name != b[i].Name || a[i].Confidence != b[i].Confidence {
			return false
		}
	}
	return true
}

// group returns the number of the group of a zone.
func (s *survey) group(p *Policy, bounds *[facets]bool, z sprawl.Zone) int32 {
	var g group
	s.key = s.key[:0]
	for i := range z {
		f, ok := facetOf(z[i].Name)
		if !ok || !bounds[f] || z[i].Confidence < sure {
			continue
		}
		g.values[f], g.trust[f] = z[i].Value, int8(min(z[i].Confidence, 100))
		s.key = append(s.key, byte(f))
		s.key = append(s.key, z[i].Value...)
		s.key = append(s.key, 0)
	}
	if bounds[env] && g.values[env] == "" && p.unknownEnv() == distinct {
		g.values[env], g.trust[env] = unknown, sure
	}
	n, ok := s.byKey[string(s.key)]
	if !ok {
		n = int32(len(s.groups))
		s.groups = append(s.groups, g)
		s.byKey[string(s.key)] = n
	}
	return n
}

// meet counts a location in.
func (g *group) meet(at *sprawl.Location) {
	g.count++
	if at.Life != nil && !at.Life.When.IsZero() && (g.first.IsZero() || at.Life.When.Before(g.first)) {
		g.first = at.Life.When
	}
	if g.at == nil || betterExample(at, g.at) {
		g.at = at
	}
}

// betterExample prefers what is there now, then the shorter and earlier path,
// so that the order of locations does not matter.
func betterExample(a, b *sprawl.Location) bool {
	if past(a) != past(b) {
		return past(b)
	}
	return cmp.Or(
		cmp.Compare(len(a.Path), len(b.Path)), strings.Compare(a.Path, b.Path),
		strings.Compare(string(a.Target), string(b.Target)), cmp.Compare(a.Start, b.Start),
	) < 0
}

// past reports whether the location is in history only, or an older version.
func past(l *sprawl.Location) bool {
	return l.Life != nil && !l.Life.InHead || l.Says[sprawl.SaysCurrent] == "false"
}

// A value is one value of a facet, with the group that shows it best.
type value struct {
	text  string
	trust int
	first time.Time
	at    *sprawl.Location
}

// values returns the values of a facet, in the order in which a person would
// tell them: from the narrowest circle of readers to the widest, or from where
// it was first.
func (s *survey) values(of facet) (all []value) {
	clear(s.byKey)
	for i := range s.groups {
		g := &s.groups[i]
		if g.values[of] == "" {
			continue
		}
		if len(all) == 1 && all[0].text == g.values[of] {
			all[0].join(g, of) // mostly all are the same, and no table is needed
			continue
		}
		n, ok := s.byKey[g.values[of]]
		if !ok {
			s.byKey[g.values[of]] = int32(len(all))
			all = append(all, value{g.values[of], int(g.trust[of]), g.first, g.at})
			continue
		}
		all[n].join(g, of)
	}
	slices.SortFunc(all, func(a, b value) int {
		return cmp.Or(cmp.Compare(rank(of, a.text), rank(of, b.text)), a.first.Compare(b.first), cmp.Compare(a.text, b.text))
	})
	return all
}

// join lets g count for v, too.
func (v *value) join(g *group, of facet) {
	v.trust = max(v.trust, int(g.trust[of]))
	if v.first.IsZero() || !g.first.IsZero() && g.first.Before(v.first) {
		v.first = g.first
	}
	if betterExample(g.at, v.at) {
		v.at = g.at
	}
}

// rank orders the values of a facet from the narrowest circle of readers to the
// widest; 0 where that can't be told.
func rank(of facet, value string) int {
	switch of {
	case env:
		if value == unknown {
			return int(every) + 1
		}
		return int(parseClasses(value))
	case exposure:
		return slices.Index(exposures(), value)
	case party:
		return slices.Index(parties(), value)
	case protection:
		return slices.Index(protections(), value)
	case custody:
		return slices.Index(custodies(), value)
	}
	return 0
}

// The values of facets that have a fixed list, from the narrowest circle of
// readers to the widest.
func exposures() []string {
	return []string{"sealed", "restricted", "org-internal", "partner", "public"}
}

func parties() []string { return []string{"first", "personal", "third"} }

func protections() []string { return []string{"protected", "unprotected", "fork-reachable"} }

func custodies() []string {
	return []string{"managed", "ci-store", "plaintext-config", "endpoint", "code", "artifact", "log", "ai-agent", "collab"}
}
