package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
)

// A clock moves only when somebody sleeps.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.now, c.slept = c.now.Add(d), c.slept+d
	}
	return ctx.Err()
}

func start() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

// platform starts a server and returns a client for it.
func platform(t *testing.T, clock *clock, more func(*client.Options), h http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	base, _ := url.Parse(server.URL + "/api/v4")
	o := client.Options{Base: base, Header: http.Header{"Private-Token": {"tok"}}, Clock: clock}
	if more != nil {
		more(&o)
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func body(t *testing.T, c *client.Client, path string) (string, error) {
	t.Helper()
	r, _, err := c.Get(t.Context(), path, nil)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

func TestGet(t *testing.T) {
	c := platform(t, start(), nil, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.URL.EscapedPath()+" "+r.Header.Get("Private-Token"))
	})
	got, err := body(t, c, "/projects/acme%2Fapi/variables")
	if err != nil || got != "/api/v4/projects/acme%2Fapi/variables tok" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOnlyReads(t *testing.T) {
	sent := 0
	c := platform(t, start(), func(o *client.Options) { o.Reads = []string{"/graphql"} }, func(http.ResponseWriter, *http.Request) { sent++ })
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		req, _ := http.NewRequestWithContext(t.Context(), method, "http://"+c.Host()+"/api/v4/x", nil)
		if _, err := c.HTTP().Do(req); err == nil || sent > 0 {
			t.Errorf("%s was sent", method)
		}
	}
	if _, _, err := c.Post(t.Context(), "/graphql", map[string]string{"query": "{}"}); err != nil || sent != 1 {
		t.Errorf("a reading POST: %v, %d sent", err, sent)
	}
}

func TestTokenStaysHome(t *testing.T) {
	var stray http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stray = r.Header }))
	defer other.Close()
	c := platform(t, start(), nil, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v4/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/api/v4/renamed":
			http.Redirect(w, r, "/api/v4/new", http.StatusMovedPermanently)
		default:
			io.WriteString(w, "here "+r.Header.Get("Private-Token"))
		}
	})
	if _, err := body(t, c, "/away"); !errors.Is(err, client.ErrElsewhere) || stray != nil {
		t.Errorf("away: %v, the other host saw %v", err, stray)
	}
	if got, err := body(t, c, "/renamed"); err != nil || got != "here tok" {
		t.Errorf("renamed: %q, %v", got, err)
	}
}

func TestStatus(t *testing.T) {
	c := platform(t, start(), nil, func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/api/v4/"))
		w.WriteHeader(status)
		io.WriteString(w, `{"message":"needs\u001b[31m read_api\nscope"}`)
	})
	for _, status := range []int{400, 401, 403, 404, 410, 501} {
		_, err := body(t, c, "/"+strconv.Itoa(status))
		if client.Status(err) != status || strings.ContainsAny(err.Error(), "\x1b\n") || !strings.Contains(err.Error(), "read_api scope") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestBusyPlatforms(t *testing.T) {
	for name, c := range map[string]struct {
		refuse func(w http.ResponseWriter, now time.Time)
		want   time.Duration
	}{
		"429 with seconds": {func(w http.ResponseWriter, _ time.Time) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
		}, 7 * time.Second},
		"403 with a date": {func(w http.ResponseWriter, now time.Time) {
			w.Header().Set("Retry-After", now.Add(90*time.Second).UTC().Format(http.TimeFormat))
			w.WriteHeader(403)
		}, 90 * time.Second},
		"403 with nothing left": {func(w http.ResponseWriter, now time.Time) {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(time.Minute).Unix(), 10))
			w.WriteHeader(403)
		}, 61 * time.Second},
		"502": {func(w http.ResponseWriter, _ time.Time) { w.WriteHeader(502) }, 500 * time.Millisecond},
	} {
		clock, first := start(), true
		client := platform(t, clock, nil, func(w http.ResponseWriter, _ *http.Request) {
			if first {
				first = false
				c.refuse(w, clock.Now())
				return
			}
			io.WriteString(w, "at last")
		})
		if got, err := body(t, client, "/"); err != nil || got != "at last" || clock.slept != c.want {
			t.Errorf("%s: %q, %v, after %s; want %s", name, got, err, clock.slept, c.want)
		}
	}
}

func TestGivesUp(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"always 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"come back tomorrow": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(429)
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		clock := start()
		c := platform(t, clock, nil, h)
		if _, err := body(t, c, "/"); err == nil || clock.slept > time.Hour {
			t.Errorf("%s: %v after %s", name, err, clock.slept)
		}
	}
}

// TestQuota asks a platform that allows 100 requests an hour.
func TestQuota(t *testing.T) {
	clock := start()
	const limit = 100
	windows := map[int64]int{}
	c := platform(t, clock, nil, func(w http.ResponseWriter, _ *http.Request) {
		window := clock.Now().Unix() / 3600
		windows[window]++
		w.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-windows[window])))
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt((window+1)*3600, 10))
		if windows[window] > limit {
			w.WriteHeader(429)
		}
	})
	for range 350 {
		if _, err := body(t, c, "/"); err != nil {
			t.Fatal(err)
		}
	}
	full := 0
	for _, n := range windows {
		if n > 90 {
			t.Errorf("%d requests in an hour: want at most nine tenths of %d", n, limit)
		}
		if n == 90 {
			full++
		}
	}
	if full < 3 || len(windows) > 4 {
		t.Errorf("requests by hour %v: want the limit used", windows)
	}
}

func TestRate(t *testing.T) {
	clock := start()
	c := platform(t, clock, func(o *client.Options) { o.Rate = 2 }, func(http.ResponseWriter, *http.Request) {})
	for range 12 {
		if _, err := body(t, c, "/"); err != nil {
			t.Fatal(err)
		}
	}
	if clock.slept < 4*time.Second {
		t.Errorf("12 requests at 2 a second took %s", clock.slept)
	}
}

func TestUnchanged(t *testing.T) {
	seen := map[string]string{}
	c := platform(t, start(), func(o *client.Options) {
		o.Known = func(u string) string { return seen[u] }
		o.Seen = func(u, etag string) { seen[u] = etag }
	}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(304)
		}
	})
	if _, err := body(t, c, "/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := body(t, c, "/a"); !errors.Is(err, client.ErrUnchanged) {
		t.Errorf("the second time: %v", err)
	}
}

func TestLargeAnswer(t *testing.T) {
	c := platform(t, start(), func(o *client.Options) { o.MaxBody = 10 }, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", len(r.URL.Path)))
	})
	if got, err := body(t, c, "/12"); err != nil || len(got) != 10 {
		t.Errorf("as much as allowed: %q, %v", got, err)
	}
	if _, err := body(t, c, "/123"); err == nil {
		t.Error("one byte more than allowed was read in silence")
	}
}

func TestErrorsHideTheQuery(t *testing.T) {
	c := platform(t, start(), nil, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, _, err := c.Get(t.Context(), "/", url.Values{"token": {"hidden"}})
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Error(err)
	}
}

func TestDownload(t *testing.T) {
	var seen http.Header
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		io.WriteString(w, "log "+r.URL.Query().Get("sig"))
	}))
	defer storage.Close()
	c := platform(t, start(), nil, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v4/away":
			http.Redirect(w, r, storage.URL+"/x?sig=1", http.StatusFound)
		case "/api/v4/file":
			http.Redirect(w, r, "file:///etc/hostname", http.StatusFound)
		case "/api/v4/gone":
			w.WriteHeader(http.StatusGone)
		default:
			io.WriteString(w, "here")
		}
	})
	read := func(path string) (string, error) {
		body, err := c.Download(t.Context(), path, "")
		if err != nil {
			return "", err
		}
		defer body.Close()
		text, err := io.ReadAll(body)
		return string(text), err
	}
	if got, err := read("/away"); err != nil || got != "log 1" || seen.Get("Private-Token") != "" {
		t.Errorf("away: %q, %v; the storage saw %v", got, err, seen)
	}
	if got, err := read("/here"); err != nil || got != "here" {
		t.Errorf("here: %q, %v", got, err)
	}
	if _, err := read("/file"); err == nil {
		t.Error("followed to a file")
	}
	if _, err := read("/gone"); client.Status(err) != http.StatusGone {
		t.Errorf("gone: %v", err)
	}
}
