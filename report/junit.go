package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes what CI servers show as a test report: a failed test for each
// credential, an erroneous one for each thing that could not be read, a
// skipped one for each credential that is dead or harmless. A run that found
// nothing and read everything has one test, which passed.
func JUnit(w io.Writer, d *Document, _ Options) error {
	found, reading := d.junitFound(), d.junitReading()
	all := junitSuites{Name: d.Tool, Time: strconv.FormatFloat(d.Receipt.Elapsed.Seconds(), 'f', 3, 64)}
	for _, s := range []junitSuite{found, reading} {
		s.count()
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Errors, all.Skipped = all.Errors+s.Errors, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) count() {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

func (d *Document) junitFound() junitSuite {
	s := junitSuite{Name: "credentials"}
	all := d.ordered()
	for i := range all {
		s.Cases = append(s.Cases, d.junitCase(&all[i]))
	}
	if len(all) == 0 && len(d.Receipt.Gaps) == 0 && d.Receipt.Objects > 0 {
		s.Cases = append(s.Cases, junitCase{Class: "sprawl", Name: "no credentials found"})
	}
	return s
}

func (d *Document) junitCase(c *sprawl.Credential) junitCase {
	v := verdict(c.Verdict)
	out := junitCase{Class: safe(c.Rule), Name: safe(c.Hint) + " " + safe(c.ID)}
	if len(c.Locations) > 0 && c.Locations[0].Kind == sprawl.KindBlob {
		out.File, out.Line = safe(c.Locations[0].Path), max(c.Locations[0].Line, 0)
	}
	outcome := &junitOutcome{
		Message: fmt.Sprintf("%s %d: %s, %s", Band(c.Risk), c.Risk, safe(d.about(c.Rule)), v.State), Type: string(v.State), Text: d.junitText(c),
	}
	if v.State == sprawl.Dead || harmless(c) != "" {
		out.Skipped = outcome
	} else {
		out.Failure = outcome
	}
	return out
}

// junitText is what a person reads of a failure: why, where, what to do.
func (d *Document) junitText(c *sprawl.Credential) string {
	var b strings.Builder
	t := text{printer: printer{w: &b, width: 100}, doc: d}
	if c.Crossing != nil {
		t.line("", safe(c.Crossing.Why))
	}
	t.locations(c)
	t.line("→ ", safe(nextStep(c, d.advise(c))))
	return "\n" + b.String()
}

func (d *Document) junitReading() junitSuite {
	s := junitSuite{Name: "reading"}
	for i := range d.Receipt.Gaps {
		g := &d.Receipt.Gaps[i]
		s.Cases = append(s.Cases, junitCase{
			Class: safe(string(g.Target)), Name: safe(g.What), Error: &junitOutcome{Message: safe(g.Why), Type: "gap"},
		})
	}
	if len(s.Cases) > 0 {
		return s
	}
	c := junitCase{Class: "sprawl", Name: "everything was read"}
	switch {
	case !d.Receipt.Complete:
		c.Error = &junitOutcome{Message: "the run was ended before everything was read", Type: "gap"}
	case d.Receipt.Objects == 0:
		c.Name = "there was something to read"
		c.Skipped = &junitOutcome{Message: "there was nothing to read"}
	}
	s.Cases = []junitCase{c}
	return s
}
