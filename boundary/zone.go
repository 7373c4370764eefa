// Package boundary says where a location stands in terms of trust, which
// boundaries the copies of a credential cross, and how bad that is.
//
// Everything here is a pure function of its arguments: no files, no network, no
// clock. What can't be told is left out rather than guessed, and a facet that is
// left out never makes a crossing. A nil *Policy is one that says nothing.
package boundary

import (
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// How far each kind of evidence is believed, out of 100.
const (
	byPolicy   = 100 // the operator says so
	bySays     = 95  // the platform itself says so
	byManifest = 85  // the surrounding object says so, such as a namespace or a section of a file
	byPath     = 70  // a directory or file name that is one whole word, or a known pattern
	byLoose    = 60  // one word among others in a name
	byName     = 55  // the name of a variable or key
	byDefault  = 20  // what is usual

	fixturePenalty = 40 // taken off what the path of a test, example or manual says
	docsPenalty    = 20 // taken off where only the file itself is prose

	// sure is the least confidence of a facet that can make a crossing.
	sure = 50
)

// A Rank orders kinds of evidence: of two that disagree, the higher one counts.
type Rank uint8

// The kinds of evidence, from the weakest.
const (
	Default  Rank = iota + 1 // what is usual
	Name                     // the name of a variable or key
	Path                     // directories and file names
	Manifest                 // the object around it: a section of a file, a namespace, the target
	Platform                 // what the platform says of the place
	Operator                 // the policy
)

// String returns the name of r.
func (r Rank) String() string {
	return [...]string{"", "default", "name", "path", "manifest", "platform", "policy"}[r]
}

// A facet is a coordinate of zones. They are in order of name.
type facet uint8

const (
	cluster facet = iota
	custody
	env
	exposure
	generation
	kindOfText
	namespace
	party
	protection
	team
	tenant
	unit
	workload
	facets // how many there are
)

var facetNames = [facets]string{
	"cluster", "custody", "env", "exposure", "generation", "kind_of_text", "namespace", "party", "protection", "team",
	"tenant", "unit", "workload",
}

// FacetNames returns the names of all facets, in order.
func FacetNames() []string { return slices.Clone(facetNames[:]) }

// facetOf returns the facet called name.
func facetOf(name string) (facet, bool) {
	i, ok := slices.BinarySearch(facetNames[:], name)
	return facet(i), ok
}

// A clue is one thing that tells a facet.
type clue struct {
	value      string
	set        classes // in place of value, for env
	how, where string  // its source, in two halves that are joined only when they are shown
	rank       Rank
	confidence int8
	made       bool // by whoever wrote the text, which in tests and manuals means little
}

func (c *clue) text() string {
	if c.set != 0 {
		return c.set.String()
	}
	return c.value
}

func (c *clue) source() string {
	s := c.how + c.where
	if c.set.many() && c.set != every {
		s += " (ambiguous)"
	}
	return s
}

func (c *clue) facet(name string) sprawl.Facet {
	return sprawl.Facet{Name: name, Value: c.text(), Source: c.source(), Confidence: int(c.confidence)}
}

// A gather keeps the best clue of each facet; and all of them, if asked to.
type gather struct {
	best    [facets]clue
	keep    bool
	all     []kept
	penalty int // of what the path says
}

type kept struct {
	of facet
	clue
}

// add notes a clue. Of two of the same rank, the later one counts.
func (g *gather) add(of facet, c clue) {
	if c.set.many() && c.set != every {
		c.confidence /= 2 // a name with two environments in it says little
	}
	if g.keep {
		g.all = append(g.all, kept{of, c})
	}
	if c.rank >= g.best[of].rank {
		g.best[of] = c
	}
}

// temper takes the penalty off what the path of a test or manual says.
func (g *gather) temper(c *clue) {
	if g.penalty > 0 && c.made {
		c.confidence = max(c.confidence-int8(g.penalty), 5)
	}
}

// read gathers what tells where at stands.
func (p *Policy) read(g *gather, at *sprawl.Location) {
	p.observe(g, at)
	p.fromPolicy(g, at)
}

// observe is read without what the policy says of the place.
func (p *Policy) observe(g *gather, at *sprawl.Location) {
	w := p.words()
	r := readPath(w, g, at)
	readKey(w, g, at)
	g.penalty = r.penalty
	fromTarget(g, at, &r)
	fromPlatform(w, g, at)
}

// Zone derives where at stands from what the policy and the platform say of it,
// its target, its path and the names around it. The zone is new memory.
//
// A value of env is one of prod, dr, staging, test, ci, dev, local and nonprod;
// several of them with | between, where a name holds two; or *, where the
// platform says that it is for all.
func (p *Policy) Zone(at *sprawl.Location) sprawl.Zone {
	return p.AppendZone(make(sprawl.Zone, 0, 8), at)
}

// AppendZone appends the facets of Zone to dst. It allocates nothing, if dst has
// room, for a place of which only the platform and the target tell anything.
func (p *Policy) AppendZone(dst sprawl.Zone, at *sprawl.Location) sprawl.Zone {
	var g gather
	p.read(&g, at)
	for f := range g.best {
		c := &g.best[f]
		if c.rank == 0 {
			continue
		}
		if facet(f) == env {
			g.temper(c)
		}
		dst = append(dst, c.facet(facetNames[f]))
	}
	return dst
}

// Evidence is one thing that tells a facet of a place.
type Evidence struct {
	sprawl.Facet
	Rank Rank
	Wins bool // this is what the zone says
}

// Doubtful reports whether e is too doubtful to make a crossing.
func (e *Evidence) Doubtful() bool { return e.Confidence < sure }

// Explain returns all that tells where at stands: facets in order of name, and
// of each the evidence that counts first, then what it outweighs.
func (p *Policy) Explain(at *sprawl.Location) []Evidence {
	g := gather{keep: true}
	p.read(&g, at)
	var all []Evidence
	for f := range facets {
		first := len(all)
		for i := len(g.all) - 1; i >= 0; i-- { // the later one of two counts
			k := &g.all[i]
			if k.of != f {
				continue
			}
			if f == env {
				g.temper(&k.clue)
			}
			all = append(all, Evidence{Facet: k.facet(facetNames[f]), Rank: k.rank})
		}
		of := all[first:]
		slices.SortStableFunc(of, func(a, b Evidence) int { return int(b.Rank) - int(a.Rank) })
		if len(of) > 0 {
			of[0].Wins = true
		}
	}
	return all
}
