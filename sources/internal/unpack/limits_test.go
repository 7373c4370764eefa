package unpack_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// zeros is the source of bombs.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(z.left, int64(len(p))))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}

// bomb returns n zeros in gzip.
func bomb(n int64) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	io.Copy(w, &zeros{n})
	w.Close()
	return b.Bytes()
}

// TestBombs has objects that would unpack to far more than is allowed.
func TestBombs(t *testing.T) {
	deep := []byte("the innermost")
	for range 20 {
		deep = gzipped(deep)
	}
	many := make([]entry, 300)
	for i := range many {
		many[i] = entry{fmt.Sprint(i), []byte("x")}
	}
	tests := []struct {
		name  string
		data  []byte
		l     unpack.Limits
		bytes int64 // that may be shown
		says  string
	}{
		{"ratio", bomb(40 << 20), unpack.Limits{}, 21 << 20, "more than 200 times"},
		{"total", gzipped(bytes.Repeat(noise(16<<10), 3<<10)), unpack.Limits{Inflated: 32 << 20}, 37 << 20, "more than 32 MiB"},
		{"nested", zipped(entry{"a", bomb(15 << 20)}, entry{"b", bomb(15 << 20)}), unpack.Limits{}, 21 << 20, "more than 200 times"},
		{"depth", deep, unpack.Limits{}, 1 << 20, "inside 5 others"},
		{"entries", zipped(many...), unpack.Limits{Entries: 100}, 1 << 20, "more than 100 entries"},
		{"overlap", overlapping(5000, 1<<20), unpack.Limits{}, 300 << 20, "more than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var v measure
			u := unpack.Wrap(&v, test.l)
			if err := u.Visit(&sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: test.data}); err != nil {
				t.Fatal(err)
			}
			if v.bytes-int64(len(test.data)) > test.bytes {
				t.Errorf("%d bytes were shown of an object of %d", v.bytes, len(test.data))
			}
			if v.largest > max(len(test.data), 4<<20+2*64<<10) {
				t.Errorf("a chunk of %d bytes", v.largest)
			}
			gaps := u.Gaps()
			if len(gaps) != 1 || !strings.Contains(gaps[0].Why, test.says) {
				t.Errorf("gaps: %v; want one that says %q", gaps, test.says)
			}
		})
	}
}

// overlapping is a zip whose directory names one entry, of n zeros, many
// times.
func overlapping(times, n int) []byte {
	one := zipped(entry{"a", make([]byte, n)})
	dir := bytes.Index(one, []byte("PK\x01\x02"))
	end := bytes.Index(one, []byte("PK\x05\x06"))
	b := bytes.Clone(one[:dir])
	for range times {
		b = append(b, one[dir:end]...)
	}
	size := len(b) - dir
	tail := bytes.Clone(one[end:])
	for i := range 4 {
		tail[12+i] = byte(size >> (8 * i))
	}
	return append(b, tail...)
}

// measure counts what it is shown.
type measure struct {
	bytes   int64
	largest int
}

func (m *measure) Offer(*sprawl.Location) bool { return true }

func (m *measure) Visit(c *sprawl.Chunk) error {
	m.bytes += int64(len(c.Data))
	m.largest = max(m.largest, len(c.Data))
	return nil
}

// TestXZDictionary has a block that asks for 1 GiB of memory.
func TestXZDictionary(t *testing.T) {
	b := xzed([]byte("small"))
	header := b[12 : 12+(int(b[12])+1)*4] // of the first block
	i := bytes.Index(header, []byte{0x21, 1})
	header[i+2] = 36
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	_, gaps := show(t, b, unpack.Limits{})
	if len(gaps) != 1 || !strings.Contains(gaps[0].Why, "dictionary of 1024 MiB") {
		t.Errorf("gaps: %v", gaps)
	}
}

// TestRanges has a range that is an archive's start: archives are read whole.
func TestRanges(t *testing.T) {
	data := gzipped(noise(5000))
	var v measure
	u := unpack.Wrap(&v, unpack.Limits{})
	at := &sprawl.Location{Target: "test:", Path: "big.gz"}
	u.Visit(&sprawl.Chunk{At: at, Data: data[:3000], Tail: 500})
	u.Visit(&sprawl.Chunk{At: at, Data: data[2000:], Offset: 2000, Lead: 500})
	if gaps := u.Gaps(); len(gaps) != 1 || gaps[0].What != "big.gz" || gaps[0].Target != "test:" {
		t.Errorf("gaps: %v", gaps)
	}
}

// TestLargeEntry has an entry that takes several windows.
func TestLargeEntry(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcde\n"), 600<<10)
	c := sourcetest.NewCollector()
	c.Reach = 777
	u := unpack.Wrap(c, unpack.Limits{Reach: 777})
	at := &sprawl.Location{Path: "o"}
	u.Offer(at)
	packed := zipped(entry{"e", data})
	if err := u.Visit(&sprawl.Chunk{At: at, Data: packed}); err != nil {
		t.Fatal(err)
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	for _, o := range c.Objects() {
		if o.At.Path == "o!e" && bytes.Equal(o.Data, data) {
			return
		}
	}
	t.Error("the entry was not shown as it is")
}
