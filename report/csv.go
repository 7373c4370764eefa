package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// csvColumns are the columns of the CSV report, in order. More may be added at
// the end.
var csvColumns = [...]string{
	"id", "risk", "band", "state", "reason", "rule", "what", "hint", "issuer", "tier", "confidence", "crosses", "why", "next",
	"target", "path", "line", "column", "env", "exposure", "custody", "commit", "date", "removed", "in_head",
	"owasp_nhi", "nist_csf", "sp800_53", "cwe",
}

// CSV writes a row for each location, as RFC 4180 has it, the highest risk
// first. A cell that a spreadsheet would take for a formula begins with an
// apostrophe.
func CSV(w io.Writer, d *Document, _ Options) error {
	std, err := loadStandards()
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns[:]); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	all := d.ordered()
	for i := range all {
		c := &all[i]
		left, right := d.csvCredential(c, std)
		for k := range c.Locations {
			row := append(append(append([]string(nil), left...), csvPlace(&c.Locations[k])...), right...)
			if err := out.Write(row); err != nil {
				return fmt.Errorf("writing CSV: %w", err)
			}
		}
	}
	out.Flush()
	return out.Error()
}

// csvCredential returns the cells before those of a place, and those after.
func (d *Document) csvCredential(c *sprawl.Credential, std *standards) (left, right []string) {
	v, advice := verdict(c.Verdict), d.advise(c)
	crosses, why := "", ""
	if c.Crossing != nil {
		crosses, why = strings.Join(c.Crossing.Facets, " "), c.Crossing.Why
	}
	m := std.of(c, advice.Instead != "")
	return cells(
			c.ID, strconv.Itoa(c.Risk), Band(c.Risk), string(v.State), v.Reason, c.Rule, d.about(c.Rule), c.Hint, c.Issuer,
			string(c.Tier), strconv.Itoa(c.Confidence), crosses, why, nextStep(c, advice)),
		cells(strings.Join(m.OWASP, " "), strings.Join(m.CSF, " "), strings.Join(m.SP80053, " "), strings.Join(m.CWE, " "))
}

func csvPlace(at *sprawl.Location) []string {
	line, column := "", ""
	if at.Line > 0 {
		line, column = strconv.Itoa(at.Line), strconv.Itoa(max(at.Column, 1))
	}
	when, removed, inHead := "", "", ""
	if l := at.Life; l != nil {
		when, removed, inHead = stamp(l.When), l.Removed, strconv.FormatBool(l.InHead)
	}
	path := at.Path
	if k := kindName(at.Kind); k != "" {
		path = strings.TrimSpace(k + " " + path)
	}
	return cells(
		string(at.Target), path, line, column, at.Zone.Get("env"), at.Zone.Get("exposure"), at.Zone.Get("custody"),
		commit(at), when, removed, inHead)
}

func cells(all ...string) []string {
	for i := range all {
		all[i] = cell(all[i])
	}
	return all
}

// cell makes s safe in a spreadsheet. Formulas begin with one of =+-@, or with
// one of their full-width forms, which some programs take for the same; control
// characters, which others skip, are escaped before.
func cell(s string) string {
	s = safe(s)
	if strings.IndexAny(strings.TrimLeft(s, " "), "=+-@＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
