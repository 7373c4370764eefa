package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// maxOthers is how many credentials the text gives that neither work nor cross,
// unless all are asked for.
const maxOthers = 200

// Text writes for people: what works, what crosses, then the others, each with
// its places and what to do first; within these the highest risk first. Then
// what was read, as the end is what a terminal shows.
func Text(w io.Writer, d *Document, o Options) error {
	buf := bufio.NewWriter(w)
	t := &text{printer: printer{w: buf, width: o.Width, color: o.Color}, doc: d, all: o.All, why: o.Why}
	if t.width <= 0 {
		t.width = 80
	}
	t.width = max(t.width, 40)
	all := d.ordered()
	t.asked = slices.ContainsFunc(all, func(c sprawl.Credential) bool { return !unasked(verdict(c.Verdict)) })
	if t.why {
		t.credentials(all) // ranks are of all of them
	} else {
		t.sections(all)
	}
	t.exposures()
	t.summary()
	t.receipt()
	if t.err != nil {
		return t.err
	}
	return buf.Flush()
}

// sections puts first what is worst, whatever else it weighs.
func (t *text) sections(all []sprawl.Credential) {
	var parts [3][]sprawl.Credential
	for i := range all {
		n := 2
		switch v := verdict(all[i].Verdict); {
		case v.State == sprawl.Live:
			n = 0
		case v.State != sprawl.Dead && all[i].Crossing != nil:
			n = 1
		}
		parts[n] = append(parts[n], all[i])
	}
	several := len(parts[0]) != len(all) && len(parts[1]) != len(all) && len(parts[2]) != len(all)
	for n, part := range parts {
		if several && len(part) > 0 {
			t.heading([...]string{
				plural(int64(len(part)), "credential") + " " + verb(len(part), "works", "work"),
				plural(int64(len(part)), "credential") + " " + verb(len(part), "crosses", "cross") + " a trust boundary",
				plural(int64(len(part)), "other credential"),
			}[n])
		}
		show := part
		if n == 2 && !t.all {
			show = part[:min(len(part), maxOthers)]
		}
		t.credentials(show)
		if rest := len(part) - len(show); rest > 0 {
			t.line("", "… and "+count(int64(rest))+" more of lower risk: --all")
			t.write("\n")
		}
	}
}

// heading writes a line across the page with s in it.
func (t *text) heading(s string) {
	rule := strings.Repeat("─", max(0, min(t.width, 80)-columns(s)-4))
	t.line("", t.paint(dim, "──")+" "+t.paintWords(bold, s)+" "+t.paint(dim, rule))
	t.write("\n")
}

func (t *text) credentials(all []sprawl.Credential) {
	for i := range all {
		t.credential(&all[i])
	}
}

// A text is a report being written.
type text struct {
	printer
	doc   *Document
	all   bool
	why   bool
	asked bool // an issuer was asked about a credential
}

// unasked reports whether v says no more than that nobody was asked.
func unasked(v sprawl.Verdict) bool {
	return v.State == sprawl.Unknown && v.At.IsZero() && v.Reason == "not asked"
}

func (t *text) credential(c *sprawl.Credential) {
	band := t.paint(bandColor(c.Risk), Band(c.Risk)) + " " + strconv.Itoa(c.Risk)
	t.line(band+"  ", t.paintWords(bold, safe(t.doc.about(c.Rule)))+"  "+unbroken(safe(c.Hint)))
	if v := verdict(c.Verdict); t.asked || !unasked(v) {
		t.line("  ", t.verdict(v))
	}
	if c.Crossing != nil {
		t.line("  ", t.paint(yellow, "crosses")+" "+safe(strings.Join(c.Crossing.Facets, ", "))+": "+safe(c.Crossing.Why))
	}
	if t.why {
		t.reasons(c)
	}
	t.locations(c)
	a := t.doc.advise(c)
	t.line("  "+t.paint(green, "→")+" ", safe(nextStep(c, a)))
	if t.all {
		for _, step := range steps(c, a)[1:] {
			t.line("    ", safe(step))
		}
	}
	t.line("  ", t.paintWords(dim, identity(c)))
	t.write("\n")
}

// reasons says what the risk of c is made of.
func (t *text) reasons(c *sprawl.Credential) {
	for _, r := range c.Reasons {
		points := fmt.Sprintf("%+3d", r.Points)
		if r.Part == "cap" {
			points = fmt.Sprintf("≤%2d", r.Points)
		}
		t.line("  "+points+" ", t.paint(dim, safe(r.Part))+": "+safe(r.Why))
	}
}

func bandColor(risk int) string {
	switch {
	case risk >= 60:
		return red
	case risk >= 40:
		return yellow
	case risk >= 20:
		return cyan
	}
	return dim
}

// verdict says what the issuer answered.
func (t *text) verdict(v sprawl.Verdict) string {
	var s []string
	switch v.State {
	case sprawl.Live:
		s = append(s, t.paint(red, "live"))
		if v.Account != "" {
			s[0] += ": speaks for " + safe(v.Account)
		}
		if len(v.Scopes) > 0 {
			s = append(s, "may "+safe(strings.Join(v.Scopes, ", ")))
		}
		if !v.Expires.IsZero() {
			s = append(s, "until "+date(v.Expires))
		}
	case sprawl.Dead:
		s = append(s, t.paint(green, "dead")+colon(v.Reason))
	default:
		if v.At.IsZero() && strings.HasPrefix(v.Reason, "not asked") {
			s = append(s, "not known whether it works: "+safe(v.Reason))
		} else {
			s = append(s, "not known whether it works"+colon(v.Reason))
		}
	}
	if !v.At.IsZero() {
		s = append(s, "asked on "+date(v.At))
	}
	return strings.Join(s, "; ")
}

func colon(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + safe(reason)
}

// identity is what a credential is called elsewhere: in the register and in
// rules.
func identity(c *sprawl.Credential) string {
	s := []string{safe(c.ID), "rule " + safe(c.Rule)}
	if c.Public != "" && c.Public != c.Hint {
		s = append(s, "id "+safe(c.Public))
	}
	if c.Note != "" {
		s = append(s, safe(c.Note))
	}
	if c.Tier == sprawl.Generic {
		s = append(s, "generic")
	}
	return strings.Join(append(s, "confidence "+strconv.Itoa(c.Confidence)), " · ")
}

// maxLocations is how many places of a credential are given unless all are
// asked for.
const maxLocations = 5

func (t *text) locations(c *sprawl.Credential) {
	all := c.Locations
	if !t.all && len(all) > maxLocations {
		all = telling(c)[:maxLocations]
	}
	for i := range all {
		t.location(&all[i])
		l := life(&all[i])
		if l != "" && (i+1 == len(all) || life(&all[i+1]) != l) {
			t.line("      ", l)
		}
	}
	if rest := len(c.Locations) - len(all); rest > 0 {
		t.line("    ", "… and "+count(int64(rest))+" more: --all")
	}
}

// telling returns the locations of c with one of each side of the crossing
// first: a few of them are to show what is crossed.
func telling(c *sprawl.Credential) []sprawl.Location {
	if c.Crossing == nil {
		return c.Locations
	}
	seen := map[string]bool{}
	var first, rest []sprawl.Location
	for _, at := range c.Locations {
		side := strconv.Itoa(at.Side)
		for _, f := range c.Crossing.Facets {
			side += "\n" + at.Zone.Get(f)
		}
		if seen[side] {
			rest = append(rest, at)
			continue
		}
		seen[side] = true
		first = append(first, at)
	}
	return append(first, rest...)
}

func (t *text) location(at *sprawl.Location) {
	s := unbroken(t.place(at))
	for _, facet := range [...]string{"env", "kind_of_text"} {
		if v := at.Zone.Get(facet); v != "" {
			s += "  " + t.paint(cyan, safe(v))
		}
	}
	if len(at.Encoding) > 0 {
		s += "  in " + safe(strings.Join(at.Encoding, ", "))
	}
	t.line("    ", s)
}

// place says where to go: path:line:column, as editors take it.
func (t *text) place(at *sprawl.Location) string {
	s := safe(at.Path)
	if len(t.doc.Targets) > 1 {
		s = strings.TrimSuffix(safe(string(at.Target))+" "+s, " ")
	}
	if s == "" {
		s = safe(string(at.Target))
	}
	switch {
	case at.Line > 0:
		s += ":" + strconv.Itoa(at.Line) + ":" + strconv.Itoa(max(at.Column, 1))
	case at.Kind == sprawl.KindBlob && at.End > 0:
		s += " at byte " + strconv.FormatInt(at.Start, 10)
	}
	if k := kindName(at.Kind); k != "" {
		s = k + " " + s
	} else if at.Path == "" && !at.Object.IsZero() {
		s += " in object " + short(at.Object.String())
	}
	return s
}

func kindName(k sprawl.Kind) string {
	switch k {
	case sprawl.KindBlob:
		return ""
	case sprawl.KindCommit:
		return "commit text"
	case sprawl.KindTag:
		return "tag text"
	case sprawl.KindTree, sprawl.KindName:
		return "file name"
	case sprawl.KindRef:
		return "name of ref"
	case sprawl.KindConfig:
		return "configuration"
	case sprawl.KindLink:
		return "link target"
	}
	return safe(string(k))
}

// life tells the history of a location in one line; "" where it has none.
func life(at *sprawl.Location) string {
	l := at.Life
	if l == nil {
		return ""
	}
	var s []string
	if in := since(l); in != "" {
		s = append(s, in)
	}
	s = append(s, fate(l))
	if l.Versions > 1 {
		s = append(s, count(int64(l.Versions))+" versions")
	}
	if l.Note != "" {
		s = append(s, safe(l.Note))
	}
	return strings.Join(s, "; ")
}

// since says what began a life; "" if it is not known.
func since(l *sprawl.Life) string {
	if l.Commit == "" {
		return ""
	}
	in := "since " + short(l.Commit)
	if !l.When.IsZero() {
		in += " of " + date(l.When)
	}
	if l.Author != "" {
		in += " by " + safe(nameOf(l.Author))
	}
	return in
}

// nameOf returns an author without the mail address, which has its place in the
// JSON report.
func nameOf(author string) string {
	if i := strings.LastIndex(author, " <"); i > 0 {
		return author[:i]
	}
	return author
}

// fate says whether a life goes on.
func fate(l *sprawl.Life) string {
	switch {
	case l.InHead && len(l.Refs) > 0:
		s := "still in " + safe(branch(l.Refs[0]))
		if l.RefCount > 1 {
			s += " and " + count(int64(l.RefCount-1)) + " more"
		}
		return s
	case l.InHead:
		return "still in HEAD"
	case l.Removed != "":
		s := "removed in " + short(l.Removed)
		if !l.RemovedAt.IsZero() {
			s += " of " + date(l.RemovedAt)
		}
		return s
	case len(l.Refs) > 0:
		return "only in " + safe(branch(l.Refs[0]))
	}
	return "in history only"
}

// branch returns the name that people use for a ref.
func branch(ref string) string {
	if short, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return short
	}
	return strings.TrimPrefix(ref, "refs/")
}

// short returns the beginning of an object's name.
func short(id string) string { return safe(id[:min(len(id), 10)]) }

// date returns the day of t, in UTC.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }
