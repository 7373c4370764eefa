package boundary

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Home returns where c belongs: by the policy's homes and accounts, and by what
// the credential tells of itself, such as its mode, its project, and the names
// of the host and database that it opens. It is empty where nothing tells.
func (p *Policy) Home(c *sprawl.Credential) sprawl.Zone {
	var best [facets]sprawl.Facet
	put := func(f sprawl.Facet) {
		if of, ok := facetOf(f.Name); ok && f.Value != "" && f.Confidence > best[of].Confidence {
			best[of] = f
		}
	}
	if p != nil {
		p.homeByPolicy(c, put)
	}
	p.homeByFacts(c, put)
	var z sprawl.Zone
	for _, f := range best {
		if f.Confidence > 0 {
			z = append(z, f)
		}
	}
	return z
}

// homeByPolicy reads the homes, of which the first that matches counts, and the
// accounts.
func (p *Policy) homeByPolicy(c *sprawl.Credential, put func(sprawl.Facet)) {
	for i := range p.homes {
		if h := &p.homes[i]; matchesCredential(h.match, c) {
			for _, s := range h.zone {
				put(s.facet(p.source("home", h.line)))
			}
			break
		}
	}
	for i := range p.accounts {
		if a := &p.accounts[i]; a.holds(c) {
			for _, s := range a.set {
				put(s.facet(a.issuer + " account " + a.id + ", " + p.source("account", a.line)))
			}
			return
		}
	}
}

func (s *setting) facet(source string) sprawl.Facet {
	c := clue{value: s.value, set: s.set}
	return sprawl.Facet{Name: facetNames[s.of], Value: c.text(), Source: source, Confidence: byPolicy}
}

// holds reports whether c is of the account.
func (a *account) holds(c *sprawl.Credential) bool {
	if c.Issuer != a.issuer && !strings.HasPrefix(c.Issuer, a.issuer+"-") {
		return false
	}
	return slices.ContainsFunc([]string{sprawl.FactAccount, sprawl.FactProject, sprawl.FactTenant}, func(name string) bool {
		return c.Fact(name) == a.id
	})
}

// homeByFacts reads what the credential tells of itself.
func (p *Policy) homeByFacts(c *sprawl.Credential, put func(sprawl.Facet)) {
	more := p.words()
	tell := func(set classes, source string, confidence int) {
		if set != 0 && !set.many() {
			put(sprawl.Facet{Name: facetNames[env], Value: set.String(), Source: source, Confidence: confidence})
		}
	}
	switch c.Fact(sprawl.FactMode) {
	case "live":
		tell(prod, "its mode is live", byManifest)
	case "test":
		tell(nonprod, "its mode is test", byManifest)
	}
	for _, name := range [...]string{sprawl.FactProject, sprawl.FactDatabase, sprawl.FactAccount, sprawl.FactTenant} {
		if v := c.Fact(name); v != "" {
			tell(readName(more, v, false).sure, name+" "+v, byName)
		}
	}
	for _, name := range [...]string{sprawl.FactHost, sprawl.FactIssuedBy} {
		if v := c.Fact(name); v != "" {
			tell(hostEnv(more, v), name+" "+v, byName)
		}
	}
	if rest, ok := strings.CutPrefix(c.Fact(sprawl.FactSubject), "system:serviceaccount:"); ok {
		ns, _, _ := strings.Cut(rest, ":")
		put(sprawl.Facet{Name: facetNames[namespace], Value: ns, Source: "subject system:serviceaccount:" + rest, Confidence: byManifest})
		tell(readName(more, ns, false).sure, "namespace "+ns, byPath)
	}
}

// hostEnv reads the labels of a host's name, but for those that somebody has
// registered: dev.azure.com serves all environments, and app.dev is a shop.
func hostEnv(more words, host string) (set classes) {
	host = strings.TrimPrefix(strings.TrimPrefix(host, "https://"), "http://")
	host, _, _ = strings.Cut(host, "/")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	switch {
	case eq(host, "localhost"), strings.HasPrefix(host, "127."), eq(host, "[::1]"), eq(host, "host.docker.internal"):
		return local
	case isPublicHost(host):
		return 0
	}
	labels := strings.Split(host, ".")
	labels = labels[:max(len(labels)-registered(labels), 0)]
	for _, l := range labels {
		set |= readName(more, l, false).sure
	}
	return set
}

// registered returns how many labels at the end of a name are a domain, and
// tell nothing.
func registered(labels []string) int {
	n := len(labels)
	switch {
	case n == 1:
		return 0 // a name in one's own network, such as prod-db
	case slices.Contains([]string{"internal", "local", "lan", "corp", "intra", "svc", "home", "private", "test", "example"}, strings.ToLower(labels[n-1])):
		return 1
	}
	return 2
}

// isPublicHost knows hosts of others whose names look like an environment.
func isPublicHost(host string) bool {
	switch strings.ToLower(host) {
	case "dev.azure.com", "test.pypi.org", "dev.mysql.com", "dev.to":
		return true
	}
	return false
}

// publishable reports whether the value is made to be shown to everybody.
func publishable(c *sprawl.Credential) bool {
	return c.Fact(sprawl.FactClass) == "publishable" || strings.Contains(c.Note, "publishable")
}

// example reports whether the value is known from a manual.
func example(c *sprawl.Credential) bool {
	return c.Fact(sprawl.FactClass) == "example" || strings.Contains(c.Note, "an example")
}

// canary reports whether the value was planted to see who tries it.
func canary(c *sprawl.Credential) bool {
	return c.Fact(sprawl.FactClass) == "canary" || strings.Contains(c.Note, "canary")
}

// testMode reports whether the value moves no real money or mail.
func testMode(c *sprawl.Credential) bool {
	return c.Fact(sprawl.FactClass) == "test" || c.Fact(sprawl.FactMode) == "test" || strings.Contains(c.Note, "test key")
}

// expired reports whether c has ended by itself, as its own text says.
func expired(c *sprawl.Credential, now time.Time) bool {
	end := factTime(c, sprawl.FactExpires)
	return !end.IsZero() && end.Before(now) && c.Verdict.State != sprawl.Live
}

// factTime returns the time that a fact states, or zero.
func factTime(c *sprawl.Credential, name string) time.Time {
	t, err := time.Parse(time.RFC3339, c.Fact(name))
	if err != nil {
		return time.Time{}
	}
	return t
}
