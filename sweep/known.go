package sweep

import (
	"bytes"
	"context"
	"fmt"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

// maxKnown bounds how many values are looked for at once.
const maxKnown = 50_000

// Known reads the values that stores hold, to be looked for elsewhere: those
// that have names, and the content of files that hold one line. Those that can't
// be looked for are left, each named by its place; gaps are what could not be
// read.
func Known(ctx context.Context, stores []Place) (values []detectors.Value, left, gaps []sprawl.Gap) {
	k := &knower{ctx: ctx, met: map[string]bool{}}
	for _, p := range stores {
		k.target = p.Target
		err := p.Source.Units(ctx, func(u sprawl.Unit) error {
			err := p.Source.Read(ctx, u, k)
			if ctx.Err() == nil {
				gaps = append(gaps, sprawl.Gaps(p.Target, u.Name, err)...)
			}
			return ctx.Err()
		})
		if err != nil {
			gaps = append(gaps, sprawl.Gaps(p.Target, "the values to look for", err)...)
		}
	}
	return k.values, k.left, gaps
}

// A knower is the Visitor that keeps what it is shown.
type knower struct {
	ctx    context.Context
	target sprawl.Target
	met    map[string]bool
	values []detectors.Value
	left   []sprawl.Gap
}

// Offer wants everything.
func (k *knower) Offer(*sprawl.Location) bool { return true }

// Visit takes the values out of c.
func (k *knower) Visit(c *sprawl.Chunk) error {
	switch {
	case c.At.Kind == sprawl.KindEntry && c.At.Key != "":
		if value, ok := bytes.CutPrefix(c.Data, []byte(c.At.Key+"=")); ok {
			k.take(c.At.Path, bytes.TrimSuffix(value, []byte("\n")))
		}
	case c.At.Kind == sprawl.KindEntry:
		k.lines(c)
	case c.At.Kind == sprawl.KindBlob && len(c.Data) <= 1<<20 && c.Lead == 0 && c.Tail == 0:
		if line := bytes.TrimSpace(c.Data); !bytes.ContainsAny(line, "\r\n") && !isAssignment(line) {
			k.take(c.At.Path, line)
			break
		}
		k.lines(c)
	}
	return k.ctx.Err()
}

// lines takes what stands in lines of NAME=value. What else there is, the rest
// of a value of several lines, is left to the rules.
func (k *knower) lines(c *sprawl.Chunk) {
	for line := range bytes.Lines(c.Data) {
		line = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("export "))
		if !isAssignment(line) {
			continue
		}
		name, value, _ := bytes.Cut(line, []byte("="))
		value = bytes.TrimSpace(value)
		if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		k.take(c.At.Path+" "+string(name), value)
	}
}

// isAssignment reports whether a line begins with a name and an equals sign
// that is not the padding of base64.
func isAssignment(line []byte) bool {
	for i, b := range line {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_', i > 0 && (b >= '0' && b <= '9' || b == '-' || b == '.'):
		case b == '=':
			return i > 0 && len(bytes.Trim(line[i:], "= ")) > 0
		default:
			return false
		}
	}
	return false
}

func (k *knower) take(place string, value []byte) {
	if len(value) == 0 || k.met[string(value)] {
		return
	}
	k.met[string(value)] = true
	why, guessable := detectors.Guessable(value)
	switch {
	case guessable:
		why = "not looked for elsewhere: " + why
	case len(k.values) == maxKnown:
		why = fmt.Sprintf("not looked for elsewhere: %d values are looked for already", maxKnown)
	default:
		k.values = append(k.values, detectors.Value{From: k.target, Text: bytes.Clone(value)})
		return
	}
	k.left = append(k.left, sprawl.Gap{Target: k.target, What: place, Why: why})
}
