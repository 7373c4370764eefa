package detectors

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// nameGroups returns pattern with its secret in a named group: the group of
// that number; else the first one that can be, and those that exclude it; else
// the whole match. Groups that have names and are not the secret are public.
func nameGroups(pattern string, re *syntax.Regexp, secret int) (named string, public []string) {
	secrets := secretGroups(re, secret)
	names := re.CapNames()
	for n, name := range names {
		if name != "" && !slices.Contains(secrets, n) {
			public = append(public, name)
		}
	}
	if len(secrets) == 0 {
		return "(?P<key>" + pattern + ")", public
	}
	named = insertNames(pattern, func(group int) string {
		if k := slices.Index(secrets, group); k >= 0 && group < len(names) && names[group] == "" {
			return "?P<key" + strings.Repeat("x", k) + ">"
		}
		return ""
	})
	if again, err := syntax.Parse(named, syntax.Perl); err == nil && again.MaxCap() == re.MaxCap() && again.CapNames()[secrets[0]] != "" {
		return named, public
	}
	return "(?P<key>" + pattern + ")", public
}

// insertNames writes pattern with what name returns after the bracket that
// opens each group.
func insertNames(pattern string, name func(group int) string) string {
	var b strings.Builder
	group, class := 0, -1 // where the class begins that we are in
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		b.WriteByte(c)
		switch {
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteByte(pattern[i])
		case class >= 0 && strings.HasPrefix(pattern[i:], "[:"):
			if end := strings.Index(pattern[i:], ":]"); end > 0 {
				b.WriteString(pattern[i+1 : i+end+2])
				i += end + 1
			}
		case class >= 0:
			if c == ']' && i > class+1 && pattern[class+1:i] != "^" {
				class = -1
			}
		case c == '[':
			class = i
		case c == '(' && (!strings.HasPrefix(pattern[i:], "(?") || isNamedGroup(pattern[i:])):
			group++
			b.WriteString(name(group))
		}
	}
	return b.String()
}

func isNamedGroup(rest string) bool {
	return strings.HasPrefix(rest, "(?P<") || strings.HasPrefix(rest, "(?<")
}

// secretGroups returns the numbers of the groups that hold the secret.
func secretGroups(re *syntax.Regexp, wanted int) []int {
	if wanted > 0 && wanted <= re.MaxCap() {
		return []int{wanted}
	}
	if re.MaxCap() == 0 {
		return nil
	}
	groups := []int{1}
	for n := 2; n <= re.MaxCap(); n++ {
		if !slices.ContainsFunc(groups, func(g int) bool { return together(re, g, n) }) {
			groups = append(groups, n)
		}
	}
	return groups
}

// together reports whether one match can have both groups.
func together(re *syntax.Regexp, a, b int) bool {
	if re.Op == syntax.OpCapture && (re.Cap == a && holdsGroup(re, b) || re.Cap == b && holdsGroup(re, a)) {
		return true
	}
	if re.Op == syntax.OpAlternate {
		return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool {
			return holdsGroup(sub, a) && holdsGroup(sub, b) && together(sub, a, b)
		})
	}
	var first *syntax.Regexp
	for _, sub := range re.Sub {
		switch hasA, hasB := holdsGroup(sub, a), holdsGroup(sub, b); {
		case hasA && hasB:
			return together(sub, a, b)
		case hasA || hasB:
			if first != nil {
				return true
			}
			first = sub
		}
	}
	return false
}

func holdsGroup(re *syntax.Regexp, n int) bool {
	return re.Op == syntax.OpCapture && re.Cap == n ||
		slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return holdsGroup(sub, n) })
}

// maxVariants bounds how many texts a part of a pattern is spelled out into.
const maxVariants = 64

// required returns texts, in lower case, of which every match of re contains
// one in some letter case, or nil where it finds none of three bytes.
func required(re *syntax.Regexp) []string {
	n := needOf(re)
	if n.exact != nil {
		n.offer(n.exact)
	}
	return n.best
}

// A need is what is known of the matches of a part of a pattern: all of them,
// if they are few, and texts of which each contains one.
type need struct {
	exact []string // nil where they are many
	best  []string // nil where nothing is known
}

// offer takes texts as the best if they are longer than what there is.
func (n *need) offer(texts []string) {
	if shortest(texts) >= minLiteral && shortest(texts) > shortest(n.best) {
		n.best = slices.Compact(slices.Sorted(slices.Values(texts)))
	}
}

func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	least := len(texts[0])
	for _, t := range texts {
		least = min(least, len(t))
	}
	return least
}

func needOf(re *syntax.Regexp) need {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r >= unicode.MaxASCII {
				return need{}
			}
		}
		return need{exact: []string{strings.ToLower(string(re.Rune))}}
	case syntax.OpCharClass:
		return need{exact: spelledClass(re)}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return need{exact: []string{""}}
	case syntax.OpCapture:
		return needOf(re.Sub[0])
	case syntax.OpConcat:
		return needOfAll(re.Sub)
	case syntax.OpAlternate:
		return needOfAny(re.Sub)
	case syntax.OpQuest:
		if n := needOf(re.Sub[0]); n.exact != nil && len(n.exact) < maxVariants {
			return need{exact: append([]string{""}, n.exact...)}
		}
	case syntax.OpPlus, syntax.OpRepeat:
		if n := needOf(re.Sub[0]); re.Op == syntax.OpPlus || re.Min > 0 {
			if n.exact != nil {
				n.offer(n.exact)
			}
			return need{best: n.best}
		}
	}
	return need{}
}

func spelledClass(re *syntax.Regexp) (all []string) {
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r >= unicode.MaxASCII || len(all) > 6 {
				return nil
			}
			if s := strings.ToLower(string(r)); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// needOfAll joins what follows one another.
func needOfAll(subs []*syntax.Regexp) need {
	var n need
	run := []string{""}
	exact := true
	for _, sub := range subs {
		s := needOf(sub)
		if s.exact != nil && len(s.exact)*len(run) <= maxVariants {
			var next []string
			for _, a := range run {
				for _, b := range s.exact {
					next = append(next, a+b)
				}
			}
			run = next
			continue
		}
		exact = false
		n.offer(run)
		n.offer(s.best)
		run = []string{""}
		if s.exact != nil {
			run = s.exact
		}
	}
	if exact {
		return need{exact: run}
	}
	n.offer(run)
	return n
}

// needOfAny joins alternatives: of each, something must be known.
func needOfAny(subs []*syntax.Regexp) need {
	var all, exact []string
	allExact, allKnown := true, true
	for _, sub := range subs {
		s := needOf(sub)
		if s.exact != nil {
			s.offer(s.exact)
		}
		allExact, allKnown = allExact && s.exact != nil, allKnown && s.best != nil
		exact, all = append(exact, s.exact...), append(all, s.best...)
	}
	switch {
	case allExact && len(exact) <= maxVariants:
		return need{exact: exact}
	case allKnown:
		return need{best: all}
	}
	return need{}
}

// exampleOf makes up an example that r finds, as Expand reads it.
func exampleOf(r *Rule, re *syntax.Regexp, rnd *rand.Rand) (string, bool) {
	var b strings.Builder
	if !spellExample(&b, re) {
		return "", false
	}
	for _, ex := range []string{b.String(), " " + b.String() + " "} {
		rule := *r
		rule.Found = []string{ex}
		failures, _, err := Try([]Rule{rule}, rnd)
		if err == nil && len(failures) == 0 {
			return ex, true
		}
	}
	return "", false
}

// spellExample writes a text that re matches, with templates for what repeats.
func spellExample(b *strings.Builder, re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return spellRun(b, re, 1)
	case syntax.OpCapture:
		return spellExample(b, re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !spellExample(b, sub) {
				return false
			}
		}
	case syntax.OpAlternate:
		return spellExample(b, re.Sub[0])
	case syntax.OpPlus, syntax.OpRepeat:
		n := max(re.Min, 1)
		if re.Op == syntax.OpPlus || re.Max < 0 {
			n = max(n, 20)
		}
		if re.Op == syntax.OpRepeat && re.Min == 0 {
			return true
		}
		if sub := strip(re.Sub[0]); sub.Op == syntax.OpCharClass || sub.Op == syntax.OpAnyChar || sub.Op == syntax.OpAnyCharNotNL {
			return spellRun(b, sub, n)
		}
		for range n {
			if b.Len() > 4096 || !spellExample(b, re.Sub[0]) {
				return false
			}
		}
	}
	return true // what may be absent is; what matches no text has none
}

// spellRun writes n characters of a class.
func spellRun(b *strings.Builder, re *syntax.Regexp, n int) bool {
	c := classOf(re)
	if n < 4 {
		for _, want := range []byte(" =\"':a0A-_") {
			if c.has(want) {
				b.WriteString(strings.Repeat(string(want), n))
				return true
			}
		}
	}
	for want := byte('!'); want < 0x7f && n < 4; want++ {
		if c.has(want) {
			b.WriteString(strings.Repeat(string(want), n))
			return true
		}
	}
	for _, name := range []string{"base62", "alnum", "ALNUM", "hex", "HEX", "lower", "upper", "base32", "digits"} {
		fits := true
		for i := range len(alphabets[name]) {
			fits = fits && c.has(alphabets[name][i])
		}
		if fits {
			fmt.Fprintf(b, "<%s:%d>", name, min(n, 4000))
			return true
		}
	}
	return false
}
