// Package boundary says where a location stands in terms of trust, and which
// boundaries the copies of a credential cross.
//
// Everything here is a pure function of its arguments: no configuration, no
// network, no clock. What can't be told is left out rather than guessed, and a
// facet that is left out never makes a crossing.
package boundary

import (
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// How far each kind of evidence is believed, out of 100.
const (
	bySays     = 95 // the platform itself says so
	byManifest = 85 // the surrounding object says so, such as a namespace
	byPath     = 70 // a directory or file name that is one whole word, or a known pattern
	byLoose    = 60 // one word among others in a name
	byName     = 55 // the name of a variable or key, or what is usual

	fixturePenalty = 40 // taken off what the path of a test, example or manual says
	docsPenalty    = 20 // taken off where only the file itself is prose

	// sure is the least confidence of a facet that can make a crossing.
	sure = 40
)

// Zone derives where at stands from what the platform says of it, its target
// and its path, without any configuration. Of at.Says it reads visibility
// (public, internal, private), environment, scope, namespace, cluster,
// protected (true, false), owner_type (User, Organization), custody, tenant,
// unit, team and workload.
//
// A value of env is one of prod, dr, staging, test, ci, dev, local and nonprod;
// or several of them with | between, where a name holds two.
func Zone(at *sprawl.Location) sprawl.Zone {
	p := readPath(at)
	z := make(sprawl.Zone, 0, 8)
	z = says(z, at, "cluster", "cluster")
	z = custody(z, at, &p)
	z = environment(z, at, &p)
	z = exposure(z, at)
	if p.kind != "" {
		z = append(z, sprawl.Facet{Name: "kind_of_text", Value: p.kind, Source: p.kindSource, Confidence: byPath})
	}
	z = says(z, at, "namespace", "namespace")
	z = party(z, at, &p)
	z = protection(z, at)
	z = says(z, at, "team", "team")
	z = tenant(z, at)
	z = unit(z, at)
	return says(z, at, "workload", "workload")
}

// says appends the facet called name if the platform states it under key.
func says(z sprawl.Zone, at *sprawl.Location, name, key string) sprawl.Zone {
	if v := at.Says[key]; v != "" {
		z = append(z, sprawl.Facet{Name: name, Value: v, Source: "platform: " + key, Confidence: bySays})
	}
	return z
}

// environment appends env by the best evidence there is.
func environment(z sprawl.Zone, at *sprawl.Location, p *path) sprawl.Zone {
	if f, ok := stated(at.Says); ok {
		return append(z, f)
	}
	if p.env == 0 {
		return z
	}
	return append(z, envFacet(p.env, p.envRule+p.envWhere, max(p.envConfidence-p.penalty, 5)))
}

// stated returns the environment that a platform names.
func stated(says map[string]string) (sprawl.Facet, bool) {
	if len(says) == 0 {
		return sprawl.Facet{}, false
	}
	for _, key := range [...]string{"environment", "scope"} {
		if set := named(says[key]); set != 0 {
			return envFacet(set, "platform: "+key, bySays), true
		}
	}
	for _, key := range [...]string{"namespace", "cluster"} {
		if set := readName(says[key], false).sure; set != 0 {
			return envFacet(set, "platform: "+key, byManifest), true
		}
	}
	return sprawl.Facet{}, false
}

// envFacet returns the facet for set. A name with two environments in it says
// little.
func envFacet(set classes, source string, confidence int) sprawl.Facet {
	if set.many() {
		source, confidence = source+" (ambiguous)", confidence/2
	}
	return sprawl.Facet{Name: "env", Value: set.String(), Source: source, Confidence: confidence}
}

// named reads the name that somebody gave to an environment: every word of it
// counts. Review apps are where developers try things.
func named(name string) classes {
	if len(name) >= 6 && strings.EqualFold(name[:6], "review") {
		return dev
	}
	r := readName(name, false)
	return r.sure | r.fair | r.rare
}

// exposure appends who can read the place.
func exposure(z sprawl.Zone, at *sprawl.Location) sprawl.Zone {
	f := sprawl.Facet{Name: "exposure", Source: "platform: visibility", Confidence: bySays}
	switch at.Says["visibility"] {
	case "public":
		f.Value = "public"
	case "internal":
		f.Value = "org-internal"
	case "private":
		f.Value = "restricted"
	default:
		if placeOf(at.Target) != managed {
			return z
		}
		f.Value, f.Source, f.Confidence = "sealed", "target "+at.Target.Scheme()+":", byManifest
	}
	return append(z, f)
}

// protection appends whether changes to the place need a review.
func protection(z sprawl.Zone, at *sprawl.Location) sprawl.Zone {
	f := sprawl.Facet{Name: "protection", Source: "platform: protected", Confidence: bySays}
	switch at.Says["protected"] {
	case "true":
		f.Value = "protected"
	case "false":
		f.Value = "unprotected"
	default:
		return z
	}
	return append(z, f)
}

// party appends whose code or place it is. Only sources are held to be one's
// own: tests and manuals quote the keys of others.
func party(z sprawl.Zone, at *sprawl.Location, p *path) sprawl.Zone {
	f := sprawl.Facet{Name: "party"}
	switch {
	case p.vendored != "":
		f.Value, f.Source, f.Confidence = "third", p.vendored, byPath
	case strings.EqualFold(at.Says["owner_type"], "User"):
		f.Value, f.Source, f.Confidence = "personal", "platform: owner_type", bySays
	case at.Says["owner_type"] != "":
		f.Value, f.Source, f.Confidence = "first", "platform: owner_type", bySays
	case p.is && p.kind == "":
		f.Value, f.Source, f.Confidence = "first", "not in a vendored directory", byName
	default:
		return z
	}
	return append(z, f)
}

// unit appends the repository, project or mount. The same place read as a
// history and as a directory is one unit.
func unit(z sprawl.Zone, at *sprawl.Location) sprawl.Zone {
	if at.Says["unit"] != "" {
		return says(z, at, "unit", "unit")
	}
	where := strings.TrimPrefix(at.Target.Rest(), "//")
	where = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(where, "/"), ".git"), "/")
	if where == "" {
		return z
	}
	return append(z, sprawl.Facet{Name: "unit", Value: where, Source: "target", Confidence: byManifest})
}

// tenant appends the host and organisation of a target that is a URL.
func tenant(z sprawl.Zone, at *sprawl.Location) sprawl.Zone {
	if at.Says["tenant"] != "" {
		return says(z, at, "tenant", "tenant")
	}
	where, ok := strings.CutPrefix(at.Target.Rest(), "//")
	host := strings.IndexByte(where, '/')
	if !ok || host <= 0 {
		return z
	}
	org := strings.IndexByte(where[host+1:], '/')
	if org <= 0 {
		return z
	}
	return append(z, sprawl.Facet{Name: "tenant", Value: where[:host+1+org], Source: "target", Confidence: byName})
}
