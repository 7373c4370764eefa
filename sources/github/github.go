// Package github reads what GitHub holds beside git: Actions variables at every
// level, what the settings of secrets tell, logs and artifacts of runs, issues,
// pull requests, reviews, discussions, releases and their assets, gists. The
// repositories and wikis it lists, as targets of their own.
//
// Only this package imports the client library of GitHub.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how GitHub is read.
type Options struct {
	// Getenv looks a variable up. GITHUB_TOKEN holds the token. GITHUB_API_URL
	// is the API of a GitHub of one's own, as its runners set it, unless the
	// target names the host.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// A GitHub is the Source of an owner or one repository.
type GitHub struct {
	target      sprawl.Target
	o           Options
	host        string // as people know it: github.com
	base        *url.URL
	owner, repo string
	want        []surface
	logs        int // runs of each repository whose logs are read
	ask         *client.Client
	api         *gh.Client
	log         forge.Log

	mu    sync.Mutex
	user  bool                      // owner is a person
	repos map[string]*gh.Repository // that were listed, by full name
}

// Open returns the Source of t:
//
//	github://acme                an organisation's or person's repositories
//	github://acme/api            one repository
//	github://github.acme.test/acme  at a GitHub of one's own: the first part has a dot or a port
//	github://acme?include=variables,logs&logs=50
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*GitHub, error) {
	g := &GitHub{o: o, repos: map[string]*gh.Repository{}}
	u, err := url.Parse(string(t))
	if err != nil || !strings.HasPrefix(string(t), "github://") {
		return nil, fmt.Errorf("%w: %s: want github://OWNER, github://OWNER/REPOSITORY or github://HOST/OWNER", ErrRequest, t)
	}
	if err := errors.Join(g.options(u.Query()), g.address(u), g.connect()); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	g.target = sprawl.Target("github://" + strings.TrimSuffix(g.host+"/"+g.owner+"/"+g.repo, "/"))
	return g, nil
}

// Target returns the target with its host, as locations have it.
func (g *GitHub) Target() sprawl.Target { return g.target }

// address tells the host, the owner and the repository.
func (g *GitHub) address(u *url.URL) (err error) {
	g.host, g.base = "github.com", &url.URL{Scheme: "https", Host: "api.github.com"}
	if own := g.o.Getenv("GITHUB_API_URL"); own != "" {
		if g.base, err = url.Parse(own); err != nil || g.base.Host == "" {
			return errors.New("GITHUB_API_URL is no URL")
		}
		if g.base.Host != "api.github.com" {
			g.host = g.base.Host
		}
	}
	parts := strings.Split(strings.Trim(u.Host+u.Path, "/"), "/")
	if strings.ContainsAny(parts[0], ".:") {
		if parts[0] != g.host {
			g.host, g.base = parts[0], &url.URL{Scheme: "https", Host: parts[0], Path: "/api/v3"}
		}
		parts = parts[1:]
	}
	if len(parts) < 1 || len(parts) > 2 || parts[0] == "" {
		return errors.New("want an owner, and perhaps a repository")
	}
	g.owner = parts[0]
	if len(parts) == 2 {
		g.repo = parts[1]
	}
	return nil
}

// options reads the target's query.
func (g *GitHub) options(q url.Values) (err error) {
	g.logs = 20
	g.want = standard()
	for name, values := range q {
		switch name {
		case "include":
			if g.want, err = selected(strings.Split(strings.Join(values, ","), ",")); err != nil {
				return err
			}
		case "logs":
			if g.logs, err = strconv.Atoi(values[0]); err != nil || g.logs < 0 {
				return fmt.Errorf("logs=%q: want the number of runs whose logs are read", values[0])
			}
		default:
			return fmt.Errorf("%q: want include= or logs=", name)
		}
	}
	return nil
}

// connect makes the clients. The token is sent to the API's host only.
func (g *GitHub) connect() (err error) {
	if g.base == nil {
		return nil // the address was wrong
	}
	header := http.Header{"User-Agent": {"sprawl"}}
	if token := g.o.Getenv("GITHUB_TOKEN"); token != "" {
		header["Authorization"] = []string{"Bearer " + token}
	}
	g.ask, err = client.New(client.Options{
		Base: g.base, Header: header, Reads: []string{"/graphql"},
		Transport: g.o.Transport, Clock: g.o.Clock, Audit: g.o.Audit,
	})
	if err != nil {
		return err
	}
	g.api = gh.NewClient(g.ask.HTTP())
	g.api.BaseURL = g.base.JoinPath("/")
	return nil
}

// Close lets go of connections.
func (g *GitHub) Close() error { return g.ask.Close() }

// Tally returns how many places were shown.
func (g *GitHub) Tally() sprawl.Tally { return g.log.Tally() }

// Exposures returns what the settings of secrets and environments tell.
func (g *GitHub) Exposures() []sprawl.Exposure { return g.log.Exposures() }

// Read shows one surface of the owner or of one repository.
func (g *GitHub) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	name, repo, _ := strings.Cut(u.Name, " ")
	for _, s := range surfaces() {
		if s.name != name || s.read == nil {
			continue
		}
		r := g.reader(ctx, v, repo)
		return r.Result(s.name, s.needs, s.read(r))
	}
	return &sprawl.Gap{Target: u.Target, What: u.Name, Why: "no such unit: list them again"}
}

// now is the time by the source's clock.
func (g *GitHub) now() time.Time {
	if g.o.Clock != nil {
		return g.o.Clock.Now()
	}
	return time.Now()
}
