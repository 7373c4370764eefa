package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func mustSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../docs/json.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lines(t *testing.T, d *Document) (all []any) {
	t.Helper()
	for line := range bytes.Lines(render(t, JSON, d, Options{})) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, v)
	}
	return all
}

// TestJSONSchema holds every line to the published schema.
func TestJSONSchema(t *testing.T) {
	s := mustSchema(t)
	for _, d := range []*Document{sample(), clean(), {}} {
		all := lines(t, d)
		for i, v := range all {
			if err := s.Validate(v); err != nil {
				t.Errorf("line %d: %v", i+1, err)
			}
			isLast := i == len(all)-1
			if kind := v.(map[string]any)["type"]; (kind == "receipt") != isLast {
				t.Errorf("line %d of %d is a %v", i+1, len(all), kind)
			}
		}
	}
}

// TestJSONSchemaRefuses wants the schema to be worth something: a line that
// lacks any of its required fields, or has one of the wrong type, is refused.
func TestJSONSchemaRefuses(t *testing.T) {
	s := mustSchema(t)
	always := map[string]bool{}
	for _, typ := range []reflect.Type{reflect.TypeFor[jsonCredential](), reflect.TypeFor[jsonReceipt]()} {
		for name, optional := range fields(typ) {
			always[name] = !optional
		}
	}
	for _, v := range lines(t, sample()) {
		line := v.(map[string]any)
		for name, value := range line {
			line[name] = []any{map[string]any{}}
			if s.Validate(line) == nil {
				t.Errorf("%s of a %v may be anything", name, line["type"])
			}
			delete(line, name)
			if always[name] && s.Validate(line) == nil {
				t.Errorf("a %v without %s passes", line["type"], name)
			}
			line[name] = value
		}
	}
}

// fields returns the JSON names of a struct's fields, and whether each may be
// left out.
func fields(typ reflect.Type) map[string]bool {
	all := map[string]bool{}
	for i := range typ.NumField() {
		name, rest, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		all[name] = rest == "omitempty"
	}
	return all
}

// TestJSONIsDocumented wants every field in the schema and on the page.
func TestJSONIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../docs/json.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]any
			Required   []string
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]reflect.Type{
		"credential": reflect.TypeFor[jsonCredential](), "verdict": reflect.TypeFor[jsonVerdict](),
		"advice":   reflect.TypeFor[jsonAdvice](),
		"crossing": reflect.TypeFor[jsonCrossing](), "location": reflect.TypeFor[jsonLocation](),
		"side": reflect.TypeFor[jsonSide](), "allowance": reflect.TypeFor[jsonAllowance](), "owner": reflect.TypeFor[jsonOwner](),
		"reason": reflect.TypeFor[jsonReason](), "facet": reflect.TypeFor[jsonFacet](), "gap": reflect.TypeFor[jsonGap](), "exposure": reflect.TypeFor[jsonExposure](), "receipt": reflect.TypeFor[jsonReceipt](),
	} {
		def := doc.Defs[name]
		for field, optional := range fields(typ) {
			if def.Properties[field] == nil {
				t.Errorf("%s.%s is not in the schema", name, field)
			}
			if !strings.Contains(string(page), "`"+field+"`") {
				t.Errorf("%s.%s is not on the page", name, field)
			}
			if required := contains(def.Required, field); required == optional && field != "type" {
				t.Errorf("%s.%s: required is %v, omitted when empty %v", name, field, required, optional)
			}
		}
		if len(def.Properties) != typ.NumField() {
			t.Errorf("%s has %d fields, the schema %d", name, typ.NumField(), len(def.Properties))
		}
	}
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// TestSARIFSchema validates against the schema of SARIF 2.1.0 errata 01.
func TestSARIFSchema(t *testing.T) {
	two := sample()
	two.Targets = append(two.Targets, "dir:/srv/web")
	for _, d := range []*Document{sample(), clean(), two, {}} {
		out := render(t, SARIF, d, Options{})
		r, err := sarif.FromBytes(out, sarif.WithStrictValidation())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
		for _, run := range r.Runs {
			for _, res := range run.Results {
				if rule := run.Tool.Driver.Rules[res.RuleIndex]; *rule.ID != *res.RuleID {
					t.Errorf("result of %s points to rule %s", *res.RuleID, *rule.ID)
				}
			}
		}
	}
}

// TestSARIFNamesNobody wants no author, mail address or account in a file that
// is uploaded, and the same fingerprint wherever a credential lies.
func TestSARIFNamesNobody(t *testing.T) {
	out := string(render(t, SARIF, sample(), Options{}))
	for _, person := range []string{"Ada", "Lovelace", "Eve", "@example.test", "octo"} {
		if strings.Contains(out, person) {
			t.Errorf("%q is in the report", person)
		}
	}
	if got, want := strings.Count(out, `"sprawl/v1": "cr_dead"`), len(dead().Locations); got != want {
		t.Errorf("%d results of one credential, want %d", got, want)
	}
}

func TestRelative(t *testing.T) {
	for path, want := range map[string]string{
		"a/b.txt": "a/b.txt", "a b#c?.md": "a%20b%23c%3F.md", "c:x": "c%3Ax", "100%": "100%25", "é": "%C3%A9",
		"\xff": "%FF", "a\\b": "a%5Cb", "a\x1b\n": "a%1B%0A",
		"": "", "/etc/passwd": "", "../x": "", "a/../b": "", "a//b": "", "./a": "", "a/": "",
	} {
		if got, ok := relative(path); got != want || ok != (want != "") {
			t.Errorf("relative(%q) = %q, %v; want %q", path, got, ok, want)
		}
	}
}
