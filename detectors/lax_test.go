package detectors

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
)

// TestSpell holds the patterns that spellOut writes to those they were made from.
func TestSpell(t *testing.T) {
	patterns := []string{
		`(?i)ab+?(c|[^d\n]*)\b`, `^a{2,}?$`, `(?m)^x{3}y{0,2}$`, `(?s).\z`, `.\B[[:^alpha:]]`, `[^\x00-\x{10FFFF}]|k`, `(?i)[k-s]é?`, `a||b`, ``, `\x00\.\[`,
	}
	for _, r := range builtin(t) {
		patterns = append(patterns, r.Match)
	}
	for _, p := range patterns {
		want, err := syntax.Parse(p, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		spellOut(&b, uncaptured(want))
		got, err := syntax.Parse(b.String(), syntax.Perl)
		if err != nil {
			t.Errorf("%s is spelled %s: %v", p, b.String(), err)
			continue
		}
		if a, b := progOf(t, want), progOf(t, got); a != b {
			t.Errorf("%s: spelled, it is another program:\n%s\nnot\n%s", p, b, a)
		}
	}
}

// uncaptured takes the groups out of re.
func uncaptured(re *syntax.Regexp) *syntax.Regexp {
	loosened := *re
	for re.Op == syntax.OpCapture {
		return uncaptured(re.Sub[0])
	}
	loosened.Sub = nil
	for _, sub := range re.Sub {
		loosened.Sub = append(loosened.Sub, uncaptured(sub))
	}
	return &loosened
}

// progOf returns the program of re without its groups.
func progOf(t *testing.T, re *syntax.Regexp) string {
	t.Helper()
	prog, err := syntax.Compile(uncaptured(re).Simplify())
	if err != nil {
		t.Fatal(err)
	}
	return prog.String()
}

// FuzzSpell holds spelled patterns to the library's own way of writing them.
func FuzzSpell(f *testing.F) {
	f.Add(`(?i)a[^b]{2,5}c|\bd.e$`, "aXXXC")
	f.Fuzz(func(t *testing.T, p, text string) {
		re, err := syntax.Parse(p, syntax.Perl)
		if err != nil || len(p) > 60 {
			return
		}
		var b strings.Builder
		spellOut(&b, re)
		a, errA := regexp.Compile(re.String())
		s, errB := regexp.Compile(b.String())
		if (errA == nil) != (errB == nil) {
			t.Fatalf("%q: %v; spelled %q: %v", p, errA, b.String(), errB)
		}
		if errA == nil && a.MatchString(text) != s.MatchString(text) {
			t.Errorf("%q matches %q: %v; spelled %q: %v", p, text, a.MatchString(text), b.String(), s.MatchString(text))
		}
	})
}
