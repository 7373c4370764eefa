package verify

import (
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Settle returns what can be told of a credential without asking anybody, and
// whether that is enough: it ended by its own clock, or was planted to see who
// tries it, or is an example. Such a credential is never sent. Canaries are the
// operator's own accounts and hosts that are watched.
func Settle(f *sprawl.Finding, now time.Time, canaries []string) (sprawl.Verdict, bool) {
	switch class := f.Fact(sprawl.FactClass); {
	case class == "canary" || watched(f, canaries):
		return unknown("canary: whoever tries it is reported to its owner, so it was not asked"), true
	case class == "example":
		return unknown("not asked: an example"), true
	}
	ends, err := time.Parse(time.RFC3339, f.Fact(sprawl.FactExpires))
	if err != nil || now.Before(ends.Add(skew)) {
		return sprawl.Verdict{}, false
	}
	return sprawl.Verdict{
		State: sprawl.Dead, Reason: "expired: " + ends.UTC().Format(time.RFC3339), Expires: ends, Grade: "D", At: now,
	}, true
}

// skew is how far clocks may be apart: a credential is not called expired
// before everybody agrees.
const skew = 5 * time.Minute

func watched(f *sprawl.Finding, canaries []string) bool {
	for _, name := range []string{sprawl.FactAccount, sprawl.FactHost, sprawl.FactTenant, sprawl.FactProject} {
		if value := f.Fact(name); value != "" && slices.Contains(canaries, value) {
			return true
		}
	}
	return false
}
