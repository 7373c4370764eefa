package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl/detectors"
)

// newSecret makes up a credential.
func newSecret(t testing.TB, template string) string {
	t.Helper()
	value, err := detectors.Expand(template, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// environment returns what a console has where only these variables are set,
// written as NAME=value.
func environment(vars ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

func keyVariable() string { return fmt.Sprintf("SPRAWL_KEY=%x", testKey()) }

// scanned runs scan --format json in this process.
func scanned(t testing.TB, in io.Reader, args ...string) (result, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), append([]string{"scan", "--format=json"}, args...), console{in, &out, &errs, environment(keyVariable())})
	r, err := parseReport(out.String())
	if err != nil {
		t.Fatalf("exit %d: %v: %s", code, err, errs.String())
	}
	return r, code
}

// starts returns where in path the credential with that value starts.
func (r *result) starts(value, path string) (all []int64) {
	for _, c := range r.credentials {
		if c.ID != idOf(value) {
			continue
		}
		for _, at := range c.Locations {
			if at["path"] == path {
				all = append(all, int64(at["start"].(float64)))
			}
		}
	}
	return all
}

// A planting is a file with a credential at each of several places.
type planting struct {
	name string
	size int64
	at   map[int64]string
}

// write writes the file, which is a hole but for what is planted.
func (p *planting) write(t testing.TB, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, p.name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(p.size); err != nil {
		t.Fatal(err)
	}
	for at, value := range p.at {
		if _, err := f.WriteAt([]byte(value), at); err != nil {
			t.Fatal(err)
		}
	}
}

// around are where a credential of 40 bytes can lie to a cut: in the middle of
// it, just before and just behind, and a bit away. Those in one row don't touch.
func around() [][]int64 {
	return [][]int64{{-64, -20, 22}, {-42, -1, 64}, {-41, 0, 41}, {-40, 1}}
}

// plantings have credentials around every boundary at which some reader could
// cut, in files that are read whole and in one that is not, and in a file of
// 200 MB.
func plantings(t testing.TB) (all []planting) {
	cuts := []int64{4 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20, 32 << 20}
	for i, row := range around() {
		small := planting{fmt.Sprint("small", i), 4<<20 + 4096, map[int64]string{}}
		huge := planting{fmt.Sprint("huge", i), 32<<20 + 4096, map[int64]string{}}
		for _, cut := range cuts {
			for _, d := range row {
				if cut < small.size {
					small.at[cut+d] = newSecret(t, githubToken)
				}
				huge.at[cut+d] = newSecret(t, githubToken)
			}
		}
		all = append(all, small)
		if i == 0 || !slow {
			all = append(all, huge)
		}
	}
	last := planting{"last", 200 << 20, map[int64]string{}}
	if slow {
		last.size = 36 << 20
	}
	last.at[0] = newSecret(t, githubToken)
	last.at[last.size/2] = newSecret(t, githubToken)
	last.at[last.size-40] = newSecret(t, githubToken)
	return append(all, last)
}

// TestBoundaries finds what lies across the edges of chunks, in files, in a
// pipe and in a pack.
func TestBoundaries(t *testing.T) {
	dir := t.TempDir()
	all := plantings(t)
	for i := range all {
		all[i].write(t, dir)
	}
	check := func(t *testing.T, r *result, path string, p *planting) {
		t.Helper()
		for at, value := range p.at {
			if got := r.starts(value, path); len(got) != 1 || got[0] != at {
				t.Errorf("%s: what lies at %d is found at %v", p.name, at, got)
			}
		}
	}
	t.Run("dir", func(t *testing.T) {
		r, code := scanned(t, nil, "dir:"+dir)
		if code != exitFound || len(r.gaps) > 0 {
			t.Fatalf("exit %d, gaps %v", code, r.gaps)
		}
		for i := range all {
			check(t, &r, all[i].name, &all[i])
		}
	})
	t.Run("stdin", func(t *testing.T) {
		for i := range all {
			p := &all[i]
			if p.name == "last" {
				continue
			}
			f, err := os.Open(filepath.Join(dir, p.name))
			if err != nil {
				t.Fatal(err)
			}
			r, _ := scanned(t, struct{ io.Reader }{f}, "-")
			f.Close()
			check(t, &r, "", p)
		}
	})
	t.Run("git", func(t *testing.T) {
		repo := gitRepository(t)
		all := slices.DeleteFunc(all, func(p planting) bool { return p.size > 8<<20 && (slow || p.name != "huge0") }) // git itself is slow
		for i := range all {
			all[i].write(t, repo)
		}
		gitIn(t, repo, "add", "-A")
		gitIn(t, repo, "commit", "-q", "-m", "planted")
		r, _ := scanned(t, nil, repo)
		for i := range all {
			check(t, &r, all[i].name, &all[i])
		}
	})
}

// TestLongLine finds what lies in one line of 1.6 MB, and says where.
func TestLongLine(t *testing.T) {
	dir, value := t.TempDir(), newSecret(t, githubToken)
	line := strings.Repeat(`{"a":[1,2,3],"text":"lorem ipsum"},`, 1_600_000/35)
	at := len(line)/2 + 7
	text := "first\n" + line[:at] + ` "` + value + `" ` + line[at:] + "\n"
	if err := os.WriteFile(filepath.Join(dir, "line.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := scanned(t, nil, dir)
	if len(r.credentials) != 1 || r.credentials[0].ID != idOf(value) {
		t.Fatalf("found %v", r.credentials)
	}
	l := r.credentials[0].Locations[0]
	if l["line"] != 2.0 || l["column"] != float64(at+3) || l["start"] != float64(6+at+2) {
		t.Errorf("it lies at %v", l)
	}
}

// gitRepository returns an empty repository.
func gitRepository(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q", "-b", "main")
	return dir
}

// gitIn runs git in dir, with no configuration but the repository's.
func gitIn(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "gc.auto=0", "-c", "core.compression=1", "-c", "user.name=Ann", "-c", "user.email=ann@example.test"}, args...)...)
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
