package detectors

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-5dd601fe/sprawl"
)

// Try scans the examples of rules and returns those that do not behave: one in
// which a rule should report and does not, or reports and should not. A value
// whose check digits are wrong counts as not reported. Examples are filled in
// with r.
func Try(rules []Rule, r *rand.Rand) (failures []error, examples int, err error) {
	set, err := Compile(rules)
	if err != nil {
		return nil, 0, err
	}
	sc := set.NewScanner()
	for i := range rules {
		rule := &rules[i]
		for n, ex := range rule.Found {
			failures = append(failures, sc.try(rule, n+1, ex, true, r)...)
		}
		for n, ex := range rule.Ignored {
			failures = append(failures, sc.try(rule, n+1, ex, false, r)...)
		}
		examples += len(rule.Found) + len(rule.Ignored)
	}
	return failures, examples, nil
}

// try scans the n-th example and returns what is wrong with it. The error does
// not repeat the example: somebody may have written a real secret there.
func (sc *Scanner) try(rule *Rule, n int, example string, want bool, r *rand.Rand) []error {
	list := "ignored"
	if want {
		list = "found"
	}
	text, err := Expand(example, r)
	if err != nil {
		return []error{fmt.Errorf("rule %s: %s example %d: %w", rule.ID, list, n, err)}
	}
	got, other := false, ""
	for _, f := range sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{}, Data: []byte(text)}) {
		if f.Rule == rule.ID {
			got = got || f.Note != wrongDigits
		} else {
			other = f.Rule
		}
	}
	switch {
	case want && !got && other != "":
		return []error{fmt.Errorf("rule %s: does not report in its found example %d, where rule %s says more", rule.ID, n, other)}
	case want && !got:
		return []error{fmt.Errorf("rule %s: does not report in its found example %d", rule.ID, n)}
	case got && !want:
		return []error{fmt.Errorf("rule %s: reports in its ignored example %d", rule.ID, n)}
	}
	return nil
}
