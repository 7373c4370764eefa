package gitlab

import (
	"errors"
	"fmt"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
)

// errEnough ends a list.
var errEnough = errors.New("enough")

// eachJob calls f with the newest jobs of the project.
func (r *reader) eachJob(f func(*gl.Job) error) error {
	p, err := r.inProject()
	if err != nil || p.BuildsAccessLevel == gl.DisabledAccessControl || r.GitLab.logs == 0 {
		return err
	}
	n := 0
	err = pages(r.Ctx, func(j *gl.Job) error {
		if n++; n > r.GitLab.logs {
			return errEnough
		}
		return f(j)
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Job, *gl.Response, error) {
		o.PerPage = min(o.PerPage, r.GitLab.logs)
		return r.api.Jobs.ListProjectJobs(r.path, &gl.ListJobsOptions{ListOptions: o}, c)
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// logs shows what jobs printed.
func (r *reader) logs() error {
	return r.eachJob(func(j *gl.Job) error {
		return r.stream(r.run(j, "log", "log"), r.projectPath("/jobs/%d/trace", j.ID))
	})
}

// artifacts shows what jobs kept. Most keep nothing.
func (r *reader) artifacts() error {
	return r.eachJob(func(j *gl.Job) error {
		if j.ArtifactsFile.Size == 0 {
			return nil
		}
		return r.stream(r.run(j, "artifacts.zip", "artifact"), r.projectPath("/jobs/%d/artifacts", j.ID))
	})
}

// run returns where a file of a job is.
func (r *reader) run(j *gl.Job, file, custody string) sprawl.Location {
	return r.At(fmt.Sprintf("jobs/%d/%s", j.ID, file), sprawl.SaysCustody, custody, sprawl.SaysScope, "job",
		sprawl.SaysWorkload, "job/"+j.Name, sprawl.SaysModified, stamp(j.FinishedAt))
}
