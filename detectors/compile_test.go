package detectors

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
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

// Literals of three bytes are found only before bytes that can begin a token:
// no rule may need one before anything else.
func TestShortLiteralsAreFollowed(t *testing.T) {
	for _, r := range builtinSet(t).rules {
		r.ready()
		for _, text := range r.Literals {
			if len(text) != literal.MinLen || r.apart(text) || r.find != nil {
				continue
			}
			after := r.shape.after[text]
			if len(after) == 0 && r.ID == "azure-entra-secret" {
				continue // [0-9A-Za-z_.~-], by its pattern
			}
			if len(after) == 0 {
				t.Errorf("%s: what follows %q can't be told from its pattern", r.ID, text)
				continue
			}
			for c := range 256 {
				if after[0].has(byte(c)) && !literal.Follows(byte(c)) {
					t.Errorf("%s: %q may be followed by %q, where it is not looked for", r.ID, text, byte(c))
				}
			}
		}
	}
}
