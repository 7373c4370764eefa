package verify_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// good is an entry that tests bend.
const good = `
[[rule]]
id = "other"

[[issuer]]
id    = "zq"
name  = "Zq"
hosts = ["example.com"]
rate  = 5

[[issuer.ask]]
rules   = ["zq-key"]
url     = "https://example.com/v1/me"
headers = { Authorization = "Bearer {key}" }
account = "login"
live    = [{ status = [200], json = "login", example = '{"login":"x"}' }]
dead    = [{ status = [401], json = "error=bad", example = '{"error":"bad"}' }]

[[issuer]]
id = "silent"
`

func load(t testing.TB, text string) *verify.Issuers {
	t.Helper()
	is, err := verify.Load("r.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestLoad(t *testing.T) {
	all := load(t, good).All()
	if len(all) != 2 || len(all[0].Asks) != 1 || all[0].Asks[0].Method != "GET" || all[1].Rate != 5 {
		t.Errorf("loaded %+v", all)
	}
}

// TestLoadOne wants a single [issuer.ask], and single answers, to be read as
// lists of one are.
func TestLoadOne(t *testing.T) {
	text := strings.NewReplacer("[[issuer.ask]]", "[issuer.ask]", "[{", "{", "}]", "}").Replace(good)
	if all := load(t, text).All(); len(all[0].Asks) != 1 || len(all[0].Asks[0].Live) != 1 {
		t.Errorf("loaded %+v", all[0])
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		line           int
		key            string
	}{
		{"unknown key", `name  = `, `nane  = `, 7, "nane"},
		{"unknown key of an ask", `account = `, `acount = `, 15, "ask.acount"},
		{"unknown key of an answer", `live    = [{ status`, `live    = [{ statsu`, 16, "ask.live.statsu"},
		{"type", `rate  = 5`, `rate  = "5"`, 9, "rate"},
		{"no rate", `rate  = 5`, `rate  = 0`, 9, "rate"},
		{"id", `"zq"`, `"Z Q"`, 6, "id"},
		{"id twice", `"silent"`, `"zq"`, 20, "id"},
		{"hosts missing", `hosts = ["example.com"]`, ``, 5, "hosts"},
		{"address as host", `hosts = ["example.com"]`, `hosts = ["10.0.0.1"]`, 8, "hosts"},
		{"bare host", `hosts = ["example.com"]`, `hosts = ["localhost"]`, 8, "hosts"},
		{"other host", `https://example.com/`, `https://evil.test/`, 13, "ask.url"},
		{"http", `https://example.com/`, `http://example.com/`, 13, "ask.url"},
		{"part in the host", `https://example.com/`, `https://{key}.example.com/`, 13, "ask.url"},
		{"user in the host", `https://example.com/`, `https://example.com@evil.test/`, 13, "ask.url"},
		{"port", `https://example.com/`, `https://example.com:8443/`, 13, "ask.url"},
		{"fragment", `v1/me`, `v1/me#x`, 13, "ask.url"},
		{"method", `url `, "method = \"DELETE\"\nurl ", 13, "ask.method"},
		{"body of GET", `url `, "body = \"{key}\"\nurl ", 13, "ask.body"},
		{"header", `Authorization`, `Cookie`, 14, "ask.headers"},
		{"line break in a header", `Bearer {key}`, `Bearer {key}\r\nX: y`, 14, "ask.headers"},
		{"nothing sent", `Bearer {key}`, `Bearer`, 11, "ask"},
		{"no rules", `rules   = ["zq-key"]`, ``, 11, "ask.rules"},
		{"no dead", `dead   `, `#dead  `, 11, "ask"},
		{"redirect as answer", `[401]`, `[302]`, 17, "ask.dead.status"},
		{"status alone", `json = "login", `, ``, 16, "ask.live.json"},
		{"no path", `json = "login"`, `json = "=x"`, 16, "ask.live.json"},
		{"example missing", `, example = '{"error":"bad"}'`, ``, 17, "ask.dead.example"},
		{"example fails", `'{"error":"bad"}'`, `'{"error":"worse"}'`, 17, "ask.dead.example"},
		{"example of both", `status = [401], json = "error=bad"`, `status = [200], json = "login"`, 16, "ask.live.example"},
		{"syntax", `rate  = 5`, `rate  = `, 9, "issuer.rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatal("the test changes nothing")
			}
			_, err := verify.Load("r.toml", []byte(strings.Replace(good, c.old, c.new, 1)))
			var e *verify.IssuerError
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an IssuerError", err)
			}
			if e.Line != c.line || e.Key != c.key || !strings.HasPrefix(e.Error(), fmt.Sprintf("r.toml:%d: ", c.line)) {
				t.Errorf("%v (key %s), want line %d, key %s", e, e.Key, c.line, c.key)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	own := load(t, strings.Replace(good, `"silent"`, `"more"`, 1))
	merged := load(t, strings.Replace(good, `rate  = 5`, `rate  = 9`, 1)).Merge(own).All()
	if len(merged) != 3 || merged[0].Rate != 5 || merged[2].ID != "more" {
		t.Errorf("merged %+v", merged)
	}
}

// TestRulesExist holds the two halves of rules.toml together: every rule that
// is asked about exists, is of that issuer, and has the parts that are sent.
func TestRulesExist(t *testing.T) {
	rules := rulesFile(t)
	asks := 0
	for _, i := range builtIn(t).All() {
		for _, a := range i.Asks {
			asks++
			for _, id := range a.Rules {
				r, ok := rules[id]
				if !ok || r.Issuer != i.ID {
					t.Errorf("issuer %s asks about %s, which is no rule of it", i.ID, id)
				}
				for _, part := range sent(&a) {
					if !r.has(part) && (r.Pair.With == "" || !rules[r.Pair.With].has(part)) {
						t.Errorf("issuer %s sends {%s} of %s, which has no such part", i.ID, part, id)
					}
				}
			}
		}
	}
	if asks < 200 {
		t.Errorf("%d questions", asks)
	}
}

// A ruleEntry is what of a [[rule]] tells its parts.
type ruleEntry struct {
	ID, Issuer, Match string
	Near              []string
	Pair              struct{ With string }
}

// has reports whether a match of the rule has a part of that name.
func (r ruleEntry) has(part string) bool {
	return strings.Contains(r.Match, "(?P<"+part+">") || len(r.Near) > 0 && part == "key"
}

func rulesFile(t *testing.T) map[string]ruleEntry {
	t.Helper()
	var file struct{ Rule []ruleEntry }
	if err := toml.Unmarshal(sprawl.RulesTOML, &file); err != nil {
		t.Fatal(err)
	}
	byID := map[string]ruleEntry{}
	for _, r := range file.Rule {
		byID[r.ID] = r
	}
	return byID
}

var partSent = regexp.MustCompile(`\{([a-z_][a-z0-9_]*)\}`)

// sent returns the names of the parts that an ask sends.
func sent(a *verify.Ask) (names []string) {
	texts := []string{a.URL, a.Basic, a.Body}
	for _, h := range a.Headers {
		texts = append(texts, h.Value)
	}
	for _, m := range partSent.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		names = append(names, m[1])
	}
	return names
}

func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add("[issuer]\nid = \"x\"")
	f.Add("issuer = [1, \"a\"]")
	f.Add("[[issuer]]\nask = [[{}]]\n[[issuer]]\n[issuer.ask]\nlive = 5\nheaders = { a = 1 }")
	f.Fuzz(func(t *testing.T, text string) {
		is, err := verify.Load("r.toml", []byte(text))
		if (is == nil) == (err == nil) {
			t.Fatal("want issuers or an error")
		}
		if err != nil {
			return
		}
		for _, i := range is.All() {
			for _, a := range i.Asks {
				if !strings.HasPrefix(a.URL, "https://") || len(i.Hosts) == 0 || len(a.Live) == 0 || len(a.Dead) == 0 {
					t.Errorf("loaded %+v", a)
				}
			}
		}
	})
}
