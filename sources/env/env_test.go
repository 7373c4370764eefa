package env_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/env"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

func open(t *testing.T, vars ...string) *env.Env {
	t.Helper()
	e, err := env.Open(t.Context(), "env:", vars)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Named: true, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		var vars []string
		for name, data := range files {
			vars = append(vars, name+"="+string(data))
		}
		return open(t, vars...)
	}}.Run(t)
}

func TestOddVariables(t *testing.T) {
	objects, gaps, tally, err := sourcetest.Collect(t.Context(), open(t, "A=1", "none", "=C:=D", "A=2", "B="))
	if err != nil || len(gaps) > 0 || tally.Objects != 2 || len(objects) != 2 {
		t.Fatal(err, gaps, tally, objects)
	}
	if got := string(objects[0].Data) + string(objects[1].Data); !strings.Contains(got, "A=2\n") || strings.Contains(got, "A=1") {
		t.Errorf("of a name that comes twice, %q was read", got)
	}
}

func TestSays(t *testing.T) {
	for _, c := range []struct {
		vars map[string]string
		want map[string]string
	}{
		{nil, map[string]string{"custody": "endpoint"}},
		{map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/api", "GITHUB_REPOSITORY_OWNER": "acme", "GITHUB_JOB": "deploy",
			"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REF_PROTECTED": "true", "GITHUB_EVENT_NAME": "push",
		}, map[string]string{
			"custody": "ci-store", "scope": "job", "unit": "acme/api", "tenant": "github.com/acme", "workload": "deploy", "protected": "true",
		}},
		{map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request_target"}, map[string]string{
			"custody": "ci-store", "scope": "job", "forks": "true",
		}},
		{map[string]string{
			"GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/pay/api", "CI_PROJECT_ROOT_NAMESPACE": "acme", "CI_SERVER_URL": "https://git.acme.test:8443",
			"CI_ENVIRONMENT_NAME": "production", "CI_PROJECT_VISIBILITY": "internal", "CI_COMMIT_REF_PROTECTED": "false",
		}, map[string]string{
			"custody": "ci-store", "scope": "job", "unit": "acme/pay/api", "tenant": "git.acme.test:8443/acme",
			"environment": "production", "visibility": "internal", "protected": "false",
		}},
	} {
		got := env.Says(func(name string) string { return c.vars[name] })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.vars, diff)
		}
	}
}
