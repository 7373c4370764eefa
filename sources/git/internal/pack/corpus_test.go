package pack

import (
	"bufio"
	"context"
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// A listed is what git says of an object.
type listed struct {
	Type string
	Size int
}

// listing asks git for every object in the repository at dir.
func listing(t testing.TB, dir string) map[string]listed {
	cmd := exec.Command("git", "-C", dir, "cat-file", "--batch-all-objects", "--unordered",
		"--batch-check=%(objectname) %(objecttype) %(objectsize)")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	all := map[string]listed{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var name string
		var l listed
		if _, err := fmt.Sscan(lines.Text(), &name, &l.Type, &l.Size); err != nil {
			t.Fatal(err)
		}
		all[name] = l
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCorpus compares what is read from the repositories that SPRAWL_CORPUS
// lists with what git says of them: the same objects, of the same types and
// sizes, and content that hashes to the name.
func TestCorpus(t *testing.T) {
	list := filepath.SplitList(os.Getenv("SPRAWL_CORPUS"))
	if len(list) == 0 {
		t.Skip("SPRAWL_CORPUS lists no repositories")
	}
	for _, dir := range list {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			compareWithGit(t, dir)
		})
	}
}

// compareWithGit walks all packs of the bare repository at dir and reads all
// its loose objects.
func compareWithGit(t *testing.T, dir string) {
	t.Helper()
	s, err := Open(filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, err := range s.Problems() {
		t.Error(err)
	}
	compareStore(t, s, listing(t, dir))
}

// compareStore holds every object of s to what git listed.
func compareStore(t *testing.T, s *Store, want map[string]listed) {
	t.Helper()
	var lock sync.Mutex
	seen := map[string]bool{}
	check := func(id sprawl.ID, typ Type, data []byte) {
		l, ok := want[id.String()]
		if !ok || l.Type != typ.String() || l.Size != len(data) {
			t.Errorf("%v is %v of %d bytes, git says %v", id, typ, len(data), l)
		}
		if sum := hashObject(sha1.New(), typ, data); sum != [hashSize]byte(id[:]) {
			t.Errorf("%v: content hashes to %x", id, sum)
		}
		lock.Lock()
		seen[id.String()] = true
		lock.Unlock()
	}
	for _, p := range s.Packs() {
		walkChecked(t, p, check)
	}
	err := s.Loose(context.Background(), func(id sprawl.ID) error {
		typ, data, err := s.Read(id, nil)
		if err != nil {
			return err
		}
		check(id, typ, data)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if len(seen) != len(want) {
		t.Errorf("%d objects seen, git has %d", len(seen), len(want))
	}
	t.Logf("%d objects equal git's", len(seen))
}

// walkChecked shows every object of p to check, from several goroutines, and
// holds Walk to its contract: each object once, base before derived, copies
// that are right.
func walkChecked(t *testing.T, p *Pack, check func(sprawl.ID, Type, []byte)) {
	t.Helper()
	if err := p.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	shown := make([]atomic.Bool, p.Len())
	for typ := Commit; typ <= Tag; typ++ {
		slices := p.Slices(typ, 13)
		var next atomic.Int64
		var work sync.WaitGroup
		shrink := 0
		if typ == Tree {
			shrink = 20 // so that ancestors are dropped and derived again
		}
		for range runtime.GOMAXPROCS(0) {
			work.Go(func() {
				r := p.NewReader()
				r.keep >>= shrink
				for i := next.Add(1) - 1; i < int64(len(slices)); i = next.Add(1) - 1 {
					walkSlice(t, r, slices[i], typ, shown, check)
				}
			})
		}
		work.Wait()
	}
	for num := range shown {
		if !shown[num].Load() {
			t.Errorf("%s: object %d of %d is not shown", p.Name(), num, p.Len())
		}
	}
}

func walkSlice(t *testing.T, r *Reader, s Slice, typ Type, shown []atomic.Bool, check func(sprawl.ID, Type, []byte)) {
	content := map[sprawl.ID][]byte{} // of small objects, to check copies with
	size := 0
	err := r.Walk(context.Background(), s, func(o *Object) error {
		if o.Type != typ || shown[o.Num].Swap(true) || r.p.ID(o.Num) != o.ID || r.p.Type(o.Num) != typ {
			t.Errorf("%v, number %d, type %v, is not what it should be", o.ID, o.Num, o.Type)
		}
		if size += len(o.Data); size > 64<<20 {
			clear(content)
			size = 0
		}
		content[o.ID] = append([]byte{}, o.Data...)
		if base, ok := content[o.Base]; ok {
			checkCopies(t, o, base)
		} else if o.Base.IsZero() && o.Copies != nil {
			t.Errorf("%v has copies of no base", o.ID)
		}
		check(o.ID, o.Type, o.Data)
		return nil
	}, func(id sprawl.ID, err error) { t.Errorf("%v: %v", id, err) })
	if err != nil {
		t.Error(err)
	}
}

func checkCopies(t *testing.T, o *Object, base []byte) {
	end := sprawl.Copy{Src: -1}
	for _, c := range o.Copies {
		if c.N <= 0 || c.Dst < end.Dst || c.Dst == end.Dst && c.Src == end.Src ||
			string(o.Data[c.Dst:c.Dst+c.N]) != string(base[c.Src:c.Src+c.N]) {
			t.Errorf("%v: copy %v of %v is wrong", o.ID, c, o.Base)
		}
		end = sprawl.Copy{Src: c.Src + c.N, Dst: c.Dst + c.N}
	}
}
