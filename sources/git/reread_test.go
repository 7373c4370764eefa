package git

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// shown is a Visitor that keeps all that it is shown.
type shown map[placeOf]string

type placeOf struct {
	object sprawl.ID
	kind   sprawl.Kind
	path   string
}

func (k shown) Offer(*sprawl.Location) bool { return true }

func (k shown) Visit(c *sprawl.Chunk) error {
	if len(c.At.Encoding) == 0 && c.Lead == 0 && c.Tail == 0 {
		k[placeOf{c.At.Object, c.At.Kind, c.At.Path}] = string(c.Data)
	}
	return nil
}

// TestReread reads every place of a repository again, and wants the same bytes.
func TestReread(t *testing.T) {
	s := newSandbox(t)
	s.commit("a.txt", token())
	s.commit("d/b.txt", token())
	s.git("tag", "-a", "v1", "-m", token())
	s.git("branch", "side/"+token())
	s.git("config", "remote.x.url", "https://host.example/"+token())
	s.git("gc", "-q")
	s.commit("a.txt", token())
	r, err := Open(t.Context(), s.target(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := shown{}
	err = r.Units(t.Context(), func(u sprawl.Unit) error { return r.Read(t.Context(), u, all) })
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[sprawl.Kind]int{}
	for p, want := range all {
		kinds[p.kind]++
		err := r.Reread(t.Context(), &sprawl.Location{Object: p.object, Kind: p.kind, Path: p.path}, func(data []byte) error {
			if !bytes.Equal(data, []byte(want)) {
				t.Errorf("%+v: %d bytes, want %d", p, len(data), len(want))
			}
			return nil
		})
		if err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, kind := range []sprawl.Kind{sprawl.KindBlob, sprawl.KindCommit, sprawl.KindTag, sprawl.KindRef, sprawl.KindReflog, sprawl.KindConfig} {
		if kinds[kind] == 0 {
			t.Errorf("no place of kind %q was tried", kind)
		}
	}
	gone := []sprawl.Location{
		{Object: sprawl.ID{1, 2, 3}}, {Kind: sprawl.KindReflog, Path: "logs/refs/heads/nosuch"}, {Kind: sprawl.KindConfig, Path: "../../etc/passwd"},
	}
	for i := range gone {
		err := r.Reread(t.Context(), &gone[i], func([]byte) error { t.Error("something was shown"); return nil })
		if !errors.Is(err, sprawl.ErrGone) {
			t.Errorf("%+v: %v, want ErrGone", gone[i], err)
		}
	}
	stop := errors.New("stop")
	for p := range all {
		err := r.Reread(t.Context(), &sprawl.Location{Object: p.object, Kind: p.kind, Path: p.path}, func([]byte) error { return stop })
		if !errors.Is(err, stop) {
			t.Errorf("%+v: %v, want the error of yield", p, err)
		}
	}
	if err := os.Remove(filepath.Join(s.dir, ".git", "logs", "HEAD")); err != nil {
		t.Fatal(err)
	}
	err = r.Reread(t.Context(), &sprawl.Location{Kind: sprawl.KindReflog, Path: "logs/HEAD"}, func([]byte) error { return nil })
	if !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("a log that was removed: %v", err)
	}
}
