package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// FuzzPacked packs content in every format: it comes out as it went in.
func FuzzPacked(f *testing.F) {
	f.Add([]byte("content"), "name", uint8(0))
	f.Add(noise(3000), "d/name", uint8(3))
	f.Fuzz(func(t *testing.T, content []byte, name string, format uint8) {
		if unpack.IsArchive(content) || len(content) == 0 || name == "" || name[len(name)-1] == '/' {
			t.Skip()
		}
		packed, path := gzipped(content), "o! [gzip]"
		switch format % 4 {
		case 1:
			packed, path = zstded(content), "o! [zstd]"
		case 2:
			packed, path = xzed(content), "o! [xz]"
		case 3:
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			if w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content))}) != nil {
				t.Skip()
			}
			w.Write(content)
			w.Close()
			if !unpack.IsArchive(b.Bytes()[:unpack.HeadSize]) {
				t.Skip() // a name that starts with a NUL is none
			}
			packed = b.Bytes()
			h, err := tar.NewReader(&b).Next()
			if err != nil {
				t.Skip()
			}
			path = "o!" + h.Name + " [tar]"
		}
		got, gaps := show(t, packed, unpack.Limits{})
		if got[path] != string(content) || len(gaps) > 0 {
			t.Errorf("%s is not what was packed; gaps %v", path, gaps)
		}
	})
}

// FuzzXZ holds the container to the decoder's own: what that reads to the end,
// this one shows. It may still say that the file is damaged: the other takes
// one without an index as whole.
func FuzzXZ(f *testing.F) {
	f.Add(xzed([]byte("content")))
	f.Add(append(xzed([]byte("content")), xzed(noise(300))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if i := bytes.IndexByte(data, 0x21); len(data) < 32 || i > 20 || i < 0 || i+2 < len(data) && data[i+2] > 28 {
			t.Skip() // its own container would take any amount of memory
		}
		r, err := xz.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Skip()
		}
		want, err := io.ReadAll(io.LimitReader(r, 1<<20))
		if err != nil || len(want) == 0 || len(want) == 1<<20 || unpack.IsArchive(want) {
			t.Skip()
		}
		if got, _ := show(t, data, unpack.Limits{}); got["o! [xz]"] != string(want) {
			t.Errorf("shown is %q; want %q", got["o! [xz]"], want)
		}
	})
}

// FuzzVisit holds whatever is fed to it within limits.
func FuzzVisit(f *testing.F) {
	e := entry{"e", []byte("content content content\n")}
	pdf, _ := paged("\r\n", e.data, zipped(e))
	for _, b := range [][]byte{
		gzipped(e.data), zstded(e.data), xzed(e.data), []byte(bzipped), tarred(e, e), zipped(e, e), stored(e, e),
		gzipped(tarred(entry{"z.zip", zipped(e)})), zipped(entry{"x.xz", xzed(tarred(e))}), overlapping(10, 100), bomb(100_000),
		append([]byte("#!/bin/sh\n"), zipped(e)...), zipped(e, e)[:150], nil,
		pdf, gzipped(pdf), zipped(entry{"p.pdf", pdf}), pdf[:len(pdf)/2],
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v measure
		c := sourcetest.NewCollector()
		l := unpack.Limits{Reach: 100, Entries: 50, Depth: 3}
		u := unpack.Wrap(&v, l)
		at := &sprawl.Location{Path: "o"}
		if err := u.Visit(&sprawl.Chunk{At: at, Data: data}); err != nil {
			t.Fatal(err)
		}
		if v.bytes > 64<<20 || v.largest > max(len(data), 5<<20) || len(u.Gaps()) > 17 {
			t.Errorf("%d bytes shown in chunks of up to %d, and %d gaps", v.bytes, v.largest, len(u.Gaps()))
		}
		again := unpack.Wrap(c, l)
		again.Offer(at)
		if err := again.Visit(&sprawl.Chunk{At: at, Data: data}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(u.Gaps(), again.Gaps()) {
			t.Errorf("two readings have other gaps: %v and %v", u.Gaps(), again.Gaps())
		}
	})
}

// FuzzDeflatedZip holds the reader to the standard library's: what that can
// read to the end, this one shows.
func FuzzDeflatedZip(f *testing.F) {
	f.Add([]byte("content"), "name", uint8(3), false)
	f.Add(noise(5000), "d/é", uint8(1), true)
	f.Fuzz(func(t *testing.T, content []byte, name string, times uint8, store bool) {
		if unpack.IsArchive(content) || len(content) == 0 || strings.HasSuffix(name, "/") {
			t.Skip()
		}
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, int(times)%10) })
		for i := range int(times)%5 + 1 {
			h := &zip.FileHeader{Name: fmt.Sprint(i, name), Method: zip.Deflate}
			if store {
				h.Method = zip.Store
			}
			e, err := w.CreateHeader(h)
			if err != nil {
				t.Skip(err)
			}
			e.Write(content)
		}
		w.Close()
		got, gaps := show(t, b.Bytes(), unpack.Limits{})
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Skip(err)
		}
		for _, e := range z.File {
			if got["o!"+e.Name+" [zip]"] != string(content) {
				t.Errorf("%q was not shown as it is", e.Name)
			}
		}
		if len(gaps) > 0 {
			t.Errorf("gaps: %v", gaps)
		}
	})
}
