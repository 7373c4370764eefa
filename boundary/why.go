package boundary

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// maxSides bounds how many values a why-line names.
const maxSides = 4

// why returns one line that a person understands: the weightiest crossing with
// an example of each side, the others by name.
func why(ds []divide) string {
	var b strings.Builder
	d := &ds[0]
	switch d.name {
	case "breadth":
		b.WriteString(broad(d.values[0].at))
	case home:
		b.WriteString("belongs " + phrase(d.of, d.home.Value) + " (" + ending(d.home.Source) + ") and lies ")
		d.tell(&b)
	default:
		b.WriteString("lies ")
		d.tell(&b)
	}
	if more := others(ds); more != "" {
		b.WriteString("; crosses " + more + " as well")
	}
	return b.String()
}

// tell writes each value with its example.
func (d *divide) tell(b *strings.Builder) {
	targets := d.of != unit && slices.ContainsFunc(d.values, func(v value) bool { return v.at.Target != d.values[0].at.Target })
	for i, v := range d.values {
		if i == maxSides && len(d.values) > maxSides+1 {
			b.WriteString(" and in " + strconv.Itoa(len(d.values)-i) + " more")
			break
		}
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString(phrase(d.of, v.text) + " (" + where(v.at, targets) + ")")
	}
}

// others names the boundaries after the first as a person would:
// "repositories and clusters".
func others(ds []divide) string {
	var names []string
	for i := range ds[1:] {
		d := &ds[1+i]
		if d.name == home && ds[0].of == d.of {
			continue // it is the same step out
		}
		names = append(names, plural(d.name))
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func plural(name string) string {
	switch name {
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
	case home:
		return "the bounds of its home"
	case "breadth":
		return "settings that are too broad"
	}
	return name + "s"
}

// phrase says where something with that value of a facet lies.
func phrase(of facet, value string) string {
	switch of {
	case exposure:
		switch value {
		case "public":
			return "where everybody can read it"
		case "org-internal":
			return "where the whole organisation can read it"
		}
	case party:
		switch value {
		case "third":
			return "in somebody else's code"
		case "first":
			return "in own code"
		}
		return "in a personal place"
	case protection:
		if value == "fork-reachable" {
			return "where runs for forks can read it"
		}
		return "in " + article(value) + " place"
	}
	return "in " + noun(of, value)
}

// noun is a value of a facet as people call it.
func noun(of facet, value string) string {
	switch of {
	case env:
		return envNoun(value)
	case exposure:
		switch value {
		case "public":
			return "public"
		case "org-internal":
			return "the whole organisation"
		case "sealed":
			return "a managed store"
		}
		return article(value) + " place"
	case custody:
		return custodyNoun(value)
	case party:
		return strings.TrimPrefix(phrase(party, value), "in ")
	case unit:
		if value == "." {
			return "this directory"
		}
		return value
	case protection, tenant:
		return value
	}
	return facetNames[of] + " " + value
}

func article(word string) string {
	if strings.HasPrefix(word, "u") {
		return "an " + word
	}
	return "a " + word
}

func envNoun(value string) string {
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
		case unknown:
			v = "an unknown environment"
		case "*":
			v = "every environment"
		}
		all = append(all, v)
	}
	return strings.Join(all, " or ")
}

func custodyNoun(value string) string {
	switch value {
	case "managed":
		return "a managed store"
	case "ci-store":
		return "the variables of a pipeline"
	case "plaintext-config":
		return "plain configuration"
	case "log":
		return "a log"
	case "artifact":
		return "an artifact"
	case "collab":
		return "a conversation"
	case "ai-agent":
		return "the files of a coding agent"
	case "endpoint":
		return "the files of one machine"
	}
	return value
}

// sideName names a side by the facets that tell it from the others.
func sideName(z sprawl.Zone) string {
	var all []string
	for _, f := range z {
		of, _ := facetOf(f.Name)
		all = append(all, noun(of, f.Value))
	}
	if len(all) == 0 {
		return "elsewhere"
	}
	return strings.Join(all, ", ")
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
	if len(s) <= maxWhere {
		return s
	}
	if r := []rune(s); len(r) > maxWhere {
		return "…" + string(r[len(r)-maxWhere+1:])
	}
	return s
}
