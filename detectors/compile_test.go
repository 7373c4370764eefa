package detectors

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// What every run pays before it reads anything.
func BenchmarkCompile(b *testing.B) {
	rules, err := LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Compile(rules); err != nil {
			b.Fatal(err)
		}
	}
}
