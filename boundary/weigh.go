package boundary

import (
	"slices"
)

// A weight is one kind of crossing that has points of its own.
type weight uint8

const (
	weightPublic weight = iota
	weightInternal
	weightProd
	weightEnv
	weightTenant
	weightParty
	weightHome
	weightProtection
	weightManaged
	weightTalk
	weightCluster
	weightNamespace
	weightWorkload
	weightUnit
	weightTeam
	weightBreadth
	weights
)

// weightNames are what the [severity] table of a policy calls them.
var weightNames = [weights]string{
	"exposure:public", "exposure:org-internal", "env:prod-nonprod", "env:nonprod-nonprod", "tenant", "party", "home",
	"protection", "custody:managed", "custody:log", "cluster", "namespace", "workload", "unit", "team", "breadth",
}

var usualPoints = [weights]int{25, 8, 20, 4, 20, 15, 15, 12, 12, 10, 8, 8, 6, 6, 4, 8}

// weigh reports whether a facet with these values is a crossing, and what it
// adds to the risk.
func (p *Policy) weigh(of facet, values []value) (points int, ok bool) {
	w := weights
	switch of {
	case env:
		w = weighEnv(values)
	case exposure:
		w = weighExposure(values)
	case custody:
		w = weighCustody(values)
	default:
		if len(values) > 1 {
			w = simpleWeight(of)
		}
	}
	if w == weights {
		return 0, false
	}
	return p.points(w), true
}

// simpleWeight returns the weight of a facet of which any two values differ.
func simpleWeight(of facet) weight {
	switch of {
	case tenant:
		return weightTenant
	case party:
		return weightParty
	case protection:
		return weightProtection
	case cluster:
		return weightCluster
	case namespace:
		return weightNamespace
	case workload:
		return weightWorkload
	case unit:
		return weightUnit
	case team:
		return weightTeam
	}
	return weights
}

// weighEnv tells production from the rest. A name that holds two environments
// agrees with both.
func weighEnv(values []value) weight {
	w := weights
	for i, a := range values {
		for _, b := range values[i+1:] {
			x, y := parseClasses(a.text), parseClasses(b.text)
			switch {
			case x == 0 || y == 0:
				w = weightEnv // the policy wants unknown to be an environment of its own
			case x.agree(y):
			case x.productive() != y.productive():
				return weightProd
			default:
				w = weightEnv
			}
		}
	}
	return w
}

// weighExposure counts one copy as a crossing where too many can read it: the
// home that goes without saying is a restricted one. Between a store and a
// restricted place, custody tells the difference.
func weighExposure(values []value) weight {
	has := func(text string) bool {
		return slices.ContainsFunc(values, func(v value) bool { return v.text == text })
	}
	switch {
	case has("public"):
		return weightPublic
	case has("org-internal"), has("partner"):
		return weightInternal
	}
	return weights
}

// weighCustody counts the step out of a managed store, and into places that
// nobody thinks of as holding credentials. Code and configuration are one
// kind.
func weighCustody(values []value) weight {
	store, odd, plain := false, 0, false
	for _, v := range values {
		switch v.text {
		case "managed":
			store = true
		case "log", "artifact", "collab", "ai-agent":
			odd++
		default:
			plain = true
		}
	}
	switch {
	case store && (odd > 0 || plain):
		return weightManaged
	case odd > 1 || odd == 1 && plain:
		return weightTalk
	}
	return weights
}
