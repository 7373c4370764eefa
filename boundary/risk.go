package boundary

import (
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// The points of a risk that do not come from a crossing.
const (
	pointsLive       = 40
	pointsUnanswered = 22 // asked, without an answer
	pointsNotAsked   = 18
	pointsDead       = 4

	pointsAdmin          = 20
	pointsUnknownRights  = 8
	pointsNoOwner        = 4 // nothing tells owners yet
	pointsPerZone        = 2
	maxZonePoints        = 6
	maxCrossingPoints    = 28
	capDead              = 25
	capTest              = 39
	capTrap              = 19 // canaries and examples
	capPublishable       = 5
	day                  = 24 * time.Hour
	longLived, shortened = 365 * day, 90 * day
)

// Risk weighs how bad it is at the moment now that c lies where it lies, from 0
// to 100: whether it works, what it crosses, what it may do, how long it has
// been about, and who owns it. Zones and the verdict must have been set. How
// sure the findings are is no part of it: that is Confidence.
func Risk(c *sprawl.Credential, now time.Time) int {
	risk := validity(&c.Verdict) + crossingPoints(c) + rights(&c.Verdict) + lifetime(c, now) + pointsNoOwner
	return min(risk, 100, ceiling(c))
}

func validity(v *sprawl.Verdict) int {
	switch {
	case v.State == sprawl.Live:
		return pointsLive
	case v.State == sprawl.Dead:
		return pointsDead
	case !v.At.IsZero():
		return pointsUnanswered
	}
	return pointsNotAsked
}

// crossingPoints counts the weightiest facet, and a little for each further
// zone.
func crossingPoints(c *sprawl.Credential) int {
	ds := divides(c)
	if len(ds) == 0 {
		return 0
	}
	zones := map[string]struct{}{}
	for i := range c.Locations {
		zones[zoneKey(c.Locations[i].Zone)] = struct{}{}
	}
	return min(ds[0].points+min(pointsPerZone*(len(zones)-1), maxZonePoints), maxCrossingPoints)
}

// zoneKey is the boundary facets of z as text.
func zoneKey(z sprawl.Zone) string {
	var b strings.Builder
	for _, f := range z {
		if f.Confidence >= sure && f.Name != "kind_of_text" {
			b.WriteString(f.Name + "=" + f.Value + ";")
		}
	}
	return b.String()
}

// rights weighs what the issuer said that the credential may do.
func rights(v *sprawl.Verdict) int {
	for _, s := range v.Scopes {
		n := readName(s, false)
		if s == "*" || eq(n.first, "admin") || eq(n.first, "root") || eq(n.first, "owner") {
			return pointsAdmin
		}
	}
	return pointsUnknownRights
}

// lifetime weighs how long c has been about, and how long it has still to go.
func lifetime(c *sprawl.Credential, now time.Time) int {
	age, end := time.Duration(0), c.Verdict.Expires
	if first := oldest(c); !first.IsZero() {
		age = now.Sub(first)
	}
	switch {
	case end.IsZero() && age > longLived:
		return 8
	case end.IsZero() || age > shortened:
		return 5
	case end.Sub(now) <= day:
		return 0
	}
	return 2
}

// ceiling returns the highest risk that c can have.
func ceiling(c *sprawl.Credential) int {
	most := 100
	if c.Verdict.State == sprawl.Dead {
		most = capDead
	}
	if strings.Contains(c.Note, "test key") {
		most = min(most, capTest)
	}
	if strings.Contains(c.Note, "canary") || strings.Contains(c.Note, "an example") {
		most = min(most, capTrap)
	}
	if publishable(c) {
		most = min(most, capPublishable)
	}
	return most
}

// oldest returns when c is first known to have been anywhere; zero if it isn't
// known.
func oldest(c *sprawl.Credential) (first time.Time) {
	for i := range c.Locations {
		if l := c.Locations[i].Life; l != nil && !l.When.IsZero() && (first.IsZero() || l.When.Before(first)) {
			first = l.When
		}
	}
	return first
}
