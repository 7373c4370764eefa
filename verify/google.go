package verify

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// googleSpeaker exchanges a signed statement for a token of one hour (RFC 7523;
// Google, "Using OAuth 2.0 for Server to Server Applications"). The token may
// only read the account's own address, and is forgotten. The key never leaves.
func googleSpeaker() speaker {
	return speaker{
		issuer: "google", verb: http.MethodPost, path: "/token",
		knows: rulesOf("google-service-account"), needs: []string{"id", "email", "key"},
		aim: at("google", "oauth2.googleapis.com"), ask: askGoogle, made: madeUpRSA,
	}
}

func askGoogle(ctx context.Context, l *line) outcome {
	const audience = "https://oauth2.googleapis.com/token"
	jwt, ok := signRS256(l.part("key"), map[string]any{"alg": "RS256", "typ": "JWT", "kid": l.part("id")}, map[string]any{
		"iss": l.part("email"), "aud": audience, "scope": "https://www.googleapis.com/auth/userinfo.email",
		"iat": l.now.Unix(), "exp": l.now.Add(10 * time.Minute).Unix(),
	})
	if !ok {
		return outcome{verdict: unknown("not asked: its key can't be read")}
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {jwt}}
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	r, failed := l.send(ctx, http.MethodPost, "/token", h, form.Encode())
	if failed != nil {
		return *failed
	}
	return l.readGoogle(r).with(r)
}

func (l *line) readGoogle(r *response) outcome {
	switch {
	case r.err != nil || !r.json:
	case r.status == http.StatusOK && r.said("access_token") != "":
		out := l.live("200: access_token")
		out.verdict.Account = l.account(l.part("email"))
		return out
	case r.status == http.StatusBadRequest && r.is("error", "invalid_grant"):
		why := r.said("error_description")
		for _, gone := range []string{"Invalid JWT Signature", "account not found", "No public key"} {
			if strings.Contains(why, gone) {
				return l.dead("400: invalid_grant, " + gone)
			}
		}
		if strings.Contains(why, "disabled") {
			return l.unknown("suspended", "says that the account is disabled")
		}
	}
	return l.undeclared(r)
}

// signRS256 returns a JWT that an RSA key in PEM signed (RFC 7515).
func signRS256(key string, header, claims map[string]any) (string, bool) {
	block, _ := pem.Decode(lines(key))
	if block == nil {
		return "", false
	}
	private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		rsaKey, ok := any.(*rsa.PrivateKey)
		if err != nil || !ok {
			return "", false
		}
		private = rsaKey
	}
	head, err1 := json.Marshal(header)
	body, err2 := json.Marshal(claims)
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err3 := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	if err1 != nil || err2 != nil || err3 != nil {
		return "", false
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), true
}

// madeUpRSA gives a credential another key, which nobody has seen.
func madeUpRSA(f *sprawl.Finding) sprawl.Finding {
	made := *f
	made.Parts = slices.Clone(f.Parts)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return made
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	for i := range made.Parts {
		if made.Parts[i].Name == "key" && err == nil {
			text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
			made.Parts[i].Value = sprawl.NewSecret(text, 0)
		}
	}
	return made
}
