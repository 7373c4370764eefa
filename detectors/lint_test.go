package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func all(string) bool { return true }

// TestLintBuiltin wants no rule of ours that Lint refuses.
func TestLintBuiltin(t *testing.T) {
	remarks, err := Lint(builtin(t), all, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range remarks {
		if r.Error {
			t.Error(r.String())
		}
	}
}

// TestLint changes one thing in a rule about which there is nothing to say.
func TestLint(t *testing.T) {
	const fine = `
[[rule]]
id       = "acme-token"
about    = "ACME token"
docs     = "https://docs.acme.example/"
literals = ["acme_"]
match    = '\b(?P<key>acme_[0-9a-f]{20})\b'
found    = ["acme_<hex:20>", "k: 'acme_<hex:20>'", '{"k": "acme_<hex:20>"}']
ignored  = ["acme_<hex:19>", "acme_<words:3>"]
`
	for _, c := range []struct {
		old, new, want string
		isError        bool
	}{
		{"", "", "", false},
		{`["acme_"]`, `["ret", "acme_"]`, "in a million bytes", true},
		{`docs     =`, `# docs =`, "docs: is missing", false},
		{`"ACME token"`, `"` + strings.Repeat("long ", 30) + `"`, "about: is longer", true},
		{`acme_[0-9a-f]{20}`, `acme_[0-9a-f]{20}` + strings.Repeat(`(?:g[h]?i?){0,800}`, 2), "instructions", false},
		{`, '{"k": "acme_<hex:20>"}'`, ``, "found: holds 2 examples", false},
		{`, "acme_<words:3>"`, ``, "ignored: holds 1 examples", false},
		{`"acme_<hex:19>", "acme_<words:3>"`, `"x", "y"`, "holds no near miss", true},
		{`"acme_<hex:20>", `, `"acme_<hex:20>", "ghp_<base62:30><check:github-crc32>; x='acme_<hex:20>'", "acme_<hex:20> https://u:acme_<hex:20>@example.test/", `, "rule url-password reports in one of them too", false},
	} {
		text := strings.Replace(fine, c.old, c.new, 1)
		rules, err := Extend(builtin(t), "r.toml", []byte(text))
		if err != nil && !strings.Contains(err.Error(), "is in no match") {
			t.Fatalf("%s: %v", c.new, err)
		}
		if err != nil { // the proof refuses the literal as well
			f, _ := decode("r.toml", []byte(text))
			rules = f.rules
		}
		remarks, err := Lint(rules, func(id string) bool { return id == "acme-token" }, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" && len(remarks) == 0 {
			continue
		}
		if len(remarks) != 1 || !strings.Contains(remarks[0].String(), c.want) || c.want == "" || remarks[0].Error != c.isError {
			t.Errorf("%s: got %v, want %q", c.new, remarks, c.want)
		}
	}
}

// TestExtend adds, replaces and disables.
func TestExtend(t *testing.T) {
	base := []Rule{
		{ID: "a", Pair: &Pair{With: "b"}}, {ID: "b"}, {ID: "c"},
	}
	ids := func(rules []Rule) string {
		var s []string
		for i := range rules {
			s = append(s, rules[i].ID)
		}
		return strings.Join(s, " ")
	}
	text := strings.Replace(good, "[[rule]]", "disable = [\"b\"]\n[[rule]]", 1)
	got, err := Extend(base, "r.toml", []byte(text))
	if err != nil || ids(got) != "a c acme-token" || got[0].Pair != nil || base[0].Pair == nil {
		t.Errorf("got %q, %v", ids(got), err)
	}
	got, err = Extend(got, "r.toml", []byte(strings.Replace(good, "ACME token", "Another", 1)))
	if err != nil || ids(got) != "a c acme-token" || got[2].About != "Another" {
		t.Errorf("got %q, %v", ids(got), err)
	}
	got, err = Extend(got, "r.toml", []byte(strings.Replace(good, `check    = "github-crc32"`, `pair = { with = "c", within = 9 }`, 1)))
	if err != nil || got[2].Pair == nil {
		t.Errorf("a rule of another file can't be named: %v", err)
	}
	for _, c := range [][2]string{
		{`disable = ["x"]`, `r.toml:1: disable: names rule "x", which is not there`},
		{`disable = ["a", "b", "c"]`, "r.toml:1: disable: leaves no rule"},
		{"disable = []", "holds no [[rule]]"},
		{"disable = 1", "r.toml"},
		{"[disable]\na = 1", "r.toml"},
	} {
		if _, err := Extend(base, "r.toml", []byte(c[0])); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: got %v, want %s", c[0], err, c[1])
		}
	}
	if _, err := Load("r.toml", []byte("disable = ['a']\n"+good)); err == nil {
		t.Error("the built-in file may disable what it does not hold")
	}
}
