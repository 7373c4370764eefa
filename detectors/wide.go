package detectors

import "bytes"

// Text in characters of two or four bytes (UTF-16 and UTF-32, either byte order,
// with a byte order mark or without) is found by its zero bytes, wherever it
// stands: a whole file, or a string inside a program.

const (
	minWide   = 8 // characters
	wideStep  = 1 << 20
	wideExtra = 64 << 10
)

// wideRuns appends the stretches of wide characters that touch a, by their
// beginnings.
func wideRuns(dst []place, data []byte, a area) []place {
	for i := a.from; i < a.to; {
		zero := bytes.IndexByte(data[i:a.to], 0)
		if zero < 0 {
			return dst
		}
		i += zero
		start, end := wideAround(data, i)
		if end > start && end > a.from && start < a.to {
			dst = append(dst, place{int32(start), wideRun})
		}
		i = max(end, i+1)
		for i < a.to && data[i] == 0 {
			i++ // more zeros are no character's
		}
	}
	return dst
}

// wideAround returns the stretch of wide characters that the zero at data[i]
// belongs to. It begins with a character's low byte and ends after its last
// zero; it is empty where there are fewer than minWide characters.
func wideAround(data []byte, i int) (start, end int) {
	for _, width := range [2]int{2, 4} {
		for back := 1; back < width; back++ {
			if !isWide(data, i-back, width) {
				continue
			}
			start, end = i-back, i-back+width
			for isWide(data, start-width, width) {
				start -= width
			}
			for isWide(data, end, width) {
				end += width
			}
			if end-start >= minWide*width {
				return start, end
			}
		}
	}
	return 0, 0
}

// isWide reports whether a character of width bytes with its low byte first
// stands at data[i]. Big-endian text reads as such too, one byte further on.
func isWide(data []byte, i, width int) bool {
	if i < 0 || i+width > len(data) || !isText(data[i]) {
		return false
	}
	for _, b := range data[i+1 : i+width] {
		if b != 0 {
			return false
		}
	}
	return true
}

func isText(b byte) bool {
	return b >= 0x20 && b != 0x7f || b == '\n' || b == '\r' || b == '\t'
}

// evaluateWide narrows the wide characters that begin at pos and looks at what
// they say.
func (sc *Scanner) evaluateWide(dst []match, data []byte, pos, depth int) (_ []match, lo, hi int) {
	width := 2
	if isWide(data, pos, 4) {
		width = 4
	}
	lo, hi = pos-4, pos+width
	if !isWide(data, pos, width) || isWide(data, pos-width, width) || depth == maxDepth {
		return dst, lo, hi
	}
	end := pos
	for isWide(data, end, width) {
		end += width
	}
	hi = end + width + 1
	if end-pos < minWide*width {
		return dst, lo, hi
	}
	last := end
	if pos > 0 && data[pos-1] == 0 && end < len(data) && isText(data[end]) {
		last++ // big-endian: the low byte of the last character
	}
	return sc.narrow(dst, data, pos, last, width, depth), lo, hi
}

// narrow looks at the wide characters in data[from:to], piece by piece. What
// begins in the overlap of two pieces belongs to the second.
func (sc *Scanner) narrow(dst []match, data []byte, from, to, width, depth int) []match {
	name := "utf-16"
	if width == 4 {
		name = "utf-32"
	}
	for at := from; at < to; at += wideStep * width {
		stop := min(at+(wideStep+wideExtra)*width, to)
		out := &sc.levels[depth+1]
		out.buf = out.buf[:0]
		for i := at; i < stop; i += width {
			out.buf = append(out.buf, data[i])
		}
		f := frame{name: name, lo: at, hi: stop, width: width}
		if stop < to {
			f.limit = wideStep
		}
		dst = sc.inner(dst, out.buf, depth+1, f)
	}
	return dst
}
