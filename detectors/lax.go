package detectors

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
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
	var b strings.Builder
	if anchored {
		b.WriteString(`\A`)
	}
	spellOut(&b, re)
	lax, err := regexp.Compile(b.String())
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

// spellOut writes re as a pattern that matches the same, ungrouped. Its String
// method would look for the shortest way to write each class, rune by rune over
// all of Unicode.
func spellOut(b *strings.Builder, re *syntax.Regexp) {
	b.WriteString("(?:")
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			b.WriteString("(?i)")
		}
		for _, r := range re.Rune {
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	case syntax.OpCharClass:
		spellClass(b, re.Rune)
	case syntax.OpConcat, syntax.OpAlternate, syntax.OpCapture:
		for i, sub := range re.Sub {
			if i > 0 && re.Op == syntax.OpAlternate {
				b.WriteByte('|')
			}
			spellOut(b, sub)
		}
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		spellOut(b, re.Sub[0])
		b.WriteString(howOften(re))
	default:
		b.WriteString(plainOps[re.Op])
	}
	b.WriteByte(')')
}

// plainOps are the operators without operands.
var plainOps = [...]string{
	syntax.OpNoMatch:        `[^\x00-\x{10FFFF}]`,
	syntax.OpAnyCharNotNL:   `(?-s).`,
	syntax.OpAnyChar:        `(?s).`,
	syntax.OpBeginLine:      `(?m)^`,
	syntax.OpEndLine:        `(?m)$`,
	syntax.OpBeginText:      `\A`,
	syntax.OpEndText:        `\z`,
	syntax.OpWordBoundary:   `\b`,
	syntax.OpNoWordBoundary: `\B`,
}

func howOften(re *syntax.Regexp) (text string) {
	switch re.Op {
	case syntax.OpStar:
		text = "*"
	case syntax.OpPlus:
		text = "+"
	case syntax.OpQuest:
		text = "?"
	default:
		text = "{" + strconv.Itoa(re.Min) + ","
		if re.Max >= 0 {
			text += strconv.Itoa(re.Max)
		}
		text += "}"
	}
	if re.Flags&syntax.NonGreedy != 0 {
		text += "?"
	}
	return text
}

func spellClass(b *strings.Builder, ranges []rune) {
	if len(ranges) == 0 {
		b.WriteString(plainOps[syntax.OpNoMatch])
		return
	}
	b.WriteByte('[')
	for i, r := range ranges {
		if i&1 == 1 {
			b.WriteByte('-')
		}
		b.WriteString(`\x{` + strconv.FormatInt(int64(r), 16) + "}")
	}
	b.WriteByte(']')
}
