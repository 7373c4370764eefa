package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/sourcegraph/conc/panics"
)

// An outcome is a verdict, and what may be done about one that is unknown.
type outcome struct {
	verdict sprawl.Verdict
	status  int
	retry   bool          // asking again may help
	pause   time.Duration // the issuer asked to be left alone for so long
}

// examine asks, and holds an issuer that accepts to the control. A panic is
// this credential's unknown, and nobody else's.
func (c *Client) examine(ctx context.Context, q *question) (v sprawl.Verdict) {
	caught := panics.Try(func() {
		if v = c.probe(ctx, q); v.State != sprawl.Live {
			return
		}
		if why := c.control(ctx, q); why != "" {
			v = sprawl.Verdict{State: sprawl.Unknown, Reason: "control: " + why, At: v.At}
		}
	})
	if caught != nil {
		return unknown("internal error: reading the answer of " + q.base.Host)
	}
	return v
}

// control returns why acceptance by q's endpoint proves nothing, or "" where
// it refused a made-up credential. That is asked once; but an endpoint that
// gave no answer is asked again when the next credential is accepted.
func (c *Client) control(ctx context.Context, q *question) string {
	key := c.key(&question{issuer: q.issuer, ask: q.ask, speaker: q.speaker, base: q.base, finding: &sprawl.Finding{}})
	why, err := c.controls.get(ctx, key, func() (string, bool) {
		made := c.madeUp(q)
		if !differs(&made, q.finding) {
			return "no credential of the same shape can be made up", false
		}
		twin := *q
		twin.finding, twin.control = &made, true
		switch v := c.probe(ctx, &twin); v.State {
		case sprawl.Dead:
			return "", true
		case sprawl.Live:
			return "the endpoint accepts anything", true
		default:
			return "no answer: " + v.Reason, false
		}
	})
	if err != nil {
		return "cancelled"
	}
	return why
}

func (c *Client) madeUp(q *question) sprawl.Finding {
	if c.o.Control != nil {
		return c.o.Control(q.finding)
	}
	switch {
	case q.speaker == nil:
		return MadeUp(q.finding, q.ask.Keep)
	case q.speaker.made != nil:
		return q.speaker.made(q.finding)
	}
	return MadeUp(q.finding, nil)
}

// maxRetries is how often a request that failed for the moment is repeated.
const maxRetries = 2

// firstBackoff is the pause before the first repetition; it doubles.
const firstBackoff = 500 * time.Millisecond

// probe asks until there is an answer, or no hope of one.
func (c *Client) probe(ctx context.Context, q *question) sprawl.Verdict {
	p := c.paces[q.issuer.ID]
	if err := p.enter(ctx); err != nil {
		return unknown("not asked: cancelled")
	}
	defer p.leave()
	if why := c.mayTry(ctx, q); why != "" {
		return unknown(why)
	}
	out := outcome{verdict: unknown("not asked: rate limited by " + q.base.Host)}
	for n := 1; ; n++ {
		ready, err := p.turn(ctx)
		switch {
		case err != nil:
			return unknown("not asked: cancelled")
		case !ready:
			return out.verdict
		}
		out = c.attempt(ctx, q)
		c.audit(q, n, &out)
		if out.pause > 0 {
			p.pause(out.pause)
		}
		if !out.retry || q.login() || n > maxRetries || ctx.Err() != nil {
			return out.verdict
		}
		if err := c.o.Clock.Sleep(ctx, firstBackoff<<(n-1)); err != nil {
			return out.verdict
		}
	}
}

func (c *Client) audit(q *question, n int, out *outcome) {
	if c.o.Audit == nil || out.verdict.At.IsZero() {
		return
	}
	p := Probe{
		At: out.verdict.At, Issuer: q.issuer.ID, Rule: q.finding.Rule, Host: q.base.Host,
		Method: q.method(), Path: q.path(), Control: q.control,
		Attempt: n, Status: out.status, Verdict: out.verdict.State, Reason: out.verdict.Reason,
	}
	if c.o.Name != nil && !q.control {
		p.Name = c.o.Name(q.finding)
	}
	for _, part := range q.finding.Parts {
		if !part.Public {
			p.Hint = part.Value.String()
			break
		}
	}
	c.o.Audit(p)
}

// attempt sends one request and reads its answer.
func (c *Client) attempt(ctx context.Context, q *question) outcome {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	if q.speaker != nil {
		return c.speak(ctx, q)
	}
	req, err := q.request(ctx, c.o.UserAgent)
	if err != nil {
		return outcome{verdict: unknown("not asked: " + err.Error())}
	}
	at := c.o.Clock.Now()
	res, err := c.http.Do(req)
	if err != nil {
		out := failed(err, q.base.Host)
		out.verdict.At = at
		return out
	}
	defer res.Body.Close()
	out := q.judge(ctx, res, at)
	out.status, out.verdict.At = res.StatusCode, at
	return out
}

// speak has a speaker ask once.
func (c *Client) speak(ctx context.Context, q *question) outcome {
	now := c.o.Clock.Now()
	out := q.speaker.ask(ctx, &line{c: c, finding: q.finding, base: q.base, now: now, control: q.control})
	out.verdict.At = now
	return out
}

// request writes the credential into the ask. Its errors never contain the
// credential, nor a URL that may.
func (q *question) request(ctx context.Context, agent string) (*http.Request, error) {
	f := filler{finding: q.finding}
	raw := q.base.String() + f.path(q.ask.target.path)
	if q.ask.target.query != "" {
		raw += "?" + f.fill(q.ask.target.query, url.QueryEscape)
	}
	header := http.Header{"User-Agent": {agent}, "Accept": {"application/json"}}
	for _, h := range q.ask.Headers {
		header.Set(h.Name, f.header(h.Value))
	}
	if q.ask.Basic != "" {
		header.Set("Authorization", f.basic(q.ask.Basic))
	}
	body := f.body(q.ask.Body, header.Get("Content-Type"))
	if f.err != nil {
		return nil, f.err
	}
	req, err := http.NewRequestWithContext(ctx, q.ask.Method, raw, strings.NewReader(body))
	if err != nil || req.URL.Host != q.base.Host {
		return nil, errors.New("its parts make no URL")
	}
	if body == "" {
		req.Body, req.GetBody = http.NoBody, nil
	}
	req.Header = header
	return req, nil
}

// judge reads an answer as the entry says. What the entry does not declare is
// unknown.
func (q *question) judge(ctx context.Context, res *http.Response, now time.Time) outcome {
	code := strconv.Itoa(res.StatusCode) + " from " + q.base.Host
	if res.StatusCode/100 == 3 {
		return outcome{verdict: unknown("redirect: " + code)}
	}
	r := read(ctx, res)
	live, dead := matching(q.ask.Live, &r), matching(q.ask.Dead, &r)
	switch {
	case live != nil && dead != nil:
		return outcome{verdict: unknown("contradictory: " + code)}
	case live != nil:
		v := sprawl.Verdict{State: sprawl.Live, Reason: code + ": " + string(*live)}
		q.ask.facts(&v, &r, q.finding)
		return outcome{verdict: v}
	case dead != nil:
		return outcome{verdict: sprawl.Verdict{State: sprawl.Dead, Reason: code + ": " + string(*dead) + q.elsewhere()}}
	}
	out := outcome{verdict: unknown(r.undeclared(code))}
	out.retry = r.status == http.StatusTooManyRequests || r.status >= 500 || isTimeout(r.err)
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable {
		out.pause = retryAfter(res.Header, now)
	}
	return out
}

// elsewhere is added to the reason of a refusal by an issuer's own host, where
// others run the same software: the credential may work there.
func (q *question) elsewhere() string {
	if q.issuer.SelfHosted && q.base.Host == q.ask.target.host {
		return "; not asked at other installations"
	}
	return ""
}

// undeclared says what was odd about an answer that the entry does not know.
func (r *response) undeclared(code string) string {
	switch {
	case r.status == http.StatusTooManyRequests:
		return "rate limited: " + code
	case isTimeout(r.err):
		return "time-out: " + code
	case errors.Is(r.err, context.Canceled):
		return "cancelled"
	case errors.Is(r.err, errTooLarge):
		return "too large: " + code
	case r.err != nil && !errors.Is(r.err, errMalformed):
		return "cut off: " + code
	case r.html:
		return "html: " + code
	case r.err != nil:
		return "malformed: " + code
	case r.status >= 400:
		return code
	case !r.json:
		return "not JSON: " + code
	}
	return "no evidence: " + code
}

// failed says why there was no answer, without the error's own text, which
// holds the URL.
func failed(err error, host string) outcome {
	var dns *net.DNSError
	reason := "unreachable: " + host
	switch {
	case errors.Is(err, errAddress):
		reason = "address: " + host + " " + errAddress.Error()
	case errors.Is(err, context.Canceled):
		reason = "cancelled"
	case isTimeout(err):
		return outcome{verdict: unknown("time-out: " + host), retry: true}
	case errors.As(err, &dns):
		reason = "name: " + host + " was not found"
	case isTLS(err):
		reason = "certificate: " + host + " could not prove who it is"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		reason = "cut off: " + host
	}
	return outcome{verdict: unknown(reason)}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &record)
}
