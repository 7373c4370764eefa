package boundary

import (
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// fromPlatform reads what the platform says of the place. What it says outright
// outweighs everything but the policy; what follows from the object around the
// value outweighs paths and names.
func fromPlatform(more words, g *gather, at *sprawl.Location) {
	if len(at.Says) == 0 {
		return
	}
	environmentSaid(more, g, at.Says)
	exposureSaid(g, at.Says)
	protectionSaid(g, at.Says)
	partySaid(g, at.Says)
	said(g, at.Says, team, sprawl.SaysLabel+"team", "label team", byManifest)
	said(g, at.Says, generation, sprawl.SaysLabel+"pod-template-hash", "label pod-template-hash", byManifest)
	for _, s := range [...]struct {
		of       facet
		key, how string
	}{
		{cluster, sprawl.SaysCluster, "platform: cluster"},
		{custody, sprawl.SaysCustody, "platform: custody"},
		{namespace, sprawl.SaysNamespace, "platform: namespace"},
		{team, sprawl.SaysTeam, "platform: team"},
		{tenant, sprawl.SaysTenant, "platform: tenant"},
		{unit, sprawl.SaysUnit, "platform: unit"},
		{workload, sprawl.SaysWorkload, "platform: workload"},
	} {
		said(g, at.Says, s.of, s.key, s.how, bySays)
	}
}

// said adds what the platform says under key, in its own words.
func said(g *gather, says map[string]string, of facet, key, how string, confidence int8) {
	if v := says[key]; v != "" {
		g.add(of, clue{value: v, how: how, rank: rankOf(confidence), confidence: confidence})
	}
}

func rankOf(confidence int8) Rank {
	if confidence == byManifest {
		return Manifest
	}
	return Platform
}

// environmentSaid reads the environment that the platform names, the labels that
// people give to say it, and the names of namespaces and clusters.
func environmentSaid(more words, g *gather, says map[string]string) {
	addEnv(g, readName(more, says[sprawl.SaysCluster], false).sure, "platform: cluster", byManifest)
	addEnv(g, readName(more, says[sprawl.SaysNamespace], false).sure, "platform: namespace", byManifest)
	for _, l := range [...]struct{ key, how string }{
		{sprawl.SaysLabel + "tier", "label tier"}, {sprawl.SaysLabel + "stage", "label stage"},
		{sprawl.SaysLabel + "environment", "label environment"}, {sprawl.SaysLabel + "Environment", "label Environment"},
		{sprawl.SaysLabel + "env", "label env"},
		{sprawl.SaysLabel + "app.kubernetes.io/environment", "label app.kubernetes.io/environment"},
		{sprawl.SaysEnvironment, "platform: environment"},
	} {
		addEnv(g, named(more, says[l.key]), l.how, bySays)
	}
}

func addEnv(g *gather, set classes, how string, confidence int8) {
	if set != 0 {
		g.add(env, clue{set: set, how: how, rank: rankOf(confidence), confidence: confidence})
	}
}

// named reads the name that somebody gave to an environment: every word of it
// counts. Review apps are where developers try things.
func named(more words, name string) classes {
	switch {
	case name == "":
		return 0
	case name == "*":
		return every
	case len(name) >= 6 && strings.EqualFold(name[:6], "review") && (len(name) == 6 || isBreak(name[6])):
		return dev
	}
	n := readName(more, name, false)
	if n.sure != 0 {
		return n.sure // "prod-integration" is production
	}
	return n.fair | n.rare
}

// exposureSaid reads who can see the place.
func exposureSaid(g *gather, says map[string]string) {
	c := clue{how: "platform: visibility", rank: Platform, confidence: bySays}
	switch says[sprawl.SaysVisibility] {
	case "public":
		c.value = "public"
	case "internal":
		c.value = "org-internal"
	case "private", "selected":
		c.value = "restricted"
	case "":
		if s := says[sprawl.SaysScope]; s != "instance" && s != "organisation" {
			return
		}
		c = clue{value: "org-internal", how: "platform: scope", rank: Manifest, confidence: byManifest}
	default:
		return
	}
	g.add(exposure, c)
}

// protectionSaid reads whether every run can have the value.
func protectionSaid(g *gather, says map[string]string) {
	c := clue{how: "platform: protected", rank: Platform, confidence: bySays}
	switch says[sprawl.SaysProtected] {
	case "true":
		c.value = "protected"
	case "false":
		c.value = "unprotected"
	}
	if says[sprawl.SaysForks] == "true" {
		c.value, c.how = "fork-reachable", "platform: forks"
	}
	if c.value != "" {
		g.add(protection, c)
	}
}

// partySaid reads whether a person holds the place.
func partySaid(g *gather, says map[string]string) {
	c := clue{how: "platform: owner-type", rank: Platform, confidence: bySays}
	switch says[sprawl.SaysOwnerType] {
	case "user":
		c.value = "personal"
	case "organisation":
		c.value = "first"
	default:
		return
	}
	if g.best[party].value != "third" { // vendored code stays somebody else's wherever it lies
		g.add(party, c)
	}
}
