package detectors

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkMatch looks at a rule's pattern, derives its bound, and proves that the
// prefilter can't miss a match.
func (l *loader) checkMatch(i int, r *Rule) {
	for _, not := range r.Not {
		if _, err := syntax.Parse(not, syntax.Perl); err != nil {
			l.bad(i, r, "not", "%s", patternAdvice(not, err))
		}
	}
	if r.Match == "" && (len(r.Near) > 0 || r.Value != "") {
		return // said before
	}
	if r.Match == "" {
		l.bad(i, r, "match", "is missing; give a pattern with a named group, or a function in find")
		return
	}
	re, err := syntax.Parse(r.Match, syntax.Perl)
	if err != nil {
		l.bad(i, r, "match", "%s", patternAdvice(r.Match, err))
		return
	}
	l.checkGroups(i, r, re)
	n, bounded := maxLen(re)
	switch {
	case r.Max == 0 && !bounded:
		l.bad(i, r, "match", "has no bound; write {0,80} for * and {1,80} for +, or give the length of the longest match as max")
		return
	case r.Max == 0 && n > maxReach:
		l.bad(i, r, "match", "can match %d bytes; at most %d can be looked at", n, maxReach)
		return
	case r.Max == 0:
		r.Max = n
	}
	l.checkProof(i, r, re)
}

// patternAdvice says what is wrong with a pattern, and what to write instead
// of what RE2 leaves out on purpose.
func patternAdvice(pattern string, err error) string {
	for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.Contains(pattern, look) {
			return "uses " + look + ", which Go's expressions (RE2) have not: match the neighbour outside of the named group, use \\b, or exclude values with not"
		}
	}
	for d := '1'; d <= '9'; d++ {
		if strings.Contains(pattern, `\`+string(d)) {
			return "uses a backreference, which Go's expressions (RE2) have not: list the alternatives, or write a function and name it in find"
		}
	}
	return err.Error()
}

func (l *loader) checkGroups(i int, r *Rule, re *syntax.Regexp) {
	var names []string
	for _, name := range re.CapNames() {
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		l.bad(i, r, "match", "has no named group; write (?P<key>…) around the credential")
	}
	for _, name := range r.Public {
		if !slices.Contains(names, name) {
			l.bad(i, r, "public", "names the group %q, which match has not", name)
		}
	}
}

// bound returns the length of the longest match of a pattern, or 0 if it is
// invalid or has none.
func bound(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	n, bounded := maxLen(re)
	if !bounded {
		return 0
	}
	return min(n, maxReach)
}

// maxLen returns the length in bytes of the longest text that re matches, and
// whether there is one. It may be too long, where what surrounds a repetition
// limits it, and is never too short.
func maxLen(re *syntax.Regexp) (n int, bounded bool) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			n += maxRuneLen(r, re.Flags&syntax.FoldCase != 0)
		}
		return n, true
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			return 0, true
		}
		return utf8.RuneLen(re.Rune[len(re.Rune)-1]), true
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax, true
	case syntax.OpStar, syntax.OpPlus:
		n, bounded = maxLen(re.Sub[0])
		return n, bounded && n == 0
	case syntax.OpRepeat:
		n, bounded = maxLen(re.Sub[0])
		if re.Max < 0 {
			return n * re.Min, bounded && n == 0
		}
		return n * re.Max, bounded
	case syntax.OpAlternate:
		return widest(re.Sub)
	}
	return total(re.Sub) // concatenations, captures, ?, and what matches no text
}

// widest returns the bound of a choice between alternatives.
func widest(alternatives []*syntax.Regexp) (n int, bounded bool) {
	for _, re := range alternatives {
		m, ok := maxLen(re)
		if !ok {
			return 0, false
		}
		n = max(n, m)
	}
	return n, true
}

// total returns the bound of parts that follow one another.
func total(parts []*syntax.Regexp) (n int, bounded bool) {
	for _, re := range parts {
		m, ok := maxLen(re)
		if !ok {
			return 0, false
		}
		n += m
	}
	return n, true
}

// maxRuneLen returns the length of r in UTF-8; with fold, that of the longest
// rune that equals it but for case: the Kelvin sign is a k of three bytes.
func maxRuneLen(r rune, fold bool) int {
	n := utf8.RuneLen(r)
	if !fold {
		return n
	}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		n = max(n, utf8.RuneLen(f))
	}
	return n
}
