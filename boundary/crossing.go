package boundary

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// A divide is one boundary facet in which the locations of a credential
// differ, or one that a single location should not have.
type divide struct {
	facet  string
	points int // towards risk
	sides  []side
}

// A side is one value of a facet with the location that shows it best.
type side struct {
	value string
	at    *sprawl.Location
}

// Crossing returns which boundaries the locations of c cross, or nil. Their
// zones must have been set. A facet that is unknown, or told with little
// confidence, differs from nothing. Copies that lie in history only count.
//
// One location is enough where everybody can read it: no credential belongs
// there.
func Crossing(c *sprawl.Credential) *sprawl.Crossing {
	ds := divides(c)
	if len(ds) == 0 {
		return nil
	}
	x := &sprawl.Crossing{Why: why(ds)}
	for _, d := range ds {
		x.Facets = append(x.Facets, d.facet)
	}
	slices.Sort(x.Facets)
	return x
}

// divides returns the facets that c crosses, the weightiest first.
func divides(c *sprawl.Credential) (ds []divide) {
	if publishable(c) {
		return nil
	}
	for _, facet := range [...]string{
		"exposure", "env", "tenant", "party", "protection", "custody", "cluster", "namespace", "workload", "unit", "team",
	} {
		sides := sidesOf(c, facet)
		if n := weigh(facet, sides); n > 0 {
			ds = append(ds, divide{facet, n, sides})
		}
	}
	slices.SortStableFunc(ds, func(a, b divide) int { return cmp.Compare(b.points, a.points) })
	return ds
}

// sidesOf returns the values of a facet among the locations of c, in the order
// in which a person would tell them.
func sidesOf(c *sprawl.Credential, facet string) (sides []side) {
	at := map[string]int{}
	for i := range c.Locations {
		l := &c.Locations[i]
		v := known(l.Zone, facet)
		if v == "" {
			continue
		}
		n, ok := at[v]
		if !ok {
			at[v] = len(sides)
			sides = append(sides, side{v, l})
		} else if betterExample(l, sides[n].at) {
			sides[n].at = l
		}
	}
	slices.SortFunc(sides, func(a, b side) int {
		return cmp.Or(cmp.Compare(rank(facet, a.value), rank(facet, b.value)), cmp.Compare(a.value, b.value))
	})
	return sides
}

// known returns the value of a facet that is sure enough to count.
func known(z sprawl.Zone, facet string) string {
	for _, f := range z {
		if f.Name == facet && f.Confidence >= sure {
			return f.Value
		}
	}
	return ""
}

// betterExample prefers what is there now, then the shorter and earlier path,
// so that the order of locations does not matter.
func betterExample(a, b *sprawl.Location) bool {
	if past(a) != past(b) {
		return past(b)
	}
	return cmp.Or(cmp.Compare(len(a.Path), len(b.Path)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Target, b.Target)) < 0
}

// past reports whether the location is in history only.
func past(l *sprawl.Location) bool { return l.Life != nil && !l.Life.InHead }

// rank orders the values of a facet from the desk outwards.
func rank(facet, value string) int {
	switch facet {
	case "env":
		return int(parseClasses(value))
	case "exposure":
		return slices.Index([]string{"sealed", "restricted", "org-internal", "partner", "public"}, value)
	case "party":
		return slices.Index([]string{"first", "personal", "third"}, value)
	case "protection":
		return slices.Index([]string{"protected", "unprotected"}, value)
	case "custody":
		return slices.Index([]string{"managed"}, value) * -1
	}
	return 0
}

// weigh returns what a facet with these values adds to the risk; 0 if it is no
// crossing.
func weigh(facet string, sides []side) int {
	switch facet {
	case "env":
		return weighEnv(sides)
	case "exposure":
		return weighExposure(sides)
	case "custody":
		return weighCustody(sides)
	}
	if len(sides) < 2 {
		return 0
	}
	switch facet {
	case "tenant":
		return 20
	case "party":
		return 15
	case "protection":
		return 12
	case "cluster", "namespace":
		return 8
	case "team":
		return 4
	}
	return 6 // workload, unit
}

// weighEnv tells production from the rest. A name that holds two environments
// agrees with both.
func weighEnv(sides []side) int {
	points := 0
	for i, a := range sides {
		for _, b := range sides[i+1:] {
			x, y := widen(parseClasses(a.value)), widen(parseClasses(b.value))
			switch {
			case x&y != 0:
			case (x&(prod|dr) != 0) != (y&(prod|dr) != 0):
				return 20
			default:
				points = 4
			}
		}
	}
	return points
}

// widen makes "anything but production" agree with all that it can be.
func widen(c classes) classes {
	if c&nonprod != 0 {
		c |= local | dev | ci | test | staging
	}
	return c
}

// weighExposure counts one copy as a crossing where too many can read it: the
// home that goes without saying is a restricted one.
func weighExposure(sides []side) int {
	public := slices.ContainsFunc(sides, func(s side) bool { return s.value == "public" })
	internal := slices.ContainsFunc(sides, func(s side) bool { return s.value == "org-internal" })
	switch {
	case public:
		return 25
	case internal:
		return 8
	}
	return 0 // sealed and restricted: custody tells the difference
}

// weighCustody counts the step out of a managed store, and into places that
// nobody thinks of as holding credentials. Code and configuration are one
// kind.
func weighCustody(sides []side) int {
	kinds := 0
	for _, s := range sides {
		switch s.value {
		case "managed":
			kinds |= 1
		case "log", "collab", "ai-agent":
			kinds |= 2
		default:
			kinds |= 4
		}
	}
	switch {
	case kinds&1 != 0 && kinds != 1:
		return 12
	case kinds&2 != 0 && (kinds&4 != 0 || len(sides) > 1):
		return 10
	}
	return 0
}

// publishable reports whether the value is made to be shown to everybody.
func publishable(c *sprawl.Credential) bool { return strings.Contains(c.Note, "publishable") }

// maxSides bounds how many values a why-line names.
const maxSides = 4

// why returns one line that a person understands: the weightiest crossing with
// an example of each side, the others by name.
func why(ds []divide) string {
	var b strings.Builder
	d := ds[0]
	targets := d.facet != "unit" && slices.ContainsFunc(d.sides, func(s side) bool { return s.at.Target != d.sides[0].at.Target })
	b.WriteString("lies ")
	for i, s := range d.sides {
		if i == maxSides && len(d.sides) > maxSides+1 {
			b.WriteString(" and in " + strconv.Itoa(len(d.sides)-i) + " more")
			break
		}
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString(phrase(d.facet, s.value) + " (" + where(s.at, targets) + ")")
	}
	if len(ds) > 1 {
		b.WriteString("; crosses " + others(ds[1:]) + " as well")
	}
	return b.String()
}

// others names facets as a person would: "repositories and clusters".
func others(ds []divide) string {
	names := make([]string, len(ds))
	for i, d := range ds {
		names[i] = plural(d.facet)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return names[0]
}

func plural(facet string) string {
	switch facet {
	case "env":
		return "environments"
	case "exposure":
		return "circles of readers"
	case "tenant":
		return "organisations"
	case "party":
		return "owners"
	case "custody":
		return "kinds of storage"
	case "unit":
		return "repositories"
	case "protection":
		return "levels of protection"
	}
	return facet + "s"
}

// phrase says where something with that value of a facet lies.
func phrase(facet, value string) string {
	switch facet {
	case "env":
		return phraseEnv(value)
	case "exposure":
		return phraseExposure(value)
	case "custody":
		return phraseCustody(value)
	case "party":
		return phraseParty(value)
	case "protection":
		return "in " + article(value) + " place"
	case "unit":
		return "in " + value
	}
	return "in " + facet + " " + value
}

func article(word string) string {
	if strings.HasPrefix(word, "u") {
		return "an " + word
	}
	return "a " + word
}

func phraseEnv(value string) string {
	var all []string
	for v := range strings.SplitSeq(value, "|") {
		switch v {
		case "prod":
			v = "production"
		case "dr":
			v = "disaster recovery"
		case "ci":
			v = "CI"
		case "dev":
			v = "development"
		case "local":
			v = "a local set-up"
		case "nonprod":
			v = "non-production"
		}
		all = append(all, v)
	}
	return "in " + strings.Join(all, " or ")
}

func phraseExposure(value string) string {
	switch value {
	case "public":
		return "where everybody can read it"
	case "org-internal":
		return "where the whole organisation can read it"
	case "sealed":
		return "in a managed store"
	}
	return "in " + article(value) + " place"
}

func phraseCustody(value string) string {
	switch value {
	case "managed":
		return "in a managed store"
	case "ci-store":
		return "in the variables of a pipeline"
	case "plaintext-config":
		return "in plain configuration"
	case "code":
		return "in code"
	case "log":
		return "in a log"
	case "collab":
		return "in a conversation"
	case "ai-agent":
		return "in the files of a coding agent"
	case "endpoint":
		return "in the files of one machine"
	}
	return "in " + value
}

func phraseParty(value string) string {
	switch value {
	case "third":
		return "in somebody else's code"
	case "personal":
		return "in a personal place"
	}
	return "in own code"
}

// maxWhere bounds the length of a path in a why-line.
const maxWhere = 60

// where names a location shortly: the end of its path, as that is what tells
// files apart, and its target if asked to.
func where(at *sprawl.Location, target bool) string {
	s := ending(at.Path)
	switch {
	case s == "" && at.Kind != sprawl.KindBlob:
		s = string(at.Kind)
	case s == "":
		s, target = ending(string(at.Target)), false
	case at.Kind == sprawl.KindCommit || at.Kind == sprawl.KindTag:
		s = string(at.Kind) + " " + s
	}
	if target {
		s = ending(string(at.Target)) + " " + s
	}
	if past(at) {
		s += ", in history only"
	}
	return s
}

// ending returns s, or its end after "…" if it is long.
func ending(s string) string {
	if r := []rune(s); len(r) > maxWhere {
		return "…" + string(r[len(r)-maxWhere+1:])
	}
	return s
}
