package unpack_test

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
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
