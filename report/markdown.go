package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// maxMarkdown is how many bytes a Markdown report has, unless all is asked
// for: a comment of GitHub's holds 65,536 characters. The headline and the
// receipt are always there; what no longer fits is counted.
const maxMarkdown = 60_000

// maxRows is how many rows the table of crossings has, and maxListed how many
// gaps are named, unless all are asked for.
const (
	maxRows   = 25
	maxListed = 10
)

// Markdown writes GitHub Flavored Markdown for job summaries and comments on
// pull requests: the headline, the crossings in a table, each credential folded
// up, and what was read. Names of strangers stand in code spans.
func Markdown(w io.Writer, d *Document, o Options) error {
	std, err := loadStandards()
	if err != nil {
		return err
	}
	m := &markdown{doc: d, std: std, room: maxMarkdown, all: o.All}
	all := d.ordered()
	head, tail := m.headline(all)+m.exposures(), m.receipt()
	m.room -= len(head) + len(tail)
	out := bufio.NewWriter(w)
	for _, part := range []string{head, m.crossings(all), m.credentials(all), tail} {
		_, _ = out.WriteString(part) // Flush returns the error
	}
	return out.Flush()
}

// A markdown is a report being written.
type markdown struct {
	doc  *Document
	std  *standards
	room int // bytes that are left
	all  bool
}

// fits reports whether there is room for s, and takes it.
func (m *markdown) fits(s string) bool {
	m.room -= len(s)
	return m.all || m.room >= 0
}

// headline says the one thing that counts first.
func (m *markdown) headline(all []sprawl.Credential) string {
	n := countUp(all)
	title := "no credentials found"
	switch {
	case n.live > 0:
		title = plural(int64(n.live), "credential") + " " + verb(n.live, "works", "work")
	case n.crossing > 0:
		title = plural(int64(n.crossing), "credential") + " " + verb(n.crossing, "crosses", "cross") + " a trust boundary"
	case len(all) > 0:
		title = plural(int64(len(all)), "credential") + " found"
	case !m.doc.Receipt.Complete:
		title = "no credentials found in what could be read"
	case m.doc.Receipt.Objects == 0 && m.doc.Receipt.Bytes == 0:
		title = "there was nothing to read"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## sprawl: %s\n\n", title)
	if !m.doc.Receipt.Complete {
		b.WriteString("> [!WARNING]\n> **Incomplete:** " + m.incomplete() + " What was not read may hold more.\n\n")
	}
	if len(all) > 0 {
		fmt.Fprintf(&b, "**%s** in %s · **%d live** · %d dead · %d unknown · **%d across a trust boundary**\n\n",
			plural(int64(len(all)), "credential"), plural(int64(n.places), "place"), n.live, n.dead, n.unknown, n.crossing)
	}
	return b.String()
}

func (m *markdown) incomplete() string {
	if n := len(m.doc.Receipt.Gaps); n > 0 {
		return plural(int64(n), "thing") + " could not be read."
	}
	return "the run was ended before everything was read."
}

// tally is the numbers of a report's headline.
type tally struct{ places, live, dead, unknown, crossing int }

func countUp(all []sprawl.Credential) (n tally) {
	for i := range all {
		n.places += len(all[i].Locations)
		switch verdict(all[i].Verdict).State {
		case sprawl.Live:
			n.live++
		case sprawl.Dead:
			n.dead++
		default:
			n.unknown++
		}
		if all[i].Crossing != nil {
			n.crossing++
		}
	}
	return n
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// crossings is the table of what crosses.
func (m *markdown) crossings(all []sprawl.Credential) string {
	var b strings.Builder
	rows, left := 0, 0
	for i := range all {
		c := &all[i]
		if c.Crossing == nil {
			continue
		}
		row := fmt.Sprintf("| %s %s %d | %s %s | %s | %s | %s |\n", mark(c), Band(c.Risk), c.Risk, mdCode(c.Hint), mdText(m.doc.about(c.Rule)),
			state(c), mdText(strings.Join(c.Crossing.Facets, ", ")), mdText(c.Crossing.Why))
		if !m.all && rows == maxRows || !m.fits(row) {
			left++
			continue
		}
		if rows == 0 {
			b.WriteString("### Crossings\n\n| risk | credential | works? | crosses | why |\n| --- | --- | --- | --- | --- |\n")
		}
		b.WriteString(row)
		rows++
	}
	if rows > 0 {
		b.WriteString("\n")
	}
	if left > 0 {
		fmt.Fprintf(&b, "… and %s more that cross.\n\n", count(int64(left)))
	}
	return b.String()
}

// mark lets the eye find what is worst.
func mark(c *sprawl.Credential) string {
	switch Band(c.Risk) {
	case "critical":
		return "🔴"
	case "high":
		return "🟠"
	case "medium":
		return "🟡"
	}
	return "⚪"
}

func state(c *sprawl.Credential) string {
	switch v := verdict(c.Verdict); v.State {
	case sprawl.Live:
		return "**live**"
	case sprawl.Dead:
		return "dead"
	default:
		return "unknown"
	}
}

// credentials is each credential, folded up.
func (m *markdown) credentials(all []sprawl.Credential) string {
	var b strings.Builder
	left := 0
	for i := range all {
		s := m.credential(&all[i])
		if left > 0 || !m.fits(s) {
			left++
			continue
		}
		if i == 0 {
			b.WriteString("### Credentials\n\n")
		}
		b.WriteString(s)
	}
	if left > 0 {
		fmt.Fprintf(&b, "… and %s more, of lower risk, that did not fit here.\n\n", count(int64(left)))
	}
	return b.String()
}

func (m *markdown) credential(c *sprawl.Credential) string {
	advice := m.doc.advise(c)
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s <b>%s %d</b> %s %s · %s · %s</summary>\n\n", mark(c), Band(c.Risk), c.Risk,
		mdHTMLCode(c.Hint), mdHTML(m.doc.about(c.Rule)), strings.Trim(state(c), "*"), plural(int64(len(c.Locations)), "place"))
	v := verdict(c.Verdict)
	if v.Reason != "" && v.State != sprawl.Live {
		fmt.Fprintf(&b, "- **%s**: %s\n", v.State, mdText(v.Reason))
	}
	if v.Account != "" {
		fmt.Fprintf(&b, "- **speaks for** %s\n", mdCode(v.Account))
	}
	if len(v.Scopes) > 0 {
		fmt.Fprintf(&b, "- **may** %s\n", mdCode(strings.Join(v.Scopes, ", ")))
	}
	if c.Crossing != nil {
		fmt.Fprintf(&b, "- **crosses %s**: %s\n", mdText(strings.Join(c.Crossing.Facets, ", ")), mdText(c.Crossing.Why))
	}
	b.WriteString(m.places(c))
	b.WriteString("\n**What to do**\n\n")
	for i, s := range steps(c, advice) {
		fmt.Fprintf(&b, "%d. %s\n", i+1, mdText(s))
	}
	ids := m.std.of(c, advice.Instead != "")
	fmt.Fprintf(&b, "\n<sub>%s · rule %s · confidence %d · %s</sub>\n\n</details>\n\n", mdCode(c.ID), mdCode(c.Rule), c.Confidence,
		strings.Join(append(append(append(ids.OWASP, ids.CSF...), ids.SP80053...), ids.CWE...), ", "))
	return b.String()
}

func (m *markdown) places(c *sprawl.Credential) string {
	var b strings.Builder
	t := text{doc: m.doc}
	show := len(c.Locations)
	if !m.all {
		show = min(show, maxLocations)
	}
	for i := range c.Locations[:show] {
		at := &c.Locations[i]
		b.WriteString("- " + mdCode(t.place(at)))
		if env := at.Zone.Get("env"); env != "" {
			b.WriteString(" **" + mdText(env) + "**")
		}
		if l := life(at); l != "" {
			b.WriteString(" " + mdText(l))
		}
		b.WriteString("\n")
	}
	if rest := len(c.Locations) - show; rest > 0 {
		b.WriteString("- … and " + count(int64(rest)) + " more\n")
	}
	return b.String()
}

// receipt says what was read, and what was not.
func (m *markdown) receipt() string {
	r := &m.doc.Receipt
	var b strings.Builder
	t := text{doc: m.doc}
	complete := "complete"
	if !r.Complete {
		complete = "INCOMPLETE"
	}
	fmt.Fprintf(&b, "<details><summary>What was read: %s, %s, %s</summary>\n\n", size(r.Bytes), plural(r.Objects, "object"), complete)
	b.WriteString("Read " + mdText(t.read()) + ".\n\n")
	for i, note := range m.doc.Notes {
		if i == maxListed {
			break
		}
		b.WriteString("- " + mdText(note) + "\n")
	}
	for i, g := range r.Gaps {
		if i == maxListed && !m.all {
			b.WriteString("- … and " + strconv.Itoa(len(r.Gaps)-i) + " more\n")
			break
		}
		b.WriteString("- **not read:** " + mdCode(g.What) + ": " + mdText(g.Why) + "\n")
	}
	if n := len(r.Skipped); n > 0 {
		b.WriteString("- left out on purpose: " + plural(int64(n), "thing") + "\n")
	}
	b.WriteString("\n</details>\n")
	return b.String()
}
