package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl/internal/fake"
)

// TestForge reads a GitLab whose variables hold a key for production, a copy of
// it for staging, and a third in the history of a repository that it lists.
func TestForge(t *testing.T) {
	key := newSecret(t, "sk_live_<alnum:99>")
	repo := gitRepository(t)
	if err := os.WriteFile(filepath.Join(repo, "config.py"), []byte("STRIPE = '"+key+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gitIn(t, repo, "add", ".")
	gitIn(t, repo, "commit", "-qm", "configure")
	gitIn(t, repo, "rm", "-q", "config.py")
	gitIn(t, repo, "commit", "-qm", "remove it again")

	const token = "for-tests-only"
	g := fake.NewGitLab(t, token)
	g.Groups = []*fake.Group{{ID: 1, Path: "acme", Visibility: "private"}}
	p := &fake.Project{ID: 2, Path: "acme/shop", Visibility: "public", Clone: "file://" + repo}
	p.Variables = []fake.Variable{
		{Key: "STRIPE_KEY", Value: key, Scope: "production", Protected: true},
		{Key: "STRIPE_KEY", Value: key, Scope: "staging"},
		{Key: "OTHER", Hidden: true, Scope: "*"},
	}
	g.Projects = []*fake.Project{p}

	var out, errs bytes.Buffer
	env := environment(keyVariable(), "GITLAB_TOKEN="+token, "GITLAB_HOST="+g.URL)
	code := run(t.Context(), []string{"scan", "--format", "json", "gitlab://acme"}, console{nil, &out, &errs, env})
	got, err := parseReport(out.String())
	if err != nil || code != exitFound {
		t.Fatalf("exit %d, %v: %s", code, err, errs.String())
	}
	if len(got.credentials) != 1 || len(got.credentials[0].Locations) != 3 {
		t.Fatalf("want one credential in three places:\n%s", out.String())
	}
	for _, want := range []string{`"env"`, `"exposure"`, "variables/production/STRIPE_KEY", "variables/staging/STRIPE_KEY", "git+file://" + repo, `"removed":"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report has no %s:\n%s", want, out.String())
		}
	}
	if len(got.gaps) != 1 || got.gaps[0].What != "variables/*/OTHER" {
		t.Errorf("gaps %v: want the hidden variable", got.gaps)
	}
	if len(got.exposures) != 1 || got.exposures[0].Kind != "unprotected" {
		t.Errorf("exposures %v: want the hidden variable that every branch can read", got.exposures)
	}
	if all := out.String() + errs.String(); strings.Contains(all, token) || strings.Contains(all, key) {
		t.Error("a secret was printed")
	}
}
