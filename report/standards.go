package report

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/seed-5dd601fe/sprawl"
)

//go:embed standards.toml
var standardsTOML string

// A framework is a catalogue of controls, such as the OWASP NHI Top 10.
type framework struct {
	ID, Name, Version, URL string
	Controls               map[string]string // title by id
}

// A signal is something that can be told of a credential, with the controls
// that speak of it.
type signal struct {
	ID, Means string
	OWASP     []string `toml:"owasp_nhi"`
	CSF       []string `toml:"nist_csf"`
	SP80053   []string `toml:"sp800_53"`
	CWE       []string `toml:"cwe"`
}

// An alias is a label that is often printed for something else.
type alias struct {
	Label, Why string
	Means      []string
}

// standards is standards.toml, read.
type standards struct {
	Frameworks []framework `toml:"framework"`
	Signals    []signal    `toml:"signal"`
	Aliases    []alias     `toml:"alias"`
}

// loadStandards reads what is built in. It is read for each report that needs
// it, and by no run that doesn't.
func loadStandards() (*standards, error) {
	var s standards
	if _, err := toml.Decode(standardsTOML, &s); err != nil {
		return nil, fmt.Errorf("standards.toml: %w", err)
	}
	return &s, nil
}

// A mapping is the ids of the controls that speak of a credential, in order.
type mapping struct{ OWASP, CSF, SP80053, CWE []string }

// of returns the controls that speak of c.
func (s *standards) of(c *sprawl.Credential, replaceable bool) mapping {
	told := signals(c, replaceable)
	var m mapping
	for i := range s.Signals {
		if sig := &s.Signals[i]; told[sig.ID] {
			m.OWASP, m.CSF = append(m.OWASP, sig.OWASP...), append(m.CSF, sig.CSF...)
			m.SP80053, m.CWE = append(m.SP80053, sig.SP80053...), append(m.CWE, sig.CWE...)
		}
	}
	for _, ids := range []*[]string{&m.OWASP, &m.CSF, &m.SP80053, &m.CWE} {
		*ids = list(unique(*ids))
	}
	return m
}

// unique sorts ids as people count, NHI2 before NHI10, and drops repetitions.
func unique(ids []string) []string {
	slices.SortFunc(ids, compareIDs)
	return slices.Compact(ids)
}

func compareIDs(a, b string) int { return strings.Compare(padded(a), padded(b)) }

// ids returns the controls of the framework called id.
func (m *mapping) ids(framework string) []string {
	switch framework {
	case "owasp_nhi":
		return m.OWASP
	case "nist_csf":
		return m.CSF
	case "sp800_53":
		return m.SP80053
	case "cwe":
		return m.CWE
	}
	return nil
}

// padded returns id with its first number at a fixed width, and what no number
// stands in as it is.
func padded(id string) string {
	at := strings.IndexAny(id, "0123456789")
	if at < 0 {
		return id
	}
	end := at
	for end < len(id) && '0' <= id[end] && id[end] <= '9' {
		end++
	}
	return id[:at] + strings.Repeat("0", max(0, 8-(end-at))) + id[at:]
}

// signals tells which signals of standards.toml c gives.
func signals(c *sprawl.Credential, replaceable bool) map[string]bool {
	v := verdict(c.Verdict)
	told := map[string]bool{
		"any": true, "live": v.State == sprawl.Live, "dead": v.State == sprawl.Dead,
		"gone":     v.State != sprawl.Dead && isGone(c),
		"endless":  v.State != sprawl.Dead && v.Expires.IsZero() && c.Fact(sprawl.FactExpires) == "",
		"powerful": isPowerful(v.Scopes), "replaceable": replaceable && v.State != sprawl.Dead,
	}
	for i := range c.Locations {
		told[placeSignal(&c.Locations[i])] = true
	}
	if c.Crossing != nil {
		for _, f := range c.Crossing.Facets {
			told[facetSignal(f)] = true
		}
	}
	return told
}

// isGone reports whether c stands in no head any more.
func isGone(c *sprawl.Credential) bool {
	return len(c.Locations) > 0 && !slices.ContainsFunc(c.Locations, func(at sprawl.Location) bool { return past(&at) == 0 })
}

// isPowerful reports whether one of the scopes, in the issuer's words, is that
// of an administrator.
func isPowerful(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool {
		return s == "*" || slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(s), notLetter), func(w string) bool {
			return w == "admin" || w == "administrator" || w == "owner" || w == "root" || w == "sudo"
		})
	})
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

// placeSignal goes by who keeps the place; files and history are code.
func placeSignal(at *sprawl.Location) string {
	if at.Zone.Get("party") == "personal" {
		return "desk"
	}
	switch at.Zone.Get("custody") {
	case "managed":
		return "" // where it belongs
	case "ci-store":
		return "store"
	case "log", "artifact":
		return "log"
	case "collab", "ai-agent", "endpoint":
		return "desk"
	}
	return "code"
}

func facetSignal(facet string) string {
	switch facet {
	case "cluster", "namespace", "workload", "unit", "team":
		return "shared"
	}
	return facet
}
