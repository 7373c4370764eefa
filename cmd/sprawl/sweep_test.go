package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// organisation makes directories that share credentials, and the file of a sweep
// over them.
func organisation(t *testing.T, n int) (file string, dirs []string) {
	t.Helper()
	root := t.TempDir()
	shared := newSecret(t, githubToken)
	var b strings.Builder
	fmt.Fprintln(&b, "register = \"r.db\"")
	for i := range n {
		dir := filepath.Join(root, fmt.Sprint("service", i))
		for k := range 20 {
			writeFile(t, filepath.Join(dir, fmt.Sprint("src/file", k, ".txt")), "token = "+newSecret(t, githubToken)+"\n")
		}
		writeFile(t, filepath.Join(dir, "deploy.env"), "GITHUB_TOKEN="+shared+"\n")
		dirs = append(dirs, dir)
		fmt.Fprintf(&b, "\n[[target]]\nurl = %q\n", "dir:"+filepath.ToSlash(dir))
	}
	file = filepath.Join(root, "sprawl.toml")
	writeFile(t, file, b.String())
	return file, dirs
}

// swept sweeps in this process, and returns the report's credentials, each with
// its places, and what else it said.
func swept(t *testing.T, file string, code int) (all []string, r result, notes string) {
	t.Helper()
	out, _ := ran(t, "", code, "sweep", "--file", file, "--format", "json")
	r, err := parseReport(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.credentials {
		var at []string
		for _, l := range c.Locations {
			at = append(at, fmt.Sprint(l["target"], l["path"], l["line"], l["column"]))
		}
		slices.Sort(at)
		all = append(all, fmt.Sprint(c.ID, c.Rule, at))
	}
	text, _ := ran(t, "", code, "sweep", "--file", file)
	return all, r, text
}

func TestSweep(t *testing.T) {
	file, dirs := organisation(t, 3)
	first, r, text := swept(t, file, exitFound)
	if len(first) != 61 || r.receipt["complete"] != true || r.receipt["bytes"].(float64) == 0 {
		t.Fatalf("%d credentials, receipt %v", len(first), r.receipt)
	}
	if n := strings.Count(text, "did not change"); n != 3 {
		t.Errorf("of 3 targets %d did not change: %s", n, text)
	}
	again, r, _ := swept(t, file, exitFound)
	if !slices.Equal(again, first) || r.receipt["bytes"].(float64) != 0 {
		t.Errorf("the second sweep read %v bytes, and told something else", r.receipt["bytes"])
	}
	if err := os.Remove(filepath.Join(dirs[1], "src", "file7.txt")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dirs[1], "src", "new.txt"), "token = "+newSecret(t, githubToken)+"\nand "+newSecret(t, githubToken)+"\n")
	changed, r, _ := swept(t, file, exitFound)
	if len(changed) != 62 {
		t.Errorf("%d credentials after one went and two came, want 62", len(changed))
	}
	if gone := "service1" + "src/file7.txt"; strings.Contains(strings.Join(changed, "\n"), gone) {
		t.Error("a place that is gone is told")
	}
	if b := r.receipt["bytes"].(float64); b == 0 || b > 3000 {
		t.Errorf("%v bytes were read for one changed directory", b)
	}
}

// TestSweepKilled kills sweeps at random points. What they leave goes on to the
// result of one that was never stopped.
func TestSweepKilled(t *testing.T) {
	file, _ := organisation(t, 6)
	if out, err := sprawlCommand(t.Context(), t, "sweep", "--file", file, "--dry-run").CombinedOutput(); err == nil {
		t.Fatalf("without a key: %s", out)
	}
	whole, _, _ := swept(t, file, exitFound)
	if err := os.Remove(filepath.Join(filepath.Dir(file), "r.db")); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(filepath.Dir(file), "r.db"+more))
	}
	for range 12 {
		cmd := sprawlCommand(t.Context(), t, "sweep", "--file", file)
		cmd.Env = append(os.Environ(), append(cmd.Env, keyVariable())...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond) // where it is killed, and nothing else
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if got, _, _ := swept(t, file, exitFound); !slices.Equal(got, whole) {
		t.Errorf("after having been killed it tells %d credentials, and else %d", len(got), len(whole))
	}
}

func TestSweepFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sprawl.toml")
	for _, c := range []struct{ text, want string }{
		{"", "no [[target]]"},
		{"registre = 1\n[[target]]\nurl = \"dir:.\"\n", "sprawl.toml:1: registre"},
		{"[[target]]\nurl = \"dir:.\"\n\n[[target]]\nurl = \"dir:.\"\n", "twice"},
		{"[[target]]\nurl = \"dir:.\"\n[budget]\ntime = \"soon\"\n", "sprawl.toml:4: "},
		{"[[target]]\nurl = \"dir:.\"\nworkers = [\n", "sprawl.toml:"},
		{"[[target]]\nurl = \"dir:.\"\n", "register"},
		{"register = \"r.db\"\n[[target]]\nurl = \"nonsense:x\"\n", "nonsense:x"},
	} {
		writeFile(t, file, c.text)
		if _, errs := ran(t, "", exitRequest, "sweep", "--file", file); !strings.Contains(errs, c.want) {
			t.Errorf("%q: %q does not say %q", c.text, errs, c.want)
		}
	}
	writeFile(t, file, "register = \"r.db\"\n[[target]]\nurl = \"dir:"+filepath.ToSlash(dir)+"\"\n[[target]]\nurl = \"github://acme\"\n")
	out, _ := ran(t, "", exitClean, "sweep", "--file", file, "--dry-run")
	for _, want := range []string{"dir:", "github.com/acme", "GITHUB_TOKEN", "No issuer is asked"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not tell %s: %s", want, out)
		}
	}
}
