package git

import (
	"context"
	"errors"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// backend serves the parent directory of a sandbox as git's own server does.
func backend(t *testing.T, s *sandbox) *httptest.Server {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("needs git")
	}
	srv := httptest.NewServer(&cgi.Handler{
		Path: git,
		Args: []string{"http-backend"},
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(s.dir), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "HOME=" + s.dir},
	})
	t.Cleanup(srv.Close)
	return srv
}

func TestRemote(t *testing.T) {
	s, tok, pull := newSandbox(t), token(), token()
	for i := range 20 {
		s.commit("big", strings.Repeat("line\n", 300+i))
	}
	c := s.commit("dir/a", tok)
	removed := s.commit("dir/a", "gone")
	s.commit("b", pull)
	s.git("update-ref", "refs/pull/1/head", "HEAD")
	s.git("reset", "-q", "--hard", "HEAD~1")
	s.git("tag", "-a", "-m", "m", "v1")
	s.git("repack", "-qadf")
	srv := backend(t, s)
	for _, target := range []string{"git+" + srv.URL + "/repo", "git:" + srv.URL + "/repo/.git", srv.URL + "/repo"} {
		life := scan(t, sprawl.Target(target), Options{}, tok).clean(t).one(t)
		if life.Commit != c || life.Removed != removed || life.Path != "dir/a" {
			t.Errorf("%s: got %+v, want from %s to %s", target, life, c, removed)
		}
	}
	var got int64
	r := scan(t, sprawl.Target("git+"+srv.URL+"/repo"), Options{Progress: func(n int64) { got = n }}, pull).clean(t)
	if life := r.one(t); life.Refs[0] != "refs/pull/1/head" || life.InHead {
		t.Errorf("got %+v", life)
	}
	if r.copies == 0 || got == 0 || r.tally.Commits != 23 || r.tally.Refs != 4 {
		t.Errorf("%d copies, %d bytes, %+v", r.copies, got, r.tally)
	}
	local := scan(t, s.target(), Options{}, pull)
	for id, content := range r.shown {
		if local.shown[id] != content {
			t.Errorf("%s differs from what the repository itself holds", id)
		}
	}
}

func TestRemoteContent(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", tok)
	srv := backend(t, s)
	r, err := Open(context.Background(), sprawl.Target("git+"+srv.URL+"/repo"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := drive(t, r, tok, false)
	err = r.Content(context.Background(), out.one(t).Object, func(data []byte) error {
		if string(data) != tok {
			t.Errorf("got %q", data)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRemoteErrors(t *testing.T) {
	s := newSandbox(t)
	srv := backend(t, s)
	secret := token()
	with := strings.Replace(srv.URL, "http://", "http://"+secret+":"+secret+"@", 1)
	r := scan(t, sprawl.Target("git+"+srv.URL+"/repo"), Options{}, "x").clean(t)
	if len(r.tally.Skipped) != 1 || !strings.Contains(r.tally.Skipped[0].Why, "empty") {
		t.Errorf("empty remote: %+v", r.tally)
	}
	for _, url := range []string{with + "/none", strings.Replace(with, "127.0.0.1", "127.0.0.1:1", 1), "http://" + secret + ":" + secret + "@127.0.0.1:1/x"} {
		r, err := Open(context.Background(), sprawl.Target("git+"+url), Options{})
		if err == nil {
			err = r.Units(context.Background(), func(sprawl.Unit) error { return nil })
			if strings.Contains(string(r.target), secret) {
				t.Errorf("target %s holds the user information", r.target)
			}
		}
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error is %v", url, err)
		}
	}
}

func TestRedirectCarriesNoCredential(t *testing.T) {
	s := newSandbox(t)
	s.commit("a", "1")
	srv := backend(t, s)
	var leaked, asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") != "" {
			leaked.Add(1)
		}
		http.Redirect(w, r, srv.URL+r.URL.Path+"?"+r.URL.RawQuery, http.StatusFound)
	}))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+r.URL.Path+"?"+r.URL.RawQuery, http.StatusFound)
	}))
	defer first.Close()
	r, err := Open(context.Background(), sprawl.Target("git+"+strings.Replace(first.URL, "http://", "http://u:p@", 1)+"/repo"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Units(context.Background(), func(sprawl.Unit) error { return nil })
	if leaked.Load() > 0 {
		t.Errorf("the redirect carried a credential (error: %v)", err)
	}
	if asked.Load() == 0 {
		t.Errorf("the redirect was not followed, so that nothing was tested: %v", err)
	}
}

func TestTargets(t *testing.T) {
	for in, want := range map[string]struct{ clean, path, remote string }{
		"git:.":                           {"git:.", ".", ""},
		"git:":                            {"git:", ".", ""},
		"git:/a b":                        {"git:/a b", "/a b", ""},
		"git:a@b:c/d":                     {"git:b:c/d", "", "a@b:c/d"},
		"git@host.test:a/b.git":           {"git:host.test:a/b.git", "", "git@host.test:a/b.git"},
		"git+https://h.test/x":            {"git+https://h.test/x", "", "https://h.test/x"},
		"git+https://u:p@h.test/x?q=1#f":  {"git+https://h.test/x", "", "https://u:p@h.test/x?q=1#f"},
		"https://u@h.test":                {"https://h.test", "", "https://u@h.test"},
		"git:https://u:p@h.test/x@y":      {"git:https://h.test/x@y", "", "https://u:p@h.test/x@y"},
		"git+ssh://git@h.test:22/x":       {"git+ssh://h.test:22/x", "", "ssh://git@h.test:22/x"},
		"ssh://h.test/x":                  {"ssh://h.test/x", "", "ssh://h.test/x"},
		"git+file:///a%20b":               {"git+file:///a%20b", "/a b", ""},
		"file://localhost/a":              {"file://localhost/a", "/a", ""},
		`git:C:\x`:                        {`git:C:\x`, `C:\x`, ""},
		"git:./user@host:notssh":          {"git:./user@host:notssh", "./user@host:notssh", ""},
		"git+https://a:b/c@h.test@evil/x": {"git+https://a:b/c@h.test@evil/x", "", "https://a:b/c@h.test@evil/x"},
	} {
		path, remote := split(sprawl.Target(in))
		if got := clean(sprawl.Target(in)); string(got) != want.clean || filepath.ToSlash(path) != filepath.ToSlash(want.path) || remote != want.remote {
			t.Errorf("%s: got %q, %q, %q", in, got, path, remote)
		}
	}
	if _, err := dial("https://u:p@[bad", nil); !errors.Is(err, ErrRequest) || strings.Contains(err.Error(), "u:p") {
		t.Errorf("a bad URL gives %v", err)
	}
}
