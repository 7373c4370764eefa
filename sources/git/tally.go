package git

import (
	"sync"
	"sync/atomic"

	"github.com/seed-5dd601fe/sprawl"
)

// maxGaps bounds how many damaged objects of one unit are named; the others
// are counted.
const maxGaps = 50

// A tally counts what was met. Its methods may be called from several
// goroutines at once.
type tally struct {
	objects, commits, refs atomic.Int64

	mu      sync.Mutex
	skipped []sprawl.Gap
	named   map[string]bool // what is in skipped
	failed  []error         // found before any unit was read; Units hands them out
}

// skip notes what is left out on purpose, once.
func (t *tally) skip(target sprawl.Target, what, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.named[what] {
		return
	}
	if t.named == nil {
		t.named = make(map[string]bool)
	}
	t.named[what] = true
	t.skipped = append(t.skipped, sprawl.Gap{Target: target, What: what, Why: why})
}

// gap notes what should have been read and can't be.
func (t *tally) gap(target sprawl.Target, what, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = append(t.failed, &sprawl.Gap{Target: target, What: what, Why: why})
}

// take returns the gaps noted since it was last called.
func (t *tally) take() []error {
	t.mu.Lock()
	defer t.mu.Unlock()
	failed := t.failed
	t.failed = nil
	return failed
}

func (t *tally) sum() sprawl.Tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	return sprawl.Tally{
		Objects: t.objects.Load(),
		Commits: t.commits.Load(),
		Refs:    t.refs.Load(),
		Skipped: append([]sprawl.Gap(nil), t.skipped...),
	}
}
