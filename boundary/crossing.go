package boundary

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A divide is one boundary that the places of a credential cross.
type divide struct {
	name   string // of the facet, or "home"
	of     facet
	points int
	values []value
	home   sprawl.Facet // where name is "home": where it belongs
	trust  int
}

// home is the name of the boundary that one location alone can cross.
const home = "home"

// A Judge judges credentials, one after the other, and uses its memory again.
type judge struct {
	p   *Policy
	now time.Time
	s   survey
}

// Judge derives all that follows from where each credential lies and what its
// issuer said: it sets the zones of locations, and Home, Crossing, Allowed,
// Risk and Reasons. now is the moment that ages and ends are counted to.
func (p *Policy) Judge(cs []sprawl.Credential, now time.Time) {
	j := judge{p: p, now: now}
	var room sprawl.Zone
	for i := range cs {
		c := &cs[i]
		for k := range c.Locations {
			at := &c.Locations[k]
			if cap(room)-len(room) < int(facets) {
				room = make(sprawl.Zone, 0, 1024)
			}
			from := len(room)
			room = p.AppendZone(room, at)
			at.Zone = room[from:len(room):len(room)]
			if k > 0 && slices.Equal(at.Zone, c.Locations[k-1].Zone) {
				at.Zone, room = c.Locations[k-1].Zone, room[:from]
			}
		}
		j.cross(c)
		c.Risk, c.Reasons = Risk(c, now)
	}
}

// Cross sets Home, Crossing and Allowed of c, and the Side of its locations,
// whose zones must have been set. A facet that is unknown, or told with little
// confidence, differs from nothing. Copies that lie in history only count.
//
// One location is enough where everybody can read it, as no credential belongs
// there, and where it lies outside of its home.
func (p *Policy) Cross(c *sprawl.Credential, now time.Time) {
	j := judge{p: p, now: now}
	j.cross(c)
}

func (j *judge) cross(c *sprawl.Credential) {
	c.Home, c.Crossing, c.Allowed = j.p.Home(c), nil, nil
	for i := range c.Locations {
		c.Locations[i].Side = 0
	}
	if len(c.Locations) == 0 || harmless(c, j.now) {
		return
	}
	j.s.take(j.p, c)
	ds := j.divides(c)
	ds = j.allow(c, ds)
	if len(ds) == 0 {
		return
	}
	slices.SortStableFunc(ds, func(a, b divide) int { return cmp.Compare(b.points, a.points) })
	c.Crossing = j.crossing(c, ds)
}

// harmless reports whether it does not matter where c lies: it is made to be
// shown, an example out of a manual, or has ended by itself.
func harmless(c *sprawl.Credential, now time.Time) bool {
	return publishable(c) || example(c) || expired(c, now)
}

// divides returns the boundaries that are crossed, in order of facets.
func (j *judge) divides(c *sprawl.Credential) (ds []divide) {
	weak := guessable(c)
	for f := range facets {
		if !j.p.bounds()[f] || f != exposure && len(j.s.groups) < 2 || weak && f != exposure && f != env {
			continue
		}
		values := j.s.values(f)
		if points, ok := j.p.weigh(f, values); ok {
			ds = append(ds, divide{name: facetNames[f], of: f, points: points, values: values, trust: trust(values)})
		}
	}
	if j.p.homeCounts() {
		ds = append(ds, j.strays(c)...)
	}
	if c.Fact(sprawl.FactClass) == unread && len(Breadth(&c.Locations[0])) > 0 {
		ds = append(ds, divide{name: "breadth", of: facets, points: j.p.points(weightBreadth), trust: bySays,
			values: []value{{text: "broad", at: &c.Locations[0]}}})
	}
	return ds
}

// guessable reports whether two people could have made up the same value: it
// has no format, and is short. That it lies in two repositories then does not
// show that anybody copied it. That production has the password of development
// is bad all the same.
func guessable(c *sprawl.Credential) bool {
	rest, ok := strings.CutPrefix(c.Hint, "…(")
	n, err := strconv.Atoi(strings.TrimSuffix(rest, ")"))
	return ok && err == nil && n < leastSecret
}

// leastSecret is the length in bytes from which nobody makes up the same value
// by chance.
const leastSecret = 12

// unread is the class of a credential of which only its settings could be read.
const unread = "unread"

// trust returns how sure it is that values differ: as sure as the second best
// of them.
func trust(values []value) int {
	best, second := 0, 0
	for _, v := range values {
		switch {
		case v.trust > best:
			best, second = v.trust, best
		case v.trust > second:
			second = v.trust
		}
	}
	if len(values) < 2 {
		return best
	}
	return second
}

// strays returns the divide between the home of c and the locations outside of
// it, if there are any.
func (j *judge) strays(c *sprawl.Credential) []divide {
	for _, h := range c.Home {
		f, ok := facetOf(h.Name)
		if !ok {
			continue
		}
		var out []value
		for _, v := range j.s.values(f) {
			if strays(f, h, v.text) {
				out = append(out, v)
			}
		}
		if len(out) > 0 {
			return []divide{{name: home, of: f, points: j.p.points(weightHome), values: out, home: h, trust: min(h.Confidence, trust(out[:1]))}}
		}
	}
	return nil
}

// strays reports whether a place with that value of a facet lies outside of
// home. What belongs to a wide circle may lie in a narrower one, unless the
// policy says otherwise.
func strays(of facet, h sprawl.Facet, value string) bool {
	switch of {
	case env:
		at, belongs := parseClasses(value), parseClasses(h.Value)
		if at == 0 || at.agree(belongs) {
			return false
		}
		return h.Confidence == byPolicy || belongs.productive() && !at.productive()
	case tenant: // an account at a cloud and an organisation at a forge are no neighbours
		a, _, _ := strings.Cut(value, "/")
		b, _, _ := strings.Cut(h.Value, "/")
		return a == b && value != h.Value
	}
	return value != h.Value
}

// crossing tells what ds come to; the weightiest is the first.
func (j *judge) crossing(c *sprawl.Credential, ds []divide) *sprawl.Crossing {
	d := &ds[0]
	x := &sprawl.Crossing{Why: why(ds), Facet: d.name, Confidence: d.trust}
	for i := range ds {
		if !slices.Contains(x.Facets, ds[i].name) {
			x.Facets = append(x.Facets, ds[i].name)
		}
	}
	slices.Sort(x.Facets)
	x.Sides = j.sides(c, ds)
	x.To = d.values[len(d.values)-1].text
	switch {
	case d.name == home:
		x.From = d.home.Value
	case len(d.values) > 1:
		x.From = d.values[0].text
	}
	x.Points = min(d.points+min(pointsPerZone*(len(x.Sides)-1-partial(x, d)), maxZonePoints), maxCrossingPoints)
	for _, a := range c.Allowed {
		if a.Expired {
			x.Why += "; what " + a.Owner + " allowed ended on " + a.Until.UTC().Format(time.DateOnly)
		}
	}
	return x
}

// partial counts the sides of which the weightiest facet is not known: they are
// no zones of their own.
func partial(x *sprawl.Crossing, d *divide) (n int) {
	for _, s := range x.Sides {
		if d.of < facets && s.Zone.Get(facetNames[d.of]) == "" {
			n++
		}
	}
	return min(n, len(x.Sides)-1)
}

// sides groups the locations by the facets that are crossed.
func (j *judge) sides(c *sprawl.Credential, ds []divide) (all []sprawl.Side) {
	var crossed [facets]bool
	for i := range ds {
		if ds[i].of < facets {
			crossed[ds[i].of] = true
		}
	}
	sideOf := make([]int, len(j.s.groups))
	byKey := map[string]int{}
	examples := []*sprawl.Location{}
	for _, n := range j.s.order(&ds[0]) {
		g := &j.s.groups[n]
		zone, key := g.zone(&crossed)
		k, ok := byKey[key]
		if !ok {
			k = len(all)
			byKey[key] = k
			all = append(all, sprawl.Side{Zone: zone, Name: sideName(zone)})
			examples = append(examples, g.at)
		}
		sideOf[n] = k
		all[k].Copies += g.count
		if betterExample(g.at, examples[k]) {
			examples[k] = g.at
		}
	}
	several := slices.ContainsFunc(c.Locations, func(at sprawl.Location) bool { return at.Target != c.Locations[0].Target })
	for k := range all {
		all[k].Where = where(examples[k], several)
	}
	for i := range c.Locations {
		c.Locations[i].Side = sideOf[j.s.of[i]] + 1
	}
	return all
}

// order returns the numbers of groups in the order of the values of d, those
// where it isn't known last.
func (s *survey) order(d *divide) []int {
	place := map[string]int{"": len(s.groups)}
	if d.of < facets {
		for i, v := range s.values(d.of) {
			place[v.text] = i
		}
	}
	key := func(n int) (int, *group) {
		g := &s.groups[n]
		if d.of >= facets {
			return 0, g
		}
		return place[g.values[d.of]], g
	}
	all := make([]int, len(s.groups))
	for i := range all {
		all[i] = i
	}
	slices.SortFunc(all, func(a, b int) int {
		x, g := key(a)
		y, h := key(b)
		return cmp.Or(cmp.Compare(x, y), slices.Compare(g.values[:], h.values[:]))
	})
	return all
}

// zone returns the facets of g that are crossed, and the same as a key.
func (g *group) zone(crossed *[facets]bool) (z sprawl.Zone, key string) {
	var b strings.Builder
	for f := range facets {
		v := g.values[f]
		if !crossed[f] || v == "" {
			continue
		}
		source := ""
		for _, known := range g.at.Zone {
			if known.Name == facetNames[f] {
				source = known.Source
			}
		}
		z = append(z, sprawl.Facet{Name: facetNames[f], Value: v, Source: source, Confidence: int(g.trust[f])})
		b.WriteByte(byte(f))
		b.WriteString(v)
		b.WriteByte(0)
	}
	return z, b.String()
}
