package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/report"
)

// A redactor looks for credentials in what a report is about to show: people
// put tokens into file names, branches and e-mail addresses, too.
type redactor struct {
	sc   *detectors.Scanner
	done map[string]string // paths and authors come again and again
}

// redact replaces the credentials in the texts of doc that strangers wrote. The
// offsets in locations stay true of the objects.
func redact(doc *report.Document, set *detectors.Set) {
	r := &redactor{set.NewScanner(), map[string]string{}}
	for i := range doc.Credentials {
		c := &doc.Credentials[i]
		for k := range c.Locations {
			r.location(&c.Locations[k])
		}
		r.zone(c.Home)
		c.Facts = slices.Clone(c.Facts) // findings share them
		for k := range c.Facts {
			c.Facts[k].Value = r.text(c.Facts[k].Value)
		}
		r.crossing(c.Crossing)
		for k := range c.Reasons {
			c.Reasons[k].Why = r.text(c.Reasons[k].Why)
		}
	}
	r.gaps(doc.Receipt.Gaps)
	r.gaps(doc.Receipt.Skipped)
	for i, t := range doc.Targets {
		doc.Targets[i] = sprawl.Target(r.text(string(t)))
	}
}

func (r *redactor) location(at *sprawl.Location) {
	at.Target = sprawl.Target(r.text(string(at.Target)))
	at.Path, at.Key = r.text(at.Path), r.text(at.Key)
	r.zone(at.Zone)
	if len(at.Says) > 0 { // locations may share it, too
		says := make(map[string]string, len(at.Says))
		for k, v := range at.Says {
			says[r.text(k)] = r.text(v)
		}
		at.Says = says
	}
	if at.Life == nil {
		return
	}
	life := *at.Life // other locations share it
	life.Path, life.Author, life.Note = r.text(life.Path), r.text(life.Author), r.text(life.Note)
	life.Refs = make([]string, len(at.Life.Refs))
	for i, ref := range at.Life.Refs {
		life.Refs[i] = r.text(ref)
	}
	at.Life = &life
}

func (r *redactor) zone(z sprawl.Zone) {
	for i := range z {
		z[i].Value, z[i].Source = r.text(z[i].Value), r.text(z[i].Source)
	}
}

func (r *redactor) crossing(x *sprawl.Crossing) {
	if x == nil {
		return
	}
	x.Why, x.From, x.To = r.text(x.Why), r.text(x.From), r.text(x.To)
	for i := range x.Sides {
		s := &x.Sides[i]
		s.Name, s.Where = r.text(s.Name), r.text(s.Where)
		r.zone(s.Zone)
	}
}

func (r *redactor) gaps(gaps []sprawl.Gap) {
	for i := range gaps {
		g := &gaps[i]
		g.Target = sprawl.Target(r.text(string(g.Target)))
		g.What, g.Why = r.text(g.What), r.text(g.Why)
	}
}

// text returns s with a hint in the place of every credential.
func (r *redactor) text(s string) string {
	out, ok := r.done[s]
	if !ok {
		out = r.rewrite(s)
		r.done[s] = out
	}
	return out
}

func (r *redactor) rewrite(s string) string {
	var b strings.Builder
	from := 0
	r.sc.Reset()
	found := r.sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{}, Data: []byte(s)})
	slices.SortStableFunc(found, func(a, b sprawl.Finding) int { return cmp.Compare(a.At.Start, b.At.Start) })
	for _, f := range found {
		start, end := int(f.At.Start), int(f.At.End)
		hint, secret := hintOf(&f)
		if !secret || end <= from || end > len(s) {
			continue
		}
		if start > from {
			b.WriteString(s[from:start])
		}
		b.WriteString(hint)
		from = end
	}
	if from == 0 {
		return s
	}
	return b.String() + s[from:]
}

// hintOf returns what may be shown of f's secret; a match of identifiers only
// has none.
func hintOf(f *sprawl.Finding) (hint string, secret bool) {
	for _, p := range f.Parts {
		if !p.Public {
			return p.Value.String(), true
		}
	}
	return "", false
}
