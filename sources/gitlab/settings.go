package gitlab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
)

// A variable is one at any level.
type variable struct {
	key, value, scope         string
	protected, masked, hidden bool
}

func (r *reader) instanceVariables() error {
	return pages(r.Ctx, func(v *gl.InstanceVariable) error {
		return r.variable(variable{v.Key, v.Value, "*", v.Protected, v.Masked, false})
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.InstanceVariable, *gl.Response, error) {
		return r.api.InstanceVariables.ListVariables((*gl.ListInstanceVariablesOptions)(&o), c)
	})
}

func (r *reader) groupVariables() error {
	if err := r.inGroup(); err != nil {
		return err
	}
	return pages(r.Ctx, func(v *gl.GroupVariable) error {
		return r.variable(variable{v.Key, v.Value, v.EnvironmentScope, v.Protected, v.Masked, v.Hidden})
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.GroupVariable, *gl.Response, error) {
		return r.api.GroupVariables.ListVariables(r.path, (*gl.ListGroupVariablesOptions)(&o), c)
	})
}

func (r *reader) variables() error {
	if _, err := r.inProject(); err != nil {
		return err
	}
	return pages(r.Ctx, func(v *gl.ProjectVariable) error {
		return r.variable(variable{v.Key, v.Value, v.EnvironmentScope, v.Protected, v.Masked, v.Hidden})
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.ProjectVariable, *gl.Response, error) {
		return r.api.ProjectVariables.ListVariables(r.path, (*gl.ListProjectVariablesOptions)(&o), c)
	})
}

// variablesPath begins the paths of variables.
const variablesPath = "variables/"

// variable shows a variable. One whose value GitLab hides is a gap, and an
// exposure where every pipeline can read it.
func (r *reader) variable(v variable) error {
	scope := cmp.Or(v.scope, "*")
	at := r.At(variablesPath+scope+"/"+v.key, sprawl.SaysEnvironment, scope, sprawl.SaysCustody, "ci-store", sprawl.SaysProtected, yes(v.protected))
	if v.hidden {
		at.Key = v.key
		r.Gap(at.Path, "GitLab shows nobody the value of a hidden variable: sprawl fingerprint, in a job, tells whether it is a copy")
		if !v.protected {
			r.Expose(open(at, v.key))
		}
		return nil
	}
	return r.Value(at, v.key, v.value)
}

func open(at sprawl.Location, key string) sprawl.Exposure {
	return sprawl.Exposure{
		Kind: "unprotected", At: at,
		Why: fmt.Sprintf("the pipelines of every branch can read the variable %s, not only those of protected ones", key),
		Fix: "Settings > CI/CD > Variables: tick Protect variable",
	}
}

func (r *reader) schedules() error {
	if _, err := r.inProject(); err != nil {
		return err
	}
	return pages(r.Ctx, func(s *gl.PipelineSchedule) error {
		whole, _, err := r.api.PipelineSchedules.GetPipelineSchedule(r.path, s.ID, gl.WithContext(r.Ctx))
		if client.Status(problem(err)) == http.StatusNotFound {
			return nil // deleted since it was listed
		}
		if err != nil {
			return r.Miss(fmt.Sprint("schedules/", s.ID), err)
		}
		for _, v := range whole.Variables {
			at := r.At(fmt.Sprintf("schedules/%d/%s", s.ID, v.Key), sprawl.SaysCustody, "ci-store", sprawl.SaysScope, "pipeline", sprawl.SaysModified, stamp(whole.UpdatedAt))
			if err := r.Value(at, v.Key, v.Value); err != nil {
				return err
			}
		}
		return nil
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.PipelineSchedule, *gl.Response, error) {
		return r.api.PipelineSchedules.ListPipelineSchedules(r.path, (*gl.ListPipelineSchedulesOptions)(&o), c)
	})
}

// triggers shows the tokens that start pipelines. GitLab shows whole ones to
// their owners, and four characters to others.
func (r *reader) triggers() error {
	if _, err := r.inProject(); err != nil {
		return err
	}
	return pages(r.Ctx, func(t *gl.PipelineTrigger) error {
		at := r.At(fmt.Sprint("triggers/", t.ID), sprawl.SaysCustody, "ci-store", sprawl.SaysModified, stamp(t.UpdatedAt))
		if len(t.Token) <= 4 {
			r.Gap(at.Path, "GitLab shows the token to its owner only")
			return nil
		}
		return r.Value(at, "trigger_token", t.Token)
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.PipelineTrigger, *gl.Response, error) {
		return r.api.PipelineTriggers.ListPipelineTriggers(r.path, (*gl.ListPipelineTriggersOptions)(&o), c)
	})
}

// Reread shows again the variable at a location.
func (g *GitLab) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	rest, ok := strings.CutPrefix(at.Path, variablesPath)
	cut := strings.LastIndexByte(rest, '/')
	if !ok || cut < 0 {
		return &sprawl.Gap{Target: at.Target, What: at.Path, Why: "only variables can be read again by themselves: scan again"}
	}
	scope, key := rest[:cut], rest[cut+1:]
	value, err := g.value(ctx, at, scope, key)
	switch status := client.Status(problem(err)); {
	case err == nil:
		return yield(entry.Text(entry.Field{Name: key, Value: []byte(value)}))
	case status == http.StatusNotFound || status == http.StatusGone:
		return errors.Join(sprawl.ErrGone, problem(err))
	}
	return &sprawl.Gap{Target: at.Target, What: at.Path, Why: problem(err).Error()}
}

// value asks for the value of a variable.
func (g *GitLab) value(ctx context.Context, at *sprawl.Location, scope, key string) (string, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(string(at.Target), "gitlab://"+g.base.Host), "/")
	switch at.Says[sprawl.SaysScope] {
	case "instance":
		v, _, err := g.api.InstanceVariables.GetVariable(key, gl.WithContext(ctx))
		if err != nil {
			return "", err
		}
		return v.Value, nil
	case "group":
		o := &gl.GetGroupVariableOptions{Filter: &gl.VariableFilter{EnvironmentScope: scope}}
		v, _, err := g.api.GroupVariables.GetVariable(path, key, o, gl.WithContext(ctx))
		if err != nil {
			return "", err
		}
		return v.Value, nil
	}
	o := &gl.GetProjectVariableOptions{Filter: &gl.VariableFilter{EnvironmentScope: scope}}
	v, _, err := g.api.ProjectVariables.GetVariable(path, key, o, gl.WithContext(ctx))
	if err != nil {
		return "", err
	}
	return v.Value, nil
}
