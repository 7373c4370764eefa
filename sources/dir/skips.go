package dir

import (
	"fmt"

	"github.com/seed-5dd601fe/sprawl"
)

// maxSkips bounds how many things left out are named one by one: a hostile
// tree can hold a million FIFOs.
const maxSkips = 1000

// skips is what a walk left out on purpose.
type skips struct {
	named    []sprawl.Gap
	more     int
	excluded map[string]int // entries left out, by pattern
	order    []string       // its keys, as they were met
}

func (s *skips) add(t sprawl.Target, what, why string) {
	if len(s.named) == maxSkips {
		s.more++
		return
	}
	s.named = append(s.named, sprawl.Gap{Target: t, What: what, Why: why})
}

func (s *skips) exclude(pattern string) {
	if s.excluded == nil {
		s.excluded = map[string]int{}
	}
	if s.excluded[pattern] == 0 {
		s.order = append(s.order, pattern)
	}
	s.excluded[pattern]++
}

// gaps returns everything that was left out: what has a name by its name, what
// a pattern excluded by the pattern.
func (s *skips) gaps(t sprawl.Target) []sprawl.Gap {
	all := append([]sprawl.Gap(nil), s.named...)
	if s.more > 0 {
		all = append(all, sprawl.Gap{Target: t, What: fmt.Sprintf("%d more", s.more), Why: "special files or git directories, as those named"})
	}
	for _, p := range s.order {
		all = append(all, sprawl.Gap{Target: t, What: p, Why: fmt.Sprintf("excluded: %d files or directories", s.excluded[p])})
	}
	return all
}
