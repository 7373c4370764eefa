package register

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// aRun returns a run of credentials, each in so many places.
func aRun(b *testing.B, key *Key, credentials, copies int) Run {
	in := New(key)
	for i := range credentials {
		var fs []sprawl.Finding
		value := fmt.Sprintf("%s%d", random(b, 30), i)
		for c := range copies {
			f := at(value, sprawl.Target(fmt.Sprintf("git+https://git.example.test/acme/service-%d", (i+c)%200)), fmt.Sprintf("deploy/env-%d/config/application-%d.yaml", c, i%1000), "spring.datasource.password")
			f.At.Life = &sprawl.Life{Commit: fmt.Sprintf("%040x", i), Author: "Ann Author <ann@example.test>", When: day, InHead: true, Refs: []string{"refs/heads/main"}, RefCount: 1}
			fs = append(fs, f)
		}
		in.Add(0, fs)
	}
	return Run{At: day, Inventory: in, Credentials: in.Credentials([]sprawl.Target{"dir:/x"})}
}

// BenchmarkRecord records findings in a new register, and then once more.
func BenchmarkRecord(b *testing.B) {
	const copies = 2
	credentials := 50_000
	if n, err := strconv.Atoi(os.Getenv("SPRAWL_BENCH_CREDENTIALS")); err == nil {
		credentials = n
	}
	key := NewKey()
	run := aRun(b, key, credentials, copies)
	for b.Loop() {
		name := filepath.Join(b.TempDir(), "r.db")
		s, err := Open(b.Context(), name, key)
		if err != nil {
			b.Fatal(err)
		}
		for _, step := range []string{"new", "again"} {
			begin := time.Now()
			if _, err := s.Record(b.Context(), run); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(credentials*copies)/time.Since(begin).Seconds(), step+"-findings/s")
			run.At = run.At.Add(time.Hour)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}

// BenchmarkStretch is what a weak value costs.
func BenchmarkStretch(b *testing.B) {
	k := NewKey()
	for i := 0; b.Loop(); i++ {
		k.weak.of(fmt.Append(nil, i))
	}
}

func BenchmarkCanonical(b *testing.B) {
	value := random(b, 30)
	b.ReportAllocs()
	for b.Loop() {
		canonical(value)
	}
}
