package dir_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// collect reads all of d.
func collect(t testing.TB, d *dir.Dir) (map[string]string, []sprawl.Gap, sprawl.Tally) {
	t.Helper()
	objects, gaps, tally, err := sourcetest.Collect(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, o := range objects {
		got[strings.TrimSpace(string(o.At.Kind)+" "+o.At.Path)] = string(o.Data)
	}
	return got, gaps, tally
}

func TestOpenWrong(t *testing.T) {
	root := t.TempDir()
	for _, target := range []sprawl.Target{
		"dir:/no/such/place",
		sprawl.Target("dir:" + filepath.Join(root, "none")),
		"dir:a\x00b",
	} {
		if _, err := dir.Open(t.Context(), target, dir.Options{}); !errors.Is(err, dir.ErrRequest) {
			t.Errorf("Open(%q): %v, want ErrRequest", target, err)
		}
	}
	if _, err := dir.Open(t.Context(), "dir:.", dir.Options{Exclude: []string{"a[", "b"}}); !errors.Is(err, dir.ErrRequest) {
		t.Errorf("a bad pattern: %v, want ErrRequest", err)
	}
}

func TestEmptyDirectory(t *testing.T) {
	got, gaps, tally := collect(t, open(t, t.TempDir(), dir.Options{}))
	if len(got)+len(gaps) > 0 || len(tally.Skipped) != 1 || !strings.Contains(tally.Skipped[0].Why, "nothing") {
		t.Errorf("shown %v, gaps %v, tally %v", got, gaps, tally)
	}
}

func TestSingleFile(t *testing.T) {
	root := plant(t, map[string][]byte{"one.txt": []byte("1"), "two.txt": []byte("2")})
	got, gaps, tally := collect(t, open(t, filepath.Join(root, "one.txt"), dir.Options{}))
	want := map[string]string{"one.txt": "1", "name": "one.txt\n"}
	if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 || len(tally.Skipped) > 0 {
		t.Errorf("gaps %v, skipped %v, -want +shown:\n%s", gaps, tally.Skipped, diff)
	}
}

func TestNames(t *testing.T) {
	root := plant(t, map[string][]byte{"a": []byte("1"), "d/b": []byte("2"), "d/e/c": []byte("3")})
	got, _, _ := collect(t, open(t, root, dir.Options{}))
	for path, want := range map[string]string{"name": "a\nd\n", "name d": "b\ne\n", "name d/e": "c\n"} {
		lines := strings.SplitAfter(got[path], "\n")
		slices.Sort(lines)
		if s := strings.Join(lines, ""); s != want {
			t.Errorf("%s: %q, want %q", path, s, want)
		}
	}
}

// TestManyNames has a directory that takes several units: its listing comes in
// parts that fit together, which sourcetest checks, and nothing is lost.
func TestManyNames(t *testing.T) {
	files := map[string][]byte{}
	for i := range 1500 {
		files[fmt.Sprintf("many/%04d", i)] = []byte{'x'}
	}
	got, _, tally := collect(t, open(t, plant(t, files), dir.Options{}))
	if n := strings.Count(got["name many"], "\n"); n != 1500 {
		t.Errorf("%d names were shown, want 1500", n)
	}
	if len(got) != 1502 || tally.Objects != 1502 {
		t.Errorf("%d objects were shown, the tally says %d; want 1500 files and 2 listings", len(got), tally.Objects)
	}
}

func TestGit(t *testing.T) {
	root := plant(t, map[string][]byte{
		"repo/.git/config": []byte("config"), "repo/code": []byte("code"),
		"worktree/.git": []byte("gitdir: elsewhere"), ".gitignore": []byte("code\n"),
	})
	got, gaps, tally := collect(t, open(t, root, dir.Options{}))
	if got["repo/code"] != "code" || got["worktree/.git"] == "" || got[".gitignore"] == "" || got["repo/.git/config"] != "" || len(gaps) > 0 {
		t.Errorf("shown %v, gaps %v", got, gaps)
	}
	if len(tally.Skipped) != 1 || tally.Skipped[0].What != "repo/.git" || !strings.Contains(tally.Skipped[0].Why, "git:"+filepath.Join(root, "repo")) {
		t.Errorf("skipped: %v", tally.Skipped)
	}
	got, _, tally = collect(t, open(t, root, dir.Options{IncludeGit: true}))
	if got["repo/.git/config"] != "config" || len(tally.Skipped) > 0 {
		t.Errorf("with .git: shown %v, skipped %v", got, tally.Skipped)
	}
}

// TestBare has a bare repository, whose files can be read but not understood.
func TestBare(t *testing.T) {
	root := plant(t, map[string][]byte{"b.git/HEAD": []byte("ref: x"), "b.git/objects/p": []byte("y"), "b.git/refs/h": []byte("z"), "d/HEAD": []byte("no")})
	got, _, tally := collect(t, open(t, root, dir.Options{}))
	if got["b.git/HEAD"] != "ref: x" {
		t.Errorf("shown: %v", got)
	}
	if len(tally.Skipped) != 1 || tally.Skipped[0].What != "b.git" || !strings.HasSuffix(tally.Skipped[0].Why, "scan it with git:"+filepath.Join(root, "b.git")) {
		t.Errorf("skipped: %v", tally.Skipped)
	}
}

func TestExclude(t *testing.T) {
	root := plant(t, map[string][]byte{
		"a.log": []byte("1"), "d/b.log": []byte("2"), "d/keep": []byte("3"), "vendor/x/y": []byte("4"), "d/vendor/z": []byte("5"),
	})
	got, _, tally := collect(t, open(t, root, dir.Options{Exclude: []string{"*.log", "vendor/**"}}))
	var files []string
	for p := range got {
		if !strings.HasPrefix(p, "name") {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	if diff := cmp.Diff([]string{"d/keep", "d/vendor/z"}, files); diff != "" {
		t.Errorf("-want +shown:\n%s", diff)
	}
	for _, s := range tally.Skipped {
		if s.What == "*.log" && s.Why == "excluded: 2 files or directories" {
			return
		}
	}
	t.Errorf("skipped: %v", tally.Skipped)
}

// TestVanished removes a file and a directory between listing and reading: both
// are named, and the rest is read.
func TestVanished(t *testing.T) {
	root := plant(t, map[string][]byte{"file": []byte("1"), "stays": []byte("2"), "d/in": []byte("3")})
	d := open(t, root, dir.Options{})
	units, err := sourcetest.Units(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(root, "file"))
	os.RemoveAll(filepath.Join(root, "d"))
	c := sourcetest.NewCollector()
	var what []string
	for _, u := range units {
		gaps, err := sourcetest.Gaps(d.Read(t.Context(), u, c))
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range gaps {
			what = append(what, g.What)
		}
	}
	slices.Sort(what)
	if diff := cmp.Diff([]string{"d", "file"}, what); diff != "" {
		t.Errorf("-want +gaps:\n%s", diff)
	}
	if paths := sourcetest.Paths(c.Objects(), sprawl.KindBlob); !slices.Equal(paths, []string{"stays"}) {
		t.Errorf("shown: %v", paths)
	}
}

// TestVersion changes when a file does, and only then.
func TestVersion(t *testing.T) {
	root := plant(t, map[string][]byte{"a": []byte("1"), "b": []byte("2")})
	version := func() string {
		units, err := sourcetest.Units(t.Context(), open(t, root, dir.Options{}))
		if err != nil || len(units) != 1 {
			t.Fatal(units, err)
		}
		return units[0].Version
	}
	before := version()
	if again := version(); again != before {
		t.Errorf("listed twice, the version is %s and then %s", before, again)
	}
	if err := os.WriteFile(filepath.Join(root, "b"), []byte("22"), 0o666); err != nil {
		t.Fatal(err)
	}
	if after := version(); after == before {
		t.Error("the version is the same though a file has changed")
	}
}

// TestResumed reads units that another process listed.
func TestResumed(t *testing.T) {
	root := plant(t, map[string][]byte{"a": []byte("1")})
	units, err := sourcetest.Units(t.Context(), open(t, root, dir.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	d, c := open(t, root, dir.Options{}), sourcetest.NewCollector()
	if err := d.Read(t.Context(), units[0], c); err != nil || len(c.Objects()) != 2 {
		t.Errorf("%v, shown %v", err, c.Objects())
	}
	units[0].Version = "other"
	if gaps, err := sourcetest.Gaps(d.Read(t.Context(), units[0], c)); err != nil || len(gaps) != 1 {
		t.Errorf("a unit that has changed: %v, %v", gaps, err)
	}
	for _, name := range []string{"range/0/../../etc/passwd", "archive//etc/passwd", "range/0/../x"} {
		if err := d.Read(t.Context(), sprawl.Unit{Name: name}, c); !errors.Is(err, dir.ErrRequest) {
			t.Errorf("a unit %s that leads out of the root: %v", name, err)
		}
	}
}

func TestArchives(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create("inner.txt")
	f.Write([]byte("inside"))
	w.Close()
	root := plant(t, map[string][]byte{"d/a.zip": b.Bytes(), "cut.zip": b.Bytes()[:b.Len()-8], "after": []byte("x")})
	got, gaps, _ := collect(t, open(t, root, dir.Options{}))
	if got["d/a.zip!inner.txt"] != "inside" || got["cut.zip!inner.txt"] != "inside" || got["after"] != "x" {
		t.Errorf("shown: %q", got)
	}
	if len(gaps) != 1 || gaps[0].What != "cut.zip" {
		t.Errorf("gaps: %v", gaps)
	}
}

// TestHugeArchive has an archive that is too large to be shown whole.
func TestHugeArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 40 MB")
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateHeader(&zip.FileHeader{Name: "padding", Method: zip.Store})
	line := bytes.Repeat([]byte("."), 99)
	for b.Len() < 40<<20 {
		f.Write(append(line, '\n'))
	}
	f, _ = w.Create("last.txt")
	f.Write([]byte("inside"))
	w.Close()
	root := plant(t, map[string][]byte{"big.zip": b.Bytes()})
	got, gaps, tally := collect(t, open(t, root, dir.Options{Reach: 500}))
	if got["big.zip!last.txt"] != "inside" || len(gaps) > 0 {
		t.Errorf("%q, gaps %v", got["big.zip!last.txt"], gaps)
	}
	if got["big.zip"] != b.String() {
		t.Error("the bytes of the archive itself were not shown as they are")
	}
	if tally.Objects != 2 {
		t.Errorf("%d objects, want the archive and the listing of the directory", tally.Objects)
	}
}

// TestSparse has a line of 1 GB with something in the middle of it, and
// something at its end. Only what is not a hole costs anything.
func TestSparse(t *testing.T) {
	if testing.Short() {
		t.Skip("may read 1 GB")
	}
	root := t.TempDir()
	f, err := os.Create(filepath.Join(root, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 1 << 30
	for _, at := range []int64{10, size/2 - 3, size - 6} {
		if _, err := f.WriteAt([]byte("marked"), at); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, root, dir.Options{Reach: 100})
	found := map[int64]bool{}
	v := &visitor{visit: func(c *sprawl.Chunk) {
		if len(c.Data) > 17<<20 {
			t.Errorf("a chunk of %d bytes", len(c.Data))
		}
		if i := bytes.Index(c.Data, []byte("marked")); i >= c.Lead && i < len(c.Data)-c.Tail {
			found[c.Offset+int64(i)] = true
			if c.Lines != nil && c.Lines() != 0 {
				t.Errorf("%d lines before %d, in a file of one", c.Lines(), c.Offset)
			}
		}
	}}
	err = d.Units(t.Context(), func(u sprawl.Unit) error { return d.Read(t.Context(), u, v) })
	if err != nil || len(found) != 3 {
		t.Errorf("%v; found at %v", err, found)
	}
}

// visitor wants everything.
type visitor struct{ visit func(*sprawl.Chunk) }

func (v *visitor) Offer(*sprawl.Location) bool { return true }

func (v *visitor) Visit(c *sprawl.Chunk) error { v.visit(c); return nil }

// TestChanging has a file that shrinks, and one that becomes huge, after they
// were listed.
func TestChanging(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 80 MB")
	}
	root := plant(t, map[string][]byte{"grows": []byte("small"), "shrinks": bytes.Repeat([]byte("0123456789\n"), 4<<20)})
	d := open(t, root, dir.Options{Reach: 100})
	units, err := sourcetest.Units(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	grown := bytes.Repeat([]byte("abcdefghi\n"), 4<<20)
	if err := errors.Join(os.WriteFile(filepath.Join(root, "grows"), grown, 0o666), os.Truncate(filepath.Join(root, "shrinks"), 20<<20)); err != nil {
		t.Fatal(err)
	}
	c := sourcetest.NewCollector()
	var all []sprawl.Gap
	for _, u := range units {
		gaps, err := sourcetest.Gaps(d.Read(t.Context(), u, c))
		if all = append(all, gaps...); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	for _, o := range c.Objects() {
		if o.At.Path == "grows" && !bytes.Equal(o.Data, grown) {
			t.Error("the file that grew was not shown as it is")
		}
		if o.At.Path == "shrinks" && len(o.Data) != 20<<20 {
			t.Errorf("%d bytes were shown of what is left of the file that shrank", len(o.Data))
		}
	}
	if len(all) == 0 || all[0].What != "shrinks" {
		t.Errorf("gaps: %v", all)
	}
}

// TestCancelledWalk stops within a tree.
func TestCancelledWalk(t *testing.T) {
	files := map[string][]byte{}
	for i := range 50 {
		files[fmt.Sprintf("%d/f", i)] = []byte("x")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := open(t, plant(t, files), dir.Options{})
	if err := d.Units(ctx, func(sprawl.Unit) error { t.Error("a unit was listed"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Units: %v", err)
	}
}
