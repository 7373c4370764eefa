package detectors

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// A walker steps through the states of a pattern byte by byte, as far as that
// tells which bytes can come next. Assertions are taken to hold, so that it
// allows more than the pattern, never less.
type walker struct {
	prog *syntax.Prog
	fold bool
}

func newWalker(re *syntax.Regexp) (*walker, bool) {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, false
	}
	return &walker{prog: prog}, true
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
		if in := &w.prog.Inst[pc]; in.MatchRune(r) || w.fold && in.MatchRune(r^0x20) && r < utf8.RuneSelf && isLetter(byte(r)) {
			w.add(&next, in.Out, been)
		}
	}
	return next
}

// next returns the bytes that can come next in s. Runes beyond ASCII count as
// any bytes beyond it.
func (w *walker) next(s stand) (c class) {
	for _, pc := range s.states {
		in := &w.prog.Inst[pc]
		for b := rune(0); b < utf8.RuneSelf; b++ {
			if in.MatchRune(b) {
				c.add(byte(b))
			}
		}
		if beyondASCII(in) {
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
