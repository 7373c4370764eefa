package sweep

import (
	"context"
	"sync/atomic"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"

	"github.com/seed-5dd601fe/sprawl"
)

// askers is how many questions wait for an answer at a time. Who asks keeps to
// each issuer's own limits.
const askers = 16

// Ask puts the question to the issuer of each finding, and returns the verdicts
// in the same order. A panic is that finding's unknown.
func Ask(ctx context.Context, findings []sprawl.Finding, ask func(context.Context, *sprawl.Finding) sprawl.Verdict) []sprawl.Verdict {
	verdicts := make([]sprawl.Verdict, len(findings))
	var next atomic.Int64
	asking := pool.New()
	for range min(askers, len(findings)) {
		asking.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(findings) {
					return
				}
				if caught := panics.Try(func() { verdicts[i] = ask(ctx, &findings[i]) }); caught != nil {
					verdicts[i] = sprawl.Verdict{State: sprawl.Unknown, Reason: "internal error while asking"}
				}
			}
		})
	}
	asking.Wait()
	return verdicts
}
