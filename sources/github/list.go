package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// A surface is one kind of thing that GitHub holds. Each can be selected alone.
type surface struct {
	name  string
	of    string // "owner" or "repository"; "" for what is a target of its own
	needs string // the permission, for those who lack it
	read  func(r *reader) error
}

// surfaces returns all of them, in the order of units.
func surfaces() []surface {
	return []surface{
		{"organisation-variables", "owner", "the organisation permission Variables: read (or the scope admin:org)", (*reader).orgVariables},
		{"organisation-secrets", "owner", "the organisation permission Secrets: read (or the scope admin:org)", (*reader).orgSecrets},
		{"gists", "owner", "nothing for public gists", (*reader).gists},
		{"variables", "repository", "the permission Variables: read (or the scope repo)", (*reader).variables},
		{"secrets", "repository", "the permission Secrets: read (or the scope repo)", (*reader).secrets},
		{"environments", "repository", "the permissions Actions, Environments and Secrets: read (or the scope repo)", (*reader).environments},
		{"issues", "repository", "the permission Issues: read", (*reader).issues},
		{"reviews", "repository", "the permission Pull requests: read", (*reader).reviews},
		{"discussions", "repository", "the permission Discussions: read", (*reader).discussions},
		{"releases", "repository", "the permission Contents: read", (*reader).releases},
		{"logs", "repository", "the permission Actions: read", (*reader).logs},
		{"artifacts", "repository", "the permission Actions: read", (*reader).artifacts},
		{"code", "", "the permission Contents: read", nil},
		{"wikis", "", "the permission Contents: read", nil},
	}
}

// standard returns what is read unless the target says otherwise: everything
// but wikis, since GitHub does not tell whether there is one.
func standard() []surface {
	return slices.DeleteFunc(surfaces(), func(s surface) bool { return s.name == "wikis" })
}

// selected returns the surfaces that names stand for.
func selected(wanted []string) (all []surface, err error) {
	for _, name := range wanted {
		before := len(all)
		for _, s := range surfaces() {
			if s.name == name || s.name == "organisation-"+name {
				all = append(all, s)
			}
		}
		if len(all) == before {
			var known []string
			for _, s := range surfaces() {
				known = append(known, s.name)
			}
			return nil, fmt.Errorf("include=%q: want some of %s", name, strings.Join(known, ", "))
		}
	}
	return all, nil
}

func (g *GitHub) wants(name string) bool {
	return slices.ContainsFunc(g.want, func(s surface) bool { return s.name == name })
}

// Units lists the surfaces of the owner and of every repository.
func (g *GitHub) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	if err := g.who(ctx); err != nil {
		return err
	}
	each := func(of, name string) error {
		for _, s := range g.want {
			if s.of != of || g.user && strings.HasPrefix(s.name, "organisation-") {
				continue
			}
			u := sprawl.Unit{Target: g.target, Name: strings.TrimSpace(s.name + " " + name), Bytes: 1 << 14, Remote: true}
			if err := yield(u); err != nil {
				return err
			}
		}
		return nil
	}
	if g.repo == "" {
		if err := each("owner", ""); err != nil {
			return err
		}
	}
	return g.each(ctx, func(r *gh.Repository) error { return each("repository", r.GetName()) })
}

// Targets lists the repositories, and their wikis.
func (g *GitHub) Targets(ctx context.Context, yield func(sprawl.Target, map[string]string) error) error {
	code, wikis := g.wants("code"), g.wants("wikis")
	if !code && !wikis {
		return nil
	}
	return g.each(ctx, func(r *gh.Repository) error {
		if r.GetCloneURL() == "" {
			return nil
		}
		if code {
			if err := yield(sprawl.Target("git+"+r.GetCloneURL()), g.saysOf(r)); err != nil {
				return err
			}
		}
		if !wikis || !r.GetHasWiki() {
			return nil
		}
		wiki := strings.TrimSuffix(r.GetCloneURL(), ".git") + ".wiki.git"
		return yield(sprawl.Target("git+"+wiki), forge.With(g.saysOf(r), sprawl.SaysCustody, "collab"))
	})
}

// who asks whether the owner is a person.
func (g *GitHub) who(ctx context.Context) error {
	if g.repo != "" {
		return nil
	}
	u, _, err := g.api.Users.Get(ctx, g.owner)
	if err != nil {
		return g.gap(ctx, g.owner, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.user = u.GetType() == "User"
	return nil
}

// each calls f with every repository in the target. Repositories are listed
// once.
func (g *GitHub) each(ctx context.Context, f func(*gh.Repository) error) error {
	if g.repo != "" {
		r, err := g.repository(ctx, g.repo)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return g.gap(ctx, g.owner+"/"+g.repo, err)
		}
		return f(r)
	}
	keep := func(r *gh.Repository) error {
		g.mu.Lock()
		g.repos[r.GetName()] = r
		g.mu.Unlock()
		return f(r)
	}
	err := pages(ctx, keep, func(o gh.ListOptions) ([]*gh.Repository, *gh.Response, error) {
		if g.user {
			return g.api.Repositories.ListByUser(ctx, g.owner, &gh.RepositoryListByUserOptions{Type: "owner", ListOptions: o})
		}
		return g.api.Repositories.ListByOrg(ctx, g.owner, &gh.RepositoryListByOrgOptions{Type: "all", ListOptions: o})
	})
	if err != nil && client.Status(problem(err)) != 0 {
		return g.gap(ctx, "the list of repositories", err)
	}
	return err
}

// repository returns a repository that was listed, or asks for it.
func (g *GitHub) repository(ctx context.Context, name string) (*gh.Repository, error) {
	g.mu.Lock()
	r := g.repos[name]
	g.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, _, err := g.api.Repositories.Get(ctx, g.owner, name)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.repos[name] = r
	return r, nil
}

func (g *GitHub) gap(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &sprawl.Gap{Target: g.target, What: what, Why: problem(err).Error()}
}

// pages calls f with the items of every page that list returns.
func pages[T any](ctx context.Context, f func(T) error, list func(gh.ListOptions) ([]T, *gh.Response, error)) error {
	for o := (gh.ListOptions{Page: 1, PerPage: 100}); o.Page != 0; {
		items, res, err := list(o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(item); err != nil {
				return err
			}
		}
		o.Page = res.NextPage
	}
	return nil
}

// problem returns an error of the library as one of ours.
func problem(err error) error {
	var answer *gh.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil {
		return &client.StatusError{Status: answer.Response.StatusCode, What: answer.Response.Request.URL.Path}
	}
	var limit *gh.RateLimitError
	if errors.As(err, &limit) {
		return &client.StatusError{Status: http.StatusTooManyRequests, What: "the API"}
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
