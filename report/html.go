package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// The page's parts. Its script is plain JavaScript, in files that each do one
// thing; they are joined in this order.
var (
	//go:embed html/page.html
	htmlPage string
	//go:embed html/style.css
	htmlStyle string
	//go:embed html/dom.js
	htmlDOM string
	//go:embed html/picture.js
	htmlPicture string
	//go:embed html/list.js
	htmlList string
	//go:embed html/page.js
	htmlCredential string
	//go:embed html/app.js
	htmlApp string
)

// Bounds of the page: what it leaves out, it counts.
const (
	maxHTMLPlaces = 1000 // of a credential
	maxHTMLGaps   = 1000
)

// HTML writes one file that asks the network for nothing: the ranked list, a
// page for each credential, and a picture of what crosses. Its policy (Content
// Security Policy, level 3) lets the one style and the one script run that we
// wrote, by their hashes, and nothing else; what strangers wrote is data, in
// JSON, and becomes text nodes.
func HTML(w io.Writer, d *Document, _ Options) error {
	data, err := d.htmlData()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text) // escapes <, > and &, so that no text ends the element
	if err := enc.Encode(data); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	script := "\"use strict\";(() => {\n" + htmlDOM + htmlPicture + htmlList + htmlCredential + htmlApp + "})();\n"
	out := bufio.NewWriter(w)
	_, _ = strings.NewReplacer(
		"{{csp}}", policy(htmlStyle, script), "{{title}}", html.EscapeString(htmlTitle(d)),
		"{{style}}", htmlStyle, "{{data}}", string(bytes.TrimSpace(escapeJSON(text.Bytes()))), "{{script}}", script,
	).WriteString(out, strings.ReplaceAll(htmlPage, "\r\n", "\n"))
	return out.Flush()
}

// policy allows one style and one script, and nothing that loads, submits, or
// makes markup of text.
func policy(style, script string) string {
	return "default-src 'none'; style-src " + hashed(style) + "; script-src " + hashed(script) +
		"; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func htmlTitle(d *Document) string {
	n := countUp(d.Credentials)
	return fmt.Sprintf("sprawl: %s, %d live, %d across a boundary", plural(int64(len(d.Credentials)), "credential"), n.live, n.crossing)
}

type htmlDocument struct {
	Tool        string            `json:"tool"`
	Version     string            `json:"version"`
	Started     string            `json:"started"`
	Targets     []string          `json:"targets"`
	Credentials []htmlCred        `json:"credentials"`
	Receipt     htmlReceipt       `json:"receipt"`
	Notes       []string          `json:"notes"`
	Gaps        []htmlGap         `json:"gaps"`
	GapCount    int               `json:"gapCount"`
	Skips       []htmlSkip        `json:"skips"`
	Standards   map[string]string `json:"standards"`
}

type htmlReceipt struct {
	Said     string `json:"said"`
	Brief    string `json:"brief"`
	Objects  int64  `json:"objects"`
	Complete bool   `json:"complete"`
}

type htmlGap struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

type htmlSkip struct {
	Why     string `json:"why"`
	Example string `json:"example"`
	N       int    `json:"n"`
}

type htmlCred struct {
	ID       string          `json:"id"`
	Rule     string          `json:"rule"`
	About    string          `json:"about"`
	Docs     string          `json:"docs,omitempty"`
	Issuer   string          `json:"issuer"`
	Hint     string          `json:"hint"`
	Public   string          `json:"public,omitempty"`
	Note     string          `json:"note,omitempty"`
	Facts    [][2]string     `json:"facts"`
	Tier     string          `json:"tier"`
	Conf     int             `json:"conf"`
	Risk     int             `json:"risk"`
	Band     string          `json:"band"`
	Reasons  [][3]any        `json:"reasons,omitempty"`
	State    sprawl.State    `json:"state"`
	Reason   string          `json:"reason,omitempty"`
	Account  string          `json:"account,omitempty"`
	Scopes   []string        `json:"scopes,omitempty"`
	Expires  string          `json:"expires,omitempty"`
	Grade    string          `json:"grade,omitempty"`
	At       string          `json:"at,omitempty"`
	Owner    *jsonOwner      `json:"owner,omitempty"`
	Home     [][4]any        `json:"home,omitempty"`
	Crossing *htmlCrossing   `json:"cross,omitempty"`
	Allowed  []jsonAllowance `json:"allowed,omitempty"`
	Std      []string        `json:"std"`
	Steps    []string        `json:"steps"`
	Count    int             `json:"count"`
	Places   []htmlPlace     `json:"places"`
}

type htmlCrossing struct {
	Facets []string `json:"facets"`
	Why    string   `json:"why"`
}

type htmlPlace struct {
	Target int       `json:"t"`
	Path   string    `json:"p"`
	Kind   string    `json:"k,omitempty"`
	Key    string    `json:"key,omitempty"`
	Line   int       `json:"l,omitempty"`
	Column int       `json:"c,omitempty"`
	Enc    []string  `json:"enc,omitempty"`
	Zone   [][4]any  `json:"zone"`
	Life   *htmlLife `json:"life,omitempty"`
}

type htmlLife struct {
	Said string `json:"said"`
	Fate string `json:"fate"`
	When string `json:"when,omitempty"`
	Gone string `json:"gone,omitempty"`
	Head bool   `json:"head"`
}

func (d *Document) htmlData() (*htmlDocument, error) {
	std, err := loadStandards()
	if err != nil {
		return nil, err
	}
	t := text{doc: d}
	out := &htmlDocument{
		Tool: safe(d.Tool), Version: safe(d.Version), Started: stamp(d.Started), Targets: []string{}, Credentials: []htmlCred{},
		Receipt: htmlReceipt{"Read " + t.read() + ".", t.brief(), d.Receipt.Objects, d.Receipt.Complete},
		Notes:   safeAll(d.Notes), Gaps: []htmlGap{}, GapCount: len(d.Receipt.Gaps), Skips: []htmlSkip{}, Standards: map[string]string{},
	}
	at := targetIndex{n: map[sprawl.Target]int{}, doc: out}
	for _, target := range d.Targets {
		at.of(target)
	}
	all := d.ordered()
	for i := range all {
		out.Credentials = append(out.Credentials, d.htmlCredential(&all[i], std, &at))
	}
	for _, g := range d.Receipt.Gaps[:min(len(d.Receipt.Gaps), maxHTMLGaps)] {
		out.Gaps = append(out.Gaps, htmlGap{safe(g.What), safe(g.Why)})
	}
	for _, s := range skips(d.Receipt.Skipped) {
		out.Skips = append(out.Skips, htmlSkip{safe(s.why), safe(s.example), s.n})
	}
	for _, f := range std.Frameworks {
		for id, title := range f.Controls {
			out.Standards[id] = f.Name + " " + f.Version + ": " + title
		}
	}
	return out, nil
}

// A targetIndex gives each target a number.
type targetIndex struct {
	n   map[sprawl.Target]int
	doc *htmlDocument
}

func (x *targetIndex) of(t sprawl.Target) int {
	n, ok := x.n[t]
	if !ok {
		n = len(x.doc.Targets)
		x.n[t] = n
		x.doc.Targets = append(x.doc.Targets, safe(string(t)))
	}
	return n
}

func (d *Document) htmlCredential(c *sprawl.Credential, std *standards, at *targetIndex) htmlCred {
	v, a := verdict(c.Verdict), d.advise(c)
	m := std.of(c, a.Instead != "")
	out := htmlCred{
		ID: safe(c.ID), Rule: safe(c.Rule), About: safe(d.about(c.Rule)), Docs: httpsOnly(a.Docs, d.docs(c.Rule)),
		Issuer: safe(c.Issuer), Hint: safe(c.Hint), Public: safe(c.Public), Note: safe(c.Note), Facts: [][2]string{},
		Tier: safe(string(c.Tier)), Conf: c.Confidence, Risk: c.Risk, Band: Band(c.Risk),
		State: sprawl.State(safe(string(v.State))), Reason: safe(v.Reason), Account: safe(v.Account), Scopes: safeAll(v.Scopes),
		Expires: stamp(v.Expires), Grade: safe(v.Grade), At: stamp(v.At), Home: htmlZone(c.Home),
		Std: append(append(append(m.OWASP, m.CSF...), m.SP80053...), m.CWE...), Steps: safeAll(steps(c, a)), Count: len(c.Locations), Places: []htmlPlace{},
	}
	if a.Issuer != "" {
		out.Issuer = safe(a.Issuer)
	}
	for _, f := range c.Facts {
		out.Facts = append(out.Facts, [2]string{safe(f.Name), safe(f.Value)})
	}
	for _, r := range c.Reasons {
		out.Reasons = append(out.Reasons, [3]any{safe(r.Part), r.Points, safe(r.Why)})
	}
	if c.Owner != nil {
		out.Owner = &jsonOwner{safe(c.Owner.Name), safe(c.Owner.Source), c.Owner.Confirmed}
	}
	if c.Crossing != nil {
		out.Crossing = &htmlCrossing{safeAll(c.Crossing.Facets), safe(c.Crossing.Why)}
	}
	for _, w := range c.Allowed {
		out.Allowed = append(out.Allowed, jsonAllowance{safeAll(w.Facets), safe(w.Owner), safe(w.Reason), stamp(w.Until), w.Expired})
	}
	for i := range c.Locations[:min(len(c.Locations), maxHTMLPlaces)] {
		out.Places = append(out.Places, htmlPlaceOf(&c.Locations[i], at))
	}
	return out
}

func htmlPlaceOf(at *sprawl.Location, targets *targetIndex) htmlPlace {
	p := htmlPlace{
		Target: targets.of(at.Target), Path: safe(at.Path), Kind: kindName(at.Kind), Key: safe(at.Key), Line: at.Line, Column: at.Column,
		Zone: htmlZone(at.Zone),
	}
	if len(at.Encoding) > 0 {
		p.Enc = safeAll(at.Encoding)
	}
	if l := at.Life; l != nil {
		p.Life = &htmlLife{Said: since(l), Fate: fate(l), When: stamp(l.When), Gone: stamp(l.RemovedAt), Head: l.InHead}
	}
	return p
}

// htmlZone returns the facets: name, value, source and confidence.
func htmlZone(z sprawl.Zone) [][4]any {
	out := make([][4]any, len(z))
	for i, f := range z {
		out[i] = [4]any{safe(f.Name), safe(f.Value), safe(f.Source), f.Confidence}
	}
	return out
}

// httpsOnly returns the first of pages that is an address of the web.
func httpsOnly(pages ...string) string {
	for _, p := range pages {
		if u, err := url.Parse(p); err == nil && u.Scheme == "https" && u.Host != "" && isSafe(p) {
			return u.String()
		}
	}
	return ""
}

func safeAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = safe(s)
	}
	return out
}
