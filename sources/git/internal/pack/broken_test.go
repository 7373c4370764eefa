package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func parseID(t testing.TB, name string) (id sprawl.ID) {
	if _, err := hex.Decode(id[:], []byte(name)); err != nil {
		t.Fatal(err)
	}
	return id
}

func checkHash(t testing.TB, id sprawl.ID, typ Type, data []byte) {
	t.Helper()
	if sum := hashObject(sha1.New(), typ, data); sum != [hashSize]byte(id[:]) {
		t.Errorf("%v: content hashes to %x", id, sum)
	}
}

// walkCount walks all of p, and returns how many objects could be read.
func walkCount(t testing.TB, p *Pack) (good, bad int) {
	t.Helper()
	if err := p.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := p.NewReader()
	for typ := Commit; typ <= Tag; typ++ {
		for _, s := range p.Slices(typ, 3) {
			err := r.Walk(context.Background(), s, func(o *Object) error {
				if o.Type != typ {
					t.Errorf("%v is a %v among those of type %v", o.ID, o.Type, typ)
				}
				good++
				return nil
			}, func(id sprawl.ID, err error) {
				if err == nil {
					t.Errorf("%v is bad for no reason", id)
				}
				bad++
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
	return good, bad
}

// text is the content of the sound object that every broken pack starts with.
var text = []byte(strings.Repeat("some text that compresses\n", 20))

// Each row is a pack in which something is wrong. What is broken, and what is
// derived from it, is named; all else is read.
func TestBrokenObjects(t *testing.T) {
	sound := part{typ: Blob, data: text}
	n := len(text)
	copyAll := []byte{0x80 | 0x30, byte(n), byte(n >> 8)}
	on := func(base int) part { // a sound delta
		return part{typ: ofsDelta, base: base, data: delta(n, n, copyAll...)}
	}
	broken := func(p part) []part { return []part{sound, p, on(0)} }
	rows := map[string]struct {
		parts     []part
		good, bad int
	}{
		"sound":                       {[]part{sound, on(0), on(1)}, 3, 0},
		"bad zlib header":             {broken(part{typ: Blob, size: 5, raw: []byte("xxxxxxxxxxxx")}), 2, 1},
		"bad block":                   {broken(part{typ: Blob, size: 5, raw: []byte("\x78\x9c\x07xxxxxxxxxx")}), 2, 1},
		"declares less":               {broken(part{typ: Blob, size: n - 1, data: text}), 2, 1},
		"declares more":               {broken(part{typ: Blob, size: n + 1, data: text}), 2, 1},
		"declares gigabytes":          {broken(part{typ: Blob, size: 1 << 30, data: text}), 2, 1},
		"declares exabytes":           {broken(part{typ: Blob, size: math.MaxInt64, data: text}), 2, 1},
		"type 0":                      {broken(part{typ: 0, data: text}), 2, 1},
		"type 5":                      {broken(part{typ: 5, data: text}), 2, 1},
		"derived from a broken one":   {[]part{sound, {typ: 5, data: text}, on(1), on(2), on(0)}, 2, 3},
		"derived from bad zlib":       {[]part{sound, {typ: Blob, size: n, raw: []byte("xxxxxxxxxxxx")}, on(1), on(2), on(0)}, 2, 3},
		"base before the pack":        {broken(part{typ: ofsDelta, back: 1 << 40, data: delta(n, n, copyAll...)}), 2, 1},
		"base is no entry":            {broken(part{typ: ofsDelta, back: 3, data: delta(n, n, copyAll...)}), 2, 1},
		"base is not there":           {broken(part{typ: refDelta, ref: nameOf(77), data: delta(n, n, copyAll...)}), 2, 1},
		"base of another size":        {broken(part{typ: ofsDelta, base: 0, data: delta(n-1, n, copyAll...)}), 2, 1},
		"copy beyond the base":        {broken(part{typ: ofsDelta, base: 0, data: delta(n, n, 0x80|0x31, 1, byte(n), byte(n>>8))}), 2, 1},
		"copy from far beyond":        {broken(part{typ: ofsDelta, base: 0, data: delta(n, 9, 0x80|0x1f, 255, 255, 255, 255, 9)}), 2, 1},
		"result is larger":            {broken(part{typ: ofsDelta, base: 0, data: delta(n, n-1, copyAll...)}), 2, 1},
		"result is smaller":           {broken(part{typ: ofsDelta, base: 0, data: delta(n, n+1, copyAll...)}), 2, 1},
		"result of gigabytes":         {broken(part{typ: ofsDelta, base: 0, data: delta(n, 1<<31-1, copyAll...)}), 2, 1},
		"result of exabytes":          {broken(part{typ: ofsDelta, base: 0, data: delta(n, math.MaxInt64, copyAll...)}), 2, 1},
		"instruction 0":               {broken(part{typ: ofsDelta, base: 0, data: delta(n, n, 0)}), 2, 1},
		"insert is cut off":           {broken(part{typ: ofsDelta, base: 0, data: delta(n, 9, 9, 'x')}), 2, 1},
		"copy is cut off":             {broken(part{typ: ofsDelta, base: 0, data: delta(n, n, 0x80|0x30, byte(n))}), 2, 1},
		"empty delta":                 {broken(part{typ: ofsDelta, base: 0, data: []byte{}}), 2, 1},
		"delta of sizes that are cut": {broken(part{typ: ofsDelta, base: 0, data: []byte{0xff}}), 2, 1},
		"derived from itself":         {broken(part{typ: refDelta, ref: nameOf(1), data: delta(n, n, copyAll...)}), 2, 1},
		"cycle of three, and one on it": {[]part{
			sound,
			{typ: refDelta, ref: nameOf(2), data: delta(n, n, copyAll...)},
			{typ: refDelta, ref: nameOf(3), data: delta(n, n, copyAll...)},
			{typ: refDelta, ref: nameOf(1), data: delta(n, n, copyAll...)},
			on(2),
			on(0),
		}, 2, 4},
		"base after what is derived": {[]part{
			{typ: refDelta, ref: nameOf(1), data: delta(n, n, copyAll...)},
			{typ: refDelta, ref: nameOf(2), data: delta(n, n, copyAll...)},
			sound,
			on(0),
		}, 4, 0},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			pack, idx := build(row.parts)
			p := inMemory(t, pack, idx)
			if good, bad := walkCount(t, p); good != row.good || bad != row.bad {
				t.Errorf("%d good and %d bad, want %d and %d", good, bad, row.good, row.bad)
			}
			s := NewStore(p)
			p.store = s
			good := 0
			for num := range p.Len() {
				if _, data, err := s.Read(p.ID(num), nil); err == nil {
					good++
					if !bytes.Equal(data, text) {
						t.Errorf("object %d has other content", num)
					}
				}
			}
			if good != row.good {
				t.Errorf("%d can be read at random, want %d", good, row.good)
			}
			plainTwin(t, p)
		})
	}
}

// Without an index, what comes after a broken object is lost, and that is said.
func TestBrokenWithoutIndex(t *testing.T) {
	sound := part{typ: Blob, data: text}
	pack, _ := build([]part{sound, sound, {typ: Blob, size: 5, raw: []byte("xxxxxxxxxxxx")}, sound})
	whole, _ := build([]part{sound, sound})
	changed := bytes.Clone(whole)
	changed[len(changed)-1]++
	for name, row := range map[string]struct {
		pack      []byte
		good, bad int
	}{
		"bad zlib":             {pack, 2, 1},
		"sound":                {whole, 2, 0},
		"cut off":              {whole[:len(whole)-30], 1, 1},
		"checksum is wrong":    {changed, 2, 1},
		"something in between": {append(whole[:len(whole):len(whole)], whole[len(whole)-20:]...), 2, 1},
	} {
		if good, bad := walkCount(t, inMemory(t, row.pack, nil)); good != row.good || bad != row.bad {
			t.Errorf("%s: %d good and %d bad, want %d and %d", name, good, bad, row.good, row.bad)
		}
		_, err := Receive(context.Background(), bytes.NewReader(row.pack), nil, nil)
		if (err == nil) != (row.bad == 0) {
			t.Errorf("%s: received with error %v", name, err)
		}
	}
}

// A pack that was cut off or changed after it was indexed loses just what was
// hit.
func TestCutPack(t *testing.T) {
	sound := part{typ: Blob, data: text}
	whole, idx := build([]part{sound, sound, sound, sound})
	for cut := len(whole) - 1; cut > 60; cut -= 7 {
		p := inMemory(t, whole[:cut:cut], idx)
		good, bad := walkCount(t, p)
		if good+bad != 4 || bad == 0 && cut < len(whole)-hashSize-1 {
			t.Errorf("cut at %d of %d: %d good and %d bad", cut, len(whole), good, bad)
		}
	}
	for at := 12; at < len(whole)-hashSize; at++ {
		changed := bytes.Clone(whole)
		changed[at] ^= 0x10
		good, bad := walkCount(t, inMemory(t, changed, idx))
		if good != 3 || bad != 1 {
			t.Errorf("changed at %d: %d good and %d bad", at, good, bad)
		}
	}
}

func TestBrokenIndex(t *testing.T) {
	sound := part{typ: Blob, data: text}
	pack, idx := build([]part{sound, sound, sound})
	offsets := len(idx) - 40 - 12
	for name, row := range map[string]struct {
		change    func(idx []byte)
		good, bad int
	}{
		"two in one place":       {func(idx []byte) { copy(idx[offsets:], idx[offsets+4:offsets+8]) }, 2, 1},
		"outside the pack":       {func(idx []byte) { idx[offsets] = 0x7f }, 2, 1},
		"large, but not there":   {func(idx []byte) { idx[offsets] = 0xff }, 2, 1},
		"in the middle of one":   {func(idx []byte) { idx[offsets+3]++ }, 2, 1},
		"in the header":          {func(idx []byte) { copy(idx[offsets:], "\x00\x00\x00\x04") }, 2, 1},
		"first table disordered": {func(idx []byte) { idx[8] = 9 }, 3, 0},
	} {
		broken := bytes.Clone(idx)
		row.change(broken)
		if good, bad := walkCount(t, inMemory(t, pack, broken)); good != row.good || bad != row.bad {
			t.Errorf("%s: %d good and %d bad, want %d and %d", name, good, bad, row.good, row.bad)
		}
	}
}

func TestBrokenPackHeader(t *testing.T) {
	pack, _ := build([]part{{typ: Blob, data: text}})
	for name, change := range map[string]func([]byte) []byte{
		"empty":        func(b []byte) []byte { return nil },
		"short":        func(b []byte) []byte { return b[:20] },
		"signature":    func(b []byte) []byte { b[0] = 'p'; return b },
		"version":      func(b []byte) []byte { b[7] = 4; return b },
		"absurd count": func(b []byte) []byte { b[8] = 255; return b },
	} {
		broken := change(bytes.Clone(pack))
		if (&Pack{}).setData(broken) == nil {
			t.Errorf("%s passes", name)
		}
		if _, err := Receive(context.Background(), bytes.NewReader(broken), nil, nil); err == nil {
			t.Errorf("%s is received", name)
		}
	}
	pack[7] = 3
	if err := (&Pack{}).setData(pack); err != nil {
		t.Errorf("version 3: %v", err)
	}
}

// Files that can't be packs or indexes are named, and the rest is read.
func TestProblems(t *testing.T) {
	dir := t.TempDir()
	packs := filepath.Join(dir, "pack")
	os.Mkdir(packs, 0o700)
	pack, idx := build([]part{{typ: Blob, data: text}})
	sha256 := append(bytes.Clone(idx[:8+1024]), make([]byte, 32+8+64)...)
	for name, data := range map[string][]byte{
		"good.pack": pack, "good.idx": idx,
		"empty.pack": nil, "empty.idx": idx,
		"lonely.idx":  idx,
		"sha256.pack": pack, "sha256.idx": sha256,
		"tmp_pack_1": pack,
	} {
		if err := os.WriteFile(filepath.Join(packs, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	os.Mkdir(filepath.Join(packs, "dir.pack"), 0o700)
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Packs()) != 1 || s.Packs()[0].Name() != "good" {
		t.Errorf("packs: %v", s.Packs())
	}
	all := errors.Join(s.Problems()...).Error()
	for _, name := range []string{"empty.pack", "lonely.pack", "sha256.idx: object format sha256 is not supported", "dir.pack"} {
		if !strings.Contains(all, name) {
			t.Errorf("%s is not among the problems:\n%s", name, all)
		}
	}
	if len(s.Problems()) != 4 {
		t.Errorf("problems:\n%s", all)
	}
}

func TestBrokenLoose(t *testing.T) {
	sum := hashObject(sha1.New(), Blob, text)
	id := idOf(sum[:])
	sound := append([]byte("blob 520\x00"), text...)
	for name, row := range map[string]struct {
		file []byte
		ok   bool
	}{
		"sound":            {zipped(sound), true},
		"empty":            {nil, false},
		"not zlib":         {sound, false},
		"cut off":          {zipped(sound)[:20], false},
		"other content":    {zipped(bytes.ToUpper(sound)), false},
		"other type":       {zipped(bytes.Replace(sound, []byte("blob"), []byte("tree"), 1)), false},
		"unknown type":     {zipped(bytes.Replace(sound, []byte("blob"), []byte("blog"), 1)), false},
		"declares more":    {zipped(bytes.Replace(sound, []byte("520"), []byte("521"), 1)), false},
		"declares exabyte": {zipped(bytes.Replace(sound, []byte("520"), []byte("9223372036854775807"), 1)), false},
		"no end of header": {zipped(bytes.Repeat([]byte("blob 5"), 20)), false},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, id.String()[:2], id.String()[2:])
		os.Mkdir(filepath.Dir(path), 0o700)
		os.WriteFile(path, row.file, 0o600)
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		typ, data, err := s.Read(id, nil)
		if row.ok != (err == nil) || err == nil && (typ != Blob || !bytes.Equal(data, text)) {
			t.Errorf("%s: %v, %d bytes, %v", name, typ, len(data), err)
		}
		if err != nil && (!strings.Contains(err.Error(), path) || errors.Is(err, ErrMissing)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a visitor returns ends the walk, and the reader can be used again.
func TestWalkStops(t *testing.T) {
	n := len(text)
	parts := []part{{typ: Blob, data: text}}
	for i := range 300 {
		parts = append(parts, part{typ: ofsDelta, base: i, data: delta(n, n, 0x80|0x30, byte(n), byte(n>>8))})
	}
	p := inMemory(t, func() []byte { b, _ := build(parts); return b }(), nil)
	if err := p.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, s := p.NewReader(), p.Slices(Blob, 1)[0]
	bad := func(id sprawl.ID, err error) { t.Errorf("%v: %v", id, err) }
	seen := 0
	err := r.Walk(context.Background(), s, func(*Object) error {
		if seen++; seen == 7 {
			return io.ErrUnexpectedEOF
		}
		return nil
	}, bad)
	if err != io.ErrUnexpectedEOF || seen != 7 {
		t.Errorf("stopped after %d with %v", seen, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	seen = 0
	err = r.Walk(ctx, s, func(*Object) error { seen++; cancel(); return nil }, bad)
	if err != context.Canceled || seen > 257 {
		t.Errorf("cancelled after %d with %v", seen, err)
	}
	seen = 0
	if err := r.Walk(context.Background(), s, func(*Object) error { seen++; return nil }, bad); err != nil || seen != 301 {
		t.Errorf("walked %d again: %v", seen, err)
	}
	if err := p.Prepare(ctx); err != nil {
		t.Errorf("prepared twice: %v", err)
	}
}

// A file that is cut off while it is mapped is an error, not a crash.
func TestCutWhileMapped(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped")
	}
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "pack"), 0o700)
	var parts []part
	for range 2000 {
		parts = append(parts, part{typ: Blob, data: text})
	}
	pack, idx := build(parts)
	path := filepath.Join(dir, "pack", "pack-x.pack")
	os.WriteFile(path, pack, 0o600)
	os.WriteFile(filepath.Join(dir, "pack", "pack-x.idx"), idx, 0o600)
	s, err := Open(dir)
	if err != nil || len(s.Problems()) > 0 {
		t.Fatal(err, s.Problems())
	}
	p := s.Packs()[0]
	if err := p.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 4096); err != nil {
		t.Fatal(err)
	}
	err = p.NewReader().Walk(context.Background(), p.Slices(Blob, 1)[0], func(*Object) error { return nil }, func(sprawl.ID, error) {})
	if err == nil || !strings.Contains(err.Error(), "changed or removed") {
		t.Errorf("walk: %v", err)
	}
	if _, _, err := s.Read(p.ID(1999), nil); err == nil {
		t.Error("what is gone can be read")
	}
}
