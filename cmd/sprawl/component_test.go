package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestComponent runs the script of the GitLab component as a runner would, with
// the inputs' defaults, for a merge request that brings a key.
func TestComponent(t *testing.T) {
	for _, tool := range []string{"sh", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs " + tool)
		}
	}
	text, err := os.ReadFile("../../templates/sprawl.yml")
	if err != nil {
		t.Fatal(err)
	}
	head, body, ok := strings.Cut(string(text), "\n---\n")
	var spec struct {
		Spec struct {
			Inputs map[string]struct{ Default, Description string }
		}
	}
	if err := yaml.Unmarshal([]byte(head), &spec); err != nil || !ok || len(spec.Spec.Inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	for name, in := range spec.Spec.Inputs {
		if !strings.Contains(body, "$[[ inputs."+name+" ]]") || in.Description == "" {
			t.Errorf("the input %s is not used or not described", name)
		}
		body = strings.ReplaceAll(body, "$[[ inputs."+name+" ]]", in.Default)
	}
	if strings.Contains(body, "$[[") {
		t.Error("an input is used that is not there")
	}
	var jobs map[string]struct {
		Variables map[string]string
		Script    []string
		Artifacts struct{ Reports map[string]string }
	}
	if err := yaml.Unmarshal([]byte(body), &jobs); err != nil {
		t.Fatal(err)
	}
	job := jobs["sprawl"]
	repo, bin := t.TempDir(), t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, filepath.Join(bin, "sprawl")); err != nil {
		t.Fatal(err)
	}
	run := func(script string, env ...string) (string, error) {
		cmd := exec.Command("sh", "-e", "-c", script)
		cmd.Dir = repo
		cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + bin, "TMPDIR=" + bin, "GIT_CONFIG_NOSYSTEM=1"}, env...)
		out, err := cmd.CombinedOutput()
		return string(bytes.TrimSpace(out)), err
	}
	const commit = "git add -A; git -c user.name=a -c user.email=a@example.test commit -q -m m; git rev-parse HEAD"
	base, err := run("git init -q; echo text > a; " + commit)
	if err != nil {
		t.Fatal(base)
	}
	if err := os.WriteFile(filepath.Join(repo, "key"), []byte(madeUp(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	tip, err := run(commit)
	if err != nil {
		t.Fatal(tip)
	}
	env := []string{
		"GITLAB_CI=true", "CI_PIPELINE_SOURCE=merge_request_event", "CI_MERGE_REQUEST_IID=1", "CI_PROJECT_DIR=" + repo,
		"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base, "CI_COMMIT_SHA=" + tip,
	}
	for name, v := range job.Variables {
		env = append(env, name+"="+strings.ReplaceAll(v, "$CI_PROJECT_DIR", repo))
	}
	out, err := run(strings.Join(job.Script, "\n"), env...)
	if err == nil || !strings.Contains(out, "key:1:1") {
		t.Errorf("it was not stopped: %v\n%s", err, out)
	}
	written, err := os.ReadFile(filepath.Join(repo, job.Artifacts.Reports["secret_detection"]))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rep struct {
		Version         string
		Vulnerabilities []struct{ Location struct{ File string } }
	}
	if err := json.Unmarshal(written, &rep); err != nil || rep.Version == "" || len(rep.Vulnerabilities) != 1 || rep.Vulnerabilities[0].Location.File != "key" {
		t.Errorf("the report is not what GitLab wants: %v\n%s", err, written)
	}
}
