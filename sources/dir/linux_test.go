//go:build linux

package dir_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// TestSwappedParent puts a link that leads out of the tree in the place of a
// directory above one that was listed.
func TestSwappedParent(t *testing.T) {
	outside := plant(t, map[string][]byte{"e/f": []byte("outside")})
	root := plant(t, map[string][]byte{"d/e/f": []byte("inside"), "g": []byte("stays")})
	d := open(t, root, dir.Options{})
	units, err := sourcetest.Units(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "d")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(root, "d")); err != nil {
		t.Fatal(err)
	}
	c := sourcetest.NewCollector()
	gaps, err := sourcetest.Gaps(d.Read(t.Context(), units[0], c))
	if err != nil || len(gaps) != 1 || gaps[0].What != "d/e" {
		t.Errorf("%v, gaps %v", err, gaps)
	}
	if paths := sourcetest.Paths(c.Objects(), sprawl.KindBlob); !slices.Equal(paths, []string{"g"}) {
		t.Errorf("shown: %v", paths)
	}
}

// TestUnreadable has a file and a directory that the user may not read. Root
// may read everything, so that it reads as nobody: file access has a user of
// its own, for each thread.
func TestUnreadable(t *testing.T) {
	root := plant(t, map[string][]byte{"f": []byte("x"), "no": []byte("y"), "d/in": []byte("z")})
	for name, mode := range map[string]os.FileMode{"..": 0o755, ".": 0o755, "f": 0o644, "no": 0, "d": 0} {
		if err := os.Chmod(filepath.Join(root, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(filepath.Join(root, "d"), 0o700)
	if os.Geteuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		const nobody = 65534
		if err := unix.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer unix.Setfsuid(0)
	}
	got, gaps, _ := collect(t, open(t, root, dir.Options{}))
	if got["f"] != "x" || len(gaps) != 2 {
		t.Errorf("shown %v, gaps %v", got, gaps)
	}
}
