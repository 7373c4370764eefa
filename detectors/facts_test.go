package detectors

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// scanned returns the facts of the one finding of a rule in text.
func scanned(t *testing.T, sc *Scanner, rule, text string) map[string]string {
	t.Helper()
	facts := map[string]string{}
	found := false
	for _, f := range scanText(sc, text) {
		if f.Rule != rule {
			continue
		}
		found = true
		for _, x := range f.Facts {
			facts[x.Name] = x.Value
		}
	}
	if !found {
		t.Errorf("%s: not found in %.120q", rule, text)
	}
	return facts
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// unsigned returns a JWT with the given claims.
func unsigned(claims string) string {
	return rawURL([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + rawURL([]byte(claims)) + "." + rawURL([]byte(strings.Repeat("signature", 4)))
}

// TestFacts makes values that say something of themselves, and wants it told.
// What follows "!" must not be told.
func TestFacts(t *testing.T) {
	sc := builtinSet(t).NewScanner()
	rnd := rand.New(rand.NewPCG(7, 7))
	random := func(set string, n int) string { return string(lively(rnd, alphabets[set], n)) }
	// The vector of the AWS account 123456789012 in an id: the number, shifted
	// left by seven bits, in base32.
	exampleID := "AKIA" + "RZPUZDIK" + "AAAAAAAA"
	for _, c := range []struct{ rule, text, want string }{
		{"jwt", "t=" + unsigned(`{"iss":"https://login.internal","sub":"deploy","aud":["api","web"],"exp":1800000000,"iat":1700000000,"scope":"read write","tid":"t-1"}`),
			"issued by=https://login.internal|subject=deploy|audience=api web|expires=2027-01-15T08:00:00Z|issued=2023-11-14T22:13:20Z|scopes=read write|tenant=t-1"},
		{"jwt", "t=" + unsigned(`{"iss":"supabase","ref":"abcdefgh","role":"anon"}`), "class=publishable|project=abcdefgh|scopes=anon"},
		{"jwt", "t=" + unsigned("{\"sub\":\"a\\u001b[31mb\",\"exp\":5}"), "subject=|expires="},
		{"aws-presigned-url", "https://b.s3.amazonaws.com/k?X-Amz-Credential=" + exampleID + "%2F20260102%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-Signature=" + random("hex", 64),
			"account=123456789012|class=example|region=eu-west-1|host=b.s3.amazonaws.com|issued=2026-01-02T03:04:05Z|expires=2026-01-02T04:04:05Z"},
		{"azure-sas", "?sv=2024-11-04&sp=rl&st=2026-01-01&se=2030-02-03T04:05:06Z&sig=" + random("base62", 43) + "%3D", "scopes=rl|issued=2026-01-01T00:00:00Z|expires=2030-02-03T04:05:06Z"},
		{"database-uri", "postgres://app:" + random("base62", 20) + "@db.internal:5432/orders", "host=db.internal:5432|database=orders"},
		{"stripe-secret-key", "k=" + "sk_" + "test_" + random("base62", 24), "mode=test|class=test"},
		{"stripe-secret-key", "k=" + "sk_" + "live_" + random("base62", 24), "mode=live|class="},
		{"easypost-key", "k=EZ" + "TK" + random("base62", 54), "mode=test|class=test"},
		{"posthog-project-key", "k=ph" + "c_" + random("base62", 43), "class=publishable"},
		{"sentry-org-token", "t=sntrys" + "_" + b64(`{"iat":1700000000.5,"url":"https://sentry.internal","org":"acme","pad":"`+random("base62", 20)+`"}`) + "_" + random("base62", 43),
			"tenant=acme|host=sentry.internal|issued=2023-11-14T22:13:20Z"},
		{"sentry-dsn", "https://" + random("hex", 32) + "@o4711.ingest.sentry.io/42", "tenant=4711|project=42|host=o4711.ingest.sentry.io|class=publishable"},
		{"snyk-scoped-token", "snyk" + "_uat." + random("hex", 8) + "." + rawURL([]byte(`{"e":1800000000,"h":"api.snyk.internal"}`)) + "." + random("base62", 86), "host=api.snyk.internal|expires=2027-01-15T08:00:00Z"},
		{"slack-webhook", "https://hooks.slack.com/services/" + "T0AAAB1CD/B0AAAB1CE/" + random("base62", 24), "tenant="},
		{"telegram-bot-token", "bot " + "123456789" + ":AA" + random("base64url", 33), "account="},
		{"salesforce-access-token", "k=" + "00D" + "A00000000001" + "!" + random("base62", 96), "tenant="},
		{"google-user-credentials", fmt.Sprintf(`{"client_id": "123456789012-%s.apps.googleusercontent.com", "client_secret": "d-%s", "refresh_token": "1//0%s"}`, random("alnum", 32), random("base62", 22), random("base64url", 99)), "project=123456789012"},
		{"discord-webhook", "https://discord.com/api/webhooks/" + "1103513303515003286/" + random("base64url", 68), "account=|issued=2023-05-04T02:47:53Z"},
		{"certificate", string(expand(t, "<pem:CERT>", 3)), "issued=2025-01-01T00:00:00Z|expires=2027-01-01T00:00:00Z"},
	} {
		got := scanned(t, sc, c.rule, c.text)
		for pair := range strings.SplitSeq(c.want, "|") {
			name, value, _ := strings.Cut(pair, "=")
			if got[name] != value {
				t.Errorf("%s: %s is %q, want %q", c.rule, name, got[name], value)
			}
		}
	}
}

// TestFactsOfPairs wants what the key id tells to be told of the pair.
func TestFactsOfPairs(t *testing.T) {
	sc := builtinSet(t).NewScanner()
	text := string(expand(t, "aws_access_key_id = <awsid:AKIA>\naws_secret_access_key = <base64:40>\n", 5))
	facts := scanned(t, sc, "aws-secret-access-key", text)
	if len(facts[sprawl.FactAccount]) != 12 {
		t.Errorf("the account is %q", facts[sprawl.FactAccount])
	}
}

// TestNewChecks holds the checks of inner structure to values that are right,
// and to the same with one thing changed.
func TestNewChecks(t *testing.T) {
	for seed := range uint64(50) {
		for name, template := range map[string]string{"digits-colon": "<dcpat>", "elastic-api-key": "<esapikey>", "base58check": "<xprv>"} {
			value := expand(t, template, seed)
			if !checks[name].OK(value) {
				t.Fatalf("%s refuses %s", name, template)
			}
			b, _ := base64.StdEncoding.DecodeString(string(value))
			for i := range b {
				if b[i] == ':' {
					b[i] = '.'
				}
			}
			bad := []byte(base64.StdEncoding.EncodeToString(b))
			if name == "base58check" {
				bad = append(value[:50:50], value[51:]...)
			}
			if checks[name].OK(bad) {
				t.Fatalf("%s takes what is wrong", name)
			}
		}
	}
}

func FuzzFacts(f *testing.F) {
	f.Add([]byte("eyJ.eyJ."), []byte("x"))
	f.Add([]byte("sntrys_e30_"), []byte("o1.sentry.io"))
	all := tellers()
	f.Fuzz(func(t *testing.T, value, other []byte) {
		for name, tell := range all {
			facts := tell(func(part string) []byte {
				if part == "" {
					return value
				}
				return other
			})
			for _, x := range facts {
				if len(x.Value) > 200 || strings.ContainsAny(x.Value, "\x00\x1b\n\r\x7f") {
					t.Errorf("%s tells %q", name, x.Value)
				}
			}
		}
	})
}
