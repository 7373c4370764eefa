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
	target, path string
	says         map[string]string
	past         bool
	age          int // days before now
}

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func credential(copies ...copyAt) *sprawl.Credential {
	c := &sprawl.Credential{Verdict: sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked"}}
	for _, p := range copies {
		at := sprawl.Location{Target: sprawl.Target(p.target), Path: p.path, Says: p.says}
		if p.target == "" {
			at.Target = "git:."
		}
		at.Life = &sprawl.Life{InHead: !p.past, When: now.AddDate(0, 0, -p.age)}
		at.Zone = Zone(&at)
		c.Locations = append(c.Locations, at)
	}
	return c
}

func TestCrossing(t *testing.T) {
	public, private := map[string]string{"visibility": "public"}, map[string]string{"visibility": "private"}
	for name, c := range map[string]struct {
		copies []copyAt
		want   *sprawl.Crossing
	}{
		"nothing":          {nil, nil},
		"one copy":         {[]copyAt{{path: ".env.staging"}}, nil},
		"same zone":        {[]copyAt{{path: ".env.staging"}, {path: "deploy/staging/a.yml"}}, nil},
		"unknown":          {[]copyAt{{path: ".env.staging"}, {path: "app.yml"}}, nil},
		"code and config":  {[]copyAt{{path: "main.go"}, {path: "app.yml"}}, nil},
		"only a fixture":   {[]copyAt{{path: ".env.staging"}, {path: "testdata/.env.production"}}, nil},
		"ambiguous":        {[]copyAt{{path: "staging-prod-copy.yml"}, {path: "prod.yml"}}, nil},
		"non-prod, nearer": {[]copyAt{{path: "nonprod/a.yml"}, {path: "staging/a.yml"}}, nil},
		"staging and production": {
			[]copyAt{{path: "deploy/prod/app.yaml"}, {path: ".env.staging"}},
			&sprawl.Crossing{Facets: []string{"env"}, Why: "lies in staging (.env.staging) and in production (deploy/prod/app.yaml)"},
		},
		"in history only": {
			[]copyAt{{path: ".env.staging", past: true}, {path: "deploy/prod/app.yaml"}},
			&sprawl.Crossing{Facets: []string{"env"}, Why: "lies in staging (.env.staging, in history only) and in production (deploy/prod/app.yaml)"},
		},
		"what is there now is the example": {
			[]copyAt{{path: "a/.env.prod", past: true}, {path: "long/way/.env.prod"}, {path: ".env.dev"}},
			&sprawl.Crossing{Facets: []string{"env"}, Why: "lies in development (.env.dev) and in production (long/way/.env.prod)"},
		},
		"non-prod and prod": {
			[]copyAt{{path: "nonprod/a.yml"}, {path: "prod/a.yml"}},
			&sprawl.Crossing{Facets: []string{"env"}, Why: "lies in non-production (nonprod/a.yml) and in production (prod/a.yml)"},
		},
		"one public copy": {
			[]copyAt{{path: "README.md", says: public}},
			&sprawl.Crossing{Facets: []string{"exposure"}, Why: "lies where everybody can read it (README.md)"},
		},
		"vault and repository": {
			[]copyAt{{target: "vault://v/kv", path: "app"}, {path: "main.go", says: private}},
			&sprawl.Crossing{Facets: []string{"custody", "unit"}, Why: "lies in a managed store (vault://v/kv app) and in code (git:. main.go); crosses repositories as well"},
		},
		"two repositories": {
			[]copyAt{{target: "git:../api", path: "a.yml"}, {target: "git:../web", path: "b.yml"}},
			&sprawl.Crossing{Facets: []string{"unit"}, Why: "lies in ../api (a.yml) and in ../web (b.yml)"},
		},
		"somebody else's code": {
			[]copyAt{{path: "vendor/x/y.go"}, {path: "main.go"}},
			&sprawl.Crossing{Facets: []string{"party"}, Why: "lies in own code (main.go) and in somebody else's code (vendor/x/y.go)"},
		},
		"long paths keep their ends": {
			[]copyAt{{target: "git:a", path: strings.Repeat("x/", 100) + ".env.staging"}, {target: "git:a", path: strings.Repeat("y/", 100) + "prod.yml"}},
			&sprawl.Crossing{Facets: []string{"env"}, Why: "lies in staging (…" + strings.Repeat("/x", 23) + "/.env.staging) and in production (…" + strings.Repeat("/y", 25) + "/prod.yml)"},
		},
		"many repositories": {
			[]copyAt{{target: "git:a", path: "x"}, {target: "git:b", path: "x"}, {target: "git:c", path: "x"}, {target: "git:d", path: "x"}, {target: "git:e", path: "x"}, {target: "git:f", path: "x"}},
			&sprawl.Crossing{Facets: []string{"unit"}, Why: "lies in a (x) and in b (x) and in c (x) and in d (x) and in 2 more"},
		},
		"history and directory of one place": {
			[]copyAt{{target: "git:/srv/a", path: "a.yml"}, {target: "dir:/srv/a", path: "a.yml"}}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cred := credential(c.copies...)
			if diff := cmp.Diff(c.want, Crossing(cred)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			slices.Reverse(cred.Locations)
			if diff := cmp.Diff(c.want, Crossing(cred)); diff != "" {
				t.Errorf("in another order (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRisk takes the worked examples of the specification, as far as the data
// exist: nothing tells owners or rights yet, so that these count as unknown.
func TestRisk(t *testing.T) {
	private, public := map[string]string{"visibility": "private"}, map[string]string{"visibility": "public"}
	live := sprawl.Verdict{State: sprawl.Live, At: now}
	dead := sprawl.Verdict{State: sprawl.Dead, At: now}
	admin := sprawl.Verdict{State: sprawl.Live, At: now, Scopes: []string{"admin:org", "repo"}}
	for name, c := range map[string]struct {
		verdict sprawl.Verdict
		note    string
		copies  []copyAt
		want    int
	}{
		"admin key in production and in a staging variable, 500 days": {
			admin, "", []copyAt{{path: ".env.production", says: private, age: 500},
				{target: "gitlab-ci://acme/api", path: "KEY", says: map[string]string{"scope": "staging"}, age: 400}},
			40 + 22 + 20 + 8 + 4,
		},
		"vaulted, and in a public repository, 100 days": {
			live, "", []copyAt{{target: "vault://v/kv", path: "app", age: 100}, {path: "a.go", says: public, age: 100}},
			40 + 27 + 8 + 5 + 4,
		},
		"test key in two private repositories": {
			live, "test key", []copyAt{{target: "git:a", path: "x.yml", says: private}, {target: "git:b", path: "x.yml", says: private}},
			39,
		},
		"password in staging and production, not asked, 200 days": {
			sprawl.Verdict{State: sprawl.Unknown}, "", []copyAt{{path: ".env.staging", age: 200}, {path: ".env.production", age: 10}},
			18 + 22 + 8 + 5 + 4,
		},
		"one public copy, refused": {
			dead, "", []copyAt{{path: "a.go", says: public}}, 25,
		},
		"asked without an answer": {
			sprawl.Verdict{State: sprawl.Unknown, At: now}, "", []copyAt{{path: "a.go"}}, 22 + 0 + 8 + 5 + 4,
		},
		"a canary": {live, "AWS account 1, probably a canary", []copyAt{{path: "a.go"}}, 19},
		"expires within the day": {
			sprawl.Verdict{State: sprawl.Live, At: now, Expires: now.Add(time.Hour)}, "", []copyAt{{path: "a.go"}}, 40 + 0 + 8 + 0 + 4,
		},
		"made to be shown": {live, "publishable", []copyAt{{path: "a.go", says: public}}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			cred := credential(c.copies...)
			cred.Verdict, cred.Note = c.verdict, c.note
			if got := Risk(cred, now); got != c.want {
				t.Errorf("risk is %d, want %d", got, c.want)
			}
		})
	}
}

// TestRiskOfNothing wants a number even where nothing is known.
func TestRiskOfNothing(t *testing.T) {
	if got := Risk(&sprawl.Credential{}, now); got != 18+8+5+4 {
		t.Errorf("got %d", got)
	}
}
