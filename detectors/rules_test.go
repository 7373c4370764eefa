package detectors

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/seed-5dd601fe/sprawl"
)

// seeds is how many times the examples of a rule are written out.
const seeds = 100

func builtin(t testing.TB) []Rule {
	rules, err := Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// TestRules holds every built-in rule to its own examples.
func TestRules(t *testing.T) {
	for _, r := range builtin(t) {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			if len(r.Found) == 0 || len(r.Ignored) == 0 {
				t.Fatal("wants at least one found and one ignored example")
			}
			if r.Find != "" {
				return // the engine's tests know the functions
			}
			n := newNaiveRule(&r)
			for seed := range uint64(seeds) {
				for _, example := range r.Found {
					mustFind(t, &n, example, seed)
				}
				for _, example := range r.Ignored {
					text := expand(t, example, seed)
					for _, h := range n.scan(text) {
						t.Fatalf("reports %q in %s", text[h.start:h.end], text)
					}
				}
			}
		})
	}
}

func expand(t *testing.T, example string, seed uint64) []byte {
	text, err := Expand(example, rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatalf("%s: %v", example, err)
	}
	return []byte(text)
}

// mustFind wants r to report an example wherever it stands, with nothing
// around the value taken in, and with a literal inside of the match.
func mustFind(t *testing.T, r *naiveRule, example string, seed uint64) {
	text := expand(t, example, seed)
	surroundings := [][2]string{{"", ""}, {"\n", "\n"}, {" ", " "}}
	if seed > 5 {
		surroundings = surroundings[:1]
	}
	for _, around := range surroundings {
		whole := bytes.Join([][]byte{[]byte(around[0]), text, []byte(around[1])}, nil)
		hits := r.scan(whole)
		if len(hits) == 0 {
			t.Fatalf("does not report %s", whole)
		}
		for _, h := range hits {
			value := whole[h.start:h.end]
			if h.low {
				t.Fatalf("check digits of %s are wrong", value)
			}
			if bytes.ContainsAny(value, "\"'` \t\n") && !bytes.Contains(value, []byte("Key-")) && !bytes.HasPrefix(value, []byte("-----")) && !bytes.HasPrefix(value, []byte("$ANSIBLE")) {
				t.Fatalf("takes in too much: %q", value)
			}
		}
	}
	match := r.re.Find(text)
	if len(match) > r.Max {
		t.Fatalf("matches %d bytes, and says that %d is the most", len(match), r.Max)
	}
	if !holdsLiteral(r.Rule, match) {
		t.Fatalf("match %q holds none of %q", match, r.Literals)
	}
}

func holdsLiteral(r *Rule, text []byte) bool {
	s := string(text)
	if r.Fold {
		s = strings.ToLower(s)
	}
	for _, lit := range r.Literals {
		if strings.Contains(s, lit) {
			return true
		}
	}
	return false
}

// categories are what issuers are sorted into, for the table of all types.
var categories = strings.Fields("cloud code ci registry ai payment communication monitoring database identity security saas data")

// TestIssuers wants every issuer that a rule names to be written down, with
// where its documentation is, and no issuer twice.
func TestIssuers(t *testing.T) {
	var file struct {
		Issuer []struct{ ID, Name, Docs, Category string }
	}
	if err := toml.Unmarshal(sprawl.RulesTOML, &file); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, r := range builtin(t) {
		used[r.Issuer] = true
	}
	known := map[string]bool{"": true}
	for _, is := range file.Issuer {
		if known[is.ID] {
			t.Errorf("issuer %q is written twice", is.ID)
		}
		known[is.ID] = true
		if is.Name == "" || !strings.HasPrefix(is.Docs, "https://") {
			t.Errorf("issuer %q wants a name, and docs that start with https://", is.ID)
		}
		if !slices.Contains(categories, is.Category) {
			t.Errorf("issuer %q is of category %q; want one of %q", is.ID, is.Category, categories)
		}
		if !used[is.ID] {
			t.Errorf("issuer %q has no rule", is.ID)
		}
	}
	for id := range used {
		if !known[id] {
			t.Errorf("issuer %q has no [[issuer]] table", id)
		}
	}
}

// holding returns the rules of which text holds a literal. The others can't
// match: Load has proved it.
func (n naiveScanner) holding(text []byte) (some naiveScanner) {
	for _, r := range n {
		if holdsLiteral(r.Rule, text) {
			some = append(some, r)
		}
	}
	return some
}

// TestOwnFiles wants our own rules and sources to look like no leak.
func TestOwnFiles(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	scanner := builtinSet(t).NewScanner()
	for _, name := range append(files, "../rules.toml") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range scanner.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: name}, Data: text}) {
			if f.Tier == sprawl.Structured && f.Confidence >= 40 {
				t.Errorf("%s:%d: rule %s reports %d bytes", name, f.At.Line, f.Rule, f.At.End-f.At.Start)
			}
		}
	}
}
