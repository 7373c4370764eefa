package stdin_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
	"github.com/seed-5dd601fe/sprawl/sources/stdin"
)

func from(t testing.TB, r io.Reader) *stdin.Stdin {
	t.Helper()
	s, err := stdin.Open(t.Context(), "stdin:", stdin.Options{Reader: r, Reach: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t *testing.T, files map[string][]byte) sprawl.Source {
	var content []byte
	for _, content = range files {
	}
	return from(t, bytes.NewReader(content))
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Open: open, Single: true, Once: true, Reach: 1000}.Run(t)
}

// unit is the one that every stream has.
func unit(t testing.TB, s *stdin.Stdin) sprawl.Unit {
	t.Helper()
	units, err := sourcetest.Units(t.Context(), s)
	if err != nil || len(units) != 1 {
		t.Fatal(units, err)
	}
	return units[0]
}

func TestNoReader(t *testing.T) {
	if _, err := stdin.Open(t.Context(), "stdin:", stdin.Options{}); !errors.Is(err, stdin.ErrRequest) {
		t.Errorf("without a reader: %v", err)
	}
}

// TestSmallReads has a reader that gives a byte at a time, NULs among them.
func TestSmallReads(t *testing.T) {
	want := strings.Repeat("some\x00thing\n", 100)
	objects, gaps, tally, err := sourcetest.Collect(t.Context(), from(t, iotest.OneByteReader(strings.NewReader(want))))
	if err != nil || len(gaps) > 0 || len(objects) != 1 || string(objects[0].Data) != want || tally.Objects != 1 {
		t.Errorf("%v, gaps %v, objects %v", err, gaps, objects)
	}
}

func TestEmpty(t *testing.T) {
	objects, gaps, _, err := sourcetest.Collect(t.Context(), from(t, strings.NewReader("")))
	if err != nil || len(gaps) > 0 || len(objects) > 0 {
		t.Errorf("%v, gaps %v, objects %v", err, gaps, objects)
	}
}

// TestReadError names a stream that breaks off, and shows what came before.
func TestReadError(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("before"), iotest.ErrReader(errors.New("the line went dead")))
	objects, gaps, _, err := sourcetest.Collect(t.Context(), from(t, broken))
	if err != nil || len(objects) != 1 || string(objects[0].Data) != "before" {
		t.Errorf("%v, objects %v", err, objects)
	}
	if len(gaps) != 1 || gaps[0].What == "" || !strings.Contains(gaps[0].Why, "went dead") {
		t.Errorf("gaps: %v", gaps)
	}
}

func TestReadTwice(t *testing.T) {
	s := from(t, strings.NewReader("once"))
	c := sourcetest.NewCollector()
	if err := s.Read(t.Context(), unit(t, s), c); err != nil {
		t.Fatal(err)
	}
	if gaps, err := sourcetest.Gaps(s.Read(t.Context(), unit(t, s), c)); err != nil || len(gaps) != 1 {
		t.Errorf("the second time: %v, gaps %v", err, gaps)
	}
}

// pattern is a stream whose bytes tell their offsets, without a newline.
type pattern struct{ at, size int64 }

// period is a few rounds of the pattern, to copy from.
var period = bytes.Repeat([]byte("abcdefghijklmnopqrstuvw"), 1<<14)

func (p *pattern) Read(b []byte) (int, error) {
	if p.at == p.size {
		return 0, io.EOF
	}
	n := copy(b[:min(int64(len(b)), p.size-p.at)], period[p.at%23:])
	p.at += int64(n)
	return n, nil
}

func patternAt(at int64) byte { return 'a' + byte(at%23) }

// strict checks that windows follow one another, with exact offsets.
type strict struct {
	t       *testing.T
	next    int64
	largest int
}

func (s *strict) Offer(*sprawl.Location) bool { return true }

func (s *strict) Visit(c *sprawl.Chunk) error {
	if start := c.Offset + int64(c.Lead); start != s.next {
		s.t.Errorf("a window owns from %d on, want %d", start, s.next)
	}
	for _, i := range []int{0, c.Lead, len(c.Data) / 2, len(c.Data) - 1} {
		if want := patternAt(c.Offset + int64(i)); c.Data[i] != want {
			s.t.Errorf("at %d is %q, want %q", c.Offset+int64(i), c.Data[i], want)
		}
	}
	if c.Lines != nil && c.Lines() != 0 {
		s.t.Errorf("%d lines in a stream without any", c.Lines())
	}
	s.next = c.Offset + int64(len(c.Data)-c.Tail)
	s.largest = max(s.largest, len(c.Data))
	return nil
}

// TestLongLine has a line of 1 GB, which is never held as one.
func TestLongLine(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 32 << 20
	}
	s, v := from(t, &pattern{size: size}), &strict{t: t}
	if err := s.Read(t.Context(), unit(t, s), v); err != nil {
		t.Fatal(err)
	}
	if v.next != size || v.largest > 5<<20 {
		t.Errorf("%d bytes were shown, in windows of up to %d", v.next, v.largest)
	}
}

// TestCancelWhileBlocked returns though the stream does not.
func TestCancelWhileBlocked(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	s := from(t, r)
	go func() {
		fmt.Fprint(w, "the start of something")
		cancel()
	}()
	if err := s.Read(ctx, unit(t, s), sourcetest.NewCollector()); !errors.Is(err, context.Canceled) {
		t.Errorf("Read: %v", err)
	}
}

// TestArchive has a tar.gz that is longer than any window.
func TestArchive(t *testing.T) {
	r, w := io.Pipe()
	content := bytes.Repeat([]byte("0123456789abcdef\n"), 20_000)
	go func() {
		z, _ := gzip.NewWriterLevel(w, gzip.NoCompression)
		a := tar.NewWriter(z)
		for i := range 30 {
			a.WriteHeader(&tar.Header{Name: fmt.Sprint("f", i), Size: int64(len(content))})
			a.Write(content)
		}
		w.CloseWithError(errors.Join(a.Close(), z.Close()))
	}()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), from(t, r))
	if err != nil || len(gaps) > 0 {
		t.Fatal(err, gaps)
	}
	n := 0
	for _, o := range objects {
		if o.At.Kind == sprawl.KindBlob && o.At.Path == fmt.Sprint("!f", n) && bytes.Equal(o.Data, content) {
			n++
		}
	}
	if n != 30 {
		t.Errorf("%d entries were shown as they are, want 30", n)
	}
}
