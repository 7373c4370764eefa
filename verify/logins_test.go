package verify_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// server returns the address in an environment variable, which testdata/test.sh
// sets for a server that it started.
func server(t *testing.T, name string) *url.URL {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		t.Skip("needs " + name + ", the URL of a server; testdata/test.sh starts one")
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(name + " is no URL")
	}
	return u
}

// login returns a finding as rules make it of a URI.
func login(u *url.URL) sprawl.Finding {
	f := sprawl.Finding{Rule: "database-uri", Confidence: 90}
	host := u.Host
	apart := slices.Contains([]string{"ssh", "ldap", "nats", "mqtt", "smtp", "imap"}, u.Scheme) // as the rule url-password has it
	if apart {
		f.Rule, host = "url-password", u.Hostname()
	}
	add := func(name, text string, public bool) {
		if text != "" {
			f.Parts = append(f.Parts, sprawl.Part{Name: name, Public: public, Value: sprawl.NewSecret([]byte(text), 0)})
		}
	}
	password, _ := u.User.Password()
	add("scheme", u.Scheme, true)
	add("user", strings.NewReplacer(",", "%2C", "=", "%3D").Replace(u.User.Username()), true)
	add("password", password, false)
	add("host", host, true)
	if apart {
		add("port", u.Port(), true)
	}
	add("database", strings.TrimPrefix(u.Path, "/"), true)
	return f
}

func withPassword(u *url.URL, user, password string) *url.URL {
	other := *u
	other.User = url.UserPassword(user, password)
	return &other
}

// logins returns a client that tries logins at hosts that are named.
func logins(t *testing.T, change func(*verify.Options)) *verify.Client {
	t.Helper()
	o := verify.Options{Logins: true, AllowPrivate: []string{"127.0.0.1", "localhost"}, Timeout: 20 * time.Second, Rates: fast()}
	if change != nil {
		change(&o)
	}
	c, err := builtIn(t).NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// fast lets tests be asked without pauses.
func fast() map[string]float64 {
	rates := map[string]float64{}
	for _, id := range []string{"postgresql", "mysql", "redis", "rabbitmq", "mqtt", "nats", "mongodb-server", "ldap", "ssh", "smtp", "imap", "etcd", "registry", "aws", "google", "entra", "azure-storage", "github", "alibaba", "vault", "kubernetes"} {
		rates[id] = 1000
	}
	return rates
}

func judge(t *testing.T, c *verify.Client, f sprawl.Finding, state sprawl.State, reason string) sprawl.Verdict {
	t.Helper()
	v := c.Ask(t.Context(), &f)
	if v.State != state || !strings.Contains(v.Reason, reason) {
		t.Errorf("verdict %s (%s), want %s (…%s…)", v.State, v.Reason, state, reason)
	}
	for _, p := range f.Parts {
		if !p.Public && strings.Contains(v.Reason+v.Account, p.Value.Reveal()) {
			t.Error("the verdict contains the credential")
		}
	}
	return v
}

// realServers are those whose logins are URIs: what is said of a password that
// is right, and of one that is not.
var realServers = []struct{ name, live, dead, account string }{
	{"SPRAWL_TEST_POSTGRES", "accepted the password", "28P01", "app"},
	{"SPRAWL_TEST_MYSQL", "accepted the password", "1045", "app"},
	{"SPRAWL_TEST_REDIS", "accepted the password", "WRONGPASS", "default"},
	{"SPRAWL_TEST_AMQP", "accepted the password", "403", "app"},
	{"SPRAWL_TEST_MQTT", "accepted the password", "bad user name or password", "app"},
	{"SPRAWL_TEST_LDAP", "accepted the password", "49", "cn=admin,dc=acme,dc=internal"},
	{"SPRAWL_TEST_SMTP", "accepted the password", "535", "app"},
	{"SPRAWL_TEST_IMAP", "accepted the password", "AUTHENTICATIONFAILED", "app"},
}

// TestRealServers logs in to real servers, with passwords that are right and
// wrong, and wants what the server itself makes of them.
func TestRealServers(t *testing.T) {
	for _, s := range realServers {
		t.Run(strings.TrimPrefix(s.name, "SPRAWL_TEST_"), func(t *testing.T) {
			u := server(t, s.name)
			user := u.User.Username()
			if v := judge(t, logins(t, nil), login(u), sprawl.Live, s.live); v.Account != s.account {
				t.Errorf("account %q, want %q", v.Account, s.account)
			}
			judge(t, logins(t, nil), login(withPassword(u, user, rand.Text())), sprawl.Dead, s.dead)
			judge(t, logins(t, func(o *verify.Options) { o.Logins = false }), login(u), sprawl.Unknown, "not asked: logins")
			judge(t, logins(t, func(o *verify.Options) { o.AllowPrivate = nil }), login(u), sprawl.Unknown, u.Hostname())
			c := logins(t, func(o *verify.Options) { o.Canaries = []string{u.Host} })
			f := login(u)
			f.Facts = []sprawl.Fact{{Name: sprawl.FactHost, Value: u.Host}}
			judge(t, c, f, sprawl.Unknown, "canary")
		})
	}
}

// TestPublicHostWantsTLS wants no password sent without TLS to a host that
// nobody named, though the server would take it.
func TestPublicHostWantsTLS(t *testing.T) {
	for _, s := range realServers {
		t.Run(strings.TrimPrefix(s.name, "SPRAWL_TEST_"), func(t *testing.T) {
			u := server(t, s.name)
			password, _ := u.User.Password()
			var spy spy
			f := login(withHost(u, "db.acme.io:"+u.Port()))
			judge(t, logins(t, spy.onto(u.Host)), f, sprawl.Unknown, "no encryption")
			if strings.Contains(spy.sent.String(), password) {
				t.Error("the password went out in clear")
			}
		})
	}
}

func withHost(u *url.URL, host string) *url.URL {
	other := *u
	other.Host = host
	return &other
}

// A spy leads every public name to one address, and keeps what is sent there.
type spy struct {
	mu    sync.Mutex
	sent  strings.Builder
	dials int
}

func (s *spy) onto(address string) func(*verify.Options) {
	return func(o *verify.Options) {
		o.AllowPrivate = nil
		o.Resolve = resolvePublic
		o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			s.mu.Lock()
			s.dials++
			s.mu.Unlock()
			return spyConn{conn, s}, err
		}
	}
}

type spyConn struct {
	net.Conn
	spy *spy
}

func (c spyConn) Write(p []byte) (int, error) {
	c.spy.mu.Lock()
	c.spy.sent.Write(p)
	c.spy.mu.Unlock()
	return c.Conn.Write(p)
}

// TestOneAttempt wants one attempt at an account, whatever the passwords and
// however many workers, and none that a made-up account takes from it.
func TestOneAttempt(t *testing.T) {
	u := server(t, "SPRAWL_TEST_POSTGRES")
	var mu sync.Mutex
	var probes []verify.Probe
	c := logins(t, func(o *verify.Options) {
		o.Audit = func(p verify.Probe) { mu.Lock(); defer mu.Unlock(); probes = append(probes, p) }
	})
	var wg sync.WaitGroup
	verdicts := make([]sprawl.Verdict, 16)
	for i := range verdicts {
		wg.Go(func() {
			f := login(withPassword(u, "app", rand.Text()))
			verdicts[i] = c.Ask(t.Context(), &f)
		})
	}
	wg.Wait()
	dead := 0
	for _, v := range verdicts {
		if v.State == sprawl.Dead {
			dead++
		} else if v.Reason != "not asked: this account was tried within a day" {
			t.Errorf("verdict %s (%s)", v.State, v.Reason)
		}
	}
	if dead != 1 || len(probes) != 1 {
		t.Errorf("%d dead after %d attempts, want 1 of 1", dead, len(probes))
	}
}

// bad peers: what may answer at the port of a login.
var badPeers = map[string]func(net.Conn){
	"silent":  func(c net.Conn) { io.Copy(io.Discard, c) },
	"hung up": func(c net.Conn) {},
	"garbage": func(c net.Conn) { c.Write([]byte("\x00\xff\x00\xffzq\r\n\r\n\x7f")); io.Copy(io.Discard, c) },
	"endless": func(c net.Conn) {
		for line := []byte(strings.Repeat("220-zq ", 500) + "\r\n"); ; {
			if _, err := c.Write(line); err != nil {
				return
			}
		}
	},
	"zeros": func(c net.Conn) {
		for line := make([]byte, 4096); ; {
			if _, err := c.Write(line); err != nil {
				return
			}
		}
	},
	"web": func(c net.Conn) {
		c.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	},
}

// schemes are those of logins by URI.
var schemes = []string{
	"postgres", "mysql", "redis", "rediss", "ssh", "ldap", "ldaps", "nats", "amqp", "amqps", "mqtt", "mqtts", "smtp", "smtps", "imap", "imaps", "mongodb",
}

// TestBadPeers wants whatever answers at a port to be unknown, soon.
func TestBadPeers(t *testing.T) {
	for name, behave := range badPeers {
		address := peer(t, behave)
		for _, scheme := range schemes {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				u := &url.URL{Scheme: scheme, User: url.UserPassword("app", rand.Text()), Host: address, Path: "/x"}
				c := logins(t, func(o *verify.Options) { o.Timeout = 300 * time.Millisecond })
				judge(t, c, login(u), sprawl.Unknown, "")
			})
		}
	}
}

// peer serves each connection by behave.
func peer(t *testing.T, behave func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { behave(c); c.Close() }()
		}
	}()
	return l.Addr().String()
}

// TestCancel wants a conversation to end with its context.
func TestCancel(t *testing.T) {
	for _, scheme := range schemes {
		reached := make(chan bool, 8)
		address := peer(t, func(c net.Conn) { reached <- true; io.Copy(io.Discard, c) })
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-reached; cancel() }()
		f := login(&url.URL{Scheme: scheme, User: url.UserPassword("app", rand.Text()), Host: address, Path: "/x"})
		c := logins(t, func(o *verify.Options) { o.Timeout = time.Hour })
		if v := c.Ask(ctx, &f); v.State != sprawl.Unknown {
			t.Errorf("%s: verdict %s (%s)", scheme, v.State, v.Reason)
		}
	}
}

func x509Pool(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}
