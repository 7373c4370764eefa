package verify_test

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// builtIn returns the issuers of rules.toml.
func builtIn(t testing.TB) *verify.Issuers {
	t.Helper()
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// TestContract holds every issuer that can be asked to the same contract.
func TestContract(t *testing.T) {
	is := builtIn(t)
	for _, i := range is.All() {
		if len(i.Asks) > 0 {
			t.Run(i.ID, func(t *testing.T) {
				t.Parallel()
				verifytest.Contract(t, is, i.ID)
			})
		}
	}
}
