package github

import (
	"errors"
	"fmt"
	"io"
	"net/url"

	gh "github.com/google/go-github/v60/github"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// errEnough ends a list.
var errEnough = errors.New("enough")

// logs shows what the newest runs printed: GitHub sends a zip of each.
func (r *reader) logs() error {
	if _, err := r.inRepository(); err != nil || r.GitHub.logs == 0 {
		return err
	}
	n := 0
	err := pages(r.Ctx, func(run *gh.WorkflowRun) error {
		if n++; n > r.GitHub.logs {
			return errEnough
		}
		at := r.At(fmt.Sprintf("actions/runs/%d/logs.zip", run.GetID()), sprawl.SaysCustody, "log", sprawl.SaysScope, "job",
			sprawl.SaysWorkload, "workflow/"+run.GetName(), sprawl.SaysModified, forge.Stamp(run.GetUpdatedAt().Time))
		return r.download(at, "/actions/runs/%d/logs", run.GetID())
	}, func(o gh.ListOptions) ([]*gh.WorkflowRun, *gh.Response, error) {
		o.PerPage = min(o.PerPage, r.GitHub.logs)
		all, res, err := r.api.Actions.ListRepositoryWorkflowRuns(r.Ctx, r.owner, r.name, &gh.ListWorkflowRunsOptions{ListOptions: o})
		if err != nil {
			return nil, res, err
		}
		return all.WorkflowRuns, res, nil
	})
	return unlessEnough(err)
}

// artifacts shows the newest files that runs kept.
func (r *reader) artifacts() error {
	if _, err := r.inRepository(); err != nil || r.GitHub.logs == 0 {
		return err
	}
	n := 0
	err := pages(r.Ctx, func(a *gh.Artifact) error {
		if n++; n > r.GitHub.logs {
			return errEnough
		}
		if a.GetExpired() {
			return nil
		}
		at := r.At(fmt.Sprintf("actions/artifacts/%d/%s.zip", a.GetID(), a.GetName()), sprawl.SaysCustody, "artifact",
			sprawl.SaysModified, forge.Stamp(a.GetUpdatedAt().Time))
		return r.download(at, "/actions/artifacts/%d/zip", a.GetID())
	}, func(o gh.ListOptions) ([]*gh.Artifact, *gh.Response, error) {
		o.PerPage = min(o.PerPage, r.GitHub.logs)
		all, res, err := r.api.Actions.ListArtifacts(r.Ctx, r.owner, r.name, &o)
		if err != nil {
			return nil, res, err
		}
		return all.Artifacts, res, nil
	})
	return unlessEnough(err)
}

func unlessEnough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// download shows what a path of the repository leads to.
func (r *reader) download(at sprawl.Location, format string, id int64) error {
	return r.Stream(at, func() (io.ReadCloser, error) {
		return r.ask.Download(r.Ctx, "/repos/"+r.owner+"/"+url.PathEscape(r.name)+fmt.Sprintf(format, id), "")
	})
}
