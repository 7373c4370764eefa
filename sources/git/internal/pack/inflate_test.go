package pack

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"
)

// plainInflate is the twin of inflater.inflate in the standard library: it
// succeeds if src starts with a deflate stream of exactly n bytes.
func plainInflate(src []byte, n int) ([]byte, int, bool) {
	r := bytes.NewReader(src)
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(r), int64(n)+1))
	return data, len(src) - r.Len(), err == nil && len(data) == n
}

// fastInflate runs the inflater that is tested, on memory of its own.
func fastInflate(f *inflater, src []byte, n int) ([]byte, int, error) {
	dst := make([]byte, n+slack)
	used, err := f.inflate(dst, n, src)
	return dst[:n], used, err
}

func deflated(t testing.TB, level int, parts ...[]byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		w.Write(p)
		w.Flush()
	}
	w.Close()
	return b.Bytes()
}

// texts are contents of many characters: none, one byte, runs of short
// periods, prose, noise, all byte values.
func texts() [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	few := make([]byte, 50000)
	for i := range few {
		few[i] = "etaoin shrdlu\n"[random.IntN(14)]
	}
	skewed := make([]byte, 60000)
	for i := range skewed {
		skewed[i] = byte(1) << random.IntN(8) >> random.IntN(8) << random.IntN(3)
	}
	all := [][]byte{nil, {'x'}, few[:37], few, noise[:100], noise, skewed}
	for period := 1; period < 20; period++ {
		all = append(all, bytes.Repeat(few[:period], 3000/period))
	}
	return all
}

func TestInflate(t *testing.T) {
	var f inflater
	for i, text := range texts() {
		for level := -2; level <= 9; level++ {
			src := deflated(t, level, text[:len(text)/3], text[len(text)/3:])
			for _, after := range []int{0, 1, 5, 30} {
				padded := append(bytes.Clone(src), make([]byte, after)...)
				got, used, err := fastInflate(&f, padded, len(text))
				if err != nil || used != len(src) || !bytes.Equal(got, text) {
					t.Fatalf("text %d level %d: used %d of %d: %v", i, level, used, len(src), err)
				}
			}
			if _, _, err := fastInflate(&f, src, len(text)+1); err == nil {
				t.Errorf("text %d level %d: a size that is too large passes", i, level)
			}
			if len(text) > 0 {
				if _, _, err := fastInflate(&f, src, len(text)-1); err == nil {
					t.Errorf("text %d level %d: a size that is too small passes", i, level)
				}
			}
		}
	}
}

// Any cut and any damage gives an error or the right number of bytes, never
// more, and never a panic.
func TestInflateDamaged(t *testing.T) {
	var f inflater
	text := texts()[3][:3000]
	src := deflated(t, 6, text)
	for cut := range src {
		if _, _, err := fastInflate(&f, src[:cut:cut], len(text)); err == nil {
			t.Fatalf("cut at %d of %d passes", cut, len(src))
		}
	}
	for bit := range len(src) * 8 {
		broken := bytes.Clone(src)
		broken[bit/8] ^= 1 << (bit % 8)
		compareInflate(t, &f, broken, len(text))
	}
}

func compareInflate(t *testing.T, f *inflater, src []byte, n int) {
	t.Helper()
	want, wantUsed, ok := plainInflate(src, n)
	got, used, err := fastInflate(f, src, n)
	if ok != (err == nil) {
		t.Fatalf("plain accepts: %v, fast: %v", ok, err)
	}
	if ok && (!bytes.Equal(got, want) || used != wantUsed) {
		t.Fatalf("differs from plain: used %d, want %d", used, wantUsed)
	}
}

func TestZlib(t *testing.T) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte("some text"))
	w.Close()
	var f inflater
	dst := make([]byte, 9+slack)
	for i := range b.Len() {
		broken := bytes.Clone(b.Bytes())
		if _, err := f.zlib(dst, 9, broken, true); err != nil {
			t.Fatal(err)
		}
		broken[i] ^= 4
		if _, err := f.zlib(dst, 9, broken, true); err == nil && i > 1 {
			t.Errorf("damage at %d of %d passes", i, b.Len())
		}
		if _, err := f.zlib(dst, 9, b.Bytes()[:i], true); err == nil {
			t.Errorf("cut at %d of %d passes", i, b.Len())
		}
	}
}

// FuzzInflate holds the inflater to compress/flate: the same streams pass,
// with the same bytes out and the same number of bytes in.
func FuzzInflate(f *testing.F) {
	for _, text := range texts() {
		text = text[:min(len(text), 2000)]
		for _, level := range []int{-2, 0, 1, 9} {
			f.Add(deflated(f, level, text), uint16(len(text)))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, n uint16) {
		var inf inflater
		compareInflate(t, &inf, src, int(n))
		if want, _, _ := plainInflate(src, 1<<16); len(want) != int(n) {
			compareInflate(t, &inf, src, min(len(want), 1<<16))
		}
	})
}
