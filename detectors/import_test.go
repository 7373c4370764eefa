package detectors

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// imported imports a file of one rule and loads what comes of it.
func imported(t *testing.T, text string) (*Imported, []Rule) {
	t.Helper()
	im, err := Import("their.toml", []byte(text), func(id string) bool { return id == "github-pat" })
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	rules, err := Load("imported.toml", im.TOML)
	if err != nil {
		t.Fatalf("%v in\n%s", err, im.TOML)
	}
	return im, rules
}

// TestImportPatterns carries patterns over, and wants the rule to find, in a
// text, the secret that the other tool would.
func TestImportPatterns(t *testing.T) {
	for _, c := range []struct {
		regex, rest  string // of the rule
		text, secret string
		literals     string // "" to leave it open
		left         string // a part of what is listed; "" where nothing is
	}{
		{`\bacme_[0-9a-f]{20}\b`, `keywords = ["acme_"]`, "x acme_0a1b2c3d4e5f6a7b8c9d y", "acme_0a1b2c3d4e5f6a7b8c9d", "acme_", ""},
		{`(?i)\bacme[ =]{1,3}([0-9a-f]{20})\b`, `keywords = ["ACME"]`, "Acme = 0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d", "acme", ""},
		{`(acme|corp)_([0-9a-f]{20})`, `secretGroup = 2`, "corp_0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d", "acme_ corp_", ""},
		{`(?:acme_([0-9a-f]{20})|corp-([0-9a-f]{20}))`, ``, "corp-0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d", "acme_ corp-", ""},
		{`(?P<user>[a-z]{3})@acme:(?P<pw>[0-9a-f]{20})`, `secretGroup = 2`, "bob@acme:0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d", "@acme:", ""},
		{`acme[]()[:alpha:]]([0-9a-f]{20})`, ``, "acme)0a1b2c3d4e5f6a7b8c9d", "0a1b2c3d4e5f6a7b8c9d", "acme", ""},
		{`acme\(([0-9a-f]{20})\)`, ``, "acme(0a1b2c3d4e5f6a7b8c9d)", "0a1b2c3d4e5f6a7b8c9d", "acme(", ""},
		{`\Qacme(\E([0-9a-f]{20})`, ``, "acme(0a1b2c3d4e5f6a7b8c9d", "", "acme(", ""},
		{`ac[mn]e_?tok-[0-9a-f]{20}`, `keywords = ["wrong"]`, "acnetok-0a1b2c3d4e5f6a7b8c9d", "acnetok-0a1b2c3d4e5f6a7b8c9d", "", ""},
		{`acme_[0-9a-f]+`, ``, "acme_0a1b2c3d4e5f6a7b8c9d!", "acme_0a1b2c3d4e5f6a7b8c9d", "acme_", "regex: has no bound"},
		{`acme_[0-9a-f]{20}`, `path = '''\.env$'''`, "acme_0a1b2c3d4e5f6a7b8c9d", "acme_0a1b2c3d4e5f6a7b8c9d", "acme_", "path: the rule applies to every file"},
		{`acme_[0-9a-f]{20}`, `validate = "http.get(x)"`, "acme_0a1b2c3d4e5f6a7b8c9d", "acme_0a1b2c3d4e5f6a7b8c9d", "acme_", "validate: is a program"},
	} {
		im, rules := imported(t, "[[rules]]\nid = \"acme_Token\"\ndescription = \"ACME\"\nregex = '''"+c.regex+"'''\n"+c.rest)
		if c.literals != "" && strings.Join(rules[0].Literals, " ") != c.literals {
			t.Errorf("%s: literals %q, want %q", c.regex, rules[0].Literals, c.literals)
		}
		if c.left == "" && len(im.Left) > 0 || c.left != "" && (len(im.Left) != 1 || !strings.Contains(im.Left[0].String(), c.left)) {
			t.Errorf("%s: left %v, want %q", c.regex, im.Left, c.left)
		}
		n := newNaiveRule(&rules[0])
		hits := n.scan([]byte(c.text))
		if len(hits) != 1 || c.secret != "" && c.text[hits[0].start:hits[0].end] != c.secret {
			t.Errorf("%s: %v in %q, want %q\n%s", c.regex, hits, c.text, c.secret, im.TOML)
		}
		if rules[0].ID != "acme-token" || len(rules[0].Found) != 1 {
			t.Errorf("%s: id %q, examples %q", c.regex, rules[0].ID, rules[0].Found)
		}
		if failures, _, err := Try(rules, rand.New(rand.NewPCG(9, 9))); err != nil || len(failures) > 0 {
			t.Errorf("%s: %v %v", c.regex, failures, err)
		}
	}
}

const theirSample = `
title = "ours"
[extend]
useDefault = true
path = "base.toml"
disabledRules = ["github-pat", "no-such"]

[allowlist]
paths = ['''vendor/''']
commits = ["abc"]
regexes = ['''^acme_0{8}''']
stopwords = ["sandbox"]

[[allowlists]]
targetRules = ["other"]
regexes = ['''only-other''']

[[rules]]
id = "acme"
description = "ACME"
regex = '''acme_[0-9a-f]{20}'''
entropy = 2.5
keywords = ["acme_"]
tags = ["x"]
[[rules.allowlists]]
condition = "AND"
regexes = ['''xx''']
paths = ['''test''']
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''never''']
stopwords = ["it's"]
[[rules.required]]
id = "other"

[[rules]]
id = "github-pat"
regex = '''ghx_[0-9a-f]{20}'''
surprise = true

[[rules]]
id = "files"
path = '''id_rsa$'''

[[rules]]
id = "look"
regex = '''acme(?=_)'''

[[rules]]
id = "anything"
regex = '''[0-9a-f]{40}'''
keywords = ["key"]
`

// TestImportLists wants everything that has no counterpart to be listed.
func TestImportLists(t *testing.T) {
	im, err := Import("their.toml", []byte(theirSample), func(id string) bool { return id == "github-pat" })
	if err != nil {
		t.Fatal(err)
	}
	base := []Rule{{ID: "github-pat"}, {ID: "base"}}
	rules, err := Extend(base, "imported.toml", im.TOML)
	if err != nil {
		t.Fatalf("%v\n%s", err, im.TOML)
	}
	if im.Rules != 2 || len(rules) != 3 || rules[1].ID != "acme" || rules[2].ID != "github-pat-imported" {
		t.Fatalf("%d rules in\n%s", im.Rules, im.TOML)
	}
	if r := rules[1]; r.Entropy != 2.5 || !slices.Equal(r.Not, []string{`(?i)it's`, `(?i)sandbox`, `^acme_0{8}`}) {
		t.Errorf("entropy %v, not %q", r.Entropy, r.Not)
	}
	var all []string
	for _, l := range im.Left {
		all = append(all, l.String())
	}
	list := strings.Join(all, "\n")
	for _, want := range []string{
		"extend.useDefault: the other", "extend: the file that it names", `extend.disabledRules: "no-such" is no rule`,
		"rule acme: allowlist: combines", "rule acme: allowlist.regexes: look at the line", "allowlist.commits: accept", "allowlist.paths: use",
		"rule acme: required", "rule github-pat: id: is built in", "rules.surprise: is not known", "rule files: path: a rule without regex",
		"rule look: regex: uses (?=", "rule anything: regex: no text of three bytes",
	} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not listed:\n%s", want, list)
		}
	}
}

// TestImportRefuses wants an allow-list that matches everything to be refused,
// and so a file of which nothing is left.
func TestImportRefuses(t *testing.T) {
	rule := "\n[[rules]]\nid = \"acme\"\nregex = '''acme_[0-9a-f]{20}'''\n"
	for _, c := range [][2]string{
		{"[allowlist]\nregexes = ['''.*''']" + rule, `allowlist.regexes: ".*" matches everything`},
		{"[[allowlists]]\nregexes = ['''''']" + rule, "matches everything"},
		{"[[allowlists]]\nregexes = ['''[a-zA-Z0-9]''']" + rule, "matches everything"},
		{"[allowlist]\npaths = ['''.+''']" + rule, "allowlist.paths"},
		{rule + "[rules.allowlist]\nregexes = ['''x?''']", "their.toml: rule acme: allowlist.regexes"},
		{rule + "[[rules.allowlists]]\nstopwords = ['''''']", "allowlist.stopwords"},
		{"title = 'x'", "holds no rule that could be carried over"},
		{"[[rules]]\nid = 'a'\nregex = '''(?=x)'''", "uses (?="},
		{"[[rules]", "their.toml"},
		{"rules = 7", "their.toml"},
	} {
		if im, err := Import("their.toml", []byte(c[0]), noneTaken); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: got %v %v, want %s", c[0], im, err, c[1])
		}
	}
	if _, err := Import("their.toml", []byte("[allowlist]\nregexes = ['''^(?:acme_)?0+$''', '''test''']\npaths = ['''\\.go$''']"+rule), noneTaken); err != nil {
		t.Error(err)
	}
}

func noneTaken(string) bool { return false }

// FuzzImport wants any file to be refused, or to give rules that load.
func FuzzImport(f *testing.F) {
	f.Add(theirSample)
	f.Add("[[rules]]\nid = 'a'\nregex = '''(?i)(?:ab|cd)x?y+([^'\"]{3,}|\\Qa(b\\E)'''\nkeywords = ['']")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 3000 {
			t.Skip()
		}
		im, err := Import("their.toml", []byte(text), noneTaken)
		if err != nil {
			return
		}
		if _, err := Extend([]Rule{{ID: "base"}}, "imported.toml", im.TOML); err != nil && im.Rules > 0 {
			t.Errorf("%v\n%s", err, im.TOML)
		}
	})
}

// FuzzRequired holds the texts that a pattern is said to demand to matching.
func FuzzRequired(f *testing.F) {
	f.Add(`(?:abc|b[cd]e)x?`, "abc bce bdex")
	f.Add(`a?bcd(?:e|fgh)+`, "bcdeefgh")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil || len(pattern) > 80 || len(text) > 300 || strings.ContainsAny(text, "\u017F\u212A") {
			t.Skip()
		}
		texts := required(re)
		if texts == nil {
			return
		}
		for _, m := range regexp.MustCompile(pattern).FindAllString(text, -1) {
			if !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(m), s) }) {
				t.Errorf("%s: %q holds none of %q", pattern, m, texts)
			}
		}
	})
}
