package verify_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// builtIn returns the issuers of rules.toml.
func builtIn(t testing.TB) *verify.Issuers {
	t.Helper()
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// TestContract holds every issuer that can be asked to the same contract.
func TestContract(t *testing.T) {
	is := builtIn(t)
	for _, i := range is.All() {
		if len(i.Asks) > 0 {
			t.Run(i.ID, func(t *testing.T) {
				t.Parallel()
				verifytest.Contract(t, is, i.ID)
			})
		}
	}
}

// TestKnownAnswers tries what the six issuers are documented to send, beyond
// the examples in their entries.
func TestKnownAnswers(t *testing.T) {
	is := builtIn(t)
	for _, c := range []struct {
		issuer  string
		ask     int
		status  int
		body    string
		want    sprawl.State
		account string
	}{
		{"github", 0, 200, `{"login":"octocat","id":583231,"name":"The Octocat"}`, sprawl.Live, "octocat"},
		{"github", 0, 401, `{"message":"Requires authentication"}`, sprawl.Unknown, ""},
		{"github", 0, 403, `{"message":"API rate limit exceeded for 203.0.113.7."}`, sprawl.Unknown, ""},
		{"github", 0, 403, `{"message":"Resource not accessible by integration"}`, sprawl.Unknown, ""},
		{"github", 1, 200, `{"total_count":0,"repositories":[]}`, sprawl.Live, ""},
		{"gitlab", 0, 200, `{"active":true,"user_id":42,"scopes":["api"]}`, sprawl.Live, "42"},
		{"gitlab", 0, 200, `{"active":false,"revoked":true}`, sprawl.Dead, ""},
		{"gitlab", 0, 401, `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`, sprawl.Dead, ""},
		{"gitlab", 0, 403, `{"message":"403 Forbidden"}`, sprawl.Unknown, ""},
		{"slack", 0, 200, `{"ok":true,"user":"deploy","team":"Acme","team_id":"T1"}`, sprawl.Live, "deploy / Acme"},
		{"slack", 0, 200, `{"ok":true}`, sprawl.Unknown, ""},
		{"slack", 0, 200, `{"ok":false,"error":"account_inactive"}`, sprawl.Dead, ""},
		{"slack", 0, 200, `{"ok":false,"error":"not_authed"}`, sprawl.Unknown, ""},
		{"slack", 0, 200, `{"ok":false,"error":"ratelimited"}`, sprawl.Unknown, ""},
		{"slack", 0, 200, `{"ok":false,"error":"internal_error"}`, sprawl.Unknown, ""},
		{"openai", 1, 401, `{"error":{"code":"ip_not_authorized"}}`, sprawl.Unknown, ""},
		{"openai", 1, 429, `{"error":{"code":"rate_limit_exceeded"}}`, sprawl.Unknown, ""},
		{"stripe", 0, 200, `{"id":"acct_9","object":"account"}`, sprawl.Live, "acct_9"},
		{"stripe", 0, 401, `{"error":{"message":"You did not provide an API key."}}`, sprawl.Unknown, ""},
		{"sendgrid", 0, 401, `{"errors":[{"message":"Maximum credits exceeded"}]}`, sprawl.Unknown, ""},
		{"sendgrid", 0, 401, `{"errors":[{"message":"Authenticated user is not authorized to send mail"}]}`, sprawl.Unknown, ""},
	} {
		a := askOf(t, is, c.issuer, c.ask)
		s := verifytest.NewServer(t, a)
		f, texts := verifytest.Credential(c.issuer, a)
		s.Accept(texts[0])
		s.Behave(func(w http.ResponseWriter, _ *http.Request, alive bool, _ int) bool {
			if alive {
				verifytest.SayJSON(w, c.status, c.body)
			}
			return alive
		})
		client, err := is.NewClient(verify.Options{Hosts: map[string]string{c.issuer: s.URL()}, Roots: s.Roots(), Clock: verifytest.NewClock()})
		if err != nil {
			t.Fatal(err)
		}
		if v := client.Ask(t.Context(), &f); v.State != c.want || v.Account != c.account {
			t.Errorf("%s %d %s: %s (%s) of %q, want %s of %q", c.issuer, c.status, c.body, v.State, v.Reason, v.Account, c.want, c.account)
		}
		client.Close()
	}
}

func askOf(t *testing.T, is *verify.Issuers, id string, n int) *verify.Ask {
	t.Helper()
	for _, i := range is.All() {
		if i.ID == id && n < len(i.Asks) {
			return &i.Asks[n]
		}
	}
	t.Fatalf("issuer %s has no question %d", id, n)
	return nil
}

// TestStarts wants a rule's findings told apart by how they start.
func TestStarts(t *testing.T) {
	c, err := builtIn(t).NewClient(verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	finding := func(issuer, rule, text string) sprawl.Finding {
		return sprawl.Finding{Issuer: issuer, Rule: rule, Confidence: 90, Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte(text), 0)}}}
	}
	plan := c.Plan([]sprawl.Finding{
		finding("openai", "openai-api-key", "sk-ad"+"min-1"), finding("openai", "openai-api-key", "sk-pr"+"oj-1"),
		finding("slack", "slack-rotated-token", "xoxe-"+"1-2"), finding("slack", "slack-rotated-token", "xoxe."+"xoxp-1-2"),
	})
	var paths []string
	for _, p := range plan {
		paths = append(paths, p.Host+p.Path)
	}
	want := []string{"api.openai.com/v1/models", "api.openai.com/v1/organization/admin_api_keys", "slack.com/api/auth.test"}
	if !slices.Equal(paths, want) {
		t.Errorf("plan %q, want %q", paths, want)
	}
}
