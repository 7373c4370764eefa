package sourcetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

// A Suite is how a kind of source is tested.
type Suite struct {
	// Open returns a source whose place holds files, by path.
	Open func(t *testing.T, files map[string][]byte) sprawl.Source

	Single bool // the place holds one object, whatever its name
	Named  bool // the place holds named values: names are as of variables, values are text
	Max    int  // bytes that a value may have; 0 is no limit
	Once   bool // what is read is gone
	Reach  int  // what the source was told; 0 leaves the context unchecked
}

// Run runs the suite on a source that holds any number of files.
func Run(t *testing.T, open func(t *testing.T, files map[string][]byte) sprawl.Source) {
	Suite{Open: open}.Run(t)
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	t.Run("Shows", s.shows)
	if s.Max == 0 {
		t.Run("Boundaries", s.boundaries)
	}
	t.Run("Units", s.units)
	t.Run("CallbackErrors", s.callbackErrors)
	t.Run("Cancel", s.cancel)
	t.Run("Refused", s.refused)
	if !s.Once {
		t.Run("Twice", s.twice)
		t.Run("AtOnce", s.atOnce)
	}
	t.Run("NothingStays", s.nothingStays)
}

// sample returns a few files, no one like another.
func (s Suite) sample() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	files := map[string][]byte{"a.txt": text(r, 300)}
	switch {
	case s.Single:
		return files
	case s.Named:
		return values(r)
	}
	files["one line"] = []byte("no newline at its end")
	files["dir/b.bin"] = append(text(r, 5000), 0, 1, 2, 0xff, 0xfe, 0)
	files["dir/sub/c.txt"] = text(r, 100_000)
	files["dir/sub/empty"] = nil
	for i := range 40 {
		files[fmt.Sprintf("many/%d", i)] = text(r, 1+i*37)
	}
	return files
}

// values returns named values, as variables are.
func values(r *rand.Rand) map[string][]byte {
	all := map[string][]byte{"LONG": text(r, 2000), "SHORT": []byte("x")}
	for i := range 40 {
		all[fmt.Sprintf("NAME_%d", i)] = text(r, 20+i*7)
	}
	return all
}

// text returns n bytes of lines of random letters.
func text(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789\n"[r.IntN(37)]
	}
	return b
}

// blobs returns the contents that were shown, by path, without what was inside
// of archives. A single object goes by the name of the one file.
func (s Suite) blobs(t *testing.T, objects []Object, files map[string][]byte) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, o := range objects {
		if len(o.At.Encoding) > 0 || o.At.Kind != s.kind() {
			continue
		}
		name, data := s.planted(&o, files)
		if _, twice := got[name]; twice {
			t.Errorf("%s was shown more than once", name)
		}
		got[name] = data
	}
	return got
}

// kind is that of the objects which hold what was planted.
func (s Suite) kind() sprawl.Kind {
	if s.Named {
		return sprawl.KindEntry
	}
	return sprawl.KindBlob
}

// planted returns the name and content under which o was planted.
func (s Suite) planted(o *Object, files map[string][]byte) (name, data string) {
	switch {
	case s.Named:
		value := strings.TrimPrefix(string(o.Data), o.At.Key+"=")
		return o.At.Key, strings.TrimSuffix(value, "\n")
	case s.Single:
		for name = range files {
		}
		return name, string(o.Data)
	}
	return o.At.Path, string(o.Data)
}

// want returns files without the empty ones, which need not be shown.
func want(files map[string][]byte) map[string]string {
	all := map[string]string{}
	for name, data := range files {
		if len(data) > 0 {
			all[name] = string(data)
		}
	}
	return all
}

func (s Suite) collect(t *testing.T, src sprawl.Source) *Collector {
	t.Helper()
	c := NewCollector()
	c.Reach = s.Reach
	gaps, err := readAll(t.Context(), src, c)
	if err := errors.Join(err, c.Err()); err != nil {
		t.Fatal(err)
	}
	if len(gaps) > 0 {
		t.Errorf("gaps: %v", gaps)
	}
	return c
}

func (s Suite) shows(t *testing.T) {
	files := s.sample()
	src := s.Open(t, files)
	got := s.blobs(t, s.collect(t, src).Objects(), files)
	for name, data := range got {
		if data == "" {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want(files), got); diff != "" {
		t.Errorf("planted and shown differ (-planted +shown):\n%s", diff)
	}
	if tallier, ok := src.(sprawl.Tallier); ok && tallier.Tally().Objects < int64(len(got)) {
		t.Errorf("%d objects were shown, the tally says %d", len(got), tallier.Tally().Objects)
	}
}

// boundaries plants marks around the sizes at which sources cut or buffer.
func (s Suite) boundaries(t *testing.T) {
	sizes := []int{4 << 10, 64 << 10, 1 << 20, 4 << 20}
	total := 5 << 20
	if !testing.Short() {
		sizes, total = append(sizes, 8<<20, 16<<20, 32<<20), 50<<20
	}
	data := bytes.Repeat([]byte("just a line of text, again and again ........................\n"), total/62)
	var marks []string
	for _, size := range sizes {
		for _, off := range []int{-64, -40, -20, -1, 0, 1, 40, 64} {
			mark := fmt.Sprintf("<%d%+d>", size, off)
			copy(data[size+off:], mark)
			marks = append(marks, string(data[size+off:][:len(mark)]))
		}
	}
	owners := map[string]int{}
	c := NewCollector()
	c.Reach = s.Reach
	c.OnVisit = func(k *sprawl.Chunk) error {
		for i := k.Lead; i < len(k.Data)-k.Tail; i++ {
			n := bytes.IndexByte(k.Data[i:len(k.Data)-k.Tail], '<')
			if n < 0 {
				break
			}
			i += n
			if end := bytes.IndexByte(k.Data[i:], '>'); end >= 0 {
				owners[string(k.Data[i:i+end+1])]++
			}
		}
		return nil
	}
	gaps, err := readAll(t.Context(), s.Open(t, map[string][]byte{"large": data}), c)
	if err := errors.Join(err, c.Err()); err != nil || len(gaps) > 0 {
		t.Fatal(err, gaps)
	}
	whole := string(data)
	for _, m := range marks {
		if strings.Count(whole, m) == 1 && owners[m] != 1 { // else a later mark is over it
			t.Errorf("the mark %s is whole in %d chunks that own it, want 1", m, owners[m])
		}
	}
}

func (s Suite) units(t *testing.T) {
	units, err := Units(t.Context(), s.Open(t, s.sample()))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, u := range units {
		key := string(u.Target) + " " + u.Name
		if names[key] {
			t.Errorf("two units are called %s", key)
		}
		names[key] = true
		if u.Target == "" || u.Name == "" {
			t.Errorf("a unit has no target or name: %+v", u)
		}
	}
	if len(units) == 0 {
		t.Error("no units")
	}
}

var errStop = errors.New("a callback's own error")

func (s Suite) callbackErrors(t *testing.T) {
	src := s.Open(t, s.sample())
	calls := 0
	err := src.Units(t.Context(), func(sprawl.Unit) error { calls++; return errStop })
	if err != errStop || calls != 1 {
		t.Errorf("Units returned %v after %d calls; want the callback's error after 1", err, calls)
	}
	units, err := Units(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCollector()
	calls = 0
	c.OnVisit = func(*sprawl.Chunk) error { calls++; return errStop }
	if err := src.Read(t.Context(), units[0], c); err != errStop || calls != 1 {
		t.Errorf("Read returned %v after %d visits; want the visitor's error after 1", err, calls)
	}
}

func (s Suite) cancel(t *testing.T) {
	src := s.Open(t, s.sample())
	units, err := Units(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	after := 0
	c := NewCollector()
	c.OnVisit = func(*sprawl.Chunk) error {
		if ctx.Err() != nil {
			after++
		}
		cancel()
		return nil
	}
	if err := src.Read(ctx, units[0], c); !errors.Is(err, context.Canceled) {
		t.Errorf("Read returned %v though it was cancelled during a visit", err)
	}
	if after > 2 {
		t.Errorf("%d visits after the context was done", after)
	}
	err = src.Units(ctx, func(sprawl.Unit) error { return nil })
	if !s.Once && !errors.Is(err, context.Canceled) {
		t.Errorf("Units returned %v, want that it was cancelled", err)
	}
}

func (s Suite) refused(t *testing.T) {
	c := NewCollector()
	c.Refuse = func(*sprawl.Location) bool { return true }
	visits := 0
	c.OnVisit = func(*sprawl.Chunk) error { visits++; return nil }
	if _, err := readAll(t.Context(), s.Open(t, s.sample()), c); err != nil {
		t.Fatal(err)
	}
	if visits > 0 || len(c.offered) == 0 {
		t.Errorf("%d places were offered and refused, and %d chunks shown", len(c.offered), visits)
	}
}

func (s Suite) twice(t *testing.T) {
	src := s.Open(t, s.sample())
	first, second := digest(s.collect(t, src).Objects()), digest(s.collect(t, src).Objects())
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two readings differ (-first +second):\n%s", diff)
	}
}

// digest returns a line for each object, which is quicker to compare.
func digest(objects []Object) []string {
	var lines []string
	for _, o := range objects {
		lines = append(lines, fmt.Sprintf("%s: %d bytes, SHA-256 %x", place(&o.At), len(o.Data), sha256.Sum256(o.Data)))
	}
	return lines
}

// atOnce reads all units in several goroutines. Under the race detector it
// shows whatever they share, such as a buffer that was given back too early.
func (s Suite) atOnce(t *testing.T) {
	src := s.Open(t, s.sample())
	want := digest(s.collect(t, src).Objects())
	units, err := Units(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			c := NewCollector()
			for _, u := range units {
				if err := src.Read(t.Context(), u, c); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(want, digest(c.Objects())); diff != "" {
				t.Errorf("read at once, it differs (-alone +at once):\n%s", diff)
			}
		})
	}
	all.Wait()
}

// nothingStays looks for goroutines that outlive a reading.
func (s Suite) nothingStays(t *testing.T) {
	src := s.Open(t, s.sample())
	before := runtime.NumGoroutine()
	s.collect(t, src)
	if closer, ok := src.(io.Closer); ok {
		if err := closer.Close(); err != nil {
			t.Error(err)
		}
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	stacks := make([]byte, 64<<10)
	stacks = stacks[:runtime.Stack(stacks, true)]
	t.Errorf("%d goroutines were left behind:\n%s", runtime.NumGoroutine()-before, stacks)
}

// Paths returns the paths of objects of a kind, sorted.
func Paths(objects []Object, k sprawl.Kind) []string {
	var all []string
	for _, o := range objects {
		if o.At.Kind == k {
			all = append(all, o.At.Path)
		}
	}
	slices.Sort(all)
	return all
}
