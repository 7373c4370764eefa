// Package env reads the environment of the running job. What the job says of
// itself, in the variables that its CI system sets, is said of every place.
package env

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
)

// An Env is a Source of variables.
type Env struct {
	target sprawl.Target
	vars   []string
	shown  atomic.Int64
}

// Open returns the Source of vars, each "NAME=value", as os.Environ returns
// them. Of a name that comes twice the last is read, as programs do.
func Open(_ context.Context, t sprawl.Target, vars []string) (*Env, error) {
	return &Env{target: t, vars: vars}, nil
}

// Units lists the environment.
func (e *Env) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return yield(sprawl.Unit{Target: e.target, Name: "environment"})
}

// Read shows each variable as an entry, in order of name.
func (e *Env) Read(ctx context.Context, _ sprawl.Unit, v sprawl.Visitor) error {
	vars := e.byName()
	says := Says(func(name string) string { return vars[name] })
	for _, name := range names(vars) {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.shown.Add(1)
		at := sprawl.Location{Target: e.target, Path: name, Says: says}
		if err := entry.Show(v, at, entry.Field{Name: name, Value: []byte(vars[name])}); err != nil {
			return err
		}
	}
	return nil
}

// Tally returns how many variables there were.
func (e *Env) Tally() sprawl.Tally { return sprawl.Tally{Objects: e.shown.Load()} }

// byName returns the variables. Windows has some whose names begin with "=",
// which hold the directories of drives and nothing else.
func (e *Env) byName() map[string]string {
	vars := make(map[string]string, len(e.vars))
	for _, v := range e.vars {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" {
			vars[name] = value
		}
	}
	return vars
}

func names(vars map[string]string) (all []string) {
	for name := range vars {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// A system is a CI system: the variable that tells it, and where its jobs find
// what it says of them. The values are names of variables.
type system struct {
	name, mark string
	says       map[string]string
	more       func(get func(string) string, says map[string]string)
}

// systems returns the CI systems that are known, each from its own page on
// predefined variables.
func systems() []system {
	return []system{
		{"github-actions", "GITHUB_ACTIONS", map[string]string{
			sprawl.SaysUnit: "GITHUB_REPOSITORY", sprawl.SaysWorkload: "GITHUB_JOB",
			sprawl.SaysProtected: "GITHUB_REF_PROTECTED",
		}, gitHub},
		{"gitlab-ci", "GITLAB_CI", map[string]string{
			sprawl.SaysUnit: "CI_PROJECT_PATH", sprawl.SaysWorkload: "CI_JOB_NAME", sprawl.SaysVisibility: "CI_PROJECT_VISIBILITY",
			sprawl.SaysEnvironment: "CI_ENVIRONMENT_NAME", sprawl.SaysProtected: "CI_COMMIT_REF_PROTECTED",
		}, gitLab},
		{"circleci", "CIRCLECI", map[string]string{sprawl.SaysUnit: "CIRCLE_PROJECT_REPONAME", sprawl.SaysWorkload: "CIRCLE_JOB", sprawl.SaysTenant: "CIRCLE_PROJECT_USERNAME"}, nil},
		{"buildkite", "BUILDKITE", map[string]string{sprawl.SaysUnit: "BUILDKITE_PIPELINE_SLUG", sprawl.SaysWorkload: "BUILDKITE_STEP_KEY", sprawl.SaysTenant: "BUILDKITE_ORGANIZATION_SLUG"}, nil},
		{"azure-pipelines", "TF_BUILD", map[string]string{sprawl.SaysUnit: "BUILD_REPOSITORY_NAME", sprawl.SaysWorkload: "SYSTEM_JOBNAME", sprawl.SaysEnvironment: "ENVIRONMENT_NAME", sprawl.SaysTenant: "SYSTEM_COLLECTIONURI"}, nil},
		{"bitbucket-pipelines", "BITBUCKET_BUILD_NUMBER", map[string]string{sprawl.SaysUnit: "BITBUCKET_REPO_FULL_NAME", sprawl.SaysEnvironment: "BITBUCKET_DEPLOYMENT_ENVIRONMENT", sprawl.SaysTenant: "BITBUCKET_WORKSPACE"}, nil},
		{"jenkins", "JENKINS_URL", map[string]string{sprawl.SaysUnit: "JOB_NAME", sprawl.SaysTenant: "JENKINS_URL"}, nil},
	}
}

// Says returns what the job's CI system says of the job, by the variables that
// get returns; nothing beyond the custody outside of any.
func Says(get func(string) string) map[string]string {
	says := map[string]string{}
	for _, s := range systems() {
		if get(s.mark) == "" {
			continue
		}
		says[sprawl.SaysCustody], says[sprawl.SaysScope] = "ci-store", "job"
		for key, name := range s.says {
			if value := get(name); value != "" {
				says[key] = value
			}
		}
		if s.more != nil {
			s.more(get, says)
		}
		return says
	}
	says[sprawl.SaysCustody] = "endpoint"
	return says
}

func gitHub(get func(string) string, says map[string]string) {
	if owner := get("GITHUB_REPOSITORY_OWNER"); owner != "" {
		says[sprawl.SaysTenant] = fmt.Sprint(host(get("GITHUB_SERVER_URL")), "/", owner)
	}
	switch get("GITHUB_EVENT_NAME") {
	case "pull_request_target", "workflow_run", "issue_comment": // run with secrets, for anyone's change
		says[sprawl.SaysForks] = "true"
	}
}

func gitLab(get func(string) string, says map[string]string) {
	if group := get("CI_PROJECT_ROOT_NAMESPACE"); group != "" {
		says[sprawl.SaysTenant] = fmt.Sprint(host(get("CI_SERVER_URL")), "/", group)
	}
}

// host returns the host of a URL.
func host(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
