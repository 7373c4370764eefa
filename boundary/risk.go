package boundary

import (
	"fmt"
	"slices"
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
	pointsProved     = 0 // dead, on good evidence

	pointsAdmin         = 20
	pointsWriteProd     = 14
	pointsReadSensitive = 9
	pointsUnknownRights = 8
	pointsLimited       = 4

	pointsOld     = 8
	pointsEndless = 5
	pointsEnding  = 2

	pointsNoOwner   = 4
	pointsSuggested = 2

	pointsPerZone     = 2
	maxZonePoints     = 6
	maxCrossingPoints = 28

	capProved      = 10
	capDead        = 25
	capTest        = 39
	capTrap        = 19 // canaries, examples, and what has ended by itself
	capPublishable = 5

	day       = 24 * time.Hour
	longLived = 365 * day
	aged      = 90 * day
)

// Risk weighs how bad it is at the moment now that c lies where it lies, from 0
// to 100: whether it works, what it crosses, what it may do, how long it has
// been about, and who owns it. Zones, Crossing, Owner and Verdict must have been
// set. How sure the findings are is no part of it: that is Confidence.
//
// The reasons are in the order of the parts, with a cap last where one counts.
func Risk(c *sprawl.Credential, now time.Time) (risk int, reasons []sprawl.Reason) {
	reasons = make([]sprawl.Reason, 0, 6)
	reasons = append(reasons, validity(&c.Verdict), crossed(c), privilege(c), lifetime(c, now), ownership(c))
	for _, r := range reasons {
		risk += r.Points
	}
	if most, ok := ceiling(c, now); ok && most.Points < risk {
		risk = most.Points
		reasons = append(reasons, most)
	}
	return min(risk, 100), reasons
}

func validity(v *sprawl.Verdict) sprawl.Reason {
	r := sprawl.Reason{Part: "validity"}
	switch {
	case v.State == sprawl.Live:
		r.Points, r.Why = pointsLive, "its issuer says that it works"
	case v.State == sprawl.Dead && proved(v):
		r.Points, r.Why = pointsProved, "it was proved dead, with evidence of grade "+v.Grade
	case v.State == sprawl.Dead:
		r.Points, r.Why = pointsDead, "its issuer refuses it"
	case !v.At.IsZero():
		r.Points, r.Why = pointsUnanswered, "its issuer was asked and did not answer clearly"
	default:
		r.Points, r.Why = pointsNotAsked, "nobody was asked whether it works"
	}
	return r
}

func proved(v *sprawl.Verdict) bool { return v.Grade == "A" || v.Grade == "B" }

func crossed(c *sprawl.Credential) sprawl.Reason {
	if c.Crossing == nil {
		return sprawl.Reason{Part: "crossing", Why: "it crosses no boundary that is known"}
	}
	return sprawl.Reason{Part: "crossing", Points: c.Crossing.Points, Why: c.Crossing.Why}
}

// lifetime weighs how long c has been about, and how long it has still to go.
func lifetime(c *sprawl.Credential, now time.Time) sprawl.Reason {
	r := sprawl.Reason{Part: "lifetime"}
	end := c.Verdict.Expires
	if end.IsZero() {
		end = factTime(c, sprawl.FactExpires)
	}
	age := time.Duration(0)
	if first := oldest(c); !first.IsZero() {
		age = max(now.Sub(first), 0)
	}
	days := int(age / day)
	switch {
	case end.IsZero() && c.Fact(sprawl.FactClass) == unread:
		r.Points, r.Why = pointsEnding, "its value could not be read, so that its end isn't known"
	case end.IsZero() && age > longLived:
		r.Points, r.Why = pointsOld, fmt.Sprintf("no end is known, and it is %d days old", days)
	case end.IsZero():
		r.Points, r.Why = pointsEndless, "no end is known"
	case end.Sub(now) <= day:
		r.Why = "it ends within a day"
	case age > aged:
		r.Points, r.Why = pointsEndless, fmt.Sprintf("it is %d days old", days)
	default:
		r.Points, r.Why = pointsEnding, "it ends on "+end.UTC().Format(time.DateOnly)
	}
	return r
}

// oldest returns when c is first known to have been anywhere; zero if it isn't
// known.
func oldest(c *sprawl.Credential) (first time.Time) {
	earlier := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	earlier(factTime(c, sprawl.FactIssued))
	for i := range c.Locations {
		if l := c.Locations[i].Life; l != nil {
			earlier(l.When)
		}
		earlier(modified(&c.Locations[i]))
	}
	return first
}

// ownership weighs whether somebody can be asked to revoke c.
func ownership(c *sprawl.Credential) sprawl.Reason {
	r := sprawl.Reason{Part: "ownership"}
	switch {
	case c.Owner != nil && c.Owner.Confirmed:
		r.Why = c.Owner.Name + " answers for it"
	case c.Owner != nil:
		r.Points, r.Why = pointsSuggested, c.Owner.Name+" may be its owner ("+c.Owner.Source+")"
	default:
		r.Points, r.Why = pointsNoOwner, "nobody is known to answer for it"
		for i := range c.Locations {
			if t := known(c.Locations[i].Zone, team); t != "" {
				return sprawl.Reason{Part: "ownership", Points: pointsSuggested, Why: "it lies with team " + t}
			}
		}
	}
	return r
}

// known returns the value of a facet that is sure enough to count.
func known(z sprawl.Zone, of facet) string {
	for i := range z {
		if z[i].Name == facetNames[of] && z[i].Confidence >= sure {
			return z[i].Value
		}
	}
	return ""
}

// ceiling returns the highest risk that c can have, if there is one.
func ceiling(c *sprawl.Credential, now time.Time) (sprawl.Reason, bool) {
	caps := []struct {
		holds bool
		most  int
		why   string
	}{
		{publishable(c), capPublishable, "it is made to be shown"},
		{c.Verdict.State == sprawl.Dead && proved(&c.Verdict), capProved, "it is proved dead"},
		{canary(c), capTrap, "it was probably planted to see who tries it"},
		{example(c), capTrap, "it is an example out of a manual"},
		{expired(c, now), capTrap, "it has ended by itself"},
		{c.Verdict.State == sprawl.Dead, capDead, "it does not work"},
		{testMode(c), capTest, "it is in test mode"},
	}
	for _, k := range caps { // the lowest first
		if k.holds {
			return sprawl.Reason{Part: "cap", Points: k.most, Why: k.why}, true
		}
	}
	return sprawl.Reason{}, false
}

// privilege weighs what the credential may do, by what its issuer or its own
// text says.
func privilege(c *sprawl.Credential) sprawl.Reason {
	scopes := c.Verdict.Scopes
	if len(scopes) == 0 {
		scopes = strings.FieldsFunc(c.Fact(sprawl.FactScopes), func(r rune) bool { return r == ' ' || r == ',' })
	}
	r := sprawl.Reason{Part: "privilege", Points: pointsUnknownRights, Why: "what it may do is not known"}
	if who := c.Verdict.Account; isRoot(who) {
		return sprawl.Reason{Part: "privilege", Points: pointsAdmin, Why: "it speaks for " + who}
	}
	best, scope := mayNothing, ""
	for _, s := range scopes {
		if m := may(s); m > best {
			best, scope = m, s
		}
	}
	switch {
	case best == mayRule:
		r.Points, r.Why = pointsAdmin, "it may do everything: "+scope
	case best == mayWrite && !testMode(c) && inProduction(c):
		r.Points, r.Why = pointsWriteProd, "it may change things in production: "+scope
	case testMode(c):
		r.Points, r.Why = pointsLimited, "it is in test mode"
	case best == mayWrite:
		r.Points, r.Why = pointsReadSensitive, "it may change things: "+scope
	case best == mayReadSecrets:
		r.Points, r.Why = pointsReadSensitive, "it may read what is private: "+scope
	case best == mayRead:
		r.Points, r.Why = pointsLimited, "it may do little: "+scope
	}
	return r
}

// isRoot reports whether an account is one that may do everything.
func isRoot(account string) bool {
	if i := strings.LastIndexAny(account, ":/"); i >= 0 {
		account = account[i+1:]
	}
	return slices.Contains([]string{"root", "postgres", "sa", "sys", "admin", "administrator"}, strings.ToLower(account))
}

// inProduction reports whether c belongs to production, or lies there.
func inProduction(c *sprawl.Credential) bool {
	if set := parseClasses(known(c.Home, env)); set != 0 {
		return set.productive()
	}
	return slices.ContainsFunc(c.Locations, func(at sprawl.Location) bool {
		return parseClasses(known(at.Zone, env)).productive()
	})
}

// What a scope lets its holder do, from the least.
type powers uint8

const (
	mayNothing powers = iota
	mayRead
	mayReadSecrets
	mayWrite
	mayRule
)

// may reads a scope in the words that issuers use: "admin:org", "repo",
// "read_api", "charges:write", "https://…/auth/cloud-platform".
func may(scope string) powers {
	if scope == "*" {
		return mayRule
	}
	var read, private, whole, write bool
	for rest := scope; rest != ""; {
		end := wordEnd(rest, true)
		w := strings.ToLower(rest[:end])
		rest = rest[end:]
		if rest != "" && isBreak(rest[0]) {
			rest = rest[1:]
		}
		switch w {
		case "admin", "root", "owner", "superuser", "sudo", "full", "all", "platform":
			return mayRule
		case "write", "delete", "manage", "create", "update", "deploy", "push", "rw", "edit", "send", "contributor":
			write = true
		case "read", "readonly", "view", "list", "get", "ro", "viewer":
			read = true
		case "secret", "secrets", "code", "user", "users", "email", "messages", "payments":
			private = true
		case "repo", "api", "data", "storage", "files", "database":
			private, whole = true, true
		}
	}
	switch {
	case write || whole && !read:
		return mayWrite // GitHub's "repo" and GitLab's "api" are for writing unless they say otherwise
	case private:
		return mayReadSecrets
	case read:
		return mayRead
	}
	return mayNothing
}
