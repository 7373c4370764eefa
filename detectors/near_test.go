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
	n := nearRule(t, `"acme_api_key", "example.org key|token"`, `[0-9a-f]{32}`)
	value := string(expand(t, "<hex:32>", 1))
	for _, c := range []struct {
		text string
		want bool
	}{
		{"ACME_API_KEY=V", true},
		{"export ACME_API_KEY='V'", true},
		{"acme.api.key: V", true},
		{`"acmeApiKey": "V",`, true},
		{`\"acmeApiKey\": \"V\",`, true},
		{"acme-api-key => 'V'", true},
		{"acmeApiKey := `V`", true},
		{`os.environ["ACME_API_KEY"] = "V"`, true},
		{`getenv("ACME_API_KEY", "V")`, true},
		{`client.setAcmeApiKey("V")`, true},
		{"<acmeApiKey>V</acmeApiKey>", true},
		{"- name: ACME_API_KEY\n  value: V\n", true},
		{`{"name":"ACME_API_KEY","value":"V"}`, true},
		{`<add key="acme.api.key" value="V" />`, true},
		{"?acme_api_key=V&x=1", true},
		{"example.org_token: Bearer V", true},
		{"exampleXorg_token: Bearer V", false},
		{"ACME_API_KEY_FOR_TESTS=V", true},
		{"pacme_api_key=V", true},
		{"ACME_API_KEY=Va", false},
		{"ACME_API_KEY=V.sub", false},
		{"ACME_API_KEY=V/path", false},
		{"ACME_API_KEY=V()", false},
		{"ACME_API_KEY=V.", true},
		{"ACME_API_KEY V", false},
		{"ACME_ID=V", false},
		{"ACME_API_KEY=" + strings.Repeat("a", 32), false},
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
