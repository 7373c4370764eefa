package dir_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// plant writes files below a new directory, and returns it.
func plant(t testing.TB, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func open(t testing.TB, root string, o dir.Options) *dir.Dir {
	t.Helper()
	d, err := dir.Open(t.Context(), sprawl.Target("dir:"+root), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Reach: 1000, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		return open(t, plant(t, files), dir.Options{Reach: 1000})
	}}.Run(t)
}

// nothing is a visitor that only counts.
type nothing struct{ objects, bytes int64 }

func (n *nothing) Offer(*sprawl.Location) bool { n.objects++; return true }

func (n *nothing) Visit(c *sprawl.Chunk) error { n.bytes += int64(len(c.Data)); return nil }

// BenchmarkTree reads the tree that SPRAWL_BENCH_TREE names.
func BenchmarkTree(b *testing.B) {
	root := os.Getenv("SPRAWL_BENCH_TREE")
	if root == "" {
		b.Skip("SPRAWL_BENCH_TREE names no tree to read")
	}
	for b.Loop() {
		d := open(b, root, dir.Options{})
		var v nothing
		err := d.Units(b.Context(), func(u sprawl.Unit) error {
			_, err := sourcetest.Gaps(d.Read(b.Context(), u, &v))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(v.bytes)
		b.ReportMetric(float64(v.objects), "objects")
	}
}
