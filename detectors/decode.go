package detectors

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// Limits of decoding. Every piece of text is decoded a bounded number of times,
// so that the time is linear in the input however it was made.
const (
	maxDepth  = 4        // encodings inside encodings
	pieceStep = 32 << 10 // long encoded text is taken in pieces that begin this far apart
	pieceSize = 48 << 10 // and overlap
	maxFolded = 64 << 10 // of text that is folded over lines
	maxGunzip = 1 << 20
)

// The bytes of base64 in either alphabet.
var runClass = literal.ClassOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")

// The bytes among which escapes stand: all that can be seen but quotes.
var escapeClass = graphicClass()

func graphicClass() *literal.Class {
	var c literal.Class
	for b := 0x21; b < 0x100; b++ {
		c[b] = b != '"' && b != '\'' && b != '`' && b != 0x7f
	}
	return &c
}

// A level is scratch for content at one depth of decoding.
type level struct {
	buf   []byte // what was decoded to get here
	found literal.Found
	todo  []place
	memo  [4 * forms]piece // the last piece that was decoded, by form and alignment
	known [forms]piece     // the last stretch of text that was measured
}

// A piece is a range of the data at a level.
type piece struct{ from, to int }

// enter forgets what the level remembered of other data.
func (lv *level) enter() {
	lv.memo, lv.known = [4 * forms]piece{}, [forms]piece{}
}

// A frame says where decoded text stood: at [lo, hi), which is then the place of
// whatever is found in it; or, where each byte was width bytes before, from lo
// on. With a limit, matches that begin there or later are another frame's.
type frame struct {
	name   string // of the encoding
	lo, hi int
	width  int
	limit  int
}

// put moves m from the decoded text to where that stood.
func (f *frame) put(m *match) (mine bool) {
	if f.limit > 0 && int(m.lo) >= f.limit {
		return false
	}
	if f.width > 0 {
		m.lo, m.hi = int32(f.lo+int(m.lo)*f.width), int32(min(f.lo+int(m.hi)*f.width, f.hi))
	} else {
		m.lo, m.hi = int32(f.lo), int32(f.hi)
	}
	m.encoding = append([]string{f.name}, m.encoding...)
	return true
}

// inner appends the matches in decoded, which stood where f says.
func (sc *Scanner) inner(dst []match, decoded []byte, depth int, f frame) []match {
	if depth > maxDepth || len(decoded) == 0 {
		return dst
	}
	sc.inside++
	defer func() { sc.inside-- }()
	lv := &sc.levels[depth]
	lv.enter()
	lv.todo = lv.todo[:0]
	sc.looked += int64(len(decoded))
	lv.found.Begin()
	sc.set.literals.Look(&lv.found, decoded, 0, len(decoded))
	for _, h := range lv.found.Hits {
		lv.todo = append(lv.todo, place{h.Pos, h.Lit})
	}
	for _, pos := range sc.known(decoded, 0, len(decoded)) {
		lv.todo = append(lv.todo, place{pos, knownText})
	}
	for _, r := range lv.found.Runs {
		lv.todo = append(lv.todo, place{r.Start, encodedRun})
	}
	if lv.found.Zero {
		lv.todo = wideRuns(lv.todo, decoded, area{0, len(decoded)})
	}
	for _, p := range lv.todo {
		first := len(dst)
		dst, _, _ = sc.evaluate(dst, decoded, p, depth)
		kept := dst[:first]
		for _, m := range dst[first:] {
			if f.put(&m) {
				kept = append(kept, m)
			}
		}
		dst = kept
	}
	return dst
}

// evaluateEncoded decodes the text around an encoded literal.
func (sc *Scanner) evaluateEncoded(dst []match, data []byte, pos int, f form, depth int) (_ []match, lo, hi int) {
	lv := &sc.levels[depth]
	start, end := lv.stretch(data, pos, f)
	p := pieceOf(start, end, pos)
	lo, hi = start-1, p.to+1
	memo := &lv.memo[4*int(f)+f.alignment(pos-start)]
	if *memo == p || depth == maxDepth {
		return dst, lo, hi // whoever came first in this piece has its matches
	}
	*memo = p
	out := &sc.levels[depth+1]
	name := ""
	switch f {
	case percentForm:
		out.buf, name = unpercent(out.buf[:0], data[p.from:p.to]), "percent"
	case escapeForm:
		out.buf, name = unescape(out.buf[:0], data[p.from:p.to]), "escape"
	default:
		from := p.from + (pos-f.phase()-p.from)&3
		var far int
		out.buf, far = unbase64(out.buf[:0], data, from, p.to)
		p.from, p.to, hi, name = from, far, max(hi, far+maxBreak), "base64"
	}
	return sc.inner(dst, out.buf, depth+1, frame{name: name, lo: p.from, hi: p.to}), lo, hi
}

// stretch returns the range around pos of bytes that f is written in, and
// remembers the last one.
func (lv *level) stretch(data []byte, pos int, f form) (start, end int) {
	class := f.class()
	if k := lv.known[f]; k.from <= pos && pos < k.to {
		return k.from, k.to
	}
	start, end = pos, pos
	for start > 0 && class[data[start-1]] {
		start--
	}
	for end < len(data) && class[data[end]] {
		end++
	}
	lv.known[f] = piece{start, end}
	return start, end
}

// pieceOf returns the piece of [start, end) to decode for a hit at pos.
func pieceOf(start, end, pos int) piece {
	from := start + (pos-start)/pieceStep*pieceStep
	return piece{from, min(from+pieceSize, end)}
}

// evaluateRun decodes a long run of letters and digits that begins at pos, if
// it reads like encoded text: what has no telling literal because it is encoded
// twice, compressed, or in wide characters.
func (sc *Scanner) evaluateRun(dst []match, data []byte, pos, depth int) (_ []match, lo, hi int) {
	end := pos
	for end < len(data) && runClass[data[end]] {
		end++
	}
	lo, hi = pos-1, end+1
	if end-pos < literal.MinRun || pos > 0 && runClass[data[pos-1]] || depth == maxDepth {
		return dst, lo, hi
	}
	from, folded := foldsBack(data, pos)
	lo = min(lo, from-1)
	if folded || !mayBeEncoded(data, literal.Run{Start: int32(pos), End: int32(end)}) {
		return dst, lo, hi
	}
	out := &sc.levels[depth+1]
	if isHex(data[pos:end]) {
		out.buf = unhex(out.buf[:0], data[pos:min(end, pos+maxFolded)])
		return sc.inner(dst, out.buf, depth+1, frame{name: "hex", lo: pos, hi: end}), lo, hi
	}
	var far int
	out.buf, far = unbase64(out.buf[:0], data, pos, end)
	hi = max(hi, far+maxBreak)
	dst = sc.inner(dst, out.buf, depth+1, frame{name: "base64", lo: pos, hi: far})
	return sc.gunzip(dst, depth, pos, far), lo, hi
}

// gunzip looks into what the level below depth holds, if it is compressed.
func (sc *Scanner) gunzip(dst []match, depth, lo, hi int) []match {
	packed := sc.levels[depth+1].buf
	if depth+2 > maxDepth || !bytes.HasPrefix(packed, gzipMagic) {
		return dst
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return dst
	}
	out := bytes.NewBuffer(sc.levels[depth+2].buf[:0])
	_, _ = io.Copy(out, io.LimitReader(z, maxGunzip)) // what is readable counts
	sc.levels[depth+2].buf = out.Bytes()
	first := len(dst)
	dst = sc.inner(dst, out.Bytes(), depth+2, frame{name: "gzip", lo: lo, hi: hi})
	for i := first; i < len(dst); i++ {
		dst[i].encoding = append([]string{"base64"}, dst[i].encoding...)
	}
	return dst
}

var gzipMagic = []byte{0x1f, 0x8b, 8}

// foldsBack reports whether the run at pos goes on from the line before, as
// base64 in fixed lines does, and how far back it looked.
func foldsBack(data []byte, pos int) (from int, folded bool) {
	i := pos
	for i > 0 && i > pos-32 && (data[i-1] == ' ' || data[i-1] == '\t') {
		i--
	}
	if i == 0 || data[i-1] != '\n' {
		return i, false
	}
	i--
	if i > 0 && data[i-1] == '\r' {
		i--
	}
	end := i
	for i > 0 && end-i < minFold && runClass[data[i-1]] {
		i--
	}
	return i, end-i >= minFold
}

// minFold is the length from which a line can be one of several that belong
// together.
const minFold = 56

// mayBeEncoded reports whether the run decodes to text, or to something that is
// compressed, judging by its beginning. Nearly all base64 has letters of both
// cases, and is of one alphabet.
func mayBeEncoded(data []byte, r literal.Run) bool {
	head := data[r.Start:min(r.Start+32, r.End)]
	if len(head) < 24 {
		return false
	}
	sorts := uint8(0)
	for _, c := range head {
		sorts |= sortOf[c]
	}
	var b [24]byte
	switch {
	case sorts&notHex == 0:
		return readableHex(head)
	case sorts&(lower|upper) != lower|upper, sorts&(std|url) == std|url:
		return false
	}
	plain, far := unbase64(b[:0], head, 0, len(head)&^3)
	return far >= 24 && (readable(plain) || bytes.HasPrefix(plain, gzipMagic) || wideText(plain))
}

// The sorts of characters in encoded text, as bits.
const (
	lower = 1 << iota
	upper
	std    // of the standard base64 alphabet only
	url    // of the one for URLs only
	notHex // no hex digit
)

var sortOf = sorts()

func sorts() (table [256]uint8) {
	for c := range table {
		switch b := byte(c); {
		case b >= 'a' && b <= 'z':
			table[c] = lower
		case b >= 'A' && b <= 'Z':
			table[c] = upper
		case b == '+' || b == '/':
			table[c] = std
		case b == '-' || b == '_':
			table[c] = url
		}
		if hexValue(byte(c)) < 0 {
			table[c] |= notHex
		}
	}
	return table
}

// readable reports whether nearly all of b is printable ASCII.
func readable(b []byte) bool {
	odd := 0
	for _, c := range b {
		if (c < 0x20 || c > 0x7e) && c != '\n' && c != '\r' && c != '\t' {
			odd++
		}
	}
	return len(b) > 0 && odd*10 <= len(b)
}

// readableHex is readable for hex digits. Most are a hash, which the first few
// tell.
func readableHex(digits []byte) bool {
	n, odd := len(digits)/2, 0
	for i := 0; i+1 < len(digits); i += 2 {
		c := hexValue(digits[i])<<4 | hexValue(digits[i+1])
		if (c < 0x20 || c > 0x7e) && c != '\n' && c != '\r' && c != '\t' {
			if odd++; odd*10 > n {
				return false
			}
		}
	}
	return n > 0
}

// wideText reports whether b begins with characters of two bytes.
func wideText(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	even, odd := 0, 0
	for i := 0; i < 16; i += 2 {
		if b[i] == 0 {
			even++
		}
		if b[i+1] == 0 {
			odd++
		}
	}
	return even >= 7 || odd >= 7
}
