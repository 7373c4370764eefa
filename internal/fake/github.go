package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"
)

// GitHub is a GitHub with one owner (docs.github.com, "REST API"). Tests fill it
// before they ask.
type GitHub struct {
	*Server
	Owner     string
	Person    bool // the owner is one
	Variables []GitHubVariable
	Secrets   []GitHubSecret
	Repos     []*GitHubRepo
	Gists     []GitHubGist
	Refuses   map[string]int // statuses by the end of the pattern, such as "actions/secrets"

	storage *httptest.Server // where logs and artifacts lie
	Leaked  []string         // tokens that the storage was sent
}

// What an owner and a repository have.
type (
	GitHubVariable struct {
		Name       string    `json:"name"`
		Value      string    `json:"value"`
		Updated    time.Time `json:"updated_at"`
		Visibility string    `json:"visibility,omitempty"`
	}
	GitHubSecret struct {
		Name       string    `json:"name"`
		Updated    time.Time `json:"updated_at"`
		Visibility string    `json:"visibility,omitempty"`
	}
	GitHubRepo struct {
		ID         int    `json:"id"`
		Name       string `json:"name"`
		FullName   string `json:"full_name"`
		Visibility string `json:"visibility"`
		Clone      string `json:"clone_url"`
		Talks      bool   `json:"has_discussions"`
		Wiki       bool   `json:"has_wiki"`
		Owner      struct {
			Login string `json:"login"`
			Type  string `json:"type"`
		} `json:"owner"`

		Variables    []GitHubVariable    `json:"-"`
		Secrets      []GitHubSecret      `json:"-"`
		Environments []GitHubEnvironment `json:"-"`
		Issues       []GitHubThread      `json:"-"`
		Comments     []GitHubText        `json:"-"`
		Pulls        []GitHubThread      `json:"-"`
		LineComments []GitHubText        `json:"-"`
		Discussions  []GitHubDiscussion  `json:"-"`
		Releases     []GitHubRelease     `json:"-"`
		Runs         []GitHubRun         `json:"-"`
		Artifacts    []GitHubRun         `json:"-"`
	}
	GitHubEnvironment struct {
		Name      string           `json:"name"`
		Rules     []map[string]any `json:"protection_rules"`
		Variables []GitHubVariable `json:"-"`
		Secrets   []GitHubSecret   `json:"-"`
	}
	GitHubThread struct {
		Number  int          `json:"number"`
		Title   string       `json:"title"`
		Body    string       `json:"body"`
		Reviews []GitHubText `json:"-"`
	}
	GitHubText struct {
		ID   int    `json:"id"`
		Body string `json:"body"`
	}
	GitHubDiscussion struct {
		Number      int
		Title, Body string
		Comments    []string
	}
	GitHubRelease struct {
		Tag    string      `json:"tag_name"`
		Body   string      `json:"body"`
		Assets []GitHubRun `json:"assets"`
	}
	// A GitHubRun is something to download: a run's logs, an artifact, an asset.
	GitHubRun struct {
		ID      int    `json:"id"`
		Name    string `json:"name"`
		Expired bool   `json:"expired"`
		Content []byte `json:"-"` // nil is gone
	}
	GitHubGist struct {
		ID     string                    `json:"id"`
		Public bool                      `json:"public"`
		Files  map[string]map[string]any `json:"files"`
	}
)

// NewGitHub starts a GitHub that knows one token.
func NewGitHub(t testing.TB, owner, token string) *GitHub {
	t.Helper()
	g := &GitHub{Owner: owner, Refuses: map[string]int{}, Server: start(t, func(r *http.Request) bool {
		return r.Header.Get("Authorization") == "Bearer "+token
	})}
	g.storage = httptest.NewServer(http.HandlerFunc(g.store))
	t.Cleanup(g.storage.Close)
	g.owned()
	g.settings()
	g.texts()
	g.runs()
	return g
}

// Repo adds an empty repository.
func (g *GitHub) Repo(name, visibility string) *GitHubRepo {
	r := &GitHubRepo{ID: 1000 + len(g.Repos), Name: name, FullName: g.Owner + "/" + name, Visibility: visibility, Clone: "https://git.acme.test/" + g.Owner + "/" + name + ".git"}
	r.Owner.Login, r.Owner.Type = g.Owner, "Organization"
	g.Repos = append(g.Repos, r)
	return r
}

func (g *GitHub) find(r *http.Request) *GitHubRepo {
	i := slices.IndexFunc(g.Repos, func(repo *GitHubRepo) bool {
		return repo.Name == r.PathValue("repo") || strconv.Itoa(repo.ID) == r.PathValue("repo")
	})
	if i < 0 {
		return nil
	}
	return g.Repos[i]
}

func (g *GitHub) owned() {
	g.handle("GET /users/{owner}", func(r *http.Request) (any, int) {
		kind := "Organization"
		if g.Person {
			kind = "User"
		}
		if r.PathValue("owner") != g.Owner {
			return nil, http.StatusNotFound
		}
		return map[string]string{"login": g.Owner, "type": kind}, 0
	})
	list(g.Server, "GET /orgs/{owner}/repos", func(*http.Request) ([]*GitHubRepo, int) { return g.Repos, 0 })
	list(g.Server, "GET /users/{owner}/repos", func(*http.Request) ([]*GitHubRepo, int) { return g.Repos, 0 })
	list(g.Server, "GET /users/{owner}/gists", func(*http.Request) ([]GitHubGist, int) { return g.Gists, 0 })
	g.handle("GET /gists/{id}", func(r *http.Request) (any, int) {
		for _, gist := range g.Gists {
			if gist.ID == r.PathValue("id") {
				return gist, 0
			}
		}
		return nil, http.StatusNotFound
	})
	g.handle("GET /repos/{owner}/{repo}", func(r *http.Request) (any, int) {
		if repo := g.find(r); repo != nil {
			return repo, 0
		}
		return nil, http.StatusNotFound
	})
}

// wrapped serves a list that GitHub puts into an object beside its count.
func wrapped[T any](g *GitHub, pattern, refusal, key string, items func(r *http.Request) []T) {
	g.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if status := g.Refuses[refusal]; status != 0 {
			answer(w, status, map[string]string{"message": "Resource not accessible by personal access token"})
			return
		}
		all := items(r)
		answer(w, conditional(w, r, all), map[string]any{"total_count": len(all), key: page(w, g.URL, r, all)})
	})
}

func (g *GitHub) settings() {
	wrapped(g, "GET /orgs/{owner}/actions/variables", "actions/variables", "variables", func(*http.Request) []GitHubVariable { return g.Variables })
	wrapped(g, "GET /orgs/{owner}/actions/secrets", "actions/secrets", "secrets", func(*http.Request) []GitHubSecret { return g.Secrets })
	wrapped(g, "GET /repos/{owner}/{repo}/actions/variables", "actions/variables", "variables", func(r *http.Request) []GitHubVariable { return g.find(r).Variables })
	wrapped(g, "GET /repos/{owner}/{repo}/actions/secrets", "actions/secrets", "secrets", func(r *http.Request) []GitHubSecret { return g.find(r).Secrets })
	wrapped(g, "GET /repos/{owner}/{repo}/environments", "environments", "environments", func(r *http.Request) []GitHubEnvironment { return g.find(r).Environments })
	wrapped(g, "GET /repositories/{repo}/environments/{env}/variables", "environments/variables", "variables", func(r *http.Request) []GitHubVariable { return g.environment(r).Variables })
	wrapped(g, "GET /repositories/{repo}/environments/{env}/secrets", "environments/secrets", "secrets", func(r *http.Request) []GitHubSecret { return g.environment(r).Secrets })
	g.handle("GET /repos/{owner}/{repo}/actions/variables/{name}", func(r *http.Request) (any, int) {
		for _, v := range g.find(r).Variables {
			if v.Name == r.PathValue("name") {
				return v, 0
			}
		}
		return nil, http.StatusNotFound
	})
}

func (g *GitHub) environment(r *http.Request) (e GitHubEnvironment) {
	for _, e := range g.find(r).Environments {
		if e.Name == r.PathValue("env") {
			return e
		}
	}
	return e
}

func (g *GitHub) texts() {
	repo := func(name string, items func(r *GitHubRepo) any) {
		g.mux.HandleFunc("GET /repos/{owner}/{repo}/"+name, func(w http.ResponseWriter, r *http.Request) {
			switch all := items(g.find(r)).(type) {
			case []GitHubThread:
				answer(w, conditional(w, r, all), page(w, g.URL, r, all))
			case []GitHubText:
				answer(w, conditional(w, r, all), page(w, g.URL, r, all))
			case []GitHubRelease:
				answer(w, conditional(w, r, all), page(w, g.URL, r, all))
			}
		})
	}
	repo("issues", func(r *GitHubRepo) any { return append(slices.Clone(r.Issues), r.Pulls...) })
	repo("issues/comments", func(r *GitHubRepo) any { return r.Comments })
	repo("pulls", func(r *GitHubRepo) any { return r.Pulls })
	repo("pulls/comments", func(r *GitHubRepo) any { return r.LineComments })
	repo("releases", func(r *GitHubRepo) any { return r.Releases })
	list(g.Server, "GET /repos/{owner}/{repo}/pulls/{n}/reviews", func(r *http.Request) ([]GitHubText, int) {
		for _, p := range g.find(r).Pulls {
			if strconv.Itoa(p.Number) == r.PathValue("n") {
				return p.Reviews, 0
			}
		}
		return nil, http.StatusNotFound
	})
	g.mux.HandleFunc("POST /graphql", g.graphql)
}

// graphql answers the one query that sprawl has, a discussion to a page.
func (g *GitHub) graphql(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Variables struct{ Owner, Name, After string }
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		g.t.Error(err)
	}
	i := slices.IndexFunc(g.Repos, func(r *GitHubRepo) bool { return r.Name == q.Variables.Name })
	n, _ := strconv.Atoi(q.Variables.After)
	all := g.Repos[i].Discussions
	nodes := []any{}
	if n < len(all) {
		var comments []any
		for _, c := range all[n].Comments {
			comments = append(comments, map[string]any{"body": c, "replies": map[string]any{"nodes": []any{}}})
		}
		nodes = append(nodes, map[string]any{
			"number": all[n].Number, "title": all[n].Title, "body": all[n].Body,
			"comments": map[string]any{"pageInfo": map[string]any{"hasNextPage": false}, "nodes": comments},
		})
	}
	page := map[string]any{"pageInfo": map[string]any{"hasNextPage": n+1 < len(all), "endCursor": fmt.Sprint(n + 1)}, "nodes": nodes}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{"repository": map[string]any{"discussions": page}}})
}

func (g *GitHub) runs() {
	wrapped(g, "GET /repos/{owner}/{repo}/actions/runs", "actions/runs", "workflow_runs", func(r *http.Request) []GitHubRun { return g.find(r).Runs })
	wrapped(g, "GET /repos/{owner}/{repo}/actions/artifacts", "actions/artifacts", "artifacts", func(r *http.Request) []GitHubRun { return g.find(r).Artifacts })
	stored := func(pattern string, items func(r *GitHubRepo) []GitHubRun) {
		g.mux.HandleFunc("GET /repos/{owner}/{repo}/"+pattern, func(w http.ResponseWriter, r *http.Request) {
			for _, run := range items(g.find(r)) {
				if strconv.Itoa(run.ID) != r.PathValue("n") {
					continue
				}
				if run.Content == nil {
					w.WriteHeader(http.StatusGone)
					return
				}
				w.Header().Set("Location", fmt.Sprintf("%s/%s/%d?sig=signed", g.storage.URL, g.find(r).Name, run.ID))
				w.WriteHeader(http.StatusFound)
				return
			}
			w.WriteHeader(http.StatusNotFound)
		})
	}
	stored("actions/runs/{n}/logs", func(r *GitHubRepo) []GitHubRun { return r.Runs })
	stored("actions/artifacts/{n}/zip", func(r *GitHubRepo) []GitHubRun { return r.Artifacts })
	stored("releases/assets/{n}", func(r *GitHubRepo) (all []GitHubRun) {
		for _, rel := range r.Releases {
			all = append(all, rel.Assets...)
		}
		return all
	})
}

// store serves what was signed, and notes a token that came along.
func (g *GitHub) store(w http.ResponseWriter, r *http.Request) {
	if token := r.Header.Get("Authorization"); token != "" {
		g.Leaked = append(g.Leaked, token)
	}
	for _, repo := range g.Repos {
		all := slices.Concat(repo.Runs, repo.Artifacts)
		for _, rel := range repo.Releases {
			all = append(all, rel.Assets...)
		}
		for _, run := range all {
			if r.URL.Path == fmt.Sprintf("/%s/%d", repo.Name, run.ID) && r.URL.Query().Get("sig") == "signed" {
				_, _ = w.Write(run.Content)
				return
			}
		}
	}
	w.WriteHeader(http.StatusForbidden)
}
