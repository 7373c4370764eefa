package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/seed-5dd601fe/sprawl"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, f Format, d *Document, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	for name, write := range Formats() {
		if name == "html" {
			continue // a browser looks at that
		}
		golden(t, "sample."+name, render(t, write, sample(), Options{}))
		golden(t, "clean."+name, render(t, write, clean(), Options{}))
	}
	two := sample()
	two.Targets = append(two.Targets, "dir:/srv/web")
	two.Credentials[0].Locations[1].Target = "dir:/srv/web"
	golden(t, "two.text", render(t, Text, two, Options{Width: 60, All: true, Color: true}))
	golden(t, "two.sarif", render(t, SARIF, two, Options{}))
}

// TestOrder wants the same bytes from the same run, however it is ordered.
func TestOrder(t *testing.T) {
	for name, write := range Formats() {
		want := render(t, write, sample(), Options{All: true})
		for range 20 {
			if got := render(t, write, shuffled(), Options{All: true}); !bytes.Equal(want, got) {
				t.Fatalf("%s: another order gives another report:\n%s", name, cmp.Diff(string(want), string(got)))
			}
		}
	}
}

// TestFormatsLeaveTheDocument wants formats to change nothing.
func TestFormatsLeaveTheDocument(t *testing.T) {
	d, want := sample(), sample()
	for _, write := range Formats() {
		render(t, write, d, Options{})
	}
	ignoreFuncs := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "About" || p.String() == "Docs" || p.String() == "Advise" }, cmp.Ignore())
	if diff := cmp.Diff(want, d, ignoreFuncs); diff != "" {
		t.Error(diff)
	}
}

// obeyed reports the first rune that a terminal would not simply show.
func obeyed(s string) (rune, bool) {
	for _, r := range s {
		if r != '\n' && (!unicode.IsPrint(r) || r == utf8.RuneError) {
			return r, true
		}
	}
	return 0, false
}

// TestNothingIsObeyed wants no control character, bidi override or invisible
// rune in any format.
func TestNothingIsObeyed(t *testing.T) {
	for name, write := range map[string]Format{"text": Text, "json": JSON} {
		out := string(render(t, write, sample(), Options{All: true}))
		// JSON says "not UTF-8" with U+FFFD, which is printable.
		if r, bad := obeyed(strings.ReplaceAll(out, "\ufffd", "?")); bad {
			t.Errorf("%s holds %U", name, r)
		}
	}
	var messages []string
	var doc any
	if err := json.Unmarshal(render(t, SARIF, sample(), Options{}), &doc); err != nil {
		t.Fatal(err)
	}
	collect(doc, "text", &messages)
	for _, m := range messages {
		if r, bad := obeyed(m); bad || strings.ContainsAny(m, "[]{}") {
			t.Errorf("SARIF message %q holds %U, or a link", m, r)
		}
	}
	if len(messages) == 0 {
		t.Error("no messages")
	}
}

// collect appends every string called key in a JSON value.
func collect(v any, key string, to *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if s, ok := x.(string); ok && k == key {
				*to = append(*to, s)
			}
			collect(x, key, to)
		}
	case []any:
		for _, x := range v {
			collect(x, key, to)
		}
	}
}

// TestNoSecretByType wants it to be impossible to put a secret into a report:
// no type that a Document reaches holds one.
func TestNoSecretByType(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		if typ == reflect.TypeFor[sprawl.Secret]() || typ == reflect.TypeFor[sprawl.Part]() || typ == reflect.TypeFor[sprawl.Finding]() {
			t.Errorf("%s is a %s", path, typ)
		}
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type, path+"."+typ.Field(i).Name)
			}
		case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
			walk(typ.Elem(), path+"[]")
		case reflect.Interface:
			t.Errorf("%s is an interface, which could hold anything", path)
		}
	}
	walk(reflect.TypeFor[Document](), "Document")
	if len(seen) < 10 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

// TestNoColorUnlessAsked compares the coloured text with the plain one.
func TestNoColorUnlessAsked(t *testing.T) {
	plain, color := render(t, Text, sample(), Options{}), render(t, Text, sample(), Options{Color: true})
	if bytes.ContainsRune(plain, '\x1b') || !bytes.ContainsRune(color, '\x1b') {
		t.Error("colours are not as asked for")
	}
	stripped := color
	for _, sgr := range []string{bold, dim, red, green, yellow, cyan, "0"} {
		stripped = bytes.ReplaceAll(stripped, []byte("\x1b["+sgr+"m"), nil)
	}
	if diff := cmp.Diff(string(plain), string(stripped)); diff != "" {
		t.Errorf("colours change the layout (-plain +coloured):\n%s", diff)
	}
}

// TestWidth wants lines to fit, save for words and paths that can't be cut.
func TestWidth(t *testing.T) {
	for _, width := range []int{0, 40, 60, 100} {
		want := width
		if want == 0 {
			want = 80
		}
		for line := range strings.Lines(string(render(t, Text, sample(), Options{Width: width, All: true}))) {
			line = strings.TrimRight(line, "\n")
			if columns(line) > want && strings.Contains(strings.TrimLeft(line, " "), " ") && !strings.HasPrefix(line, "    config/") {
				t.Errorf("at %d columns: %d in %q", want, columns(line), line)
			}
		}
	}
}

// TestNothing wants an empty report never to say more than was read.
func TestNothing(t *testing.T) {
	gap := []sprawl.Gap{{What: "x", Why: "y"}}
	for want, r := range map[string]sprawl.Receipt{
		"No credentials found.\n":                          {Bytes: 5, Objects: 1, Complete: true},
		"No credentials found in what could be read.\n":    {Bytes: 5, Objects: 1, Gaps: gap},
		"Nothing could be read, so nothing can be said.\n": {Gaps: gap},
		"There was nothing to read.\n":                     {Complete: true},
	} {
		out := string(render(t, Text, &Document{Receipt: r}, Options{}))
		if !strings.HasPrefix(out, want) {
			t.Errorf("got %q, want %q first", out, want)
		}
		if strings.Contains(out, "INCOMPLETE") == r.Complete {
			t.Errorf("complete is %v, but the text is %q", r.Complete, out)
		}
	}
}

type full struct{ after int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestWriteErrors wants a report that could not be written to be an error.
func TestWriteErrors(t *testing.T) {
	for name, write := range Formats() {
		for _, after := range []int{0, 10} {
			if err := write(&full{after}, sample(), Options{}); !errors.Is(err, errFull) {
				t.Errorf("%s after %d bytes: %v", name, after, err)
			}
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{hostilePath, hostileAuthor, hostileRef, strings.Repeat("é", 500), "plain", strings.Repeat("0", 401) + "\xc3", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safe(s)
		if r, bad := obeyed(got); bad || strings.Contains(got, "\n") {
			t.Errorf("%q became %q, which holds %U", s, got, r)
		}
		if len([]rune(got)) > 12*maxShown {
			t.Errorf("%d runes", len([]rune(got)))
		}
		if isSafe(s) && len([]rune(s)) <= maxShown && got != s {
			t.Errorf("%q became %q", s, got)
		}
		line := escapeJSON(must(json.Marshal(s)))
		var back string
		if err := json.Unmarshal(line, &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Errorf("%q came back as %q: %v", s, back, err)
		}
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestAskedOfNobody wants it said once, and not of each credential.
func TestAskedOfNobody(t *testing.T) {
	d := sample()
	if out := string(render(t, Text, d, Options{})); !strings.Contains(out, "not asked") || strings.Contains(out, "--verify") {
		t.Errorf("after asking:\n%s", out)
	}
	for i := range d.Credentials {
		d.Credentials[i].Verdict = sprawl.Verdict{}
	}
	if out := string(render(t, Text, d, Options{})); strings.Contains(out, "not asked") || strings.Count(out, "--verify") != 1 {
		t.Errorf("without asking:\n%s", out)
	}
}

// TestSkips wants one reason for many objects to be one.
func TestSkips(t *testing.T) {
	want := []skip{{"at … not read: it is another repository", "submodule a", 2}, {"is a picture", "p", 1}}
	got := skips([]sprawl.Gap{
		{What: "p", Why: "is a picture"},
		{What: "submodule b", Why: "at " + id(1).String() + " not read: it is another repository"},
		{What: "submodule a", Why: "at " + id(2).String() + " not read: it is another repository"},
	})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(skip{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 4_312_000_000: "4.3 GB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 930314: "930,314", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for risk, want := range map[int]string{100: "critical", 80: "critical", 79: "high", 60: "high", 59: "medium", 40: "medium", 39: "low", 20: "low", 19: "info", 0: "info"} {
		if got := Band(risk); got != want {
			t.Errorf("Band(%d) = %q, want %q", risk, got, want)
		}
	}
}

// FuzzFormats puts hostile strings everywhere that strangers can write to, and
// wants each format to stay what it is: lines of printable text, valid lines of
// JSON, valid SARIF.
func FuzzFormats(f *testing.F) {
	f.Add(hostilePath, hostileAuthor, hostileRef, int64(5), 3)
	f.Add("a/b", "A", "refs/heads/main", int64(-1), -2)
	f.Add("\x00", "\u2066", "", int64(1)<<62, 1<<30)
	schema, gitlab := mustSchema(f), gitlabSchema(f)
	f.Fuzz(func(t *testing.T, path, author, ref string, at int64, line int) {
		d := hostile(path, author, ref, at, line)
		text := string(render(t, Text, d, Options{All: at%2 == 0, Width: line % 200}))
		if r, bad := obeyed(text); bad {
			t.Errorf("text holds %U", r)
		}
		out := render(t, JSON, d, Options{})
		if n := bytes.Count(out, []byte("\n")); n != len(d.Credentials)+len(d.Receipt.Gaps)+1 {
			t.Errorf("%d lines of JSON", n)
		}
		for l := range bytes.Lines(out) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(l))
			if err != nil {
				t.Fatalf("%v in %q", err, l)
			}
			if err := schema.Validate(v); err != nil && at >= 0 && line >= 0 {
				t.Errorf("%v in %q", err, l)
			}
		}
		checkSARIF(t, render(t, SARIF, d, Options{}))
		checkCSV(t, render(t, CSV, d, Options{}), d)
		checkMarkdown(t, render(t, Markdown, d, Options{}))
		checkJUnit(t, render(t, JUnit, d, Options{}), d)
		checkGitLab(t, gitlab, render(t, GitLab, d, Options{}))
		checkHTML(t, render(t, HTML, d, Options{}))
	})
}

// checkSARIF looks at what strangers can break; the schema is tried on samples,
// as it takes too long for a fuzzer.
func checkSARIF(t *testing.T, out []byte) {
	var doc any
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	var messages, uris []string
	collect(doc, "text", &messages)
	collect(doc, "uri", &uris)
	collect(doc, "helpUri", &uris)
	for _, m := range messages {
		if r, bad := obeyed(m); bad || strings.ContainsAny(m, "[]{}\n") {
			t.Errorf("message %q holds %U, or a link", m, r)
		}
	}
	for _, s := range uris {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "" && u.Scheme != "https" || strings.Contains("/"+s+"/", "/../") || u.Scheme == "" && (u.Host != "" || strings.HasPrefix(s, "/")) {
			t.Errorf("address %q leads elsewhere: %v", s, err)
		}
	}
}

// hostile is a document in which strangers wrote everything they can.
func hostile(path, author, ref string, at int64, line int) *Document {
	place := sprawl.Location{
		Target: sprawl.Target("git:" + path), Path: path, Start: at, End: at + 5, Line: line, Column: line, EndLine: line, EndColumn: line + 1,
		Encoding: []string{ref}, Zone: sprawl.Zone{{Name: "env", Value: "prod", Source: path, Confidence: 1}},
		Life: &sprawl.Life{Author: author, Refs: []string{ref}, RefCount: 1, InHead: line%2 == 0, When: time.Unix(at, 0), Note: path},
	}
	gap := sprawl.Gap{Target: place.Target, What: path, Why: author}
	return &Document{
		Targets: []sprawl.Target{place.Target}, Notes: []string{author},
		About: func(string) string { return ref }, Docs: func(string) string { return "https://" + path },
		Credentials: []sprawl.Credential{{
			ID: "cr_x", Rule: "r" + ref, Issuer: author, Tier: sprawl.Generic, Hint: path, Note: ref, Public: author,
			Verdict:   sprawl.Verdict{State: sprawl.Live, Reason: path, Account: author, Scopes: []string{ref}, At: time.Unix(at, 0)},
			Crossing:  &sprawl.Crossing{Facets: []string{"env"}, Why: "lies in " + path},
			Locations: []sprawl.Location{place},
		}},
		Receipt: sprawl.Receipt{Gaps: []sprawl.Gap{gap}, Skipped: []sprawl.Gap{gap}},
	}
}
