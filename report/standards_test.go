package report

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

func mustStandards(t testing.TB) *standards {
	t.Helper()
	s, err := loadStandards()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStandards holds the table to itself: every id that a signal names has a
// title, and every title is named.
func TestStandards(t *testing.T) {
	s := mustStandards(t)
	for _, f := range s.Frameworks {
		named := map[string]bool{}
		for _, sig := range s.Signals {
			m := mapping{sig.OWASP, sig.CSF, sig.SP80053, sig.CWE}
			for _, id := range m.ids(f.ID) {
				named[id] = true
				if f.Controls[id] == "" {
					t.Errorf("signal %s names %s, which %s has no title for", sig.ID, id, f.Name)
				}
			}
		}
		for id := range f.Controls {
			if !named[id] {
				t.Errorf("%s %s is named by no signal", f.Name, id)
			}
		}
	}
	for _, a := range s.Aliases {
		for _, id := range a.Means {
			if !slices.ContainsFunc(s.Frameworks, func(f framework) bool { return f.Controls[id] != "" }) {
				t.Errorf("alias %q means %s, which has no title", a.Label, id)
			}
		}
	}
}

// TestTitles freezes the titles of the OWASP NHI Top 10 of 2025.
func TestTitles(t *testing.T) {
	want := map[string]string{
		"NHI1:2025": "Improper Offboarding", "NHI2:2025": "Secret Leakage", "NHI3:2025": "Vulnerable Third-Party NHI",
		"NHI4:2025": "Insecure Authentication", "NHI5:2025": "Overprivileged NHI", "NHI6:2025": "Insecure Cloud Deployment Configurations",
		"NHI7:2025": "Long-Lived Secrets", "NHI8:2025": "Environment Isolation", "NHI9:2025": "NHI Reuse", "NHI10:2025": "Human Use of NHI",
	}
	if diff := gocmp.Diff(want, mustStandards(t).Frameworks[0].Controls); diff != "" {
		t.Error(diff)
	}
}

// TestNoOldIDs wants no id of version 1.1 of the CSF where 2.0 is meant, in the
// table or in any report.
func TestNoOldIDs(t *testing.T) {
	s := mustStandards(t)
	for _, sig := range s.Signals {
		if strings.Contains(strings.Join(sig.CSF, " "), "PR.AC") {
			t.Errorf("signal %s names an id of CSF 1.1", sig.ID)
		}
	}
	for name, write := range Formats() {
		if strings.Contains(string(render(t, write, sample(), Options{All: true})), "PR.AC") {
			t.Errorf("%s holds an id of CSF 1.1", name)
		}
	}
}

// TestAliasesAreDocumented wants readers who look for a wrong label to find it.
func TestAliasesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range mustStandards(t).Aliases {
		if !strings.Contains(string(page), "| "+a.Label+" | "+strings.Join(a.Means[:1], "")) && !strings.Contains(string(page), "| "+a.Label+" | SP 800-53 "+a.Means[0]) {
			t.Errorf("docs/json.md does not say what is meant by %q", a.Label)
		}
	}
}

// TestSignals tells each signal of a credential that gives it, and wants each
// of the table's to be told of some.
func TestSignals(t *testing.T) {
	in := func(facet, value string) sprawl.Credential {
		return sprawl.Credential{Locations: []sprawl.Location{{Zone: sprawl.Zone{{Name: facet, Value: value}}}}}
	}
	crosses := func(facet string) sprawl.Credential {
		return sprawl.Credential{Crossing: &sprawl.Crossing{Facets: []string{facet}}}
	}
	for want, c := range map[string]sprawl.Credential{
		"any": {}, "code": in("custody", "code"), "store": in("custody", "ci-store"), "log": in("custody", "log"), "desk": in("custody", "ai-agent"),
		"live": {Verdict: sprawl.Verdict{State: sprawl.Live}}, "dead": {Verdict: sprawl.Verdict{State: sprawl.Dead}},
		"gone":     {Locations: []sprawl.Location{{Life: &sprawl.Life{Removed: "x"}}}},
		"powerful": {Verdict: sprawl.Verdict{State: sprawl.Live, Scopes: []string{"read", "admin:org"}}},
		"endless":  {}, "replaceable": {},
		"env": crosses("env"), "exposure": crosses("exposure"), "home": crosses("home"), "tenant": crosses("tenant"), "party": crosses("party"),
		"protection": crosses("protection"), "custody": crosses("custody"), "shared": crosses("unit"),
	} {
		if !signals(&c, want == "replaceable")[want] {
			t.Errorf("no signal %q in %+v", want, c)
		}
		if !slices.ContainsFunc(mustStandards(t).Signals, func(s signal) bool { return s.ID == want }) {
			t.Errorf("signal %q is not in the table", want)
		}
	}
	if n := len(mustStandards(t).Signals); n != 19 {
		t.Errorf("%d signals in the table, 19 are tried", n)
	}
	managed := in("custody", "managed")
	if told := signals(&managed, false); told["code"] || told["store"] {
		t.Error("a managed store is where credentials belong")
	}
	if isPowerful([]string{"administrivia", "read:user"}) {
		t.Error("administrivia is no right")
	}
}

// TestEveryFindingIsMapped wants ids of all four standards for whatever a
// report can hold.
func TestEveryFindingIsMapped(t *testing.T) {
	s := mustStandards(t)
	for _, c := range append(sample().Credentials, sprawl.Credential{}, sprawl.Credential{Verdict: sprawl.Verdict{State: sprawl.Dead}}) {
		m := s.of(&c, false)
		for _, f := range s.Frameworks {
			ids := m.ids(f.ID)
			if len(ids) == 0 || !slices.IsSortedFunc(ids, compareIDs) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
				t.Errorf("%s: %s gives %q", c.ID, f.Name, ids)
			}
		}
	}
	if got := unique([]string{"NHI10:2025", "NHI2:2025", "NHI2:2025", "CWE-1392", "CWE-798"}); !slices.Equal(got, []string{"CWE-798", "CWE-1392", "NHI2:2025", "NHI10:2025"}) {
		t.Errorf("order is %q", got)
	}
}

// TestRuleAdvice wants the rules that advice.toml names to be there, and to
// have no issuer, whose advice would come first.
func TestRuleAdvice(t *testing.T) {
	var file struct {
		Rule []struct{ ID, Issuer string }
	}
	if _, err := toml.Decode(string(sprawl.RulesTOML), &file); err != nil {
		t.Fatal(err)
	}
	issuer := map[string]string{}
	for _, r := range file.Rule {
		issuer[r.ID] = cmp.Or(r.Issuer, "none")
	}
	all, err := RuleAdvice()
	if err != nil {
		t.Fatal(err)
	}
	for rule, a := range all {
		if issuer[rule] != "none" {
			t.Errorf("rule %q has the issuer %q", rule, issuer[rule])
		}
		if a.Revoke == "" || strings.HasSuffix(a.Revoke+a.Rotate+a.Instead, ".") {
			t.Errorf("rule %q: %+v", rule, a)
		}
	}
}
