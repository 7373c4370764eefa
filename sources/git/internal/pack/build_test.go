package pack

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
)

// A part is an entry of a pack that a test makes, right or wrong.
type part struct {
	typ  Type
	data []byte

	base int    // of an ofsDelta: index of the part that is its base
	back uint64 // the same as a distance, if not 0
	ref  string // of a refDelta: the name of its base

	size int    // declared, if not 0
	raw  []byte // in place of data compressed, if not nil
	name string // in the index; by default, made from its place
}

// nameOf is the name that the index gives part i: ascending, unlike hashes.
func nameOf(i int) string {
	var name [hashSize]byte
	name[0] = byte(i * 7)
	binary.BigEndian.PutUint32(name[1:], uint32(i))
	return string(name[:])
}

// build returns the packfile of parts and its index, version 2.
func build(parts []part) (pack, idx []byte) {
	pack = append(pack, "PACK\x00\x00\x00\x02"...)
	pack = binary.BigEndian.AppendUint32(pack, uint32(len(parts)))
	offs := make([]int, len(parts))
	crcs := make([]uint32, len(parts))
	for i, p := range parts {
		offs[i] = len(pack)
		pack = appendPart(pack, p, offs)
		crcs[i] = crc32.ChecksumIEEE(pack[offs[i]:])
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)
	return pack, buildIndex(parts, offs, crcs, sum[:])
}

func appendPart(b []byte, p part, offs []int) []byte {
	start := len(b)
	size := len(p.data)
	if p.size != 0 {
		size = p.size
	}
	b = appendHeader(b, p.typ, uint64(size))
	switch p.typ {
	case ofsDelta:
		back := p.back
		if back == 0 {
			back = uint64(start - offs[p.base])
		}
		b = appendOffset(b, back)
	case refDelta:
		b = append(b, p.ref...)
	}
	if p.raw != nil {
		return append(b, p.raw...)
	}
	return append(b, zipped(p.data)...)
}

func zipped(data []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(data)
	w.Close()
	return z.Bytes()
}

func appendHeader(b []byte, t Type, size uint64) []byte {
	c := byte(t)<<4 | byte(size&15)
	for size >>= 4; size != 0; size >>= 7 {
		b = append(b, c|0x80)
		c = byte(size & 0x7f)
	}
	return append(b, c)
}

func appendOffset(b []byte, back uint64) []byte {
	digits := []byte{byte(back & 0x7f)}
	for back >>= 7; back != 0; back >>= 7 {
		back--
		digits = append(digits, byte(back&0x7f)|0x80)
	}
	slices.Reverse(digits)
	return append(b, digits...)
}

func buildIndex(parts []part, offs []int, crcs []uint32, sum []byte) []byte {
	order := make([]int, len(parts))
	names := make([]string, len(parts))
	for i, p := range parts {
		order[i], names[i] = i, p.name
		if p.name == "" {
			names[i] = nameOf(i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare([]byte(names[a]), []byte(names[b])) })
	idx := []byte("\xfftOc\x00\x00\x00\x02")
	for b := range 256 {
		n := 0
		for _, name := range names {
			if int(name[0]) <= b {
				n++
			}
		}
		idx = binary.BigEndian.AppendUint32(idx, uint32(n))
	}
	for _, i := range order {
		idx = append(idx, names[i]...)
	}
	for _, i := range order {
		idx = binary.BigEndian.AppendUint32(idx, crcs[i])
	}
	for _, i := range order {
		idx = binary.BigEndian.AppendUint32(idx, uint32(offs[i]))
	}
	idx = append(idx, sum...)
	own := sha1.Sum(idx)
	return append(idx, own[:]...)
}

// delta returns a delta for a base of size from, with a result of size to.
func delta(from, to int, ops ...byte) []byte {
	b := binary.AppendUvarint(nil, uint64(from))
	return append(binary.AppendUvarint(b, uint64(to)), ops...)
}

// inMemory returns the Pack of a packfile and its index; no index if idx is nil.
func inMemory(t testing.TB, pack, idx []byte) *Pack {
	t.Helper()
	p := &Pack{name: "pack-test"}
	if err := p.setData(pack); err != nil {
		t.Fatal(err)
	}
	if idx != nil {
		if err := p.useIndex(idx); err != nil {
			t.Log(err)
		}
	}
	return p
}
