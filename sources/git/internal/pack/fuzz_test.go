package pack

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// plainDelta is the twin of applyDelta: one byte at a time, as
// gitformat-pack(5) puts it.
func plainDelta(base, ops []byte, limit int) ([]byte, bool) {
	out := []byte{}
	for len(ops) > 0 {
		op := ops[0]
		ops = ops[1:]
		switch {
		case op == 0:
			return nil, false
		case op < 0x80:
			if int(op) > len(ops) {
				return nil, false
			}
			out, ops = append(out, ops[:op]...), ops[op:]
		default:
			var args [8]byte
			for i := range 7 {
				if op>>i&1 == 0 {
					continue
				}
				if len(ops) == 0 {
					return nil, false
				}
				args[i], ops = ops[0], ops[1:]
			}
			src, size := uint64(binary.LittleEndian.Uint32(args[:])), uint64(binary.LittleEndian.Uint32(args[4:]))
			if size == 0 {
				size = 0x10000
			}
			if src+size > uint64(len(base)) {
				return nil, false
			}
			out = append(out, base[src:src+size]...)
		}
		if len(out) > limit {
			return nil, false
		}
	}
	return out, true
}

// FuzzDelta holds applyDelta to its twin, and its copies to what they say.
func FuzzDelta(f *testing.F) {
	f.Add([]byte("some base text"), []byte("\x04new \x90\x0e"), uint16(18))
	f.Add([]byte("some base text"), []byte("\x91\x05\x04\x91\x09\x05\x01x\xb0\x00\x00"), uint16(10))
	f.Add(bytes.Repeat([]byte("x"), 0x10000), []byte("\x80"), uint16(0xffff))
	f.Add([]byte{}, []byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, base, ops []byte, n uint16) {
		want, ok := plainDelta(base, ops, int(n))
		ok = ok && len(want) == int(n)
		dst := grown(nil, int(n))
		copies, err := applyDelta(dst, slacked(base), slacked(ops), nil)
		if ok != (err == nil) {
			t.Fatalf("plain accepts: %v, fast: %v", ok, err)
		}
		if !ok {
			return
		}
		if !bytes.Equal(dst, want) {
			t.Fatal("result differs")
		}
		if got := deltaResult(ops); got != uint64(n) {
			t.Fatalf("result of %d counted as %d", n, got)
		}
		checkCopies(t, &Object{Data: dst, Copies: copies}, base)
	})
}

func slacked(b []byte) []byte { return append(grown(nil, len(b))[:0], b...) }

// FuzzIdx: any bytes make an index that can be asked anything, or none.
func FuzzIdx(f *testing.F) {
	_, idx := build([]part{{typ: Blob, data: text}, {typ: Blob}, {typ: Tree}})
	f.Add(idx)
	one := append(bytes.Clone(idx[8:8+1024]), make([]byte, 3*24+40)...)
	f.Add(one)
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(data)
		if err != nil {
			return
		}
		for num := range x.n {
			x.offset(num)
			x.crc(num)
			if found, ok := x.lookup(x.name(num)); ok && !bytes.Equal(x.name(found), x.name(num)) {
				t.Fatal("another object is found")
			}
		}
		for b := range 256 {
			x.lookup(append([]byte{byte(b)}, make([]byte, hashSize-1)...))
		}
	})
}

// FuzzPack walks packs that are derived from damaged ones, with and without an
// index, and holds what can be read to the plain way of reading it.
func FuzzPack(f *testing.F) {
	n := len(text)
	pack, idx := build([]part{
		{typ: Blob, data: text},
		{typ: ofsDelta, base: 0, data: delta(n, n+3, 3, 'n', 'e', 'w', 0x80|0x30, byte(n), byte(n>>8))},
		{typ: ofsDelta, base: 0, data: delta(n, 9, 0x91, 4, 9)},
		{typ: refDelta, ref: nameOf(1), data: delta(n+3, 9, 0x91, 4, 9)},
		{typ: Tree, data: []byte{}},
		{typ: Commit, data: []byte("tree\n")},
	})
	f.Add(pack, idx)
	f.Add(pack, []byte{})
	cyclic, idx := build([]part{
		{typ: refDelta, ref: nameOf(1), data: delta(9, 9, 0x90, 9)},
		{typ: refDelta, ref: nameOf(0), data: delta(9, 9, 0x90, 9)},
		{typ: ofsDelta, base: 0, data: delta(9, 9, 0x90, 9)},
	})
	f.Add(cyclic, idx)
	f.Fuzz(func(t *testing.T, pack, idx []byte) {
		p := &Pack{name: "fuzz"}
		if len(pack) > 1<<16 || p.setData(pack) != nil {
			return
		}
		p.useIndex(idx)
		p.store = NewStore(p)
		good, bad := walkCount(t, p)
		if found := len(p.prepared.offs); good+bad < found || good+bad > found+1 {
			t.Fatalf("%d good and %d bad of %d", good, bad, found)
		}
		plainTwin(t, p)
		if received, err := receive(context.Background(), oneRead{pack}, nil, nil, len(pack)/2); err == nil {
			walkCount(t, received)
			received.Close()
		}
	})
}

// FuzzFamilies makes sound containers of hostile entries: a checksum would
// keep FuzzPack from most of them.
func FuzzFamilies(f *testing.F) {
	f.Add([]byte("\x03\x00\x09some text\x06\x00\x06\x09\x05\x90\x05\x00\x06\x01\x06\x05\x05\x90\x05\x00"))
	f.Add([]byte("\x02\x00\x05trees\x07\x02\x04\x05\x05\x90\x05\x07\x00\x05\x05\x05\x90\x05\x00"))
	f.Add([]byte("\x07\x01\x04\x05\x05\x90\x05\x07\x00\x04\x05\x05\x90\x05\x06\x00\x04\x05\x05\x90\x05"))
	f.Fuzz(func(t *testing.T, recipe []byte) {
		parts := cook(recipe)
		pack, idx := build(parts)
		for _, idx := range [][]byte{idx, nil} {
			p := inMemory(t, pack, idx)
			p.store = NewStore(p)
			good, bad := walkCount(t, p)
			if found := len(p.prepared.offs); good+bad < found || good+bad > found+1 {
				t.Fatalf("%d good and %d bad of %d", good, bad, found)
			}
			plainTwin(t, p)
			for num := range p.prepared.offs {
				p.store.Read(p.ID(num), nil)
			}
		}
	})
}

// cook reads entries from a recipe: type, base, length, data.
func cook(recipe []byte) (parts []part) {
	for len(recipe) >= 3 && len(parts) < 50 {
		n := min(int(recipe[2]), len(recipe)-3)
		p := part{typ: Type(recipe[0] & 7), data: recipe[3 : 3+n]}
		switch {
		case p.typ == refDelta:
			p.ref = nameOf(int(recipe[1] & 63))
		case p.typ == ofsDelta && len(parts) > 0:
			p.base = int(recipe[1]) % len(parts)
		case p.typ == ofsDelta:
			p.back = uint64(recipe[1])
		case recipe[1] > 200:
			p.size = int(recipe[1])
		}
		parts = append(parts, p)
		recipe = recipe[3+n:]
	}
	return parts
}

// oneRead gives its bytes in one read.
type oneRead struct{ b []byte }

func (r oneRead) Read(p []byte) (int, error) { return copy(p, r.b), io.EOF }

// plainTwin reads every object that a walk of p shows in the plainest way:
// with the standard library's zlib, base first, by recursion.
func plainTwin(t testing.TB, p *Pack) {
	t.Helper()
	r := p.NewReader()
	r.keep = 0
	for typ := Commit; typ <= Tag; typ++ {
		for _, s := range p.Slices(typ, 1) {
			err := r.Walk(context.Background(), s, func(o *Object) error {
				want, err := plainObject(p, int(p.prepared.offs[p.prepared.posOf(o.Num)]), 0)
				if err != nil || !bytes.Equal(want, o.Data) {
					t.Errorf("object %d differs: %v", o.Num, err)
				}
				return nil
			}, func(sprawl.ID, error) {})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func plainObject(p *Pack, off, depth int) ([]byte, error) {
	if depth > 100 {
		return nil, errors.New("too deep")
	}
	e, err := p.entry(off)
	if err != nil {
		return nil, err
	}
	z, err := zlib.NewReader(bytes.NewReader(p.data[e.body:]))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(z, 1<<24))
	if err != nil || uint64(len(data)) != e.size {
		return nil, errors.New("bad zlib")
	}
	switch e.Type {
	case ofsDelta:
		off = e.base
	case refDelta:
		num, ok := p.Lookup(idOf(e.ref))
		if !ok {
			return nil, errNoBase
		}
		off = p.offset(num)
	default:
		return data, nil
	}
	base, err := plainObject(p, off, depth+1)
	if err != nil {
		return nil, err
	}
	size, n, ops, err := deltaSizes(data)
	if err != nil || size != uint64(len(base)) {
		return nil, errDeltaBase
	}
	out, ok := plainDelta(base, ops, int(n))
	if !ok || len(out) != int(n) {
		return nil, errDelta
	}
	return out, nil
}

// Keys of all widths are sorted as the standard library sorts them.
func TestSortKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for width := 1; width < 64; width += 5 {
		keys := make([]uint64, 1000)
		for i := range keys {
			keys[i] = random.Uint64() >> (64 - width) &^ 7
			keys[i] |= uint64(i & 7)
		}
		sorted, _ := sortKeys(append([]uint64{}, keys...), 3, width-3)
		for i := 1; i < len(sorted); i++ {
			if sorted[i-1]>>3 > sorted[i]>>3 {
				t.Fatalf("width %d: not in order at %d", width, i)
			}
		}
	}
}
