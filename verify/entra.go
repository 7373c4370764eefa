package verify

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// entraSpeaker asks for a token in the name of an application (Microsoft
// identity platform, "OAuth 2.0 client credentials flow"), and forgets it.
func entraSpeaker() speaker {
	return speaker{
		issuer: "entra", verb: http.MethodPost, path: "/{tenant}/oauth2/v2.0/token",
		knows: rulesOf("azure-entra-secret"), needs: []string{"tenant", "id", "secret"},
		aim: at("entra", "login.microsoftonline.com"), ask: askEntra, made: madeUpEntra,
	}
}

func askEntra(ctx context.Context, l *line) outcome {
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"},
		"client_id": {l.part("id")}, "client_secret": {l.part("secret")},
	}
	tenant := l.part("tenant")
	if tenant == "." || tenant == ".." {
		return outcome{verdict: unknown("not asked: a part would change the path")}
	}
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	r, failed := l.send(ctx, http.MethodPost, "/"+url.PathEscape(tenant)+"/oauth2/v2.0/token", h, form.Encode())
	if failed != nil {
		return *failed
	}
	return l.readEntra(r).with(r)
}

// readEntra judges by the code of the error (Microsoft Entra, "Authentication
// and authorization error codes").
func (l *line) readEntra(r *response) outcome {
	if r.err != nil || !r.json {
		return l.undeclared(r)
	}
	if r.status == http.StatusOK && r.said("access_token") != "" {
		out := l.live("200: access_token")
		out.verdict.Account = l.account(l.part("id"), l.part("tenant"))
		return out
	}
	if r.status != http.StatusBadRequest && r.status != http.StatusUnauthorized {
		return l.undeclared(r)
	}
	list, _ := lookup(r.body, "error_codes")
	var codes []string
	all, _ := list.([]any)
	for _, c := range all {
		text, _ := scalarText(c)
		codes = append(codes, text)
	}
	for _, known := range []struct {
		code, why string
		state     sprawl.State
	}{
		{"53003", "AADSTS53003, a policy of access, which is applied after the secret", sprawl.Live},
		{"7000215", "AADSTS7000215, invalid client secret", sprawl.Dead},
		{"7000222", "AADSTS7000222, the secret has expired", sprawl.Dead},
		{"700016", "AADSTS700016, the application is not in the tenant", sprawl.Dead},
		{"90002", "AADSTS90002, the tenant is not found", sprawl.Dead},
		{"7000112", "AADSTS7000112, the application is disabled", sprawl.Unknown},
	} {
		switch {
		case !slices.Contains(codes, known.code):
		case known.state == sprawl.Live:
			return l.live(known.why)
		case known.state == sprawl.Dead:
			return l.dead(known.why)
		default:
			return l.unknown("suspended", known.why)
		}
	}
	return l.undeclared(r)
}

// madeUpEntra makes a secret up that keeps what says that it is one.
func madeUpEntra(f *sprawl.Finding) sprawl.Finding {
	keep := "8Q~"
	if secret, _ := f.Part("secret"); !strings.Contains(secret.Reveal(), keep) {
		keep = "7Q~"
	}
	return MadeUp(f, []string{keep})
}
