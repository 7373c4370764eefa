package verify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

// TestAdvice holds the fast reader to the one that knows all of TOML, on the
// rules that are built in.
func TestAdvice(t *testing.T) {
	issuers, err := Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]sprawl.Advice{}
	for _, i := range issuers.All() {
		want[i.ID] = i.Advice
	}
	if diff := cmp.Diff(want, Advice(string(sprawl.RulesTOML))); diff != "" {
		t.Errorf("(-Load +Advice):\n%s", diff)
	}
}

// TestAdviceReads wants people to be told how: clauses without an end, of a
// length that a line of a report holds.
func TestAdviceReads(t *testing.T) {
	told := 0
	for id, a := range Advice(string(sprawl.RulesTOML)) {
		for _, s := range []string{a.Revoke, a.Rotate, a.Instead} {
			if strings.HasSuffix(s, ".") || len(s) > 220 || strings.ContainsAny(s, "@#`") {
				t.Errorf("%s: %q: want a clause of 220 bytes at most, without a full stop", id, s)
			}
		}
		if a.Revoke != "" {
			told++
		}
	}
	if told < 90 {
		t.Errorf("%d issuers say how their credentials are withdrawn", told)
	}
}

func BenchmarkAdvice(b *testing.B) {
	text := string(sprawl.RulesTOML)
	for b.Loop() {
		Advice(text)
	}
}
