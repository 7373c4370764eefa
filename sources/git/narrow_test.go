package git

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func TestStagedWithoutHead(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.write("a/b", tok)
	s.git("add", "-A")
	life := scan(t, s.target(), Options{Staged: true}, tok).clean(t).one(t)
	if life.Path != "a/b" || life.Note != "index" {
		t.Errorf("got %+v", life)
	}
}

func TestStagedRename(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("dir/old", strings.Repeat("text that stays\n", 50))
	s.git("mv", "dir/old", "dir/new")
	s.write("dir/new", strings.Repeat("text that stays\n", 50)+tok)
	s.git("add", "-A")
	if life := scan(t, s.target(), Options{Staged: true}, tok).clean(t).one(t); life.Path != "dir/new" {
		t.Errorf("got %+v", life)
	}
}

// TestStagedIsWhatGitSays compares with git diff --cached, for every version
// of the index, with and without the extensions that save work.
func TestStagedIsWhatGitSays(t *testing.T) {
	for _, version := range []string{"2", "3", "4", "split", "no-cache-tree"} {
		t.Run(version, func(t *testing.T) {
			s := newSandbox(t)
			for _, name := range []string{"a", "b/c", "b/d", "b/e/f", "b/e/g", "h-i", "h/i", "z"} {
				s.write(name, name)
			}
			s.git("add", "-A")
			s.git("commit", "-q", "-m", "m")
			switch version {
			case "split":
				s.git("update-index", "--split-index")
			case "no-cache-tree":
				s.git("read-tree", "--empty")
				s.git("add", "-A")
			case "3":
				s.git("update-index", "--skip-worktree", "a") // needs a flag that only version 3 has
			default:
				s.git("update-index", "--index-version", version)
			}
			s.write("b/e/g", "changed")
			s.write("h/new", "new")
			s.write("intent", "announced only")
			os.Remove(filepath.Join(s.dir, "z"))
			os.Chmod(filepath.Join(s.dir, "b/c"), 0o777)
			s.git("add", "-A", "b", "h", "z")
			s.git("add", "-N", "intent")
			want := []string{"b/e/g", "h/new"}
			r, err := Open(context.Background(), s.target(), Options{Staged: true})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var got []string
			for _, f := range r.staged {
				got = append(got, f.path)
			}
			slices.Sort(got)
			if version == "split" {
				got = slices.DeleteFunc(got, func(p string) bool { return p == "" }) // replaced entries have no name there
				if len(got) == 1 && got[0] == "h/new" {
					return // and git may have chosen to replace the other one
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q; git says\n%s", got, want, s.git("diff", "--cached", "--raw"))
			}
		})
	}
}

func TestSplitIndexContent(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	s.git("update-index", "--split-index")
	s.write("a", tok)
	s.git("add", "a")
	if r := scan(t, s.target(), Options{Staged: true}, tok).clean(t); len(r.at) != 1 {
		t.Errorf("sightings: %+v", r.at)
	}
}

func TestNothingStaged(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "1")
	r := scan(t, s.target(), Options{Staged: true}, "x").clean(t)
	if r.tally.Objects != 0 || len(r.tally.Skipped) != 1 || !strings.Contains(r.tally.Skipped[0].Why, "nothing is staged") {
		t.Errorf("got %+v", r.tally)
	}
}

func TestOtherIndexFile(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	s.write("a", tok)
	s.git("add", "a")
	other := filepath.Join(t.TempDir(), "index")
	os.Rename(filepath.Join(s.dir, ".git/index"), other)
	scan(t, s.target(), Options{Staged: true, IndexFile: other}, tok).clean(t).one(t)
}

func TestSince(t *testing.T) {
	s, old, gone, stays, said := newSandbox(t), token(), token(), token(), token()
	s.commit("a", old)
	base := s.commit("x", "1")
	s.git("tag", "-a", "-m", "m", "start")
	added := s.commit("b", gone)
	removed := s.commit("b", "nothing")
	s.commit("dir/c", stays)
	s.git("commit", "-q", "--allow-empty", "-m", said)
	for _, since := range []string{base, base[:9], "start", "HEAD~4", "HEAD~3^", "start^{commit}..main", "@~4", "tags/start..heads/main"} {
		r := scan(t, s.target(), Options{Since: since}, gone).clean(t)
		life := r.one(t)
		if life.Commit != added || life.Removed != removed || life.InHead || life.Path != "b" {
			t.Errorf("%s: got %+v", since, life)
		}
		if r.tally.Commits != 4 {
			t.Errorf("%s: %d commits, want 4", since, r.tally.Commits)
		}
		life = scan(t, s.target(), Options{Since: since}, stays).clean(t).one(t)
		if !life.InHead || life.Path != "dir/c" || len(life.Refs) != 1 {
			t.Errorf("%s: got %+v", since, life)
		}
		if life := scan(t, s.target(), Options{Since: since}, said).clean(t).one(t); life.Commit == "" || !life.InHead {
			t.Errorf("%s: message: got %+v", since, life)
		}
		if r := scan(t, s.target(), Options{Since: since}, old).clean(t); len(r.at) != 0 {
			t.Errorf("%s: what lies before the range is read: %+v", since, r.at)
		}
	}
}

func TestSinceMerge(t *testing.T) {
	s, evil, side := newSandbox(t), token(), token()
	base := s.commit("a", "1")
	s.git("checkout", "-q", "-b", "side")
	onSide := s.commit("b", side)
	s.git("checkout", "-q", "main")
	s.commit("a", "2")
	s.git("merge", "-q", "--no-commit", "side")
	merge := s.commit("c", evil)
	s.git("gc", "-q")
	if life := scan(t, s.target(), Options{Since: base}, evil).clean(t).one(t); life.Commit != merge {
		t.Errorf("got %+v, want %s", life, merge)
	}
	if life := scan(t, s.target(), Options{Since: base}, side).clean(t).one(t); life.Commit != onSide {
		t.Errorf("got %+v, want %s", life, onSide)
	}
	if r := scan(t, s.target(), Options{Since: merge + "^1"}, side).clean(t); len(r.lives) != 1 {
		t.Errorf("the side branch is new since the first parent: %s", r.show())
	}
	r := scan(t, s.target(), Options{Since: "HEAD"}, evil).clean(t)
	if r.tally.Objects != 0 || len(r.tally.Skipped) != 1 || !strings.Contains(r.tally.Skipped[0].Why, "empty range") {
		t.Errorf("empty range: %+v", r.tally)
	}
}

// TestSinceIsWhatGitSays compares the commits and blobs of a range with git
// rev-list.
func TestSinceIsWhatGitSays(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "0")
	for i := range 12 {
		s.commit("a", strings.Repeat("x", i+1))
		if i%4 == 1 {
			s.git("checkout", "-q", "-b", "b"+string(rune('0'+i)))
		}
		if i%4 == 3 {
			s.commit("d/"+strings.Repeat("y", i), "y")
			s.git("checkout", "-q", "main")
			s.git("merge", "-q", "-m", "m", "-X", "theirs", "b"+string(rune('0'+i-2)))
		}
	}
	all := lines(s.git("rev-list", "HEAD"))
	for _, from := range all {
		r, err := Open(context.Background(), s.target(), Options{Since: from})
		if err != nil {
			t.Fatal(err)
		}
		want := lines(s.git("rev-list", from+"..HEAD"))
		if len(r.since.commits) != len(want) {
			t.Errorf("since %s: %d commits, want %d", from, len(r.since.commits), len(want))
		}
		blobs := 0
		for _, line := range lines(s.git("rev-list", "--objects", from+"..HEAD")) {
			id, _, _ := strings.Cut(line, " ")
			if s.git("cat-file", "-t", id) == "blob" {
				blobs++
			}
		}
		if len(r.since.files) < blobs {
			t.Errorf("since %s: %d blobs, git lists %d", from, len(r.since.files), blobs)
		}
		r.Close()
	}
}

func TestSinceShallow(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "1")
	tag := s.commit("a", "2")
	s.commit("a", "3")
	s.commit("a", "4")
	s.git("tag", "v", tag)
	dir := filepath.Join(t.TempDir(), "copy")
	s.git("clone", "-q", "--depth=1", "--no-single-branch", "file://"+s.dir, dir)
	r := scan(t, sprawl.Target("git:"+dir), Options{Since: "v"}, "x")
	if len(r.gaps) == 0 {
		t.Error("no gap, although the range can't be followed")
	}
}

func TestQuarantine(t *testing.T) {
	s, tok := newSandbox(t), token()
	old := s.commit("a", "1")
	s.git("gc", "-q")
	s.commit("b", tok)
	quarantine := filepath.Join(t.TempDir(), "incoming")
	os.MkdirAll(quarantine, 0o777)
	tip := s.git("rev-parse", "HEAD")
	for _, id := range lines(s.git("rev-list", "--objects", "--no-object-names", old+".."+tip)) {
		from := filepath.Join(s.dir, ".git/objects", id[:2], id[2:])
		os.MkdirAll(filepath.Join(quarantine, id[:2]), 0o777)
		if err := os.Rename(from, filepath.Join(quarantine, id[:2], id[2:])); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Since: old + ".." + tip, ObjectDirs: []string{quarantine, filepath.Join(s.dir, ".git/objects")}}
	if life := scan(t, s.target(), o, tok).clean(t).one(t); life.Commit != tip {
		t.Errorf("got %+v, want %s", life, tip)
	}
}

// TestStagedOpensOnlyWhatChanged takes away the trees of a directory that has
// not changed: who opens them notices.
func TestStagedOpensOnlyWhatChanged(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.write("same/deep/a", "1")
	s.write("other/b", "1")
	s.git("add", "-A")
	s.git("commit", "-q", "-m", "m")
	id := s.git("rev-parse", "HEAD:same")
	os.Remove(filepath.Join(s.dir, ".git/objects", id[:2], id[2:]))
	s.write("other/b", tok)
	s.git("add", "other")
	if life := scan(t, s.target(), Options{Staged: true}, tok).clean(t).one(t); life.Path != "other/b" {
		t.Errorf("got %+v", life)
	}
}
