package pack

import (
	"errors"
	"math/bits"
)

// A decode table maps the next bits of the input to an entry, an uint32:
//
//	bit 31      it is a literal
//	bits 16–30  literal; or base of a length or distance; or start of a subtable
//	bit 15      it is none of these: end of block, no code, or a subtable
//	bit 14      it points to a subtable, indexed by as many more bits as bits 8–11 say
//	bit 13      no code has these bits
//	bits 8–11   length of the code
//	bits 0–7    length of the code and of the extra bits that follow it
//
// The layout is that of libdeflate, whose decoder was the model.
const (
	entryLiteral = 1 << 31
	entrySpecial = 1 << 15
	entrySub     = 1 << 14
	entryInvalid = 1 << 13

	litBits  = 10
	distBits = 8
	preBits  = 7

	maxCodeBits = 15
	litSymbols  = 288
	distSymbols = 32
	preSymbols  = 19

	// With 288 symbols of at most 15 bits, a table of 10 bits and its subtables
	// take at most 1334 entries; with 32 symbols and 8 bits, 402 (zlib's
	// program enough.c counts them). Powers of two spare bounds checks.
	litSize  = 2048
	distSize = 512
	preSize  = 1 << preBits
)

var errCode = errors.New("compressed data is corrupt: bad Huffman code")

// What symbols mean, to be completed with the lengths of their codes; RFC 1951
// section 3.2.5.
var (
	litMeaning  = meanLit()
	distMeaning = meanDist()
	preMeaning  = meanPre()
)

func meanLit() (m [litSymbols]uint32) {
	for i := range 256 {
		m[i] = entryLiteral | uint32(i)<<16
	}
	m[256] = entrySpecial
	base := uint32(3)
	for i := 257; i < 285; i++ {
		extra := uint32(max(0, (i-261)/4))
		m[i] = base<<16 | extra
		base += 1 << extra
	}
	m[285] = 258 << 16
	m[286] = entrySpecial | entryInvalid
	m[287] = entrySpecial | entryInvalid
	return m
}

func meanDist() (m [distSymbols]uint32) {
	base := uint32(1)
	for i := range 30 {
		extra := uint32(max(0, (i-2)/2))
		m[i] = base<<16 | extra
		base += 1 << extra
	}
	m[30] = entrySpecial | entryInvalid
	m[31] = entrySpecial | entryInvalid
	return m
}

func meanPre() (m [preSymbols]uint32) {
	for i := range m {
		m[i] = uint32(i) << 16
	}
	return m
}

// A huffman holds the scratch memory for building tables.
type huffman struct {
	sorted [litSymbols]uint16
}

// build fills table for the code in which symbol i has length lens[i], or no
// code where that is 0. As zlib does, it refuses codes that are not complete,
// save for those of no symbol, or of a single one of one bit.
func (h *huffman) build(table []uint32, tableBits int, lens []uint8, meaning []uint32) error {
	var next [maxCodeBits + 1]uint16
	count := countLengths(lens)
	longest := maxCodeBits
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	space, at := 0, uint16(0)
	for n := 1; n <= longest; n++ {
		next[n] = at
		at += count[n]
		space = space<<1 + int(count[n])
		if space > 1<<n {
			return errCode
		}
	}
	if space != 1<<longest || longest == 0 {
		return h.incomplete(table[:1<<tableBits], lens, meaning, longest, space)
	}
	for symbol, n := range lens {
		if n != 0 {
			h.sorted[next[n&15]] = uint16(symbol)
			next[n&15]++
		}
	}
	h.fill(table, tableBits, &count, meaning)
	return nil
}

// countLengths returns how many of lens there are of each. Most are zero: four
// counters for each spare the processor from waiting for the one before.
func countLengths(lens []uint8) (count [maxCodeBits + 1]uint16) {
	var other [3][maxCodeBits + 1]uint16
	for len(lens) >= 4 {
		count[lens[0]&15]++
		other[0][lens[1]&15]++
		other[1][lens[2]&15]++
		other[2][lens[3]&15]++
		lens = lens[4:]
	}
	for _, n := range lens {
		count[n&15]++
	}
	for n := range count {
		count[n] += other[0][n] + other[1][n] + other[2][n]
	}
	return count
}

// incomplete fills table for a code of no symbol or of one symbol of one bit.
func (h *huffman) incomplete(table []uint32, lens []uint8, meaning []uint32, longest, space int) error {
	if longest > 1 || space > 1 {
		return errCode
	}
	for i := range table {
		table[i] = entrySpecial | entryInvalid
	}
	for symbol, n := range lens {
		if n == 1 {
			for i := 0; i < len(table); i += 2 {
				table[i] = meaning[symbol] + 1<<8 + 1
			}
		}
	}
	return nil
}

// fill enters the codes of a complete code into table, shortest first. A code
// that is shorter than the table's index stands wherever its bits do: the
// filled part is doubled each time that codes grow by a bit. Codes are kept
// with their first bit lowest, as deflate sends them.
func (h *huffman) fill(table []uint32, tableBits int, count *[maxCodeBits + 1]uint16, meaning []uint32) {
	n := 1
	for count[n] == 0 {
		n++
	}
	code, end, sorted := 0, 1<<n, 0
	for n <= tableBits {
		for left := count[n]; left > 0; left-- {
			table[code] = meaning[h.sorted[sorted]] + uint32(n)<<8 + uint32(n)
			sorted++
			if code == end-1 { // the last code of all is all ones
				for ; end < 1<<tableBits; end <<= 1 {
					copy(table[end:2*end], table[:end])
				}
				return
			}
			code = nextCode(code, n)
		}
		for {
			if n++; n <= tableBits {
				copy(table[end:2*end], table[:end])
				end <<= 1
			}
			if n > maxCodeBits || count[n] != 0 {
				break
			}
		}
	}
	h.fillSub(table, tableBits, count, meaning, code, n, sorted)
}

// fillSub enters the codes from h.sorted[sorted] on, which are longer than
// tableBits: those that share their first tableBits bits share a subtable.
func (h *huffman) fillSub(table []uint32, tableBits int, count *[maxCodeBits + 1]uint16, meaning []uint32, code, n, sorted int) {
	prefix, start, end := -1, 0, 1<<tableBits
	left := int(count[n])
	for {
		if p := code & (1<<tableBits - 1); p != prefix {
			prefix, start = p, end
			subBits, used := n-tableBits, left
			for used < 1<<subBits {
				subBits++
				used = used<<1 + int(count[tableBits+subBits])
			}
			end = start + 1<<subBits
			table[prefix] = uint32(start)<<16 | entrySpecial | entrySub | uint32(subBits)<<8 | uint32(tableBits)
		}
		entry := meaning[h.sorted[sorted]] + uint32(n-tableBits)<<8 + uint32(n-tableBits)
		sorted++
		for i := start + code>>tableBits; i < end; i += 1 << (n - tableBits) {
			table[i] = entry
		}
		if code == 1<<n-1 {
			return
		}
		code = nextCode(code, n)
		for left--; left == 0; left = int(count[n]) {
			n++
		}
	}
}

// nextCode returns the code of n bits that follows code, which is not the
// last: one added to it, with its first bit lowest.
func nextCode(code, n int) int {
	bit := 1 << (bits.Len32(uint32(code^(1<<n-1))) - 1)
	return code&(bit-1) | bit
}
