// Package forge has what the sources of forges and pipelines do alike: show
// texts, streams and named values to a visitor, with what the platform says of
// them, and keep an error of the visitor apart from what could not be read.
package forge

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// A Log is what a source has met, in all of its units. Its methods may be
// called from several goroutines.
type Log struct {
	shown     atomic.Int64
	mu        sync.Mutex
	exposures []sprawl.Exposure
}

// Tally returns how many places were shown.
func (l *Log) Tally() sprawl.Tally { return sprawl.Tally{Objects: l.shown.Load()} }

// Exposures returns what settings told.
func (l *Log) Exposures() []sprawl.Exposure {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]sprawl.Exposure(nil), l.exposures...)
}

// Expose adds what a setting tells.
func (l *Log) Expose(e sprawl.Exposure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exposures = append(l.exposures, e)
}

// A Reader is one Read in progress, on one goroutine.
type Reader struct {
	Ctx    context.Context
	Target sprawl.Target
	Says   map[string]string // of the project or whatever is read; not changed

	// Explain returns an error of the platform's library as one of ours, such
	// as a *client.StatusError.
	Explain func(error) error

	log     *Log
	v       sprawl.Visitor
	unpack  *unpack.Unpacker
	gaps    []error
	visited error // what the visitor returned, which ends the unit
}

// NewReader returns a reader that shows what is in target to v.
func NewReader(ctx context.Context, log *Log, v sprawl.Visitor, target sprawl.Target, reach int, explain func(error) error) *Reader {
	return &Reader{
		Ctx: ctx, Target: target, Explain: explain, log: log, v: v,
		unpack: unpack.Wrap(v, unpack.Limits{Reach: reach, Stop: ctx.Err}),
	}
}

// Expose adds what a setting tells.
func (r *Reader) Expose(e sprawl.Exposure) { r.log.Expose(e) }

// At returns a place in the target, with what is said of the target and the
// pairs of keys and values that follow; empty values are left out.
func (r *Reader) At(path string, says ...string) sprawl.Location {
	return sprawl.Location{Target: r.Target, Path: path, Says: With(r.Says, says...)}
}

// With returns says with more pairs.
func With(says map[string]string, pairs ...string) map[string]string {
	all := make(map[string]string, len(says)+len(pairs)/2)
	maps.Copy(all, says)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all[pairs[i]] = pairs[i+1]
		}
	}
	return all
}

// visit keeps an error of the visitor apart.
func (r *Reader) visit(err error) error {
	if err != nil {
		r.visited = err
	}
	return err
}

// Value shows a named value.
func (r *Reader) Value(at sprawl.Location, name, value string) error {
	r.log.shown.Add(1)
	return r.visit(entry.Show(r.v, at, entry.Field{Name: name, Value: []byte(value)}))
}

// Fields shows values that belong together.
func (r *Reader) Fields(at sprawl.Location, fields ...entry.Field) error {
	r.log.shown.Add(1)
	return r.visit(entry.Show(r.v, at, fields...))
}

// Text shows a text, unless it is empty.
func (r *Reader) Text(at sprawl.Location, text string) error {
	r.log.shown.Add(1)
	if text == "" || !r.v.Offer(&at) {
		return nil
	}
	return r.visit(r.unpack.Visit(&sprawl.Chunk{At: &at, Data: []byte(text)}))
}

// Stream shows what get opens, which may be large or an archive. What is not
// there, or not there any more, is passed over.
func (r *Reader) Stream(at sprawl.Location, get func() (io.ReadCloser, error)) error {
	r.log.shown.Add(1)
	if !r.v.Offer(&at) {
		return nil
	}
	body, err := get()
	if status := client.Status(r.explained(err)); status == http.StatusNotFound || status == http.StatusGone {
		return nil
	}
	if err != nil {
		return r.Miss(at.Path, err)
	}
	defer body.Close()
	return r.visit(r.unpack.Stream(&at, body))
}

// Gap notes that one thing could not be read.
func (r *Reader) Gap(what, why string) {
	r.gaps = append(r.gaps, &sprawl.Gap{Target: r.Target, What: what, Why: why})
}

// Miss notes that one thing of many could not be read, and returns an error
// only if the unit is over.
func (r *Reader) Miss(what string, err error) error {
	switch {
	case r.visited != nil:
		return r.visited
	case r.Ctx.Err() != nil:
		return r.Ctx.Err()
	}
	r.Gap(what, r.explained(err).Error())
	return nil
}

func (r *Reader) explained(err error) error {
	if err == nil {
		return nil
	}
	return r.Explain(err)
}

// Result returns what Read returns after the reading of a surface ended with
// err: needs is the permission for those who lack it.
func (r *Reader) Result(surface, needs string, err error) error {
	switch {
	case r.visited != nil:
		return r.visited
	case r.Ctx.Err() != nil:
		return r.Ctx.Err()
	case err != nil:
		err = r.explained(err)
		why := err.Error()
		if status := client.Status(err); status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound {
			why += "; it needs " + needs
		}
		r.Gap(surface, why)
	}
	for _, g := range r.unpack.Gaps() {
		r.gaps = append(r.gaps, &g)
	}
	return errors.Join(r.gaps...)
}

// Stamp returns a time as locations have it; "" for none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
