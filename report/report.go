// Package report writes a finished run in one of its formats.
//
// A format is a pure function of a Document: it reads no clock, environment or
// terminal, so the same run gives the same bytes. No format can show a secret,
// as a Document holds none: credentials come with a hint that is safe to
// print. Everything else in a Document was written by strangers (paths, names
// of authors and refs, answers of servers) and is escaped for where it goes.
package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// homepage is where people read of the program that wrote a report.
const homepage = "https://github.com/seed-5dd601fe/sprawl"

// A Document is a finished run. Formats don't change it.
type Document struct {
	Tool, Version string
	Targets       []sprawl.Target
	Credentials   []sprawl.Credential // in any order
	Receipt       sprawl.Receipt
	Exit          int       // the exit code that the command will end with
	Notes         []string  // what the user should know about the run as a whole
	Started       time.Time // zero if not known

	// About returns one line on what a rule finds, and Docs the address of a
	// page about it; "" where there is none. Either may be nil.
	About, Docs func(rule string) string

	// Advise returns what the issuer of a credential says can be done about it;
	// empty where that is not known. It may be nil.
	Advise func(c *sprawl.Credential) sprawl.Advice
}

// Options say how a report is to look. Only the text format has a look.
type Options struct {
	Color bool
	Width int  // columns of the terminal; 0 means 80
	All   bool // every location, gap and skip, where the text would give the first few
	Why   bool // what the risk of each credential is made of
}

// A Format writes d to w. The error is that of w.
type Format func(w io.Writer, d *Document, o Options) error

// ByName returns the format called name.
func ByName(name string) (Format, bool) {
	f, ok := Formats()[name]
	return f, ok
}

// Formats returns every format by name. A new format is one file and one line
// here.
func Formats() map[string]Format {
	return map[string]Format{
		"csv":      CSV,
		"gitlab":   GitLab,
		"html":     HTML,
		"json":     JSON,
		"junit":    JUnit,
		"markdown": Markdown,
		"sarif":    SARIF,
		"text":     Text,
	}
}

// Top returns d with its n credentials of the highest risk, and a note that says
// so.
func Top(d *Document, n int) *Document {
	top := *d
	all := d.ordered()
	if len(all) <= n {
		return &top
	}
	top.Credentials = all[:n]
	top.Notes = append(slices.Clone(d.Notes), fmt.Sprintf("These are the first %d of %d credentials.", n, len(all)))
	return &top
}

// Names returns the names of the formats in order.
func Names() []string { return slices.Sorted(maps.Keys(Formats())) }

// Band returns the word for a risk.
func Band(risk int) string {
	switch {
	case risk >= 80:
		return "critical"
	case risk >= 60:
		return "high"
	case risk >= 40:
		return "medium"
	case risk >= 20:
		return "low"
	}
	return "info"
}

// about returns what is known of a rule, or its name.
func (d *Document) about(rule string) string {
	if d.About != nil {
		if s := d.About(rule); s != "" {
			return s
		}
	}
	return rule
}

func (d *Document) docs(rule string) string {
	if d.Docs == nil {
		return ""
	}
	return d.Docs(rule)
}

// ordered returns the credentials with the highest risk first, at the same risk
// guesses last, and the locations of each in order.
func (d *Document) ordered() []sprawl.Credential {
	all := slices.Clone(d.Credentials)
	slices.SortStableFunc(all, func(a, b sprawl.Credential) int {
		return cmp.Or(
			cmp.Compare(b.Risk, a.Risk), cmp.Compare(tierRank(&a), tierRank(&b)),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.ID, b.ID),
		)
	})
	for i := range all {
		all[i].Locations = slices.Clone(all[i].Locations)
		slices.SortStableFunc(all[i].Locations, byPlace)
	}
	return all
}

func tierRank(c *sprawl.Credential) int {
	if c.Tier == sprawl.Generic {
		return 1
	}
	return 0
}

// byPlace puts what is there now before what is in history only, then goes by
// name.
func byPlace(a, b sprawl.Location) int {
	return cmp.Or(
		cmp.Compare(past(&a), past(&b)),
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Start, b.Start), slices.Compare(a.Object[:], b.Object[:]), cmp.Compare(commit(&a), commit(&b)),
	)
}

// past is 1 for a location in history only.
func past(at *sprawl.Location) int {
	if at.Life != nil && !at.Life.InHead {
		return 1
	}
	return 0
}

func commit(at *sprawl.Location) string {
	if at.Life == nil {
		return ""
	}
	return at.Life.Commit
}

// verdict returns v with its zero value spelt out.
func verdict(v sprawl.Verdict) sprawl.Verdict {
	if v.State == "" {
		v.State = sprawl.Unknown
	}
	if v.State == sprawl.Unknown && v.Reason == "" {
		v.Reason = "not asked"
	}
	return v
}
