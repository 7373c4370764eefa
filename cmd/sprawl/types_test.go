package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// categories are the groups of docs/types.md, in order, with what they are
// called there.
var categories = [][2]string{
	{"cloud", "Cloud and hosting"}, {"code", "Code hosting and development"}, {"ci", "Build and delivery"},
	{"registry", "Package and image registries"}, {"ai", "AI providers"}, {"payment", "Payment and commerce"},
	{"communication", "Communication"}, {"monitoring", "Monitoring and analytics"}, {"database", "Databases and brokers"},
	{"identity", "Identity"}, {"security", "Security"}, {"saas", "Work and content"}, {"data", "Data and interfaces"},
	{"keys", "Keys, tokens and files of no one issuer"},
}

// TestTypes wants docs/types.md to list every rule as it is.
func TestTypes(t *testing.T) {
	rules, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	want := typesPage(rules, is)
	if *update {
		if err := os.WriteFile(typesFile, want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(typesFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/types.md is not what rules.toml gives: make types writes it anew (%v)", err)
	}
}

const typesFile = "../../docs/types.md"

// A kind is a rule as docs/types.md shows it.
type kind struct {
	detectors.Rule
	issuer, category string
	asked            bool
}

func typesPage(rules []detectors.Rule, is *verify.Issuers) []byte {
	byCategory, issuers := map[string][]kind{}, map[string]verify.Issuer{}
	for _, i := range is.All() {
		issuers[i.ID] = i
	}
	for _, r := range rules {
		k := kind{Rule: r, category: "keys"}
		if issuer, ok := issuers[r.Issuer]; ok {
			k.issuer, k.category = issuer.Name, issuer.Category
			k.asked = slices.ContainsFunc(issuer.Asks, func(a verify.Ask) bool { return slices.Contains(a.Rules, r.ID) })
		}
		byCategory[k.category] = append(byCategory[k.category], k)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What sprawl finds\n\nWritten by `make types` from rules.toml: %d types. `sprawl rules show ID` tells more of each.\n\n", len(rules))
	b.WriteString("\"Form\" says what a type is recognised by: `own`, a format of its own; `check`, one with check digits; `name`, a value whose\n" +
		"form is known and that is given to a telling name; `public`, an identifier, which completes a pair; `score`, the generic tier.\n" +
		"\"Asked\" marks what can be asked whether it still works.\n\n| category | types |\n| --- | --- |\n")
	for _, c := range categories {
		if n := len(byCategory[c[0]]); n > 0 {
			fmt.Fprintf(&b, "| %s | %d |\n", c[1], n)
		}
	}
	for _, c := range categories {
		writeKinds(&b, c[1], byCategory[c[0]])
	}
	return b.Bytes()
}

func writeKinds(b *bytes.Buffer, title string, kinds []kind) {
	if len(kinds) == 0 {
		return
	}
	slices.SortStableFunc(kinds, func(x, y kind) int {
		return cmp.Or(cmp.Compare(strings.ToLower(x.issuer), strings.ToLower(y.issuer)), cmp.Compare(x.ID, y.ID))
	})
	fmt.Fprintf(b, "\n## %s\n\n| type | issuer | what it is | form | confidence | asked |\n| --- | --- | --- | --- | --- | --- |\n", title)
	for _, k := range kinds {
		asked := ""
		if k.asked {
			asked = "yes"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %d | %s |\n", k.ID, k.issuer, strings.ReplaceAll(k.About, "|", `\|`), formOf(&k.Rule), k.Confidence, asked)
	}
}

func formOf(r *detectors.Rule) string {
	secret := r.Find != "" || strings.Count(r.Match, "(?P<") > len(r.Public)
	switch {
	case r.Tier == sprawl.Generic:
		return "score"
	case !secret:
		return "public"
	case len(r.Near) > 0:
		return "name"
	case r.Check != "":
		return "check"
	}
	return "own"
}
