package detectors

import (
	"errors"
	"slices"
)

// Extend returns rules with those of a rules file added, which is called name
// in errors: a rule takes the place of the one that has its id, and those that
// the file names in disable are left out. What pairs with one of these stands
// alone from then on. All that is wrong is returned as by Load; rules is not
// changed.
func Extend(rules []Rule, name string, text []byte) ([]Rule, error) {
	f, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	more, err := f.proved(rules)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(rules)
	number := make(map[string]int, len(all)+len(more))
	for i := range all {
		number[all[i].ID] = i
	}
	for _, r := range more {
		if i, ok := number[r.ID]; ok {
			all[i] = r
		} else {
			number[r.ID] = len(all)
			all = append(all, r)
		}
	}
	return f.without(all, number)
}

// without leaves the rules out that f disables.
func (f *file) without(all []Rule, number map[string]int) ([]Rule, error) {
	var errs []error
	off := map[string]bool{}
	for _, id := range f.disable {
		if _, ok := number[id]; !ok {
			errs = append(errs, f.wrong("disable", "names rule %q, which is not there; see sprawl rules list", id))
		}
		off[id] = true
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	all = slices.DeleteFunc(all, func(r Rule) bool { return off[r.ID] })
	if len(all) == 0 {
		return nil, f.wrong("disable", "leaves no rule; a scan without rules would find nothing and call it clean")
	}
	for i := range all {
		if p := all[i].Pair; p != nil && off[p.With] {
			all[i].Pair = nil
		}
	}
	return all, nil
}
