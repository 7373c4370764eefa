package verify_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// TestReachAllowsNoOther reaches with every issuer that has lists, and fails on
// any request that no table names.
func TestReachAllowsNoOther(t *testing.T) {
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, issuer := range is.All() {
		rules := map[string]bool{}
		for _, r := range issuer.Reaches {
			for _, rule := range r.Rules {
				rules[rule] = true
			}
		}
		for rule := range rules {
			n++
			t.Run(rule, func(t *testing.T) { reachAll(t, is, issuer, rule) })
		}
	}
	if n < 10 {
		t.Errorf("%d rules have lists of what they reach", n)
	}
}

func reachAll(t *testing.T, is *verify.Issuers, issuer verify.Issuer, rule string) {
	var ask *verify.Ask
	allowed := map[string]verify.Reach{}
	for i := range issuer.Asks {
		if a := &issuer.Asks[i]; ask == nil && slices.Contains(a.Rules, rule) && len(a.Starts) == 0 {
			ask = a
		}
	}
	for _, r := range issuer.Reaches {
		if slices.Contains(r.Rules, rule) {
			path, _, _ := strings.Cut(strings.TrimPrefix(r.URL, "https://"), "?")
			allowed[path[strings.IndexByte(path, '/'):]] = r
		}
	}
	f, secrets := verifytest.Credential(issuer.ID, ask)
	f.Rule = rule
	issuerServer := verifytest.NewServer(t, ask)
	issuerServer.Accept(secrets[0])
	var mu sync.Mutex
	asked := map[string]int{}
	issuerServer.Behave(func(w http.ResponseWriter, r *http.Request, alive bool, _ int) bool {
		mu.Lock()
		defer mu.Unlock()
		list, ok := allowed[r.URL.Path]
		if !ok || !alive { // the question itself, or its control
			if !strings.Contains(ask.URL, r.URL.Path) {
				t.Errorf("%s %s is on no list", r.Method, r.URL.Path)
			}
			return false
		}
		if strings.Contains(ask.URL, r.URL.Path) && asked["ask"] == 0 { // one address serves both
			asked["ask"]++
			return false
		}
		if r.Method != http.MethodGet {
			t.Errorf("%s %s: only GET changes nothing", r.Method, r.URL.Path)
		}
		asked[list.Kind]++
		body := "[]"
		if asked[list.Kind] == 1 {
			body = fmt.Sprintf(`[{%q:"acme/api"},{%q:%q}]`, list.Name, list.Name, secrets[0])
		}
		if list.List != "" {
			body = fmt.Sprintf(`{%q:%s}`, list.List, body)
		}
		verifytest.SayJSON(w, http.StatusOK, body)
		return true
	})
	c, err := is.NewClient(verify.Options{
		Hosts: map[string]string{issuer.ID: issuerServer.URL()}, Roots: issuerServer.Roots(), Clock: verifytest.NewClock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := c.Reach(t.Context(), &f)
	if got.Verdict.State != sprawl.Live || len(got.Resources) != len(allowed) || len(got.Unread) > 0 {
		t.Errorf("reached %+v", got)
	}
	for _, r := range got.Resources {
		if r.Name != "acme/api" {
			t.Errorf("a name that is the credential was shown, or none: %+v", r)
		}
	}
}

// TestReachSays tells what an issuer says of what is in reach, stops at its
// limits, and says what it did not read.
func TestReachSays(t *testing.T) {
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	dead := false
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case dead || !strings.HasSuffix(r.Header.Get("Authorization"), "aaaa"):
			verifytest.SayJSON(w, http.StatusUnauthorized, `{"message":"Bad credentials"}`)
		case r.URL.Path == "/user":
			verifytest.SayJSON(w, http.StatusOK, `{"login":"ann"}`)
		case r.URL.Path == "/user/orgs":
			verifytest.SayJSON(w, http.StatusForbidden, `{"message":"no"}`)
		default:
			verifytest.SayJSON(w, http.StatusOK, `[{"full_name":"acme/api","visibility":"private","permissions":{"admin":false,"push":true}}]`)
		}
	}))
	defer web.Close()
	f := sprawl.Finding{Rule: "github-pat", Issuer: "github", Confidence: 90, Parts: []sprawl.Part{
		{Name: "key", Value: sprawl.NewSecret([]byte("gh"+"p_"+strings.Repeat("a", 36)), 4)},
	}}
	var probes int
	ask := func() verify.Reached {
		c, err := is.NewClient(verify.Options{
			Hosts: map[string]string{"github": web.URL}, Clock: verifytest.NewClock(), Audit: func(verify.Probe) { probes++ },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.Reach(t.Context(), &f)
	}
	got := ask()
	if len(got.Resources) != 5 || !slices.Equal(got.Resources[0].Says, []string{"private", "push"}) {
		t.Errorf("resources %+v", got.Resources)
	}
	if len(got.Unread) != 2 || !strings.Contains(got.Unread[0], "403") || !strings.Contains(got.Unread[1], "more than") {
		t.Errorf("not read: %q", got.Unread)
	}
	if probes != got.Calls+2 { // the question and its control
		t.Errorf("%d requests in the log, %d calls", probes, got.Calls)
	}
	dead = true
	if got := ask(); got.Verdict.State != sprawl.Dead || got.Calls != 0 {
		t.Errorf("a dead credential: %+v", got)
	}
}
