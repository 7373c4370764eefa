package verify_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

func resolvePublic(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{publicAddress}, nil
}

// An awsKey is what the fake STS knows.
type awsKey struct{ secret, session, answer string }

// fakeSTS answers as STS does, and checks signatures with AWS's own signer.
type fakeSTS struct {
	mu   sync.Mutex
	keys map[string]awsKey
	seen int
}

func (s *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	body, _ := io.ReadAll(r.Body)
	id, scope := credentialOf(r.Header.Get("Authorization"))
	key, known := s.keys[id]
	w.Header().Set("Content-Type", "text/xml")
	switch {
	case !known:
		refuseAWS(w, "InvalidClientTokenId")
	case key.answer == "ExpiredToken":
		refuseAWS(w, key.answer)
	case !signedBy(r, body, id, key, scope):
		refuseAWS(w, "SignatureDoesNotMatch")
	case key.answer != "":
		refuseAWS(w, key.answer)
	default:
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/deploy</Arn><UserId>%s</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`, "AIDA")
	}
}

func refuseAWS(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code)
}

// credentialOf returns the key id and the scope of an Authorization header.
func credentialOf(header string) (string, []string) {
	_, rest, _ := strings.Cut(header, "Credential=")
	rest, _, _ = strings.Cut(rest, ",")
	words := strings.Split(rest, "/")
	return words[0], words[1:]
}

// signedBy signs a request anew with the SDK, and compares.
func signedBy(r *http.Request, body []byte, id string, key awsKey, scope []string) bool {
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || len(scope) != 4 || r.Header.Get("X-Amz-Security-Token") != key.session {
		return false
	}
	again, _ := http.NewRequest(r.Method, "https://"+r.Host+r.URL.Path, bytes.NewReader(body))
	again.ContentLength = -1 // it is not among the headers that were signed
	again.Header.Set("Content-Type", r.Header.Get("Content-Type"))
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: id, SecretAccessKey: key.secret, SessionToken: key.session}
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), scope[2], scope[1], at); err != nil {
		return false
	}
	return again.Header.Get("Authorization") == r.Header.Get("Authorization")
}

func awsFinding(id, secret, session string) sprawl.Finding {
	f := sprawl.Finding{Rule: "aws-secret-access-key", Issuer: "aws", Confidence: 90, Parts: []sprawl.Part{
		{Name: "id", Public: true, Value: sprawl.NewSecret([]byte(id), 4)}, {Name: "secret", Value: sprawl.NewSecret([]byte(secret), 0)},
	}}
	if session != "" {
		f.Parts = append(f.Parts, sprawl.Part{Name: "token", Value: sprawl.NewSecret([]byte(session), 0)})
	}
	return f
}

func awsID(prefix string) string {
	var b [10]byte
	rand.Read(b[:])
	return prefix + base32.StdEncoding.EncodeToString(b[:])
}

func awsSecret() string { return rand.Text() + "/+" + rand.Text()[:12] }

func TestAWS(t *testing.T) {
	sts := &fakeSTS{keys: map[string]awsKey{}}
	srv := httptest.NewTLSServer(sts)
	defer srv.Close()
	roots := x509Pool(srv)
	add := func(prefix string, k awsKey) string {
		id := awsID(prefix)
		sts.mu.Lock()
		defer sts.mu.Unlock()
		sts.keys[id] = k
		return id
	}
	secret, session := awsSecret(), "IQ"+rand.Text()
	for name, c := range map[string]struct {
		f      sprawl.Finding
		state  sprawl.State
		reason string
	}{
		"live":            {awsFinding(add("AKIA", awsKey{secret: secret}), secret, ""), sprawl.Live, "Arn"},
		"denied is live":  {awsFinding(add("AKIA", awsKey{secret: secret, answer: "AccessDenied"}), secret, ""), sprawl.Live, "AccessDenied"},
		"temporary":       {awsFinding(add("ASIA", awsKey{secret: secret, session: session}), secret, session), sprawl.Live, "Arn"},
		"gone":            {awsFinding(awsID("AKIA"), secret, ""), sprawl.Dead, "InvalidClientTokenId"},
		"expired session": {awsFinding(add("ASIA", awsKey{secret: secret, session: session, answer: "ExpiredToken"}), secret, session), sprawl.Dead, "ExpiredToken"},
		"wrong pair":      {awsFinding(add("AKIA", awsKey{secret: awsSecret()}), secret, ""), sprawl.Unknown, "wrong pair"},
		"throttled":       {awsFinding(add("AKIA", awsKey{secret: secret, answer: "Throttling"}), secret, ""), sprawl.Unknown, "403"},
		"half":            {awsFinding(add("ASIA", awsKey{secret: secret}), secret, ""), sprawl.Unknown, "not asked: its session token is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := builtIn(t).NewClient(verify.Options{Hosts: map[string]string{"aws": srv.URL}, Roots: roots, Clock: verifytest.NewClock()})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			v := judge(t, client, c.f, c.state, c.reason)
			if v.State == sprawl.Live && name != "denied is live" && v.Account != "arn:aws:iam::123456789012:user/deploy" {
				t.Errorf("account %q", v.Account)
			}
		})
	}
}

// TestAWSCanary wants a key of an account that is watched to be sent nowhere.
func TestAWSCanary(t *testing.T) {
	var spy spy
	client := logins(t, spy.onto("127.0.0.1:1"))
	f := awsFinding(awsID("AKIA"), awsSecret(), "")
	f.Facts = []sprawl.Fact{{Name: sprawl.FactAccount, Value: "210987654321"}, {Name: sprawl.FactClass, Value: "canary"}}
	judge(t, client, f, sprawl.Unknown, "canary")
	if spy.dials > 0 || len(client.Plan([]sprawl.Finding{f})) > 0 {
		t.Error("a canary was asked about")
	}
}
