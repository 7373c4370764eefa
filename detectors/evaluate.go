package detectors

import (
	"bytes"
	"math"

	"github.com/seed-5dd601fe/sprawl"
)

// evaluate appends the matches that come of p, and returns the range of bytes
// [lo, hi) that this depended on: -1 where the beginning of data was seen, one
// past its length where the end was.
func (sc *Scanner) evaluate(dst []match, data []byte, p place, depth int) (_ []match, lo, hi int) {
	pos := int(p.pos)
	switch p.lit {
	case encodedRun:
		return sc.evaluateRun(dst, data, pos, depth)
	case wideRun:
		return sc.evaluateWide(dst, data, pos, depth)
	case knownText:
		return sc.evaluateKnown(dst, data, pos, depth)
	}
	u := &sc.set.uses[p.lit]
	if u.form != plainForm {
		return sc.evaluateEncoded(dst, data, pos, u.form, depth)
	}
	text := sc.set.literals.Text(p.lit).Text
	lo, hi = pos, pos+len(text)
	for _, num := range u.rules {
		var l, h int
		dst, l, h = sc.apply(dst, sc.set.rules[num], data, pos, text)
		lo, hi = min(lo, l), max(hi, h)
		sc.looked += int64(h - l)
	}
	return dst, lo, hi
}

// apply tries one rule at a hit of one of its literals, text.
func (sc *Scanner) apply(dst []match, r *rule, data []byte, pos int, text string) (_ []match, lo, hi int) {
	r.ready()
	if r.find != nil {
		return r.find(sc, dst, r, data, pos, len(text))
	}
	before := len(dst)
	ok, lo, hi := r.shape.admits(data, pos, text)
	if ok {
		dst, lo, hi = sc.match(dst, r, data, pos, len(text))
	} else {
		sc.note(r, pos, "the bytes after the literal do not have the format")
	}
	if len(dst) == before && r.Tier != sprawl.Generic && (ok || !r.derived) {
		var far int
		dst, far = sc.applyJoined(dst, r, data, pos, text)
		hi = max(hi, far)
	}
	return dst, lo, hi
}

// match runs r's pattern over what it can reach from the literal at pos.
func (sc *Scanner) match(dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	from, to := max(pos-r.shape.back-1, 0), min(pos+r.shape.ahead+1, len(data))
	lo, hi = seen(from == 0, from, -1), seen(to == len(data), to, len(data)+1)
	if r.shape.begins && from < pos && isWord(data[from]) {
		// An escape stands before, or the rule allows a word character there:
		// either way the match begins here.
		if lo = pos - maxEscape; endsEscape(data[:pos]) {
			from = pos
		}
	}
	if r.check != nil && r.check.Span != nil {
		end, ok := r.check.Span(data, pos)
		to = min(to, end+1)
		if hi = end + 1; !ok {
			sc.note(r, pos, "the parts of a "+r.check.Name+" do not follow")
			return dst, lo, hi
		}
	}
	window := data[from:to]
	if r.shape.needN > 0 && !r.shape.need.holdsRun(window, r.shape.needN) {
		sc.note(r, pos, "nothing near the literal is long enough for a value")
		return dst, lo, hi
	}
	if r.shape.must != 0 && bytes.IndexByte(window, r.shape.must) < 0 {
		sc.note(r, pos, "what every match contains is not near")
		return dst, lo, hi
	}
	if !r.laxly(window, pos-from) {
		sc.note(r, pos, "the pattern does not match here")
		return dst, lo, hi
	}
	r.patterns()
	matched := false
	for _, loc := range r.re.FindAllSubmatchIndex(window, -1) {
		if from+loc[0] <= pos && pos+size <= from+loc[1] {
			matched = true
			dst = sc.accept(dst, r, window, loc, from)
		}
	}
	if !matched {
		sc.note(r, pos, "the pattern does not match here")
	}
	return dst, lo, hi
}

// seen returns at, or beyond where the edge was seen.
func seen(edge bool, at, beyond int) int {
	if edge {
		return beyond
	}
	return at
}

// admits reports whether the pattern can match around the literal text at pos,
// by its shape alone, and what that depended on.
func (sh *shape) admits(data []byte, pos int, text string) (ok bool, lo, hi int) {
	at := pos + len(text)
	lo, hi = pos-1, at
	if sh.near != nil {
		if ok, hi = sh.near.admits(data, pos, text, sh); !ok {
			return false, lo, hi
		}
	}
	if sh.bounded[text] && pos > 0 && isWord(data[pos-1]) {
		if lo = pos - maxEscape; !endsEscape(data[:pos]) {
			return false, lo, hi
		}
	}
	for i, c := range sh.after[text] {
		if at+i >= len(data) {
			return false, lo, len(data) + 1
		}
		if !c.has(data[at+i]) {
			return false, lo, max(hi, at+i+1)
		}
	}
	return true, lo, hi
}

// maxEscape is how far before a token an escape can begin that ends there.
const maxEscape = 12

// endsEscape reports whether text ends in an escape whose last character reads
// like one of the word that follows: \n, \x22, \u0022, %3D, or what sets a
// terminal's colour. Logs and notebooks put those right before a token.
func endsEscape(text []byte) bool {
	n := len(text)
	is := func(size int, start string) bool {
		if n < size || string(text[n-size:n-size+len(start)]) != start {
			return false
		}
		return isHex(text[n-size+len(start):])
	}
	switch {
	case n >= 2 && text[n-2] == '\\' && bytes.IndexByte([]byte("nrtbf0"), text[n-1]) >= 0,
		is(3, "%"), is(4, `\x`), is(6, `\u`):
		return true
	case n == 0 || text[n-1] != 'm':
		return false
	}
	i := n - 1
	for i > 0 && n-i < maxEscape && (isDigit(text[i-1]) || text[i-1] == ';') {
		i--
	}
	return i > 0 && text[i-1] == '['
}

// accept turns a match of r's pattern into a match, if the secret passes the
// rule's other tests. loc are indexes into window, which stands at offset at.
func (sc *Scanner) accept(dst []match, r *rule, window []byte, loc []int, at int) []match {
	m := match{rule: r.num, confidence: uint8(r.Confidence), lo: -1}
	for i, name := range r.names {
		if name == "" || loc[2*i] < 0 || loc[2*i] == loc[2*i+1] {
			continue
		}
		value := window[loc[2*i]:loc[2*i+1]]
		if !r.public[name] && m.lo < 0 {
			if !sc.passes(r, value, &m, at+loc[2*i]) {
				return dst
			}
			m.lo, m.hi = int32(at+loc[2*i]), int32(at+loc[2*i+1])
		}
		m.parts = append(m.parts, sprawl.Part{Name: name, Public: r.public[name], Value: sprawl.NewSecret(value, r.shown(value))})
	}
	if len(m.parts) == 0 {
		return dst
	}
	if m.lo < 0 { // only public parts: an identifier
		g := firstGroup(r.names, loc)
		m.lo, m.hi = int32(at+loc[2*g]), int32(at+loc[2*g+1])
		if !sc.passes(r, window[loc[2*g]:loc[2*g+1]], &m, int(m.lo)) {
			return dst
		}
	}
	if r.tell != nil {
		m.facts = r.tell(func(name string) []byte {
			if name == "" {
				return window[int(m.lo)-at : int(m.hi)-at]
			}
			return group(r.names, window, loc, name)
		})
		if hasSecret(m.parts) {
			m.facts = unquoted(m.facts, window[int(m.lo)-at:int(m.hi)-at])
		}
	}
	return append(dst, m)
}

// group returns the text of the first group called name that took part in the
// match, or nil.
func group(names []string, window []byte, loc []int, name string) []byte {
	for i, n := range names {
		if n == name && loc[2*i] >= 0 {
			return window[loc[2*i]:loc[2*i+1]]
		}
	}
	return nil
}

// firstGroup returns the first named group that took part in the match.
func firstGroup(names []string, loc []int) int {
	for i, name := range names {
		if name != "" && loc[2*i] >= 0 {
			return i
		}
	}
	return 0
}

// passes applies the tests of r's secret: known examples, placeholders, check
// digits, entropy. A value whose check digits are wrong was edited, or is of a
// newer scheme: it passes with low confidence.
func (sc *Scanner) passes(r *rule, value []byte, m *match, pos int) bool {
	if why, ok := Placeholder(value); ok {
		sc.note(r, pos, "a placeholder: "+why)
		return false
	}
	r.patterns()
	for _, not := range r.not {
		if not.Match(value) {
			sc.note(r, pos, "the rule takes the value for a placeholder")
			return false
		}
	}
	if r.check != nil && !r.check.OK(value) {
		if r.check.Must {
			sc.note(r, pos, "does not have the format that "+r.check.Name+" tests")
			return false
		}
		m.confidence = min(m.confidence, lowConfidence)
		m.note = wrongDigits
	}
	if r.Entropy > 0 && entropy(value) < r.Entropy {
		sc.note(r, pos, "too regular to be random")
		return false
	}
	if m.note == "" {
		m.note = Tell(&r.Rule, value)
	}
	return true
}

// What is left of a value that fails its check digits.
const (
	lowConfidence = 25
	wrongDigits   = "check digits are wrong: edited, or of a newer format"
)

// shown returns how many bytes at the start of value belong to the format.
func (r *rule) shown(value []byte) int {
	if r.Tier == sprawl.Generic {
		return 0
	}
	for _, l := range r.Literals {
		if bytes.HasPrefix(value, []byte(l)) {
			return min(len(l), 27)
		}
	}
	return 0
}

// entropy returns the Shannon entropy of value in bits per byte.
func entropy(value []byte) float64 {
	if len(value) == 0 {
		return 0
	}
	var count [256]int
	for _, b := range value {
		count[b]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// A Step is something that a Scanner decided, for people who ask why.
type Step struct {
	Rule    string
	Pos     int  // in the data, or in what was decoded from it
	Decoded bool // it was
	Why     string

	// Of a candidate that was weighed by its evidence: where its value ends,
	// and what counted how much. Its confidence does not count the place yet.
	End        int
	Confidence int
	Evidence   []Evidence
}

// Trace makes the scanner report each candidate that it drops. It slows it
// down. nil ends that.
func (sc *Scanner) Trace(report func(Step)) { sc.trace = report }

func (sc *Scanner) note(r *rule, pos int, why string) {
	if sc.trace != nil {
		sc.trace(Step{Rule: r.ID, Pos: pos, Decoded: sc.inside > 0, Why: why})
	}
}
