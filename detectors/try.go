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
		for _, ex := range rule.Found {
			failures = append(failures, sc.try(rule, ex, true, r)...)
		}
		for _, ex := range rule.Ignored {
			failures = append(failures, sc.try(rule, ex, false, r)...)
		}
		examples += len(rule.Found) + len(rule.Ignored)
	}
	return failures, examples, nil
}

// try scans one example and returns what is wrong with it.
func (sc *Scanner) try(rule *Rule, example string, want bool, r *rand.Rand) []error {
	text, err := Expand(example, r)
	if err != nil {
		return []error{fmt.Errorf("rule %s: example %q: %w", rule.ID, example, err)}
	}
	got := false
	for _, f := range sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{}, Data: []byte(text)}) {
		got = got || f.Rule == rule.ID && f.Note != wrongDigits
	}
	switch {
	case want && !got:
		return []error{fmt.Errorf("rule %s: does not report in its found example %q", rule.ID, example)}
	case got && !want:
		return []error{fmt.Errorf("rule %s: reports in its ignored example %q", rule.ID, example)}
	}
	return nil
}
