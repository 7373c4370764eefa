package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

// A fakeComments is the part of GitHub's interface that keeps comments.
type fakeComments struct {
	all   []githubComment
	calls []string
	deny  bool
}

func (f *fakeComments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	if f.deny || r.Header.Get("Authorization") != "Bearer job-token" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	text, _ := io.ReadAll(r.Body)
	var in struct{ Body string }
	_ = json.Unmarshal(text, &in)
	switch r.Method {
	case http.MethodGet:
		page := 0
		fmt.Sscan(r.URL.Query().Get("page"), &page)
		from := min(100*(page-1), len(f.all))
		_ = json.NewEncoder(w).Encode(f.all[from:min(from+100, len(f.all))])
	case http.MethodPost:
		f.all = append(f.all, githubComment{ID: int64(len(f.all)), Body: in.Body, HTMLURL: "https://forge.example/c"})
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(f.all[len(f.all)-1])
	case http.MethodPatch:
		n := 0
		fmt.Sscan(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], &n)
		f.all[n].Body = in.Body
		_ = json.NewEncoder(w).Encode(f.all[n])
	}
}

// TestComment keeps one comment on a pull request up to date, among many of
// others.
func TestComment(t *testing.T) {
	forge := &fakeComments{}
	for i := range 150 {
		forge.all = append(forge.all, githubComment{ID: int64(i), Body: "I quote: " + commentMark})
	}
	srv := httptest.NewServer(forge)
	defer srv.Close()
	env := map[string]string{"GITHUB_TOKEN": "job-token", "GITHUB_API_URL": srv.URL}
	var out bytes.Buffer
	g := &gate{
		c:  console{out: &out, err: &out, env: func(n string) (string, bool) { v, ok := env[n]; return v, ok }},
		f:  &ciFlags{},
		at: ciRun{system: "GitHub Actions", project: "acme/api", number: 7},
	}
	g.doc = emptyDocument("nothing")
	if at, err := g.comment(t.Context()); err != nil || at != "" || len(forge.all) != 150 {
		t.Fatalf("a clean change has a comment: %q, %v", at, err)
	}
	g.doc.Exit = exitFound
	g.doc.Credentials = []sprawl.Credential{{ID: "cr_one", Rule: "r", Hint: "…(9)"}}
	if at, err := g.comment(t.Context()); err != nil || at == "" || len(forge.all) != 151 {
		t.Fatalf("no comment: %q, %v", at, err)
	}
	g.doc = emptyDocument("nothing")
	if _, err := g.comment(t.Context()); err != nil || len(forge.all) != 151 {
		t.Fatalf("not the one comment: %v", err)
	}
	if body := forge.all[150].Body; !strings.HasPrefix(body, commentMark) || strings.Contains(body, "cr_one") {
		t.Errorf("the comment was not brought up to date: %s", body)
	}
	forge.deny = true
	if _, err := g.comment(t.Context()); err == nil || !strings.Contains(err.Error(), "pull-requests: write") {
		t.Errorf("without permission: %v", err)
	}
	srv.Close()
	if _, err := g.comment(t.Context()); err == nil || strings.Contains(err.Error(), "job-token") {
		t.Errorf("a server that is down: %v", err)
	}
}

// TestCommandEscapes keeps strangers' text from giving orders to the runner.
func TestCommandEscapes(t *testing.T) {
	if got := commandText("a\n::set-output name=x::%\r"); strings.ContainsAny(got, "\n\r") || !strings.Contains(got, "%25") {
		t.Errorf("%q", got)
	}
	if got := commandValue("a,line=1::x"); strings.ContainsAny(got, ",:") {
		t.Errorf("%q", got)
	}
}

func FuzzRevisions(f *testing.F) {
	f.Add("main")
	f.Add("--upload-pack=x")
	f.Fuzz(func(t *testing.T, rev string) {
		if isRevision(rev) && (strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, ": \n\x00")) {
			t.Errorf("%q passes", rev)
		}
	})
}

func FuzzAccepted(f *testing.F) {
	f.Add("cr_a 2027-01-01 me why\n# x\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseAccepted("f", text)
		for _, a := range all {
			if err == nil && (a.id == "" || a.owner == "" || a.reason == "" || a.until.IsZero()) {
				t.Errorf("half an entry: %+v", a)
			}
		}
	})
}

// madeUp returns a credential of valid shape.
func madeUp(t *testing.T) string {
	t.Helper()
	value, err := detectors.Expand(githubToken, rand.New(rand.NewPCG(rand.Uint64(), 1)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
