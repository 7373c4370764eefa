package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// summary counts what was found. Finding nothing is said only after something
// was read.
func (t *text) summary() {
	d := t.doc
	if len(d.Credentials) == 0 {
		t.line("", t.nothing())
		return
	}
	places, crossing := 0, 0
	states := map[sprawl.State]int{}
	for i := range d.Credentials {
		c := &d.Credentials[i]
		places += len(c.Locations)
		states[verdict(c.Verdict).State]++
		if c.Crossing != nil {
			crossing++
		}
	}
	s := plural(int64(len(d.Credentials)), "credential") + " in " + plural(int64(places), "place")
	s += fmt.Sprintf(": %d live, %d dead, %d unknown", states[sprawl.Live], states[sprawl.Dead], states[sprawl.Unknown])
	if crossing > 0 {
		s += "; " + strconv.Itoa(crossing) + " across a trust boundary"
	}
	t.line("", s+".")
	if !t.asked {
		t.line("", "Nobody was asked whether they still work: --verify asks their issuers.")
	}
}

// nothing says what an empty report means.
func (t *text) nothing() string {
	r := &t.doc.Receipt
	switch {
	case r.Objects == 0 && r.Bytes == 0 && len(r.Gaps) > 0:
		return "Nothing could be read, so nothing can be said."
	case r.Objects == 0 && r.Bytes == 0:
		return "There was nothing to read."
	case !r.Complete:
		return "No credentials found in what could be read."
	}
	return "No credentials found."
}

// receipt says what was read, and what wasn't.
func (t *text) receipt() {
	t.line("Read ", t.read()+".")
	for _, note := range t.doc.Notes {
		t.line("Note: ", safe(note))
	}
	t.skipped()
	t.gaps()
}

func (t *text) read() string {
	r := &t.doc.Receipt
	s := []string{size(r.Bytes)}
	if r.Scanned > 0 && r.Scanned < r.Bytes {
		s[0] += " (" + size(r.Scanned) + " byte by byte, the rest carried over)"
	}
	s = append(s, plural(r.Objects, "object"))
	if r.Commits > 0 {
		s = append(s, plural(r.Commits, "commit"))
	}
	if r.Refs > 0 {
		s = append(s, plural(r.Refs, "ref"))
	}
	return t.targets() + " in " + elapsed(r.Elapsed) + " with " + plural(int64(r.Rules), "rule") + ": " + strings.Join(s, ", ")
}

// brief is read in a few numbers.
func (t *text) brief() string {
	r := &t.doc.Receipt
	s := []string{size(r.Bytes) + " read", plural(r.Objects, "object")}
	if r.Commits > 0 {
		s = append(s, plural(r.Commits, "commit"))
	}
	return strings.Join(append(s, plural(int64(r.Rules), "rule"), elapsed(r.Elapsed)), " · ")
}

// targets names what was to be read.
func (t *text) targets() string {
	all := t.doc.Targets
	var s []string
	for _, target := range all {
		s = append(s, safe(string(target)))
	}
	switch {
	case len(s) == 0:
		return "nothing"
	case len(s) > 4 && !t.all:
		s = append(s[:3], count(int64(len(all)-3))+" more")
	}
	return strings.Join(s, ", ")
}

// maxSkips is how many reasons for leaving something out are given, and
// maxGaps how many gaps, unless all are asked for.
const (
	maxSkips = 5
	maxGaps  = 20
)

// A skip is a reason for leaving something out, with one example.
type skip struct {
	why, example string
	n            int
}

// skipped gives the reasons for which something was left out, the most
// frequent first: there may be a skip for every picture of a website.
func (t *text) skipped() {
	if len(t.doc.Receipt.Skipped) == 0 {
		return
	}
	t.line("Left out on purpose: ", plural(int64(len(t.doc.Receipt.Skipped)), "thing")+".")
	if t.all {
		for _, g := range t.doc.Receipt.Skipped {
			t.line("  ", safe(g.What)+": "+safe(g.Why))
		}
		return
	}
	all := skips(t.doc.Receipt.Skipped)
	for _, s := range all[:min(len(all), maxSkips)] {
		t.line("  ", count(int64(s.n))+" × "+safe(s.why)+", such as "+safe(s.example))
	}
	if rest := len(all) - maxSkips; rest > 0 {
		t.line("  ", "… and "+plural(int64(rest), "more reason")+": --all")
	}
}

func skips(gaps []sprawl.Gap) (all []skip) {
	at := map[string]int{}
	for _, g := range gaps {
		why := unnamed(g.Why)
		n, ok := at[why]
		if !ok {
			n = len(all)
			at[why] = n
			all = append(all, skip{why, g.What, 0})
		}
		all[n].n++
		all[n].example = min(all[n].example, g.What)
	}
	slices.SortFunc(all, func(a, b skip) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.why, b.why)) })
	return all
}

// unnamed takes the names of objects out of a reason, so that one reason for
// many objects is one.
func unnamed(why string) string {
	words := strings.Split(why, " ")
	for i, w := range words {
		if len(w) >= 40 && strings.Trim(w, "0123456789abcdef.,:;") == "" {
			words[i] = "…"
		}
	}
	return strings.Join(words, " ")
}

// gaps names everything that should have been read and was not.
func (t *text) gaps() {
	gaps := t.doc.Receipt.Gaps
	if len(gaps) == 0 && t.doc.Receipt.Complete {
		return
	}
	lead := t.paint(red, "INCOMPLETE") + ": "
	if len(gaps) == 0 {
		t.line(lead, "the run was ended before everything was read.")
		return
	}
	t.line(lead, plural(int64(len(gaps)), "thing")+" could not be read:")
	show := len(gaps)
	if !t.all && show > maxGaps {
		show = maxGaps
	}
	for _, g := range gaps[:show] {
		s := safe(g.What) + ": " + safe(g.Why)
		if len(t.doc.Targets) > 1 {
			s = safe(string(g.Target)) + " " + s
		}
		t.line("  ", s)
		if what := advice(&g); what != "" {
			t.line("    → ", what)
		}
	}
	if rest := len(gaps) - show; rest > 0 {
		t.line("  ", "… and "+count(int64(rest))+" more: --all")
	}
}

// advice says what can be done about a gap, going by what it complains of; ""
// where its own words must do.
func advice(g *sprawl.Gap) string {
	why := strings.ToLower(g.Why)
	if strings.Contains(why, "git ") || strings.Contains(why, "--") {
		return "" // it says so itself
	}
	for _, a := range [...]struct{ word, do string }{
		{"permission denied", "run as a user who may read it"},
		{"access is denied", "run as a user who may read it"},
		{"shallow", "git fetch --unshallow, then scan again"},
		{"partial clone", "git fetch --refetch --no-filter, then scan again"},
		{"promisor", "git fetch --refetch --no-filter, then scan again"},
		{"missing", "git fsck tells what else is missing; fetch again, or scan another copy"},
		{"checksum", "git fsck tells what else is damaged; scan another copy"},
		{"corrupt", "git fsck tells what else is damaged; scan another copy"},
		{"context canceled", "let the run finish"},
		{"deadline", "try again, or give it more time"},
		{"timeout", "try again, or give it more time"},
		{"connection", "check the network, then scan again"},
		{"no such host", "check the address and the network"},
		{"authentication", "give a token that may read it"},
	} {
		if strings.Contains(why, a.word) {
			return a.do
		}
	}
	return ""
}

// count writes n with commas between thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural writes n things.
func plural(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return count(n) + " " + thing
}

// size writes n bytes in decimal units, as disks are sold.
func size(n int64) string {
	if n < 1000 {
		return plural(n, "byte")
	}
	v, unit := float64(n)/1000, 0
	for v >= 999.95 && unit < 4 {
		v, unit = v/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", v, "kMGTP"[unit])
}

// elapsed writes a duration with the digits that matter.
func elapsed(d time.Duration) string {
	switch {
	case d >= time.Minute:
		d = d.Round(time.Second)
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(100 * time.Microsecond)
	}
	return d.String()
}
