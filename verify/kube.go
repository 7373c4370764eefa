package verify

import (
	"context"
	"net/http"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// kubeSpeaker has a token ask who it is (Kubernetes API, SelfSubjectReview),
// which creates nothing, at the API server that the operator names.
func kubeSpeaker() speaker {
	return speaker{
		issuer: "kubernetes", verb: http.MethodPost, path: kubePath,
		knows: func(f *sprawl.Finding) bool {
			return f.Rule == "kubeconfig-token" ||
				f.Rule == "jwt" && strings.HasPrefix(f.Fact(sprawl.FactSubject), "system:serviceaccount:")
		},
		needs: []string{"token"}, aim: only("kubernetes"), ask: askKube,
	}
}

const kubePath = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

func askKube(ctx context.Context, l *line) outcome {
	if !printable(l.part("token")) {
		return outcome{verdict: unknown("not asked: a part can't be written in a header")}
	}
	h := http.Header{"Authorization": {"Bearer " + l.part("token")}, "Content-Type": {"application/json"}, "Accept": {"application/json"}}
	body := `{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`
	r, failed := l.send(ctx, http.MethodPost, kubePath, h, body)
	if failed != nil {
		return *failed
	}
	return l.readKube(r).with(r)
}

func (l *line) readKube(r *response) outcome {
	name := r.said("status.userInfo.username")
	switch {
	case r.err != nil || !r.json:
	case r.status == http.StatusUnauthorized && r.is("reason", "Unauthorized"):
		return l.dead("401: Unauthorized")
	case r.status/100 == 2 && r.is("kind", "SelfSubjectReview") && name == "system:anonymous":
		return l.unknown("no evidence", "takes it for nobody's")
	case r.status/100 == 2 && r.is("kind", "SelfSubjectReview") && name != "":
		out := l.live("status.userInfo.username")
		out.verdict.Account = l.account(name)
		out.verdict.Scopes = usable(Source("status.userInfo.groups").texts(r), l.finding)
		return out
	}
	return l.undeclared(r)
}
