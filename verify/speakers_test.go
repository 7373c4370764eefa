package verify_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// made returns a finding of parts, of which those that begin with "+" are
// public.
func made(issuer, rule string, parts ...string) sprawl.Finding {
	f := sprawl.Finding{Issuer: issuer, Rule: rule, Confidence: 90}
	for i := 0; i+1 < len(parts); i += 2 {
		name, public := strings.CutPrefix(parts[i], "+")
		f.Parts = append(f.Parts, sprawl.Part{Name: name, Public: public, Value: sprawl.NewSecret([]byte(parts[i+1]), 0)})
	}
	return f
}

func rsaKey(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// claimsOf returns the claims of a JWT, if key signed it and it is of use now.
func claimsOf(jwt string, key *rsa.PrivateKey, now time.Time) map[string]any {
	words := strings.Split(jwt, ".")
	if len(words) != 3 {
		return nil
	}
	sum := sha256.Sum256([]byte(words[0] + "." + words[1]))
	signature, err1 := base64.RawURLEncoding.DecodeString(words[2])
	body, err2 := base64.RawURLEncoding.DecodeString(words[1])
	var claims map[string]any
	if err1 != nil || err2 != nil || rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature) != nil || json.Unmarshal(body, &claims) != nil {
		return nil
	}
	if end, _ := claims["exp"].(float64); int64(end) < now.Unix() || int64(end) > now.Add(time.Hour).Unix() {
		return nil
	}
	return claims
}

// A keeper is the fake of an issuer that takes no filled-in requests: it checks
// for itself what it is sent.
type keeper struct {
	issuer  string
	finding sprawl.Finding
	serve   func(w http.ResponseWriter, r *http.Request) // as the issuer would
	dead    sprawl.Finding                               // refused
	deadWhy string
	account string
	login   bool
	wrong   *sprawl.Finding // of a wrong pair: unknown
	scopes  []string
	expires bool
}

func keepers(t *testing.T) []keeper {
	return []keeper{googleKeeper(t), appKeeper(t), entraKeeper(), azureKeeper(), alibabaKeeper(), vaultKeeper(), kubeKeeper(), registryKeeper(t, true), registryKeeper(t, false)}
}

func googleKeeper(t *testing.T) keeper {
	key, text := rsaKey(t)
	_, other := rsaKey(t)
	id, email := strings.ToLower(rand.Text()), "ci@acme.iam.gserviceaccount.com"
	clock := verifytest.NewClock()
	return keeper{
		issuer: "google", account: email, deadWhy: "Invalid JWT Signature",
		finding: made("google", "google-service-account", "+id", id, "+email", email, "key", strings.ReplaceAll(text, "\n", `\n`)),
		dead:    made("google", "google-service-account", "+id", id, "+email", email, "key", other),
		serve: func(w http.ResponseWriter, r *http.Request) {
			r.ParseForm()
			claims := claimsOf(r.Form.Get("assertion"), key, clock.Now())
			if r.URL.Path != "/token" || r.Form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
				http.NotFound(w, r)
				return
			}
			if claims == nil || claims["iss"] != email || claims["aud"] != "https://oauth2.googleapis.com/token" {
				verifytest.SayJSON(w, 400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
				return
			}
			verifytest.SayJSON(w, 200, `{"access_token":"zq","expires_in":3599,"token_type":"Bearer"}`)
		},
	}
}

func appKeeper(t *testing.T) keeper {
	key, text := rsaKey(t)
	_, other := rsaKey(t)
	clock := verifytest.NewClock()
	return keeper{
		issuer: "github", account: "deployer / acme", deadWhy: "not the App's", scopes: []string{"contents:read", "issues:write"},
		finding: made("github", "github-app-private-key", "+id", "1234", "key", text),
		dead:    made("github", "github-app-private-key", "+id", "1234", "key", other),
		serve: func(w http.ResponseWriter, r *http.Request) {
			jwt, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			claims := claimsOf(jwt, key, clock.Now())
			if r.URL.Path != "/app" || claims == nil || claims["iss"] != "1234" {
				verifytest.SayJSON(w, 401, `{"message":"A JSON web token could not be decoded"}`)
				return
			}
			verifytest.SayJSON(w, 200, `{"slug":"deployer","owner":{"login":"acme"},"permissions":{"issues":"write","contents":"read"}}`)
		},
	}
}

func entraKeeper() keeper {
	secret := func() string { return "abc8" + "Q~" + rand.Text() + rand.Text()[:8] }
	right := secret()
	return keeper{
		issuer: "entra", account: "app-id / tenant-id", deadWhy: "AADSTS7000215",
		finding: made("azure", "azure-entra-secret", "+tenant", "tenant-id", "+id", "app-id", "secret", right),
		dead:    made("azure", "azure-entra-secret", "+tenant", "tenant-id", "+id", "app-id", "secret", secret()),
		serve: func(w http.ResponseWriter, r *http.Request) {
			r.ParseForm()
			switch {
			case r.URL.Path != "/tenant-id/oauth2/v2.0/token" || r.Form.Get("grant_type") != "client_credentials":
				verifytest.SayJSON(w, 400, `{"error":"invalid_request","error_codes":[90002]}`)
			case r.Form.Get("client_id") != "app-id" || r.Form.Get("client_secret") != right:
				verifytest.SayJSON(w, 401, `{"error":"invalid_client","error_codes":[7000215]}`)
			default:
				verifytest.SayJSON(w, 200, `{"token_type":"Bearer","expires_in":3599,"access_token":"zq"}`)
			}
		},
	}
}

func azureKeeper() keeper {
	secret := func() string {
		b := make([]byte, 64)
		rand.Read(b)
		return base64.StdEncoding.EncodeToString(b)
	}
	right := secret()
	return keeper{
		issuer: "azure-storage", account: "acmeprod", deadWhy: "AuthenticationFailed",
		finding: made("azure", "azure-storage-connection", "+account", "acmeprod", "key", right),
		dead:    made("azure", "azure-storage-connection", "+account", "acmeprod", "key", secret()),
		serve: func(w http.ResponseWriter, r *http.Request) {
			// Blob service, "Authorize with Shared Key": the string to sign has the
			// verb, eleven standard headers, x-ms headers by name, and the resource.
			text := r.Method + "\n"
			for _, name := range []string{"Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"} {
				text += r.Header.Get(name) + "\n"
			}
			for _, name := range []string{"x-ms-date", "x-ms-version"} {
				text += name + ":" + r.Header.Get(name) + "\n"
			}
			text += "/acmeprod" + r.URL.Path
			query := r.URL.Query()
			names := []string{}
			for name := range query {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				text += "\n" + name + ":" + query.Get(name)
			}
			key, _ := base64.StdEncoding.DecodeString(right)
			m := hmac.New(sha256.New, key)
			m.Write([]byte(text))
			w.Header().Set("Content-Type", "application/xml")
			if r.Header.Get("Authorization") != "SharedKey acmeprod:"+base64.StdEncoding.EncodeToString(m.Sum(nil)) {
				w.WriteHeader(403)
				fmt.Fprint(w, "\ufeff"+`<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>m</Message></Error>`)
				return
			}
			fmt.Fprint(w, "\ufeff"+`<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x"><Containers /></EnumerationResults>`)
		},
	}
}

func alibabaKeeper() keeper {
	id, right := "LT"+"AI"+rand.Text()[:20], rand.Text()
	pair := made("alibaba", "alibaba-secret", "+id", id, "secret", rand.Text())
	return keeper{
		issuer: "alibaba", account: "acs:ram::1:user/deploy", deadWhy: "InvalidAccessKeyId.NotFound", wrong: &pair,
		finding: made("alibaba", "alibaba-secret", "+id", id, "secret", right),
		dead:    made("alibaba", "alibaba-secret", "+id", "LT"+"AI"+rand.Text()[:20], "secret", right),
		serve: func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			given := q.Get("Signature")
			q.Del("Signature")
			// RPC style, version 1.0: every name and value escaped as RFC 3986 has it.
			var pairs []string
			for name, values := range q {
				pairs = append(pairs, rfc3986(name)+"="+rfc3986(values[0]))
			}
			slices.Sort(pairs)
			m := hmac.New(sha1.New, []byte(right+"&"))
			m.Write([]byte("GET&" + rfc3986("/") + "&" + rfc3986(strings.Join(pairs, "&"))))
			switch {
			case q.Get("AccessKeyId") != id:
				verifytest.SayJSON(w, 404, `{"Code":"InvalidAccessKeyId.NotFound"}`)
			case given != base64.StdEncoding.EncodeToString(m.Sum(nil)):
				verifytest.SayJSON(w, 400, `{"Code":"SignatureDoesNotMatch"}`)
			default:
				verifytest.SayJSON(w, 200, `{"Arn":"acs:ram::1:user/deploy","AccountId":"1"}`)
			}
		},
	}
}

func rfc3986(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func vaultKeeper() keeper {
	token := func() string { return "hv" + "s." + rand.Text() }
	right := token()
	return keeper{
		issuer: "vault", account: "token-deploy", deadWhy: "invalid token", scopes: []string{"default", "deploy"}, expires: true,
		finding: made("hashicorp", "vault-token", "token", right), dead: made("hashicorp", "vault-token", "token", token()),
		serve: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/auth/token/lookup-self" || r.Header.Get("X-Vault-Token") != right {
				verifytest.SayJSON(w, 403, `{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}`)
				return
			}
			verifytest.SayJSON(w, 200, `{"data":{"accessor":"a","display_name":"token-deploy","policies":["default","deploy"],"expire_time":"2031-01-01T00:00:00Z"}}`)
		},
	}
}

func kubeKeeper() keeper {
	right := rand.Text() + rand.Text()
	return keeper{
		issuer: "kubernetes", account: "system:serviceaccount:prod:deploy", deadWhy: "Unauthorized", scopes: []string{"system:serviceaccounts", "system:authenticated"},
		finding: made("", "kubeconfig-token", "token", right), dead: made("", "kubeconfig-token", "token", rand.Text()),
		serve: func(w http.ResponseWriter, r *http.Request) {
			var review struct{ Kind string }
			json.NewDecoder(r.Body).Decode(&review)
			if r.Method != "POST" || review.Kind != "SelfSubjectReview" || r.Header.Get("Authorization") != "Bearer "+right {
				verifytest.SayJSON(w, 401, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`)
				return
			}
			verifytest.SayJSON(w, 201, `{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1","status":{"userInfo":{"username":"system:serviceaccount:prod:deploy","groups":["system:serviceaccounts","system:authenticated"]}}}`)
		},
	}
}

// registryKeeper is a real registry, behind a door of ours that asks for a
// password, or for a token that it gives for a password.
func registryKeeper(t *testing.T, basic bool) keeper {
	t.Helper()
	behind := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	right, token := rand.Text(), rand.Text()
	auth := func(password string) string {
		return base64.StdEncoding.EncodeToString([]byte("deploy:" + password))
	}
	why := "401: no token"
	if basic {
		why = "401: UNAUTHORIZED"
	}
	return keeper{
		issuer: "registry", account: "deploy", deadWhy: why, login: true,
		finding: made("docker", "docker-auth", "auth", auth(right)), dead: made("docker", "docker-auth", "auth", auth(rand.Text())),
		serve: func(w http.ResponseWriter, r *http.Request) {
			user, password, _ := r.BasicAuth()
			known := user == "deploy" && password == right
			switch {
			case r.URL.Path == "/token" && known && r.URL.Query().Get("service") == "acme":
				verifytest.SayJSON(w, 200, `{"token":"`+token+`"}`)
			case r.URL.Path == "/token":
				verifytest.SayJSON(w, 401, `{"errors":[{"code":"UNAUTHORIZED"}]}`)
			case basic && known, !basic && r.Header.Get("Authorization") == "Bearer "+token:
				behind.ServeHTTP(w, r)
			case basic:
				w.Header().Set("WWW-Authenticate", `Basic realm="acme"`)
				verifytest.SayJSON(w, 401, `{"errors":[{"code":"UNAUTHORIZED"}]}`)
			default:
				w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+r.Host+`/token",service="acme"`)
				verifytest.SayJSON(w, 401, `{"errors":[{"code":"UNAUTHORIZED"}]}`)
			}
		},
	}
}

// open serves k by serve, and returns a client for it.
func (k *keeper) open(t *testing.T, serve http.HandlerFunc, change func(*verify.Options)) *verify.Client {
	t.Helper()
	srv := httptest.NewUnstartedServer(serve)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return logins(t, func(o *verify.Options) {
		o.Hosts, o.Roots, o.Clock = map[string]string{k.issuer: srv.URL}, x509Pool(srv), verifytest.NewClock()
		o.Attempts = anyNumber{}
		if change != nil {
			change(o)
		}
	})
}

// anyNumber lets an account be tried again, as the fakes lock nobody out.
type anyNumber struct{}

func (anyNumber) Attempt(context.Context, string, time.Time) (bool, error) { return true, nil }

// TestSpeakers holds all who sign, or ask more than once, to fakes that check
// what they are sent.
func TestSpeakers(t *testing.T) {
	for _, k := range keepers(t) {
		t.Run(k.issuer, func(t *testing.T) {
			c := k.open(t, k.serve, nil)
			v := judge(t, c, k.finding, sprawl.Live, "")
			if v.Account != k.account || !slices.Equal(v.Scopes, k.scopes) || v.Expires.IsZero() == k.expires {
				t.Errorf("account %q, scopes %q, expires %v", v.Account, v.Scopes, v.Expires)
			}
			judge(t, c, k.dead, sprawl.Dead, k.deadWhy)
			if k.wrong != nil {
				judge(t, c, *k.wrong, sprawl.Unknown, "wrong pair")
			}
			for _, p := range k.finding.Parts {
				f := k.finding
				f.Parts = slices.DeleteFunc(slices.Clone(f.Parts), func(o sprawl.Part) bool { return o.Name == p.Name })
				judge(t, c, f, sprawl.Unknown, "not asked: ")
			}
			if k.login {
				judge(t, k.open(t, k.serve, func(o *verify.Options) { o.Logins = false }), k.finding, sprawl.Unknown, "not asked: logins")
			}
		})
	}
}

// TestSpeakersDoubt wants whatever else may answer to be unknown.
func TestSpeakersDoubt(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	answers := map[string]http.HandlerFunc{
		"captive portal": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>Welcome to the hotel")
		},
		"firewall": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(403)
		},
		"forbidden": func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 403, `{"zq":1}`) },
		"other 401": func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 401, `{"zq":1}`) },
		"other":     func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 200, `{"zq":1}`) },
		"null":      func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 200, `null`) },
		"broken":    func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 500, `{"zq":1}`) },
		"too many":  func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 429, `{"zq":1}`) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"deep XML": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, strings.Repeat("<a>", 50_000))
		},
		"deep JSON": func(w http.ResponseWriter, _ *http.Request) { verifytest.SayJSON(w, 200, strings.Repeat("[", 100_000)) },
		"endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for line := []byte(strings.Repeat(" ", 4096)); r.Context().Err() == nil; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		},
		"strange challenge": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+elsewhere.URL+`/token",service="x"`)
			w.WriteHeader(401)
		},
	}
	for _, k := range keepers(t) {
		for name, answer := range answers {
			t.Run(k.issuer+"/"+name, func(t *testing.T) {
				judge(t, k.open(t, answer, nil), k.finding, sprawl.Unknown, "")
			})
		}
	}
}

// TestSpeakersControl wants an issuer that accepts anything to be believed in
// nothing.
func TestSpeakersControl(t *testing.T) {
	for _, k := range keepers(t) {
		t.Run(k.issuer, func(t *testing.T) {
			var mu sync.Mutex
			var kept *http.Request
			once := func(w http.ResponseWriter, r *http.Request) {
				// Whoever comes is taken for the one who came first.
				mu.Lock()
				defer mu.Unlock()
				switch {
				case r.Header.Get("Authorization") == "" && k.login:
				case kept == nil:
					body, _ := io.ReadAll(r.Body)
					kept = r.Clone(r.Context())
					kept.Body = nil
					kept.PostForm = nil
					kept.Header.Set("X-Body", string(body))
				}
				again := r
				if kept != nil && (r.Header.Get("Authorization") != "" || !k.login) {
					again = kept.Clone(r.Context())
					again.Body = io.NopCloser(strings.NewReader(kept.Header.Get("X-Body")))
					again.Host = r.Host
				}
				k.serve(w, again)
			}
			judge(t, k.open(t, once, nil), k.finding, sprawl.Unknown, "control: the endpoint accepts anything")
		})
	}
}

// TestSpeakersPlan wants the plan to say what is asked of whom, and nothing to
// be sent.
func TestSpeakersPlan(t *testing.T) {
	var spy spy
	c := logins(t, spy.onto("127.0.0.1:1"))
	u := &url.URL{Scheme: "postgres", User: url.UserPassword("app", rand.Text()), Host: "db.acme.io"}
	plan := c.Plan([]sprawl.Finding{
		awsFinding(awsID("AKIA"), awsSecret(), ""), login(u), login(u), login(withPassword(u, "app", rand.Text())),
		made("hashicorp", "vault-token", "token", "hv"+"s."+rand.Text()),
	})
	want := []verify.Planned{
		{Issuer: "aws", Host: "sts.amazonaws.com", Method: "POST", Path: "/?Action=GetCallerIdentity", Count: 1, Controls: 1},
		{Issuer: "postgresql", Host: "db.acme.io", Method: "LOGIN", Login: true, Count: 2, Controls: 1},
	}
	if !slices.Equal(plan, want) {
		t.Errorf("plan %+v, want %+v", plan, want)
	}
	if spy.dials > 0 {
		t.Error("the plan was carried out")
	}
}
