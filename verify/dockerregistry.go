package verify

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// registrySpeaker logs in to a container registry (OCI Distribution
// Specification; Docker Registry, "Token Authentication"), at the one that the
// operator names, where the password's own text does not.
func registrySpeaker() speaker {
	return speaker{
		issuer: "registry", verb: "LOGIN", path: "/v2/", login: true,
		knows: rulesOf("docker-auth"), needs: []string{"auth"},
		aim: aimRegistry, ask: askRegistry, made: madeUpBasic,
	}
}

func aimRegistry(c *Client, f *sprawl.Finding) (*url.URL, string) {
	host, ok := f.Part("host")
	if u := c.bases["registry"]; u != nil || !ok {
		return only("registry")(c, f)
	}
	name := strings.ToLower(host.Reveal())
	if !validHost(name) || reservedName(name) {
		return nil, "its host can't be asked"
	}
	return &url.URL{Scheme: "https", Host: name}, ""
}

func askRegistry(ctx context.Context, l *line) outcome {
	r, failed := l.send(ctx, http.MethodGet, "/v2/", nil, "")
	if failed != nil {
		return *failed
	}
	challenge := r.header.Get("WWW-Authenticate")
	scheme, rest, _ := strings.Cut(challenge, " ")
	switch {
	case r.status == http.StatusOK:
		return l.unknown("no evidence", "lets anybody in").with(r)
	case r.status != http.StatusUnauthorized:
		return l.undeclared(r)
	case strings.EqualFold(scheme, "basic"):
		return l.registryBasic(ctx)
	case strings.EqualFold(scheme, "bearer"):
		return l.registryToken(ctx, challengeOf(rest))
	}
	return l.unknown("malformed", "")
}

// registryBasic asks the same again, with the password.
func (l *line) registryBasic(ctx context.Context) outcome {
	r, failed := l.send(ctx, http.MethodGet, "/v2/", http.Header{"Authorization": {"Basic " + l.part("auth")}}, "")
	switch {
	case failed != nil:
		return *failed
	case r.status == http.StatusOK && !r.html && r.err == nil:
		return l.registryLive("200: the door that was closed").with(r)
	case r.status == http.StatusUnauthorized && !r.html:
		return l.dead("401: UNAUTHORIZED").with(r)
	}
	return l.undeclared(r)
}

// registryToken asks for a token where the registry says, as long as that is
// itself.
func (l *line) registryToken(ctx context.Context, challenge map[string]string) outcome {
	realm, err := url.Parse(challenge["realm"])
	if err != nil || realm.Scheme != l.base.Scheme || realm.Host != l.base.Host {
		return l.unknown("not asked", "wants the password sent to another host")
	}
	query := url.Values{"service": {challenge["service"]}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base.Scheme+"://"+l.base.Host+realm.EscapedPath()+"?"+query.Encode(), nil)
	if err != nil || req.URL.Host != l.base.Host {
		return l.unknown("malformed", "")
	}
	req.Header = http.Header{"Authorization": {"Basic " + l.part("auth")}, "User-Agent": {l.c.o.UserAgent}}
	r, failed := l.exchange(ctx, req)
	switch {
	case failed != nil:
		return *failed
	case r.status == http.StatusOK && r.err == nil && r.said("token")+r.said("access_token") != "":
		return l.registryLive("200: token").with(r)
	case r.status == http.StatusUnauthorized && !r.html:
		return l.dead("401: no token").with(r)
	}
	return l.undeclared(r)
}

func (l *line) registryLive(why string) outcome {
	out := l.live(why)
	if plain, err := base64.StdEncoding.DecodeString(l.part("auth")); err == nil {
		user, _, _ := strings.Cut(string(plain), ":")
		out.verdict.Account = l.account(user)
	}
	return out
}

// challengeOf reads the parameters of a challenge (RFC 9110, section 11.2).
func challengeOf(text string) map[string]string {
	all := map[string]string{}
	for len(text) > 0 && len(all) < 10 {
		name, rest, ok := strings.Cut(text, `="`)
		value, after, closed := strings.Cut(rest, `"`)
		if !ok || !closed {
			break
		}
		all[strings.ToLower(strings.Trim(name, ", "))] = value
		text = after
	}
	return all
}

// madeUpBasic makes up a name and a password.
func madeUpBasic(f *sprawl.Finding) sprawl.Finding {
	made := strangersLogin(f)
	plain := "sprawl-" + string(randomText(10)) + ":" + string(randomText(20))
	for i := range made.Parts {
		if made.Parts[i].Name == "auth" {
			made.Parts[i].Value = sprawl.NewSecret([]byte(base64.StdEncoding.EncodeToString([]byte(plain))), 0)
		}
	}
	return made
}

func randomText(n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = pick("abcdefghijklmnopqrstuvwxyz")
	}
	return text
}
