package literal

import "encoding/binary"

// A Run is a maximal stretch of data[Start:End] in one class of bytes.
type Run struct{ Start, End int32 }

// A Class is a set of bytes.
type Class [256]bool

// ClassOf returns the class that holds the bytes of each text.
func ClassOf(texts ...string) *Class {
	var c Class
	for _, t := range texts {
		for i := range len(t) {
			c[t[i]] = true
		}
	}
	return &c
}

// MinRun is the length of the shortest run that Runs reports. A run of that
// length holds, wherever it begins, one whole word of eight bytes that stands
// at a multiple of stride, and the word before that or the word after.
const (
	MinRun = 32
	stride = MinRun - 8
)

// Runs appends to dst the maximal runs of bytes in class that are at least
// MinRun long and touch [from, to), in order. All bytes of class must be at
// least '+' and below 0x80, which a word can be tested for at once.
func Runs(dst []Run, data []byte, class *Class, from, to int) []Run {
	limit := min(to+MinRun, len(data)-8) // a run that ends in range has its word before
	for i := max(from-MinRun, 0); i <= limit; i += stride {
		w := binary.LittleEndian.Uint64(data[i:])
		if !plain(w) || !class[data[i]] || !class[data[i+7]] || !class[data[i+4]] || !beside(data, i) {
			continue
		}
		start, end := widen(data, class, i)
		if end-start < MinRun {
			continue
		}
		if start < to && end > from {
			dst = append(dst, Run{int32(start), int32(end)})
		}
		i += (end - i) / stride * stride
	}
	return dst
}

// beside reports whether the eight bytes before or after those at i are plain.
func beside(data []byte, i int) bool {
	return i >= 8 && plain(binary.LittleEndian.Uint64(data[i-8:])) ||
		i+16 <= len(data) && plain(binary.LittleEndian.Uint64(data[i+8:]))
}

// plain reports whether every byte of w is at least '+' and below 0x80.
func plain(w uint64) bool {
	const high = 0x8080808080808080
	return (w|high-0x2B2B2B2B2B2B2B2B)&^w&high == high
}

// widen returns the run around data[i].
func widen(data []byte, class *Class, i int) (start, end int) {
	start, end = i, i
	for start > 0 && class[data[start-1]] {
		start--
	}
	for end < len(data) && class[data[end]] {
		end++
	}
	return start, end
}
