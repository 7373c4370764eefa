package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl/report"
)

// A canary is a credential that must not get out.
type canary struct {
	kind   string
	value  string
	secret string // the part of value that says more than whose it is
}

// canaries returns one of each kind, unlike any other.
func canaries(t testing.TB) []canary {
	var all []canary
	add := func(kind, prefix, template string) canary {
		value := newSecret(t, prefix+template)
		c := canary{kind, value, strings.TrimPrefix(value, prefix)}
		if kind == "slack" { // the numbers of the workspace and the app come first
			c.secret = value[strings.LastIndexByte(value, '-')+1:]
		}
		all = append(all, c)
		return c
	}
	add("github", "ghp_", "<base62:30><check:github-crc32>")
	add("stripe", "sk_live_", "<base62:24>")
	add("slack", "xoxb-", "<digits:12>-<digits:12>-<base62:24>")
	add("generic", "", "<base62:24>")
	add("uri", "", "<base62:20>")
	add("aws", "", "<base64:40>")
	add("path", "ghp_", "<base62:30><check:github-crc32>")
	add("ref", "ghp_", "<base62:30><check:github-crc32>")
	add("author", "ghp_", "<base62:30><check:github-crc32>")
	add("message", "ghp_", "<base62:30><check:github-crc32>")
	add("remote", "ghp_", "<base62:30><check:github-crc32>")
	add("entry", "ghp_", "<base62:30><check:github-crc32>")
	add("staged", "ghp_", "<base62:30><check:github-crc32>")
	add("target", "", "<base62:30>")
	add("key", "", "<base62:64>")
	add("rule", "ghp_", "<base62:30><check:github-crc32>")
	add("jwt", "", "<jwt>")
	pem := newSecret(t, "<pem:PKCS8>")
	body := strings.Join(strings.Split(strings.TrimSpace(pem), "\n")[1:], "")
	body, _, _ = strings.Cut(body, "-")
	// What every key of the kind starts with is no secret.
	return append(all, canary{"pem", pem, body[48:]})
}

// disguises returns texts, any of which would give away a part of c.
func (c *canary) disguises() map[string]string {
	all := map[string]string{
		"as it is": c.secret,
		"in hex":   hex.EncodeToString([]byte(c.secret)),
		"in HEX":   strings.ToUpper(hex.EncodeToString([]byte(c.secret))),
	}
	percent := ""
	for _, b := range []byte(c.secret) {
		percent += fmt.Sprintf("%%%02X", b)
	}
	all["percent-encoded"] = percent
	for i := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte("---"[:i] + c.secret))
		all[fmt.Sprint("in base64, at ", i)] = coded[4 : len(coded)-4]
	}
	return all
}

// window is how many characters in a row are too many.
const window = 8

// A watch looks for canaries in everything that comes out.
type watch struct {
	t     *testing.T
	parts map[string]string // each window of each disguise, and what it is of
}

func newWatch(t *testing.T, all []canary) *watch {
	w := &watch{t, map[string]string{}}
	for _, c := range all {
		for how, text := range c.disguises() {
			for i := 0; i+window <= len(text); i++ {
				w.parts[text[i:i+window]] = c.kind + " " + how
			}
		}
	}
	return w
}

// look fails the test if text holds a part of a canary.
func (w *watch) look(where string, text []byte) {
	w.t.Helper()
	for i := 0; i+window <= len(text); i++ {
		if what, ok := w.parts[string(text[i:i+window])]; ok {
			w.t.Errorf("%s: shows the canary %s, after %q", where, what, text[max(0, i-60):i])
			return
		}
	}
}

// lookIn looks at every file and every name under dir.
func (w *watch) lookIn(where, dir string) {
	w.t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		w.look(where+" names", []byte(name))
		text, err := os.ReadFile(name)
		w.look(where+": "+d.Name(), text)
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

// TestWatch makes sure that the watch would bark.
func TestWatch(t *testing.T) {
	c := canaries(t)[0]
	for how, text := range c.disguises() {
		quiet := &testing.T{}
		newWatch(quiet, []canary{c}).look(how, []byte("x "+text[3:3+window]+" x"))
		if !quiet.Failed() {
			t.Errorf("a canary %s is not seen", how)
		}
	}
}

// plant writes files with every canary to dir, and returns the names of those
// that have lines to explain.
func plant(t *testing.T, dir string, c map[string]canary) (files []string) {
	t.Helper()
	write := func(name, text string) {
		files = append(files, name)
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("tokens.txt", "a "+c["github"].value+" b "+c["stripe"].value+" "+c["slack"].value+"\n"+c["jwt"].value+"\n")
	write("deploy/prod/app.env", "API_KEY="+c["generic"].value+"\nDATABASE_URL=postgres://app:"+c["uri"].value+"@db.internal/app\n")
	write(".env.staging", "API_KEY="+c["generic"].value+"\nSTRIPE="+c["stripe"].value+"\n")
	write("key.pem", c["pem"].value)
	write("credentials", "[default]\naws_access_key_id = "+newSecret(t, "<awsid:AKIA>")+"\naws_secret_access_key = "+c["aws"].value+"\n")
	write("encoded.txt", base64.StdEncoding.EncodeToString([]byte("token "+c["github"].value))+"\n"+hex.EncodeToString([]byte(c["stripe"].value))+"\n")
	write("with "+c["path"].value+"/"+c["path"].value+".txt", c["github"].value+"\n")
	var zipped bytes.Buffer
	if err := packZip(&zipped, []string{c["entry"].value + "/a"}, [][]byte{[]byte(c["stripe"].value)}); err != nil {
		t.Fatal(err)
	}
	write("a.zip", zipped.String())
	write("broken-"+c["path"].value+".zip", zipped.String()[:zipped.Len()-40])
	return files
}

// TestNothingLeaks runs every command in every format over canaries of every
// kind, and searches all that comes out for any part of them.
func TestNothingLeaks(t *testing.T) {
	all := canaries(t)
	by := map[string]canary{}
	for _, c := range all {
		by[c.kind] = c
	}
	w := newWatch(t, all)
	temp, out, repo, files := t.TempDir(), t.TempDir(), gitRepository(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	plant(t, repo, by)
	lines := plant(t, files, by)
	first := history(t, repo, by)
	write := func(name, text string) string {
		name = filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}

	try := func(stdin string, code int, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		got := run(context.Background(), args, console{strings.NewReader(stdin), &stdout, &stderr, environment(keyVariable())})
		where := fmt.Sprintf("%.80q", strings.Join(args, " "))
		if got != code {
			t.Errorf("%s: exit %d, want %d: %.300s", where, got, code, stderr.String())
		}
		w.look(where+" stdout", stdout.Bytes())
		w.look(where+" stderr", stderr.Bytes())
	}
	for _, format := range report.Names() {
		f := []string{"scan", "--format", format, "--all", "--min-confidence=0", "--color=always"}
		with := func(more ...string) []string { return append(f[:len(f):len(f)], more...) }
		try("", exitFound, with("dir:"+files)...)
		try("", exitFound, with(repo)...)
		try("", exitFound, with("--no-delta", repo, "dir:"+files)...)
		try("", exitFound, with("--staged", repo)...)
		try("", exitFound, with("--since", first, repo)...)
		try("x "+by["github"].value+" "+by["uri"].value+"\n", exitFound, with("-")...)
		try("", exitFound, with("--plan", repo)...)
		try("", exitFound, with("--fail-on=any", "--output", filepath.Join(out, format), "dir:"+files, repo)...)
	}
	for _, format := range report.Names() {
		try("", exitIncomplete, "report", "--format", format, "--all", "--top=1000", filepath.Join(out, "json"))
	}
	try("", exitFound, "crossings", "--all", "--min-confidence=0", repo, "dir:"+files)
	try("", exitFound, "crossings", "--all", "--from", filepath.Join(out, "json"))
	try("", exitIncomplete, "boundaries", "coverage", "--min-confidence=0", "dir:"+files, repo)
	for _, name := range lines {
		for line := 1; line <= 2; line++ {
			var stdout, stderr bytes.Buffer
			run(context.Background(), []string{"explain", fmt.Sprint(filepath.Join(files, name), ":", line)}, console{nil, &stdout, &stderr, environment()})
			w.look("explain "+filepath.Ext(name), stdout.Bytes())
			if !strings.Contains(name, by["path"].value) { // who asks knows the name
				w.look("explain "+filepath.Ext(name), stderr.Bytes())
			}
		}
	}
	wrongRequests(try, by, write)
	w.lookIn("temporary files", temp)
	w.lookIn("--output", out)
}

// history commits what lies in repo, with canaries in all that is around.
func history(t *testing.T, repo string, by map[string]canary) (first string) {
	t.Helper()
	gitIn(t, repo, "commit", "-q", "--allow-empty", "-m", "first")
	first = gitIn(t, repo, "rev-parse", "HEAD")
	gitIn(t, repo, "add", "-A")
	gitIn(t, repo, "-c", "user.email="+by["author"].value+"@example.test", "commit", "-q", "-m", "say "+by["message"].value)
	gitIn(t, repo, "branch", "feature/"+by["ref"].value)
	gitIn(t, repo, "tag", "-a", "-m", by["message"].value, "v1-"+by["ref"].value)
	gitIn(t, repo, "remote", "add", "origin", "https://x:"+by["remote"].value+"@example.test/r.git")
	if err := os.WriteFile(filepath.Join(repo, "staged-"+by["staged"].value), []byte(by["staged"].value), 0o600); err != nil {
		t.Fatal(err)
	}
	gitIn(t, repo, "add", "-A")
	return first
}

// wrongRequests are told without repeating what may be secret in them.
func wrongRequests(try func(string, int, ...string), by map[string]canary, write func(name, text string) string) {
	target, rule := by["target"].value, by["rule"].value
	for _, address := range []string{
		"https://user:" + target + "@127.0.0.1:1/r.git",
		"https://" + target + "@127.0.0.1:1/r.git",
		"http://127.0.0.1:1/r.git?token=" + target,
		"git+https://user:" + target + "@127.0.0.1:1/r.git",
	} {
		try("", exitIncomplete, "scan", address)
	}
	for _, address := range []string{
		"ftp://user:" + target + "@127.0.0.1:1/r",
		"vault://" + target + "@127.0.0.1:1/r",
		"user:" + target + "@127.0.0.1",
	} {
		try("", exitRequest, "scan", address)
	}
	key := write("key", by["key"].value)
	try("", exitRequest, "scan", "--key-file", key, ".")
	head := "[[rule]]\nid = \"mine\"\nabout = \"mine\"\n"
	for _, text := range []string{
		head + "literals = [\"ghp_\"]\nkey = \"" + rule + "\"\n",
		head + "literals = [" + rule + "\n",
	} {
		name := write("rules.toml", text)
		try("", exitRequest, "rules", "test", name)
	}
}
