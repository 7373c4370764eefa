package gitlab

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
)

// A surface is one kind of thing that GitLab holds. Each can be selected alone.
type surface struct {
	name  string
	of    string // "project", "group" or "instance"
	needs string // the permission, for those who lack it
	read  func(r *reader) error
}

// surfaces returns all of them, in the order of units. One that is selected as
// "variables" is read at every level.
func surfaces() []surface {
	return []surface{
		{"instance-variables", "instance", "an administrator's token with the scope read_api", (*reader).instanceVariables},
		{"group-variables", "group", "the role Owner and the scope read_api", (*reader).groupVariables},
		{"variables", "project", "the role Maintainer and the scope read_api", (*reader).variables},
		{"schedules", "project", "the role Maintainer and the scope read_api", (*reader).schedules},
		{"triggers", "project", "the role Maintainer and the scope read_api", (*reader).triggers},
		{"issues", "project", "the role Reporter and the scope read_api", (*reader).issues},
		{"merge-requests", "project", "the role Reporter and the scope read_api", (*reader).mergeRequests},
		{"snippets", "project", "the role Reporter and the scope read_api", (*reader).snippets},
		{"wikis", "project", "the role Reporter and the scope read_api", (*reader).wikis},
		{"group-wikis", "group", "the role Reporter and the scope read_api", (*reader).groupWikis},
		{"releases", "project", "the role Reporter and the scope read_api", (*reader).releases},
		{"packages", "project", "the role Reporter and the scope read_api", (*reader).packages},
		{"logs", "project", "the role Developer and the scope read_api", (*reader).logs},
		{"artifacts", "project", "the role Developer and the scope read_api", (*reader).artifacts},
		{"code", "", "the role Reporter and the scope read_repository", nil},
	}
}

// selected returns the surfaces that names stand for.
func selected(wanted []string) (all []surface, err error) {
	for _, name := range wanted {
		before := len(all)
		for _, s := range surfaces() {
			if s.name == name || strings.HasSuffix(s.name, "-"+name) {
				all = append(all, s)
			}
		}
		if len(all) == before {
			return nil, fmt.Errorf("include=%q: want some of %s", name, strings.Join(names(), ", "))
		}
	}
	return all, nil
}

// Surfaces returns the names that include= knows.
func Surfaces() []string { return names() }

func names() (all []string) {
	for _, s := range surfaces() {
		all = append(all, s.name)
	}
	return all
}

// Units lists the surfaces of every project and group in the target.
func (g *GitLab) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	each := func(of, path string) error {
		for _, s := range g.want {
			if s.of != of {
				continue
			}
			u := sprawl.Unit{Target: g.target, Name: strings.TrimSpace(s.name + " " + path), Bytes: 1 << 14, Remote: true}
			if err := yield(u); err != nil {
				return err
			}
		}
		return nil
	}
	if g.path == "" {
		if err := each("instance", ""); err != nil {
			return err
		}
	}
	if err := g.eachGroup(ctx, func(group *gl.Group) error { return each("group", group.FullPath) }); err != nil {
		return err
	}
	return g.eachProject(ctx, func(p *gl.Project) error { return each("project", p.PathWithNamespace) })
}

// Targets lists the repositories.
func (g *GitLab) Targets(ctx context.Context, yield func(sprawl.Target, map[string]string) error) error {
	if !slices.ContainsFunc(g.want, func(s surface) bool { return s.name == "code" }) {
		return nil
	}
	return g.eachProject(ctx, func(p *gl.Project) error {
		if p.EmptyRepo || p.HTTPURLToRepo == "" || p.RepositoryAccessLevel == gl.DisabledAccessControl {
			return nil
		}
		return yield(sprawl.Target("git+"+p.HTTPURLToRepo), g.saysOf(p))
	})
}

// eachGroup calls f with the groups in the target; none if it is a project.
func (g *GitLab) eachGroup(ctx context.Context, f func(*gl.Group) error) error {
	keep := func(group *gl.Group) error {
		g.mu.Lock()
		g.groups[group.FullPath] = group
		g.mu.Unlock()
		return f(group)
	}
	if g.path == "" {
		return pages(ctx, keep, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Group, *gl.Response, error) {
			return g.api.Groups.ListGroups(&gl.ListGroupsOptions{ListOptions: o, AllAvailable: gl.Ptr(false)}, c)
		})
	}
	group, res, err := g.api.Groups.GetGroup(g.path, &gl.GetGroupOptions{WithProjects: gl.Ptr(false)}, gl.WithContext(ctx))
	if res != nil && res.StatusCode == http.StatusNotFound {
		g.mu.Lock()
		g.isProject = true
		g.mu.Unlock()
		return nil
	}
	if err != nil {
		return g.gap(ctx, g.path, err)
	}
	if err := keep(group); err != nil {
		return err
	}
	return pages(ctx, keep, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Group, *gl.Response, error) {
		return g.api.Groups.ListDescendantGroups(g.path, &gl.ListDescendantGroupsOptions{ListOptions: o}, c)
	})
}

// eachProject calls f with the projects in the target.
func (g *GitLab) eachProject(ctx context.Context, f func(*gl.Project) error) error {
	keep := func(p *gl.Project) error {
		g.mu.Lock()
		g.projects[p.PathWithNamespace] = p
		g.mu.Unlock()
		return f(p)
	}
	g.mu.Lock()
	single := g.isProject
	g.mu.Unlock()
	switch {
	case g.path == "":
		return g.listed(ctx, pages(ctx, keep, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Project, *gl.Response, error) {
			return g.api.Projects.ListProjects(&gl.ListProjectsOptions{ListOptions: o}, c)
		}))
	case single:
		p, err := g.project(ctx, g.path)
		if err != nil {
			return g.gap(ctx, g.path, err)
		}
		return f(p)
	}
	return g.listed(ctx, pages(ctx, keep, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Project, *gl.Response, error) {
		return g.api.Groups.ListGroupProjects(g.path, &gl.ListGroupProjectsOptions{ListOptions: o, IncludeSubGroups: gl.Ptr(true)}, c)
	}))
}

// listed names what could not be listed.
func (g *GitLab) listed(ctx context.Context, err error) error {
	if err == nil || client.Status(problem(err)) == 0 {
		return err
	}
	return g.gap(ctx, "the list of projects", err)
}

// project returns a project that was listed, or asks for it.
func (g *GitLab) project(ctx context.Context, path string) (*gl.Project, error) {
	g.mu.Lock()
	p := g.projects[path]
	g.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, _, err := g.api.Projects.GetProject(path, nil, gl.WithContext(ctx))
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.projects[path] = p
	return p, nil
}

// group is project for groups.
func (g *GitLab) group(ctx context.Context, path string) (*gl.Group, error) {
	g.mu.Lock()
	group := g.groups[path]
	g.mu.Unlock()
	if group != nil {
		return group, nil
	}
	group, _, err := g.api.Groups.GetGroup(path, nil, gl.WithContext(ctx))
	return group, err
}

func (g *GitLab) gap(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &sprawl.Gap{Target: g.target, What: what, Why: problem(err).Error()}
}

// pages calls f with the items of every page that list returns. Its error is
// f's, the list's, or the context's.
func pages[T any](ctx context.Context, f func(T) error, list func(gl.ListOptions, gl.RequestOptionFunc) ([]T, *gl.Response, error)) error {
	for o := (gl.ListOptions{Page: 1, PerPage: 100}); o.Page != 0; {
		items, res, err := list(o, gl.WithContext(ctx))
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
