package git

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// A checker is a Visitor that holds Base and Copies to their contract.
type checker struct {
	t      testing.TB
	refuse func(id sprawl.ID) bool
	seen   map[sprawl.ID][]byte // visited in this unit
	copies int
}

func (v *checker) Offer(at *sprawl.Location) bool { return !v.refuse(at.Object) }

func (v *checker) Visit(c *sprawl.Chunk) error {
	if v.refuse(c.At.Object) {
		v.t.Errorf("%s was refused and is shown", c.At.Object)
	}
	base, ok := v.seen[c.Base]
	if !c.Base.IsZero() && !ok {
		v.t.Errorf("%s: its base %s was not shown in this unit", c.At.Object, c.Base)
	}
	end := 0
	for _, w := range c.Copies {
		if w.Dst < end || w.N <= 0 || w.Dst+w.N > len(c.Data) || w.Src < 0 || w.Src+w.N > len(base) {
			v.t.Fatalf("%s: copy %+v is out of order or bounds", c.At.Object, w)
		}
		if !bytes.Equal(c.Data[w.Dst:w.Dst+w.N], base[w.Src:w.Src+w.N]) {
			v.t.Errorf("%s: copy %+v is not of what the base holds", c.At.Object, w)
		}
		end = w.Dst + w.N
		v.copies++
	}
	v.seen[c.At.Object] = bytes.Clone(c.Data)
	return nil
}

// check reads everything, unit by unit, and returns all objects.
func check(t testing.TB, target sprawl.Target, o Options, refuse func(sprawl.ID) bool) (map[sprawl.ID][]byte, int) {
	t.Helper()
	r, err := Open(context.Background(), target, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var mu sync.Mutex
	var all []*checker
	err = eachUnit(context.Background(), r, func(sprawl.Unit) sprawl.Visitor {
		v := &checker{t: t, refuse: refuse, seen: make(map[sprawl.ID][]byte)}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, v)
		return v
	})
	if err != nil {
		t.Error(err)
	}
	objects, copies := make(map[sprawl.ID][]byte), 0
	for _, v := range all {
		maps.Copy(objects, v.seen)
		copies += v.copies
	}
	delete(objects, sprawl.ID{})
	return objects, copies
}

// grownHistory has objects of all types in long delta chains.
func grownHistory(t testing.TB) *sandbox {
	s := newSandbox(t)
	r := rand.New(rand.NewPCG(3, 4))
	text := make([]string, 400)
	for i := range text {
		text[i] = fmt.Sprint("line ", r.Int64())
	}
	for i := range 60 {
		for range 5 {
			text[r.IntN(len(text))] = fmt.Sprint("changed ", r.Int64())
		}
		s.write(fmt.Sprint("dir/sub/file", i), "one of many\n")
		s.commit("dir/text", strings.Join(text, "\n"))
	}
	s.git("tag", "-a", "-m", "a tag", "v1")
	s.git("repack", "-qadf", "--depth=40", "--window=50")
	return s
}

func TestDeltaGivesWhatGitGives(t *testing.T) {
	s := grownHistory(t)
	none := func(sprawl.ID) bool { return false }
	delta, copies := check(t, s.target(), Options{}, none)
	whole, plain := check(t, s.target(), Options{NoDelta: true}, none)
	if copies == 0 || plain != 0 {
		t.Errorf("%d copies with deltas, %d without", copies, plain)
	}
	ids := lines(s.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"))
	if len(delta) != len(ids) || len(whole) != len(ids) {
		t.Errorf("%d and %d objects, git has %d", len(delta), len(whole), len(ids))
	}
	for _, line := range ids {
		name, typ, _ := strings.Cut(line, " ")
		id, _ := parseID([]byte(name))
		want := s.git("cat-file", typ, name)
		for how, got := range map[string][]byte{"delta": delta[id], "whole": whole[id]} {
			if strings.TrimSpace(string(got)) != want {
				t.Errorf("%s %s, %s: bytes differ from git's", typ, name, how)
			}
		}
	}
}

// TestRefusedBases: what is derived from an object that the visitor did not
// want must come whole.
func TestRefusedBases(t *testing.T) {
	s := grownHistory(t)
	refuse := func(id sprawl.ID) bool { return id[0]%3 == 0 && !id.IsZero() }
	got, copies := check(t, s.target(), Options{}, refuse)
	if copies == 0 || len(got) == 0 {
		t.Errorf("%d copies, %d objects", copies, len(got))
	}
}

// TestCorpus reads real repositories, both ways, and compares what they hold.
func TestCorpus(t *testing.T) {
	list := os.Getenv("SPRAWL_CORPUS")
	if list == "" {
		t.Skip("needs git directories in SPRAWL_CORPUS")
	}
	for _, dir := range strings.Fields(list) {
		s := &sandbox{t: t, dir: dir}
		delta := sums(t, dir, Options{})
		whole := sums(t, dir, Options{NoDelta: true})
		if !maps.Equal(delta, whole) {
			t.Errorf("%s: objects differ with and without deltas", dir)
		}
		ids := lines(s.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered"))
		for _, name := range ids {
			if id, _ := parseID([]byte(name)); delta[id] == (sprawl.ID{}) {
				t.Errorf("%s: %s was not shown", dir, name)
			}
		}
		t.Logf("%s: %d objects, git has %d", dir, len(delta), len(ids))
		if len(delta) != len(ids) {
			t.Errorf("%s: %d objects, git has %d", dir, len(delta), len(ids))
		}
	}
}

// A summer is a Visitor that computes the id of everything it is shown.
type summer struct {
	mu  *sync.Mutex
	all map[sprawl.ID]sprawl.ID
	t   testing.TB
}

func (v summer) Offer(at *sprawl.Location) bool { return !at.Object.IsZero() }

func (v summer) Visit(c *sprawl.Chunk) error {
	if len(c.At.Encoding) > 0 {
		return nil // inside an archive
	}
	kind := string(c.At.Kind)
	if kind == "" {
		kind = "blob"
	}
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(c.Data))
	h.Write(c.Data)
	var id sprawl.ID
	h.Sum(id[:0])
	if id != c.At.Object {
		v.t.Errorf("%s %s has the content of %s", kind, c.At.Object, id)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all[c.At.Object] = id
	return nil
}

func sums(t testing.TB, dir string, o Options) map[sprawl.ID]sprawl.ID {
	t.Helper()
	r, err := Open(context.Background(), sprawl.Target("git:"+dir), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	v := summer{new(sync.Mutex), make(map[sprawl.ID]sprawl.ID), t}
	if err := eachUnit(context.Background(), r, func(sprawl.Unit) sprawl.Visitor { return v }); err != nil {
		t.Log(err)
	}
	return v.all
}
