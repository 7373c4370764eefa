package sweep

import (
	"context"
	"os"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/sources"
)

// benchmark sweeps the target that the environment names, once an iteration.
func benchmark(b *testing.B, scheme, variable string, noDelta bool) {
	path := os.Getenv(variable)
	if path == "" {
		b.Skip(variable + " names nothing to read")
	}
	rules, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		b.Fatal(err)
	}
	set, err := detectors.Compile(rules)
	if err != nil {
		b.Fatal(err)
	}
	t := sprawl.Target(scheme + ":" + path)
	for b.Loop() {
		src, err := sources.Open(context.Background(), t, sources.Options{Reach: set.Reach(), NoDelta: noDelta})
		if err != nil {
			b.Fatal(err)
		}
		in := register.New(register.NewRunKey())
		r, err := Run(context.Background(), Config{Places: []Place{{Target: t, Source: src}}, Rules: set, Inventory: in})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(r.Bytes)
		b.ReportMetric(float64(r.Bytes)/1e6, "MB-shown")
		b.ReportMetric(float64(r.Scanned)/1e6, "MB-scanned")
		b.ReportMetric(float64(in.Len()), "credentials")
	}
}

func BenchmarkHistory(b *testing.B)      { benchmark(b, "git", "SPRAWL_BENCH_REPO", false) }
func BenchmarkHistoryWhole(b *testing.B) { benchmark(b, "git", "SPRAWL_BENCH_REPO", true) }
func BenchmarkTree(b *testing.B)         { benchmark(b, "dir", "SPRAWL_BENCH_TREE", false) }
