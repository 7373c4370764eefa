package pack

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// benchStore opens the repository that SPRAWL_BENCH_REPO names, a bare one or
// a .git directory.
func benchStore(b *testing.B) *Store {
	dir := os.Getenv("SPRAWL_BENCH_REPO")
	if dir == "" {
		b.Skip("SPRAWL_BENCH_REPO names no repository")
	}
	s, err := Open(filepath.Join(dir, "objects"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// BenchmarkFloor is what any scan of whole history has to pay: every object
// of a type inflated and resolved once, and nothing done with it.
func BenchmarkFloor(b *testing.B) {
	for _, t := range []Type{Blob, Tree, Commit} {
		for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
			b.Run(t.String()+"/"+strconv.Itoa(workers), func(b *testing.B) {
				s := benchStore(b)
				for _, p := range s.Packs() {
					if err := p.Prepare(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				for b.Loop() {
					objects, bytes, failed := walkAll(s, t, workers)
					if failed > 0 {
						b.Fatalf("%d objects can't be read", failed)
					}
					b.SetBytes(bytes)
					b.ReportMetric(float64(objects), "objects")
				}
			})
		}
	}
}

// BenchmarkPrepare opens the store and finds its families.
func BenchmarkPrepare(b *testing.B) {
	for b.Loop() {
		for _, p := range benchStore(b).Packs() {
			if err := p.Prepare(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func walkAll(s *Store, t Type, workers int) (objects, bytes, failed int64) {
	var work sync.WaitGroup
	for _, p := range s.Packs() {
		slices := p.Slices(t, 64)
		var next atomic.Int64
		for range workers {
			work.Go(func() {
				r := p.NewReader()
				var n, size, lost int64
				for i := next.Add(1) - 1; i < int64(len(slices)); i = next.Add(1) - 1 {
					r.Walk(context.Background(), slices[i], func(o *Object) error {
						n++
						size += int64(len(o.Data))
						return nil
					}, func(sprawl.ID, error) { lost++ })
				}
				atomic.AddInt64(&objects, n)
				atomic.AddInt64(&bytes, size)
				atomic.AddInt64(&failed, lost)
			})
		}
		work.Wait()
	}
	return objects, bytes, failed
}

func BenchmarkRead(b *testing.B) {
	s := benchStore(b)
	p := s.Packs()[0]
	var buf []byte
	num, size := 0, int64(0)
	for b.Loop() {
		num = (num + 7919) % p.Len()
		_, data, err := s.Read(p.ID(num), buf)
		if err != nil {
			b.Fatal(err)
		}
		buf = data
		size += int64(len(data))
	}
	b.SetBytes(size / int64(b.N))
}

// BenchmarkInflate decompresses every entry of the first pack, one in ten.
func BenchmarkInflate(b *testing.B) {
	p := benchStore(b).Packs()[0]
	if err := p.Prepare(context.Background()); err != nil {
		b.Fatal(err)
	}
	var inf inflater
	var buf []byte
	for b.Loop() {
		size := int64(0)
		for pos := 0; pos < p.Len(); pos += 10 {
			e, err := p.entry(int(p.prepared.offs[pos]))
			if err != nil {
				b.Fatal(err)
			}
			buf = grown(buf, int(e.size))
			if _, err := inf.zlib(buf[:cap(buf)], len(buf), p.data[e.body:p.end], false); err != nil {
				b.Fatal(err)
			}
			size += int64(len(buf))
		}
		b.SetBytes(size)
	}
}
