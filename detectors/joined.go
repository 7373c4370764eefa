package detectors

import "slices"

// maxPieces bounds how many string literals are joined into one value.
const maxPieces = 8

// A seam is where two pieces of a joined text meet: a position in the joined
// text, and how many bytes were left out before it.
type seam struct{ at, left int }

// applyJoined tries r on a value that is cut into several string literals, as
// in "abc" + "def", over lines too. far is how far it looked.
func (sc *Scanner) applyJoined(dst []match, r *rule, data []byte, pos int, text string) (_ []match, far int) {
	first, ok := closingQuote(data, pos+len(text), r.Max)
	if !ok {
		return dst, first + 1
	}
	if _, ok := nextPiece(data, first); !ok {
		return dst, first + maxGlue
	}
	back := min(pos, 1)
	joined := append([]byte(nil), data[pos-back:first]...)
	var seams []seam
	at := first
	for len(seams) < maxPieces && len(joined) < r.Max+2 {
		next, ok := nextPiece(data, at)
		if !ok {
			break
		}
		seams = append(seams, seam{len(joined), next - at})
		end, closed := closingQuote(data, next, r.Max)
		joined = append(joined, data[next:end]...)
		if at = end; !closed {
			break
		}
	}
	joined = append(joined, data[at:min(at+1, len(data))]...)
	if ok, _, _ := r.shape.admits(joined, back, text); !ok || !r.laxly(joined, back) {
		return dst, at + maxGlue
	}
	r.patterns()
	before := len(dst)
	for _, loc := range r.re.FindAllSubmatchIndex(joined, -1) {
		if loc[0] <= back && back+len(text) <= loc[1] {
			dst = sc.accept(dst, r, joined, loc, 0)
		}
	}
	for i := before; i < len(dst); i++ {
		m := &dst[i]
		m.lo, m.hi = spread(m.lo, seams)+int32(pos-back), spread(m.hi, seams)+int32(pos-back)
		m.encoding = []string{"concatenation"}
	}
	return dst, at + maxGlue
}

// spread turns a position in the joined text into one in the text that it was
// joined from, counted from the same beginning.
func spread(p int32, seams []seam) int32 {
	left := 0
	for _, s := range seams {
		if int(p) > s.at {
			left += s.left
		}
	}
	return p + int32(left)
}

// closingQuote returns where the quote stands that ends the text at data[at:],
// within limit bytes and before any space; otherwise where it gave up.
func closingQuote(data []byte, at, limit int) (end int, ok bool) {
	stop := min(at+limit, len(data))
	for i := at; i < stop; i++ {
		switch c := data[i]; {
		case c == '"' || c == '\'' || c == '`':
			return i, true
		case c <= ' ' || c >= 0x7f:
			return i, false
		}
	}
	return stop, false
}

// maxGlue bounds what stands between two pieces.
const maxGlue = 64

// nextPiece returns where the text of the string literal begins that is joined
// to the one whose closing quote stands at data[at]: after spaces, line breaks,
// and at most one operator of those that languages join strings with.
func nextPiece(data []byte, at int) (next int, ok bool) {
	operators, end := 0, min(at+maxGlue, len(data))
	for i := at + 1; i < end; i++ {
		switch c := data[i]; {
		case c == data[at]:
			return i + 1, operators > 0 || slices.Contains(data[at:i], '\n')
		case c == '+' || c == '.' || c == '&' || c == '\\' || c == '~':
			operators++
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			return 0, false
		}
	}
	return 0, false
}
