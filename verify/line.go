package verify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A line is what a speaker has for one question: the credential, and the only
// ways out.
type line struct {
	c       *Client
	finding *sprawl.Finding
	base    *url.URL
	now     time.Time
	control bool // the credential is made up
}

// part returns the text of a part, or "".
func (l *line) part(name string) string {
	value, _ := l.finding.Part(name)
	return value.Reveal()
}

// named reports whether the operator named the host. Only there is a password
// sent without TLS.
func (l *line) named() bool { return l.c.dialer.isNamed(l.base.Hostname()) }

// maxConversation is the most that is read of one connection, in bytes.
const maxConversation = 256 << 10

// dial connects to the base's host, at port where the base has none. The
// connection ends when ctx does, and after maxConversation bytes.
func (l *line) dial(ctx context.Context, port string) (net.Conn, error) {
	if l.base.Port() != "" {
		port = l.base.Port()
	}
	return l.connect(ctx, net.JoinHostPort(l.base.Hostname(), port))
}

func (l *line) connect(ctx context.Context, address string) (net.Conn, error) {
	if l.c.o.Proxy != nil {
		return nil, errProxy
	}
	conn, err := l.c.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return &boundConn{Conn: conn, left: maxConversation, stop: stop}, nil
}

// A boundConn gives up a peer that talks without end.
type boundConn struct {
	net.Conn
	left int
	stop func() bool
}

func (b *boundConn) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func (b *boundConn) Close() error {
	b.stop()
	return b.Conn.Close()
}

// tls returns a configuration that holds the base's host to its certificate.
func (l *line) tls() *tls.Config {
	return &tls.Config{RootCAs: l.c.o.Roots, MinVersion: tls.VersionTLS12, ServerName: l.base.Hostname(), Time: l.c.o.Clock.Now}
}

// secure puts TLS onto a connection.
func (l *line) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	t := tls.Client(conn, l.tls())
	if err := t.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return t, nil
}

var (
	errPlain = errors.New("offers no encryption")
	errProxy = errors.New("is not asked through a proxy")
)

// open connects, and puts TLS onto the connection where the scheme says so. A
// password goes without TLS only to a host that the operator named.
func (l *line) open(ctx context.Context, secure bool, port string) (net.Conn, error) {
	if !secure && !l.named() {
		return nil, errPlain
	}
	conn, err := l.dial(ctx, port)
	if err != nil || !secure {
		return conn, err
	}
	return l.secure(ctx, conn)
}

// live, dead and open verdicts, as outcomes. No text of a peer goes into them.
func (l *line) live(why string) outcome {
	return outcome{verdict: sprawl.Verdict{State: sprawl.Live, Reason: l.base.Host + ": " + why}}
}

func (l *line) dead(why string) outcome {
	return outcome{verdict: sprawl.Verdict{State: sprawl.Dead, Reason: l.base.Host + ": " + why}}
}

func (l *line) unknown(code, why string) outcome {
	return outcome{verdict: unknown(strings.TrimSpace(code + ": " + l.base.Host + " " + why))}
}

// failed says why a conversation came to nothing, without the error's text.
func (l *line) failed(ctx context.Context, err error) outcome {
	switch {
	case errors.Is(err, errTooLarge):
		return l.unknown("too large", "")
	case errors.Is(err, errMalformed):
		return l.unknown("malformed", "")
	case errors.Is(err, errPlain):
		return l.unknown("no encryption", errPlain.Error())
	case errors.Is(err, errProxy):
		return l.unknown("not asked", errProxy.Error())
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	return failed(err, l.base.Host)
}

// account is what a peer said of whom a credential speaks for, if that can be
// shown to people.
func (l *line) account(texts ...string) string {
	return strings.Join(usable(texts, l.finding), " / ")
}

// send sends a request to the base's host and reads the answer, of which raw
// is the body. The outcome is nil if there is an answer.
func (l *line) send(ctx context.Context, method, path string, header http.Header, body string) (*response, *outcome) {
	req, err := http.NewRequestWithContext(ctx, method, l.base.Scheme+"://"+l.base.Host+l.base.EscapedPath()+path, strings.NewReader(body))
	if err != nil || req.URL.Host != l.base.Host {
		out := outcome{verdict: unknown("not asked: its parts make no URL")}
		return nil, &out
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("User-Agent", l.c.o.UserAgent)
	return l.exchange(ctx, req)
}

// exchange sends a request that was made for the base's host.
func (l *line) exchange(ctx context.Context, req *http.Request) (*response, *outcome) {
	res, err := l.c.http.Do(req)
	if err != nil {
		out := l.failed(ctx, err)
		return nil, &out
	}
	defer res.Body.Close()
	var raw bytes.Buffer
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(res.Body, &raw), res.Body}
	r := read(ctx, res)
	r.raw = raw.Bytes()
	return &r, nil
}

// undeclared is the outcome of an answer that a speaker does not know.
func (l *line) undeclared(r *response) outcome {
	code := strconv.Itoa(r.status) + " from " + l.base.Host
	if r.status/100 == 3 {
		return outcome{verdict: unknown("redirect: " + code), status: r.status}
	}
	out := outcome{verdict: unknown(r.undeclared(code)), status: r.status}
	out.retry = r.status == http.StatusTooManyRequests || r.status >= 500 || isTimeout(r.err)
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable {
		out.pause = retryAfter(r.header, l.now)
	}
	return out
}

// said returns a text of a JSON answer, or "".
func (r *response) said(path string) string {
	v, _ := lookup(r.body, path)
	text, _ := scalarText(v)
	return text
}

// is reports whether a JSON answer, in full, says one of the texts at path.
func (r *response) is(path string, texts ...string) bool {
	return r.err == nil && r.json && slices.Contains(texts, r.said(path))
}

// with notes the status of the answer.
func (o outcome) with(r *response) outcome {
	o.status = r.status
	return o
}
