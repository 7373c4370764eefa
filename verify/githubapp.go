package verify

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"
)

// githubAppSpeaker asks which App a key belongs to (GitHub REST API, "Get the
// authenticated app"), by a statement that the key signs. The key never leaves.
func githubAppSpeaker() speaker {
	return speaker{
		issuer: "github", verb: http.MethodGet, path: "/app",
		knows: rulesOf("github-app-private-key"), needs: []string{"id", "key"},
		aim: at("github", "api.github.com"), ask: askGitHubApp, made: madeUpRSA,
	}
}

func askGitHubApp(ctx context.Context, l *line) outcome {
	jwt, ok := signRS256(l.part("key"), map[string]any{"alg": "RS256", "typ": "JWT"}, map[string]any{
		"iss": l.part("id"), "iat": l.now.Add(-time.Minute).Unix(), "exp": l.now.Add(5 * time.Minute).Unix(),
	})
	if !ok {
		return outcome{verdict: unknown("not asked: its key can't be read")}
	}
	h := http.Header{"Authorization": {"Bearer " + jwt}, "Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}}
	r, failed := l.send(ctx, http.MethodGet, "/app", h, "")
	if failed != nil {
		return *failed
	}
	return l.readGitHubApp(r).with(r)
}

func (l *line) readGitHubApp(r *response) outcome {
	switch {
	case r.err != nil || !r.json:
	case r.status == http.StatusOK && r.said("slug") != "":
		out := l.live("200: slug")
		out.verdict.Account = l.account(r.said("slug"), r.said("owner.login"))
		permissions, _ := lookup(r.body, "permissions")
		if m, ok := permissions.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(m)) {
				level, _ := scalarText(m[name])
				out.verdict.Scopes = append(out.verdict.Scopes, usable([]string{name + ":" + level}, l.finding)...)
			}
		}
		return out
	case r.status == http.StatusUnauthorized && r.is("message", "A JSON web token could not be decoded", "Bad credentials"):
		return l.dead("401: the key is not the App's")
	case r.status == http.StatusNotFound && r.is("message", "Integration not found"):
		return l.dead("404: Integration not found")
	}
	return l.undeclared(r)
}
