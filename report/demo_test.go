package report

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// demo is a run over an organisation's places that found n credentials: the
// same for the same n. Hints are all that it holds of them.
func demo(n int) *Document {
	r := rand.New(rand.NewPCG(7, 7))
	d := &Document{
		Tool: "sprawl", Version: "1.0.0", Targets: []sprawl.Target{"github://acme", "gitlab-ci://acme/api", "vault://prod/kv"},
		Started: day(2026, 11, 21), Exit: 1, Notes: []string{},
		About:  func(rule string) string { return demoRules()[rule] },
		Advise: sample().Advise,
		Receipt: sprawl.Receipt{
			Bytes: 9_300_000_000, Scanned: 1_200_000_000, Objects: 1_930_314, Commits: 207_661, Refs: 512, Rules: 195,
			Elapsed: 4140 * time.Millisecond, Complete: true,
		},
	}
	for i := range n {
		d.Credentials = append(d.Credentials, demoCredential(r, i))
	}
	return d
}

func demoRules() map[string]string {
	return map[string]string{
		"github-pat": "GitHub personal access token, classic", "aws-key-pair": "AWS access key id with its secret beside it",
		"stripe-secret-key": "Stripe secret key", "database-uri": "Database or broker address with a password in it",
		"slack-bot-token": "Slack bot token", "generic-assignment": "A value assigned to something called password, secret, token or key",
	}
}

func demoCredential(r *rand.Rand, i int) sprawl.Credential {
	kinds := [...]struct{ rule, issuer, hint string }{
		{"github-pat", "github", "gh" + "p_…(40)"}, {"aws-key-pair", "aws", "…(40)"}, {"stripe-secret-key", "stripe", "sk_" + "live_…(32)"},
		{"database-uri", "", "…(24)"}, {"slack-bot-token", "slack", "xo" + "xb-…(56)"}, {"generic-assignment", "", "…(16)"},
	}
	k := kinds[r.IntN(len(kinds))]
	c := sprawl.Credential{
		ID: fmt.Sprintf("cr_%020d", i), Rule: k.rule, Issuer: k.issuer, Hint: k.hint, Tier: sprawl.Structured, Confidence: 60 + r.IntN(40),
		Risk: max(3, 94-i*90/max(60, i+1)-r.IntN(8)),
	}
	if k.rule == "generic-assignment" {
		c.Tier, c.Confidence = sprawl.Generic, 55
	}
	switch x := r.IntN(10); {
	case x < 3:
		c.Verdict = sprawl.Verdict{State: sprawl.Live, Account: "svc-deploy", Scopes: []string{"repo", "admin:org"}, At: day(2026, 11, 21)}
	case x < 5:
		c.Verdict = sprawl.Verdict{State: sprawl.Dead, Reason: "401 from api.example.com", Grade: "B", At: day(2026, 11, 21)}
		c.Risk = min(c.Risk, 20)
	}
	if i%3 == 0 {
		c.Owner = &sprawl.Owner{Name: "team-web", Source: "CODEOWNERS"}
	}
	for range 1 + r.IntN(4) {
		c.Locations = append(c.Locations, demoPlace(r))
	}
	demoCrossing(&c)
	c.Reasons = []sprawl.Reason{{Part: "validity", Points: 40, Why: "its issuer says that it works"}, {Part: "crossing", Points: 22, Why: "production and staging"}, {Part: "privilege", Points: 8, Why: "not known what it may do"}, {Part: "lifetime", Points: 8, Why: "does not end, and is 500 days old"}, {Part: "ownership", Points: 4, Why: "nobody is known to answer for it"}}
	return c
}

func demoPlace(r *rand.Rand) sprawl.Location {
	repos := [...]string{"acme/api", "acme/web", "acme/infra", "acme/billing", "acme/docs"}
	files := [...]struct{ path, env, custody, exposure string }{
		{".env.production", "prod", "plaintext-config", "restricted"}, {"deploy/prod/values.yaml", "prod", "plaintext-config", "restricted"},
		{".env.staging", "staging", "plaintext-config", "restricted"}, {"docker-compose.yml", "dev", "plaintext-config", "restricted"},
		{"docs/setup.md", "", "code", "public"}, {"variables/STAGING_TOKEN", "staging", "ci-store", "restricted"},
		{"secret/data/app", "prod", "managed", "sealed"}, {".github/workflows/ci.yml", "ci", "code", "restricted"},
		{"src/config.go", "", "code", "restricted"}, {"logs/4711.txt", "ci", "log", "org-internal"},
	}
	f, repo := files[r.IntN(len(files))], repos[r.IntN(len(repos))]
	at := sprawl.Location{
		Target: "github://acme", Object: id(byte(r.IntN(200))), Path: f.path, Line: 1 + r.IntN(90), Column: 12,
		Zone: sprawl.Zone{{Name: "custody", Value: f.custody, Source: "path", Confidence: 70}},
	}
	if f.env != "" {
		at.Zone = append(at.Zone, sprawl.Facet{Name: "env", Value: f.env, Source: "path " + f.path, Confidence: 80})
	}
	at.Zone = append(at.Zone, sprawl.Facet{Name: "exposure", Value: f.exposure, Source: "visibility", Confidence: 95}, sprawl.Facet{Name: "unit", Value: repo, Source: "platform", Confidence: 100})
	if f.custody == "ci-store" || f.custody == "managed" {
		return at
	}
	when := day(2022, 1, 1).AddDate(0, 0, r.IntN(1500))
	at.Life = &sprawl.Life{Commit: id(byte(r.IntN(200))).String(), Author: "Ada Lovelace <ada@example.test>", When: when, InHead: r.IntN(3) > 0, Refs: []string{"refs/heads/main"}, RefCount: 1 + r.IntN(5), Versions: 1 + r.IntN(9)}
	if !at.Life.InHead {
		at.Life.Removed, at.Life.RemovedAt = id(9).String(), when.AddDate(0, 1+r.IntN(20), 0)
	}
	return at
}

// demoCrossing is a rough stand-in for package boundary, which this one may not
// import.
func demoCrossing(c *sprawl.Credential) {
	seen, units, where, public := map[string]bool{}, map[string]bool{}, "", false
	for i := range c.Locations {
		env := c.Locations[i].Zone.Get("env")
		units[c.Locations[i].Zone.Get("unit")] = true
		public = public || c.Locations[i].Zone.Get("exposure") == "public"
		if env != "" && !seen[env] {
			seen[env] = true
			where += " and in " + env + " (" + c.Locations[i].Path + ")"
		}
	}
	switch {
	case public:
		c.Crossing = &sprawl.Crossing{Facets: []string{"exposure"}, Why: "lies where everybody can read it (docs/setup.md)", Facet: "exposure", To: "public"}
	case len(seen) > 1:
		c.Crossing = &sprawl.Crossing{Facets: []string{"env"}, Why: "lies" + where[4:], Facet: "env"}
	}
	if c.Crossing != nil && len(units) > 1 {
		c.Crossing.Facets = append(c.Crossing.Facets, "unit")
	}
}
