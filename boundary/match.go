package boundary

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/seed-5dd601fe/sprawl"
)

// A pattern is one condition of a match table: the key names what is compared,
// the glob what it has to be.
type pattern struct{ key, glob string }

// placeKeys are what a zone's match can name, beside the keys of Location.Says
// and labels.
func placeKeys() []string {
	return []string{"adapter", "target", "unit", "repo", "path", "key", "environment_scope",
		sprawl.SaysVisibility, sprawl.SaysEnvironment, sprawl.SaysScope, sprawl.SaysProtected, sprawl.SaysForks,
		sprawl.SaysCustody, sprawl.SaysTenant, sprawl.SaysOwnerType, sprawl.SaysTeam, sprawl.SaysWorkload,
		sprawl.SaysCluster, sprawl.SaysNamespace}
}

// credentialKeys are what a home's match can name.
func credentialKeys() []string {
	return []string{"cred", "rule", "kind", "issuer", "tier", "public",
		sprawl.FactAccount, sprawl.FactTenant, sprawl.FactProject, sprawl.FactSubject, "issued_by", sprawl.FactAudience,
		sprawl.FactHost, sprawl.FactDatabase, sprawl.FactRegion, sprawl.FactMode, sprawl.FactClass}
}

// matchesPlace reports whether a location satisfies all conditions.
func matchesPlace(match []pattern, g *gather, at *sprawl.Location) bool {
	return !slices.ContainsFunc(match, func(m pattern) bool {
		if m.key == "adapter" {
			return !isAdapter(at.Target.Scheme(), m.glob)
		}
		return !glob(m.glob, placeValue(m.key, g, at))
	})
}

// isAdapter reports whether a scheme is of the family called name: git is that
// of git+https, too.
func isAdapter(scheme, name string) bool {
	rest, ok := strings.CutPrefix(scheme, name)
	if ok && (rest == "" || rest[0] == '+') {
		return true
	}
	return name == "git" && isForge(sprawl.Target(scheme+":"))
}

func placeValue(key string, g *gather, at *sprawl.Location) string {
	switch key {
	case "target":
		return string(at.Target)
	case "unit", "repo":
		return g.best[unit].value
	case "tenant":
		return g.best[tenant].value
	case "path":
		return at.Path
	case "key":
		if at.Key == "" && placeOf(at.Target) != files {
			return at.Path[strings.LastIndexByte(at.Path, '/')+1:]
		}
		return at.Key
	case "environment_scope":
		return at.Says[sprawl.SaysEnvironment]
	}
	return at.Says[key]
}

// matchesCredential reports whether c satisfies all conditions.
func matchesCredential(match []pattern, c *sprawl.Credential) bool {
	return !slices.ContainsFunc(match, func(m pattern) bool { return !glob(m.glob, credentialValue(m.key, c)) })
}

func credentialValue(key string, c *sprawl.Credential) string {
	switch key {
	case "cred":
		return c.ID
	case "rule", "kind":
		return c.Rule
	case "issuer":
		return c.Issuer
	case "tier":
		return string(c.Tier)
	case "public":
		return c.Public
	case "issued_by":
		return c.Fact(sprawl.FactIssuedBy)
	}
	return c.Fact(key)
}

// glob reports whether s matches a pattern in which * stands for anything but a
// slash, and ** for anything. A pattern matches itself, too: GitLab's scope
// "review/*" is one name.
func glob(pattern, s string) bool {
	return pattern == s || s != "" && doublestar.MatchUnvalidated(pattern, s)
}

// source names an entry of the policy.
func (p *Policy) source(kind string, line int) string {
	return p.file + ":" + strconv.Itoa(line) + " " + kind
}
