package verifytest

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-5dd601fe/sprawl/verify"
)

// A Server is an issuer on the loopback interface. It accepts the credentials
// that are alive, refuses all others, and does both in the words of an entry's
// examples, unless a Behaviour says otherwise.
type Server struct {
	web *httptest.Server

	mu       sync.Mutex
	ask      *verify.Ask
	alive    []string
	header   http.Header // sent with every acceptance
	behave   Behaviour
	requests []Request
}

// A Request is what reached a Server.
type Request struct {
	Method, Path string
	Header       http.Header
	Alive        bool // it held a credential that is alive
}

// A Behaviour answers in place of the issuer, and reports whether it did. n
// counts requests, from 1.
type Behaviour func(w http.ResponseWriter, r *http.Request, alive bool, n int) bool

// NewServer starts a server that ends with the test.
func NewServer(t testing.TB, a *verify.Ask) *Server {
	s := &Server{ask: a, header: http.Header{}}
	s.web = httptest.NewUnstartedServer(s)
	s.web.Config.ErrorLog = quiet
	s.web.StartTLS()
	t.Cleanup(s.web.Close)
	return s
}

// URL returns the server's base URL.
func (s *Server) URL() string { return s.web.URL }

// Roots returns the authority of the server's certificate.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.web.Certificate())
	return pool
}

// Accept makes a credential alive: one that holds secret.
func (s *Server) Accept(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alive = append(s.alive, secret)
}

// Revoke makes a credential dead.
func (s *Server) Revoke(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alive = slices.DeleteFunc(s.alive, func(a string) bool { return a == secret })
}

// Behave changes what the server does from now on.
func (s *Server) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behave = b
}

// Requests returns what has reached the server.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	alive, n, behave := s.record(r)
	if behave != nil && behave(w, r, alive, n) {
		return
	}
	if alive {
		for name, values := range s.header {
			w.Header()[name] = values
		}
		Say(w, &s.ask.Live[0])
		return
	}
	Say(w, &s.ask.Dead[0])
}

// record looks for a living credential anywhere in the request.
func (s *Server) record(r *http.Request) (alive bool, n int, behave Behaviour) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	where, _ := url.PathUnescape(r.URL.RequestURI())
	text := where + "\n" + string(body)
	for _, values := range r.Header {
		text += "\n" + strings.Join(values, "\n")
	}
	if user, password, ok := r.BasicAuth(); ok {
		text += "\n" + user + "\n" + password
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	alive = slices.ContainsFunc(s.alive, func(secret string) bool { return strings.Contains(text, secret) })
	s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.Header.Clone(), alive})
	return alive, len(s.requests), s.behave
}

// Say sends the example of an answer.
func Say(w http.ResponseWriter, a *verify.Answer) {
	if a.Text != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(a.Status[0])
		io.WriteString(w, a.Example)
		return
	}
	SayJSON(w, a.Status[0], a.Example)
}

// SayJSON sends a JSON body.
func SayJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// SayHTML sends a page for people.
func SayHTML(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, body)
}
