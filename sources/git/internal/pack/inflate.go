package pack

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
)

// Errors of inflate. The caller names the object.
var (
	errShort  = errors.New("compressed data ends too early")
	errLong   = errors.New("object is larger than it declares")
	errSmall  = errors.New("object is smaller than it declares")
	errBlock  = errors.New("compressed data is corrupt: bad block")
	errDist   = errors.New("compressed data is corrupt: it refers to before its start")
	errHeader = errors.New("compressed data has no zlib header")
	errAdler  = errors.New("compressed data does not match its checksum")
)

// slack is how many bytes beyond an object's size inflate may scribble on: it
// copies in words and looks at the limit once a round.
const slack = 320

// An inflater decompresses zlib data (RFC 1950 and 1951) from memory into
// memory that is known to be large enough. It exists because most objects of
// a pack are tiny: there, what general decoders spend on their window and
// tables outweighs the data. Its zero value is ready for use by one goroutine.
type inflater struct {
	huffman
	lit, fixedLit   [litSize]uint32
	dist, fixedDist [distSize]uint32
	pre             [preSize]uint32
	hasFixed        bool
	lens            [litSymbols + distSymbols + 138]uint8

	// The state of the stream, kept here between blocks.
	src   []byte
	in    int    // next byte of src to load; beyond its end once that is used up
	buf   uint64 // loaded bits, lowest first; those above count are not valid
	count uint   // valid bits in buf
}

// zlib inflates a zlib stream at the start of src into dst[:n], and returns
// how many bytes of src it took. The stream must give exactly n bytes. dst has at
// least n+slack bytes, of which those beyond n are overwritten. The checksum
// is compared only if check is set.
func (f *inflater) zlib(dst []byte, n int, src []byte, check bool) (int, error) {
	if len(src) < 2 || src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&32 != 0 || binary.BigEndian.Uint16(src)%31 != 0 {
		return 0, errHeader
	}
	used, err := f.inflate(dst, n, src[2:])
	if err != nil {
		return 0, err
	}
	used += 2
	if len(src) < used+4 {
		return 0, errShort
	}
	if check && binary.BigEndian.Uint32(src[used:]) != adler32.Checksum(dst[:n]) {
		return 0, errAdler
	}
	return used + 4, nil
}

// inflate is zlib for raw deflate data.
func (f *inflater) inflate(dst []byte, n int, src []byte) (int, error) {
	f.src, f.in, f.buf, f.count = src, 0, 0, 0
	dst = dst[:n+slack]
	out := 0
	for last := false; !last; {
		f.refill()
		last = f.take(1) == 1
		var err error
		switch f.take(2) {
		case 0:
			out, err = f.stored(dst, out, n)
		case 1:
			f.fix()
			out, err = f.block(dst, out, n, &f.fixedLit, &f.fixedDist)
		case 2:
			if err = f.tables(); err == nil {
				out, err = f.block(dst, out, n, &f.lit, &f.dist)
			}
		default:
			err = errBlock
		}
		if f.used() > len(src) {
			err = errShort
		}
		if err != nil {
			return 0, err
		}
	}
	if out != n {
		return 0, errSmall
	}
	return f.used(), nil
}

// used returns how many bytes of src have been begun.
func (f *inflater) used() int { return f.in - int(f.count/8) }

// refill leaves at least 56 valid bits in buf; zeros, after the end.
func (f *inflater) refill() {
	f.buf, f.in, f.count = refill(f.src, f.in, f.buf, f.count)
}

// take returns the next n bits, of which buf holds enough.
func (f *inflater) take(n uint) uint {
	v := uint(f.buf) & (1<<n - 1)
	f.buf >>= n
	f.count -= n
	return v
}

// stored copies a block that is not compressed.
func (f *inflater) stored(dst []byte, out, n int) (int, error) {
	at := f.used()
	if at+4 > len(f.src) {
		return 0, errShort
	}
	size := int(binary.LittleEndian.Uint16(f.src[at:]))
	if uint16(size) != ^binary.LittleEndian.Uint16(f.src[at+2:]) {
		return 0, errBlock
	}
	at += 4
	if at+size > len(f.src) {
		return 0, errShort
	}
	if out+size > n {
		return 0, errLong
	}
	copy(dst[out:n], f.src[at:at+size])
	f.in, f.buf, f.count = at+size, 0, 0
	return out + size, nil
}

// fix builds the tables of the fixed codes, once.
func (f *inflater) fix() {
	if f.hasFixed {
		return
	}
	lens := f.lens[:litSymbols]
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	f.build(f.fixedLit[:], litBits, lens, litMeaning[:])
	lens = f.lens[:distSymbols]
	for i := range lens {
		lens[i] = 5
	}
	f.build(f.fixedDist[:], distBits, lens, distMeaning[:])
	f.hasFixed = true
}

// preOrder is the order in which the code lengths of the code length code
// are sent; RFC 1951 section 3.2.7.
const preOrder = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// tables reads the header of a block with codes of its own.
func (f *inflater) tables() error {
	f.refill()
	nlit, ndist, npre := int(f.take(5))+257, int(f.take(5))+1, int(f.take(4))+4
	if nlit > 286 || ndist > 30 {
		return errBlock
	}
	var pre [preSymbols]uint8
	for i := range npre {
		if i == 12 { // 14 + 12*3 bits of the 53 at hand are used
			f.refill()
		}
		pre[preOrder[i]] = uint8(f.take(3))
	}
	if err := f.build(f.pre[:], preBits, pre[:], preMeaning[:]); err != nil {
		return err
	}
	if err := f.codeLengths(nlit + ndist); err != nil {
		return err
	}
	if f.lens[256] == 0 {
		return errBlock // such a block could not end
	}
	if err := f.build(f.lit[:], litBits, f.lens[:nlit], litMeaning[:]); err != nil {
		return err
	}
	return f.build(f.dist[:], distBits, f.lens[nlit:nlit+ndist], distMeaning[:])
}

// codeLengths reads n code lengths into f.lens.
func (f *inflater) codeLengths(n int) error {
	for i := 0; i < n; {
		if f.count < 14 {
			f.refill()
		}
		e := f.pre[f.buf&(preSize-1)]
		if e&entryInvalid != 0 {
			return errCode
		}
		f.take(uint(e & 15))
		symbol := uint8(e >> 16)
		if symbol < 16 {
			f.lens[i] = symbol
			i++
			continue
		}
		value, repeat := uint8(0), 0
		switch symbol {
		case 16:
			if i == 0 {
				return errBlock
			}
			value, repeat = f.lens[i-1], 3+int(f.take(2))
		case 17:
			repeat = 3 + int(f.take(3))
		default:
			repeat = 11 + int(f.take(7))
		}
		if i+repeat > n {
			return errBlock
		}
		for range repeat {
			f.lens[i] = value
			i++
		}
	}
	return nil
}
