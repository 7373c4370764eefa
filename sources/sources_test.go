package sources_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

func TestInfer(t *testing.T) {
	root := t.TempDir()
	mkdir := func(name string) string {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(p, 0o777); err != nil {
			t.Fatal(err)
		}
		return p
	}
	git := func(args ...string) {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	plain, tree, bare := mkdir("plain"), mkdir("tree"), mkdir("bare.git")
	git("init", "-q", tree)
	git("init", "-q", "--bare", bare)
	inside := mkdir("tree/inside")
	file := filepath.Join(plain, "file")
	if err := os.WriteFile(file, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	linked := mkdir("linked")
	if err := os.WriteFile(filepath.Join(linked, ".git"), []byte("gitdir: elsewhere\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ arg, want string }{
		{"-", "stdin:"},
		{plain, "dir:" + plain},
		{file, "dir:" + file},
		{tree, "git:" + tree},
		{inside, "dir:" + inside},
		{bare, "git:" + bare},
		{linked, "git:" + linked},
		{filepath.Join(tree, ".git"), "git:" + filepath.Join(tree, ".git")},
		{"dir:/somewhere", "dir:/somewhere"},
		{"git:.", "git:."},
		{"stdin:", "stdin:"},
		{"https://host.test/a/b.git", "git+https://host.test/a/b.git"},
		{"git+https://host.test/a", "git+https://host.test/a"},
		{"http://host.test/a", "git+http://host.test/a"},
		{"git:https://who" + ":pw@host.test/a", "git+https://host.test/a"},
		{"https://who" + ":p@w@host.test/a", "git+https://host.test/a"},
		{"https://who" + ":pw@host.test", "git+https://host.test"},
		{"https://who" + ":p/w@host.test/a", "git+https://host.test/a"},
		{"https://host.test/@scope/a", "git+https://host.test/@scope/a"},
		{"https://host.test:8443/a@b", "git+https://host.test:8443/a@b"},
		{"https://[::1]:80/a@b", "git+https://[::1]:80/a@b"},
		{"https://host.test/a?token=pw#pw", "git+https://host.test/a"},
		{"ssh://git@host.test:22/a", "git+ssh://git@host.test:22/a"},
		{"ssh://git" + ":pw@host.test/a", "git+ssh://git@host.test/a"},
		{"git@host.test:a/b.git", "git:git@host.test:a/b.git"},
		{"git:git@host.test:a/b.git", "git:git@host.test:a/b.git"},
		{"git:who@host.test:a", "git:who@host.test:a"},
		{"git://host.test/a", "git://host.test/a"},
		{"file:///srv/a.git", "git+file:///srv/a.git"},
	}
	for _, test := range tests {
		got, err := sources.Infer(test.arg)
		if err != nil || string(got) != test.want {
			t.Errorf("Infer(%q) = %q, %v; want %q", test.arg, got, err, test.want)
		}
	}
	if _, err := sources.Infer(filepath.Join(root, "not there")); !errors.Is(err, sources.ErrRequest) {
		t.Errorf("a path that is not there: %v", err)
	}
	t.Chdir(inside)
	if got, err := sources.Infer(""); err != nil || got != "git:." {
		t.Errorf(`Infer("") inside a work tree = %q, %v`, got, err)
	}
	if got, err := sources.Infer("."); err != nil || got != "dir:." {
		t.Errorf(`Infer(".") below the root of a work tree = %q, %v`, got, err)
	}
}

func TestOpen(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "f"), []byte("in a file"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "f"}, {"-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "in a message"}} {
		c := exec.Command("git", args...)
		c.Dir = root
		if out, err := c.CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	o := sources.Options{Stdin: strings.NewReader("in a stream"), Reach: 100}
	for target, want := range map[sprawl.Target]string{
		sprawl.Target("dir:" + root): "in a file",
		sprawl.Target("git:" + root): "in a message",
		"stdin:":                     "in a stream",
	} {
		s, err := sources.Open(t.Context(), target, o)
		if err != nil {
			t.Fatal(err)
		}
		objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
		if err != nil || len(gaps) > 0 {
			t.Errorf("%s: %v, gaps %v", target, err, gaps)
		}
		if c, ok := s.(io.Closer); ok {
			c.Close()
		}
		if !slices.ContainsFunc(objects, func(o sourcetest.Object) bool { return bytes.Contains(o.Data, []byte(want)) }) {
			t.Errorf("%s showed %v, want %q", target, objects, want)
		}
	}
}

func TestOpenWrong(t *testing.T) {
	plain := sprawl.Target("dir:" + t.TempDir())
	tests := []struct {
		target sprawl.Target
		o      sources.Options
		says   string
	}{
		{"nonsense:x", sources.Options{}, "dir: "},
		{"no scheme", sources.Options{}, "git: "},
		{"dir:/no/such/path", sources.Options{}, "no such"},
		{"git:" + sprawl.Target(t.TempDir()), sources.Options{}, "not"},
		{plain, sources.Options{Staged: true}, "not a git repository"},
		{plain, sources.Options{Since: "HEAD~1"}, "not a git repository"},
		{plain, sources.Options{Exclude: []string{"[a"}}, "pattern"},
		{"stdin:", sources.Options{}, "standard input"},
	}
	for _, test := range tests {
		s, err := sources.Open(t.Context(), test.target, test.o)
		if !errors.Is(err, sources.ErrRequest) || s != nil {
			t.Errorf("Open(%s) = %v, %v; want a wrong request", test.target, s, err)
		} else if !strings.Contains(err.Error(), test.says) {
			t.Errorf("Open(%s): %q does not say %q", test.target, err, test.says)
		}
	}
}

// FuzzInfer holds the target to be free of the password in a URL.
func FuzzInfer(f *testing.F) {
	f.Add("https", "who", "pw", "host.test", "a/b.git")
	f.Add("git+ssh", "", "p/w@", "[::1]:22", "?x=y@z")
	f.Add("git:https", "a", "", "h", "")
	const secret = "swordfish" // never in what surrounds it
	f.Fuzz(func(t *testing.T, scheme, user, password, host, path string) {
		if strings.Contains(scheme+user+host+path, secret) || strings.ContainsAny(password+user, "?#") {
			t.Skip()
		}
		switch scheme {
		case "http", "https", "ssh", "git+http", "git+https", "git+ssh", "git:https", "git:ssh", "git":
		default:
			t.Skip()
		}
		if strings.ContainsAny(user, ":/@") || strings.ContainsAny(host, "/@?#") {
			t.Skip()
		}
		arg := scheme + "://" + user + ":" + secret + password + "@" + host + "/" + path
		if got, err := sources.Infer(arg); err == nil && strings.Contains(string(got), secret) {
			t.Errorf("Infer(%q) = %q", arg, got)
		}
	})
}
