package boundary

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// stay returns a location of a history: brought by one commit, taken out by
// another, or still there where out is "".
func stay(target, path, in, out string) sprawl.Location {
	return sprawl.Location{Target: sprawl.Target(target), Path: path, Life: &sprawl.Life{Commit: in, Removed: out, InHead: out == ""}}
}

func version(path, current string) sprawl.Location {
	return sprawl.Location{Target: "vault://v/kv", Path: path, Says: says{sprawl.SaysCurrent: current}}
}

func holder(id, rule string, state sprawl.State, at ...sprawl.Location) sprawl.Credential {
	return sprawl.Credential{ID: id, Rule: rule, Verdict: sprawl.Verdict{State: state}, Locations: at}
}

func generic(c sprawl.Credential) sprawl.Credential {
	c.Tier = sprawl.Generic
	return c
}

func keyed(at sprawl.Location, key string) sprawl.Location {
	at.Key = key
	return at
}

func TestDrifts(t *testing.T) {
	const live, dead = sprawl.Live, sprawl.Dead
	replaced := stay("git:a", "app.yml", "c1", "c2")
	for name, c := range map[string]struct {
		cs   []sprawl.Credential
		want string
	}{
		"replaced here, and left there": {
			[]sprawl.Credential{
				holder("cr_old", "r", live, replaced, stay("git:b", "x.env", "c9", "")),
				holder("cr_new", "r", live, stay("git:a", "app.yml", "c2", "")),
			}, "cr_old cr_new live git:a app.yml (r): git:b x.env",
		},
		"a newer version in a store": {
			[]sprawl.Credential{
				holder("cr_old", "r", "", version("pay/db", "false"), stay("git:b", "x.env", "c9", ""), stay("git:b", "y.env", "c9", "")),
				holder("cr_new", "r", live, version("pay/db", "true")),
			}, "cr_old cr_new  vault://v/kv pay/db: git:b x.env git:b y.env",
		},
		"under one key of a file": {
			[]sprawl.Credential{
				holder("cr_old", "r", live, keyed(replaced, "db.password"), stay("git:b", "x.env", "c9", "")),
				holder("cr_new", "q", live, keyed(stay("git:a", "app.yml", "c2", ""), "db.password")),
			}, "cr_old cr_new live git:a app.yml db.password: git:b x.env",
		},
		"under another key": {cs: []sprawl.Credential{
			holder("cr_old", "r", live, keyed(replaced, "db.password"), stay("git:b", "x.env", "c9", "")),
			holder("cr_new", "r", live, keyed(stay("git:a", "app.yml", "c2", ""), "mail.password")),
		}},
		"the old one is dead": {cs: []sprawl.Credential{
			holder("cr_old", "r", dead, replaced, stay("git:b", "x.env", "c9", "")),
			holder("cr_new", "r", live, stay("git:a", "app.yml", "c2", "")),
		}},
		"nowhere else": {cs: []sprawl.Credential{
			holder("cr_old", "r", live, replaced), holder("cr_new", "r", live, stay("git:a", "app.yml", "c2", "")),
		}},
		"elsewhere in history only": {cs: []sprawl.Credential{
			holder("cr_old", "r", live, replaced, stay("git:b", "x.env", "c8", "c9")), holder("cr_new", "r", live, stay("git:a", "app.yml", "c2", "")),
		}},
		"by another commit": {cs: []sprawl.Credential{
			holder("cr_old", "r", live, replaced, stay("git:b", "x.env", "c9", "")), holder("cr_new", "r", live, stay("git:a", "app.yml", "c3", "")),
		}},
		"of a kind that may be anything": {cs: []sprawl.Credential{
			generic(holder("cr_old", "r", live, replaced, stay("git:b", "x.env", "c9", ""))), generic(holder("cr_new", "r", live, stay("git:a", "app.yml", "c2", ""))),
		}},
		"two that differ by environment": {cs: []sprawl.Credential{
			holder("cr_old", "r", live, stay("git:a", ".env.staging", "c1", "")), holder("cr_new", "r", live, stay("git:a", ".env.production", "c1", "")),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			(*Policy)(nil).Judge(c.cs, now)
			var got []string
			for _, d := range Drifts(c.cs) {
				s := fmt.Sprintf("%s %s %s %s:", d.Old, d.New, d.State, d.Slot)
				for _, at := range d.Stale {
					s += " " + string(at.Target) + " " + at.Path
				}
				got = append(got, s)
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got  %q\nwant %q", s, c.want)
			}
		})
	}
}

func TestBreadth(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		says says
		want string
	}{
		"nothing is said":                         {"X", nil, ""},
		"for one environment, reviewed":           {"X", says{"scope": "environment", "environment": "production", "protected": "true"}, ""},
		"selected repositories":                   {"X", says{"scope": "organisation", "visibility": "selected"}, ""},
		"every repository":                        {"X", says{"scope": "organisation", "visibility": "internal"}, "breadth: every repository of the organisation can read it"},
		"every project":                           {"X", says{"scope": "instance"}, "breadth: every project of the instance can read it"},
		"an environment that asks nobody":         {"X", says{"scope": "environment", "environment": "production", "protected": "false"}, "unprotected: environment production asks nobody: any branch can read it"},
		"any branch":                              {"X", says{"scope": "project", "protected": "false"}, "unprotected: any branch can read it"},
		"every environment":                       {"X", says{"scope": "project", "environment": "*"}, "breadth: jobs of every environment can read it"},
		"forks":                                   {"X", says{"forks": "true"}, "unprotected: runs for changes from forks can read it"},
		"for production, in the whole repository": {"PROD_KEY", says{"scope": "repository"}, "breadth: it is for production, by its name, and every job of the repository can read it"},
		"for products, in the whole repository":   {"PRODUCT_KEY", says{"scope": "repository"}, ""},
		"two at once":                             {"X", says{"protected": "false", "forks": "true"}, "unprotected: runs for changes from forks can read it; unprotected: any branch can read it"},
	} {
		var got []string
		at := &sprawl.Location{Target: "github-ci://acme/api", Path: c.path, Says: c.says}
		for _, e := range Breadth(at) {
			got = append(got, e.Kind+": "+e.Why)
			if e.Fix == "" || e.At.Path != c.path {
				t.Errorf("%s: no fix, or no place: %+v", name, e)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: got %q, want %q", name, s, c.want)
		}
	}
}

func TestCoverage(t *testing.T) {
	cs := []sprawl.Credential{*credential(copyAt{path: "prod/a"}, copyAt{path: "testdata/prod/a"}, copyAt{path: "a"})}
	(*Policy)(nil).Judge(cs, now)
	for _, k := range (*Policy)(nil).Coverage(cs) {
		switch k.Facet {
		case "env":
			if want := (Coverage{"env", true, 3, 1, 1}); k != want {
				t.Errorf("got %+v, want %+v", k, want)
			}
		case "kind_of_text":
			if want := (Coverage{"kind_of_text", false, 3, 1, 0}); k != want {
				t.Errorf("got %+v, want %+v", k, want)
			}
		}
	}
}
