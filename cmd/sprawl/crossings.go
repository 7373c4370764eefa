package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/report"
)

func newCrossings(c console, code *int) *cobra.Command {
	var f scanFlags
	from := ""
	cmd := &cobra.Command{
		Use:   "crossings [TARGET…]",
		Short: "Show which credentials cross trust boundaries, and where",
		Long: `Crossings scans each TARGET as sprawl scan does, and shows only the credentials
whose copies lie in different zones, or outside of where they belong: from which
zone to which, with the places on each side. Values that were replaced in one
place and still lie in another are named as well.

It exits 1 if there is a crossing.`,
		Example: `  sprawl crossings api web
  sprawl crossings --boundaries boundaries.toml .
  sprawl crossings --from run.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("fail-on") {
				f.failOn = []string{"crossing"}
			}
			var err error
			*code, err = crossings(cmd, c, &f, from, args)
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&from, "from", "", "read `FILE`, which sprawl scan --format json wrote, and scan nothing; - is standard input")
	return cmd
}

func crossings(cmd *cobra.Command, c console, f *scanFlags, from string, args []string) (int, error) {
	f.then = func(doc *report.Document) error { return f.writeCrossings(c, doc) }
	if from == "" {
		return scan(cmd.Context(), c, f, args)
	}
	if len(args) > 0 {
		return exitRequest, fmt.Errorf("--from reads a report: it takes no TARGET")
	}
	if err := f.check(); err != nil {
		return exitRequest, err
	}
	doc, err := readReport(c, []string{from})
	if err != nil {
		return exitRequest, err
	}
	return exitCode(doc, f.failOn), f.then(doc)
}

// writeCrossings writes what crosses in doc: as text of its own kind, or as a
// report of only that.
func (f *scanFlags) writeCrossings(c console, doc *report.Document) error {
	drifts := boundary.Drifts(doc.Credentials)
	some := *doc
	some.Credentials = slices.DeleteFunc(slices.Clone(doc.Credentials), func(cr sprawl.Credential) bool { return cr.Crossing == nil })
	f.then = nil
	if f.format != "text" {
		return f.write(c, &some)
	}
	return f.to(c, func(w io.Writer) error {
		t := crossingsText{w: w, all: f.all}
		t.write(doc, some.Credentials, drifts)
		return t.err
	})
}

// A crossingsText is the text being written, for people.
type crossingsText struct {
	w   io.Writer
	all bool
	err error
}

func (t *crossingsText) linef(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

func (t *crossingsText) write(doc *report.Document, crossing []sprawl.Credential, drifts []boundary.Drift) {
	slices.SortStableFunc(crossing, func(a, b sprawl.Credential) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.ID, b.ID))
	})
	for i := range crossing {
		t.credential(&crossing[i])
	}
	for i := range drifts {
		t.drift(&drifts[i])
	}
	t.allowed(doc.Credentials)
	t.linef("%d of %s across a trust boundary%s.", len(crossing), counted(len(doc.Credentials), "credential"), tally(crossing))
	if len(drifts) > 0 {
		t.linef("%s replaced in one place only.", counted(len(drifts), "credential"))
	}
	for i, g := range doc.Receipt.Gaps {
		if i == maxShown && !t.all {
			t.linef("not read: … and %d more: --all", len(doc.Receipt.Gaps)-i)
			break
		}
		t.linef("not read: %s %s: %s", oneLine(string(g.Target)), oneLine(g.What), oneLine(g.Why))
	}
	if !doc.Receipt.Complete {
		t.linef("The run is incomplete: what could not be read may cross, too.")
	}
}

// maxShown is how many sides of a crossing, and places of a drift, are shown
// unless all are asked for.
const maxShown = 8

func (t *crossingsText) credential(c *sprawl.Credential) {
	x := c.Crossing
	t.linef("%s %d  %s  %s  %s", report.Band(c.Risk), c.Risk, oneLine(c.Hint), oneLine(c.Rule), oneLine(c.ID))
	t.linef("  crosses %s%s", oneLine(strings.Join(x.Facets, ", ")), direction(x))
	t.linef("  %s", oneLine(x.Why))
	for i := range x.Sides {
		if i == maxShown && !t.all {
			t.linef("    … and %d more: --all", len(x.Sides)-i)
			break
		}
		s := &x.Sides[i]
		t.linef("    %s (%s): %s", oneLine(s.Name), counted(s.Copies, "place"), oneLine(s.Where))
		if t.all {
			t.places(c, i+1)
		}
	}
	t.linef("")
}

// places lists the locations on one side.
func (t *crossingsText) places(c *sprawl.Credential, side int) {
	for i := range c.Locations {
		at := &c.Locations[i]
		if at.Side != side {
			continue
		}
		s := oneLine(strings.TrimSpace(string(at.Target) + " " + at.Path))
		if at.Line > 0 {
			s += fmt.Sprintf(":%d:%d", at.Line, at.Column)
		}
		t.linef("      %s", s)
	}
}

// direction says from where to where, in the values of the weightiest facet.
func direction(x *sprawl.Crossing) string {
	switch {
	case x.From != "" && x.To != "":
		return ", " + oneLine(x.From) + " → " + oneLine(x.To)
	case x.To != "":
		return ", → " + oneLine(x.To)
	}
	return ""
}

func (t *crossingsText) drift(d *boundary.Drift) {
	state := "which may still work"
	if d.State == sprawl.Live {
		state = "which still works"
	}
	t.linef("replaced in one place only: %s, %s, was replaced by %s in %s and still lies in", oneLine(d.Old), state, oneLine(d.New), oneLine(d.Slot))
	for i := range d.Stale {
		if i == maxShown && !t.all {
			t.linef("    … and %d more: --all", len(d.Stale)-i)
			break
		}
		t.linef("    %s", oneLine(strings.TrimSpace(string(d.Stale[i].Target)+" "+d.Stale[i].Path)))
	}
	t.linef("")
}

// allowed says what the policy intends, and what it did until lately.
func (t *crossingsText) allowed(all []sprawl.Credential) {
	for i := range all {
		for _, a := range all[i].Allowed {
			verb := "allows"
			if a.Expired {
				verb = "allowed"
			}
			t.linef("%s: %s %s crossing %s until %s: %s", oneLine(all[i].ID), oneLine(a.Owner), verb,
				oneLine(strings.Join(a.Facets, ", ")), a.Until.Format("2006-01-02"), oneLine(a.Reason))
		}
	}
}

// tally counts the boundaries that are crossed: ": env 2, unit 1".
func tally(crossing []sprawl.Credential) string {
	n := map[string]int{}
	var names []string
	for i := range crossing {
		for _, f := range crossing[i].Crossing.Facets {
			if n[f]++; n[f] == 1 {
				names = append(names, f)
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	var all []string
	for _, f := range names {
		all = append(all, fmt.Sprintf("%s %d", oneLine(f), n[f]))
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, ", ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
