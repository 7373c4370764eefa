package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// An entry is a file to pack.
type entry struct {
	name string
	data []byte
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func zstded(data []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(data, nil)
}

func xzed(data []byte) []byte {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// bzipped is what bzip2 makes of bunzipped; there is no writer in Go's library.
const bzipped = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xc1\x11\xfd\x6f\x00\x01\x2b\xd9\x80\x00\x10\x40\x00\x10\x00\x32\x25\x40" +
	"\x10\x20\x00\x72\x20\x1a\x69\xa0\x29\x54\xd1\x91\x93\x04\x5f\x11\x68\x8b\x24\x5b\x22\xc9\x16\x88\xb2\x45\xd1\x16\xc8" +
	"\xb8\x45\x82\x2e\x14\x8e\x11\x78\xbb\x92\x29\xc2\x84\x86\x08\x8f\xeb\x78"

var bunzipped = bytes.Repeat([]byte("a line in bzip2\n"), 100)

func tarred(entries ...entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o600, Size: int64(len(e.data))})
		w.Write(e.data)
	}
	w.Close()
	return b.Bytes()
}

func zipped(entries ...entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err != nil {
			panic(err)
		}
		f.Write(e.data)
	}
	w.Close()
	return b.Bytes()
}

// stored is a zip whose entries have their sizes in their local headers.
func stored(entries ...entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(e.data), CompressedSize64: uint64(len(e.data)), UncompressedSize64: uint64(len(e.data))}
		f, err := w.CreateRaw(h)
		if err != nil {
			panic(err)
		}
		f.Write(e.data)
	}
	w.Close()
	return b.Bytes()
}

// shown is what came of one object: each piece of content by its path and
// encodings, and the names by "names of" theirs.
type shown map[string]string

func key(at *sprawl.Location) string {
	k := at.Path
	if at.Kind == sprawl.KindName {
		k = "names of " + k
	}
	if len(at.Encoding) > 0 {
		k += " [" + strings.Join(at.Encoding, " ") + "]"
	}
	return k
}

// show wraps a collector, and shows it data as one object called "o".
func show(t testing.TB, data []byte, l unpack.Limits) (shown, []sprawl.Gap) {
	t.Helper()
	return showAt(t, "o", data, l)
}

func showAt(t testing.TB, path string, data []byte, l unpack.Limits) (shown, []sprawl.Gap) {
	t.Helper()
	c := sourcetest.NewCollector()
	u := unpack.Wrap(c, l)
	at := sprawl.Location{Target: "test:", Path: path, Object: sprawl.ID{1}}
	if !u.Offer(&at) {
		t.Fatal("not wanted")
	}
	if err := u.Visit(&sprawl.Chunk{At: &at, Data: data}); err != nil {
		t.Fatal(err)
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	got := shown{}
	for _, o := range c.Objects() {
		if o.At.Object != (sprawl.ID{1}) || o.At.Target != "test:" {
			t.Errorf("%s is not at the outer object", key(&o.At))
		}
		got[key(&o.At)] = string(o.Data)
	}
	if got[path] != string(data) {
		t.Errorf("the outer object itself was not shown as it is")
	}
	delete(got, path)
	return got, u.Gaps()
}

func TestFormats(t *testing.T) {
	a, b := entry{"a.txt", []byte("the first\n")}, entry{"d/b.bin", []byte("the\x00second")}
	with := func(encodings string, pairs ...string) shown {
		s := shown{}
		for i := 0; i < len(pairs); i += 2 {
			s[pairs[i]+" ["+encodings+"]"] = pairs[i+1]
		}
		return s
	}
	data := string(a.data)
	names := "a.txt\nd/b.bin\n"
	tests := []struct {
		name string
		data []byte
		want shown
	}{
		{"text", []byte("nothing to unpack, but a long text"), shown{}},
		{"empty", nil, shown{}},
		{"gzip", gzipped(a.data), with("gzip", "o!", data)},
		{"two gzips", append(gzipped(a.data), gzipped(b.data)...), with("gzip", "o!", data+string(b.data))},
		{"zstd", zstded(a.data), with("zstd", "o!", data)},
		{"xz", xzed(a.data), with("xz", "o!", data)},
		{"two xzs", append(xzed(a.data), xzed(b.data)...), with("xz", "o!", data+string(b.data))},
		{"bzip2", []byte(bzipped), with("bzip2", "o!", string(bunzipped))},
		{"tar", tarred(a, b), with("tar", "names of o!", names, "o!a.txt", data, "o!d/b.bin", string(b.data))},
		{"zip", zipped(a, b), with("zip", "names of o!", names, "o!a.txt", data, "o!d/b.bin", string(b.data))},
		{"stored zip", stored(a, b), with("zip", "names of o!", names, "o!a.txt", data, "o!d/b.bin", string(b.data))},
		{"tar.gz", gzipped(tarred(a)), with("gzip tar", "names of o!", "a.txt\n", "o!a.txt", data)},
		{"tar.xz", xzed(tarred(a)), with("xz tar", "names of o!", "a.txt\n", "o!a.txt", data)},
		{"tar.zst", zstded(tarred(a)), with("zstd tar", "names of o!", "a.txt\n", "o!a.txt", data)},
		{"gz in zip", zipped(entry{"x.gz", gzipped(a.data)}), merge(
			with("zip", "names of o!", "x.gz\n"),
			with("zip gzip", "o!x.gz!", data))},
		{"zip in tar.gz", gzipped(tarred(entry{"x.zip", zipped(a)}, b)), merge(
			with("gzip tar", "names of o!", "x.zip\nd/b.bin\n", "o!x.zip", string(zipped(a)), "o!d/b.bin", string(b.data)),
			with("gzip tar zip", "names of o!x.zip!", "a.txt\n", "o!x.zip!a.txt", data))},
		{"script with zip", append([]byte("#!/bin/sh\nexit 0\n"), zipped(a, b)...), with("zip", "names of o!", names, "o!a.txt", data, "o!d/b.bin", string(b.data))},
		{"two tars", append(tarred(a), tarred(b)...), merge(
			with("tar", "names of o!", "a.txt\n", "o!a.txt", data),
			with("tar tar", "names of o!", "d/b.bin\n", "o!d/b.bin", string(b.data)))},
		{"after a tar", append(tarred(a), "what somebody hid"...), with("tar", "names of o!", "a.txt\n", "o!a.txt", data, "o!", "what somebody hid")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, gaps := show(t, test.data, unpack.Limits{})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +shown:\n%s", diff)
			}
			if len(gaps) > 0 {
				t.Errorf("gaps: %v", gaps)
			}
		})
	}
}

func merge(all ...shown) shown {
	m := shown{}
	for _, s := range all {
		for k, v := range s {
			m[k] = v
		}
	}
	return m
}

// TestWrongDirectorySize has an end record that a writer got wrong in a way
// that other readers take.
func TestWrongDirectorySize(t *testing.T) {
	b := zipped(entry{"a", []byte("content")})
	b[bytes.Index(b, []byte("PK\x05\x06"))+12]--
	got, gaps := show(t, b, unpack.Limits{})
	if got["o!a [zip]"] != "content" || len(gaps) > 0 {
		t.Errorf("%q, gaps %v", got, gaps)
	}
}

// TestLinkWithContent has a file that says that it is a link: it has content
// all the same.
func TestLinkWithContent(t *testing.T) {
	b := tarred(entry{"e", []byte("content")})
	copy(b[157:], "elsewhere")
	sum := 8 * int(' ')
	for i, c := range b[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	got, gaps := show(t, b, unpack.Limits{})
	if got["o!e [tar]"] != "content" || got["names of o! [tar]"] != "e -> elsewhere\n" || len(gaps) > 0 {
		t.Errorf("%q, gaps %v", got, gaps)
	}
}

// TestOldTar has a header from before POSIX: no magic, but a checksum.
func TestOldTar(t *testing.T) {
	b := tarred(entry{"old", []byte("content")})
	clear(b[257:512])
	sum := 8 * int(' ')
	for i, c := range b[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	got, gaps := show(t, b, unpack.Limits{})
	if got["o!old [tar]"] != "content" || len(gaps) > 0 {
		t.Errorf("%q, %v", got, gaps)
	}
}

func TestHostileTar(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "../../etc/up", Size: 2})
	w.Write([]byte("up"))
	w.WriteHeader(&tar.Header{Name: "/abs\n\x1b[31m", Size: 3})
	w.Write([]byte("abs"))
	w.WriteHeader(&tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"})
	w.WriteHeader(&tar.Header{Name: "fifo", Typeflag: tar.TypeFifo})
	w.WriteHeader(&tar.Header{Name: "last", Size: 4})
	w.Write([]byte("last"))
	w.Close()
	got, gaps := show(t, b.Bytes(), unpack.Limits{})
	want := shown{
		"o!../../etc/up [tar]":   "up",
		"o!/abs\n\x1b[31m [tar]": "abs",
		"o!last [tar]":           "last",
		"names of o! [tar]":      "../../etc/up\n/abs\n\x1b[31m\nlink -> /etc/shadow\nfifo\nlast\n",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v, -want +shown:\n%s", gaps, diff)
	}
}

// noise does not compress.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[0] = 'n'
	return b
}

// TestTruncated cuts each format: what comes before the cut is shown, and the
// cut is named.
func TestTruncated(t *testing.T) {
	first, second := entry{"first", []byte("all of the first")}, entry{"second", noise(100_000)}
	tests := []struct {
		name string
		data []byte
		path string
	}{
		{"gzip", gzipped(second.data), "o! [gzip]"},
		{"zstd", zstded(noise(400_000)), "o! [zstd]"}, // whole blocks only
		{"xz", xzed(second.data), "o! [xz]"},
		{"tar", tarred(first, second), "o!first [tar]"},
		{"tar.gz", gzipped(tarred(first, second)), "o!first [gzip tar]"},
		{"zip", zipped(first, second), "o!first [zip]"},
		{"stored zip", stored(first, second), "o!first [zip]"},
		{"zip in tar", tarred(entry{"x.zip", zipped(first, second)}), "o!x.zip!first [tar zip]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, gaps := show(t, test.data[:len(test.data)*3/4], unpack.Limits{})
			if got[test.path] == "" {
				t.Errorf("nothing of %s was shown", test.path)
			}
			if len(gaps) == 0 || !strings.HasPrefix(gaps[0].What, "o") {
				t.Errorf("gaps: %v", gaps)
			}
		})
	}
}

// TestCorrupt changes each byte of each format in turn: there is no panic,
// and what is shown wrong is said to be.
func TestCorrupt(t *testing.T) {
	e := entry{"name", []byte(strings.Repeat("some content ", 20))}
	for name, whole := range map[string][]byte{
		"gzip": gzipped(e.data), "zstd": zstded(e.data), "xz": xzed(e.data), "zip": zipped(e), "stored": stored(e),
	} {
		for i := range whole {
			b := bytes.Clone(whole)
			b[i] ^= 0x55
			got, gaps := show(t, b, unpack.Limits{})
			for k, v := range got {
				if !strings.HasPrefix(k, "names") && strings.HasPrefix(k, "o!") && name != "stored" && v != string(e.data) && len(gaps) == 0 {
					t.Errorf("%s: byte %d: %s is wrong, and there is no gap", name, i, k)
				}
			}
		}
	}
}

func TestEncryptedZip(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateRaw(&zip.FileHeader{Name: "closed", Flags: 1, Method: zip.Deflate, CompressedSize64: 3, UncompressedSize64: 3})
	f.Write([]byte("???"))
	f, _ = w.CreateRaw(&zip.FileHeader{Name: "odd", Method: 97, CompressedSize64: 3, UncompressedSize64: 3})
	f.Write([]byte("???"))
	f, _ = w.Create("open")
	f.Write([]byte("can be read"))
	w.Close()
	got, gaps := show(t, b.Bytes(), unpack.Limits{})
	if got["o!open [zip]"] != "can be read" {
		t.Errorf("shown: %q", got)
	}
	want := []sprawl.Gap{
		{Target: "test:", What: "o!closed", Why: "encrypted"},
		{Target: "test:", What: "o!odd", Why: "zip compression method 97 is not supported"},
	}
	if diff := cmp.Diff(want, gaps); diff != "" {
		t.Errorf("-want +gaps:\n%s", diff)
	}
}

// TestStream shows a long stream, without holding it.
func TestStream(t *testing.T) {
	var v measure
	u := unpack.Wrap(&v, unpack.Limits{})
	if err := u.Stream(&sprawl.Location{}, &zeros{300 << 20}); err != nil || len(u.Gaps()) > 0 {
		t.Fatal(err, u.Gaps())
	}
	if v.bytes < 300<<20 || v.largest > 5<<20 {
		t.Errorf("%d bytes in chunks of up to %d", v.bytes, v.largest)
	}
}

var errStop = errors.New("stop")

// stopping ends at the n-th chunk.
type stopping struct{ n int }

func (s *stopping) Offer(*sprawl.Location) bool { return true }

func (s *stopping) Visit(*sprawl.Chunk) error {
	if s.n--; s.n < 0 {
		return errStop
	}
	return nil
}

// TestStops returns the visitor's error, wherever it comes from.
func TestStops(t *testing.T) {
	data := zipped(entry{"a", []byte("1")}, entry{"b", gzipped(tarred(entry{"c", []byte("2")}))}, entry{"d", []byte("3")})
	for n := range 6 {
		u := unpack.Wrap(&stopping{n}, unpack.Limits{})
		err := u.Visit(&sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: data})
		if err != errStop || len(u.Gaps()) > 0 {
			t.Errorf("after %d chunks: %v, gaps %v", n, err, u.Gaps())
		}
	}
	calls := 0
	u := unpack.Wrap(&stopping{1000}, unpack.Limits{Stop: func() error { calls++; return errStop }})
	err := u.Visit(&sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: bomb(10 << 20)})
	if err != errStop || calls != 1 {
		t.Errorf("Stop was asked %d times, and %v returned", calls, err)
	}
}

// TestPlainIsFree: what is no archive costs a few compares.
func TestPlainIsFree(t *testing.T) {
	var v measure
	u := unpack.Wrap(&v, unpack.Limits{})
	c := &sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: noise(10_000)}
	if n := testing.AllocsPerRun(100, func() { u.Visit(c) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestReuse has one Unpacker for many objects, after failures too.
func TestReuse(t *testing.T) {
	e := entry{"e", []byte("content\n")}
	c := sourcetest.NewCollector()
	u := unpack.Wrap(c, unpack.Limits{})
	formats := [][]byte{gzipped(e.data), zstded(e.data), xzed(e.data), tarred(e), zipped(e), gzipped(tarred(e)), []byte(bzipped)}
	for round := range 3 {
		for i, b := range formats {
			at := &sprawl.Location{Path: fmt.Sprint("bad", round, i)}
			u.Offer(at)
			u.Visit(&sprawl.Chunk{At: at, Data: b[:len(b)*2/3]})
			at.Path = fmt.Sprint("good", round, i)
			u.Offer(at)
			u.Visit(&sprawl.Chunk{At: at, Data: b})
		}
	}
	good := 0
	for _, o := range c.Objects() {
		if len(o.At.Encoding) > 0 && o.At.Kind == sprawl.KindBlob && strings.HasPrefix(o.At.Path, "good") {
			good++
			if s := string(o.Data); s != string(e.data) && s != string(bunzipped) {
				t.Errorf("%s: %q", o.At.Path, s)
			}
		}
	}
	if good != 3*len(formats) {
		t.Errorf("%d were shown, want %d", good, 3*len(formats))
	}
	for _, g := range u.Gaps() {
		if strings.HasPrefix(g.What, "good") {
			t.Errorf("gap: %v", g)
		}
	}
}
