package detectors

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// Canaries scans one made-up credential of every rule of a set that was
// compiled from rules, and returns an error for each rule that does not see its
// own. It tells a gate that looks from one that does not. Rules without an
// example can't be tried; how many were is the second result. The values are
// made with seeds from seed.
func Canaries(set *Set, rules []Rule, seed uint64) (failures []error, tried int) {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rules)) {
		wg.Go(func() {
			sc := set.NewScanner()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(rules) {
					return
				}
				n := shortestExample(rules[i].Found)
				if n < 0 {
					continue
				}
				errs := sc.canary(&rules[i], n, seed+uint64(i))
				mu.Lock()
				failures, tried = append(failures, errs...), tried+1
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(rules) == 0 {
		failures = append(failures, fmt.Errorf("there are no rules"))
	}
	return failures, tried
}

// canaryTries is how many values are made up for a rule before it counts as
// blind. By chance one can look like something else, or like no secret at all.
const canaryTries = 8

// canary scans the n-th found example of a rule, with other values if the first
// was an unlucky one.
func (sc *Scanner) canary(rule *Rule, n int, seed uint64) (errs []error) {
	for k := range canaryTries {
		errs = sc.try(rule, n+1, rule.Found[n], true, rand.New(rand.NewPCG(seed, uint64(k))))
		if len(errs) == 0 {
			return nil
		}
	}
	return errs
}

// shortestExample returns the index of the shortest example, or -1.
func shortestExample(examples []string) int {
	best := -1
	for i, ex := range examples {
		if best < 0 || len(ex) < len(examples[best]) {
			best = i
		}
	}
	return best
}
