package boundary

import (
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A Policy is what the people who run the scan say of their own boundaries. It
// is immutable. It never comes from what is scanned.
type Policy struct {
	file     string
	boundary [facets]bool
	home     bool // lying outside of home counts
	unknown  string
	aliases  words
	accounts []account
	zones    []zoneRule
	homes    []homeRule
	allows   []allow
	severity [weights]int
}

// What a policy can say of places whose environment can't be told.
const (
	wildcard = "wildcard" // they agree with every environment: the usual
	distinct = "distinct" // they are an environment of their own
	fail     = "fail"     // the run is incomplete
)

// unknown is the value of env under distinct.
const unknown = "unknown"

// An account says where an account, project or tenant of an issuer belongs.
type account struct {
	line       int
	issuer, id string
	set        []setting
}

// A setting is a facet and the value that the policy gives to it.
type setting struct {
	of    facet
	value string
	set   classes // in place of value, for env
}

// A zoneRule sets facets of the places that match.
type zoneRule struct {
	line  int
	match []pattern
	set   []setting
}

// A homeRule says where the credentials that match belong.
type homeRule struct {
	line  int
	match []pattern
	zone  []setting
}

// An allow intends a crossing, for a while.
type allow struct {
	line    int
	cred    string
	facets  []string
	between []pattern
	classes classes // in place of between, for env
	reason  string
	owner   string
	until   time.Time // the last day
}

// bounds returns which facets are boundaries.
func (p *Policy) bounds() *[facets]bool {
	if p == nil {
		return &usualBounds
	}
	return &p.boundary
}

var usualBounds = [facets]bool{
	exposure: true, env: true, tenant: true, party: true, custody: true, protection: true, workload: true, unit: true,
	team: true, cluster: true, namespace: true,
}

func (p *Policy) homeCounts() bool { return p == nil || p.home }

func (p *Policy) words() words {
	if p == nil {
		return nil
	}
	return p.aliases
}

func (p *Policy) unknownEnv() string {
	if p == nil {
		return wildcard
	}
	return p.unknown
}

// WantsEnvironments reports whether a place whose environment can't be told
// leaves a run incomplete.
func (p *Policy) WantsEnvironments() bool { return p.unknownEnv() == fail }

func (p *Policy) points(w weight) int {
	if p == nil {
		return usualPoints[w]
	}
	return p.severity[w]
}

// fromPolicy adds what the policy says of the place: by the account that it is
// held under, then by the first zone that matches.
func (p *Policy) fromPolicy(g *gather, at *sprawl.Location) {
	if p == nil {
		return
	}
	under := g.best[tenant].value
	for i := range p.accounts {
		a := &p.accounts[i]
		if under != "" && len(under) == len(a.issuer)+1+len(a.id) && under == a.issuer+"/"+a.id {
			g.settle(a.set, p.source("account", a.line))
			break
		}
	}
	for i := range p.zones {
		z := &p.zones[i]
		if matchesPlace(z.match, g, at) {
			g.settle(z.set, p.source("zone", z.line))
			return
		}
	}
}

// settle adds the facets that a policy sets.
func (g *gather) settle(set []setting, source string) {
	for _, s := range set {
		g.add(s.of, clue{value: s.value, set: s.set, how: source, rank: Operator, confidence: byPolicy})
	}
}
