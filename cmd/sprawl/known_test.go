package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ran runs one command line with the test's key, and returns what it printed.
func ran(t *testing.T, in string, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(context.Background(), args, console{strings.NewReader(in), &out, &errs, environment(keyVariable())}); got != code {
		t.Errorf("sprawl %s: exit %d, want %d: %s%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// store writes a store of named values, as lines for jsonl:.
func store(t *testing.T, values map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	for name, value := range values {
		if err := json.NewEncoder(&b).Encode(map[string]any{
			"path": "kv/prod/" + name, "key": name, "text": value, "says": map[string]string{"environment": "production", "custody": "managed"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "store.jsonl")
	writeFile(t, name, b.String())
	return "jsonl:" + name
}

func TestScanKnown(t *testing.T) {
	pass, other := newSecret(t, "<base62:18>"), newSecret(t, "<base62:22>")
	kept := store(t, map[string]string{"phrase": pass, "unused": other, "region": "eu-central-1", "short": "abc"})
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "notes.txt"), "then type "+pass+" and wait\n")
	writeFile(t, filepath.Join(dir, "chart.txt"), "data "+base64.StdEncoding.EncodeToString([]byte("root:"+pass))+"\n")
	writeFile(t, filepath.Join(dir, "region.txt"), "deployed to eu-central-1\n")
	if plain, _ := scanned(t, nil, "dir:"+dir); len(plain.credentials) != 0 {
		t.Fatalf("without the store %d credentials are found", len(plain.credentials))
	}
	r, code := scanned(t, nil, "--known", kept, "dir:"+dir)
	if code != exitFound || len(r.credentials) != 1 {
		t.Fatalf("exit %d, %d credentials", code, len(r.credentials))
	}
	var places []string
	for _, at := range r.credentials[0].Locations {
		places = append(places, at["path"].(string))
	}
	if got := strings.Join(places, " "); got != "chart.txt notes.txt kv/prod/phrase" || r.credentials[0].Rule != "known-value" {
		t.Errorf("%s: %s", r.credentials[0].Rule, got)
	}
	skipped, _ := json.Marshal(r.receipt["skipped"])
	for _, name := range []string{"kv/prod/region", "kv/prod/short"} {
		if !strings.Contains(string(skipped), name) {
			t.Errorf("the receipt does not name %s: %s", name, skipped)
		}
	}
	out, errs := ran(t, "", exitFound, "scan", "--known", kept, "dir:"+dir)
	if strings.Contains(out+errs, pass) || strings.Contains(out+errs, other) {
		t.Error("a value is in the output")
	}
}

func TestHunt(t *testing.T) {
	pass, token := newSecret(t, "<base62:18>"), newSecret(t, githubToken)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a.txt"), "x "+pass+" y\nz "+token+"\nproduction here\n")
	for _, value := range []string{pass, token} {
		out, errs := ran(t, value+"\n", exitFound, "hunt", "-", "dir:"+dir, "--format", "json")
		if strings.Contains(out+errs, value) {
			t.Error("the value is in the output")
		}
		r, err := parseReport(out)
		if err != nil || len(r.credentials) != 1 {
			t.Errorf("%d credentials, %v", len(r.credentials), err)
		}
	}
	ran(t, newSecret(t, "<base62:18>"), exitClean, "hunt", "-", "dir:"+dir)
	ran(t, "production", exitRequest, "hunt", "-", "dir:"+dir)
	ran(t, "production", exitFound, "hunt", "-", "--force", "dir:"+dir)
	ran(t, "short", exitRequest, "hunt", "-", "--force", "dir:"+dir)
	ran(t, "", exitRequest, "hunt", "-", "dir:"+dir)
	ran(t, pass, exitRequest, "hunt", "dir:"+dir)
}

// TestFingerprint joins a variable that only a job sees with a copy in a file.
func TestFingerprint(t *testing.T) {
	token, dir := newSecret(t, githubToken), t.TempDir()
	writeFile(t, filepath.Join(dir, "dev", "a.txt"), "token = "+token+"\n")
	book, lines := filepath.Join(dir, "r.db"), filepath.Join(t.TempDir(), "job.jsonl")
	ran(t, "", exitFound, "scan", "--register", book, "dir:"+filepath.Join(dir, "dev"))
	for name, value := range map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/api", "GITHUB_JOB": "deploy", "GITHUB_SERVER_URL": "https://github.com",
		"GITHUB_REPOSITORY_OWNER": "acme", "DEPLOY_TOKEN": token, "STAGE": "prod",
	} {
		t.Setenv(name, value)
	}
	out, errs := ran(t, "", exitIncomplete, "fingerprint", "--env", "DEPLOY_TOKEN,STAGE,NOT_THERE")
	if strings.Contains(out+errs, token) {
		t.Error("the value is in the output")
	}
	if !strings.Contains(errs, "STAGE") || !strings.Contains(errs, "NOT_THERE") {
		t.Errorf("what was left out is not named: %s", errs)
	}
	writeFile(t, lines, out)
	for range 2 {
		if said, _ := ran(t, "", exitClean, "register", "import", lines, "--register", book); !strings.Contains(said, "1 credentials in 2 places") {
			t.Error(said)
		}
	}
	list, _ := ran(t, "", exitClean, "register", "list", "--format", "json", "--register", book)
	for _, want := range []string{"DEPLOY_TOKEN", "a.txt", "github.com/acme", `"github-`} {
		if !strings.Contains(list, want) {
			t.Errorf("the register does not tell %s: %s", want, list)
		}
	}
	var errout bytes.Buffer
	if code := run(context.Background(), []string{"fingerprint", "--env", "DEPLOY_TOKEN"}, console{strings.NewReader(""), &errout, &errout, environment()}); code != exitRequest {
		t.Errorf("without a key: exit %d", code)
	}
}
