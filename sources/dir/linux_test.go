package dir_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

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
