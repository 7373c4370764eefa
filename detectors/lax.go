package detectors

import (
	"regexp"
	"regexp/syntax"
)

// laxFrom is the size, in instructions, from which a pattern is worth a lax
// twin.
const laxFrom = 60

// large reports whether the pattern takes that many instructions.
func large(p string) bool {
	re, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return false
	}
	prog, err := syntax.Compile(re.Simplify())
	return err == nil && len(prog.Inst) >= laxFrom
}

// laxTwin returns a pattern that matches wherever p does, and is much smaller
// where p counts: a repetition of at most eighty becomes one without an end.
// The library runs a small pattern many times faster, and most windows are
// refused by it already. Where anchored, it matches only at the beginning of a
// text. It returns nil where it would gain nothing.
func laxTwin(p string, anchored bool) *regexp.Regexp {
	re, err := syntax.Parse(p, syntax.Perl)
	if err != nil || !anchored && !large(p) {
		return nil
	}
	loosen(re)
	text := re.String()
	if anchored {
		text = `\A(?:` + text + `)`
	}
	lax, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	return lax
}

// loosen takes the counts out of re's repetitions, and its groups.
func loosen(re *syntax.Regexp) {
	for i, sub := range re.Sub {
		loosen(sub)
		if sub.Op == syntax.OpCapture {
			re.Sub[i] = sub.Sub[0]
		}
	}
	if re.Op == syntax.OpRepeat && (re.Max > 4 || re.Max < 0) {
		re.Min, re.Max = min(re.Min, 2), -1
	}
}
