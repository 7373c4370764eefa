package git

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// corpus opens the repository that SPRAWL_BENCH_REPO names.
func corpus(b *testing.B) *Repo {
	path := os.Getenv("SPRAWL_BENCH_REPO")
	if path == "" {
		b.Skip("needs a repository in SPRAWL_BENCH_REPO")
	}
	r, err := Open(context.Background(), sprawl.Target("git:"+path), Options{})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// A counter is a Visitor that does nothing else. It wants everything, and
// finds something in every nth blob.
type counter struct {
	every  int64
	blobs  *atomic.Int64
	bytes  *atomic.Int64
	copied *atomic.Int64
	found  map[sprawl.ID]bool
	add    func(id sprawl.ID)
}

func (v counter) Offer(*sprawl.Location) bool { return true }

func (v counter) Visit(c *sprawl.Chunk) error {
	v.bytes.Add(int64(len(c.Data)))
	n := 0
	for _, w := range c.Copies {
		n += w.N
	}
	v.copied.Add(int64(n))
	if c.At.Kind == sprawl.KindBlob && v.every > 0 && v.blobs.Add(1)%v.every == 0 {
		v.add(c.At.Object)
	}
	return nil
}

// found is a counter that is a Finder.
type fused struct{ counter }

func (v fused) Found(id sprawl.ID) bool { return v.found[id] }

// BenchmarkRead reads everything and looks at nothing, and then locates about
// 300 blobs from all over.
func BenchmarkRead(b *testing.B) {
	for _, mode := range []string{"plain", "fused"} {
		b.Run(mode, func(b *testing.B) {
			for b.Loop() {
				readAll(b, mode == "fused")
			}
		})
	}
}

func readAll(b *testing.B, fuse bool) {
	ctx := context.Background()
	r := corpus(b)
	defer r.Close()
	v := counter{every: 1000, blobs: new(atomic.Int64), bytes: new(atomic.Int64), copied: new(atomic.Int64), found: make(map[sprawl.ID]bool)}
	adding := make(chan sprawl.ID, 1<<16)
	v.add = func(id sprawl.ID) { adding <- id }
	var visitor sprawl.Visitor = v
	if fuse {
		visitor = fused{v}
	}
	var units []sprawl.Unit
	clock := newClock()
	if err := r.Units(ctx, func(u sprawl.Unit) error { units = append(units, u); return nil }); err != nil {
		b.Log(err)
	}
	clock.report(b, "units")
	for stage := range stageLast + 1 {
		err := inParallel(len(units), func(i int) error {
			if units[i].Stage != stage {
				return nil
			}
			return r.Read(ctx, units[i], visitor)
		})
		if err != nil {
			b.Log(err)
		}
		for len(adding) > 0 {
			v.found[<-adding] = true
		}
		clock.report(b, []string{"blobs", "rest", "last"}[stage])
	}
	var seen []sprawl.Sighting
	for id := range v.found {
		seen = append(seen, sprawl.Sighting{Object: id, Credential: len(seen)})
	}
	lives := 0
	if err := r.Locate(ctx, seen, func(sprawl.Life) error { lives++; return nil }); err != nil {
		b.Log(err)
	}
	clock.report(b, "locate")
	b.ReportMetric(float64(lives), "lives")
	b.ReportMetric(float64(v.bytes.Load()>>20), "MB")
	b.ReportMetric(float64(v.copied.Load()>>20), "MB-copied")
	var m runtime.MemStats
	debug.FreeOSMemory()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc>>20), "heap-MB")
	runtime.KeepAlive(r)
}

// A clock reports wall and processor time between its reports.
type clock struct {
	wall time.Time
	cpu  time.Duration
}

func newClock() *clock { return &clock{time.Now(), cpuTime()} }

func (c *clock) report(b *testing.B, name string) {
	now, cpu := time.Now(), cpuTime()
	b.ReportMetric(now.Sub(c.wall).Seconds(), name+"-s")
	b.ReportMetric((cpu - c.cpu).Seconds(), name+"-cpu-s")
	c.wall, c.cpu = now, cpu
}

// BenchmarkStaged opens the repository that SPRAWL_BENCH_REPO names, as a hook
// does, and reads what is staged there.
func BenchmarkStaged(b *testing.B) {
	path := os.Getenv("SPRAWL_BENCH_REPO")
	if path == "" {
		b.Skip("needs a repository in SPRAWL_BENCH_REPO")
	}
	ctx := context.Background()
	v := counter{blobs: new(atomic.Int64), bytes: new(atomic.Int64), copied: new(atomic.Int64)}
	cpu := cpuTime()
	for b.Loop() {
		r, err := Open(ctx, sprawl.Target("git:"+path), Options{Staged: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := eachUnit(ctx, r, func(sprawl.Unit) sprawl.Visitor { return v }); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/op")
}
