package report

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// gitlabVersion is the version of GitLab's format for security reports that
// GitLab writes follows.
const gitlabVersion = "15.0.7"

// Bounds that the format, or GitLab itself, sets.
const (
	maxGitLabName  = 255
	maxGitLabText  = 7000
	gitlabNoCommit = "0000000" // as GitLab's own analyser writes it
)

type gitlabReport struct {
	Version         string         `json:"version"`
	Scan            gitlabScan     `json:"scan"`
	Vulnerabilities []gitlabResult `json:"vulnerabilities"`
}

type gitlabScan struct {
	Type     string          `json:"type"`
	Status   string          `json:"status"`
	Start    string          `json:"start_time"`
	End      string          `json:"end_time"`
	Analyzer gitlabTool      `json:"analyzer"`
	Scanner  gitlabTool      `json:"scanner"`
	Messages []gitlabMessage `json:"messages,omitempty"`
}

type gitlabTool struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	URL     string       `json:"url"`
	Version string       `json:"version"`
	Vendor  gitlabVendor `json:"vendor"`
}

type gitlabVendor struct {
	Name string `json:"name"`
}

type gitlabMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type gitlabResult struct {
	ID          string             `json:"id"`
	Category    string             `json:"category"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Severity    string             `json:"severity"`
	Solution    string             `json:"solution"`
	Location    gitlabPlace        `json:"location"`
	Identifiers []gitlabIdentifier `json:"identifiers"`
}

type gitlabPlace struct {
	File   string       `json:"file,omitempty"`
	Line   int          `json:"start_line,omitempty"`
	End    int          `json:"end_line,omitempty"`
	Commit gitlabCommit `json:"commit"`
}

type gitlabCommit struct {
	SHA  string `json:"sha"`
	Date string `json:"date,omitempty"`
}

type gitlabIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

// GitLab writes GitLab's report of secret detection, for
// artifacts:reports:secret_detection: one vulnerability for each location. Its
// texts are GitLab Flavored Markdown, and escaped for that. Like SARIF it holds
// no authors.
func GitLab(w io.Writer, d *Document, _ Options) error {
	std, err := loadStandards()
	if err != nil {
		return err
	}
	out := gitlabReport{Version: gitlabVersion, Scan: d.gitlabScan(), Vulnerabilities: []gitlabResult{}}
	all := d.ordered()
	for i := range all {
		out.Vulnerabilities = append(out.Vulnerabilities, d.gitlabResults(&all[i], std)...)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("writing GitLab's report: %w", err)
	}
	buf := bufio.NewWriter(w)
	_, _ = buf.Write(escapeJSON(b.Bytes())) // Flush returns the error
	return buf.Flush()
}

func (d *Document) gitlabScan() gitlabScan {
	tool := gitlabTool{
		ID: "sprawl", Name: "sprawl", URL: homepage, Version: cmp.Or(safe(d.Version), "unknown"), Vendor: gitlabVendor{"sprawl"},
	}
	s := gitlabScan{
		Type: "secret_detection", Status: "success", Analyzer: tool, Scanner: tool,
		Start: gitlabTime(d.Started), End: gitlabTime(d.Started.Add(d.Receipt.Elapsed)),
	}
	if !d.Receipt.Complete {
		s.Status = "failure"
	}
	for i, g := range d.Receipt.Gaps {
		if i == maxNotifications {
			break
		}
		s.Messages = append(s.Messages, gitlabMessage{"warn", "could not be read: " + safe(g.What) + ": " + safe(g.Why)})
	}
	return s
}

// gitlabTime writes t as the format wants it, which has no word for unknown.
func gitlabTime(t time.Time) string {
	t = t.UTC()
	if t.Year() < 1970 || t.Year() > 9999 {
		t = time.Unix(0, 0).UTC()
	}
	return t.Format("2006-01-02T15:04:05")
}

func (d *Document) gitlabResults(c *sprawl.Credential, std *standards) (all []gitlabResult) {
	advice := d.advise(c)
	one := gitlabResult{
		Category: "secret_detection", Name: cut(safe(d.about(c.Rule)), maxGitLabName), Description: gitlabText(c),
		Severity: gitlabSeverity(c.Risk), Solution: cut(mdText(strings.Join(steps(c, advice), " ")), maxGitLabText),
		Identifiers: gitlabIdentifiers(c, std.of(c, advice.Instead != "")),
	}
	for i := range c.Locations {
		at := &c.Locations[i]
		one.ID, one.Location = gitlabID(c, at), gitlabLocation(at)
		all = append(all, one)
	}
	return all
}

func gitlabSeverity(risk int) string {
	band := Band(risk)
	return strings.ToUpper(band[:1]) + band[1:]
}

// gitlabText tells what can't be told from the name.
func gitlabText(c *sprawl.Credential) string {
	v := verdict(c.Verdict)
	s := mdCode(c.Hint) + " (" + mdCode(c.ID) + "): "
	switch v.State {
	case sprawl.Live:
		s += "works."
	case sprawl.Dead:
		s += "no longer works: " + mdText(v.Reason) + "."
	default:
		s += "may work: " + mdText(v.Reason) + "."
	}
	if c.Crossing != nil {
		s += " It " + mdText(c.Crossing.Why) + "."
	}
	return s
}

// gitlabID names a result so that it is the same in the next run, if that has
// the same key: a UUID of version 8, which leaves its bits to us (RFC 9562).
func gitlabID(c *sprawl.Credential, at *sprawl.Location) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%s\x00%d", c.ID, at.Target, at.Kind, at.Path, commit(at), at.Start))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func gitlabLocation(at *sprawl.Location) gitlabPlace {
	p := gitlabPlace{Commit: gitlabCommit{SHA: gitlabNoCommit}}
	if at.Kind == sprawl.KindBlob {
		p.File, p.Line, p.End = safe(at.Path), max(at.Line, 0), max(at.EndLine, 0)
	}
	if l := at.Life; l != nil && l.Commit != "" {
		p.Commit = gitlabCommit{SHA: safe(l.Commit), Date: stamp(l.When)}
	}
	return p
}

func gitlabIdentifiers(c *sprawl.Credential, m mapping) []gitlabIdentifier {
	rule := cmp.Or(safe(c.Rule), "unknown")
	all := []gitlabIdentifier{{Type: "sprawl_rule", Name: "sprawl rule " + rule, Value: rule}}
	for _, id := range m.CWE {
		n := strings.TrimPrefix(id, "CWE-")
		all = append(all, gitlabIdentifier{"cwe", id, n, "https://cwe.mitre.org/data/definitions/" + n + ".html"})
	}
	for _, id := range m.OWASP {
		all = append(all, gitlabIdentifier{Type: "owasp_nhi", Name: id, Value: id})
	}
	return all
}

// cut shortens s to n runes.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
