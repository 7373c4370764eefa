package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/seed-5dd601fe/sprawl/report"
)

// An action is action.yml, as far as GitHub's metadata syntax has it.
type action struct {
	Name        string
	Description string
	Author      string
	Branding    map[string]string
	Inputs      map[string]struct {
		Description string
		Default     *string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	Name, ID, If, Uses, Shell, Run string
	WorkingDirectory               string `yaml:"working-directory"`
	Env                            map[string]string
	With                           map[string]string
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true) // a key that GitHub does not know is an error
	if err := dec.Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestActionIsDocumented holds the page about CI to action.yml, and the outputs
// to what the command writes.
func TestActionIsDocumented(t *testing.T) {
	a := readAction(t)
	page, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range a.Inputs {
		if in.Default == nil || in.Description == "" {
			t.Errorf("input %s lacks a default or a description", name)
			continue
		}
		line := "| `" + name + "` | " + strings.TrimSpace("`"+*in.Default+"`") + " | " + in.Description + " |"
		if line = strings.Replace(line, " `` ", " ", 1); !strings.Contains(string(page), line+"\n") {
			t.Errorf("docs/ci.md lacks the line\n%s", line)
		}
	}
	for name, out := range a.Outputs {
		if out.Value != "${{ steps.gate.outputs."+name+" }}" {
			t.Errorf("output %s is %s", name, out.Value)
		}
		if !strings.Contains(string(page), "| `"+name+"` | "+out.Description+" |\n") {
			t.Errorf("docs/ci.md lacks the line\n| `%s` | %s |", name, out.Description)
		}
	}
	file := filepath.Join(t.TempDir(), "output")
	g := &gate{c: console{env: func(n string) (string, bool) { return file, n == "GITHUB_OUTPUT" }}, f: &ciFlags{}, doc: &report.Document{}}
	if err := g.outputs(""); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, "=")
		written = append(written, name)
		if _, ok := a.Outputs[name]; !ok {
			t.Errorf("the command writes %s, which action.yml does not hand on", name)
		}
	}
	if len(written) != len(a.Outputs) {
		t.Errorf("the command writes %q, action.yml has %d outputs", written, len(a.Outputs))
	}
}

// TestActionSteps checks how the steps hang together.
func TestActionSteps(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Fatalf("using %s", a.Runs.Using)
	}
	used := regexp.MustCompile(`inputs\.([a-z0-9-]+)`)
	var ids, wanted []string
	for _, s := range a.Runs.Steps {
		if (s.Run == "") == (s.Uses == "") || s.Run != "" && s.Shell == "" {
			t.Errorf("step %q: want uses, or run with a shell", s.Name)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %q: an expression in a script lets strangers' text be run", s.Name)
		}
		ids = append(ids, s.ID)
		for _, text := range append([]string{s.If}, append(values(s.Env), values(s.With)...)...) {
			for _, m := range used.FindAllStringSubmatch(text, -1) {
				wanted = append(wanted, m[1])
				if _, ok := a.Inputs[m[1]]; !ok {
					t.Errorf("step %q uses the input %s, which is not there", s.Name, m[1])
				}
			}
		}
	}
	for name := range a.Inputs {
		if !slices.Contains(wanted, name) {
			t.Errorf("no step uses the input %s", name)
		}
	}
	if !slices.Contains(ids, "gate") {
		t.Error("no step is called gate")
	}
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// TestActionGate runs the step that is the gate as the runner would, with the
// inputs' defaults, on a push of a clean commit and of one with a key.
func TestActionGate(t *testing.T) {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs " + tool)
		}
	}
	a := readAction(t)
	i := slices.IndexFunc(a.Runs.Steps, func(s actionStep) bool { return s.ID == "gate" })
	step := a.Runs.Steps[i]
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	temp, repo := t.TempDir(), t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(temp, "sprawl-bin"), 0o777), os.Symlink(exe, filepath.Join(temp, "sprawl-bin", "sprawl"))); err != nil {
		t.Fatal(err)
	}
	sh := func(script string, env ...string) (string, error) {
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", script)
		cmd.Dir = repo
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + temp, "TMPDIR=" + temp, "GIT_CONFIG_NOSYSTEM=1"}, env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	const commit = "git add -A; git -c user.name=a -c user.email=a@example.test commit -q -m m; git rev-parse HEAD"
	first, err := sh("git init -q; echo text > a; " + commit)
	if err != nil {
		t.Fatal(first)
	}
	if err := os.WriteFile(filepath.Join(repo, "key"), []byte(madeUp(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := sh(commit)
	if err != nil {
		t.Fatal(second)
	}
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	for _, c := range []struct{ before, after, want string }{{first, first, "clean"}, {first, second, "found"}} {
		event := filepath.Join(temp, "event.json")
		text := `{"ref":"refs/heads/x","before":"` + c.before + `","after":"` + c.after + `","repository":{"default_branch":"main"}}`
		output := filepath.Join(temp, "output-"+c.want)
		if err := os.WriteFile(event, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		env := []string{
			"RUNNER_TEMP=" + temp, "GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=push", "GITHUB_EVENT_PATH=" + event,
			"GITHUB_OUTPUT=" + output, "GITHUB_STEP_SUMMARY=" + output + ".md",
		}
		for name, v := range step.Env {
			for in, def := range a.Inputs {
				v = strings.ReplaceAll(v, "${{ inputs."+in+" }}", *def.Default)
			}
			env = append(env, name+"="+strings.ReplaceAll(v, "${{ github.token }}", "job-token"))
		}
		out, err := sh(step.Run, env...)
		if (err != nil) != (c.want == "found") {
			t.Errorf("%s: %v\n%s", c.want, err, out)
		}
		if got, _ := os.ReadFile(output); !strings.Contains(string(got), "reason="+c.want+"\n") || !strings.Contains(string(got), "sarif=sprawl.sarif\n") {
			t.Errorf("outputs are %s, log\n%s", got, out)
		}
		if _, err := os.Stat(filepath.Join(repo, "sprawl.sarif")); err != nil {
			t.Error(err)
		}
	}
}
