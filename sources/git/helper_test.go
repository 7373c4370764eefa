package git

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

// A sandbox is a repository made by git itself.
type sandbox struct {
	t     testing.TB
	dir   string
	clock int // so that no two commits are of the same second
}

func newSandbox(t testing.TB, args ...string) *sandbox {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	s := &sandbox{t: t, dir: filepath.Join(t.TempDir(), "repo")}
	os.MkdirAll(s.dir, 0o777)
	s.git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return s
}

// git runs git, alone in its own world, and returns what it prints.
func (s *sandbox) git(args ...string) string {
	s.t.Helper()
	return s.gitIn("", args...)
}

func (s *sandbox) gitIn(input string, args ...string) string {
	s.t.Helper()
	s.clock++
	date := fmt.Sprintf("%d +0000", 1_700_000_000+60*s.clock)
	args = append([]string{"-c", "core.compression=1", "-c", "gc.auto=0"}, args...)
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(cleanEnv(),
		"GIT_CONFIG_NOSYSTEM=1", "HOME="+s.dir, "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=file:http",
		"GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date,
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.test",
		"GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.test")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// cleanEnv is the environment without what a hook that runs this test sets.
func cleanEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
}

func (s *sandbox) write(name, content string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	os.MkdirAll(filepath.Dir(path), 0o777)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		s.t.Fatal(err)
	}
}

// commit writes a file, commits everything and returns the commit.
func (s *sandbox) commit(name, content string) string {
	s.t.Helper()
	s.write(name, content)
	s.git("add", "-A")
	s.git("commit", "-q", "-m", "change")
	return s.git("rev-parse", "HEAD")
}

func (s *sandbox) target() sprawl.Target { return sprawl.Target("git:" + s.dir) }

// token returns a new text that stands for a credential. It has no issuer's
// format, and no scanner knows it.
func token() string { return "tok" + strings.ToLower(rand.Text()) }

// A spotter is a Visitor that looks for one text.
type spotter struct {
	want []byte
	seen *sightings
}

// sightings are what all spotters of a run share.
type sightings struct {
	mu     sync.Mutex
	at     []sprawl.Location
	dirty  map[sprawl.ID]sprawl.Kind
	shown  map[sprawl.ID]string // every object, with its kind and a hash of its bytes
	copies int
}

func (v spotter) Offer(at *sprawl.Location) bool { return true }

func (v spotter) Visit(c *sprawl.Chunk) error {
	s := v.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copies += len(c.Copies)
	if !c.At.Object.IsZero() {
		s.shown[c.At.Object] = string(c.At.Kind) + ":" + string(c.Data)
	}
	if i := bytes.Index(c.Data, v.want); i >= 0 && len(v.want) > 0 {
		at := *c.At
		at.Start = int64(i)
		s.at = append(s.at, at)
		s.dirty[at.Object] = at.Kind
	}
	return nil
}

// A finder is a spotter that says what it found in earlier stages.
type finder struct{ spotter }

func (v finder) Found(id sprawl.ID) bool {
	v.seen.mu.Lock()
	defer v.seen.mu.Unlock()
	at, ok := v.seen.dirty[id]
	return ok && at == sprawl.KindBlob
}

// Plain lets trees go by in whose names there is nothing.
func (v finder) Plain(name []byte) bool { return !bytes.Contains(name, v.want) }

func (v finder) Passed(int) {}

// A result is what a whole run over a repository gave.
type result struct {
	*sightings
	lives []sprawl.Life
	gaps  []sprawl.Gap
	tally sprawl.Tally
}

// scan reads everything that o asks for and locates want.
func scan(t testing.TB, target sprawl.Target, o Options, want string) result {
	t.Helper()
	plain := scanAs(t, target, o, want, false)
	if !o.Staged && o.Since == "" && o.Progress == nil {
		fused := scanAs(t, target, o, want, true)
		if diff := cmp.Diff(plain.lives, fused.lives); diff != "" {
			t.Errorf("lives differ when the visitor is a Finder (-plain +fused):\n%s", diff)
		}
	}
	return plain
}

func scanAs(t testing.TB, target sprawl.Target, o Options, want string, fused bool) result {
	t.Helper()
	r, err := Open(context.Background(), target, o)
	if err != nil {
		t.Fatalf("Open(%s): %v", target, err)
	}
	defer r.Close()
	return drive(t, r, want, fused)
}

// drive runs a repository as a sweep does: stage by stage, on several workers.
func drive(t testing.TB, r *Repo, want string, fused bool) result {
	t.Helper()
	ctx := context.Background()
	out := result{sightings: &sightings{dirty: make(map[sprawl.ID]sprawl.Kind), shown: make(map[sprawl.ID]string)}}
	v := spotter{[]byte(want), out.sightings}
	var visitor sprawl.Visitor = v
	if fused {
		visitor = finder{v}
	}
	err := eachUnit(ctx, r, func(sprawl.Unit) sprawl.Visitor { return visitor })
	out.gaps = sprawl.Gaps(r.target, "units", err)
	var seen []sprawl.Sighting
	for _, at := range out.at {
		seen = append(seen, sprawl.Sighting{Object: at.Object, Credential: 7})
	}
	err = r.Locate(ctx, seen, func(l sprawl.Life) error {
		out.lives = append(out.lives, l)
		return nil
	})
	out.gaps = append(out.gaps, sprawl.Gaps(r.target, "locate", err)...)
	out.tally = r.Tally()
	return out
}

// eachUnit reads all units, those of one stage in parallel.
func eachUnit(ctx context.Context, r *Repo, visitor func(sprawl.Unit) sprawl.Visitor) error {
	var stages [stageLast + 1][]sprawl.Unit
	err := r.Units(ctx, func(u sprawl.Unit) error {
		stages[u.Stage] = append(stages[u.Stage], u)
		return nil
	})
	errs := []error{err}
	for _, units := range stages {
		err := inParallel(len(units), func(i int) error {
			return r.Read(ctx, units[i], visitor(units[i]))
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func inParallel(n int, do func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

// one returns the only life, or fails.
func (r result) one(t testing.TB) sprawl.Life {
	t.Helper()
	if len(r.lives) != 1 {
		t.Fatalf("got %d lives, want 1: %s\nsightings: %+v\ngaps: %+v", len(r.lives), r.show(), r.at, r.gaps)
	}
	return r.lives[0]
}

func (r result) show() string {
	var b strings.Builder
	for _, l := range r.lives {
		fmt.Fprintf(&b, "\n%+v", l)
	}
	return b.String()
}

func (r result) clean(t testing.TB) result {
	t.Helper()
	if len(r.gaps) > 0 {
		t.Errorf("gaps: %+v", r.gaps)
	}
	return r
}

// kinds returns the kinds of what was sighted.
func (r result) kinds() []sprawl.Kind {
	var kinds []sprawl.Kind
	for _, at := range r.at {
		kinds = append(kinds, at.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
