package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-5dd601fe/sprawl/register"
)

// A forge is an issuer on the loopback interface that speaks as GitHub does.
type forge struct {
	web *httptest.Server

	mu    sync.Mutex
	alive map[string]string // token to login
	asked map[string]int    // by token
	down  bool
}

func newForge(t *testing.T) *forge {
	f := &forge{alive: map[string]string{}, asked: map[string]int{}}
	f.web = httptest.NewServer(f)
	t.Cleanup(f.web.Close)
	return f
}

func (f *forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[token]++
	w.Header().Set("Content-Type", "application/json")
	switch login := f.alive[token]; {
	case f.down:
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"closed"}`)
	case r.URL.Path == "/user/repos" && login != "":
		body := "[]"
		if r.URL.Query().Get("page") == "1" {
			body = `[{"full_name":"acme/api","visibility":"private","permissions":{"push":true}}]`
		}
		fmt.Fprint(w, body)
	case r.URL.Path != "/user":
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"Not Found"}`)
	case login == "":
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message":"Bad credentials"}`)
	default:
		w.Header().Set("X-OAuth-Scopes", "repo, gist")
		fmt.Fprintf(w, `{"login":%q}`, login)
	}
}

func (f *forge) let(token, login string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alive[token] = login
	if login == "" {
		delete(f.alive, token)
	}
}

// times returns how often a token was shown, and how many others were.
func (f *forge) times(token string) (this, others int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for t, n := range f.asked {
		if t != token {
			others += n
		}
	}
	return f.asked[token], others
}

// A life is a directory and a repository with a register, and a forge.
type life struct {
	*testing.T
	forge            *forge
	dir, repo, store string
	vars             []string
}

func newLife(t *testing.T) *life {
	l := &life{T: t, forge: newForge(t), dir: t.TempDir(), repo: gitRepository(t)}
	l.store = filepath.Join(t.TempDir(), "r.db")
	l.vars = []string{keyVariable(), "SPRAWL_REGISTER=" + l.store, "SPRAWL_VANTAGE=here"}
	return l
}

// token makes one up that works, or not.
func (l *life) token(login string) string {
	value := newSecret(l.T, "ghp_<base62:30><check:github-crc32>")
	l.forge.let(value, login)
	return value
}

func (l *life) write(root, name, text string) {
	l.Helper()
	full := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		l.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		l.Fatal(err)
	}
}

func (l *life) commit(message string) {
	l.Helper()
	gitIn(l.T, l.repo, "add", "-A")
	gitIn(l.T, l.repo, "commit", "-q", "-m", message)
}

// run runs a command line that must exit with code, and returns what it wrote.
func (l *life) run(code int, stdin string, args ...string) string {
	l.Helper()
	if slices.Contains([]string{"verify", "recheck", "prove", "offboard", "reach"}, args[0]) || slices.Contains(args, "--verify") {
		args = append(args, "--issuer-host", "github="+l.forge.web.URL)
	}
	var stdout, stderr bytes.Buffer
	got := run(context.Background(), args, console{strings.NewReader(stdin), &stdout, &stderr, environment(l.vars...)})
	if got != code {
		l.Fatalf("%v: exit %d, want %d\n%s\n%s", args, got, code, stdout.String(), stderr.String())
	}
	return stdout.String() + stderr.String()
}

// known returns what the register holds, by hint and public part of the path.
func (l *life) known() (all []register.View) {
	l.Helper()
	for line := range strings.Lines(l.run(0, "", "register", "list", "-f", "json")) {
		var v register.View
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			l.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// at returns the credential that the register knows at a path.
func (l *life) at(path string) register.View {
	l.Helper()
	for _, v := range l.known() {
		for _, p := range v.Locations {
			if p.Path == path {
				return v
			}
		}
	}
	l.Fatalf("the register knows nothing at %s", path)
	return register.View{}
}

func (l *life) events(id string) string {
	l.Helper()
	return l.run(0, "", "register", "show", id)
}

// TestAskedOnce holds runs to asking about a credential once, however many
// copies it has, and not again while the register's answer is young.
func TestAskedOnce(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	for i := range 30 {
		l.write(l.dir, fmt.Sprintf("f%d.env", i), "TOKEN="+live+"\n")
	}
	l.run(exitFound, "", "scan", "--verify", "dir:"+l.dir)
	if n, others := l.forge.times(live); n != 1 || others != 1 {
		t.Errorf("asked %d times, and %d made-up ones: want 1 and 1", n, others)
	}
	out := l.run(exitFound, "", "scan", "--verify", "-f", "json", "dir:"+l.dir)
	if n, others := l.forge.times(live); n != 1 || others != 1 {
		t.Errorf("asked again within the hour: %d times, and %d made-up ones", n, others)
	}
	if !strings.Contains(out, `"ann"`) || !strings.Contains(out, `"live"`) {
		t.Errorf("what the register knew is not in the report: %s", out)
	}
	l.run(exitFound, "", "scan", "--verify", "--max-age", "0s", "dir:"+l.dir)
	if n, _ := l.forge.times(live); n != 2 {
		t.Errorf("asked %d times with --max-age 0s: want 2", n)
	}
}

// TestRecheck re-reads what lies in files and in git after it has moved, was
// replaced, or has gone.
func TestRecheck(t *testing.T) {
	l := newLife(t)
	stays, moves, changes, goes, zipped := l.token("a"), l.token("b"), l.token("c"), l.token("d"), l.token("e")
	l.write(l.dir, "moves.env", "TOKEN="+moves+"\n")
	l.write(l.dir, "changes.env", "TOKEN="+changes+"\n")
	l.write(l.dir, "goes.env", "TOKEN="+goes+"\n")
	l.write(l.dir, "in.zip", zipOf(t, "inner.env", "TOKEN="+zipped+"\n"))
	l.write(l.repo, "stays.env", "TOKEN="+stays+"\n")
	l.commit("one")
	l.run(exitFound, "", "scan", "dir:"+l.dir, l.repo)
	l.write(l.repo, "stays.env", "nothing\n")
	l.commit("taken out, but history keeps it")

	id := map[string]string{}
	for _, path := range []string{"stays.env", "moves.env", "changes.env", "goes.env", "in.zip!inner.env"} {
		id[path] = l.at(path).ID
	}
	l.write(l.dir, "moves.env", "\n\nTOKEN="+moves+"\n")
	l.write(l.dir, "changes.env", "TOKEN="+l.token("f")+"\n")
	if err := os.Remove(filepath.Join(l.dir, "goes.env")); err != nil {
		t.Fatal(err)
	}
	out := l.run(exitFound, "", "recheck")
	for path, want := range map[string]string{
		"stays.env": "activated", "moves.env": "moved", "changes.env": "slot_value_changed",
		"goes.env": "location_gone", "in.zip!inner.env": "activated",
	} {
		if text := l.events(id[path]); !strings.Contains(text, want) {
			t.Errorf("%s: no event %q\n%s\n%s", path, want, text, out)
		}
	}
	for _, value := range []string{changes, goes} {
		if n, _ := l.forge.times(value); n != 0 {
			t.Errorf("a value that is in no place any more was asked about")
		}
	}
	l.forge.let(stays, "")
	if out := l.run(exitClean, "", "recheck", id["stays.env"]); !strings.Contains(out, "dead") {
		t.Errorf("a revoked token: %s", out)
	}
	l.run(exitIncomplete, "", "recheck", id["goes.env"])
	if out := l.run(exitClean, "", "recheck", "--due"); strings.Contains(out, id["stays.env"]) {
		t.Errorf("asked again at once: %s", out)
	}
}

// TestVerifyStandardInput asks about one value that no file holds.
func TestVerifyStandardInput(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	if out := l.run(exitFound, live, "verify", "-"); !strings.Contains(out, "ann") || strings.Contains(out, live) {
		t.Errorf("a value on standard input: %s", out)
	}
	l.forge.let(live, "")
	if out := l.run(exitClean, live, "verify", "--max-age", "0s", "-"); !strings.Contains(out, "dead") {
		t.Errorf("a revoked value on standard input: %s", out)
	}
}

// TestAuditLog holds every question to a line in the log, and the log to
// its chain.
func TestAuditLog(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	l.write(l.dir, "a.env", "TOKEN="+live+"\n")
	l.run(exitFound, "", "scan", "--verify", "dir:"+l.dir)
	l.run(exitFound, "", "recheck")
	name := l.store + ".audit.jsonl"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	this, others := l.forge.times(live)
	if n := strings.Count(string(text), `"action":"probe"`); n != this+others || n != 4 {
		t.Errorf("%d probes in the log, %d sent: want 4", n, this+others)
	}
	if !strings.Contains(string(text), l.at("a.env").ID) || strings.Contains(string(text), live) {
		t.Errorf("the log should hold the id and not the value: %s", text)
	}
	if out := l.run(exitClean, "", "audit", "verify", name); !strings.Contains(out, "whole: 4 entries") {
		t.Errorf("audit verify: %s", out)
	}
	if err := os.WriteFile(name, bytes.Replace(text, []byte(`"live"`), []byte(`"dead"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := l.run(exitFound, "", "audit", "verify", name); !strings.Contains(out, "BROKEN") {
		t.Errorf("a changed log: %s", out)
	}
}

// TestReach wants names of what a key gets at, and what was not told.
func TestReach(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	l.write(l.dir, "a.env", "TOKEN="+live+"\n")
	l.run(exitFound, "", "scan", "dir:"+l.dir)
	id := l.at("a.env").ID
	out := l.run(exitFound, "", "reach", id)
	for _, want := range []string{"ann", "repo, gist", "acme/api (private, push)", "organisation: 404"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q: %s", want, out)
		}
	}
	l.forge.let(live, "")
	if out := l.run(exitClean, "", "reach", "-f", "json", id); !strings.Contains(out, `"dead"`) {
		t.Errorf("a dead key: %s", out)
	}
}

// zipOf returns an archive that holds one file.
func zipOf(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
