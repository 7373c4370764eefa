package pack

import "encoding/binary"

// block decodes the codes of one block into dst from out on, and returns where
// they end. Each round of the loop writes at most 3+258+16 bytes before the
// limit n is looked at again, so dst needs slack; and the 56 bits that a
// refill leaves hold three short literals and the table index of a fourth
// code, or the longest length and distance.
//
// The loop is entered with the next entry e already looked up: that way, the
// look-up of the next one goes on while a match is copied.
func (f *inflater) block(dst []byte, out, n int, lit *[litSize]uint32, dist *[distSize]uint32) (int, error) {
	src, in, buf, count := f.src, f.in, f.buf, f.count
	if in+8 <= len(src) {
		buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
		in += int((63 - count) >> 3)
		count |= 56
	} else {
		buf, in, count = refillSlow(src, in, buf, count)
	}
	e := lit[buf&(1<<litBits-1)]
	for out <= n {
		if e&entryLiteral != 0 {
			buf >>= e & 63
			count -= uint(e & 63)
			dst[out] = byte(e >> 16)
			out++
			if e = lit[buf&(1<<litBits-1)]; e&entryLiteral != 0 {
				buf >>= e & 63
				count -= uint(e & 63)
				dst[out] = byte(e >> 16)
				out++
				if e = lit[buf&(1<<litBits-1)]; e&entryLiteral != 0 {
					buf >>= e & 63
					count -= uint(e & 63)
					dst[out] = byte(e >> 16)
					out++
					if in+8 <= len(src) {
						buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
						in += int((63 - count) >> 3)
						count |= 56
					} else {
						buf, in, count = refillSlow(src, in, buf, count)
					}
					e = lit[buf&(1<<litBits-1)]
					continue
				}
			}
			if in+8 <= len(src) {
				buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
				in += int((63 - count) >> 3)
				count |= 56
			} else {
				buf, in, count = refillSlow(src, in, buf, count)
			}
		}
		if e&entrySpecial != 0 {
			if e&entrySub != 0 {
				buf >>= litBits
				count -= litBits
				e = lit[(uint64(e>>16)+buf&(1<<(e>>8&15)-1))&(litSize-1)]
			}
			if e&entryLiteral != 0 {
				buf >>= e & 63
				count -= uint(e & 63)
				dst[out] = byte(e >> 16)
				out++
				if in+8 <= len(src) {
					buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
					in += int((63 - count) >> 3)
					count |= 56
				} else {
					buf, in, count = refillSlow(src, in, buf, count)
				}
				e = lit[buf&(1<<litBits-1)]
				continue
			}
			if e&entryInvalid != 0 {
				return 0, f.stop(in, count, errCode)
			}
			if e&entrySpecial != 0 { // end of block
				f.in, f.buf, f.count = in, buf>>(e&63), count-uint(e&63)
				if out > n {
					return 0, errLong
				}
				return out, nil
			}
		}
		length := int(e>>16) + int(buf&(1<<(e&63)-1)>>(e>>8&15))
		buf >>= e & 63
		count -= uint(e & 63)
		d := dist[buf&(1<<distBits-1)]
		if d&entrySpecial != 0 {
			if d&entrySub != 0 {
				buf >>= distBits
				count -= distBits
				d = dist[(uint64(d>>16)+buf&(1<<(d>>8&15)-1))&(distSize-1)]
			}
			if d&entryInvalid != 0 {
				return 0, f.stop(in, count, errCode)
			}
		}
		back := int(d>>16) + int(buf&(1<<(d&63)-1)>>(d>>8&15))
		buf >>= d & 63
		count -= uint(d & 63)
		if back > out {
			return 0, f.stop(in, count, errDist)
		}
		if in+8 <= len(src) {
			buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
			in += int((63 - count) >> 3)
			count |= 56
		} else {
			buf, in, count = refillSlow(src, in, buf, count)
		}
		e = lit[buf&(1<<litBits-1)]
		repeat(dst, out, length, back)
		out += length
	}
	return 0, f.stop(in, count, errLong)
}

// refill returns the state of the input with at least 56 valid bits in buf;
// zeros, after the end.
func refill(src []byte, in int, buf uint64, count uint) (uint64, int, uint) {
	if in+8 <= len(src) {
		buf |= binary.LittleEndian.Uint64(src[in:]) << (count & 63)
		return buf, in + int((63-count)>>3), count | 56
	}
	return refillSlow(src, in, buf, count)
}

//go:noinline
func refillSlow(src []byte, in int, buf uint64, count uint) (uint64, int, uint) {
	buf &= 1<<count - 1
	for count < 56 {
		if in < len(src) {
			buf |= uint64(src[in]) << count
		}
		in++
		count += 8
	}
	return buf, in, count
}

// stop returns err, or that the input ended, if that is why it came to err.
func (f *inflater) stop(in int, count uint, err error) error {
	f.in, f.count = in, count
	if f.used() > len(f.src) {
		return errShort
	}
	return err
}

// repeat copies length bytes within dst to at, from back bytes before it; the
// two may overlap. It may write up to 15 bytes more.
func repeat(dst []byte, at, length, back int) {
	end := at + length
	switch {
	case back >= 8:
		from, to := dst[at-back:][:length+16], dst[at:][:length+16]
		binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
		binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
		for i := 16; i < length; i += 8 {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
	case back == 1:
		word := uint64(dst[at-1]) * 0x0101010101010101
		for ; at < end; at += 8 {
			binary.LittleEndian.PutUint64(dst[at:], word)
		}
	default:
		for ; at < end; at++ {
			dst[at] = dst[at-back]
		}
	}
}
