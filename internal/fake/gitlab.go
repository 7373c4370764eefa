package fake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// GitLab is a GitLab with groups and projects (docs.gitlab.com, "REST API").
// Tests fill it before they ask.
type GitLab struct {
	*Server
	Variables []Variable // of the instance
	Groups    []*Group
	Projects  []*Project
}

// A Variable is a CI/CD variable.
type Variable struct {
	Key       string `json:"key"`
	Value     any    `json:"value"` // nil where it is hidden
	Protected bool   `json:"protected"`
	Masked    bool   `json:"masked"`
	Hidden    bool   `json:"hidden"`
	Scope     string `json:"environment_scope"`
}

// A Group is a group, by its full path.
type Group struct {
	ID         int        `json:"id"`
	Path       string     `json:"full_path"`
	Visibility string     `json:"visibility"`
	Variables  []Variable `json:"-"`
	Wiki       []Page     `json:"-"`
}

// A Project is a project, with what belongs to it.
type Project struct {
	ID         int    `json:"id"`
	Path       string `json:"path_with_namespace"`
	Visibility string `json:"visibility"`
	Clone      string `json:"http_url_to_repo"`
	Empty      bool   `json:"empty_repo"`
	Activity   string `json:"last_activity_at,omitempty"`
	Namespace  struct {
		Kind string `json:"kind"`
		Path string `json:"full_path"`
	} `json:"namespace"`

	Variables []Variable      `json:"-"`
	Schedules []Schedule      `json:"-"`
	Triggers  []Trigger       `json:"-"`
	Issues    []Thread        `json:"-"`
	Merges    []Thread        `json:"-"`
	Snippets  []Snippet       `json:"-"`
	Wiki      []Page          `json:"-"`
	Releases  []Release       `json:"-"`
	Jobs      []Job           `json:"-"`
	Environs  []Environ       `json:"-"`
	Packages  []Package       `json:"-"`
	Refuses   map[string]int  `json:"-"` // by the last part of the path: 403 …
	Gone      map[string]bool `json:"-"` // what is listed and then vanishes, by id
}

// What belongs to a project.
type (
	Schedule struct {
		ID        int        `json:"id"`
		Name      string     `json:"description"`
		Ref       string     `json:"ref"`
		Variables []Variable `json:"variables,omitempty"`
	}
	Trigger struct {
		ID    int    `json:"id"`
		Name  string `json:"description"`
		Token string `json:"token"`
	}
	Thread struct {
		UID   int    `json:"id"` // in the whole instance; GitLab never leaves it out
		ID    int    `json:"iid"`
		Title string `json:"title"`
		Text  string `json:"description"`
		Count int    `json:"user_notes_count"`
		Notes []Note `json:"-"`
	}
	Note struct {
		ID   int    `json:"id"`
		Text string `json:"body"`
	}
	Snippet struct {
		ID    int           `json:"id"`
		Title string        `json:"title"`
		Text  string        `json:"description"`
		Files []SnippetFile `json:"files"`
	}
	SnippetFile struct {
		Path    string `json:"path"`
		URL     string `json:"raw_url"`
		Content string `json:"-"`
	}
	Page struct {
		Slug  string `json:"slug"`
		Title string `json:"title"`
		Text  string `json:"content,omitempty"`
	}
	Release struct {
		Tag  string `json:"tag_name"`
		Text string `json:"description"`
	}
	Job struct {
		ID        int    `json:"id"`
		Name      string `json:"name"`
		Status    string `json:"status"`
		Trace     string `json:"-"`
		Artifacts []byte `json:"-"` // a zip
		Archive   struct {
			Size int `json:"size"`
		} `json:"artifacts_file"`
	}
	Environ struct {
		Name string `json:"name"`
	}
	Package struct {
		ID      int    `json:"id"`
		Name    string `json:"name"`
		Version string `json:"version"`
	}
)

// NewGitLab starts a GitLab that knows one token.
func NewGitLab(t testing.TB, token string) *GitLab {
	t.Helper()
	g := &GitLab{Server: start(t, func(r *http.Request) bool {
		return r.Header.Get("Private-Token") == token || r.Header.Get("Authorization") == "Bearer "+token
	})}
	g.lists()
	g.projects()
	g.jobs()
	return g
}

func (g *GitLab) lists() {
	list(g.Server, "GET /api/v4/admin/ci/variables", func(*http.Request) ([]Variable, int) {
		if g.Variables == nil {
			return nil, http.StatusForbidden
		}
		return g.Variables, 0
	})
	list(g.Server, "GET /api/v4/groups", func(*http.Request) ([]*Group, int) { return g.Groups, 0 })
	list(g.Server, "GET /api/v4/projects", func(*http.Request) ([]*Project, int) { return g.Projects, 0 })
	g.handle("GET /api/v4/groups/{id}", func(r *http.Request) (any, int) {
		if group := g.group(r); group != nil {
			return group, 0
		}
		return nil, http.StatusNotFound
	})
	list(g.Server, "GET /api/v4/groups/{id}/descendant_groups", func(r *http.Request) (all []*Group, status int) {
		for _, group := range g.Groups {
			if strings.HasPrefix(group.Path, g.group(r).Path+"/") {
				all = append(all, group)
			}
		}
		return all, 0
	})
	list(g.Server, "GET /api/v4/groups/{id}/projects", func(r *http.Request) (all []*Project, status int) {
		for _, p := range g.Projects {
			if strings.HasPrefix(p.Path, g.group(r).Path+"/") {
				all = append(all, p)
			}
		}
		return all, 0
	})
	list(g.Server, "GET /api/v4/groups/{id}/variables", func(r *http.Request) ([]Variable, int) { return g.group(r).Variables, 0 })
	list(g.Server, "GET /api/v4/groups/{id}/wikis", func(r *http.Request) ([]Page, int) { return g.group(r).Wiki, 0 })
}

func (g *GitLab) group(r *http.Request) *Group {
	id := r.PathValue("id")
	i := slices.IndexFunc(g.Groups, func(group *Group) bool { return group.Path == id || strconv.Itoa(group.ID) == id })
	if i < 0 {
		return nil
	}
	return g.Groups[i]
}

func (g *GitLab) project(r *http.Request) *Project {
	id := r.PathValue("id")
	i := slices.IndexFunc(g.Projects, func(p *Project) bool { return p.Path == id || strconv.Itoa(p.ID) == id })
	if i < 0 {
		return nil
	}
	return g.Projects[i]
}

// of serves one list of a project, unless the project refuses it.
func of[T any](g *GitLab, name string, items func(p *Project, r *http.Request) []T) {
	list(g.Server, "GET /api/v4/projects/{id}/"+name, func(r *http.Request) ([]T, int) {
		p := g.project(r)
		if p == nil {
			return nil, http.StatusNotFound
		}
		return items(p, r), p.Refuses[name]
	})
}

func (g *GitLab) projects() {
	g.handle("GET /api/v4/projects/{id}", func(r *http.Request) (any, int) {
		if p := g.project(r); p != nil {
			return p, 0
		}
		return nil, http.StatusNotFound
	})
	of(g, "variables", func(p *Project, _ *http.Request) []Variable { return p.Variables })
	g.handle("GET /api/v4/projects/{id}/variables/{key}", func(r *http.Request) (any, int) {
		for _, v := range g.project(r).Variables {
			if v.Key == r.PathValue("key") && v.Scope == r.URL.Query().Get("filter[environment_scope]") {
				return v, 0
			}
		}
		return nil, http.StatusNotFound
	})
	of(g, "triggers", func(p *Project, _ *http.Request) []Trigger { return p.Triggers })
	of(g, "environments", func(p *Project, _ *http.Request) []Environ { return p.Environs })
	of(g, "packages", func(p *Project, _ *http.Request) []Package { return p.Packages })
	of(g, "releases", func(p *Project, _ *http.Request) []Release { return p.Releases })
	of(g, "wikis", func(p *Project, _ *http.Request) []Page { return p.Wiki })
	of(g, "issues", func(p *Project, _ *http.Request) []Thread { return p.Issues })
	of(g, "merge_requests", func(p *Project, _ *http.Request) []Thread { return p.Merges })
	of(g, "issues/{iid}/notes", func(p *Project, r *http.Request) []Note { return notes(p.Issues, r) })
	of(g, "merge_requests/{iid}/notes", func(p *Project, r *http.Request) []Note { return notes(p.Merges, r) })
	of(g, "snippets", func(p *Project, _ *http.Request) []Snippet { return p.Snippets })
	of(g, "pipeline_schedules", func(p *Project, _ *http.Request) (all []Schedule) {
		for _, s := range p.Schedules {
			s.Variables = nil // only the schedule itself tells
			all = append(all, s)
		}
		return all
	})
	g.handle("GET /api/v4/projects/{id}/pipeline_schedules/{n}", func(r *http.Request) (any, int) {
		p := g.project(r)
		i := slices.IndexFunc(p.Schedules, func(s Schedule) bool { return strconv.Itoa(s.ID) == r.PathValue("n") })
		if i < 0 || p.Gone["schedule "+r.PathValue("n")] {
			return nil, http.StatusNotFound
		}
		return p.Schedules[i], 0
	})
	g.mux.HandleFunc("GET /api/v4/projects/{id}/snippets/{n}/files/{ref}/{path}/raw", func(w http.ResponseWriter, r *http.Request) {
		for _, s := range g.project(r).Snippets {
			for _, f := range s.Files {
				if strconv.Itoa(s.ID) == r.PathValue("n") && f.Path == r.PathValue("path") {
					_, _ = w.Write([]byte(f.Content))
					return
				}
			}
		}
		w.WriteHeader(http.StatusNotFound)
	})
}

func notes(threads []Thread, r *http.Request) []Note {
	for _, th := range threads {
		if strconv.Itoa(th.ID) == r.PathValue("iid") {
			return th.Notes
		}
	}
	return nil
}

func (g *GitLab) jobs() {
	of(g, "jobs", func(p *Project, _ *http.Request) []Job { return p.Jobs })
	raw := func(name string, content func(j *Job) []byte) {
		g.mux.HandleFunc("GET /api/v4/projects/{id}/jobs/{n}/"+name, func(w http.ResponseWriter, r *http.Request) {
			for _, j := range g.project(r).Jobs {
				if strconv.Itoa(j.ID) == r.PathValue("n") && content(&j) != nil {
					_, _ = w.Write(content(&j))
					return
				}
			}
			w.WriteHeader(http.StatusNotFound)
		})
	}
	raw("trace", func(j *Job) []byte {
		if j.Trace == "" {
			return nil
		}
		return []byte(j.Trace)
	})
	raw("artifacts", func(j *Job) []byte { return j.Artifacts })
}
