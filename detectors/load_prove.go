package detectors

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxProofStates bounds a proof: some patterns are too large to be looked at
// in all ways. The rule's examples have to do there.
const maxProofStates = 1 << 20

// checkProof makes sure that the prefilter and the pattern agree: a match
// without any literal would never be looked at, and a literal that is in no
// match would cost and find nothing.
func (l *loader) checkProof(i int, r *Rule, re *syntax.Regexp) {
	if slices.ContainsFunc(r.Literals, func(s string) bool { return len(s) < minLiteral }) || len(r.Literals) == 0 {
		return // said before
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		l.bad(i, r, "match", "%v", err)
		return
	}
	if n := len(prog.Inst); n > maxProgram {
		l.bad(i, r, "match", "takes %d instructions, where %d are the most; lower the bounds of repetitions, or split the rule", n, maxProgram)
		return
	}
	for _, lit := range r.Literals {
		if !canOccur(prog, lit, r.Fold) {
			l.bad(i, r, "literals", "%q is in no match of the pattern; mend the one or the other", lit)
		}
	}
	if text, missed := matchWithout(prog, newLexicon(r.Literals, r.Fold)); missed {
		l.bad(i, r, "literals", "the pattern matches texts such as %.120q, which contain none of them; add what is missing", text)
	}
}

// canOccur reports whether some text that prog reads contains lit.
func canOccur(prog *syntax.Prog, lit string, fold bool) bool {
	at := make([]bool, len(prog.Inst))
	for pc := range at {
		at[pc] = true
	}
	for _, c := range lit {
		next := make([]bool, len(prog.Inst))
		some := false
		for pc, in := range prog.Inst {
			if at[pc] && isRune(&in) && matchesFolded(&in, c, fold) {
				some = true
				closure(prog, next, in.Out)
			}
		}
		if !some {
			return false
		}
		at = next
	}
	return true
}

func isRune(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

func matchesFolded(in *syntax.Inst, c rune, fold bool) bool {
	return in.MatchRune(c) || fold && in.MatchRune(unicode.ToUpper(c))
}

// closure marks pc and all that can be reached from it without reading.
// Conditions such as \b are taken to hold.
func closure(prog *syntax.Prog, at []bool, pc uint32) {
	if at[pc] {
		return
	}
	at[pc] = true
	switch in := &prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		closure(prog, at, in.Out)
		closure(prog, at, in.Arg)
	case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
		closure(prog, at, in.Out)
	}
}

// A lexicon is the Aho-Corasick automaton of a rule's literals over runes. Its
// alphabet is the runes that the literals hold; all others lead to state 0.
type lexicon struct {
	fold   bool
	runes  []rune
	next   [][]int // by state and index in runes
	accept []bool
}

func newLexicon(literals []string, fold bool) *lexicon {
	lx := &lexicon{fold: fold}
	for _, lit := range literals {
		for _, c := range lit {
			if !slices.Contains(lx.runes, c) {
				lx.runes = append(lx.runes, c)
			}
		}
	}
	states := prefixes(literals)
	lx.next = make([][]int, len(states))
	lx.accept = make([]bool, len(states))
	for s, text := range states {
		lx.accept[s] = slices.ContainsFunc(literals, func(lit string) bool { return strings.HasSuffix(text, lit) })
		lx.next[s] = make([]int, len(lx.runes))
		for i, c := range lx.runes {
			lx.next[s][i] = longestSuffix(states, text+string(c))
		}
	}
	return lx
}

// prefixes lists all prefixes of the literals, the empty one first.
func prefixes(literals []string) []string {
	all := []string{""}
	for _, lit := range literals {
		for i := range lit {
			all = append(all, lit[:i])
		}
		all = append(all, lit)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// longestSuffix returns the state whose text is the longest suffix of text.
func longestSuffix(states []string, text string) int {
	for i := range text {
		if s, ok := slices.BinarySearch(states, text[i:]); ok {
			return s
		}
	}
	return 0
}

// A stance is where a proof stands: before an instruction, with a lexicon
// state.
type stance struct {
	pc    uint32
	state int
}

// A step is how a stance was reached.
type step struct {
	from stance
	read rune // 0 if nothing was read
}

// matchWithout looks for a text that prog matches and that contains no literal.
func matchWithout(prog *syntax.Prog, lx *lexicon) (text string, found bool) {
	start := stance{uint32(prog.Start), 0}
	steps := map[stance]step{start: {}}
	queue := []stance{start}
	visit := func(from, to stance, read rune) {
		if _, ok := steps[to]; !ok && !lx.accept[to.state] {
			steps[to] = step{from, read}
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 && len(steps) < maxProofStates {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		switch in := &prog.Inst[at.pc]; in.Op {
		case syntax.InstMatch:
			return spell(steps, start, at), true
		case syntax.InstAlt, syntax.InstAltMatch:
			visit(at, stance{in.Arg, at.state}, 0)
			visit(at, stance{in.Out, at.state}, 0)
		case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
			visit(at, stance{in.Out, at.state}, 0)
		case syntax.InstFail:
		default:
			lx.read(in, at, visit)
		}
	}
	return "", false
}

// read visits what in leads to, for each kind of rune that it matches.
func (lx *lexicon) read(in *syntax.Inst, at stance, visit func(from, to stance, read rune)) {
	for i, c := range lx.runes {
		if matchesFolded(in, c, lx.fold) {
			visit(at, stance{in.Out, lx.next[at.state][i]}, c)
		}
	}
	if c, ok := lx.outsider(in); ok {
		visit(at, stance{in.Out, 0}, c)
	}
}

// outsider returns a rune that in matches and that no literal holds.
func (lx *lexicon) outsider(in *syntax.Inst) (rune, bool) {
	switch {
	case in.Op == syntax.InstRuneAny || in.Op == syntax.InstRuneAnyNotNL:
		return '\uFFFD', true
	case len(in.Rune) == 0:
		return 0, false
	}
	if c := in.Rune[0]; len(in.Rune) == 1 && syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			if !slices.Contains(lx.runes, lx.canonical(f)) {
				return f, true
			}
		}
	}
	for i := 0; i < len(in.Rune); i += 2 {
		hi := in.Rune[i]
		if i+1 < len(in.Rune) {
			hi = in.Rune[i+1]
		}
		for c := in.Rune[i]; c <= hi; c++ {
			if !slices.Contains(lx.runes, lx.canonical(c)) {
				return c, true
			}
		}
	}
	return 0, false
}

// canonical returns the rune of the lexicon that c stands for. The long s and
// the Kelvin sign count as the letters that they fold to: nobody writes them.
func (lx *lexicon) canonical(c rune) rune {
	switch {
	case c == 'ſ':
		return 's'
	case c == '\u212A':
		return 'k'
	case lx.fold:
		return unicode.ToLower(c)
	}
	return c
}

// spell returns the text that led from start to at.
func spell(steps map[stance]step, start, at stance) string {
	var text []rune
	for at != start && len(text) < maxProofStates {
		s := steps[at]
		if s.read != 0 {
			text = append(text, s.read)
		}
		at = s.from
	}
	slices.Reverse(text)
	return string(text)
}
