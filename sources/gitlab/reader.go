package gitlab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// A reader is one Read in progress.
type reader struct {
	*GitLab
	ctx    context.Context
	v      sprawl.Visitor
	path   string // of the project or group
	target sprawl.Target
	says   map[string]string // of the project or group; not changed
	unpack *unpack.Unpacker
	gaps   []error

	visited error // what the visitor returned, which ends the unit
}

// reader prepares to read what belongs to path.
func (g *GitLab) reader(ctx context.Context, v sprawl.Visitor, path string) (*reader, error) {
	r := &reader{GitLab: g, ctx: ctx, v: v, path: path}
	r.target = sprawl.Target("gitlab://" + strings.TrimSuffix(g.base.Host+"/"+path, "/"))
	r.unpack = unpack.Wrap(v, unpack.Limits{Reach: g.o.Reach, Stop: ctx.Err})
	r.says = map[string]string{sprawl.SaysTenant: g.base.Host, sprawl.SaysScope: "instance"}
	return r, nil
}

// inProject fills in what GitLab says of the project.
func (r *reader) inProject() (*gl.Project, error) {
	p, err := r.project(r.ctx, r.path)
	if err == nil {
		r.says = r.saysOf(p)
	}
	return p, err
}

func (r *reader) inGroup() error {
	group, err := r.group(r.ctx, r.path)
	if err == nil {
		r.says = map[string]string{
			sprawl.SaysTenant: r.tenant(r.path), sprawl.SaysVisibility: string(group.Visibility),
			sprawl.SaysUnit: r.path, sprawl.SaysScope: "group", sprawl.SaysOwnerType: "organisation",
		}
	}
	return err
}

// saysOf returns what GitLab says of a project.
func (g *GitLab) saysOf(p *gl.Project) map[string]string {
	says := map[string]string{
		sprawl.SaysTenant: g.tenant(p.PathWithNamespace), sprawl.SaysVisibility: string(p.Visibility),
		sprawl.SaysUnit: p.PathWithNamespace, sprawl.SaysScope: "project", sprawl.SaysOwnerType: "organisation",
	}
	if p.Namespace != nil && p.Namespace.Kind == "user" {
		says[sprawl.SaysOwnerType] = "user"
	}
	return says
}

// tenant is the host with the topmost group.
func (g *GitLab) tenant(path string) string {
	top, _, _ := strings.Cut(path, "/")
	return g.base.Host + "/" + top
}

// with returns says with more pairs.
func with(says map[string]string, pairs ...string) map[string]string {
	all := make(map[string]string, len(says)+len(pairs)/2)
	for k, v := range says {
		all[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all[pairs[i]] = pairs[i+1]
		}
	}
	return all
}

func (r *reader) at(path string, says ...string) sprawl.Location {
	return sprawl.Location{Target: r.target, Path: path, Says: with(r.says, says...)}
}

// visit keeps an error of the visitor apart from those of GitLab.
func (r *reader) visit(err error) error {
	if err != nil {
		r.visited = err
	}
	return err
}

// text shows one text.
func (r *reader) text(at sprawl.Location, text string) error {
	r.shown.Add(1)
	if text == "" || !r.v.Offer(&at) {
		return nil
	}
	return r.visit(r.unpack.Visit(&sprawl.Chunk{At: &at, Data: []byte(text)}))
}

// stream shows what the API has under path, which may be large.
func (r *reader) stream(at sprawl.Location, path string) error {
	r.shown.Add(1)
	if !r.v.Offer(&at) {
		return nil
	}
	body, _, err := r.ask.Get(r.ctx, path, nil)
	if client.Status(err) == http.StatusNotFound || client.Status(err) == http.StatusGone {
		return nil // there was none, or it has expired
	}
	if err != nil {
		return r.miss(at.Path, err)
	}
	defer body.Close()
	return r.visit(r.unpack.Stream(&at, io.Reader(body)))
}

// miss notes that one thing of many could not be read, and goes on unless the
// run is over.
func (r *reader) miss(what string, err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	r.gaps = append(r.gaps, &sprawl.Gap{Target: r.target, What: what, Why: problem(err).Error()})
	return nil
}

// result makes gaps of what went wrong.
func (r *reader) result(s surface, err error) error {
	switch {
	case r.visited != nil:
		return r.visited
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case err != nil:
		why := problem(err).Error()
		if status := client.Status(problem(err)); status == http.StatusUnauthorized || status == http.StatusForbidden {
			why += "; it needs " + s.needs
		}
		r.gaps = append(r.gaps, &sprawl.Gap{Target: r.target, What: s.name, Why: why})
	}
	for _, g := range r.unpack.Gaps() {
		r.gaps = append(r.gaps, &g)
	}
	return errors.Join(r.gaps...)
}

// problem returns an error of the library as one of ours.
func problem(err error) error {
	var answer *gl.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil {
		return &client.StatusError{Status: answer.Response.StatusCode, What: answer.Response.Request.URL.Path}
	}
	if errors.Is(err, gl.ErrNotFound) {
		return &client.StatusError{Status: http.StatusNotFound, What: "the API"}
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// stamp returns a time as facts have it.
func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// projectPath is the start of the API's paths for the project.
func (r *reader) projectPath(format string, args ...any) string {
	return "/projects/" + url.PathEscape(r.path) + fmt.Sprintf(format, args...)
}

func yes(b bool) string { return strconv.FormatBool(b) }
