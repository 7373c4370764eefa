package boundary

import (
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// A statement is what a platform says of a place, read out of the map once.
type statement struct {
	cluster, custody, environment, forks, namespace, ownerType, protected, scope, team, tenant, unit, visibility, workload string

	labelEnv, labelEnvironment, labelStage, labelTier, labelTeam, labelHash string
}

func stated(says map[string]string) (s statement) {
	for k, v := range says {
		switch k {
		case sprawl.SaysCluster:
			s.cluster = v
		case sprawl.SaysCustody:
			s.custody = v
		case sprawl.SaysEnvironment:
			s.environment = v
		case sprawl.SaysForks:
			s.forks = v
		case sprawl.SaysNamespace:
			s.namespace = v
		case sprawl.SaysOwnerType:
			s.ownerType = v
		case sprawl.SaysProtected:
			s.protected = v
		case sprawl.SaysScope:
			s.scope = v
		case sprawl.SaysTeam:
			s.team = v
		case sprawl.SaysTenant:
			s.tenant = v
		case sprawl.SaysUnit:
			s.unit = v
		case sprawl.SaysVisibility:
			s.visibility = v
		case sprawl.SaysWorkload:
			s.workload = v
		default:
			s.label(k, v)
		}
	}
	return s
}

// label reads a label that says something. Where two labels do, the first of
// env, environment, stage and tier counts.
func (s *statement) label(k, v string) {
	switch k {
	case sprawl.SaysLabel + "env":
		s.labelEnv = v
	case sprawl.SaysLabel + "environment":
		s.labelEnvironment = v
	case sprawl.SaysLabel + "Environment", sprawl.SaysLabel + "app.kubernetes.io/environment":
		s.labelEnvironment = max(s.labelEnvironment, v) // the same whatever the order
	case sprawl.SaysLabel + "stage":
		s.labelStage = v
	case sprawl.SaysLabel + "tier":
		s.labelTier = v
	case sprawl.SaysLabel + "team":
		s.labelTeam = v
	case sprawl.SaysLabel + "pod-template-hash":
		s.labelHash = v
	}
}

// fromPlatform reads what the platform says of the place. What it says outright
// outweighs everything but the policy; what follows from the object around the
// value outweighs paths and names.
func fromPlatform(more words, g *gather, at *sprawl.Location) {
	if len(at.Says) == 0 {
		return
	}
	s := stated(at.Says)
	s.environments(more, g)
	s.exposures(g)
	s.protections(g)
	s.parties(g)
	g.said(team, s.labelTeam, "label team", Manifest)
	g.said(generation, s.labelHash, "label pod-template-hash", Manifest)
	g.said(cluster, s.cluster, "platform: cluster", Platform)
	g.said(custody, s.custody, "platform: custody", Platform)
	g.said(namespace, s.namespace, "platform: namespace", Platform)
	g.said(team, s.team, "platform: team", Platform)
	g.said(tenant, s.tenant, "platform: tenant", Platform)
	g.said(unit, s.unit, "platform: unit", Platform)
	g.said(workload, s.workload, "platform: workload", Platform)
}

// said adds what the platform says in its own words.
func (g *gather) said(of facet, value, how string, r Rank) {
	if value != "" {
		g.add(of, clue{value: value, how: how, rank: r, confidence: trusted(r)})
	}
}

func trusted(r Rank) int8 {
	if r == Manifest {
		return byManifest
	}
	return bySays
}

// environments reads the environment that the platform names, the labels that
// people give to say it, and the names of namespaces and clusters.
func (s *statement) environments(more words, g *gather) {
	g.env(readName(more, s.cluster, false).sure, "platform: cluster", Manifest)
	g.env(readName(more, s.namespace, false).sure, "platform: namespace", Manifest)
	g.env(named(more, s.labelTier), "label tier", Platform)
	g.env(named(more, s.labelStage), "label stage", Platform)
	g.env(named(more, s.labelEnvironment), "label environment", Platform)
	g.env(named(more, s.labelEnv), "label env", Platform)
	g.env(named(more, s.environment), "platform: environment", Platform)
}

func (g *gather) env(set classes, how string, r Rank) {
	if set != 0 {
		g.add(env, clue{set: set, how: how, rank: r, confidence: trusted(r)})
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

// exposures reads who can see the place.
func (s *statement) exposures(g *gather) {
	c := clue{how: "platform: visibility", rank: Platform, confidence: bySays}
	switch s.visibility {
	case "public":
		c.value = "public"
	case "internal":
		c.value = "org-internal"
	case "private", "selected":
		c.value = "restricted"
	case "":
		if s.scope != "instance" && s.scope != "organisation" {
			return
		}
		c = clue{value: "org-internal", how: "platform: scope", rank: Manifest, confidence: byManifest}
	default:
		return
	}
	g.add(exposure, c)
}

// protections reads whether every run can have the value.
func (s *statement) protections(g *gather) {
	c := clue{how: "platform: protected", rank: Platform, confidence: bySays}
	switch s.protected {
	case "true":
		c.value = "protected"
	case "false":
		c.value = "unprotected"
	}
	if s.forks == "true" {
		c.value, c.how = "fork-reachable", "platform: forks"
	}
	if c.value != "" {
		g.add(protection, c)
	}
}

// parties reads whether a person holds the place.
func (s *statement) parties(g *gather) {
	c := clue{how: "platform: owner-type", rank: Platform, confidence: bySays}
	switch s.ownerType {
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
