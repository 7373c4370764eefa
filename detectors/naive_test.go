package detectors

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-5dd601fe/sprawl"

	"math"
	"regexp"
	"slices"
)

// A hit is what the naive scanner reports.
type hit struct {
	rule       string
	start, end int // of the secret
	low        bool
	parts      map[string]string
}

// A naiveScanner is too simple to be wrong: every rule's expression over the
// whole text, and then the rule's tests. It knows nothing of literals, windows,
// pairs, encodings, and rules that are found by a function.
type naiveScanner []naiveRule

func newNaive(rules []Rule) (n naiveScanner) {
	for i := range rules {
		if rules[i].Match != "" {
			n = append(n, newNaiveRule(&rules[i]))
		}
	}
	return n
}

func (n naiveScanner) scan(text []byte) (hits []hit) {
	for i := range n {
		hits = append(hits, n[i].scan(text)...)
	}
	return hits
}

// A naiveRule is a rule with its expressions compiled.
type naiveRule struct {
	*Rule
	re  *regexp.Regexp
	not []*regexp.Regexp
}

func newNaiveRule(r *Rule) naiveRule {
	n := naiveRule{Rule: r, re: regexp.MustCompile(r.Match)}
	for _, not := range r.Not {
		n.not = append(n.not, regexp.MustCompile(not))
	}
	return n
}

func (r *naiveRule) scan(text []byte) (hits []hit) {
	for _, m := range r.re.FindAllSubmatchIndex(text, -1) {
		h := hit{rule: r.ID, parts: map[string]string{}}
		secret := false
		for g, name := range r.re.SubexpNames() {
			if name == "" || m[2*g] < 0 {
				continue
			}
			h.parts[name] = string(text[m[2*g]:m[2*g+1]])
			public := slices.Contains(r.Public, name)
			if len(h.parts) == 1 || !public && !secret {
				h.start, h.end, secret = m[2*g], m[2*g+1], !public
			}
		}
		ok, low := r.tests(text[h.start:h.end])
		if h.low = low; ok {
			hits = append(hits, h)
		}
	}
	return hits
}

// tests puts a rule's tests to a secret.
func (r *naiveRule) tests(secret []byte) (ok, low bool) {
	for _, not := range r.not {
		if not.Match(secret) {
			return false, false
		}
	}
	if _, placeholder := Placeholder(secret); placeholder || naiveEntropy(secret) < r.Entropy {
		return false, false
	}
	if c, found := checks[r.Check]; found && !c.OK(secret) {
		return !c.Must, true
	}
	return true, false
}

func naiveEntropy(text []byte) (bits float64) {
	counts := map[byte]int{}
	for _, c := range text {
		counts[c]++
	}
	for _, n := range counts {
		p := float64(n) / float64(len(text))
		bits -= p * math.Log2(p)
	}
	return bits
}

// TestAgainstNaive holds the engine to the naive scanner, on texts in which
// examples of all rules stand between words and punctuation. The engine
// settles overlaps and pairs, the naive scanner doesn't: what the engine leaves
// out must overlap with something that it reports, or be a part of it.
func TestAgainstNaive(t *testing.T) {
	rules := builtin(t)
	slow := newNaive(rules)
	isFound := map[string]bool{} // by a function
	for _, r := range rules {
		isFound[r.ID] = r.Find != ""
	}
	sc := builtinSet(t).NewScanner()
	for seed := range uint64(40) {
		text := medley(t, rules, seed)
		want := map[string]bool{}
		found := scanText(sc, string(text))
		for _, h := range slow.holding(text).scan(text) {
			want[fmt.Sprintf("%s %d-%d", h.rule, h.start, h.end)] = true
			if !slices.ContainsFunc(found, func(f sprawl.Finding) bool {
				return int(f.At.Start) < h.end && h.start < int(f.At.End) || holdsPart(&f, text[h.start:h.end])
			}) {
				t.Fatalf("seed %d: the engine has nothing for rule %s at %d: %q", seed, h.rule, h.start, text[h.start:h.end])
			}
		}
		for _, f := range found {
			at := fmt.Sprintf("%s %d-%d", f.Rule, f.At.Start, f.At.End)
			if len(f.At.Encoding) == 0 && !isFound[f.Rule] && !want[at] {
				t.Fatalf("seed %d: the naive scanner has no %s: %q", seed, at, text[f.At.Start:f.At.End])
			}
		}
	}
}

func holdsPart(f *sprawl.Finding, value []byte) bool {
	return slices.ContainsFunc(f.Parts, func(p sprawl.Part) bool { return p.Value.Reveal() == string(value) })
}

// medley returns a text of some examples of some rules.
func medley(t *testing.T, rules []Rule, seed uint64) (text []byte) {
	r := rand.New(rand.NewPCG(seed, 9))
	between := []string{"\n", " ", "; ", "\", \"", " = ", "\n\n# ", "x", "/", ",", "\r\n", " token: ", "\u00e9"}
	for range 30 {
		rule := &rules[r.IntN(len(rules))]
		examples := append(append([]string{}, rule.Found...), rule.Ignored...)
		text = append(text, expand(t, examples[r.IntN(len(examples))], r.Uint64())...)
		text = append(text, between[r.IntN(len(between))]...)
	}
	return text
}
