package gitlab_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/gitlab"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

const token = "for-tests"

func open(t testing.TB, g *fake.GitLab, target string) *gitlab.GitLab {
	t.Helper()
	env := map[string]string{"GITLAB_TOKEN": token, "GITLAB_HOST": g.URL}
	s, err := gitlab.Open(t.Context(), sprawl.Target(target), gitlab.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// project returns an empty project.
func project(id int, path string) *fake.Project {
	p := &fake.Project{ID: id, Path: path, Visibility: "private", Clone: "https://git.acme.test/" + path + ".git"}
	p.Namespace.Kind, p.Namespace.Path = "group", path[:strings.LastIndexByte(path, '/')]
	return p
}

func acme(t testing.TB) *fake.GitLab {
	g := fake.NewGitLab(t, token)
	g.Groups = []*fake.Group{{ID: 1, Path: "acme", Visibility: "internal"}, {ID: 2, Path: "acme/pay", Visibility: "private"}}
	g.Projects = []*fake.Project{project(10, "acme/web"), project(11, "acme/pay/api")}
	return g
}

func TestVariablesAsASource(t *testing.T) {
	sourcetest.Suite{Named: true, Max: 10_000, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		g := acme(t)
		for name, value := range files {
			g.Projects[0].Variables = append(g.Projects[0].Variables, fake.Variable{Key: name, Value: string(value), Scope: "*"})
		}
		return open(t, g, "gitlab://acme/web?include=variables")
	}}.Run(t)
}

// paths returns the objects by target and path, with what is said of them.
func paths(t *testing.T, s *gitlab.GitLab) (byPath map[string]sourcetest.Object, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	byPath = map[string]sourcetest.Object{}
	for _, o := range objects {
		byPath[strings.TrimPrefix(string(o.At.Target), string(s.Target()))+" "+o.At.Path] = o
	}
	return byPath, gaps
}

func TestEverySurface(t *testing.T) {
	g := acme(t)
	g.Variables = []fake.Variable{{Key: "ROOT", Value: "0", Protected: true}}
	g.Groups[1].Variables = []fake.Variable{{Key: "TEAM", Value: "1", Scope: "*"}}
	g.Groups[0].Wiki = []fake.Page{{Slug: "home", Title: "Home", Text: "group text"}}
	p := g.Projects[1]
	p.Variables = []fake.Variable{
		{Key: "DB", Value: "prod", Scope: "production", Protected: true}, {Key: "DB", Value: "stg", Scope: "staging"},
	}
	p.Schedules = []fake.Schedule{{ID: 3, Name: "nightly", Variables: []fake.Variable{{Key: "NIGHT", Value: "n"}}}}
	p.Triggers = []fake.Trigger{{ID: 4, Token: "whole-token"}, {ID: 5, Token: "abcd"}}
	p.Issues = []fake.Thread{{ID: 6, Title: "Broken", Text: "see log", Count: 1, Notes: []fake.Note{{ID: 60, Text: "a note"}}}}
	p.Merges = []fake.Thread{{ID: 7, Title: "Mend", Text: "mends it"}}
	p.Snippets = []fake.Snippet{{ID: 8, Title: "Snip", Files: []fake.SnippetFile{{Path: "a.sh", URL: "https://git.acme.test/-/snippets/8/raw/trunk/a.sh", Content: "echo"}}}}
	p.Wiki = []fake.Page{{Slug: "ops", Title: "Ops", Text: "page text"}}
	p.Releases = []fake.Release{{Tag: "v1", Text: "first"}}
	p.Packages = []fake.Package{{ID: 9, Name: "lib", Version: "1.0"}}
	p.Jobs = []fake.Job{{ID: 1, Name: "build", Trace: "building", Artifacts: zipped(t, "out.txt", "built")}, {ID: 2, Name: "gone"}}
	p.Jobs[0].Archive.Size = 100

	s := open(t, g, "gitlab://"+g.Host)
	got, gaps := paths(t, s)
	want := []string{
		" variables/*/ROOT", "/acme wikis/home", "/acme/pay variables/*/TEAM",
		"/acme/pay/api issues/6", "/acme/pay/api issues/6/notes/60", "/acme/pay/api jobs/1/artifacts.zip", "/acme/pay/api jobs/1/artifacts.zip!out.txt", "/acme/pay/api jobs/1/log",
		"/acme/pay/api merge_requests/7", "/acme/pay/api packages/9", "/acme/pay/api releases/v1", "/acme/pay/api schedules/3/NIGHT",
		"/acme/pay/api snippets/8", "/acme/pay/api snippets/8/a.sh", "/acme/pay/api triggers/4",
		"/acme/pay/api variables/production/DB", "/acme/pay/api variables/staging/DB", "/acme/pay/api wikis/ops",
	}
	var have []string
	for path, o := range got {
		if o.At.Kind != sprawl.KindName {
			have = append(have, path)
		}
	}
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(gaps) != 1 || gaps[0].What != "triggers/5" {
		t.Errorf("gaps %v: want the trigger that is not ours", gaps)
	}
	db := got["/acme/pay/api variables/production/DB"].At
	if diff := cmp.Diff(map[string]string{
		"environment": "production", "protected": "true", "custody": "ci-store", "scope": "project",
		"visibility": "private", "unit": "acme/pay/api", "tenant": g.Host + "/acme", "owner-type": "organisation",
	}, db.Says); diff != "" || db.Key != "DB" {
		t.Errorf("said of a variable (-want +got):\n%s", diff)
	}
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

func TestHiddenVariables(t *testing.T) {
	g := acme(t)
	g.Projects[0].Variables = []fake.Variable{{Key: "SEEN", Value: "1", Scope: "*"}, {Key: "A", Hidden: true, Scope: "production"}, {Key: "B", Hidden: true, Protected: true, Scope: "*"}}
	s := open(t, g, "gitlab://acme/web?include=variables")
	got, gaps := paths(t, s)
	if len(got) != 1 || len(gaps) != 2 {
		t.Errorf("shown %v, gaps %v", got, gaps)
	}
	if e := s.Exposures(); len(e) != 1 || e[0].At.Key != "A" || e[0].Kind != "unprotected" {
		t.Errorf("exposures %v: want the one that every branch can read", e)
	}
}

// TestRefusals has GitLab refuse some of what is asked: the rest is read.
func TestRefusals(t *testing.T) {
	g := acme(t)
	for _, p := range g.Projects {
		p.Variables = []fake.Variable{{Key: "K", Value: "1", Scope: "*"}}
		p.Schedules = []fake.Schedule{{ID: 1}, {ID: 2, Variables: []fake.Variable{{Key: "S", Value: "2"}}}}
	}
	g.Projects[0].Refuses = map[string]int{"variables": 403}
	g.Projects[1].Gone = map[string]bool{"schedule 1": true}
	g.Fail(fake.Fault{Path: "/api/v4/projects/acme%2Fpay%2Fapi/pipeline_schedules/1", Status: 404})
	g.Fail(fake.Fault{Path: "/api/v4/projects/acme%2Fweb/pipeline_schedules/2", Status: 500})
	got, gaps := paths(t, open(t, g, "gitlab://acme?include=variables,schedules"))
	if got["/pay/api variables/*/K"].Data == nil || got["/pay/api schedules/2/S"].Data == nil || len(got) != 2 {
		t.Errorf("shown: %v", got)
	}
	var told []string
	for _, gap := range gaps {
		told = append(told, fmt.Sprintf("%s %s: %s", gap.Target, gap.What, gap.Why))
	}
	all := strings.Join(told, "\n")
	if len(gaps) != 2 || strings.Contains(all, "schedules/1") || !strings.Contains(all, "needs the role Maintainer") || !strings.Contains(all, "schedules/2: 500") {
		t.Errorf("gaps:\n%s", all)
	}
}

func TestWrongToken(t *testing.T) {
	g := acme(t)
	s, err := gitlab.Open(t.Context(), "gitlab://acme", gitlab.Options{Getenv: func(name string) string {
		return map[string]string{"GITLAB_HOST": g.URL, "GITLAB_TOKEN": "other"}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sourcetest.Units(t.Context(), s)
	var gap *sprawl.Gap
	if !errors.As(err, &gap) || !strings.Contains(gap.Why, "token is missing, wrong or expired") || strings.Contains(gap.Why, "other") {
		t.Errorf("error %v", err)
	}
}

// TestRequests counts: a hundred things to a page, and one request for each
// surface of a project that has nothing.
func TestRequests(t *testing.T) {
	g := fake.NewGitLab(t, token)
	g.Groups = []*fake.Group{{ID: 1, Path: "big"}}
	for i := range 250 {
		p := project(100+i, fmt.Sprint("big/p", i))
		p.Variables = []fake.Variable{{Key: "K", Value: fmt.Sprint(i), Scope: "*"}}
		g.Projects = append(g.Projects, p)
	}
	got, gaps := paths(t, open(t, g, "gitlab://big?include=variables"))
	if len(got) != 250 || len(gaps) > 0 {
		t.Errorf("%d variables, gaps %v", len(got), gaps)
	}
	// The group, its subgroups, three pages of projects, the variables of the
	// group, and those of each project.
	if n := len(g.Requests()); n != 1+1+3+1+250 {
		t.Errorf("%d requests: %v", n, g.Requests()[:10])
	}
}

func TestLimitIsKept(t *testing.T) {
	g := acme(t)
	clock := &clock{now: time.Unix(1_800_000_000, 0)}
	g.Limit(20, time.Minute, clock.Now)
	for range 200 {
		p := g.Projects[0]
		p.Variables = append(p.Variables, fake.Variable{Key: fmt.Sprint("K", len(p.Variables)), Value: "x", Scope: "*"})
	}
	env := map[string]string{"GITLAB_TOKEN": token, "GITLAB_HOST": g.URL}
	s, err := gitlab.Open(t.Context(), "gitlab://acme", gitlab.Options{Getenv: func(n string) string { return env[n] }, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	if _, gaps := paths(t, s); len(gaps) > 0 {
		t.Error(gaps)
	}
	for _, n := range g.Used() {
		if n > 18 {
			t.Errorf("%d requests in a minute: want nine tenths of 20 at most", n)
		}
	}
}

func TestTargets(t *testing.T) {
	g := acme(t)
	g.Projects[1].Empty = true
	var got []string
	err := open(t, g, "gitlab://acme").Targets(t.Context(), func(target sprawl.Target, says map[string]string) error {
		got = append(got, string(target)+" "+says["visibility"])
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"git+https://git.acme.test/acme/web.git private"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestReread(t *testing.T) {
	g := acme(t)
	p := g.Projects[0]
	p.Variables = []fake.Variable{{Key: "K", Value: "one", Scope: "production"}}
	s := open(t, g, "gitlab://acme/web?include=variables")
	got, _ := paths(t, s)
	at := got[" variables/production/K"].At
	read := func() (text string, err error) {
		err = s.Reread(t.Context(), &at, func(data []byte) error { text = string(data); return nil })
		return text, err
	}
	if text, err := read(); err != nil || text != "K=one\n" {
		t.Errorf("%q, %v", text, err)
	}
	p.Variables = nil
	if _, err := read(); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestWrongRequests(t *testing.T) {
	for _, target := range []sprawl.Target{"gitlab:", "gitlab:acme", "gitlab://acme?include=everything", "gitlab://acme?logs=many", "gitlab://acme?other=1", "gitlab://%zz"} {
		_, err := gitlab.Open(t.Context(), target, gitlab.Options{Getenv: func(string) string { return "" }})
		if !errors.Is(err, gitlab.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// A clock moves only when somebody sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(0, d))
	return ctx.Err()
}
