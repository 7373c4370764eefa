package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"

	"github.com/seed-5dd601fe/sprawl"
)

const hashSize = 20 // of SHA-1

// errSHA256 is what an index of a repository with SHA-256 names gives.
var errSHA256 = errors.New("object format sha256 is not supported")

// An index is a pack index, version 1 or 2, as gitformat-pack(5) describes it.
// It refers to the bytes it was parsed from.
type index struct {
	n      int
	fanout [257]uint32 // names that start with byte b are fanout[b] to fanout[b+1]

	names        []byte // stride bytes for each object, of which a name follows skip
	stride, skip int

	crcs  []byte // 4 bytes for each object; nil in version 1
	offs  []byte // 4 bytes for each object
	large []byte // 8 bytes for each offset that does not fit in 31 bits
	pack  []byte // checksum of the pack
}

// parseIndex checks the outline of an index. What it says of single objects is
// checked when they are used.
func parseIndex(data []byte) (*index, error) {
	x := &index{}
	table, version := data, uint32(1)
	if len(data) >= 8 && string(data[:4]) == "\xfftOc" {
		table, version = data[8:], binary.BigEndian.Uint32(data[4:])
	}
	if version != 1 && version != 2 {
		return nil, fmt.Errorf("index version %d is not known", version)
	}
	if len(table) < 1024+2*hashSize {
		return nil, errors.New("index is too short")
	}
	for b := range 256 {
		x.fanout[b+1] = binary.BigEndian.Uint32(table[4*b:])
		if x.fanout[b+1] < x.fanout[b] {
			return nil, errors.New("index is corrupt: its first table is not in order")
		}
	}
	x.n = int(x.fanout[256])
	x.pack = table[len(table)-2*hashSize:][:hashSize]
	if version == 1 {
		return x, x.layout1(table[1024 : len(table)-2*hashSize])
	}
	return x, x.layout2(table[1024:])
}

func (x *index) layout1(body []byte) error {
	if uint64(len(body)) != uint64(x.n)*(4+hashSize) {
		return errors.New("index has the wrong size")
	}
	x.names, x.stride, x.skip = body, 4+hashSize, 4
	return nil
}

func (x *index) layout2(body []byte) error {
	n, size := uint64(x.n), uint64(len(body))
	large := size - n*(hashSize+8) - 2*hashSize
	if size < n*(hashSize+8)+2*hashSize || large%8 != 0 || large > 8*n {
		if size >= n*40+64 && (size-n*40-64)%8 == 0 { // names and checksums of 32 bytes
			return errSHA256
		}
		return errors.New("index has the wrong size")
	}
	x.stride = hashSize
	x.names, body = body[:n*hashSize], body[n*hashSize:]
	x.crcs, body = body[:n*4], body[n*4:]
	x.offs, body = body[:n*4], body[n*4:]
	x.large = body[:large]
	return nil
}

// name returns the name of object num.
func (x *index) name(num int) []byte {
	at := num*x.stride + x.skip
	return x.names[at : at+hashSize]
}

// offset returns where in the pack object num is. It may be out of range.
func (x *index) offset(num int) uint64 {
	if x.offs == nil {
		return uint64(binary.BigEndian.Uint32(x.names[num*x.stride:]))
	}
	off := binary.BigEndian.Uint32(x.offs[4*num:])
	if off&(1<<31) == 0 {
		return uint64(off)
	}
	at := 8 * int(off&^(1<<31))
	if at+8 > len(x.large) {
		return 1<<63 - 1
	}
	return binary.BigEndian.Uint64(x.large[at:]) & (1<<63 - 1)
}

// crc returns the CRC-32 of the entry of object num in the pack, if the index
// has it.
func (x *index) crc(num int) (uint32, bool) {
	if x.crcs == nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(x.crcs[4*num:]), true
}

// lookup returns the number of the object called name.
func (x *index) lookup(name []byte) (int, bool) {
	lo, hi := int(x.fanout[name[0]]), int(x.fanout[int(name[0])+1])
	num := lo + sort.Search(hi-lo, func(i int) bool {
		return bytes.Compare(x.name(lo+i), name) >= 0
	})
	return num, num < hi && bytes.Equal(x.name(num), name)
}

// idOf returns name as an ID.
func idOf(name []byte) (id sprawl.ID) {
	copy(id[:hashSize], name)
	return id
}
