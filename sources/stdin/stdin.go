// Package stdin reads one stream of any length, such as standard input.
package stdin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// ErrRequest is in the chain of every error that means that the target or an
// option is wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say what is read, and how.
type Options struct {
	// Reader is the stream.
	Reader io.Reader

	// Reach is how far, in bytes, a scanner looks beyond where a match starts:
	// the windows on a long stream overlap by as much. 0 stands for 64 KiB.
	Reach int
}

// A Stdin is a Source of one object, which can be read once.
type Stdin struct {
	target sprawl.Target
	o      Options
	taken  atomic.Bool
	shown  atomic.Int64
}

// Open returns the Source of t, which names the stream in locations.
func Open(_ context.Context, t sprawl.Target, o Options) (*Stdin, error) {
	if o.Reader == nil {
		return nil, fmt.Errorf("%w: there is no standard input to read", ErrRequest)
	}
	return &Stdin{target: t, o: o}, nil
}

// Units lists the stream.
func (s *Stdin) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return yield(sprawl.Unit{Target: s.target, Name: "stream"})
}

// Read shows the stream in windows, or what is in it if it is an archive. When
// ctx is done it returns, even if the stream does not: a goroutine is then left
// behind until the stream's own Read returns.
func (s *Stdin) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	at := sprawl.Location{Target: s.target}
	if !v.Offer(&at) {
		return nil
	}
	if s.taken.Swap(true) {
		return &sprawl.Gap{Target: s.target, What: u.Name, Why: "was read before, and can't be read again"}
	}
	s.shown.Add(1)
	ahead := readAhead(ctx, s.o.Reader)
	defer ahead.close()
	w := unpack.Wrap(v, unpack.Limits{Reach: s.o.Reach, Stop: ctx.Err})
	if err := w.Stream(&at, ahead); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var gaps []error
	for _, g := range w.Gaps() {
		if g.What == "" {
			g.What = "the stream"
		}
		gaps = append(gaps, &g)
	}
	return errors.Join(gaps...)
}

// Tally returns that the stream was read.
func (s *Stdin) Tally() sprawl.Tally { return sprawl.Tally{Objects: s.shown.Load()} }

// An ahead reads a stream in a goroutine of its own, one block ahead of its
// reader, so that reading goes on while a window is scanned, and ends when ctx
// does.
type ahead struct {
	ctx    context.Context
	full   chan block
	empty  chan []byte
	done   chan struct{}
	now    block
	unread []byte
}

// A block is what a Read returned.
type block struct {
	data []byte
	err  error
}

const blockSize = 1 << 20

func readAhead(ctx context.Context, r io.Reader) *ahead {
	a := &ahead{ctx: ctx, full: make(chan block), empty: make(chan []byte, 2), done: make(chan struct{})}
	a.empty <- make([]byte, blockSize)
	a.empty <- make([]byte, blockSize)
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	for {
		var b []byte
		select {
		case b = <-a.empty:
		case <-a.done:
			return
		}
		n, err := io.ReadAtLeast(r, b[:blockSize], 1)
		select {
		case a.full <- block{b[:n], err}:
		case <-a.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read is io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.unread) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.data != nil {
			a.empty <- a.now.data // never blocks: there are two
		}
		select {
		case a.now = <-a.full:
			a.unread = a.now.data
		case <-a.ctx.Done():
			a.now = block{err: a.ctx.Err()}
		}
	}
	n := copy(p, a.unread)
	a.unread = a.unread[n:]
	return n, nil
}

// close lets the goroutine go.
func (a *ahead) close() { close(a.done) }
