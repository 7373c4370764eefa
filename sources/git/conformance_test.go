package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func TestMergeOnly(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1\n")
	s.git("checkout", "-q", "-b", "side")
	s.commit("a", "2\n")
	s.git("checkout", "-q", "main")
	s.commit("a", "3\n")
	s.git("merge", "-q", "-s", "ours", "--no-commit", "side")
	merge := s.commit("a", tok+"\n")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Commit != merge || life.Path != "a" || !life.InHead || life.Author != "Ann <ann@example.test>" {
		t.Errorf("got %+v, want it to be brought by the merge %s", life, merge)
	}
	if life.When.IsZero() || life.HeadObject != life.Object || life.RefCount != 1 || life.Refs[0] != "refs/heads/main" {
		t.Errorf("got %+v", life)
	}
}

func TestRemoved(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("x", "y")
	added := s.commit("d/e/a", tok+"\n1\n")
	s.commit("d/e/a", tok+"\n2\n")
	gone := s.commit("d/e/a", "3\n")
	s.commit("x", "z")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Commit != added || life.Removed != gone || life.InHead || life.Versions != 2 || life.Path != "d/e/a" || life.RefCount != 0 {
		t.Errorf("got %+v, want from %s to %s", life, added, gone)
	}
}

func TestAttributesAreNotObeyed(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit(".gitattributes", "* -diff binary filter=x\n")
	s.commit("a", tok)
	scan(t, s.target(), Options{}, tok).clean(t).one(t)
	s.write("b", token())
	tok = token()
	s.write("c", tok)
	s.git("add", "-A")
	if life := scan(t, s.target(), Options{Staged: true}, tok).clean(t).one(t); life.Path != "c" || life.Note != "index" {
		t.Errorf("got %+v", life)
	}
}

func TestReplaceRefsAreNotObeyed(t *testing.T) {
	s, tok := newSandbox(t), token()
	bad := s.commit("a", tok)
	s.git("checkout", "-q", "--orphan", "other")
	good := s.commit("a", "clean")
	s.git("replace", bad, good)
	s.git("checkout", "-q", "main")
	if life := scan(t, s.target(), Options{}, tok).clean(t).one(t); life.Commit != bad || !life.InHead {
		t.Errorf("got %+v, want it in %s", life, bad)
	}
}

func TestSHA256(t *testing.T) {
	s := newSandbox(t, "--object-format=sha256")
	s.commit("a", token())
	_, err := Open(context.Background(), s.target(), Options{})
	var gap *sprawl.Gap
	if !errors.As(err, &gap) || errors.Is(err, ErrRequest) || !strings.Contains(err.Error(), "sha256") {
		t.Errorf("Open gives %v, want a gap that names sha256", err)
	}
}

func TestStash(t *testing.T) {
	s, tok, untracked := newSandbox(t), token(), token()
	s.commit("a", "1")
	s.write("a", tok)
	s.write("new", untracked)
	s.git("stash", "-q", "-u")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Note != "stash" || life.InHead || life.Path != "a" {
		t.Errorf("got %+v", life)
	}
	life = scan(t, s.target(), Options{}, untracked).clean(t).one(t)
	if life.Note != "stash" || life.Path != "new" {
		t.Errorf("untracked part: got %+v", life)
	}
}

func TestUnreachable(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	lost := s.commit("a", tok)
	s.git("reset", "-q", "--hard", "HEAD~1")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Note != "reflog only" || life.Commit != lost || life.Path != "a" {
		t.Errorf("reflog: got %+v", life)
	}
	os.RemoveAll(filepath.Join(s.dir, ".git", "logs"))
	os.Remove(filepath.Join(s.dir, ".git", "ORIG_HEAD"))
	life = scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Note != "unreachable commit" || life.Commit != lost {
		t.Errorf("dangling: got %+v", life)
	}
	tok = token()
	s.gitIn(tok, "hash-object", "-w", "--stdin")
	life = scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Note != "unreachable" || life.Commit != "" || life.Path != "" {
		t.Errorf("blob: got %+v", life)
	}
}

func TestDanglingTree(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	s.write("deep/er/b", tok)
	s.git("add", "-A")
	s.git("write-tree")
	s.git("reset", "-q", "--hard")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Path != "deep/er/b" || life.Commit != "" || life.Note != "unreachable commit" && life.Note != "unreachable" {
		t.Errorf("got %+v", life)
	}
}

func TestStagedOnly(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	s.write("dir/b", tok)
	s.git("add", "-A")
	if life := scan(t, s.target(), Options{}, tok).clean(t).one(t); life.Note != "index" || life.Path != "dir/b" {
		t.Errorf("got %+v", life)
	}
}

func TestMessages(t *testing.T) {
	s, tok, empty, tag := newSandbox(t), token(), token(), token()
	s.commit("a", "1")
	s.write("a", "2")
	s.git("commit", "-q", "-a", "-m", "say "+tok)
	said := s.git("rev-parse", "HEAD")
	s.git("commit", "-q", "--allow-empty", "-m", empty)
	s.git("tag", "-a", "-m", tag, "v1")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Commit != said || !life.InHead || life.Path != "" {
		t.Errorf("message: got %+v", life)
	}
	scan(t, s.target(), Options{}, empty).clean(t).one(t)
	life = scan(t, s.target(), Options{}, tag).clean(t).one(t)
	if life.Note != "tag" || life.RefCount != 1 || life.Refs[0] != "refs/tags/v1" || life.Author != "Bob <bob@example.test>" {
		t.Errorf("tag: got %+v", life)
	}
}

func TestNames(t *testing.T) {
	s, branch, file, mail := newSandbox(t), token(), token(), token()
	s.commit("dir/"+file, "1")
	s.git("-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", "m", "--author=X <"+mail+"@example.test>")
	s.git("branch", branch)
	r := scan(t, s.target(), Options{}, branch).clean(t)
	if !slices.Contains(r.kinds(), sprawl.KindRef) {
		t.Errorf("branch name: kinds %q", r.kinds())
	}
	life := scan(t, s.target(), Options{}, file).clean(t).one(t)
	if life.Path != "dir" || !life.InHead {
		t.Errorf("file name: got %+v", life)
	}
	scan(t, s.target(), Options{}, mail).clean(t).one(t)
	if r := scan(t, s.target(), Options{}, mail); !slices.Contains(r.kinds(), sprawl.KindCommit) {
		t.Errorf("author: kinds %q", r.kinds())
	}
}

func TestFileNameInRoot(t *testing.T) {
	s, tok := newSandbox(t), token()
	added := s.commit(tok, "1")
	s.commit("other", "1")
	os.Remove(filepath.Join(s.dir, tok))
	gone := s.commit("other", "2")
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Path != "." || life.Commit != added || life.Removed != gone || life.Versions != 2 {
		t.Errorf("got %+v", life)
	}
}

func TestNote(t *testing.T) {
	s, tok := newSandbox(t), token()
	c := s.commit("a", "1")
	s.git("notes", "add", "-m", tok, c)
	life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
	if life.Note != "notes" || strings.ReplaceAll(life.Path, "/", "") != c {
		t.Errorf("got %+v, want the path to be %s", life, c)
	}
}

func TestConfiguration(t *testing.T) {
	s, module, remote, log := newSandbox(t), token(), token(), token()
	s.commit(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://u:"+module+"@example.test/x\n")
	scan(t, s.target(), Options{}, module).clean(t).one(t)
	s.git("remote", "add", "origin", "https://u:"+remote+"@example.test/x")
	if r := scan(t, s.target(), Options{}, remote).clean(t); !slices.Equal(r.kinds(), []sprawl.Kind{sprawl.KindConfig}) || r.at[0].Path != "config" {
		t.Errorf("remote URL: %+v", r.at)
	}
	s.git("update-ref", "--create-reflog", "-m", log, "refs/heads/b", "HEAD")
	if r := scan(t, s.target(), Options{}, log).clean(t); !slices.Equal(r.kinds(), []sprawl.Kind{sprawl.KindReflog}) || r.at[0].Path != "logs/refs/heads/b" {
		t.Errorf("reflog: %+v", r.at)
	}
}

func TestEveryNamespace(t *testing.T) {
	for _, name := range []string{"refs/heads/side", "refs/tags/only", "refs/pull/1/head", "refs/merge-requests/3/head", "refs/keep-around/x"} {
		t.Run(name, func(t *testing.T) {
			s, tok := newSandbox(t), token()
			s.commit("a", "1")
			c := s.commit("a", tok)
			s.git("update-ref", name, c)
			s.git("reset", "-q", "--hard", "HEAD~1")
			s.git("pack-refs", "--all")
			life := scan(t, s.target(), Options{}, tok).clean(t).one(t)
			if life.Note != "" || life.RefCount != 1 || life.Refs[0] != name || life.InHead != strings.HasPrefix(name, "refs/heads/") {
				t.Errorf("got %+v", life)
			}
		})
	}
}

func TestStorage(t *testing.T) {
	for name, store := range map[string]func(s *sandbox){
		"loose":      func(s *sandbox) {},
		"packed":     func(s *sandbox) { s.git("gc", "-q") },
		"midx":       func(s *sandbox) { s.git("repack", "-q"); s.git("multi-pack-index", "write") },
		"multi-pack": func(s *sandbox) { s.git("repack", "-q"); s.commit("z", "later"); s.git("repack", "-q") },
		"deep": func(s *sandbox) {
			for i := range 30 {
				s.commit("big", strings.Repeat("line of text\n", 200+i))
			}
			s.git("repack", "-qadf", "--depth=50")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, tok := newSandbox(t), token()
			s.commit("x", "1")
			c := s.commit("a", tok)
			s.commit("x", "2")
			store(s)
			if life := scan(t, s.target(), Options{}, tok).clean(t).one(t); life.Commit != c || !life.InHead {
				t.Errorf("got %+v, want %s", life, c)
			}
		})
	}
}

func TestAlternate(t *testing.T) {
	s, tok := newSandbox(t), token()
	c := s.commit("a", tok)
	s.git("gc", "-q")
	dir := filepath.Join(t.TempDir(), "copy")
	s.git("clone", "-q", "--shared", s.dir, dir)
	if life := scan(t, sprawl.Target("git:"+dir), Options{}, tok).clean(t).one(t); life.Commit != c || !life.InHead {
		t.Errorf("got %+v", life)
	}
}

func TestShallow(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", tok+"1")
	c := s.commit("b", "1")
	dir := filepath.Join(t.TempDir(), "copy")
	s.git("clone", "-q", "--depth=1", "file://"+s.dir, dir)
	r := scan(t, sprawl.Target("git:"+dir), Options{}, tok)
	life := r.one(t)
	if life.Commit != c || life.Note != "shallow boundary" || !life.InHead {
		t.Errorf("got %+v", life)
	}
	if len(r.gaps) != 1 || !strings.Contains(r.gaps[0].Why, "--unshallow") {
		t.Errorf("gaps: %+v, want one for the shallow boundary", r.gaps)
	}
}

func TestPartial(t *testing.T) {
	s, tok := newSandbox(t), token()
	for i := range 5 {
		s.commit("a", strings.Repeat("x", i))
	}
	s.commit("b", tok)
	s.git("config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "copy")
	s.git("clone", "-q", "--filter=blob:none", "file://"+s.dir, dir)
	for _, fused := range []bool{false, true} {
		r := scanAs(t, sprawl.Target("git:"+dir), Options{}, tok, fused)
		if life := r.one(t); life.Path != "b" || !life.InHead {
			t.Errorf("got %+v", life)
		}
		if len(r.gaps) != 1 || !strings.Contains(r.gaps[0].What, "4 objects") {
			t.Errorf("gaps: %+v, want one that counts the 4 absent blobs", r.gaps)
		}
	}
}

func TestMissingObject(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "lost")
	s.commit("b", tok)
	id := s.git("rev-parse", "HEAD:a")
	os.Remove(filepath.Join(s.dir, ".git/objects", id[:2], id[2:]))
	r := scan(t, s.target(), Options{}, tok)
	r.one(t)
	if len(r.gaps) != 1 || !strings.Contains(r.gaps[0].Why, id) {
		t.Errorf("gaps: %+v, want one that names %s", r.gaps, id)
	}
}

func TestCorruptObject(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "to be damaged")
	s.commit("b", tok)
	id := s.git("rev-parse", "HEAD:a")
	path := filepath.Join(s.dir, ".git/objects", id[:2], id[2:])
	os.Chmod(path, 0o666)
	if err := os.WriteFile(path, []byte("rubbish"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := scan(t, s.target(), Options{}, tok)
	r.one(t)
	if len(r.gaps) != 1 || !strings.Contains(r.gaps[0].What, id) {
		t.Errorf("gaps: %+v, want one that names %s", r.gaps, id)
	}
}

func TestSubmodule(t *testing.T) {
	s, inner := newSandbox(t), newSandbox(t)
	inner.commit("a", "1")
	s.commit("a", "1")
	s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.dir, "sub")
	s.commit("b", "1")
	r := scan(t, s.target(), Options{}, "nothing").clean(t)
	named := slices.ContainsFunc(r.tally.Skipped, func(g sprawl.Gap) bool { return g.What == "submodule sub" })
	if !named {
		t.Errorf("skipped: %+v, want the submodule to be named", r.tally.Skipped)
	}
	sub := scan(t, sprawl.Target("git:"+filepath.Join(s.dir, "sub")), Options{}, "nothing").clean(t)
	if sub.tally.Commits != 1 {
		t.Errorf("scanning the submodule itself gives %+v", sub.tally)
	}
}

func TestPlaces(t *testing.T) {
	s, tok := newSandbox(t), token()
	c := s.commit("sub/dir/a", tok)
	tree := filepath.Join(t.TempDir(), "tree")
	s.git("worktree", "add", "-q", "--detach", tree)
	bare := filepath.Join(t.TempDir(), "bare.git")
	s.git("clone", "-q", "--bare", s.dir, bare)
	for _, target := range []string{
		"git:" + filepath.Join(s.dir, "sub/dir"), "git:" + filepath.Join(s.dir, ".git"), "git:" + tree,
		"git:" + filepath.Join(tree, ".git"), "git:" + bare, "git+file://" + s.dir, "git:file://" + bare, "file://" + bare,
	} {
		life := scan(t, sprawl.Target(target), Options{}, tok).clean(t).one(t)
		if life.Commit != c || !life.InHead || life.Path != "sub/dir/a" {
			t.Errorf("%s: got %+v", target, life)
		}
	}
	life := scan(t, "git:", Options{GitDir: filepath.Join(s.dir, ".git")}, tok).clean(t).one(t)
	if life.Commit != c {
		t.Errorf("GitDir: got %+v", life)
	}
}

func TestWrongRequests(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "1")
	plain, file := t.TempDir(), filepath.Join(t.TempDir(), "f")
	os.WriteFile(file, []byte("x"), 0o666)
	for name, open := range map[string]struct {
		target sprawl.Target
		o      Options
	}{
		"a plain directory":   {sprawl.Target("git:" + plain), Options{}},
		"nothing there":       {sprawl.Target("git:" + plain + "/none"), Options{}},
		"a file":              {sprawl.Target("git:" + file), Options{}},
		"no such revision":    {s.target(), Options{Since: "none"}},
		"half a revision":     {s.target(), Options{Since: "main.."}},
		"a parent too many":   {s.target(), Options{Since: "HEAD~7"}},
		"a remote's index":    {"git+https://example.test/x", Options{Staged: true}},
		"a remote by rsync":   {"git+git://example.test/x", Options{}},
		"a tree for a commit": {s.target(), Options{Since: "HEAD^{tree}"}},
	} {
		_, err := Open(context.Background(), open.target, open.o)
		if name == "half a revision" {
			if err != nil {
				t.Errorf("%s: %v, want HEAD to be meant", name, err)
			}
			continue
		}
		if !errors.Is(err, ErrRequest) {
			t.Errorf("%s: Open gives %v, want ErrRequest", name, err)
		}
	}
}

func TestEmpty(t *testing.T) {
	s := newSandbox(t)
	r := scan(t, s.target(), Options{}, "x").clean(t)
	said := slices.ContainsFunc(r.tally.Skipped, func(g sprawl.Gap) bool { return strings.Contains(g.Why, "empty") })
	if !said {
		t.Errorf("skipped: %+v, want it to say that the repository is empty", r.tally.Skipped)
	}
}

func TestRefToNothing(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "1")
	id := strings.Repeat("ab", 20)
	s.write(".git/refs/heads/lost", id+"\n")
	s.write(".git/refs/heads/damaged", "rubbish\n")
	r := scan(t, s.target(), Options{}, "x")
	var what []string
	for _, g := range r.gaps {
		what = append(what, g.What+" "+g.Why)
	}
	all := strings.Join(what, "\n")
	if len(r.gaps) != 2 || !strings.Contains(all, id+", which refs/heads/lost names") || !strings.Contains(all, "refs/heads/damaged") {
		t.Errorf("gaps: %s", all)
	}
}
