package verifytest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// Contract holds every question of an issuer's entry to what verify promises:
// the answers that it declares are read as it declares them, with the facts
// that they hold; whatever else a network can answer is unknown; and nothing
// is sent to anybody else.
func Contract(t *testing.T, is *verify.Issuers, id string) {
	for _, issuer := range is.All() {
		if issuer.ID != id {
			continue
		}
		if len(issuer.Asks) == 0 {
			t.Fatalf("issuer %s has no [[issuer.ask]]", id)
		}
		for i := range issuer.Asks {
			a := &issuer.Asks[i]
			t.Run(fmt.Sprintf("%s-%d", a.Rules[0], i), func(t *testing.T) { contract(t, is, id, a) })
		}
		return
	}
	t.Fatalf("no issuer %s", id)
}

// A bench is one fake issuer, one client, and one living credential.
type bench struct {
	*Server
	ask     *verify.Ask
	client  *verify.Client
	clock   *Clock
	finding sprawl.Finding
	secrets []string
}

// newBench returns a bench whose credential is alive.
func newBench(t *testing.T, is *verify.Issuers, id string, a *verify.Ask, timeout time.Duration) *bench {
	t.Helper()
	b := &bench{Server: NewServer(t, a), ask: a, clock: NewClock()}
	b.finding, b.secrets = Credential(id, a)
	b.Accept(b.secrets[0])
	c, err := is.NewClient(verify.Options{
		Hosts: map[string]string{id: b.URL()}, Roots: b.Roots(), Clock: b.clock, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	b.client = c
	return b
}

var placeholder = regexp.MustCompile(`\{([a-z_][a-z0-9_]*)\}`)

// Credential makes a credential up that a answers for, with the texts of its
// parts. The first is the secret.
func Credential(issuer string, a *verify.Ask) (sprawl.Finding, []string) {
	f := sprawl.Finding{Rule: a.Rules[0], Issuer: issuer, Tier: sprawl.Structured, Confidence: 90}
	templates := []string{a.URL, a.Basic, a.Body}
	for _, h := range a.Headers {
		templates = append(templates, h.Value)
	}
	var texts []string
	seen := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(strings.Join(templates, " "), -1) {
		if name := m[1]; !seen[name] {
			seen[name] = true
			prefix := "zq_"
			if len(a.Starts) > 0 {
				prefix = a.Starts[0]
			}
			text := prefix + rand.Text() + strings.ToLower(rand.Text()) + strings.Join(a.Keep, "") + rand.Text()
			texts = append(texts, text)
			f.Parts = append(f.Parts, sprawl.Part{Name: name, Value: sprawl.NewSecret([]byte(text), len(prefix))})
		}
	}
	return f, texts
}

const patient = 30 * time.Second // longer than any answer on loopback takes

func contract(t *testing.T, is *verify.Issuers, id string, a *verify.Ask) {
	for _, c := range cases(a) {
		t.Run(c.name, func(t *testing.T) {
			timeout := patient
			if c.timeout > 0 {
				timeout = c.timeout
			}
			b := newBench(t, is, id, a, timeout)
			b.Behave(c.behave)
			b.expect(t, b.client.Ask(context.Background(), &b.finding), c.state, c.reason)
			if n := len(b.Requests()); c.requests >= 0 && n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			b.expectRequests(t)
		})
	}
	t.Run("dead", func(t *testing.T) { dead(t, newBench(t, is, id, a, patient)) })
	t.Run("facts", func(t *testing.T) { facts(t, newBench(t, is, id, a, patient)) })
	t.Run("redirect", func(t *testing.T) { redirect(t, newBench(t, is, id, a, patient)) })
	t.Run("retry-after", func(t *testing.T) { retryAfter(t, newBench(t, is, id, a, patient)) })
	t.Run("asked once", func(t *testing.T) { once(t, newBench(t, is, id, a, patient)) })
}

// expect checks a verdict, and that it gives nothing away.
func (b *bench) expect(t *testing.T, v sprawl.Verdict, state sprawl.State, reason string) {
	t.Helper()
	if v.State != state || !strings.HasPrefix(v.Reason, reason) {
		t.Errorf("verdict %s (%s), want %s (%s…)", v.State, v.Reason, state, reason)
	}
	if v.At.IsZero() {
		t.Error("asked, but the verdict has no time")
	}
	shown := fmt.Sprintf("%+v", v)
	for _, secret := range b.secrets {
		if strings.Contains(shown, secret) {
			t.Error("the verdict contains the credential")
		}
	}
}

// expectRequests checks that the issuer was asked as the entry says.
func (b *bench) expectRequests(t *testing.T) {
	t.Helper()
	for _, r := range b.Requests() {
		if r.Method != b.ask.Method {
			t.Errorf("asked with %s, want %s", r.Method, b.ask.Method)
		}
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Error("sent more than was needed")
		}
	}
}

func dead(t *testing.T, b *bench) {
	b.Revoke(b.secrets[0])
	b.expect(t, b.client.Ask(context.Background(), &b.finding), sprawl.Dead, "")
	if n := len(b.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func facts(t *testing.T, b *bench) {
	for _, s := range append([]verify.Source{b.ask.Scopes, b.ask.Expires}, b.ask.Account...) {
		if name, ok := strings.CutPrefix(string(s), "header:"); ok {
			value := "read, write"
			if s == b.ask.Expires {
				value = "2031-01-02 03:04:05 UTC"
			}
			b.header.Set(name, value)
		}
	}
	v := b.client.Ask(context.Background(), &b.finding)
	b.expect(t, v, sprawl.Live, "")
	if len(b.ask.Account) > 0 && v.Account == "" {
		t.Error("no account, though the entry says where it is")
	}
	if b.ask.Scopes != "" && len(v.Scopes) < 2 {
		t.Errorf("scopes %q, want two or more", v.Scopes)
	}
	if b.ask.Expires != "" && v.Expires.Year() != 2031 {
		t.Errorf("expires %v, want some day of 2031", v.Expires)
	}
}

func redirect(t *testing.T, b *bench) {
	elsewhere := NewServer(t, b.ask)
	elsewhere.Accept(b.secrets[0])
	for _, status := range []int{301, 302, 303, 307, 308} {
		b.Behave(func(w http.ResponseWriter, r *http.Request, _ bool, _ int) bool {
			http.Redirect(w, r, elsewhere.URL()+r.URL.Path, status)
			return true
		})
		f, _ := Credential(b.finding.Issuer, b.ask)
		b.expect(t, b.client.Ask(context.Background(), &f), sprawl.Unknown, "redirect")
	}
	if len(elsewhere.Requests()) > 0 {
		t.Error("a redirect was followed")
	}
}

func retryAfter(t *testing.T, b *bench) {
	b.Behave(func(w http.ResponseWriter, _ *http.Request, _ bool, n int) bool {
		if n > 1 {
			return false
		}
		w.Header().Set("Retry-After", "17")
		SayJSON(w, http.StatusTooManyRequests, `{"zq":"slow down"}`)
		return true
	})
	b.expect(t, b.client.Ask(context.Background(), &b.finding), sprawl.Live, "")
	if b.clock.Slept() < 17*time.Second {
		t.Errorf("waited %v, want 17 s or more", b.clock.Slept())
	}
}

func once(t *testing.T, b *bench) {
	for range 5 {
		b.expect(t, b.client.Ask(context.Background(), &b.finding), sprawl.Live, "")
	}
	other, texts := Credential(b.finding.Issuer, b.ask)
	b.Accept(texts[0])
	b.expect(t, b.client.Ask(context.Background(), &other), sprawl.Live, "")
	if n := len(b.Requests()); n != 3 {
		t.Errorf("%d requests for two credentials and a control, want 3", n)
	}
}
