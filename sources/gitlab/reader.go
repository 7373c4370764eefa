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
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// A reader is one Read in progress.
type reader struct {
	*GitLab
	*forge.Reader
	path string // of the project or group
}

// reader prepares to read what belongs to path.
func (g *GitLab) reader(ctx context.Context, v sprawl.Visitor, path string) *reader {
	target := sprawl.Target("gitlab://" + strings.TrimSuffix(g.base.Host+"/"+path, "/"))
	r := &reader{GitLab: g, Reader: forge.NewReader(ctx, &g.log, v, target, g.o.Reach, problem), path: path}
	r.Says = map[string]string{sprawl.SaysTenant: g.base.Host, sprawl.SaysScope: "instance"}
	return r
}

// inProject fills in what GitLab says of the project.
func (r *reader) inProject() (*gl.Project, error) {
	p, err := r.project(r.Ctx, r.path)
	if err == nil {
		r.Says = r.saysOf(p)
	}
	return p, err
}

func (r *reader) inGroup() error {
	group, err := r.group(r.Ctx, r.path)
	if err == nil {
		r.Says = map[string]string{
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

// stream shows what the API has under path, which may be large.
func (r *reader) stream(at sprawl.Location, path string) error {
	return r.Stream(at, func() (io.ReadCloser, error) {
		body, _, err := r.ask.Get(r.Ctx, path, nil)
		return body, err
	})
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

// stamp returns a time as locations have it.
func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return forge.Stamp(*t)
}

// projectPath is the start of the API's paths for the project.
func (r *reader) projectPath(format string, args ...any) string {
	return "/projects/" + url.PathEscape(r.path) + fmt.Sprintf(format, args...)
}

func yes(b bool) string { return strconv.FormatBool(b) }
