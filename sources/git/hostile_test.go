package git

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// bomb makes a tree of the given depth in which every directory holds the next
// one ten times, and a file below all of them.
func bomb(s *sandbox, content string, depth int) (tree string) {
	blob := s.gitIn(content, "hash-object", "-w", "--stdin")
	tree = s.gitIn("100644 blob "+blob+"\tf\n", "mktree")
	for range depth {
		var b strings.Builder
		for i := range 10 {
			fmt.Fprintf(&b, "040000 tree %s\td%d\n", tree, i)
		}
		tree = s.gitIn(b.String(), "mktree")
	}
	return tree
}

func TestTreeBomb(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	c := s.git("commit-tree", "-m", "bomb", "-p", "HEAD", bomb(s, tok, 12))
	s.git("update-ref", "refs/heads/main", c)
	r := scanAs(t, s.target(), Options{}, tok, true)
	if len(r.lives) == 0 || len(r.lives) > maxLives {
		t.Errorf("%d lives", len(r.lives))
	}
	if len(r.gaps) != 1 || !strings.Contains(r.gaps[0].Why, "too many paths") {
		t.Errorf("gaps: %+v, want one that says that there are too many paths", r.gaps)
	}
	r = scanAs(t, s.target(), Options{Since: "HEAD~1"}, tok, false)
	if len(r.at) != 1 {
		t.Errorf("range: %d sightings", len(r.at))
	}
}

func TestDeepTree(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	var b strings.Builder
	blob := s.gitIn(tok, "hash-object", "-w", "--stdin")
	tree := s.gitIn("100644 blob "+blob+"\tf\n", "mktree")
	for range 40 {
		b.WriteString("d/")
		tree = s.gitIn("040000 tree "+tree+"\td\n", "mktree")
	}
	c := s.git("commit-tree", "-m", "deep", "-p", "HEAD", tree)
	s.git("update-ref", "refs/heads/main", c)
	if life := scan(t, s.target(), Options{}, tok).clean(t).one(t); life.Path != b.String()+"f" {
		t.Errorf("got %q", life.Path)
	}
}

func TestHostileNames(t *testing.T) {
	s, tok := newSandbox(t), token()
	blob := s.gitIn(tok, "hash-object", "-w", "--stdin")
	for _, name := range []string{"..", ".git", "a\nb", "\xff\xfe", strings.Repeat("x", 5000)} {
		raw := "100644 " + name + "\x00"
		id, _ := parseID([]byte(blob))
		tree := s.gitIn(raw+string(id[:20]), "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
		c := s.git("commit-tree", "-m", "m", tree)
		s.git("update-ref", "refs/heads/main", c)
		life := scan(t, s.target(), Options{}, tok).lives[0]
		found := false
		for _, l := range scan(t, s.target(), Options{}, tok).lives {
			found = found || l.Path == name && l.InHead
		}
		if !found {
			t.Errorf("%q: got %+v", name, life)
		}
	}
}

// TestDamagedCommits: commits that name themselves, nothing, or the wrong
// thing.
func TestDamagedCommits(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", tok)
	head, tree, blob := s.git("rev-parse", "HEAD"), s.git("rev-parse", "HEAD^{tree}"), s.git("rev-parse", "HEAD:a")
	for i, text := range []string{
		"tree " + blob + "\nparent " + head + "\nauthor A <a> 1 +0\ncommitter B <b> 2 +0\n\n",
		"tree " + tree + "\nparent " + tree + "\nparent " + blob + "\n\n",
		"tree " + strings.Repeat("0", 40) + "\n\n",
		"tree x\nparent\n",
		"",
		"tree " + tree + "\nauthor >\ncommitter A <a> 99999999999999999999999999 +0\n\n",
	} {
		c := s.gitIn(text, "hash-object", "-w", "-t", "commit", "--literally", "--stdin")
		os.WriteFile(filepath.Join(s.dir, ".git/refs/heads", fmt.Sprint("bad", i)), []byte(c+"\n"), 0o666)
	}
	r := scan(t, s.target(), Options{}, tok)
	if life := r.one(t); life.Path != "a" || !life.InHead {
		t.Errorf("got %+v", life)
	}
	if len(r.gaps) == 0 {
		t.Error("no gap for trees that do not exist")
	}
}

func TestSpecialFiles(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", tok)
	outside := filepath.Join(t.TempDir(), "outside")
	os.WriteFile(outside, []byte("not "+tok), 0o666)
	if err := os.Symlink(outside, filepath.Join(s.dir, ".git", "linked")); err != nil {
		t.Skip("no symbolic links here")
	}
	os.Symlink(outside, filepath.Join(s.dir, ".git/refs/heads/link"))
	fifo(t, filepath.Join(s.dir, ".git", "pipe"))
	fifo(t, filepath.Join(s.dir, ".git/refs/heads/pipe"))
	r := scan(t, s.target(), Options{}, tok)
	if r.one(t); len(r.at) != 1 {
		t.Errorf("sightings outside: %+v", r.at)
	}
}

// TestFind holds the fast search for ids to the plain one.
func TestFind(t *testing.T) {
	s := grownHistory(t)
	s.commit("later", "1")
	s.git("repack", "-q")
	r, err := Open(context.Background(), s.target(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, p := range r.objs.packs {
		p.spread()
		for num := range p.Len() {
			id := p.ID(num)
			if got, ok := p.find(id[:20]); !ok || got != num {
				t.Errorf("find(%s) = %d, %v; want %d", id, got, ok, num)
			}
			id[rnd.IntN(20)] ^= 1 << rnd.IntN(8)
			got, ok := p.find(id[:20])
			if want, has := p.Lookup(id); ok != has || ok && got != want {
				t.Errorf("find(%s) = %d, %v; Lookup says %d, %v", id, got, ok, want, has)
			}
		}
	}
	var ends [2]sprawl.ID
	for i := range 20 {
		ends[1][i] = 0xff
	}
	for _, id := range ends {
		if _, ok := r.objs.packs[0].find(id[:20]); ok {
			t.Errorf("found %s", id)
		}
	}
}
