// Package fake has servers on loopback that stand in for platforms which can't
// run here. Each speaks the part of a platform's documented API that sprawl
// reads, with its pages, limits, conditional requests and errors, and fails the
// test when it is asked for anything else.
package fake

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Server is a platform. Its methods may be called from several goroutines.
type Server struct {
	URL  string
	Host string

	t    testing.TB
	mux  *http.ServeMux
	auth func(*http.Request) bool

	mu     sync.Mutex
	log    []string
	faults []*Fault
	limit  *limit
}

// start starts a server that answers those whom auth knows.
func start(t testing.TB, auth func(*http.Request) bool) *Server {
	t.Helper()
	s := &Server{t: t, mux: http.NewServeMux(), auth: auth}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL, s.Host = server.URL, strings.TrimPrefix(server.URL, "http://")
	return s
}

// A Fault is what a path answers instead of what it holds.
type Fault struct {
	Path   string // the start of the path, escaped as it is sent
	Status int    // 0 cuts the connection
	Header http.Header
	Body   string
	Times  int // how often; 0 is always
}

// Fail has the server answer with a fault.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Requests returns what was asked so far, each "GET /path?query".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// A limit is a platform's: so many requests in each window.
type limit struct {
	n      int
	window time.Duration
	now    func() time.Time
	counts map[int64]int
}

// Limit has the server allow n requests in each window of time, told in
// X-RateLimit headers, and fail the test when more come.
func (s *Server) Limit(n int, window time.Duration, now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = &limit{n, window, now, map[int64]int{}}
}

// Used returns how many requests came in each window.
func (s *Server) Used() (counts []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limit == nil {
		return nil
	}
	for _, n := range s.limit.counts {
		counts = append(counts, n)
	}
	return counts
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, over := s.note(w, r)
	switch {
	case over:
		w.WriteHeader(http.StatusTooManyRequests)
	case fault != nil:
		fault.answer(w)
	case !s.auth(r):
		answer(w, http.StatusUnauthorized, map[string]string{"message": "401 Unauthorized"})
	default:
		_, pattern := s.mux.Handler(r)
		if pattern == "" {
			s.t.Errorf("asked for %s %s, which this platform does not have", r.Method, r.URL)
		}
		s.mux.ServeHTTP(w, r)
	}
}

// note logs r, and returns the fault that is planted for it, and whether it is
// beyond the limit.
func (s *Server) note(w http.ResponseWriter, r *http.Request) (fault *Fault, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+r.URL.RequestURI())
	if s.limit != nil {
		over = s.limit.count(w.Header())
		if over {
			s.t.Errorf("%s is one request more than the limit of %d", r.URL, s.limit.n)
		}
	}
	for i, f := range s.faults {
		if !strings.HasPrefix(r.URL.EscapedPath(), f.Path) {
			continue
		}
		copied := *f
		if f.Times--; f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return &copied, over
	}
	return nil, over
}

// count counts a request, tells h of the limit and reports whether it is passed.
func (l *limit) count(h http.Header) (over bool) {
	window := l.now().UnixNano() / int64(l.window)
	l.counts[window]++
	n := l.counts[window]
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.n))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, l.n-n)))
	h.Set("X-RateLimit-Reset", strconv.FormatInt((window+1)*int64(l.window)/int64(time.Second), 10))
	return n > l.n
}

func (f *Fault) answer(w http.ResponseWriter) {
	if f.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	for name, values := range f.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(f.Status)
	fmt.Fprint(w, f.Body)
}

// handle serves pattern with what f returns: a value for JSON, and a status, of
// which 0 is 200. A nil value is that status alone.
func (s *Server) handle(pattern string, f func(r *http.Request) (any, int)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v, status := f(r)
		if status == 0 {
			status = http.StatusOK
		}
		if v == nil && status >= 400 {
			v = map[string]string{"message": fmt.Sprint(status, " ", http.StatusText(status))}
		}
		answer(w, status, v)
	})
}

// list serves pattern with the items that f returns, in pages: per_page says
// how many, 20 if absent and 100 at most. The Link header and X-Next-Page name
// the next page. An answer has an ETag, and is 304 where it did not change.
func list[T any](s *Server, pattern string, f func(r *http.Request) ([]T, int)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		items, status := f(r)
		if status != 0 {
			answer(w, status, map[string]string{"message": fmt.Sprint(status, " ", http.StatusText(status))})
			return
		}
		answer(w, conditional(w, r, items), page(w, s.URL, r, items))
	})
}

// page returns the items of the page that r asks for, and says in w's header
// where the next is.
func page[T any](w http.ResponseWriter, base string, r *http.Request, items []T) []T {
	q := r.URL.Query()
	n, _ := strconv.Atoi(q.Get("page"))
	size, _ := strconv.Atoi(q.Get("per_page"))
	if n = max(n, 1); size <= 0 {
		size = 20
	}
	size = min(size, 100)
	from, to := min((n-1)*size, len(items)), min(n*size, len(items))
	if to < len(items) {
		q.Set("page", strconv.Itoa(n+1))
		next := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: q.Encode()}
		w.Header().Set("Link", "<"+base+next.String()+`>; rel="next"`)
		w.Header().Set("X-Next-Page", strconv.Itoa(n+1))
	}
	return append([]T{}, items[from:to]...)
}

// conditional sets the ETag of v and returns the status: 304 where the asker
// has it.
func conditional(w http.ResponseWriter, r *http.Request, v any) int {
	text, _ := json.Marshal(v)
	etag := fmt.Sprintf("W/\"%x\"", sha256.Sum256(append(text, r.URL.RawQuery...)))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		return http.StatusNotModified
	}
	return http.StatusOK
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status != http.StatusNotModified && v != nil {
		_ = json.NewEncoder(w).Encode(v)
	}
}
