package boundary

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

func mustPolicy(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := ParsePolicy("p.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// full is a policy with everything in it.
const full = `version = 1
boundary_facets = ["exposure", "env", "tenant", "party", "custody", "protection", "workload", "unit", "team", "cluster", "namespace", "home"]
unknown_env = "wildcard"

[env_alias]
blue = "prod"
play = "dev"

[[account]]
issuer = "aws"
id = "029608264753"
env = "prod"
tenant = "aws/acme-prod"
team = "platform"

[[zone]]
match = { adapter = "gitlab-ci", environment_scope = "review/*" }
set = { env = "dev", protection = "unprotected" }

[[zone]]
match = { adapter = "git", repo = "acme/infra", path = "clusters/eu-1/**" }
set = { env = "prod", team = "platform" }

[[home]]
match = { kind = "stripe-secret-key", mode = "live" }
zone = { custody = "managed", env = "prod" }

[[allow]]
facets = ["env"]
between = ["dev", "test", "ci"]
reason = "shared sandbox"
owner = "team:pay"
until = "2027-03-31"

[[allow]]
cred = "cr_a"
facets = ["unit"]
reason = "one repository becomes two"
owner = "team:pay"
until = 2027-01-15

[severity]
"env:prod-nonprod" = 22
`

// TestManual wants the policy in the manual to be one, and the manual to name
// every facet and weight.
func TestManual(t *testing.T) {
	page, err := os.ReadFile("../docs/boundaries.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```toml\n")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("no policy in the manual")
	}
	p := mustPolicy(t, text)
	if len(p.accounts) == 0 || len(p.zones) == 0 || len(p.homes) == 0 || len(p.allows) == 0 {
		t.Error("the example leaves something out")
	}
	for _, name := range append(FacetNames(), weightNames[:]...) {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the manual does not name %s", name)
		}
	}
	for _, key := range append(placeKeys(), credentialKeys()...) {
		if key != "kind" && key != "environment_scope" && !strings.Contains(string(page), "`"+key+"`") {
			t.Errorf("the manual does not name %s", key)
		}
	}
}

func TestPolicyZones(t *testing.T) {
	p := mustPolicy(t, full)
	for _, c := range []struct {
		at   sprawl.Location
		want string // env, protection, team, tenant
	}{
		{sprawl.Location{Target: "gitlab-ci://acme/api", Path: "PROD_X", Says: says{"environment": "review/*"}}, "dev unprotected - -"},
		{sprawl.Location{Target: "gitlab-ci://acme/api", Path: "PROD_X", Says: says{"environment": "review/9"}}, "dev unprotected - -"},
		{sprawl.Location{Target: "gitlab-ci://acme/api", Path: "PROD_X"}, "prod - - -"},
		{sprawl.Location{Target: "git+https://github.com/acme/infra.git", Path: "clusters/eu-1/dev/x.yml"}, "prod - platform github.com/acme"},
		{sprawl.Location{Target: "git:x", Path: "clusters/eu-1/dev/x.yml"}, "dev - - -"},
		{sprawl.Location{Target: "git:x", Path: "deploy/blue/x.yml"}, "prod - - -"},
		{sprawl.Location{Target: "git:x", Path: "deploy/play-1/x.yml"}, "dev - - -"},
		{sprawl.Location{Target: "ssm://a", Path: "x", Says: says{"tenant": "aws/029608264753"}}, "prod - platform aws/acme-prod"},
		{sprawl.Location{Target: "ssm://a", Path: "x", Says: says{"tenant": "aws/029608264754"}}, "- - - aws/029608264754"},
	} {
		z := p.Zone(&c.at)
		var got []string
		for _, f := range []string{"env", "protection", "team", "tenant"} {
			v := z.Get(f)
			if v == "" {
				v = "-"
			}
			got = append(got, v)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s %s: got %s, want %s", c.at.Target, c.at.Path, s, c.want)
		}
	}
}

func TestPolicyHomes(t *testing.T) {
	p := mustPolicy(t, full)
	key := func(rule string, copies ...copyAt) *sprawl.Credential {
		c := withFacts(credential(copies...), "stripe", "mode", "live")
		c.Rule = rule
		return c
	}
	for name, c := range map[string]struct {
		c    *sprawl.Credential
		want string
	}{
		"outside of the store": {key("stripe-secret-key", copyAt{path: "a.yml"}), "belongs in a managed store (p.toml:24 home) and lies in plain configuration (a.yml)"},
		"in the store":         {key("stripe-secret-key", copyAt{target: "vault://v/kv", path: "prod/a"}), ""},
		"of another kind":      {key("stripe-other-key", copyAt{path: "a.yml"}), ""},
		"a production account": {withFacts(credential(copyAt{path: "dev/a.yml"}), "aws", "account", "029608264753"), "belongs in production (aws account 029608264753, p.toml:9 account) and lies in development (dev/a.yml)"},
		"another account":      {withFacts(credential(copyAt{path: "dev/a.yml"}), "aws", "account", "029608264754"), ""},
		"another issuer":       {withFacts(credential(copyAt{path: "dev/a.yml"}), "awstats", "account", "029608264753"), ""},
		"in another account's store": {
			withFacts(credential(copyAt{target: "ssm://b", path: "x", says: says{"tenant": "aws/acme-dev"}}), "aws", "account", "029608264753"),
			"belongs in aws/acme-prod (aws account 029608264753, p.toml:9 account) and lies in aws/acme-dev (x)",
		},
		"at a forge, which is no account": {
			withFacts(credential(copyAt{path: "x", says: says{"tenant": "github.com/acme"}}), "aws", "account", "029608264753"), "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if x := judged(p, c.c).Crossing; x != nil {
				got = x.Why
				if x.Facet != home {
					t.Errorf("the facet is %s", x.Facet)
				}
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAllowances(t *testing.T) {
	p := mustPolicy(t, full)
	devTest, prodDev := []copyAt{{path: "dev/a"}, {path: "qa/a"}}, []copyAt{{path: "dev/a"}, {path: "prod/a"}}
	units := []copyAt{{target: "git:x", path: "a"}, {target: "git:y", path: "a"}}
	for name, c := range map[string]struct {
		copies  []copyAt
		id      string
		later   int // days
		facets  string
		allowed string
	}{
		"between what is named":      {devTest, "cr_b", 0, "", "env"},
		"with something else":        {prodDev, "cr_b", 0, "env", ""},
		"of one credential":          {units, "cr_a", 0, "", "unit"},
		"of another credential":      {units, "cr_b", 0, "unit", ""},
		"one of two":                 {append(slices.Clone(prodDev[:1]), copyAt{target: "git:y", path: "prod/b"}), "cr_a", 0, "env", "unit"},
		"on its last day":            {units, "cr_a", 55, "", "unit"},
		"when it has ended":          {units, "cr_a", 56, "unit", "unit expired"},
		"where there is no crossing": {devTest[:1], "cr_a", 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cred := credential(c.copies...)
			cred.ID = c.id
			all := []sprawl.Credential{*cred}
			p.Judge(all, now.AddDate(0, 0, c.later))
			var facets, allowed []string
			if x := all[0].Crossing; x != nil {
				facets = x.Facets
			}
			for _, a := range all[0].Allowed {
				allowed = append(allowed, a.Facets...)
				if a.Expired {
					allowed = append(allowed, "expired")
					if !strings.Contains(all[0].Crossing.Why, "; what team:pay allowed ended on 2027-01-15") {
						t.Errorf("not said: %q", all[0].Crossing.Why)
					}
				}
			}
			if f, a := strings.Join(facets, " "), strings.Join(allowed, " "); f != c.facets || a != c.allowed {
				t.Errorf("crosses %q and allows %q; want %q and %q", f, a, c.facets, c.allowed)
			}
		})
	}
}

// TestPolicyChoices tries what changes the rules themselves.
func TestPolicyChoices(t *testing.T) {
	known, unknown := copyAt{path: "prod/a.yml"}, copyAt{path: "a.yml"}
	cross := func(p *Policy, copies ...copyAt) string {
		if x := judged(p, credential(copies...)).Crossing; x != nil {
			return x.Why
		}
		return ""
	}
	if got := cross(mustPolicy(t, "version = 1\nunknown_env = \"distinct\"\n"), known, unknown); got != "lies in production (prod/a.yml) and in an unknown environment (a.yml)" {
		t.Errorf("distinct: %q", got)
	}
	p := mustPolicy(t, "version = 1\nboundary_facets = [\"unit\"]\n")
	if got := cross(p, known, copyAt{path: "dev/a.yml", says: says{"visibility": "public"}}); got != "" {
		t.Errorf("only units are boundaries: %q", got)
	}
	if got := judged(p, withFacts(credential(copyAt{path: "dev/a.yml"}), "", "mode", "live")).Crossing; got != nil {
		t.Errorf("home is no boundary: %q", got.Why)
	}
	if !mustPolicy(t, "version = 1\nunknown_env = \"fail\"\n").WantsEnvironments() || (*Policy)(nil).WantsEnvironments() {
		t.Error("only fail wants environments")
	}
	c := judged(mustPolicy(t, full), credential(known, copyAt{path: "staging/a.yml"}))
	if c.Crossing.Points != 24 {
		t.Errorf("%d points, want 22 and 2", c.Crossing.Points)
	}
}

func TestUnused(t *testing.T) {
	p := mustPolicy(t, full)
	list := func(days int, cs ...sprawl.Credential) (all []string) {
		p.Judge(cs, now)
		for _, e := range p.Unused(cs, now.AddDate(0, 0, days)) {
			all = append(all, e.Kind+" "+e.Why)
		}
		return all
	}
	none := "no place matches, or an earlier zone matches first"
	if diff := cmp.Diff([]string{
		"account no place or credential is of this account", "zone " + none, "zone " + none,
		"home no credential matches, or an earlier home matches first",
		"allow no credential crosses what it allows", "allow no credential crosses what it allows",
	}, list(0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	aws := withFacts(credential(copyAt{target: "git+https://h/acme/infra", path: "clusters/eu-1/a"}, copyAt{target: "gitlab-ci://acme/infra", path: "A", says: says{"environment": "review/1"}}), "aws", "account", "029608264753")
	stripe := withFacts(credential(copyAt{target: "git:x", path: "dev/a"}, copyAt{target: "git:y", path: "qa/b"}), "stripe", "mode", "live")
	stripe.Rule = "stripe-secret-key"
	if got := list(0, *aws, *stripe); len(got) != 0 {
		t.Errorf("all are needed: %v", got)
	}
	if got := list(60, *aws, *stripe); !slices.Equal(got, []string{"allow it ended on 2027-01-15: what it covered counts again"}) {
		t.Errorf("one has ended: %v", got)
	}
}

// TestPolicyErrors wants the line and the key of each mistake.
func TestPolicyErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "p.toml:1: version: missing: write version = 1",
		"version = 2":                       "p.toml:1: version: 2 is not known here",
		"version = ":                        "p.toml:1: version: ",
		"version = 1\nversoin = 2":          "p.toml:2: versoin: nothing reads this key",
		"version = 1\nunknown_env = \"no\"": "p.toml:2: unknown_env: \"no\": want wildcard, distinct or fail",
		"version = 1\nboundary_facets = [\"env\", \"branch\"]":                                                                             "p.toml:2: boundary_facets: \"branch\" is no facet",
		"version = 1\nboundary_facets = []":                                                                                                "p.toml:2: boundary_facets: empty",
		"version = 1\n[env_alias]\nblue = \"production\"":                                                                                  "p.toml:3: env_alias.blue: \"production\" is no environment",
		"version = 1\n[env_alias]\n\"a-b\" = \"prod\"":                                                                                     "p.toml:3: env_alias.a-b: want one word",
		"version = 1\n[severity]\nunit = 99":                                                                                               "p.toml:3: severity.unit: 99: want 0 to 28",
		"version = 1\n[severity]\nunits = 9":                                                                                               "p.toml:3: severity.units: no such weight",
		"version = 1\n[[account]]\nissuer = \"aws\"\nenv = \"prod\"":                                                                       "p.toml:2: account: want both issuer and id",
		"version = 1\n[[account]]\nissuer = \"aws\"\nid = \"1\"":                                                                           "p.toml:2: account: sets nothing",
		"version = 1\n[[account]]\nissuer = \"aws\"\nid = \"1\"\nenv = \"x\"":                                                              "p.toml:5: account.env: \"x\": no environment",
		"version = 1\n\n[[zone]]\nset = { env = \"prod\" }":                                                                                "p.toml:3: zone.match: missing",
		"version = 1\n[[zone]]\nmatch = { paht = \"x\" }\nset = { env = \"prod\" }":                                                        "p.toml:3: zone.match.paht: nothing is called so",
		"version = 1\n[[zone]]\nmatch = { path = \"[\" }\nset = { env = \"prod\" }":                                                        "p.toml:3: zone.match.path: \"[\" is no pattern",
		"version = 1\n[[zone]]\nmatch = { path = \"\" }\nset = { env = \"prod\" }":                                                         "p.toml:3: zone.match.path: empty",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }":                                                                                  "p.toml:2: zone.set: sets nothing",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }\nset = { env = \"prd\" }":                                                         "p.toml:4: zone.set.env: \"prd\": no environment",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }\nset = { exposure = \"all\" }":                                                    "p.toml:4: zone.set.exposure: \"all\": want one of sealed",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }\nset = { place = \"all\" }":                                                       "p.toml:4: zone.set.place: no such facet",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }\nset = { team = \"\" }":                                                           "p.toml:4: zone.set.team: \"\": want a value",
		"version = 1\n[[zone]]\nmatch = { path = \"x\" }\nset = { env = \"prod\" }\nwhy = 1":                                               "p.toml:5: zone.why: nothing reads this key",
		"version = 1\n[[home]]\nmatch = { path = \"x\" }\nzone = { env = \"prod\" }":                                                       "p.toml:3: home.match.path: nothing is called so",
		"version = 1\n[[home]]\nmatch = { rule = \"x\" }\nset = { env = \"prod\" }":                                                        "p.toml:4: home.set: a home names where",
		"version = 1\n[[allow]]\ncred = \"cr_1\"\nreason = \"r\"\nuntil = \"2027-01-01\"":                                                  "p.toml:2: allow.owner: missing",
		"version = 1\n[[allow]]\ncred = \"cr_1\"\nowner = \"o\"\nuntil = \"2027-01-01\"":                                                   "p.toml:2: allow.reason: missing",
		"version = 1\n[[allow]]\ncred = \"cr_1\"\nowner = \"o\"\nreason = \"r\"":                                                           "p.toml:2: allow.until: missing: nothing is allowed for ever",
		"version = 1\n[[allow]]\ncred = \"cr_1\"\nowner = \"o\"\nreason = \"r\"\nuntil = \"soon\"":                                         "p.toml:6: allow.until: \"soon\" is no day",
		"version = 1\n[[allow]]\ncred = \"x\"\nowner = \"o\"\nreason = \"r\"\nuntil = \"2027-01-01\"":                                      "p.toml:3: allow.cred: \"x\": want the id",
		"version = 1\n[[allow]]\nfacets = [\"env\"]\nowner = \"o\"\nreason = \"r\"\nuntil = \"2027-01-01\"":                                "p.toml:2: allow.between: missing",
		"version = 1\n[[allow]]\nfacets = [\"env\"]\nbetween = [\"prod\", \"dev\"]\nowner = \"o\"\nreason = \"r\"\nuntil = \"2027-01-01\"": "p.toml:4: allow.between: \"prod\" is production: name the credential",
		"version = 1\n[[allow]]\nfacets = [\"env\", \"unit\"]\nbetween = [\"dev\"]\nowner = \"o\"\nreason = \"r\"\nuntil = \"2027-01-01\"": "p.toml:4: allow.between: want exactly one facet",
		"version = 1\n[[allow]]\nfacets = [\"branch\"]\ncred = \"cr_1\"\nowner = \"o\"\nreason = \"r\"\nuntil = \"2027-01-01\"":            "p.toml:3: allow.facets: \"branch\" is no boundary",
		"version = 1\n[[zone]]\n[zone.match]\npath = 7\n":                                                                                  "p.toml:4: zone.match.path: ",
		strings.Repeat("#", maxPolicyFile+1):                                                                                               "p.toml: larger than",
	} {
		p, err := ParsePolicy("p.toml", []byte(text))
		var one *PolicyError
		if err == nil || p != nil || !errors.As(err, &one) || !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%.90q: got %v, want %s", text, err, want)
		}
	}
}

// FuzzPolicy wants every text to be refused with a place in it, or read as a
// policy that judges.
func FuzzPolicy(f *testing.F) {
	f.Add(full)
	f.Add("version = 1\n[[zone]]\nmatch = { path = \"**/{a,b}/*\" }\nset = { env = \"prod|dev\" }\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy("p.toml", []byte(text))
		if err != nil {
			if p != nil || !strings.HasPrefix(err.Error(), "p.toml") {
				t.Errorf("%v", err)
			}
			return
		}
		cs := []sprawl.Credential{*withFacts(credential(copyAt{path: "prod/a/b.yml"}, copyAt{target: "gitlab-ci://acme/api", path: "dev/X"}), "aws", "account", "1")}
		p.Judge(cs, now)
		p.Unused(cs, now)
		for _, at := range cs[0].Locations {
			if won := winners(p.Explain(&at)); !slices.Equal(won, at.Zone) {
				t.Errorf("explained as %v, but the zone is %v", won, at.Zone)
			}
		}
	})
}
