package detectors

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A walker steps through the states of a pattern byte by byte, as far as that
// tells which bytes can come next. Assertions are taken to hold, so that it
// allows more than the pattern, never less.
type walker struct {
	prog    *syntax.Prog
	fold    bool
	classes []class // of instructions, as far as they were asked for
	known   []bool
}

func newWalker(re *syntax.Regexp) (*walker, bool) {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, false
	}
	n := len(prog.Inst)
	return &walker{prog: prog, classes: make([]class, n), known: make([]bool, n)}, true
}

// A stand is a set of states that wait for a rune, in order, and whether the
// pattern may have ended.
type stand struct {
	states []uint32
	ended  bool
}

func (w *walker) start() stand {
	var s stand
	w.add(&s, uint32(w.prog.Start), map[uint32]bool{})
	return s
}

// add adds to s what is reached from pc without reading.
func (w *walker) add(s *stand, pc uint32, been map[uint32]bool) {
	if been[pc] {
		return
	}
	been[pc] = true
	switch in := &w.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		w.add(s, in.Out, been)
		w.add(s, in.Arg, been)
	case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
		w.add(s, in.Out, been)
	case syntax.InstMatch:
		s.ended = true
	case syntax.InstFail:
	default:
		s.states = append(s.states, pc)
	}
}

// step returns where s leads over r.
func (w *walker) step(s stand, r rune) (next stand) {
	been := map[uint32]bool{}
	for _, pc := range s.states {
		if w.takes(pc, r) || w.fold && r < utf8.RuneSelf && isLetter(byte(r)) && w.takes(pc, r^0x20) {
			w.add(&next, w.prog.Inst[pc].Out, been)
		}
	}
	return next
}

// takes reports whether the instruction at pc matches r.
func (w *walker) takes(pc uint32, r rune) bool {
	if r < utf8.RuneSelf {
		return w.class(pc).has(byte(r))
	}
	return w.prog.Inst[pc].MatchRune(r)
}

// class returns the ASCII bytes that the instruction at pc matches. Asking it
// for each of them would take most of the time that a rule takes to prepare.
func (w *walker) class(pc uint32) *class {
	c := &w.classes[pc]
	if w.known[pc] {
		return c
	}
	w.known[pc] = true
	in := &w.prog.Inst[pc]
	switch in.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		c[0], c[1] = ^uint64(0), ^uint64(0)
		if in.Op == syntax.InstRuneAnyNotNL {
			c[0] &^= 1 << '\n'
		}
		return c
	}
	if len(in.Rune) == 1 {
		c.addFolded(in.Rune[0], syntax.Flags(in.Arg)&syntax.FoldCase != 0)
		return c
	}
	for i := 0; i+1 < len(in.Rune); i += 2 {
		for r := in.Rune[i]; r <= in.Rune[i+1] && r < utf8.RuneSelf; r++ {
			c.add(byte(r))
		}
	}
	return c
}

// addFolded adds r, and what it folds to, as far as that is ASCII.
func (c *class) addFolded(r rune, fold bool) {
	for f := r; ; {
		if f < utf8.RuneSelf {
			c.add(byte(f))
		}
		if f = unicode.SimpleFold(f); !fold || f == r {
			return
		}
	}
}

// next returns the bytes that can come next in s. Runes beyond ASCII count as
// any bytes beyond it.
func (w *walker) next(s stand) (c class) {
	for _, pc := range s.states {
		one := w.class(pc)
		c[0], c[1] = c[0]|one[0], c[1]|one[1]
		if beyondASCII(&w.prog.Inst[pc]) {
			c[2], c[3] = ^uint64(0), ^uint64(0)
		}
	}
	return c
}

// beyondASCII reports whether in can match a rune that is not ASCII.
func beyondASCII(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	case syntax.InstRune1:
		return in.Rune[0] >= utf8.RuneSelf || syntax.Flags(in.Arg)&syntax.FoldCase != 0
	}
	if len(in.Rune) == 1 {
		return in.Rune[0] >= utf8.RuneSelf || syntax.Flags(in.Arg)&syntax.FoldCase != 0
	}
	return slices.Max(in.Rune) >= utf8.RuneSelf
}

// beginsWith reports whether every match begins with one of literals.
func (w *walker) beginsWith(literals []string, fold bool) bool {
	w.fold = fold
	budget := 4000
	return w.covers(w.start(), "", literals, &budget)
}

// covers reports whether every way on from s, which prefix led to, spells one
// of literals.
func (w *walker) covers(s stand, prefix string, literals []string, budget *int) bool {
	if slices.Contains(literals, prefix) {
		return true
	}
	if !slices.ContainsFunc(literals, func(l string) bool { return strings.HasPrefix(l, prefix) }) {
		return false
	}
	if *budget--; *budget < 0 || s.ended {
		return false
	}
	c := w.next(s)
	for b := range utf8.RuneSelf {
		lower := byte(b)
		if w.fold && isLetter(lower) {
			lower |= 0x20
		}
		if !c.has(byte(b)) || lower != byte(b) && c.has(lower) {
			continue
		}
		if !w.covers(w.step(s, rune(lower)), prefix+string(rune(lower)), literals, budget) {
			return false
		}
	}
	return len(s.states) > 0 && !(c[2] != 0 && !w.fold)
}

// classesAfter returns which bytes can follow text at the beginning of a match,
// one class a position, as far as every match goes on.
func (w *walker) classesAfter(text string) (cs []class) {
	s := w.start()
	for _, r := range text {
		s = w.step(s, r)
	}
	for len(cs) < maxAfter && !s.ended && len(s.states) > 0 {
		c := w.next(s)
		if c[2] != 0 {
			return cs // a rune takes several bytes: positions are no longer known
		}
		cs = append(cs, c)
		s = w.stepAny(s)
	}
	return cs
}

// stepAny returns where s leads over any rune.
func (w *walker) stepAny(s stand) (next stand) {
	been := map[uint32]bool{}
	for _, pc := range s.states {
		w.add(&next, w.prog.Inst[pc].Out, been)
	}
	return next
}
