package detectors

import (
	"fmt"
	"strings"
	"testing"
)

// nearRule returns a compiled rule that is written by names and a form.
func nearRule(t *testing.T, near, value string) naiveRule {
	t.Helper()
	text := fmt.Sprintf("[[rule]]\nid = \"n\"\nabout = \"n\"\nnear = [%s]\nvalue = '%s'\n", near, value)
	rules, err := Load("n.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	fast, err := LoadTrusted("n.toml", []byte(text))
	if err != nil || fast[0].Match != rules[0].Match || fmt.Sprint(fast[0].Literals) != fmt.Sprint(rules[0].Literals) {
		t.Fatalf("the fast reader reads %q, the library %q, %v", fast[0].Match, rules[0].Match, err)
	}
	return newNaiveRule(&rules[0])
}

// TestNear writes a name and its value in the ways of many languages.
func TestNear(t *testing.T) {
	n := nearRule(t, `"zebra_api_key", "example.org key|token"`, `[0-9a-f]{32}`)
	value := string(expand(t, "<hex:32>", 1))
	for _, c := range []struct {
		text string
		want bool
	}{
		{"ZEBRA_API_KEY=V", true},
		{"export ZEBRA_API_KEY='V'", true},
		{"zebra.api.key: V", true},
		{`"zebraApiKey": "V",`, true},
		{`\"zebraApiKey\": \"V\",`, true},
		{"zebra-api-key => 'V'", true},
		{"zebraApiKey := `V`", true},
		{`os.environ["ZEBRA_API_KEY"] = "V"`, true},
		{`getenv("ZEBRA_API_KEY", "V")`, true},
		{`client.setZebraApiKey("V")`, true},
		{"<zebraApiKey>V</zebraApiKey>", true},
		{"- name: ZEBRA_API_KEY\n  value: V\n", true},
		{`{"name":"ZEBRA_API_KEY","value":"V"}`, true},
		{`<add key="zebra.api.key" value="V" />`, true},
		{"?zebra_api_key=V&x=1", true},
		{"example.org_token: Bearer V", true},
		{"exampleXorg_token: Bearer V", false},
		{"ZEBRA_API_KEY_FOR_TESTS=V", true},
		{"pzebra_api_key=V", true},
		{"ZEBRA_API_KEY=Va", false},
		{"ZEBRA_API_KEY=V.sub", false},
		{"ZEBRA_API_KEY=V/path", false},
		{"ZEBRA_API_KEY=V()", false},
		{"ZEBRA_API_KEY=V.", true},
		{"ZEBRA_API_KEY V", false},
		{"ZEBRA_ID=V", false},
		{"ZEBRA_API_KEY=" + strings.Repeat("a", 32), false},
	} {
		text := strings.ReplaceAll(c.text, "V", value)
		if got := len(n.scan([]byte(text))) == 1; got != c.want {
			t.Errorf("%s: found %v", text, got)
		}
	}
}

// TestNearApart wants a short name not to be found inside of another word.
func TestNearApart(t *testing.T) {
	n := nearRule(t, `"dd_api_key", "wise token"`, "uuid")
	value := string(expand(t, "<uuid>", 1))
	for text, want := range map[string]int{
		"wise_token=":      1,
		"MY_WISE_TOKEN=":   1,
		"otherwise_token=": 0,
		"DD_API_KEY=":      1,
		"ADD_API_KEY=":     0,
	} {
		if got := len(n.scan([]byte(text + value))); got != want {
			t.Errorf("%s: %d findings", text, got)
		}
	}
}

func TestNearRefuses(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`near = ["acme key"]`, "value: is missing; give the form"},
		{`value = '[0-9]{9}'`, "near: is missing; list the names"},
		{"near = [\"Acme\"]\nvalue = '[0-9]{9}'", `near: "Acme": write names in lower-case`},
		{"near = [\"acme\"]\nvalue = '[0-9]{9}'\nmatch = '(?P<key>x)'", "match: and near exclude one another"},
		{"near = [\"acme\"]\nvalue = '[0-9]+'", "match: has no bound"},
		{"near = [\"acme\"]\nvalue = '['", "value: error parsing regexp"},
		{"near = [\"ac key\"]\nvalue = '[0-9]{9}'", `literals: "ac" is shorter than 3 bytes`},
	} {
		_, err := Load("n.toml", []byte("[[rule]]\nid = \"n\"\nabout = \"n\"\n"+c.keys))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.keys, err, c.want)
		}
	}
}
