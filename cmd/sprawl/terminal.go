package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/seed-5dd601fe/sprawl/sweep"
)

// printable returns text with everything that could steer a terminal escaped.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return '�'
	}, text)
}

// terminal returns the file behind w if it is a terminal.
func terminal(w any) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of w, or 0 if it is no terminal.
func width(w io.Writer) int {
	f, ok := terminal(w)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// colored reports whether the report to standard output is in colour: as the
// flag says, else on terminals unless NO_COLOR is set (no-color.org).
func colored(c console, f *scanFlags) bool {
	if f.color != "auto" {
		return f.color == "always"
	}
	_, ok := terminal(c.out)
	return ok && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"
}

// A progress shows on a terminal how far the scan is, in one line that goes
// away at the end.
type progress struct {
	w io.Writer

	mu    sync.Mutex
	begin time.Time
	last  time.Time
	shown bool

	thrift sync.Once
}

// largeRun is the cost from which a run collects its garbage sooner: what it
// keeps is large then, and collecting costs little beside reading.
const largeRun = 64 << 20

// newProgress returns one that shows nothing where nobody watches.
func newProgress(c console, f *scanFlags) *progress {
	p := &progress{begin: time.Now()}
	if _, ok := terminal(c.err); ok && !f.quiet && c.getenv("TERM") != "dumb" {
		p.w = c.err
	}
	return p
}

// patience is how long nothing is shown: most scans are over by then.
const patience = 300 * time.Millisecond

func (p *progress) show(s sweep.Progress) {
	if s.Cost > largeRun {
		p.thrift.Do(func() { debug.SetGCPercent(20) })
	}
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.begin) < patience || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.w, "\r\x1b[K%s  %d of %d units  %s  %d found", s.Phase, s.UnitsDone, s.Units, size(s.Bytes), s.Found)
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
	case n >= 1e6:
		return strconv.FormatInt(n/1e6, 10) + " MB"
	}
	return strconv.FormatInt(n/1e3, 10) + " kB"
}
