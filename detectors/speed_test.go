package detectors

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// sourceText returns up to 32 MB of source text: the tree that
// SPRAWL_BENCH_TREE names, or else what Go ships.
func sourceText(b *testing.B) []byte {
	root := os.Getenv("SPRAWL_BENCH_TREE")
	if root == "" {
		root = filepath.Join(os.Getenv("GOROOT"), "src")
		if os.Getenv("GOROOT") == "" {
			b.Skip("SPRAWL_BENCH_TREE names no tree of source text")
		}
	}
	var text bytes.Buffer
	_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || text.Len() > 32<<20 {
			return err
		}
		if data, err := os.ReadFile(name); err == nil && bytes.IndexByte(data, 0) < 0 {
			text.Write(data)
		}
		return nil
	})
	return text.Bytes()
}

// The literals of all rules, long runs and zeros, over source text: what every
// byte pays.
func BenchmarkPrefilter(b *testing.B) {
	set, data := builtinSet(b), sourceText(b)
	var f literal.Found
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f.Begin()
		set.literals.Look(&f, data, 0, len(data))
	}
	b.ReportMetric(float64(len(f.Hits))/float64(len(data))*1e6, "hits/MB")
	b.ReportMetric(float64(len(f.Runs))/float64(len(data))*1e6, "runs/MB")
}

// All that a scanner does with it.
func BenchmarkScan(b *testing.B) {
	set, data := builtinSet(b), sourceText(b)
	sc := set.NewScanner()
	c := &sprawl.Chunk{At: &sprawl.Location{}, Data: data}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var found []sprawl.Finding
	for b.Loop() {
		found = sc.Scan(found[:0], c)
	}
}
