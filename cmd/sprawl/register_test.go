package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl/register"
)

// TestRegisterLeaksNothing keeps canaries of every kind in a register, runs
// every command that has to do with registers and keys, and searches the file,
// its log and all that comes out for any part of them.
func TestRegisterLeaksNothing(t *testing.T) {
	everything := canaries(t)
	by := map[string]canary{}
	for _, c := range everything {
		by[c.kind] = c
	}
	w := newWatch(t, everything)
	temp, kept, repo, files := t.TempDir(), t.TempDir(), gitRepository(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	plant(t, repo, by)
	plant(t, files, by)
	history(t, repo, by)
	name := func(n string) string { return filepath.Join(kept, n) }
	env := environment(keyVariable(), "SPRAWL_REGISTER="+name("r.db"))
	try := func(code int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		where := fmt.Sprintf("%.80q", strings.Join(args, " "))
		if got := run(context.Background(), args, console{strings.NewReader(""), &stdout, &stderr, env}); got != code {
			t.Errorf("%s: exit %d, want %d: %.300s", where, got, code, stderr.String())
		}
		w.look(where+" stdout", stdout.Bytes())
		w.look(where+" stderr", stderr.Bytes())
		return stdout.String()
	}
	for range 2 {
		try(exitFound, "scan", "--min-confidence=0", "--all", "dir:"+files, repo)
	}
	list := try(exitClean, "register", "list", "--format", "json")
	ids := map[string]bool{}
	for line := range strings.Lines(list) {
		var v register.View
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		ids[v.ID] = true
	}
	if len(ids) < 8 {
		t.Errorf("only %d credentials in the register", len(ids))
	}
	for id := range ids {
		try(exitClean, "register", "show", id)
		try(exitClean, "register", "show", "--format", "json", id)
		try(exitClean, "register", "accept", id, "--reason", "test", "--until", "30d")
		try(exitClean, "register", "own", id, "--technical", "ann")
	}
	try(exitIncomplete, "scan", "--new", repo) // an archive in it is broken
	try(exitFound, "register", "check")
	try(exitClean, "register", "pivot", "--by", strings.Join(register.PivotNames, ","))
	try(exitClean, "register", "export", "-o", name("out.jsonl"))
	try(exitClean, "register", "export", "--hook-set", "-o", name("hooks"))
	try(exitClean, "register", "merge", name("out.jsonl"))
	try(exitClean, "key", "check", "--register", name("r.db"))
	try(exitRequest, "register", "show", "cr_nosuch")
	try(exitClean, "recheck", "--plan")
	try(exitClean, "verify", "--plan")
	try(exitIncomplete, "redeploy", "snapshot", "-o", name("generation.jsonl"), "dir:"+files)
	try(exitFound, "redeploy", "compare", name("generation.jsonl"), name("generation.jsonl"))
	try(exitClean, "attest", "-o", name("proofs.tar"))
	try(exitClean, "attest", "verify", name("proofs.tar"))
	try(exitRequest, "prove", "cr_nosuch")
	try(exitRequest, "offboard", "person", "nobody")
	w.lookIn("the register", kept)
	w.lookIn("temporary files", temp)
}

// TestEveryCopy plants copies of a credential, and finds as many in the
// register: in files that were copied, renamed and split, in branches, tags,
// merges, notes and archives, and whether the scan carried over what deltas
// copy, or looked at all of it, or had seen it before.
func TestEveryCopy(t *testing.T) {
	for seed := range 4 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		repo := gitRepository(t)
		value := newSecret(t, "ghp_<base62:30><check:github-crc32>")
		planted := map[string]bool{}
		put := func(path, text string) {
			t.Helper()
			full := filepath.Join(repo, path)
			if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		commit := func(message string) {
			gitIn(t, repo, "add", "-A")
			gitIn(t, repo, "commit", "-q", "--allow-empty", "-m", message)
		}
		filler := strings.Repeat("a line that says nothing\n", 40)
		for i := range 6 + r.IntN(6) {
			path := fmt.Sprintf("d%d/f%d.txt", r.IntN(4), i)
			lead := strings.Repeat("x\n", r.IntN(30))
			put(path, lead+filler+"token "+value+"\n"+filler)
			planted[path] = true
			if r.IntN(2) == 0 {
				commit(fmt.Sprint("file ", i))
			}
		}
		commit("the rest")
		gitIn(t, repo, "checkout", "-q", "-b", "side")
		put("side/only.txt", filler+value+"\n")
		planted["side/only.txt"] = true
		gitIn(t, repo, "add", "-A")
		gitIn(t, repo, "commit", "-q", "-m", "on a branch")
		gitIn(t, repo, "checkout", "-q", "main")
		put("copied/from.txt", filler+"token "+value+"\n"+filler) // the bytes of no other commit
		planted["copied/from.txt"] = true
		commit("a copy")
		gitIn(t, repo, "rm", "-q", "copied/from.txt")
		commit("taken out again")
		gitIn(t, repo, "merge", "-q", "--no-edit", "side")
		gitIn(t, repo, "branch", "-D", "side")
		if r.IntN(2) == 0 {
			gitIn(t, repo, "gc", "-q", "--aggressive")
		}
		for _, flags := range [][]string{nil, {"--no-delta"}} {
			db := filepath.Join(t.TempDir(), "r.db")
			for again := range 2 {
				checkCopies(t, fmt.Sprint("seed ", seed, " ", flags, " run ", again), db, repo, flags, planted)
			}
		}
	}
}

// checkCopies scans repo into the register db and holds its one credential to
// what was planted.
func checkCopies(t *testing.T, what, db, repo string, flags []string, planted map[string]bool) {
	t.Helper()
	env := environment(keyVariable(), "SPRAWL_REGISTER="+db)
	var stdout, stderr bytes.Buffer
	args := append([]string{"scan", "-q"}, append(flags, repo)...)
	if code := run(context.Background(), args, console{strings.NewReader(""), &stdout, &stderr, env}); code != exitFound {
		t.Fatalf("%s: exit %d: %s", what, code, stderr.String())
	}
	stdout.Reset()
	run(context.Background(), []string{"register", "list", "-f", "json"}, console{strings.NewReader(""), &stdout, &stderr, env})
	var v register.View
	if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
		t.Fatalf("%s: not one credential: %v\n%s", what, err, stdout.String())
	}
	found := map[string]int{}
	for _, p := range v.Locations {
		found[p.Path]++
		if !p.Present() {
			t.Errorf("%s: %s is gone", what, p.Path)
		}
	}
	for path := range planted {
		if found[path] != 1 {
			t.Errorf("%s: %s is there %d times, want once", what, path, found[path])
		}
		delete(found, path)
	}
	if len(found) > 0 {
		t.Errorf("%s: found where nothing was planted: %v", what, found)
	}
}
