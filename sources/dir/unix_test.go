//go:build unix

package dir_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// TestLinks shows where links lead, and goes nowhere.
func TestLinks(t *testing.T) {
	outside := plant(t, map[string][]byte{"secret": []byte("outside")})
	root := plant(t, map[string][]byte{"d/f": []byte("inside")})
	links := map[string]string{
		"out": filepath.Join(outside, "secret"), "outdir": outside, "loop": ".", "dangling": "/no/such/target",
		"d/up": "../d", "odd": "a b\nc",
	}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, gaps, _ := collect(t, open(t, root, dir.Options{}))
	want := map[string]string{"d/f": "inside"}
	for name, to := range links {
		want["link "+name] = to
	}
	for p := range got {
		if strings.HasPrefix(p, "name") {
			delete(got, p)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v, -want +shown:\n%s", gaps, diff)
	}
}

// TestTargetIsLink follows what the user named.
func TestTargetIsLink(t *testing.T) {
	root := plant(t, map[string][]byte{"d/f": []byte("inside")})
	link := filepath.Join(t.TempDir(), "link")
	for _, name := range []string{"d", "d/f"} {
		os.Remove(link)
		if err := os.Symlink(filepath.Join(root, name), link); err != nil {
			t.Fatal(err)
		}
		got, _, _ := collect(t, open(t, link, dir.Options{}))
		if got["f"] != "inside" {
			t.Errorf("through a link to %s: %v", name, got)
		}
	}
}

func TestSpecialFiles(t *testing.T) {
	root := plant(t, map[string][]byte{"f": []byte("x")})
	if err := unix.Mkfifo(filepath.Join(root, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A socket's path is limited to about a hundred bytes.
	t.Chdir(root)
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got, gaps, tally := collect(t, open(t, root, dir.Options{}))
	if got["f"] != "x" || len(gaps) > 0 {
		t.Errorf("shown %v, gaps %v", got, gaps)
	}
	var skipped []string
	for _, s := range tally.Skipped {
		skipped = append(skipped, s.What+": "+s.Why)
	}
	slices.Sort(skipped)
	if diff := cmp.Diff([]string{"fifo: FIFO: not opened", "socket: socket: not opened"}, skipped); diff != "" {
		t.Errorf("-want +skipped:\n%s", diff)
	}
	if _, err := dir.Open(t.Context(), sprawl.Target("dir:"+filepath.Join(root, "fifo")), dir.Options{}); err == nil || !strings.Contains(err.Error(), "FIFO") {
		t.Errorf("a FIFO as the target: %v", err)
	}
}

// TestSwapped puts a FIFO and a link where a file was listed.
func TestSwapped(t *testing.T) {
	root := plant(t, map[string][]byte{"a": []byte("1"), "b": []byte("2"), "c": []byte("3")})
	d := open(t, root, dir.Options{})
	units, err := sourcetest.Units(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(root, "a"))
	os.Remove(filepath.Join(root, "b"))
	if err := unix.Mkfifo(filepath.Join(root, "a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	c := sourcetest.NewCollector()
	gaps, err := sourcetest.Gaps(d.Read(t.Context(), units[0], c))
	if err != nil || len(gaps) != 2 {
		t.Errorf("%v, gaps %v", err, gaps)
	}
	if paths := sourcetest.Paths(c.Objects(), sprawl.KindBlob); !slices.Equal(paths, []string{"c"}) {
		t.Errorf("shown: %v", paths)
	}
}

// TestHostileNames has names that are no text. They pass through as they are.
func TestHostileNames(t *testing.T) {
	files := map[string][]byte{}
	for i, name := range []string{
		"new\nline", "\x1b[31mred", "not utf-8 \xff\xfe", "-rf", "a!b", " ", "*", "back\\slash", "range/0/x",
		strings.Repeat("n", 255), "range", "d\n/e\n",
	} {
		if name == "range" {
			continue
		}
		files[name] = fmt.Append(nil, "content ", i)
	}
	got, gaps, _ := collect(t, open(t, plant(t, files), dir.Options{}))
	for name, data := range files {
		if got[strings.TrimSpace(name)] != string(data) {
			t.Errorf("%q was not shown as it is", name)
		}
	}
	if len(gaps) > 0 {
		t.Errorf("gaps: %v", gaps)
	}
}

// TestDeep has a path that is longer than the system takes at once.
func TestDeep(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	name := strings.Repeat("d", 200)
	for range 30 {
		if err := os.Mkdir(name, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chdir(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chdir(root); err != nil {
		t.Fatal(err)
	}
	_, gaps, _ := collect(t, open(t, root, dir.Options{}))
	if len(gaps) != 1 || !strings.Contains(gaps[0].Why, "too long") {
		t.Errorf("gaps: %.300v; want one that says that the name is too long", gaps)
	}
}
