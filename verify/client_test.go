package verify_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// An office is a client of the issuer zq, whose host name leads to a fake
// issuer as it would to a real one: looked up, checked, and dialled.
type office struct {
	*verifytest.Server
	client *verify.Client
	clock  *verifytest.Clock
	probes []verify.Probe
	mu     sync.Mutex
}

// publicAddress stands for any address on the internet. Nothing is sent there:
// the test's own Dial takes its place.
var publicAddress = netip.MustParseAddr("140.82.121.6")

// open returns an office for the entry in text.
func open(t testing.TB, text string, change func(*verify.Options)) *office {
	t.Helper()
	is := load(t, text)
	o := &office{clock: verifytest.NewClock()}
	o.Server = verifytest.NewServer(t, &is.All()[0].Asks[0])
	options := verify.Options{
		Roots: o.Roots(), Clock: o.clock, Timeout: 30 * time.Second,
		Resolve: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{publicAddress}, nil },
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(o.URL(), "https://"))
		},
		Audit: func(p verify.Probe) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.probes = append(o.probes, p)
		},
	}
	if change != nil {
		change(&options)
	}
	c, err := is.NewClient(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	o.client = c
	return o
}

// key makes a credential of the issuer zq up.
func key() (string, sprawl.Finding) {
	text := "zq_" + rand.Text()
	return text, sprawl.Finding{Rule: "zq-key", Issuer: "zq", Confidence: 90, Parts: []sprawl.Part{
		{Name: "key", Value: sprawl.NewSecret([]byte(text), 3)},
	}}
}

func (o *office) ask(f sprawl.Finding) sprawl.Verdict {
	return o.client.Ask(context.Background(), &f)
}

func expect(t *testing.T, v sprawl.Verdict, state sprawl.State, reason string) {
	t.Helper()
	if v.State != state || v.Reason != reason {
		t.Errorf("verdict %s (%s), want %s (%s)", v.State, v.Reason, state, reason)
	}
}

// TestEntryHost asks at the entry's own host, with nothing named by anybody.
func TestEntryHost(t *testing.T) {
	o := open(t, good, nil)
	text, f := key()
	o.Accept(text)
	v := o.ask(f)
	expect(t, v, sprawl.Live, "200 from example.com: login")
	if v.Account != "x" || !v.At.Equal(o.probes[0].At) {
		t.Errorf("verdict %+v", v)
	}
	if len(o.probes) != 2 || o.probes[0].Control || !o.probes[1].Control || o.probes[1].Verdict != sprawl.Dead {
		t.Errorf("probes %+v", o.probes)
	}
	if got := o.Requests()[0]; got.Path != "/v1/me" || got.Header.Get("Authorization") != "Bearer "+text || got.Header.Get("User-Agent") == "" || len(got.Header) != 3 {
		t.Errorf("sent %d headers to %s", len(got.Header), got.Path)
	}
}

// TestRefusesPrivate wants nothing sent where a public name means an address
// inside.
func TestRefusesPrivate(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:192.168.0.1"} {
		o := open(t, good, func(o *verify.Options) {
			o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr(address)}, nil
			}
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				t.Errorf("dialled %s", address)
				return nil, net.ErrClosed
			}
		})
		_, f := key()
		expect(t, o.ask(f), sprawl.Unknown, "address: example.com resolves to an address that is not public")
	}
}

// TestNamedPrivate wants a host to be asked that the operator named.
func TestNamedPrivate(t *testing.T) {
	loopback := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	for name, change := range map[string]func(*verify.Options){
		"allowed": func(o *verify.Options) { o.Resolve = loopback; o.AllowPrivate = []string{"Example.com"} },
		"replaced": func(o *verify.Options) {
			o.Resolve = loopback
			o.Hosts = map[string]string{"zq": "https://example.com/"}
		},
	} {
		o := open(t, good, change)
		text, f := key()
		o.Accept(text)
		expect(t, o.ask(f), sprawl.Live, "200 from example.com: login")
		if name == "replaced" && o.Requests()[0].Path != "/v1/me" {
			t.Errorf("asked %s", o.Requests()[0].Path)
		}
	}
}

// TestBasePath wants an operator's path before the entry's.
func TestBasePath(t *testing.T) {
	o := open(t, good, func(o *verify.Options) { o.Hosts = map[string]string{"zq": "https://example.com/api/v3"} })
	_, f := key()
	expect(t, o.ask(f), sprawl.Dead, "401 from example.com: error=bad")
	if got := o.Requests()[0].Path; got != "/api/v3/v1/me" {
		t.Errorf("asked %s", got)
	}
}

func TestBadOptions(t *testing.T) {
	is := load(t, good)
	for id, base := range map[string]string{"zq": "ftp://example.com", "nobody": "https://example.com", "silent": "https://user:x@example.com"} {
		if _, err := is.NewClient(verify.Options{Hosts: map[string]string{id: base}}); err == nil {
			t.Errorf("%s at %s is accepted", id, base)
		}
	}
}

// TestCertificate wants a stranger's certificate to be no answer.
func TestCertificate(t *testing.T) {
	o := open(t, good, func(o *verify.Options) { o.Roots = nil })
	_, f := key()
	expect(t, o.ask(f), sprawl.Unknown, "certificate: example.com could not prove who it is")
	if len(o.Requests()) > 0 {
		t.Error("sent to a stranger")
	}
}

// TestEnvironmentProxy wants a proxy in the environment to change nothing.
func TestEnvironmentProxy(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://proxy.example.org:3128")
	}
	var looked []string
	o := open(t, good, func(o *verify.Options) {
		o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
			looked = append(looked, host)
			return []netip.Addr{publicAddress}, nil
		}
	})
	_, f := key()
	expect(t, o.ask(f), sprawl.Dead, "401 from example.com: error=bad")
	if fmt.Sprint(looked) != "[example.com]" {
		t.Errorf("looked up %q", looked)
	}
}

// TestProxy wants the operator's proxy to be asked for the connection.
func TestProxy(t *testing.T) {
	var dialed, looked string
	o := open(t, good, func(o *verify.Options) {
		o.Proxy = &url.URL{Scheme: "http", Host: "10.0.0.9:3128"}
		o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
			looked = host
			return nil, net.ErrClosed
		}
		o.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
			dialed = address
			return nil, net.ErrClosed
		}
	})
	_, f := key()
	expect(t, o.ask(f), sprawl.Unknown, "unreachable: example.com")
	if dialed != "10.0.0.9:3128" || looked != "" {
		t.Errorf("dialled %q, looked up %q", dialed, looked)
	}
}

// inPath is an entry that sends the key where errors would show it.
var inPath = strings.NewReplacer(`https://example.com/v1/me`, `https://example.com/bot{key}/me?key={key}`,
	`headers = { Authorization = "Bearer {key}" }`, ``).Replace(good)

// TestNoSecretInReasons lets everything fail that can, with the credential in
// the URL, and looks for it in what comes out.
func TestNoSecretInReasons(t *testing.T) {
	broken := errors.New("broken")
	for _, change := range []func(*verify.Options){
		nil,
		func(o *verify.Options) { o.Roots = nil },
		func(o *verify.Options) { o.Timeout = time.Nanosecond },
		func(o *verify.Options) { o.Hosts = map[string]string{"zq": "http://example.com"} },
		func(o *verify.Options) {
			o.Resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, broken }
		},
		func(o *verify.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, broken }
		},
	} {
		for _, behave := range []verifytest.Behaviour{nil, func(http.ResponseWriter, *http.Request, bool, int) bool { panic(http.ErrAbortHandler) }, echo} {
			o := open(t, inPath, change)
			o.Behave(behave)
			text, f := key()
			o.Accept(text)
			v := o.ask(f)
			if shown := fmt.Sprintf("%+v %+v", v, o.probes); strings.Contains(shown, text[3:]) || strings.Contains(shown, text[3:20]) {
				t.Errorf("shown: %s", strings.ReplaceAll(shown, text[3:], "SECRET"))
			}
		}
	}
}

// echo accepts everybody, and says his key back to him.
func echo(w http.ResponseWriter, r *http.Request, alive bool, _ int) bool {
	if alive {
		verifytest.SayJSON(w, 200, fmt.Sprintf(`{"login":"you are %s"}`, r.URL.Query().Get("key")))
	}
	return alive
}

// TestEcho wants an account that holds the credential to be left out.
func TestEcho(t *testing.T) {
	o := open(t, inPath, nil)
	o.Behave(echo)
	text, f := key()
	o.Accept(text)
	if v := o.ask(f); v.State != sprawl.Live || v.Account != "" {
		t.Errorf("verdict %+v", v)
	}
}

// TestAskedOnce asks about 10,000 findings of 1,000 credentials at once.
func TestAskedOnce(t *testing.T) {
	const distinct, copies = 1000, 10
	o := open(t, good, func(o *verify.Options) { o.Concurrency = 16; o.Rates = map[string]float64{"zq": 100} })
	findings := make([]sprawl.Finding, distinct)
	for i := range findings {
		var text string
		if text, findings[i] = key(); i%2 == 0 {
			o.Accept(text)
		}
	}
	var live atomic.Int64
	var all sync.WaitGroup
	for worker := range copies {
		all.Go(func() {
			for i := range findings {
				if o.ask(findings[(i+worker*97)%distinct]).State == sprawl.Live {
					live.Add(1)
				}
			}
		})
	}
	all.Wait()
	if live.Load() != distinct/2*copies {
		t.Errorf("%d of %d findings are live, want half", live.Load(), distinct*copies)
	}
	if n := len(o.Requests()); n != distinct+1 {
		t.Errorf("%d requests, want one for each of %d credentials and one control", n, distinct)
	}
	if least := (distinct - 1) * time.Second / 100; o.clock.Slept() < least {
		t.Errorf("took %v by the clock, want %v at this rate", o.clock.Slept(), least)
	}
}

// TestLongPause wants an issuer to be left alone that asks for an hour.
func TestLongPause(t *testing.T) {
	o := open(t, good, nil)
	o.Behave(func(w http.ResponseWriter, _ *http.Request, _ bool, n int) bool {
		w.Header().Set("Retry-After", "3600")
		verifytest.SayJSON(w, 429, `{}`)
		return n == 1
	})
	_, first := key()
	expect(t, o.ask(first), sprawl.Unknown, "rate limited: 429 from example.com")
	_, second := key()
	expect(t, o.ask(second), sprawl.Unknown, "not asked: rate limited by example.com")
	o.clock.Sleep(context.Background(), time.Hour)
	o.Behave(nil)
	_, third := key()
	expect(t, o.ask(third), sprawl.Dead, "401 from example.com: error=bad")
	if n := len(o.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// TestCancelled wants a cancelled question to be forgotten, and asked again by
// those who were waiting for it.
func TestCancelled(t *testing.T) {
	o := open(t, good, nil)
	ctx, cancel := context.WithCancel(context.Background())
	o.Behave(func(_ http.ResponseWriter, r *http.Request, _ bool, n int) bool {
		if n == 1 {
			cancel()
			<-r.Context().Done()
		}
		return n == 1
	})
	text, f := key()
	o.Accept(text)
	var waiting sync.WaitGroup
	if v := o.client.Ask(ctx, &f); v.State != sprawl.Unknown || v.Reason != "cancelled" {
		t.Errorf("verdict %+v", v)
	}
	for range 3 {
		waiting.Go(func() {
			if v := o.ask(f); v.State != sprawl.Live {
				t.Errorf("verdict %+v", v)
			}
		})
	}
	waiting.Wait()
	_, other := key()
	expect(t, o.client.Ask(ctx, &other), sprawl.Unknown, "not asked: cancelled")
}

// TestPanic wants a panic to be that credential's unknown.
func TestPanic(t *testing.T) {
	o := open(t, good, func(o *verify.Options) {
		o.Control = func(*sprawl.Finding) sprawl.Finding { panic("broken") }
	})
	text, f := key()
	o.Accept(text)
	expect(t, o.ask(f), sprawl.Unknown, "internal error: reading the answer of example.com")
	_, dead := key()
	expect(t, o.ask(dead), sprawl.Dead, "401 from example.com: error=bad")
}

// TestControlIsReal wants a control that is the credential itself refused.
func TestControlIsReal(t *testing.T) {
	o := open(t, good, func(o *verify.Options) {
		o.Control = func(f *sprawl.Finding) sprawl.Finding { return *f }
	})
	text, f := key()
	o.Accept(text)
	expect(t, o.ask(f), sprawl.Unknown, "control: no credential of the same shape can be made up")
}

// TestControlRecovers wants an unanswered control to be tried again with the
// next credential, and one that was refused never.
func TestControlRecovers(t *testing.T) {
	o := open(t, good, nil)
	o.Behave(func(w http.ResponseWriter, _ *http.Request, alive bool, n int) bool {
		if alive || n > 2 {
			return false
		}
		verifytest.SayJSON(w, 403, `{}`)
		return true
	})
	for i, want := range []sprawl.State{sprawl.Unknown, sprawl.Live, sprawl.Live} {
		text, f := key()
		o.Accept(text)
		if v := o.ask(f); v.State != want {
			t.Errorf("credential %d: %+v, want %s", i, v, want)
		}
	}
	if n := len(o.Requests()); n != 5 {
		t.Errorf("%d requests, want 3 and 2 controls", n)
	}
}

// TestNotAsked wants nothing sent for findings that can't be asked about, and
// for plans.
func TestNotAsked(t *testing.T) {
	o := open(t, good, func(o *verify.Options) {
		o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
			t.Error("looked a name up")
			return nil, net.ErrClosed
		}
	})
	_, f := key()
	doubtful, edited, other, silent, nobody, empty, broken := f, f, f, f, f, f, f
	doubtful.Confidence = 10
	edited.Confidence, edited.Note = 25, "check digits are wrong: edited, or of a newer format"
	other.Rule = "zq-other"
	silent.Issuer = "silent"
	nobody.Issuer = ""
	empty.Parts = nil
	broken.Parts = []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte("zq_\r\nHost: evil"), 3)}}
	for reason, f := range map[string]sprawl.Finding{
		"not asked: low confidence":                         doubtful,
		"not asked: check digits are wrong":                 edited,
		"not asked: no question is known for zq-other":      other,
		"not asked: nobody is known who can be asked":       silent,
		"not asked: its key is missing":                     empty,
		"not asked: a part can't be written in a header":    broken,
		"not asked: nobody is known who can be asked\u200b": nobody,
	} {
		v := o.ask(f)
		expect(t, v, sprawl.Unknown, strings.TrimSuffix(reason, "\u200b"))
		if !v.At.IsZero() {
			t.Error("not asked, but the verdict has a time")
		}
	}
	_, second := key()
	plan := o.client.Plan([]sprawl.Finding{f, doubtful, second, nobody, f, empty})
	want := verify.Planned{Issuer: "zq", Host: "example.com", Method: "GET", Path: "/v1/me", Count: 2, Controls: 1}
	if len(plan) != 1 || plan[0] != want {
		t.Errorf("plan %+v, want %+v", plan, want)
	}
	if len(o.Requests())+len(o.probes) > 0 {
		t.Error("something was sent")
	}
}

// hostFrom is an entry whose host comes from the credential.
var hostFrom = strings.NewReplacer(`hosts = ["example.com"]`, `hosts = [".example.com"]`,
	`"https://example.com/v1/me"`, `"https://{host}/v1/me"`+"\nhost_from = \"host\"").Replace(good)

// TestHostFrom wants a host out of the scanned text to be asked only if it is
// the issuer's, by whole labels.
func TestHostFrom(t *testing.T) {
	for host, want := range map[string]sprawl.State{
		"acme.example.com":            sprawl.Dead,
		"ACME.example.com":            sprawl.Dead,
		"example.com":                 sprawl.Unknown,
		"evilexample.com":             sprawl.Unknown,
		"acme.example.com.evil.test":  sprawl.Unknown,
		"evil.test/.example.com":      sprawl.Unknown,
		"evil.test#.example.com":      sprawl.Unknown,
		"evil.test?.example.com":      sprawl.Unknown,
		"user@evil.test:.example.com": sprawl.Unknown,
		"evil.test\\.example.com":     sprawl.Unknown,
		"acme.example.com.":           sprawl.Unknown,
		"127.0.0.1":                   sprawl.Unknown,
		"é.example.com":               sprawl.Unknown,
	} {
		o := open(t, hostFrom, nil)
		_, f := key()
		f.Parts = append(f.Parts, sprawl.Part{Name: "host", Public: true, Value: sprawl.NewSecret([]byte(host), 0)})
		v := o.ask(f)
		if want == sprawl.Dead {
			expect(t, v, sprawl.Dead, "401 from acme.example.com: error=bad")
			continue
		}
		expect(t, v, sprawl.Unknown, "not asked: its host is none of the issuer's")
	}
}

// TestFindingUnchanged wants asking to leave the finding as it was.
func TestFindingUnchanged(t *testing.T) {
	o := open(t, good, nil)
	text, f := key()
	o.Accept(text)
	before := fmt.Sprintf("%#v", f)
	o.ask(f)
	if fmt.Sprintf("%#v", f) != before {
		t.Error("changed the finding")
	}
}
