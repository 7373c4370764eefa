// Package sourcetest is the conformance suite that every source runs, and what
// their tests read sources with.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// An Object is what a source showed of one object, put together.
type Object struct {
	At   sprawl.Location
	Data []byte
}

// Collect reads every unit of src, one after the other in their order, and
// returns the objects as they came. Gaps are not an error. An error says how
// src broke its contract, or is what src failed with.
func Collect(ctx context.Context, src sprawl.Source) ([]Object, []sprawl.Gap, sprawl.Tally, error) {
	c := NewCollector()
	gaps, err := readAll(ctx, src, c)
	var tally sprawl.Tally
	if t, ok := src.(sprawl.Tallier); ok {
		tally = t.Tally()
	}
	return c.Objects(), gaps, tally, errors.Join(err, c.Err())
}

// readAll reads the units of src by stage, and returns the gaps.
func readAll(ctx context.Context, src sprawl.Source, v sprawl.Visitor) ([]sprawl.Gap, error) {
	units, err := Units(ctx, src)
	if err != nil {
		return nil, err
	}
	var gaps []sprawl.Gap
	for _, u := range units {
		g, err := Gaps(src.Read(ctx, u, v))
		if gaps = append(gaps, g...); err != nil {
			return gaps, fmt.Errorf("reading %s: %w", u.Name, err)
		}
	}
	return gaps, nil
}

// Units returns the units of src in the order in which they may be read.
func Units(ctx context.Context, src sprawl.Source) ([]sprawl.Unit, error) {
	var units []sprawl.Unit
	err := src.Units(ctx, func(u sprawl.Unit) error {
		units = append(units, u)
		return nil
	})
	slices.SortStableFunc(units, func(a, b sprawl.Unit) int { return a.Stage - b.Stage })
	return units, err
}

// Gaps takes the gaps out of what Read returned; an error is left if anything
// in it is none.
func Gaps(err error) ([]sprawl.Gap, error) {
	if err == nil {
		return nil, nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []sprawl.Gap
		for _, e := range joined.Unwrap() {
			gaps, err := Gaps(e)
			if all = append(all, gaps...); err != nil {
				return all, err
			}
		}
		return all, nil
	}
	if g, ok := err.(*sprawl.Gap); ok {
		return []sprawl.Gap{*g}, nil
	}
	return nil, err
}

// A Collector is a Visitor that copies everything, and checks that chunks fit
// together.
type Collector struct {
	Reach   int                                // least context where an object is cut; 0 checks nothing
	Refuse  func(at *sprawl.Location) bool     // Offer is false where this is true
	OnVisit func(c *sprawl.Chunk) (stop error) // before anything else
	objects map[string]*pieces
	order   []string
	offered map[string]bool
	errs    []error
}

// NewCollector returns a Collector that wants everything.
func NewCollector() *Collector {
	return &Collector{objects: map[string]*pieces{}, offered: map[string]bool{}}
}

// pieces are the chunks of one object.
type pieces struct {
	at     sprawl.Location
	chunks []piece
}

type piece struct {
	data              []byte
	offset            int64
	lead, tail, lines int
}

// place names an object; what is inside an archive is one of its own.
func place(at *sprawl.Location) string {
	return fmt.Sprintf("%s|%s|%s|%s|%s", at.Target, at.Object, at.Kind, at.Path, strings.Join(at.Encoding, ","))
}

// Offer accepts, unless Refuse says otherwise.
func (c *Collector) Offer(at *sprawl.Location) bool {
	wanted := c.Refuse == nil || !c.Refuse(at)
	c.offered[place(at)] = wanted
	return wanted
}

// Visit copies k.
func (c *Collector) Visit(k *sprawl.Chunk) error {
	if c.OnVisit != nil {
		if err := c.OnVisit(k); err != nil {
			return err
		}
	}
	name := place(k.At)
	if wanted, asked := c.offered[name]; len(k.At.Encoding) == 0 && (!asked || !wanted) {
		c.errs = append(c.errs, fmt.Errorf("%s was shown without being offered and wanted", name))
	}
	o := c.objects[name]
	if o == nil {
		o = &pieces{at: *k.At}
		o.at.Encoding = slices.Clone(k.At.Encoding)
		c.objects[name], c.order = o, append(c.order, name)
	}
	p := piece{data: bytes.Clone(k.Data), offset: k.Offset, lead: k.Lead, tail: k.Tail}
	if k.Lines != nil {
		p.lines = k.Lines()
	}
	o.chunks = append(o.chunks, p)
	return nil
}

// Err returns how the source broke its contract so far.
func (c *Collector) Err() error {
	errs := slices.Clone(c.errs)
	for _, name := range c.order {
		if _, err := c.objects[name].join(c.Reach); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// Objects returns what was shown, in order of first sight.
func (c *Collector) Objects() []Object {
	var all []Object
	for _, name := range c.order {
		o := c.objects[name]
		data, _ := o.join(0)
		all = append(all, Object{o.at, data})
	}
	return all
}

// join puts the object together from what its chunks own, and compares their
// context, and their line numbers, with it. Zeros stand for a hole that was
// not shown.
func (o *pieces) join(reach int) ([]byte, error) {
	chunks := slices.Clone(o.chunks)
	slices.SortFunc(chunks, func(a, b piece) int { return int(a.offset + int64(a.lead) - b.offset - int64(b.lead)) })
	var whole []byte
	for i, p := range chunks {
		start := int(p.offset) + p.lead
		if start < len(whole) || p.lead < 0 || p.tail < 0 || p.lead+p.tail > len(p.data) {
			return whole, fmt.Errorf("bytes from %d on are shown twice", start)
		}
		if p.tail == 0 && i < len(chunks)-1 && reach > 0 && chunks[i+1].offset <= p.offset+int64(len(p.data)) {
			return whole, fmt.Errorf("the chunk at %d has no tail", p.offset)
		}
		whole = append(whole, make([]byte, start-len(whole))...)
		whole = append(whole, p.data[p.lead:len(p.data)-p.tail]...)
	}
	return whole, check(chunks, whole, reach)
}

func check(chunks []piece, whole []byte, reach int) error {
	for _, p := range chunks {
		end := int(p.offset) + len(p.data)
		if end > len(whole) || !bytes.Equal(whole[p.offset:end], p.data) {
			return fmt.Errorf("the context of the chunk at %d is not what is there", p.offset)
		}
		if want := bytes.Count(whole[:p.offset], []byte{'\n'}); p.lines != want {
			return fmt.Errorf("the chunk at %d has %d lines before it, and says %d", p.offset, want, p.lines)
		}
		if p.tail > 0 && p.tail < min(reach, len(whole)) || p.lead > 0 && p.lead < min(reach, int(p.offset)+p.lead) {
			return fmt.Errorf("the chunk at %d has a lead of %d and a tail of %d: less than %d", p.offset, p.lead, p.tail, reach)
		}
	}
	return nil
}
