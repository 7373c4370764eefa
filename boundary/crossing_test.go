package boundary

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

// A copy is a location in short.
type copyAt struct {
	target, path, key string
	says              map[string]string
	past              bool
	age               int // days before now
}

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func credential(copies ...copyAt) *sprawl.Credential {
	c := &sprawl.Credential{ID: "cr_a", Verdict: sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked"}}
	for _, p := range copies {
		at := sprawl.Location{Target: sprawl.Target(p.target), Path: p.path, Key: p.key, Says: p.says}
		if p.target == "" {
			at.Target = "git:."
		}
		at.Life = &sprawl.Life{InHead: !p.past, When: now.AddDate(0, 0, -p.age)}
		c.Locations = append(c.Locations, at)
	}
	return c
}

// judged returns c as p judges it.
func judged(p *Policy, c *sprawl.Credential) *sprawl.Credential {
	all := []sprawl.Credential{*c}
	p.Judge(all, now)
	return &all[0]
}

func withFacts(c *sprawl.Credential, issuer string, facts ...string) *sprawl.Credential {
	c.Issuer = issuer
	for i := 0; i < len(facts); i += 2 {
		c.Facts = append(c.Facts, sprawl.Fact{Name: facts[i], Value: facts[i+1]})
	}
	return c
}

type says = map[string]string

func TestCrossing(t *testing.T) {
	public, private := says{"visibility": "public"}, says{"visibility": "private"}
	for name, c := range map[string]struct {
		copies []copyAt
		facets string // "" is no crossing
		dir    string // facet: from → to
		why    string
	}{
		"nothing":                 {},
		"one copy":                {copies: []copyAt{{path: ".env.staging"}}},
		"same zone":               {copies: []copyAt{{path: ".env.staging"}, {path: "deploy/staging/a.yml"}}},
		"unknown":                 {copies: []copyAt{{path: ".env.staging"}, {path: "app.yml"}}},
		"code and config":         {copies: []copyAt{{path: "main.go"}, {path: "app.yml"}}},
		"only a fixture":          {copies: []copyAt{{path: ".env.staging"}, {path: "testdata/.env.production"}}},
		"a section of a fixture":  {copies: []copyAt{{path: ".env.staging"}, {path: "testdata/database.yml", key: "production.password"}}},
		"ambiguous":               {copies: []copyAt{{path: "staging-prod-copy.yml"}, {path: "prod.yml"}}},
		"non-prod, nearer":        {copies: []copyAt{{path: "nonprod/a.yml"}, {path: "staging/a.yml"}}},
		"a variable of all":       {copies: []copyAt{{target: "gitlab-ci://acme/api", path: "X", says: says{"environment": "*"}}, {target: "gitlab-ci://acme/api", path: "Y", says: says{"environment": "production"}}}},
		"repository and pipeline": {copies: []copyAt{{target: "git+https://gitlab.com/acme/api.git", path: "a.yml"}, {target: "gitlab-ci://acme/api", path: "X"}}},
		"staging and production": {
			[]copyAt{{path: "deploy/prod/app.yaml"}, {path: ".env.staging"}}, "env", "env: prod → staging",
			"lies in production (deploy/prod/app.yaml) and in staging (.env.staging)",
		},
		"in history only": {
			[]copyAt{{path: ".env.staging", past: true}, {path: "deploy/prod/app.yaml"}}, "env", "env: prod → staging",
			"lies in production (deploy/prod/app.yaml) and in staging (.env.staging, in history only)",
		},
		"sections of one file": {
			[]copyAt{{path: "config/database.yml", key: "production.password"}, {path: "config/database.yml", key: "development.password"}}, "env", "env: prod → dev",
			"lies in production (config/database.yml) and in development (config/database.yml)",
		},
		"what is there now is the example": {
			[]copyAt{{path: "a/.env.prod", past: true}, {path: "long/way/.env.prod"}, {path: ".env.dev"}}, "env", "env: prod → dev",
			"lies in production (long/way/.env.prod) and in development (.env.dev)",
		},
		"non-prod and prod": {
			[]copyAt{{path: "nonprod/a.yml"}, {path: "prod/a.yml"}}, "env", "env: prod → nonprod",
			"lies in production (prod/a.yml) and in non-production (nonprod/a.yml)",
		},
		"one public copy": {
			[]copyAt{{path: "README.md", says: public}}, "exposure", "exposure:  → public", "lies where everybody can read it (README.md)",
		},
		"one copy that the organisation reads": {
			[]copyAt{{path: "a.yml", says: says{"visibility": "internal"}}}, "exposure", "exposure:  → org-internal", "lies where the whole organisation can read it (a.yml)",
		},
		"vault and repository": {
			[]copyAt{{target: "vault://v/kv", path: "app"}, {path: "main.go", says: private}}, "custody unit", "custody: managed → code",
			"lies in a managed store (vault://v/kv app) and in code (git:. main.go); crosses repositories as well",
		},
		"repository and transcript": {
			[]copyAt{{path: "main.go"}, {path: ".claude/projects/x.jsonl"}}, "custody", "custody: code → ai-agent",
			"lies in code (main.go) and in the files of a coding agent (.claude/projects/x.jsonl)",
		},
		"two repositories, the older one first": {
			[]copyAt{{target: "git:../web", path: "b.yml", age: 9}, {target: "git:../api", path: "a.yml"}}, "unit", "unit: ../web → ../api",
			"lies in ../web (b.yml) and in ../api (a.yml)",
		},
		"somebody else's code": {
			[]copyAt{{path: "vendor/x/y.go"}, {path: "main.go"}}, "party", "party: first → third",
			"lies in own code (main.go) and in somebody else's code (vendor/x/y.go)",
		},
		"clusters and namespaces": {
			[]copyAt{{target: "kube://a", path: "s/x", says: says{"cluster": "a", "namespace": "pay", "unit": "k"}}, {target: "kube://b", path: "s/x", says: says{"cluster": "b", "namespace": "web", "unit": "k"}}},
			"cluster namespace", "cluster: a → b", "lies in cluster a (kube://a s/x) and in cluster b (kube://b s/x); crosses namespaces as well",
		},
		"levels of protection": {
			[]copyAt{{target: "gitlab-ci://acme/api", path: "A", says: says{"protected": "true"}}, {target: "gitlab-ci://acme/api", path: "B", says: says{"forks": "true"}}},
			"protection", "protection: protected → fork-reachable", "lies in a protected place (A) and where runs for forks can read it (B)",
		},
		"long paths keep their ends": {
			[]copyAt{{target: "git:a", path: strings.Repeat("x/", 100) + ".env.staging"}, {target: "git:a", path: strings.Repeat("y/", 100) + "prod.yml"}}, "env", "env: prod → staging",
			"lies in production (…" + strings.Repeat("/y", 25) + "/prod.yml) and in staging (…" + strings.Repeat("/x", 23) + "/.env.staging)",
		},
		"many repositories": {
			[]copyAt{{target: "git:a", path: "x"}, {target: "git:b", path: "x"}, {target: "git:c", path: "x"}, {target: "git:d", path: "x"}, {target: "git:e", path: "x"}, {target: "git:f", path: "x"}},
			"unit", "unit: a → f", "lies in a (x) and in b (x) and in c (x) and in d (x) and in 2 more",
		},
		"history and directory of one place": {copies: []copyAt{{target: "git:/srv/a", path: "a.yml"}, {target: "dir:/srv/a", path: "a.yml"}}},
	} {
		t.Run(name, func(t *testing.T) {
			cred := credential(c.copies...)
			for range 2 {
				x := judged(nil, cred).Crossing
				var facets, dir, text string
				if x != nil {
					facets, dir, text = strings.Join(x.Facets, " "), x.Facet+": "+x.From+" → "+x.To, x.Why
				}
				if diff := cmp.Diff([]string{c.facets, c.dir, c.why}, []string{facets, dir, text}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				slices.Reverse(cred.Locations) // their order must not matter
			}
		})
	}
}

// TestSides wants every location on the side that it belongs to.
func TestSides(t *testing.T) {
	c := judged(nil, credential(
		copyAt{target: "git:api", path: ".env.staging"}, copyAt{target: "git:api", path: "prod/a.yml"},
		copyAt{target: "git:api", path: "prod/b.yml"}, copyAt{target: "git:web", path: "prod/c.yml"}, copyAt{target: "git:web", path: "x.yml"},
	))
	var got []string
	for _, s := range c.Crossing.Sides {
		got = append(got, s.Name+" | "+s.Where)
	}
	want := []string{"production, api | git:api prod/a.yml", "production, web | git:web prod/c.yml", "staging, api | git:api .env.staging", "web | git:web x.yml"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sides (-want +got):\n%s", diff)
	}
	var sides []int
	for _, at := range c.Locations {
		sides = append(sides, at.Side)
	}
	if !slices.Equal(sides, []int{3, 1, 1, 2, 4}) {
		t.Errorf("locations are on sides %v", sides)
	}
	if n := c.Crossing.Sides[0].Copies; n != 2 {
		t.Errorf("%d copies", n)
	}
	if c.Crossing.Points != 20+2*2 {
		t.Errorf("%d points: of four sides, one is in no known environment", c.Crossing.Points)
	}
}

// TestGuessable wants equal passwords that anybody could make up to be no copies
// of one another, but to be wrong for production and development.
func TestGuessable(t *testing.T) {
	for hint, want := range map[string]string{"…(6)": "env", "…(12)": "env party unit", "abc_…(6)": "env party unit"} {
		c := credential(copyAt{target: "git:a", path: "prod/a.yml"}, copyAt{target: "git:b", path: "vendor/dev/a.yml"})
		c.Hint = hint
		if got := strings.Join(judged(nil, c).Crossing.Facets, " "); got != want {
			t.Errorf("%s crosses %s, want %s", hint, got, want)
		}
		two := credential(copyAt{target: "git:a", path: "a.yml"}, copyAt{target: "git:b", path: "a.yml"})
		two.Hint = hint
		if got := judged(nil, two).Crossing != nil; got != (want != "env") {
			t.Errorf("%s in two repositories: crossing is %v", hint, got)
		}
	}
}

// TestHome tries credentials that tell themselves where they belong.
func TestHome(t *testing.T) {
	dev, prod := copyAt{path: "dev/app.yml"}, copyAt{path: "prod/app.yml"}
	for name, c := range map[string]struct {
		c    *sprawl.Credential
		home string // env of
		why  string // "" is no crossing
	}{
		"a live key in development": {
			withFacts(credential(dev), "stripe", "mode", "live"), "prod",
			"belongs in production (its mode is live) and lies in development (dev/app.yml)",
		},
		"a live key in a local file":           {withFacts(credential(copyAt{path: ".env.local"}), "stripe", "mode", "live"), "prod", "belongs in production (its mode is live) and lies in a local set-up (.env.local)"},
		"a live key in production":             {withFacts(credential(prod), "stripe", "mode", "live"), "prod", ""},
		"a live key nobody knows where":        {withFacts(credential(copyAt{path: "app.yml"}), "stripe", "mode", "live"), "prod", ""},
		"a live key in a test's fixture":       {withFacts(credential(copyAt{path: "testdata/dev/app.yml"}), "stripe", "mode", "live"), "prod", ""},
		"a test key in production":             {withFacts(credential(prod), "stripe", "mode", "test"), "nonprod", ""},
		"a production database in development": {withFacts(credential(dev), "", "host", "db.prod.acme.internal:5432"), "prod", "belongs in production (host db.prod.acme.internal:5432) and lies in development (dev/app.yml)"},
		"a production database by its name":    {withFacts(credential(dev), "", "database", "shop_production"), "prod", "belongs in production (database shop_production) and lies in development (dev/app.yml)"},
		"a database on the desk in production": {withFacts(credential(prod), "", "host", "localhost:5432"), "local", ""},
		"a host of everybody":                  {withFacts(credential(prod), "", "host", "dev.azure.com"), "", ""},
		"a host below a domain called dev":     {withFacts(credential(prod), "", "host", "api.acme.dev"), "", ""},
		"a project":                            {withFacts(credential(dev), "google", "project", "acme-prod-4711"), "prod", "belongs in production (project acme-prod-4711) and lies in development (dev/app.yml)"},
		"a product":                            {withFacts(credential(dev), "google", "project", "acme-products"), "", ""},
		"a service account":                    {withFacts(credential(dev), "kubernetes", "subject", "system:serviceaccount:pay-prod:api"), "prod", "belongs in production (namespace pay-prod) and lies in development (dev/app.yml)"},
		"somebody's token":                     {withFacts(credential(dev), "", "subject", "eve@prod.test"), "", ""},
		"production and development": {
			withFacts(credential(dev, prod), "stripe", "mode", "live"), "prod",
			"lies in production (prod/app.yml) and in development (dev/app.yml)",
		},
		"publishable": {withFacts(credential(dev), "stripe", "mode", "live", "class", "publishable"), "prod", ""},
		"an example":  {withFacts(credential(dev), "stripe", "mode", "live", "class", "example"), "prod", ""},
		"ended":       {withFacts(credential(dev), "", "mode", "live", "expires", "2026-11-20T00:00:00Z"), "prod", ""},
		"not ended":   {withFacts(credential(dev), "", "mode", "live", "expires", "2026-11-22T00:00:00Z"), "prod", "belongs in production (its mode is live) and lies in development (dev/app.yml)"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judged(nil, c.c)
			if home := got.Home.Get("env"); home != c.home {
				t.Errorf("home is %q, want %q", home, c.home)
			}
			why := ""
			if got.Crossing != nil {
				why = got.Crossing.Why
			}
			if why != c.why {
				t.Errorf("got  %q\nwant %q", why, c.why)
			}
		})
	}
}
