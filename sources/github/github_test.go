package github_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/github"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

const tokenOfTests = "for-tests"

// clock stands still, at the time of the tests.
type clock struct{}

var today = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

func (clock) Now() time.Time                                   { return today }
func (clock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func open(t testing.TB, g *fake.GitHub, target string) *github.GitHub {
	t.Helper()
	env := map[string]string{"GITHUB_TOKEN": tokenOfTests, "GITHUB_API_URL": g.URL}
	s, err := github.Open(t.Context(), sprawl.Target(target), github.Options{Getenv: func(name string) string { return env[name] }, Clock: clock{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func acme(t testing.TB) *fake.GitHub { return fake.NewGitHub(t, "acme", tokenOfTests) }

func TestVariablesAsASource(t *testing.T) {
	sourcetest.Suite{Named: true, Max: 48_000, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		g := acme(t)
		r := g.Repo("api", "private")
		for name, value := range files {
			r.Variables = append(r.Variables, fake.GitHubVariable{Name: name, Value: string(value)})
		}
		return open(t, g, "github://acme/api?include=variables")
	}}.Run(t)
}

// read returns the objects by target and path.
func read(t *testing.T, s *github.GitHub) (byPath map[string]sourcetest.Object, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	byPath = map[string]sourcetest.Object{}
	for _, o := range objects {
		if o.At.Kind != sprawl.KindName {
			byPath[strings.TrimPrefix(string(o.At.Target), string(s.Target()))+" "+o.At.Path] = o
		}
	}
	return byPath, gaps
}

func zipped(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEverySurface(t *testing.T) {
	g := acme(t)
	g.Variables = []fake.GitHubVariable{{Name: "ORG", Value: "o", Visibility: "all", Updated: today}}
	g.Gists = []fake.GitHubGist{{ID: "g1", Public: true, Files: map[string]map[string]any{"a.sh": {"content": "echo", "size": 4}}}}
	r := g.Repo("api", "internal")
	r.Talks = true
	r.Variables = []fake.GitHubVariable{{Name: "REPO", Value: "r"}}
	r.Environments = []fake.GitHubEnvironment{
		{Name: "production", Rules: []map[string]any{{"type": "required_reviewers"}}, Variables: []fake.GitHubVariable{{Name: "DB", Value: "p"}}},
		{Name: "staging", Variables: []fake.GitHubVariable{{Name: "DB", Value: "s"}}},
	}
	r.Issues = []fake.GitHubThread{{Number: 1, Title: "Broken", Body: "see log"}}
	r.Comments = []fake.GitHubText{{ID: 10, Body: "a comment"}}
	r.Pulls = []fake.GitHubThread{{Number: 2, Title: "Mend", Body: "mends", Reviews: []fake.GitHubText{{ID: 20, Body: "well done"}}}}
	r.LineComments = []fake.GitHubText{{ID: 30, Body: "this line"}}
	r.Discussions = []fake.GitHubDiscussion{{Number: 3, Title: "Idea", Body: "first", Comments: []string{"said"}}, {Number: 4, Title: "Two", Body: "second"}}
	r.Releases = []fake.GitHubRelease{{Tag: "v1", Body: "notes", Assets: []fake.GitHubRun{{ID: 40, Name: "app.txt", Content: []byte("binary")}}}}
	r.Runs = []fake.GitHubRun{{ID: 50, Name: "build", Content: zipped(t, "1_build.txt", "building")}, {ID: 51, Name: "old"}}
	r.Artifacts = []fake.GitHubRun{{ID: 60, Name: "out", Content: zipped(t, "out.txt", "built")}, {ID: 61, Expired: true}}

	s := open(t, g, "github://acme")
	got, gaps := read(t, s)
	want := []string{
		" gists/g1/a.sh", " variables/ORG",
		"/api actions/artifacts/60/out.zip", "/api actions/artifacts/60/out.zip!out.txt", "/api actions/runs/50/logs.zip", "/api actions/runs/50/logs.zip!1_build.txt",
		"/api discussions/3", "/api discussions/4", "/api environments/production/variables/DB", "/api environments/staging/variables/DB",
		"/api issues/1", "/api issues/2", "/api issues/comments/10", "/api pulls/2/reviews/20", "/api pulls/comments/30",
		"/api releases/v1", "/api releases/v1/app.txt", "/api variables/REPO",
	}
	var have []string
	for path := range got {
		have = append(have, path)
	}
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	db := got["/api environments/production/variables/DB"]
	if diff := cmp.Diff(map[string]string{
		"environment": "production", "protected": "true", "custody": "ci-store", "scope": "environment",
		"visibility": "internal", "unit": "acme/api", "tenant": g.Host + "/acme", "owner-type": "organisation",
	}, db.At.Says); diff != "" || db.At.Key != "DB" || string(db.Data) != "DB=p\n" {
		t.Errorf("%q, said (-want +got):\n%s", db.Data, diff)
	}
	if text := string(got["/api discussions/3"].Data); !strings.Contains(text, "said") {
		t.Errorf("discussion %q", text)
	}
	if len(g.Leaked) > 0 {
		t.Error("the storage was sent the token")
	}
}

func TestSecretsTellBreadthAndAge(t *testing.T) {
	g := acme(t)
	old := today.AddDate(-2, 0, 0)
	g.Secrets = []fake.GitHubSecret{{Name: "WIDE", Visibility: "all", Updated: today}, {Name: "FEW", Visibility: "selected", Updated: old}}
	r := g.Repo("api", "private")
	r.Secrets = []fake.GitHubSecret{{Name: "FRESH", Updated: today}}
	r.Environments = []fake.GitHubEnvironment{
		{Name: "open", Secrets: []fake.GitHubSecret{{Name: "S", Updated: today}}},
		{Name: "shut", Rules: []map[string]any{{"type": "required_reviewers"}}, Secrets: []fake.GitHubSecret{{Name: "S", Updated: today}}},
	}
	s := open(t, g, "github://acme?include=secrets,environments")
	_, gaps := read(t, s)
	var told []string
	for _, e := range s.Exposures() {
		told = append(told, e.Kind+" "+e.At.Path)
	}
	slices.Sort(told)
	if want := []string{"breadth secrets/WIDE", "unprotected environments/open", "unrotated secrets/FEW"}; !slices.Equal(told, want) {
		t.Errorf("exposures %v, want %v", told, want)
	}
	if len(gaps) != 4 || !strings.Contains(gaps[0].Why, "WIDE") {
		t.Errorf("gaps %v: want one for each place whose secrets are hidden", gaps)
	}
}

func TestMissingPermission(t *testing.T) {
	g := acme(t)
	g.Refuses["actions/variables"] = 403
	r := g.Repo("api", "private")
	r.Issues = []fake.GitHubThread{{Number: 1, Title: "still", Body: "read"}}
	got, gaps := read(t, open(t, g, "github://acme/api?include=variables,issues"))
	if len(got) != 1 || len(gaps) != 1 || !strings.Contains(gaps[0].Why, "needs the permission Variables: read") {
		t.Errorf("shown %v, gaps %v", got, gaps)
	}
}

// TestRequests counts: a hundred things to a page, one request for each surface
// of a repository that has nothing.
func TestRequests(t *testing.T) {
	g := acme(t)
	for i := range 230 {
		r := g.Repo(fmt.Sprint("r", i), "private")
		r.Variables = []fake.GitHubVariable{{Name: "V", Value: fmt.Sprint(i)}}
	}
	got, gaps := read(t, open(t, g, "github://acme?include=variables"))
	if len(got) != 230 || len(gaps) > 0 {
		t.Errorf("%d variables, gaps %v", len(got), gaps)
	}
	// Who the owner is, three pages of repositories, the organisation's
	// variables, and those of each repository.
	if n := len(g.Requests()); n != 1+3+1+230 {
		t.Errorf("%d requests, such as %v", n, g.Requests()[:8])
	}
}

func TestTargets(t *testing.T) {
	g := acme(t)
	g.Repo("api", "public").Wiki = true
	var got []string
	err := open(t, g, "github://acme?include=code,wikis").Targets(t.Context(), func(target sprawl.Target, says map[string]string) error {
		got = append(got, string(target)+" "+says["visibility"])
		return nil
	})
	want := []string{"git+https://git.acme.test/acme/api.git public", "git+https://git.acme.test/acme/api.wiki.git public"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestReread(t *testing.T) {
	g := acme(t)
	r := g.Repo("api", "private")
	r.Variables = []fake.GitHubVariable{{Name: "K", Value: "one"}}
	s := open(t, g, "github://acme/api?include=variables")
	got, _ := read(t, s)
	at := got[" variables/K"].At
	again := func() (text string, err error) {
		err = s.Reread(t.Context(), &at, func(data []byte) error { text = string(data); return nil })
		return text, err
	}
	if text, err := again(); err != nil || text != "K=one\n" {
		t.Errorf("%q, %v", text, err)
	}
	r.Variables = nil
	if _, err := again(); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestHosts(t *testing.T) {
	for target, want := range map[sprawl.Target]string{
		"github://acme":                    "github://github.com/acme",
		"github://acme/api?include=code":   "github://github.com/acme/api",
		"github://git.acme.test/team/api":  "github://git.acme.test/team/api",
		"github://git.acme.test:8443/team": "github://git.acme.test:8443/team",
		"github://":                        "",
		"github:acme":                      "",
		"github://git.acme.test":           "",
		"github://acme/api/more":           "",
		"github://acme?include=everything": "",
		"github://acme?logs=-1":            "",
		"github://acme?something=else":     "",
	} {
		s, err := github.Open(t.Context(), target, github.Options{Getenv: func(string) string { return "" }})
		switch {
		case want == "" && !errors.Is(err, github.ErrRequest):
			t.Errorf("%s: %v", target, err)
		case want != "" && (err != nil || string(s.Target()) != want):
			t.Errorf("%s: %v, %v; want %s", target, s, err, want)
		}
	}
}
