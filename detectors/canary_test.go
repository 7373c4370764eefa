package detectors

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// TestCanaries tries every rule that is built in, and sees rules that are
// inert.
func TestCanaries(t *testing.T) {
	rules, err := LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) { // a gate that fails by chance would be switched off
		failures, tried := Canaries(set, rules, seed*1000003)
		if len(failures) > 0 || tried != len(rules) {
			t.Errorf("%d of %d rules tried: %v", tried, len(rules), failures)
		}
	}
	fewer, err := Compile(rules[:1])
	if err != nil {
		t.Fatal(err)
	}
	if failures, _ := Canaries(fewer, rules[:2], 1); len(failures) != 1 {
		t.Errorf("a rule that is not in the set: %v", failures)
	}
	if failures, _ := Canaries(fewer, nil, 1); len(failures) != 1 {
		t.Errorf("no rules at all: %v", failures)
	}
}

func BenchmarkCanaries(b *testing.B) {
	rules, err := LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		set, err := Compile(rules)
		if err != nil {
			b.Fatal(err)
		}
		Canaries(set, rules, 1)
	}
}
