package verify

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Options are what the operator decides. The zero Options are usable.
type Options struct {
	// Hosts gives issuers other addresses, by id: a base URL that takes the
	// place of scheme and host, and goes before the path, such as
	// https://git.example.org/api/v3. It replaces, so that nothing is sent to
	// the issuer's own hosts. http:// is allowed here, and only here.
	Hosts map[string]string

	// AllowPrivate are hosts that may resolve to private addresses, as those
	// in Hosts may. Link-local addresses are refused even there.
	AllowPrivate []string

	Timeout     time.Duration // of one attempt, to the last byte; 10 s if zero
	Concurrency int           // requests at one issuer at a time; 8 if zero
	UserAgent   string        // "sprawl (+docs)" if empty

	// Rates replaces the entries' rates, by id of the issuer, in requests per
	// second.
	Rates map[string]float64

	// Proxy is asked to make all connections, where it is set; the environment
	// never is. It also resolves names, so that only its own address can be
	// checked, and may be private.
	Proxy *url.URL
	Roots *x509.CertPool // certificate authorities; those of the system if nil

	// Logins lets passwords be tried: at databases, brokers, directories, mail
	// servers. Attempts keeps that to one per account and day; one that forgets
	// with the process if nil.
	Logins   bool
	Attempts Attempts

	// Canaries are accounts and hosts that are watched, beside those that are
	// known in public: their credentials are not sent anywhere.
	Canaries []string

	// Control makes a credential up that has the shape of f and was never given
	// out; MadeUp if nil. It is called from any goroutine.
	Control func(f *sprawl.Finding) sprawl.Finding

	// Audit is told of every request that was sent, after its answer, from any
	// goroutine.
	Audit func(Probe)

	// Name, if not nil, returns the id of a credential, for Audit.
	Name func(f *sprawl.Finding) string

	// Reserve, if not nil, keeps the pace of an issuer for all processes: it
	// reserves the next moment, at which the issuer may be asked once every so
	// often, and returns how far off that is. A register's store has it.
	Reserve func(ctx context.Context, issuer string, every time.Duration, at time.Time) (time.Duration, error)

	Clock   Clock                                                                // the system's if nil
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)         // the system's if nil
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // to an address that was checked; the system's if nil
}

// A Probe is one request that was sent. It holds no secret.
type Probe struct {
	At      time.Time
	Issuer  string
	Rule    string
	Name    string // the credential's id, by Options.Name; "" if it was made up
	Hint    string // of the credential, such as "ghp_…(40)"
	Host    string
	Method  string
	Path    string // with {part} where a part went
	Control bool   // the credential was made up
	Attempt int    // from 1
	Status  int    // of the answer; 0 if there was none
	Verdict sprawl.State
	Reason  string
}

// A Client asks issuers. It remembers what they said, so that each credential
// is asked about once, and may be used by several goroutines.
type Client struct {
	issuers *Issuers
	o       Options
	bases   map[string]*url.URL // by id of issuer
	paces   map[string]*pace
	http    *http.Client
	dialer  *dialer

	speakers []speaker

	salt     [32]byte // so that memory holds no plain hash of a credential
	verdicts memory[sprawl.Verdict]
	controls memory[string] // why a made-up credential proves nothing; "" where it was refused
}

// NewClient returns a client for the issuers. An error means that an option
// can't be used, and names it.
func (is *Issuers) NewClient(o Options) (*Client, error) {
	o.setDefaults()
	c := &Client{issuers: is, o: o, bases: map[string]*url.URL{}, paces: map[string]*pace{}, speakers: speakers()}
	rand.Read(c.salt[:]) // never fails, as of Go 1.24
	named := append([]string(nil), o.AllowPrivate...)
	for id, base := range o.Hosts {
		u, err := parseBase(id, base)
		if err != nil || is.find(id) == nil && !c.isSpeaker(id) {
			return nil, fmt.Errorf("host for issuer %q: want the id of an issuer and a URL such as https://git.example.org", id)
		}
		c.bases[id] = u
		named = append(named, u.Hostname())
	}
	if o.Proxy != nil {
		named = append(named, o.Proxy.Hostname())
	}
	for i := range named {
		named[i] = strings.ToLower(named[i])
	}
	for _, s := range c.speakers {
		c.pace(s.issuer, cmp.Or(s.rate, defaultRate))
	}
	for _, i := range is.all {
		c.pace(i.ID, i.Rate)
	}
	c.dialer = &dialer{named, o.Resolve, o.Dial}
	c.http = newHTTP(&o, c.dialer)
	return c, nil
}

func (c *Client) isSpeaker(id string) bool {
	return slices.ContainsFunc(c.speakers, func(s speaker) bool { return s.issuer == id })
}

// pace limits what is sent to one issuer, as the operator says or else the
// entry.
func (c *Client) pace(issuer string, perSecond float64) {
	if r, ok := c.o.Rates[issuer]; ok && r > 0 {
		perSecond = r
	}
	c.paces[issuer] = newPace(c.o.Clock, perSecond, c.o.Concurrency)
	c.paces[issuer].share(issuer, c.o.Reserve)
}

func (o *Options) setDefaults() {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.UserAgent == "" {
		o.UserAgent = "sprawl (+https://github.com/seed-5dd601fe/sprawl)"
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Attempts == nil {
		o.Attempts = &attempts{}
	}
	if o.Resolve == nil {
		o.Resolve = lookupHost
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
}

// parseBase reads an operator's URL for an issuer. One for SSH is
// ssh://user@host.
func parseBase(id, base string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if id == "ssh" && err == nil && u.Scheme == "ssh" && u.Hostname() != "" && u.Path == "" && u.User.Username() != "" {
		if _, has := u.User.Password(); !has {
			return u, nil
		}
	}
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("no base URL")
	}
	return u, nil
}

// newHTTP returns a client that follows no redirect, keeps no cookie, reads no
// environment, and connects only where d lets it.
func newHTTP(o *Options, d *dialer) *http.Client {
	t := &http.Transport{
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    o.Timeout,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    o.Concurrency,
		MaxConnsPerHost:        o.Concurrency,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if o.Proxy != nil {
		t.Proxy = http.ProxyURL(o.Proxy)
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ask asks f's issuer whether the credential still works, or remembers the
// answer. It always has a verdict. What was not answered, or not asked, is
// unknown, with the reason.
func (c *Client) Ask(ctx context.Context, f *sprawl.Finding) sprawl.Verdict {
	if v, ok := Settle(f, c.o.Clock.Now(), c.o.Canaries); ok {
		return v
	}
	q, why := c.question(f)
	if q == nil {
		return unknown("not asked: " + why)
	}
	v, err := c.verdicts.get(ctx, c.key(q), func() (sprawl.Verdict, bool) {
		v := c.examine(ctx, q)
		return v, ctx.Err() == nil
	})
	if err != nil {
		return unknown("not asked: cancelled")
	}
	v.Scopes = slices.Clone(v.Scopes)
	return v
}

func unknown(reason string) sprawl.Verdict {
	return sprawl.Verdict{State: sprawl.Unknown, Reason: reason}
}

// A question is an ask about one credential.
type question struct {
	issuer  *Issuer
	ask     *Ask     // nil where a speaker asks
	speaker *speaker // nil where a request is filled in
	finding *sprawl.Finding
	base    *url.URL // scheme, host and what goes before the path
	control bool     // the credential is made up
}

// tooDoubtful is the confidence at which a finding is not worth asking about:
// detectors leave so much to a value whose check digits are wrong. It was
// edited, or it is no credential, and then it may be anything, also a secret
// of somebody else.
const tooDoubtful = 25

// question returns what to ask about f, or nil and why nothing is asked.
func (c *Client) question(f *sprawl.Finding) (*question, string) {
	speaker := c.speaks(f)
	issuer := c.issuers.find(f.Issuer)
	if speaker == nil && (issuer == nil || len(issuer.Asks) == 0) {
		return nil, "nobody is known who can be asked"
	}
	if f.Confidence <= tooDoubtful {
		if strings.HasPrefix(f.Note, "check digits") {
			return nil, "check digits are wrong"
		}
		return nil, "low confidence"
	}
	if speaker != nil {
		return c.spoken(speaker, f)
	}
	ask := issuer.ask(f)
	if ask == nil {
		return nil, "no question is known for " + f.Rule
	}
	for _, name := range ask.parts() {
		if value, ok := f.Part(name); !ok || value.Len() == 0 {
			return nil, "its " + name + " is missing"
		}
	}
	base, why := c.base(issuer, ask, f)
	if base == nil {
		return nil, why
	}
	return &question{issuer: issuer, ask: ask, finding: f, base: base}, ""
}

// base returns where to ask: where the operator said, else at the entry's
// host, else at one that the credential names and the entry allows.
func (c *Client) base(i *Issuer, a *Ask, f *sprawl.Finding) (*url.URL, string) {
	if u := c.bases[i.ID]; u != nil {
		return u, ""
	}
	host := a.target.host
	if a.HostFrom != "" {
		value, _ := f.Part(a.HostFrom)
		host = strings.ToLower(value.Reveal())
		if !validHost(host) || !i.owns(host) {
			return nil, "its host is none of the issuer's"
		}
	}
	return &url.URL{Scheme: "https", Host: host}, ""
}

// owns reports whether host is one of i's, by whole labels.
func (i *Issuer) owns(host string) bool {
	return slices.ContainsFunc(i.Hosts, func(h string) bool {
		return h == host || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h)
	})
}

// key names what is asked about: the same parts of the same credential, at the
// same place.
func (c *Client) key(q *question) [32]byte {
	h := sha256.New()
	h.Write(c.salt[:])
	write(h, q.issuer.ID)
	write(h, q.base.String())
	write(h, q.what())
	for _, name := range q.parts() {
		value, _ := q.finding.Part(name)
		write(h, name)
		write(h, value.Reveal())
	}
	return [32]byte(h.Sum(nil))
}

func write(h hash.Hash, s string) { io.WriteString(h, fmt.Sprintf("%d:%s", len(s), s)) }
