package verify

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// vaultSpeaker has a token look itself up (Vault HTTP API, "Lookup a token
// (self)"), at the Vault that the operator names: a token does not tell whose
// it is. A token that may be used a number of times is used once.
func vaultSpeaker() speaker {
	return speaker{
		issuer: "vault", verb: http.MethodGet, path: "/v1/auth/token/lookup-self",
		knows: rulesOf("vault-token", "vault-token-legacy"), needs: []string{"token"},
		aim: only("vault"), ask: askVault,
	}
}

// only returns a function that aims where the operator says, and nowhere else.
func only(issuer string) func(*Client, *sprawl.Finding) (*url.URL, string) {
	return func(c *Client, _ *sprawl.Finding) (*url.URL, string) {
		if u := c.bases[issuer]; u != nil {
			return u, ""
		}
		return nil, "which server it is for is not known; give --issuer-host " + issuer + "=URL"
	}
}

func askVault(ctx context.Context, l *line) outcome {
	if !printable(l.part("token")) {
		return outcome{verdict: unknown("not asked: a part can't be written in a header")}
	}
	h := http.Header{"X-Vault-Token": {l.part("token")}, "X-Vault-Request": {"true"}}
	r, failed := l.send(ctx, http.MethodGet, "/v1/auth/token/lookup-self", h, "")
	if failed != nil {
		return *failed
	}
	return l.readVault(r).with(r)
}

func (l *line) readVault(r *response) outcome {
	if r.err != nil || !r.json {
		return l.undeclared(r)
	}
	if r.status == http.StatusOK && r.said("data.accessor") != "" {
		out := l.live("200: data.accessor")
		out.verdict.Account = l.account(r.said("data.display_name"))
		out.verdict.Scopes = usable(Source("data.policies").texts(r), l.finding)
		out.verdict.Expires = parseTime(r.said("data.expire_time"))
		return out
	}
	why := r.said("errors.0")
	switch {
	case r.status != http.StatusForbidden:
	case strings.Contains(why, "invalid token"), strings.Contains(why, "bad token"):
		return l.dead("403: invalid token")
	case strings.Contains(why, "permission denied") && l.control:
		return l.dead("403: permission denied")
	case strings.Contains(why, "permission denied"):
		return l.unknown("403", "denies what tokens without the default policy may not do either")
	}
	return l.undeclared(r)
}
