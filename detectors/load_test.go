package detectors

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed-5dd601fe/sprawl"
)

// good is a rule that nothing is wrong with.
const good = `
# a comment

[[rule]]
id       = "acme-token"
about    = "ACME token"
literals = ["acme_"]
match    = '\b(?P<key>acme_[0-9a-f]{20})\b'
check    = "github-crc32"
found    = ["acme_<hex:20>"]
ignored  = ["acme_<hex:19>"]
`

func TestLoadDerives(t *testing.T) {
	rules, err := Load("r.toml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	r := rules[0]
	if r.Max != 25 || r.Tier != sprawl.Structured || r.Confidence != 90 {
		t.Errorf("max %d, tier %s, confidence %d", r.Max, r.Tier, r.Confidence)
	}
}

// TestLoadRefuses changes one thing in a good file, and wants the error to
// name the line, the key and what to do.
func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"check    =", "chekc =", "r.toml:9: chekc: no such key; a rule has"},
		{"[[rule]]", "[[rules]]", "r.toml: rules: no such table"},
		{`id       = "acme-token"`, "", "r.toml:4: id: want a name"},
		{`"acme-token"`, `"Acme token"`, "r.toml:5: rule Acme token: id: want a name"},
		{`about    = "ACME token"`, "", "r.toml:4: rule acme-token: about: is missing"},
		{`["acme_"]`, `[]`, "r.toml:7: rule acme-token: literals: is empty"},
		{`["acme_"]`, `["ac"]`, "r.toml:7: rule acme-token: literals: \"ac\" is shorter than 3 bytes"},
		{`["acme_"]`, `["acmx_"]`, "literals: \"acmx_\" is in no match"},
		{`["acme_"]`, `"acme_"`, "r.toml"},
		{`(?P<key>acme_`, `(?P<key>acm[ex]_`, "none of them"},
		{`(?P<key>`, `(?:`, "r.toml:8: rule acme-token: match: has no named group"},
		{`(?P<key>`, `(?=x)(?P<key>`, "match: uses (?=, which"},
		{`(?P<key>`, `(a)\1(?P<key>`, "match: uses a backreference"},
		{`(?P<key>`, `(?P<key>(`, "match: error parsing regexp: missing closing"},
		{`{20}`, `{20,}`, "r.toml:8: rule acme-token: match: has no bound"},
		{`"github-crc32"`, `"githup"`, "r.toml:9: rule acme-token: check: \"githup\" is no check; want one of atlassian-crc32,"},
		{`check    = "github-crc32"`, `find = "nothing"`, "find: \"nothing\" is no function; want one of assignment"},
		{`check    = "github-crc32"`, `tier = "secret"`, "tier: is \"secret\"; want \"structured\" or \"generic\""},
		{`check    = "github-crc32"`, `confidence = 101`, "confidence: is 101; want 1 to 100"},
		{`check    = "github-crc32"`, `confidence = -1`, "confidence: is -1"},
		{`check    = "github-crc32"`, `entropy = 9.0`, "entropy: is 9 bits"},
		{`check    = "github-crc32"`, `entropy = nan`, "entropy: is NaN"},
		{`check    = "github-crc32"`, `max = 70000`, "max: is 70000 bytes"},
		{`check    = "github-crc32"`, `not = ["("]`, "not: error parsing"},
		{`check    = "github-crc32"`, `public = ["id"]`, "public: names the group \"id\", which match has not"},
		{`check    = "github-crc32"`, `pair = { with = "x", within = 3 }`, "r.toml:9: rule acme-token: pair: names rule \"x\""},
		{`check    = "github-crc32"`, `pair = { with = "acme-token", within = 3 }`, "names the rule itself"},
		{`check    = "github-crc32"`, `pair = { wiht = "x" }`, "r.toml:9: pair.wiht: no such key"},
		{`check    =`, `check    = =`, "r.toml:9"},
		{good, "# nothing\n", "holds no [[rule]]"},
		{`{20}`, `{20}` + strings.Repeat(`(?:ab?c?){0,900}`, 6), "r.toml:8: rule acme-token: match: takes"},
		{`{20}`, `{20}(?:(?:a{0,99}){0,99}){0,99}`, "r.toml:8: rule acme-token: match: error parsing regexp: invalid repeat count"},
		{`["acme_"]`, `[""]`, "r.toml:7: rule acme-token: literals: \"\" is shorter than 3 bytes"},
		{`(?P<key>`, `(?<!x)(?P<key>`, "match: uses (?<!, which"},
		{good, good + good, "r.toml:16: rule acme-token: id: is taken by rule number 1"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := Load("r.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s\n got %v\nwant %s", c.old, c.new, err, c.want)
			continue
		}
		var re *RuleError
		if !errors.As(err, &re) || re.File != "r.toml" {
			t.Errorf("%s: no *RuleError: %v", c.new, err)
		}
	}
}

// TestLoadSaysAll wants all that is wrong to be said at once.
func TestLoadSaysAll(t *testing.T) {
	text := strings.Replace(good, `"ACME token"`, `""`, 1)
	text = strings.Replace(text, `{20}`, `+`, 1)
	_, err := Load("r.toml", []byte(text))
	if joined, ok := err.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) != 2 {
		t.Errorf("want two errors, got %v", err)
	}
}

// TestMaxLen tries the bound on texts that are as long as a pattern allows.
func TestMaxLen(t *testing.T) {
	for pattern, want := range map[string]int{
		`abc`:                           3,
		`(?i)key`:                       5, // the Kelvin sign is a k of three bytes
		`[a-z]{3,7}x?`:                  8,
		`(?:ab|cde){2}`:                 6,
		`[^"]{2}`:                       8,
		`(?s:.)(?P<a>\d{1,3})\b$`:       7,
		`\x{1F600}`:                     4,
		`a*`:                            -1,
		`(?:a{2,})?`:                    -1,
		`(?:)*`:                         0,
		`(?:\b|^)+x`:                    1,
		`(?:[0-9]{1,3}\.){3}[0-9]{1,3}`: 15,
	} {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		n, bounded := maxLen(re)
		if !bounded {
			n = -1
		}
		if n != want {
			t.Errorf("%s: at most %d bytes, want %d", pattern, n, want)
		}
	}
}

// FuzzProof holds the proof to matching: where it says that every match holds
// a literal, no text may match without one.
func FuzzProof(f *testing.F) {
	f.Add(`a(?:key|kei)[0-9]{1,3}`, "key", "akey1", false)
	f.Add(`(?i)token[a-f]?`, "token", "TOKEN", true)
	f.Add(`[xy]{2,4}z`, "xyz", "yyxyz", false)
	f.Add(`(?:abc|b)c`, "bcc", "abcc", true)
	f.Fuzz(func(t *testing.T, pattern, lit, text string, fold bool) {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil || len(pattern) > 60 || len(lit) < 2 || len(lit) > 10 || strings.ContainsAny(text, "\u017F\u212A") {
			t.Skip()
		}
		if fold && lit != strings.ToLower(lit) || !isASCII(lit) {
			t.Skip()
		}
		prog, err := syntax.Compile(re.Simplify())
		if err != nil || len(prog.Inst) > 2000 {
			t.Skip()
		}
		_, missed := matchWithout(prog, newLexicon([]string{lit}, fold))
		for _, match := range regexp.MustCompile(pattern).FindAllString(text, -1) {
			in := match
			if fold {
				in = strings.ToLower(match)
			}
			if !missed && !strings.Contains(in, lit) {
				t.Errorf("%s: proved to hold %q, and matches %q", pattern, lit, match)
			}
			if strings.Contains(in, lit) && !canOccur(prog, lit, fold) {
				t.Errorf("%s: %q is said not to occur, and matches %q", pattern, lit, match)
			}
			if n, bounded := maxLen(re); bounded && len(match) > n {
				t.Errorf("%s: matches %d bytes, at most %d are said", pattern, len(match), n)
			}
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// FuzzLoad wants any text to be loaded or refused with a *RuleError, and the
// fast reader to agree with the TOML library wherever both can read.
func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add(good + "[[issuer]]\nid = \"a\"\n[issuer.ask]\nget = \"b\"\n")
	f.Add("[[rule]]\nid = \"a\"\npair = { with = \"b\", within = 7 } # why\nentropy = 3.5\nnot = ['a', \"\\t\",]\nfold = true\n")
	f.Add("[rule]\n[[rule]]\n")
	f.Add("rule = [{id = 'x'}]")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			t.Skip()
		}
		_, err := Load("r.toml", []byte(text))
		var re *RuleError
		if err != nil && !errors.As(err, &re) {
			t.Errorf("no *RuleError: %v", err)
		}
		fast, ok := readFast(text)
		if !ok {
			return
		}
		slow, err := decode("r.toml", []byte(text))
		if err == nil && !cmp.Equal(fast, slow.rules, cmp.AllowUnexported(Rule{})) {
			t.Error(cmp.Diff(slow.rules, fast, cmp.AllowUnexported(Rule{})))
		}
	})
}

// TestReadFast wants the built-in rules to be read by the fast reader, and in
// the same way as by the TOML library.
func TestReadFast(t *testing.T) {
	fast, ok := readFast(string(sprawl.RulesTOML))
	if !ok {
		t.Fatal("rules.toml is written in a way that the fast reader does not know: keep to one key a line")
	}
	slow, err := decode("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slow.rules, fast, cmp.AllowUnexported(Rule{})); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkLoadTrusted(b *testing.B) {
	for b.Loop() {
		if _, err := LoadTrusted("rules.toml", sprawl.RulesTOML); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load("rules.toml", sprawl.RulesTOML); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRuleError() {
	_, err := Load("my.toml", []byte("[[rule]]\nid = \"acme\"\nabout = \"ACME\"\nliterals = [\"acme-\"]\nmatch = '(?P<key>acme-\\w+)'\n"))
	fmt.Println(err)
	// Output: my.toml:5: rule acme: match: has no bound; write {0,80} for * and {1,80} for +, or give the length of the longest match as max
}
