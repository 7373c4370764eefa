package sources

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// An Again is a Source that shows places of another once more, and nothing
// else: where credentials were found before.
type Again struct {
	inner  sprawl.Rereader
	target sprawl.Target
	reach  int
	spots  []spot
}

// A spot is what is read once for all places in it.
type spot struct {
	at   sprawl.Location
	gone bool
	err  error
	done bool
}

// NewAgain returns the Source of the places at of a target, which inner reads.
// reach is Options.Reach.
func NewAgain(inner sprawl.Rereader, t sprawl.Target, at []sprawl.Location, reach int) *Again {
	a := &Again{inner: inner, target: t, reach: reach}
	seen := map[spotKey]bool{}
	for i := range at {
		k := keyOf(&at[i])
		if seen[k] {
			continue
		}
		seen[k] = true
		a.spots = append(a.spots, spot{at: sprawl.Location{Target: t, Object: at[i].Object, Kind: at[i].Kind, Path: k.path, Says: at[i].Says}})
	}
	return a
}

type spotKey struct {
	object sprawl.ID
	kind   sprawl.Kind
	path   string
}

// keyOf returns what at is part of: an object, or a file or value by its path.
// The paths of objects are known to whoever located them, and don't count.
func keyOf(at *sprawl.Location) spotKey {
	if !at.Object.IsZero() {
		return spotKey{object: at.Object, kind: at.Kind}
	}
	return spotKey{kind: at.Kind, path: at.Path}
}

// Gone reports whether what holds the place was there no more when it was read,
// and the error where that could not be told.
func (a *Again) Gone(at *sprawl.Location) (bool, error) {
	k := keyOf(at)
	for i := range a.spots {
		if s := &a.spots[i]; keyOf(&s.at) == k {
			if !s.done {
				return false, errors.New("it was not read")
			}
			return s.gone, s.err
		}
	}
	return false, errors.New("it was not read")
}

// Units lists the places. Units differ in no spot, so that several may be read
// at once.
func (a *Again) Units(_ context.Context, yield func(sprawl.Unit) error) error {
	for i := range a.spots {
		if err := yield(sprawl.Unit{Target: a.target, Name: strconv.Itoa(i), Bytes: 1}); err != nil {
			return err
		}
	}
	return nil
}

// Read shows what is at one place now.
func (a *Again) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	n, err := strconv.Atoi(u.Name)
	if err != nil || n < 0 || n >= len(a.spots) {
		return &sprawl.Gap{Target: a.target, What: u.Name, Why: "no such place"}
	}
	s := &a.spots[n]
	var stop error // of the visitor
	up := unpack.Wrap(v, unpack.Limits{Reach: a.reach, Stop: ctx.Err})
	err = a.reread(ctx, s, func(at *sprawl.Location, data []byte) error {
		if !up.Offer(at) {
			return nil
		}
		stop = up.Visit(&sprawl.Chunk{At: at, Data: data})
		return stop
	})
	s.done, s.gone = true, errors.Is(err, sprawl.ErrGone)
	switch {
	case stop != nil:
		return stop
	case ctx.Err() != nil:
		return ctx.Err()
	case s.gone:
		return nil
	}
	s.err = err
	if err != nil {
		return errors.Join(gapErrors(sprawl.Gaps(a.target, s.at.Path, err))...)
	}
	return nil
}

func gapErrors(gaps []sprawl.Gap) (all []error) {
	for i := range gaps {
		all = append(all, &gaps[i])
	}
	return all
}

// reread reads s, or where its path names an entry of an archive, the archive.
func (a *Again) reread(ctx context.Context, s *spot, show func(*sprawl.Location, []byte) error) error {
	at := s.at
	for {
		err := a.inner.Reread(ctx, &at, func(data []byte) error { return show(&at, data) })
		cut := strings.LastIndexByte(at.Path, '!')
		if cut <= 0 || !errors.Is(err, sprawl.ErrGone) {
			return err
		}
		at.Path = at.Path[:cut]
	}
}
