// Package sweep reads sources: units to workers, chunks to scanners, findings
// to the inventory, and then the late questions, where and since when.
//
// One goroutine reads and scans a unit from start to end. Only findings cross
// goroutines.
package sweep

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
)

// A Place is a target with the source that reads it.
type Place struct {
	Target sprawl.Target
	Source sprawl.Source
	Says   map[string]string // what the place that listed it says of it; else nil
}

// Config says what to sweep and with what.
type Config struct {
	Places    []Place
	Rules     *detectors.Set
	Inventory *register.Inventory
	Workers   int // units that are read at once; 0 is one for each processor

	// Open opens the source of a target that a place lists, such as an
	// organisation's repository; the sweep closes it when it is read. Met is
	// told of each such target, before any is opened. It counts as the next of
	// Places to the inventory. Where Open is nil they are not read.
	Open func(context.Context, sprawl.Target) (sprawl.Source, error)
	Met  func(Place)

	// Progress, if not nil, is told now and then how far the sweep is, from
	// any goroutine.
	Progress func(Progress)
}

// Progress is how far a sweep is.
type Progress struct {
	Phase     string // "reading" or "locating"
	Units     int
	UnitsDone int
	Bytes     int64
	Found     int
	Cost      int64 // of all units together, roughly in bytes to be read
}

// Run sweeps all places and returns the receipt. What could not be read is in
// its gaps; an error means that nothing could be read at all. When ctx is done
// it stops soon, and the receipt is not complete.
func Run(ctx context.Context, c Config) (sprawl.Receipt, error) {
	begin := time.Now()
	s := &sweep{Config: c, workers: cmp.Or(c.Workers, runtime.GOMAXPROCS(0))}
	if err := s.list(ctx); err != nil {
		return sprawl.Receipt{}, err
	}
	s.tell("reading")
	s.read(ctx)
	for i, p := range s.Places {
		s.locate(ctx, i, p)
	}
	s.listed(ctx)
	r := s.receipt(ctx)
	r.Elapsed = time.Since(begin)
	return r, nil
}

// A sweep is a run in progress.
type sweep struct {
	Config
	workers int
	units   []unit
	cost    int64

	bytes, scanned, objects atomic.Int64
	done                    atomic.Int64

	mu   sync.Mutex
	gaps []sprawl.Gap

	exposures []sprawl.Exposure
	tally     sprawl.Tally // of the places that were listed, which are closed by now
}

// A unit is a unit of one of the places.
type unit struct {
	sprawl.Unit
	place int
}

// list asks every source for its units.
func (s *sweep) list(ctx context.Context) error {
	for i, p := range s.Places {
		err := p.Source.Units(ctx, func(u sprawl.Unit) error {
			s.units = append(s.units, unit{u, i})
			s.cost += u.Bytes
			return nil
		})
		if err != nil && ctx.Err() == nil {
			var gap *sprawl.Gap
			if !errors.As(err, &gap) {
				return fmt.Errorf("listing %s: %w", p.Target, err)
			}
			s.gap(sprawl.Gaps(p.Target, string(p.Target), err)...)
		}
	}
	return nil
}

func (s *sweep) gap(gaps ...sprawl.Gap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gaps = append(s.gaps, gaps...)
}

// read works through the units, stage by stage, the largest first.
func (s *sweep) read(ctx context.Context) {
	slices.SortStableFunc(s.units, byCost)
	for stage := range stages(s.units) {
		s.stage(ctx, stage)
	}
}

func byCost(a, b unit) int {
	return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(b.Bytes, a.Bytes))
}

// stages returns units, which are in order, stage by stage.
func stages(units []unit) iter.Seq[[]unit] {
	return func(yield func([]unit) bool) {
		for n := 0; len(units) > 0; units = units[n:] {
			for n = 1; n < len(units) && units[n].Stage == units[0].Stage; n++ {
			}
			if !yield(units[:n]) {
				return
			}
		}
	}
}

// stage reads units with a fixed number of workers, each submitted once.
func (s *sweep) stage(ctx context.Context, units []unit) {
	var next atomic.Int64
	dirty := s.Inventory.Dirty()
	hint := hintOf(dirty)
	reading := pool.New()
	for range min(s.workers, len(units)) {
		reading.Go(func() {
			w := &worker{sweep: s, scanner: s.Rules.NewScanner(), dirty: dirty, hint: hint}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(units) || ctx.Err() != nil {
					return
				}
				w.do(ctx, units[i], s.Places[units[i].place].Source)
				s.tell("reading")
			}
		})
	}
	reading.Wait()
}

func (s *sweep) tell(phase string) {
	if s.Progress == nil {
		return
	}
	s.Progress(Progress{
		Phase: phase, Units: len(s.units), UnitsDone: int(s.done.Load()),
		Bytes: s.bytes.Load(), Found: s.Inventory.Len(), Cost: s.cost,
	})
}

// A worker reads units, one after the other, on one goroutine. It is the
// Visitor of what it reads.
type worker struct {
	*sweep
	scanner  *detectors.Scanner
	dirty    map[sprawl.ID]struct{} // objects with findings, of earlier stages
	hint     *hint                  // is asked before dirty
	place    int
	findings []sprawl.Finding
	shown    int64 // bytes that are not counted yet
	seen     int64 // objects, likewise
	ctx      context.Context
}

// do reads one unit. Whatever goes wrong inside it, a panic too, is that unit's
// gap and not the sweep's end.
func (w *worker) do(ctx context.Context, u unit, from sprawl.Source) {
	w.place, w.ctx = u.place, ctx
	w.scanner.Reset()
	scanned := w.scanner.Scanned()
	var err error
	caught := panics.Try(func() { err = from.Read(ctx, u.Unit, w) })
	if caught != nil {
		err = &sprawl.Gap{Target: u.Target, What: u.Name, Why: fmt.Sprintf("internal error: %v", caught.Value)}
		w.scanner = w.Rules.NewScanner()
		scanned = 0
	}
	w.scanned.Add(w.scanner.Scanned() - scanned)
	w.settle()
	w.done.Add(1)
	if err != nil && ctx.Err() == nil {
		w.gap(sprawl.Gaps(u.Target, u.Name, err)...)
	}
}

// Offer wants everything: nothing was scanned before in this run.
func (w *worker) Offer(*sprawl.Location) bool { return true }

// Found reports whether something was found in an object of an earlier stage.
func (w *worker) Found(id sprawl.ID) bool {
	if !w.hint.has(id) {
		return false
	}
	_, ok := w.dirty[id]
	return ok
}

// A hint is a set of ids that now and then takes another for one of them. It is
// small enough to stay in the processor's cache, where a map with the ids of a
// long history does not.
type hint [1 << 10]uint64

func hintOf(ids map[sprawl.ID]struct{}) *hint {
	h := new(hint)
	for id := range ids {
		n := binary.LittleEndian.Uint16(id[:])
		h[n>>6] |= 1 << (n & 63)
	}
	return h
}

func (h *hint) has(id sprawl.ID) bool {
	n := binary.LittleEndian.Uint16(id[:])
	return h[n>>6]>>(n&63)&1 != 0
}

// Plain reports whether nothing will be found in a file's name.
func (w *worker) Plain(name []byte) bool { return w.scanner.Plain(name) }

// Passed counts what need not be shown.
func (w *worker) Passed(bytes int) {
	w.shown += int64(bytes)
	w.seen++
}

// settle adds what was shown to what all workers count. Done object by object,
// they would wait for one another.
func (w *worker) settle() {
	w.bytes.Add(w.shown)
	w.objects.Add(w.seen)
	w.shown, w.seen = 0, 0
}

// Visit scans c.
func (w *worker) Visit(c *sprawl.Chunk) error {
	w.shown += int64(len(c.Data) - c.Lead - c.Tail)
	if w.seen++; w.shown > 1<<20 {
		w.settle()
	}
	w.findings = w.scanner.Scan(w.findings[:0], c)
	if len(w.findings) > 0 {
		w.Inventory.Add(w.place, w.findings)
	}
	return w.ctx.Err()
}
