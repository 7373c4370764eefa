package pack

import (
	"encoding/binary"
	"errors"

	"github.com/seed-5dd601fe/sprawl"
)

var (
	errDelta     = errors.New("delta is corrupt")
	errDeltaBase = errors.New("delta is made for a base of another size")
	errHuge      = errors.New("object is larger than 2 GiB")
)

// maxObject bounds an object's size: what a few bytes can claim must not cost
// all memory.
const maxObject = 1<<31 - 1

// deltaSizes returns the sizes of base and result that delta declares, and the
// rest of it, its instructions; gitformat-pack(5), "Deltified representation".
func deltaSizes(delta []byte) (base, result uint64, rest []byte, err error) {
	base, n := binary.Uvarint(delta)
	if n <= 0 {
		return 0, 0, nil, errDelta
	}
	result, m := binary.Uvarint(delta[n:])
	if m <= 0 {
		return 0, 0, nil, errDelta
	}
	if result > maxObject {
		return 0, 0, nil, errHuge
	}
	return base, result, delta[n+m:], nil
}

// deltaResult returns how many bytes the instructions in ops give, at most. It
// is the check to make before memory for a large result is allocated.
func deltaResult(ops []byte) uint64 {
	total := uint64(0)
	for i := 0; i < len(ops); {
		op := ops[i]
		i++
		if op&0x80 == 0 {
			total += uint64(op)
			i += int(op)
			continue
		}
		var size int
		_, size, i = copyArgs(ops, i, op)
		total += uint64(size)
	}
	return total
}

// copyArgs reads the arguments of the copy instruction op, which start at i,
// and returns where they end: beyond ops, if they are cut off.
func copyArgs(ops []byte, i int, op byte) (src, size, next int) {
	var arg [7]uint
	for bit := range arg {
		if op&(1<<bit) != 0 {
			if i < len(ops) {
				arg[bit] = uint(ops[i])
			}
			i++
		}
	}
	src = int(arg[0] | arg[1]<<8 | arg[2]<<16 | arg[3]<<24)
	size = int(arg[4] | arg[5]<<8 | arg[6]<<16)
	if size == 0 {
		size = 0x10000
	}
	return src, size, i
}

// applyDelta writes the result of the instructions ops on base to dst, which
// has exactly the declared size, and appends the copied runs to copies, those
// that continue one another as one.
//
// ops and base may be read, and dst written, up to slack bytes beyond their
// ends: most runs are short, and copied in two words.
func applyDelta(dst, base, ops []byte, copies []sprawl.Copy) ([]sprawl.Copy, error) {
	end, limit := len(ops), len(dst)
	wide, from, to := ops[:end+slack], base[:len(base)+slack], dst[:limit+slack]
	out := 0
	var run sprawl.Copy
	for i := 0; i < end; {
		op := int(wide[i])
		i++
		if op < 0x80 {
			if op == 0 || i+op > end || out+op > limit {
				return nil, errDelta
			}
			short(to[out:], wide[i:], op)
			i += op
			out += op
			continue
		}
		src, size := 0, 0
		if op&0x01 != 0 {
			src = int(wide[i])
			i++
		}
		if op&0x02 != 0 {
			src |= int(wide[i]) << 8
			i++
		}
		if op&0x04 != 0 {
			src |= int(wide[i]) << 16
			i++
		}
		if op&0x08 != 0 {
			src |= int(wide[i]) << 24
			i++
		}
		if op&0x10 != 0 {
			size = int(wide[i])
			i++
		}
		if op&0x20 != 0 {
			size |= int(wide[i]) << 8
			i++
		}
		if op&0x40 != 0 {
			size |= int(wide[i]) << 16
			i++
		}
		if size == 0 {
			size = 0x10000
		}
		if i > end || src+size > len(base) || out+size > limit {
			return nil, errDelta
		}
		short(to[out:], from[src:], size)
		if run.Src+run.N == src && run.Dst+run.N == out && run.N > 0 {
			run.N += size
		} else {
			if run.N > 0 {
				copies = append(copies, run)
			}
			run = sprawl.Copy{Src: src, Dst: out, N: size}
		}
		out += size
	}
	if out != limit {
		return nil, errDelta
	}
	if run.N > 0 {
		copies = append(copies, run)
	}
	return copies, nil
}

// short copies n bytes; up to 32, by copying 32.
func short(dst, src []byte, n int) {
	if n <= 32 {
		*(*[32]byte)(dst) = *(*[32]byte)(src)
		return
	}
	copy(dst[:n], src)
}
