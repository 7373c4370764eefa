package detectors

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// findings appends what is left of the current matches once overlaps are
// settled and halves are paired. It looks only at the matches, never at the
// bytes, so that a carried-over record gives what a fresh one gives.
func (sc *Scanner) findings(dst []sprawl.Finding, c *sprawl.Chunk) []sprawl.Finding {
	ms := sc.ordered[:0]
	for _, h := range sc.cur.hits {
		ms = append(ms, sc.cur.matches[h.first:h.first+int32(h.count)]...)
	}
	sc.ordered = ms
	ms = sc.pairUp(sc.settle(ms))
	lines := lineCounter{data: c.Data}
	if c.Lines != nil && wantsLines(c) {
		lines.line = c.Lines()
	}
	for i := range ms {
		m := &ms[i]
		if int(m.lo) < c.Lead || int(m.lo) >= len(c.Data)-c.Tail {
			continue
		}
		f := sc.set.finding(m, c)
		if f.Tier == sprawl.Generic {
			f.At.Confidence, f.Confidence = f.Confidence, min(f.Confidence, mostConfidence)
		}
		if wantsLines(c) {
			lines.place(&f.At, int(m.lo), int(m.hi))
			if f.At.Key == "" {
				f.At.Key = keyPath(f.At.Path, c.Data, int(m.lo), int(m.hi))
			}
			weighPlace(&f.At, c.Data, int(m.lo), int(m.hi))
			if f.At.Confidence > 0 {
				f.Confidence = f.At.Confidence
			}
		}
		dst = append(dst, f)
	}
	return dst
}

// wantsLines reports whether lines have to be counted now: an object that has
// an ID can be read again, by a caller who knows which of many sightings will
// be shown.
func wantsLines(c *sprawl.Chunk) bool { return c.At.Object.IsZero() || len(c.At.Encoding) > 0 }

// A lineCounter counts lines from one place to the next, so that many findings
// in one chunk cost no more than one pass over it.
type lineCounter struct {
	data     []byte
	at, line int // newlines before data[at]
}

// place fills in the lines and columns of the value data[lo:hi], which does not
// begin before the last one.
func (lc *lineCounter) place(at *sprawl.Location, lo, hi int) {
	if lo < lc.at {
		lc.line -= bytes.Count(lc.data[lo:lc.at], newline)
	} else {
		lc.line += bytes.Count(lc.data[lc.at:lo], newline)
	}
	lc.at = lo
	at.Line, at.Column = lc.line+1, column(lc.data, lo)
	at.EndLine, at.EndColumn = at.Line+bytes.Count(lc.data[lo:hi], newline), column(lc.data, hi)
	at.Mark = markAround(lc.data, lo, hi)
}

var newline = []byte{'\n'}

func column(data []byte, at int) int { return at - bytes.LastIndexByte(data[:at], '\n') }

// finding turns m into a finding in c.
func (s *Set) finding(m *match, c *sprawl.Chunk) sprawl.Finding {
	r := s.rules[m.rule]
	f := sprawl.Finding{
		Rule: r.ID, Issuer: r.Issuer, Tier: r.Tier, Confidence: int(m.confidence),
		Note: m.note, Facts: m.facts, At: *c.At, Parts: m.parts,
	}
	f.At.Start, f.At.End = c.Offset+int64(m.lo), c.Offset+int64(m.hi)
	if len(m.encoding) > 0 {
		f.At.Encoding = append(slices.Clip(f.At.Encoding), m.encoding...)
	}
	return f
}

// Place fills in what is told of the value data[lo:hi] by where it stands in a
// whole object whose path is known: its lines and columns, and how sure it is
// there. A Scanner does that itself, but for objects that have an ID.
func Place(at *sprawl.Location, data []byte, lo, hi int) {
	lo, hi = min(lo, len(data)), min(hi, len(data))
	lines := lineCounter{data: data}
	lines.place(at, lo, hi)
	at.Key = keyPath(at.Path, data, lo, hi)
	weighPlace(at, data, lo, hi)
}

// weighPlace makes the confidence of at, if it has one of its own, what it is
// at its path.
func weighPlace(at *sprawl.Location, data []byte, lo, hi int) {
	if at.Confidence > 0 {
		at.Confidence = Weigh(at.Confidence, at, data, lo, hi)
	}
}

// settle drops matches that say less than another about the same bytes, and
// leaves the rest in order of place.
func (sc *Scanner) settle(ms []match) []match {
	slices.SortStableFunc(ms, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(sc.rank(&b), sc.rank(&a)), cmp.Compare(b.hi, a.hi), cmp.Compare(a.rule, b.rule))
	})
	kept := ms[:0]
	for _, m := range ms {
		if sc.covered(kept, &m) {
			continue
		}
		for len(kept) > 0 && sc.beats(&m, &kept[len(kept)-1]) {
			kept = kept[:len(kept)-1]
		}
		kept = append(kept, m)
	}
	return kept
}

// rank orders matches by how much they tell: a format of its own over a telling
// name, a secret over an identifier, then confidence.
func (sc *Scanner) rank(m *match) int {
	rank := int(m.confidence)
	if sc.set.rules[m.rule].Tier != sprawl.Generic {
		rank += 1000
	}
	if m.secret() != nil {
		rank += 500
	}
	return rank
}

// secret returns the part that is the secret, or nil.
func (m *match) secret() *sprawl.Part {
	for i := range m.parts {
		if !m.parts[i].Public {
			return &m.parts[i]
		}
	}
	return nil
}

// covered reports whether one of the last matches kept says more about m's
// bytes. Several secrets in one encoded text share its place: they are
// different unless their values are.
func (sc *Scanner) covered(kept []match, m *match) bool {
	for i := len(kept) - 1; i >= 0 && i >= len(kept)-64; i-- {
		k := &kept[i]
		if k.hi <= m.lo {
			if len(k.encoding) == 0 {
				return false
			}
			continue
		}
		if len(k.encoding) > 0 && len(m.encoding) > 0 {
			if sameValue(k, m) || sc.exactly(k, m) && sc.rank(k) >= sc.rank(m) {
				return true
			}
			continue
		}
		if sc.rank(k) >= sc.rank(m) && (!sc.set.besideKnown(k, m) || sameValue(k, m)) {
			return true
		}
	}
	return false
}

// besideKnown reports whether one of two matches that overlap is a known value
// and the other has a format: what one says does not make the other less true.
func (s *Set) besideKnown(a, b *match) bool {
	if s.values == nil || a.rule != s.values.rule && b.rule != s.values.rule {
		return false
	}
	return s.rules[a.rule].Tier != sprawl.Generic && s.rules[b.rule].Tier != sprawl.Generic
}

// beats reports whether m replaces k, which began before it.
func (sc *Scanner) beats(m, k *match) bool {
	if k.hi <= m.lo || len(k.encoding) > 0 && len(m.encoding) > 0 {
		return false
	}
	return sc.rank(m) > sc.rank(k) && !sc.set.besideKnown(k, m)
}

// exactly reports whether two matches in encoded text that overlap have places
// of their own in it, as in wide characters, and m is the one that no format
// vouches for.
func (sc *Scanner) exactly(k, m *match) bool {
	return (k.lo != m.lo || k.hi != m.hi) && sc.set.rules[m.rule].Tier == sprawl.Generic
}

func sameValue(a, b *match) bool {
	x, y := a.secret(), b.secret()
	if x == nil || y == nil {
		return x == y && a.rule == b.rule && a.parts[0].Value == b.parts[0].Value
	}
	return x.Value == y.Value
}

// A pairing is two groups of parts that belong together.
type pairing struct{ a, b *sprawl.Part }

// pairUp joins each match whose rule asks for it with the nearest match of the
// other rule, and drops the halves that were used.
func (sc *Scanner) pairUp(ms []match) []match {
	var used []bool
	others := map[uint16][]int{}
	for i := range ms {
		r := sc.set.rules[ms[i].rule]
		if r.Pair == nil {
			continue
		}
		at, ok := others[r.pair]
		if !ok {
			at = ofRule(ms, r.pair)
			others[r.pair] = at
		}
		if k := nearest(ms, at, i, r.Pair.Within); k >= 0 {
			if used == nil {
				used = make([]bool, len(ms))
			}
			used[k] = true
			ms[i].parts = sc.together(ms[k].parts, ms[i].parts)
			ms[i].facts = slices.Concat(ms[k].facts, ms[i].facts)
		}
	}
	if used == nil {
		return ms
	}
	kept := ms[:0]
	for i := range ms {
		if !used[i] {
			kept = append(kept, ms[i])
		}
	}
	return kept
}

// ofRule returns which of ms are rule's.
func ofRule(ms []match, rule uint16) (at []int) {
	for i := range ms {
		if ms[i].rule == rule {
			at = append(at, i)
		}
	}
	return at
}

// nearest returns which match of those at is nearest to ms[i], at most within
// bytes away if that is not 0, or -1. Of two as near, the one before it wins.
func nearest(ms []match, at []int, i, within int) int {
	k, _ := slices.BinarySearch(at, i)
	best, which := -1, -1
	for _, c := range at[max(k-1, 0):min(k+1, len(at))] {
		gap := max(int(ms[i].lo-ms[c].hi), int(ms[c].lo-ms[i].hi), 0)
		if (within == 0 || gap <= within) && (which < 0 || gap < best) {
			best, which = gap, c
		}
	}
	return which
}

// together returns the parts of both, the same slice for the same two.
func (sc *Scanner) together(a, b []sprawl.Part) []sprawl.Part {
	key := pairing{&a[0], &b[0]}
	parts, ok := sc.paired[key]
	if !ok {
		parts = append(slices.Clone(a), b...)
		sc.paired[key] = parts
	}
	return parts
}
