package report

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seed-5dd601fe/sprawl"
)

// jsonVersion counts changes to the shape that are no additions.
const jsonVersion = 1

type jsonCredential struct {
	Type       string               `json:"type"`
	ID         string               `json:"id"`
	Rule       string               `json:"rule"`
	About      string               `json:"about,omitempty"`
	Docs       string               `json:"docs,omitempty"`
	Issuer     string               `json:"issuer"`
	Hint       string               `json:"hint"`
	Public     string               `json:"public,omitempty"`
	Note       string               `json:"note,omitempty"`
	Facts      map[string]string    `json:"facts,omitempty"`
	Tier       sprawl.Tier          `json:"tier"`
	Confidence int                  `json:"confidence"`
	Risk       int                  `json:"risk"`
	Band       string               `json:"band"`
	Reasons    []jsonReason         `json:"reasons,omitempty"`
	Verdict    jsonVerdict          `json:"verdict"`
	Owner      *jsonOwner           `json:"owner,omitempty"`
	Home       map[string]jsonFacet `json:"home,omitempty"`
	Crossing   *jsonCrossing        `json:"crossing"`
	Allowed    []jsonAllowance      `json:"allowed,omitempty"`
	OWASP      []string             `json:"owasp_nhi"`
	CSF        []string             `json:"nist_csf"`
	SP80053    []string             `json:"sp800_53"`
	CWE        []string             `json:"cwe"`
	Next       string               `json:"next"`
	Advice     *jsonAdvice          `json:"advice,omitempty"`
	Locations  []jsonLocation       `json:"locations"`
}

type jsonAdvice struct {
	Issuer  string `json:"issuer,omitempty"`
	Revoke  string `json:"revoke,omitempty"`
	Rotate  string `json:"rotate,omitempty"`
	Instead string `json:"instead,omitempty"`
	Docs    string `json:"docs,omitempty"`
}

type jsonVerdict struct {
	State   sprawl.State `json:"state"`
	Reason  string       `json:"reason"`
	Account string       `json:"account,omitempty"`
	Scopes  []string     `json:"scopes,omitempty"`
	Expires string       `json:"expires,omitempty"`
	Grade   string       `json:"grade,omitempty"`
	At      string       `json:"at,omitempty"`
}

type jsonCrossing struct {
	Facets     []string   `json:"facets"`
	Why        string     `json:"why"`
	Facet      string     `json:"facet,omitempty"`
	From       string     `json:"from,omitempty"`
	To         string     `json:"to,omitempty"`
	Points     int        `json:"points,omitempty"`
	Confidence int        `json:"confidence,omitempty"`
	Sides      []jsonSide `json:"sides,omitempty"`
}

type jsonSide struct {
	Name   string               `json:"name"`
	Copies int                  `json:"copies"`
	Where  string               `json:"where"`
	Zone   map[string]jsonFacet `json:"zone"`
}

type jsonAllowance struct {
	Facets  []string `json:"facets"`
	Owner   string   `json:"owner"`
	Reason  string   `json:"reason"`
	Until   string   `json:"until"`
	Expired bool     `json:"expired"`
}

type jsonOwner struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	Confirmed bool   `json:"confirmed"`
}

type jsonReason struct {
	Part   string `json:"part"`
	Points int    `json:"points"`
	Why    string `json:"why"`
}

type jsonLocation struct {
	Target     sprawl.Target        `json:"target"`
	Object     string               `json:"object"`
	Kind       sprawl.Kind          `json:"kind,omitempty"`
	Path       string               `json:"path"`
	PathBytes  string               `json:"path_base64,omitempty"`
	Key        string               `json:"key,omitempty"`
	Start      int64                `json:"start"`
	End        int64                `json:"end"`
	Line       int                  `json:"line"`
	Column     int                  `json:"column"`
	EndLine    int                  `json:"end_line"`
	EndColumn  int                  `json:"end_column"`
	Commit     string               `json:"commit"`
	Removed    string               `json:"removed"`
	RemovedAt  string               `json:"removed_at,omitempty"`
	InHead     *bool                `json:"in_head"`
	HeadObject string               `json:"head_object,omitempty"`
	Versions   int                  `json:"versions,omitempty"`
	Refs       []string             `json:"refs"`
	RefCount   int                  `json:"ref_count"`
	Author     string               `json:"author"`
	Date       string               `json:"date,omitempty"`
	Note       string               `json:"note,omitempty"`
	Encoding   []string             `json:"encoding"`
	Role       string               `json:"role,omitempty"`
	Zone       map[string]jsonFacet `json:"zone"`
	Side       int                  `json:"side,omitempty"`
}

type jsonFacet struct {
	Value      string `json:"value"`
	Source     string `json:"source"`
	Confidence int    `json:"confidence"`
}

type jsonGap struct {
	Type   string        `json:"type,omitempty"`
	Target sprawl.Target `json:"target"`
	What   string        `json:"what"`
	Why    string        `json:"why"`
}

type jsonReceipt struct {
	Type        string          `json:"type"`
	Format      int             `json:"format"`
	Tool        string          `json:"tool"`
	Version     string          `json:"version"`
	Targets     []sprawl.Target `json:"targets"`
	Credentials int             `json:"credentials"`
	Bytes       int64           `json:"bytes"`
	Scanned     int64           `json:"scanned"`
	Objects     int64           `json:"objects"`
	Commits     int64           `json:"commits"`
	Refs        int64           `json:"refs"`
	Rules       int             `json:"rules"`
	Skipped     []jsonGap       `json:"skipped"`
	Gaps        int             `json:"gaps"`
	Notes       []string        `json:"notes"`
	Started     string          `json:"started,omitempty"`
	ElapsedMS   int64           `json:"elapsed_ms"`
	Complete    bool            `json:"complete"`
	Exit        int             `json:"exit"`
}

// JSON writes one JSON object a line: credentials, then exposures, then gaps, then the
// receipt, which is always the last line. docs/json.md describes them.
func JSON(w io.Writer, d *Document, _ Options) error {
	std, err := loadStandards()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for _, c := range d.ordered() {
		if err := writeLine(out, d.jsonOf(&c, std)); err != nil {
			return err
		}
	}
	for i := range d.Receipt.Exposures {
		if err := writeLine(out, jsonOfExposure(&d.Receipt.Exposures[i])); err != nil {
			return err
		}
	}
	for _, g := range d.Receipt.Gaps {
		if err := writeLine(out, jsonGap{"gap", g.Target, g.What, g.Why}); err != nil {
			return err
		}
	}
	if err := writeLine(out, d.jsonReceipt()); err != nil {
		return err
	}
	return out.Flush()
}

// writeLine writes v and a newline. What a terminal would obey, or show as
// something else than it is, is written as \u escapes.
func writeLine(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON replaces what can't be printed in a line of JSON. Only strings
// hold such runes, so that the replacement is an escape within one.
func escapeJSON(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		switch {
		case r < utf8.RuneSelf && r != 0x7f || unicode.IsPrint(r):
			out = append(out, line[:n]...)
		case r > 0xffff:
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		line = line[n:]
	}
	return out
}

func (d *Document) jsonOf(c *sprawl.Credential, std *standards) jsonCredential {
	v, advice := verdict(c.Verdict), d.advise(c)
	m := std.of(c, advice.Instead != "")
	out := jsonCredential{
		Type: "credential", ID: c.ID, Rule: c.Rule, Issuer: c.Issuer, Hint: c.Hint, Public: c.Public, Note: c.Note,
		Docs: d.docs(c.Rule), Facts: facts(c),
		Tier: c.Tier, Confidence: c.Confidence, Risk: c.Risk, Band: Band(c.Risk),
		Verdict: jsonVerdict{
			State: v.State, Reason: v.Reason, Account: v.Account, Scopes: v.Scopes,
			Expires: stamp(v.Expires), Grade: v.Grade, At: stamp(v.At),
		},
		OWASP: m.OWASP, CSF: m.CSF, SP80053: m.SP80053, CWE: m.CWE, Next: nextStep(c, advice),
		Locations: make([]jsonLocation, len(c.Locations)),
	}
	if d.About != nil {
		out.About = d.About(c.Rule)
	}
	out.judged(c)
	if advice != (sprawl.Advice{}) {
		out.Advice = &jsonAdvice{advice.Issuer, advice.Revoke, advice.Rotate, advice.Instead, advice.Docs}
	}
	for i := range c.Locations {
		out.Locations[i] = jsonPlace(&c.Locations[i])
	}
	return out
}

// judged fills in what follows from where a credential lies.
func (out *jsonCredential) judged(c *sprawl.Credential) {
	for _, r := range c.Reasons {
		out.Reasons = append(out.Reasons, jsonReason(r))
	}
	if c.Owner != nil {
		out.Owner = &jsonOwner{c.Owner.Name, c.Owner.Source, c.Owner.Confirmed}
	}
	if len(c.Home) > 0 {
		out.Home = jsonZone(c.Home)
	}
	for _, a := range c.Allowed {
		out.Allowed = append(out.Allowed, jsonAllowance{list(a.Facets), a.Owner, a.Reason, stamp(a.Until), a.Expired})
	}
	x := c.Crossing
	if x == nil {
		return
	}
	out.Crossing = &jsonCrossing{
		Facets: list(x.Facets), Why: x.Why, Facet: x.Facet, From: x.From, To: x.To, Points: x.Points, Confidence: x.Confidence,
	}
	for _, s := range x.Sides {
		out.Crossing.Sides = append(out.Crossing.Sides, jsonSide{s.Name, s.Copies, s.Where, jsonZone(s.Zone)})
	}
}

func jsonZone(z sprawl.Zone) map[string]jsonFacet {
	out := make(map[string]jsonFacet, len(z))
	for _, f := range z {
		out[f.Name] = jsonFacet{f.Value, f.Source, f.Confidence}
	}
	return out
}

// facts returns what c's own text tells, by name; the first of a name counts.
func facts(c *sprawl.Credential) map[string]string {
	all := make(map[string]string, len(c.Facts))
	for _, f := range c.Facts {
		if _, ok := all[f.Name]; !ok {
			all[f.Name] = f.Value
		}
	}
	return all
}

func jsonPlace(at *sprawl.Location) jsonLocation {
	out := jsonLocation{
		Target: at.Target, Object: at.Object.String(), Kind: at.Kind, Path: at.Path, Key: at.Key, Start: at.Start, End: at.End,
		Line: at.Line, Column: at.Column, EndLine: at.EndLine, EndColumn: at.EndColumn,
		Refs: []string{}, Encoding: list(at.Encoding), Role: at.Role, Zone: jsonZone(at.Zone), Side: at.Side,
	}
	if !utf8.ValidString(at.Path) {
		out.PathBytes = base64.StdEncoding.EncodeToString([]byte(at.Path))
	}
	if l := at.Life; l != nil {
		out.Commit, out.Removed, out.RemovedAt = l.Commit, l.Removed, stamp(l.RemovedAt)
		out.InHead, out.HeadObject, out.Versions = &l.InHead, l.HeadObject.String(), l.Versions
		out.Refs, out.RefCount, out.Author, out.Date, out.Note = list(l.Refs), l.RefCount, l.Author, stamp(l.When), l.Note
	}
	return out
}

func (d *Document) jsonReceipt() jsonReceipt {
	r := &d.Receipt
	out := jsonReceipt{
		Type: "receipt", Format: jsonVersion, Tool: d.Tool, Version: d.Version, Targets: list(d.Targets),
		Credentials: len(d.Credentials), Bytes: r.Bytes, Scanned: r.Scanned, Objects: r.Objects, Commits: r.Commits,
		Refs: r.Refs, Rules: r.Rules, Skipped: make([]jsonGap, len(r.Skipped)), Gaps: len(r.Gaps),
		Notes: list(d.Notes), Started: stamp(d.Started), ElapsedMS: r.Elapsed.Milliseconds(), Complete: r.Complete, Exit: d.Exit,
	}
	for i, g := range r.Skipped {
		out.Skipped[i] = jsonGap{"", g.Target, g.What, g.Why}
	}
	return out
}

// list returns s, or an empty slice, which JSON shows as [] and not as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// stamp returns t as RFC 3339 has it, in UTC; "" if it is not known. Histories
// hold years that RFC 3339 can't say.
func stamp(t time.Time) string {
	if t.IsZero() || t.UTC().Year() < 0 || t.UTC().Year() > 9999 {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
