package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"

	"github.com/seed-5dd601fe/sprawl"
)

// TestReadBack wants a report that was read to be written as it was, in JSON
// and in every other format.
func TestReadBack(t *testing.T) {
	for _, d := range []*Document{sample(), clean()} {
		text := render(t, JSON, d, Options{})
		back, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		again := render(t, JSON, back, Options{})
		// Bytes that are no UTF-8 are U+FFFD by then, in two spellings.
		want := strings.ReplaceAll(string(text), `\ufffd`, "\ufffd")
		if diff := cmp.Diff(want, strings.ReplaceAll(string(again), `\ufffd`, "\ufffd")); diff != "" {
			t.Errorf("JSON read back (-want +got):\n%s", diff)
		}
		once, err := Read(bytes.NewReader(again))
		if err != nil {
			t.Fatal(err)
		}
		for name, write := range Formats() {
			if diff := cmp.Diff(string(render(t, write, back, Options{})), string(render(t, write, once, Options{}))); diff != "" {
				t.Errorf("%s of what was read back (-want +got):\n%s", name, diff)
			}
		}
	}
	text, kept := "", sample()
	kept.Credentials = kept.Credentials[1:2] // the one without broken bytes
	for name, write := range Formats() {
		back, err := Read(bytes.NewReader(render(t, JSON, kept, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		if text = string(render(t, write, kept, Options{})); text != string(render(t, write, back, Options{})) {
			t.Errorf("%s is another after reading: %s", name, cmp.Diff(text, string(render(t, write, back, Options{}))))
		}
	}
}

// TestReadRefuses wants what is no whole report to be an error, or incomplete.
func TestReadRefuses(t *testing.T) {
	whole := string(render(t, JSON, sample(), Options{}))
	lines := strings.SplitAfter(whole, "\n")
	receipt := lines[len(lines)-2]
	for name, text := range map[string]string{
		"empty": "", "text": "1 credential in 2 places\n", "array": "[]\n", "untyped": "{}\n", "two reports": whole + whole, "cut in a line": whole[:100],
		"time": strings.Replace(whole, "2024-03-03T12:30:00Z", "yesterday", 1), "object": strings.Replace(whole, `"object":"0`, `"object":"x`, 1),
		"format": strings.Replace(receipt, `"format":1`, `"format":2`, 1),
	} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, text := range map[string]string{
		"no receipt": strings.Join(lines[:len(lines)-2], ""), "a credential is missing": strings.Join(lines[1:], ""),
		"a gap is missing": strings.Replace(whole, lines[len(lines)-3], "", 1),
	} {
		d, err := Read(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d.Receipt.Complete || !strings.Contains(d.Receipt.Gaps[len(d.Receipt.Gaps)-1].Why, "write it again") {
			t.Errorf("%s: complete is %v, gaps are %v", name, d.Receipt.Complete, d.Receipt.Gaps)
		}
	}
	more := strings.Replace(whole, `{"type":"credential",`, `{"type":"weather","sky":"blue"}`+"\n"+`{"type":"credential","mood":{"x":[1]},`, 1)
	if _, err := Read(strings.NewReader(more)); err != nil {
		t.Errorf("what is new is skipped: %v", err)
	}
}

// FuzzRead wants any text to be an error or a document that every format can
// write, and that JSON keeps.
func FuzzRead(f *testing.F) {
	f.Add(render(f, JSON, sample(), Options{}))
	f.Add(render(f, JSON, clean(), Options{}))
	f.Add([]byte(`{"type":"credential","locations":[{"in_head":true,"start":-1,"line":-5}],"risk":1000,"crossing":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		once := render(t, JSON, d, Options{})
		back, err := Read(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("can't read what was written: %v", err)
		}
		if twice := render(t, JSON, back, Options{}); d.Receipt.Complete && strings.ReplaceAll(string(once), `\ufffd`, "\ufffd") != strings.ReplaceAll(string(twice), `\ufffd`, "\ufffd") {
			t.Errorf("changed by reading:\n%s\n%s", once, twice)
		}
		for _, write := range Formats() {
			render(t, write, d, Options{})
		}
	})
}

// formula reports whether a spreadsheet may take s for a formula.
func formula(s string) bool {
	return strings.ContainsAny(s, "\t\r\n\x00") || strings.IndexAny(strings.TrimLeft(s, " "), "=+-@＝＋－＠") == 0
}

func checkCSV(t *testing.T, out []byte, d *Document) {
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	for _, c := range d.Credentials {
		want += len(c.Locations)
	}
	if len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for i, s := range row {
			if r, bad := obeyed(s); bad || formula(s) {
				t.Errorf("column %s: %q holds %U, or a formula", csvColumns[i], s, r)
			}
		}
	}
}

func TestCell(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "a=b": "a=b", "=1+1": "'=1+1", "+1": "'+1", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "＝1": "'＝1", "\t=1": `\t=1`, "deploy/prod": "deploy/prod",
	} {
		if got := cell(s); got != want {
			t.Errorf("cell(%q) = %q, want %q", s, got, want)
		}
	}
}

// rendered returns the elements and the text of Markdown, as a renderer that
// lets HTML through shows them.
func rendered(t testing.TB, markdown string) (elements []string, text string) {
	t.Helper()
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	z := nethtml.NewTokenizer(&b)
	var s strings.Builder
	for z.Next() != nethtml.ErrorToken {
		switch tok := z.Token(); tok.Type {
		case nethtml.TextToken:
			s.WriteString(tok.Data)
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name := tok.Data
			if name == "th" || name == "td" {
				tok.Attr = nil // alignment is ours
			}
			for _, a := range tok.Attr {
				name += " " + a.Key + "=" + a.Val
			}
			elements = append(elements, name)
		}
	}
	return elements, s.String()
}

// ours are the elements that Markdown reports are made of.
var ours = []string{"h2", "h3", "blockquote", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "b", "code", "ul", "ol", "li", "sub", "br"}

func checkMarkdown(t *testing.T, out []byte) {
	if r, bad := obeyed(string(out)); bad {
		t.Errorf("holds %U", r)
	}
	elements, _ := rendered(t, string(out))
	for _, e := range elements {
		if !slices.Contains(ours, e) {
			t.Errorf("a stranger made a <%s> in\n%s", e, out)
		}
	}
}

// FuzzMarkdown wants strangers' text to come out of a renderer as it is.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		hostilePath, hostileRef, "a|b", "`", "``x`", " ` ", "@user", "[x](y)", "<img src=x onerror=alert(1)>", "- x", "1. x", "# x", "&lt;", "a_b_c", "**x**",
		"https://evil.example", "www.evil.example", "#12", ":+1:", "$x$", `\`, `a\|b`, "~~x~~", "![x](y)", "", "   ", "a  b", "***", "x\\",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.Join(strings.Fields(strings.ReplaceAll(safe(s), "|", `\x7c`)), " ")
		for name, md := range map[string]string{
			"code": "x " + mdCode(s) + " y\n", "text": "x " + mdText(s) + " y\n", "item": "- " + mdText(s) + "\n", "cell": "| a |\n| --- |\n| " + mdCode(s) + " |\n",
			"text cell": "| a | b |\n| --- | --- |\n| " + mdText(s) + " | z |\n", "html": "<details><summary>" + mdHTML(s) + "</summary>\n\n</details>\n",
		} {
			elements, text := rendered(t, md)
			for _, e := range elements {
				if !slices.Contains([]string{"p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "details", "summary"}, e) {
					t.Errorf("%s: %q makes a <%s>: %q", name, s, e, md)
				}
			}
			if got := strings.Join(strings.Fields(text), " "); name == "html" && !strings.Contains(got, strings.Join(strings.Fields(safe(s)), " ")) || name != "html" && !strings.Contains(got, want) {
				t.Errorf("%s: %q became %q by %q", name, s, got, md)
			}
		}
	})
}

// TestMarkdownFits wants a report of thousands to fit into a comment, and to
// count what it leaves out.
func TestMarkdownFits(t *testing.T) {
	d := sample()
	for range 2000 {
		d.Credentials = append(d.Credentials, live())
	}
	out := string(render(t, Markdown, d, Options{}))
	if len(out) > 65_000 || !strings.Contains(out, "more, of lower risk, that did not fit") || !strings.Contains(out, "more that cross") || !strings.Contains(out, "What was read") {
		t.Errorf("%d bytes:\n%.2000s", len(out), out)
	}
	if all := render(t, Markdown, d, Options{All: true}); bytes.Count(all, []byte("<details>")) != len(d.Credentials)+1 {
		t.Error("not all are there")
	}
	if s := string(render(t, Markdown, clean(), Options{})); !strings.HasPrefix(s, "## sprawl: no credentials found\n") || strings.Contains(s, "Incomplete") {
		t.Errorf("clean run:\n%s", s)
	}
}

func checkJUnit(t *testing.T, out []byte, d *Document) {
	dec := xml.NewDecoder(bytes.NewReader(out))
	cases := 0
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if tok.Name.Local == "testcase" {
				cases++
			}
			for _, a := range tok.Attr {
				if r, bad := obeyed(a.Value); bad {
					t.Errorf("%s holds %U", a.Name.Local, r)
				}
			}
		case xml.CharData:
			if r, bad := obeyed(string(tok)); bad {
				t.Errorf("text holds %U", r)
			}
		}
	}
	if want := len(d.Credentials) + len(d.Receipt.Gaps); cases < want {
		t.Errorf("%d cases, want %d", cases, want)
	}
}

// TestJUnit wants what CI servers count: failures, errors, and never a green
// report of a run that read nothing.
func TestJUnit(t *testing.T) {
	for want, d := range map[string]*Document{
		`tests="5" failures="2" errors="2" skipped="1"`: sample(),
		`tests="2" failures="0" errors="0" skipped="0"`: clean(),
		`tests="1" failures="0" errors="0" skipped="1"`: {Receipt: sprawl.Receipt{Complete: true}},
		`tests="1" failures="0" errors="1" skipped="0"`: {},
	} {
		if out := string(render(t, JUnit, d, Options{})); !strings.Contains(out, want) {
			t.Errorf("want %s in\n%s", want, out)
		}
	}
}

func gitlabSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("testdata/gitlab.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func checkGitLab(t *testing.T, schema *jsonschema.Schema, out []byte) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%v in %s", err, out)
	}
	var r gitlabReport
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, x := range r.Vulnerabilities {
		if seen[x.ID] {
			t.Errorf("id %s comes twice", x.ID)
		}
		seen[x.ID] = true
		checkMarkdown(t, []byte(x.Description+"\n"))
	}
}

// TestGitLab holds the report to GitLab's format, and wants no secret's holder
// in it.
func TestGitLab(t *testing.T) {
	schema := gitlabSchema(t)
	for _, d := range []*Document{sample(), clean(), {}} {
		out := render(t, GitLab, d, Options{})
		checkGitLab(t, schema, out)
		if bytes.Contains(out, []byte("Lovelace")) || bytes.Contains(out, []byte("raw_source_code_extract")) {
			t.Error("holds an author, or an extract")
		}
	}
	bad := strings.Replace(string(render(t, GitLab, sample(), Options{})), `"commit"`, `"comit"`, 1)
	v, _ := jsonschema.UnmarshalJSON(strings.NewReader(bad))
	if schema.Validate(v) == nil {
		t.Error("the schema takes a location without commit")
	}
}
