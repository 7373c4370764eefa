package dir_test

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
)

// nothing is a visitor that only counts.
type nothing struct{ objects, bytes int64 }

func (n *nothing) Offer(*sprawl.Location) bool { n.objects++; return true }

func (n *nothing) Visit(c *sprawl.Chunk) error { n.bytes += int64(len(c.Data)); return nil }

func BenchmarkTree(b *testing.B) {
	for b.Loop() {
		d, err := dir.Open(b.Context(), "dir:/usr/local/go/src", dir.Options{})
		if err != nil {
			b.Skip(err)
		}
		var v nothing
		err = d.Units(b.Context(), func(u sprawl.Unit) error { return d.Read(b.Context(), u, &v) })
		if err != nil {
			b.Log(err)
		}
		b.SetBytes(v.bytes)
		b.ReportMetric(float64(v.objects), "objects")
	}
}
