// Package gitlab reads what a GitLab holds beside git: CI/CD variables at every
// level, schedules and triggers, logs and artifacts of jobs, issues, merge
// requests, snippets, wikis, releases and the names of packages. The
// repositories it lists, as targets of their own.
//
// Only this package imports the client library of GitLab.
package gitlab

//lint:file-ignore SA1019 the client is the one that the design asks for; to move on is this directory's work

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// publicHost is the GitLab that a target means which names no other.
const publicHost = "gitlab.com"

// Options say how a GitLab is read.
type Options struct {
	// Getenv looks a variable up. The token is that of GITLAB_TOKEN; it needs
	// the scope read_api, and the role Maintainer where variables are to be
	// read, or an administrator's for those of the instance. Of a GitLab of
	// one's own GITLAB_HOST is the host, unless the target names it.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// A GitLab is the Source of a group, a project or a whole instance.
type GitLab struct {
	target sprawl.Target
	o      Options
	base   *url.URL
	path   string // of the group or project; "" is the instance
	want   []surface
	logs   int // jobs of each project whose logs and artifacts are read
	ask    *client.Client
	api    *gl.Client

	log forge.Log

	mu        sync.Mutex
	projects  map[string]*gl.Project // that were listed, by path
	groups    map[string]*gl.Group
	isProject bool // path names one
}

// Open returns the Source of t:
//
//	gitlab://acme/api            a project or group, with its subgroups, at gitlab.com
//	gitlab://git.acme.test/acme  at a GitLab of one's own: the first part has a dot or a port
//	gitlab://git.acme.test       all of it
//	gitlab://acme?include=variables,logs&logs=50
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*GitLab, error) {
	g := &GitLab{target: t, o: o, projects: map[string]*gl.Project{}, groups: map[string]*gl.Group{}}
	u, err := url.Parse(string(t))
	if err != nil || !strings.HasPrefix(string(t), "gitlab://") {
		return nil, fmt.Errorf("%w: %s: want gitlab://GROUP, gitlab://GROUP/PROJECT or gitlab://HOST/GROUP", ErrRequest, t)
	}
	if err := g.options(u.Query()); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	g.address(u)
	if err := g.connect(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	g.target = sprawl.Target("gitlab://" + strings.TrimSuffix(g.base.Host+"/"+g.path, "/"))
	return g, nil
}

// Target returns the target with its host, as locations have it.
func (g *GitLab) Target() sprawl.Target { return g.target }

// Close lets go of connections.
func (g *GitLab) Close() error { return g.ask.Close() }

// address tells the host from the path.
func (g *GitLab) address(u *url.URL) {
	first, rest := u.Host, strings.Trim(u.Path, "/")
	g.base = &url.URL{Scheme: "https", Host: publicHost, Path: "/api/v4"}
	if own := g.o.Getenv("GITLAB_HOST"); own != "" {
		scheme, host, ok := strings.Cut(own, "://")
		if !ok {
			scheme, host = "https", own
		}
		g.base.Scheme, g.base.Host = scheme, strings.Trim(host, "/")
	}
	switch {
	case strings.ContainsAny(first, ".:"):
		if first != g.base.Host {
			g.base.Scheme, g.base.Host = "https", first
		}
		g.path = rest
	default:
		g.path = strings.Trim(first+"/"+rest, "/")
	}
}

// options reads the target's query.
func (g *GitLab) options(q url.Values) error {
	g.want, g.logs = surfaces(), 20
	for name, values := range q {
		switch name {
		case "include":
			var err error
			if g.want, err = selected(strings.Split(strings.Join(values, ","), ",")); err != nil {
				return err
			}
		case "logs":
			n, err := strconv.Atoi(values[0])
			if err != nil || n < 0 {
				return fmt.Errorf("logs=%q: want the number of jobs whose logs are read", values[0])
			}
			g.logs = n
		default:
			return fmt.Errorf("%q: want include= or logs=", name)
		}
	}
	return nil
}

// connect makes the clients. A token is sent to this host only.
func (g *GitLab) connect() (err error) {
	header := http.Header{"User-Agent": {"sprawl"}}
	if token := g.o.Getenv("GITLAB_TOKEN"); token != "" {
		header["Private-Token"] = []string{token}
	}
	g.ask, err = client.New(client.Options{Base: g.base, Header: header, Transport: g.o.Transport, Clock: g.o.Clock, Audit: g.o.Audit})
	if err != nil {
		return err
	}
	g.api, err = gl.NewClient("", gl.WithBaseURL(g.base.String()), gl.WithHTTPClient(g.ask.HTTP()),
		gl.WithoutRetries(), gl.WithCustomLimiter(unlimited{}))
	return err
}

// unlimited leaves pacing to our own client.
type unlimited struct{}

func (unlimited) Wait(context.Context) error { return nil }

// Tally returns how many places were shown.
func (g *GitLab) Tally() sprawl.Tally { return g.log.Tally() }

// Exposures returns what the settings of variables tell whose values GitLab
// hides.
func (g *GitLab) Exposures() []sprawl.Exposure { return g.log.Exposures() }

// Read shows one surface of one project or group, or of the instance.
func (g *GitLab) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	name, path, _ := strings.Cut(u.Name, " ")
	for _, s := range surfaces() {
		if s.name != name {
			continue
		}
		r := g.reader(ctx, v, path)
		return r.Result(s.name, s.needs, s.read(r))
	}
	return &sprawl.Gap{Target: u.Target, What: u.Name, Why: "no such unit: list them again"}
}
