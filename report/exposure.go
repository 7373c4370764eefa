package report

import (
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A jsonExposure is one line of the JSON report.
type jsonExposure struct {
	Type   string            `json:"type,omitempty"`
	Kind   string            `json:"kind"`
	Target sprawl.Target     `json:"target"`
	Path   string            `json:"path"`
	Key    string            `json:"key,omitempty"`
	Says   map[string]string `json:"says,omitempty"`
	Why    string            `json:"why"`
	Fix    string            `json:"fix"`
	Since  string            `json:"since,omitempty"`
}

func jsonOfExposure(e *sprawl.Exposure) jsonExposure {
	j := jsonExposure{"exposure", e.Kind, e.At.Target, e.At.Path, e.At.Key, e.At.Says, e.Why, e.Fix, ""}
	if !e.Since.IsZero() {
		j.Since = e.Since.UTC().Format(time.RFC3339)
	}
	return j
}

// exposure returns what a line of the JSON report says.
func (j *jsonExposure) exposure() sprawl.Exposure {
	since, _ := time.Parse(time.RFC3339, j.Since) // none is the zero time
	return sprawl.Exposure{
		Kind: j.Kind, Why: j.Why, Fix: j.Fix, Since: since,
		At: sprawl.Location{Target: j.Target, Path: j.Path, Key: j.Key, Says: j.Says},
	}
}

// exposureWhere names the place of an exposure.
func exposureWhere(e *sprawl.Exposure) string {
	return strings.TrimSpace(string(e.At.Target) + " " + e.At.Path)
}

// maxExposures is how many are shown unless all are asked for.
const maxExposures = 20

// exposures tells the settings that let too many at secrets nobody can read.
func (t *text) exposures() {
	all := t.doc.Receipt.Exposures
	if len(all) == 0 {
		return
	}
	t.heading(plural(int64(len(all)), "setting") + " " + verb(len(all), "lets", "let") + " too many at a secret")
	show := all
	if !t.all {
		show = all[:min(len(all), maxExposures)]
	}
	for i := range show {
		t.line("", safe(exposureWhere(&show[i])))
		t.line("  ", safe(show[i].Why))
		t.line("  → ", safe(show[i].Fix))
	}
	if rest := len(all) - len(show); rest > 0 {
		t.line("", "… and "+count(int64(rest))+" more: --all")
	}
	t.write("\n")
}

// exposures is the same in Markdown.
func (m *markdown) exposures() string {
	all := m.doc.Receipt.Exposures
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("### " + plural(int64(len(all)), "setting") + " " + verb(len(all), "lets", "let") + " too many at a secret\n\n")
	for i := range all {
		if i == maxExposures && !m.all {
			b.WriteString("- … and " + plural(int64(len(all)-i), "more") + "\n")
			break
		}
		b.WriteString("- " + mdCode(exposureWhere(&all[i])) + ": " + mdText(all[i].Why) + ". " + mdText(all[i].Fix) + "\n")
	}
	b.WriteString("\n")
	return b.String()
}
