// Package client asks the APIs of platforms: one host, reading only, no faster
// than the platform likes, with patience where it is busy, and bounded.
package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Options say how a platform is asked.
type Options struct {
	// Base is where the API is: scheme, host and the start of every path. The
	// token goes to this host over this scheme, and nowhere else.
	Base *url.URL
	// Header is sent with each request: the token, in the platform's form.
	Header http.Header
	// Reads are the paths, below Base, that are asked by POST though they only
	// read, such as "/graphql". Every other request is a GET or HEAD.
	Reads []string

	Rate    float64       // requests a second, at most; 0 leaves it to what the platform says
	MaxWait time.Duration // for a platform that says when to come back; default one hour
	MaxBody int64         // bytes of an answer; default 64 MiB

	// Known returns the ETag under which the answer of a URL was read before,
	// or "". An answer that is still the same is ErrUnchanged. Seen is told the
	// ETag of an answer that came. Both may be nil.
	Known func(url string) string
	Seen  func(url, etag string)

	// Audit is told of every request that was answered; it may be nil.
	Audit func(method, url string, status int)

	Transport http.RoundTripper // nil is http.DefaultTransport without a proxy
	Clock     Clock             // nil is the system's
}

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// A Client asks one platform. Its methods may be called from several goroutines
// at once; they share the platform's patience.
type Client struct {
	o     Options
	http  *http.Client
	quota quota
}

// New returns a client.
func New(o Options) (*Client, error) {
	if o.Base == nil || o.Base.Host == "" || !slices.Contains([]string{"http", "https"}, o.Base.Scheme) {
		return nil, errors.New("want the address of an API that begins with https:// or http://")
	}
	o.MaxWait = cmp.Or(o.MaxWait, time.Hour)
	o.MaxBody = cmp.Or(o.MaxBody, 64<<20)
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Proxy = nil
		t.ResponseHeaderTimeout = time.Minute
		o.Transport = t
	}
	c := &Client{o: o, quota: quota{clock: o.Clock}}
	if o.Rate > 0 {
		c.quota.steady = rate.NewLimiter(rate.Limit(o.Rate), max(1, int(o.Rate)))
	}
	c.http = &http.Client{Transport: c, CheckRedirect: c.redirect}
	return c, nil
}

// HTTP returns a client for the platform's own library, which then keeps to all
// of this.
func (c *Client) HTTP() *http.Client { return c.http }

// Close closes connections that wait for another request.
func (c *Client) Close() error {
	if t, ok := c.o.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// Host returns the platform's host.
func (c *Client) Host() string { return c.o.Base.Host }

// Errors that are not about one answer.
var (
	// ErrUnchanged says that an answer is the one that was read before.
	ErrUnchanged = errors.New("unchanged since it was read")
	// ErrElsewhere says that a request would have left the platform's host.
	ErrElsewhere = errors.New("leads to another host, where the token is not sent")
)

// A StatusError is an answer that is not a success.
type StatusError struct {
	Status int
	What   string // the path
	Says   string // what the answer says of it, one line, or ""
}

// Error says what the status means for who reads.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d from %s", e.Status, e.What)
	switch e.Status {
	case http.StatusUnauthorized:
		text += ": the token is missing, wrong or expired"
	case http.StatusForbidden:
		text += ": the token lacks a permission"
	case http.StatusNotFound:
		text += ": not there, or hidden from this token"
	case http.StatusGone:
		text += ": was deleted"
	}
	if e.Says != "" {
		text += " (" + e.Says + ")"
	}
	return text
}

// Status returns the status of the StatusError in err's chain, or 0.
func Status(err error) int {
	var e *StatusError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Get asks for path with a query, which may be nil, and returns the answer's
// body, which the caller closes, and its header.
func (c *Client) Get(ctx context.Context, path string, query url.Values) (io.ReadCloser, http.Header, error) {
	u := *c.o.Base
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, nil, fmt.Errorf("path %q: %w", path, err)
	}
	u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + path
	u.Path = strings.TrimSuffix(u.Path, "/") + plain
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	return c.do(req)
}

// Download opens what path leads to, which may be a signed address at the
// platform's storage: a redirect to another host is followed once, over https
// as the platform is, without the token and without any other header. accept is
// the media type that is asked for, or "".
func (c *Client) Download(ctx context.Context, path, accept string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.o.Base.String(), "/")+path, nil)
	if err != nil {
		return nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	still := &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := still.Do(req)
	if err != nil {
		return nil, plain(err)
	}
	if res.StatusCode/100 == 3 {
		res.Body.Close()
		return c.signed(ctx, req.URL, res.Header.Get("Location"))
	}
	return opened(req, res)
}

// signed opens an address that an answer led to.
func (c *Client) signed(ctx context.Context, from *url.URL, location string) (io.ReadCloser, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" || to.Scheme != c.o.Base.Scheme {
		return nil, errors.New("a download leads to no address that can be followed")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, errors.New("a download leads to no address that can be followed")
	}
	res, err := c.o.Transport.RoundTrip(req)
	if err != nil {
		return nil, plain(err)
	}
	res.Body = &bounded{res.Body, c.o.MaxBody}
	return opened(req, res)
}

// opened returns the body of an answer that is a success.
func opened(req *http.Request, res *http.Response) (io.ReadCloser, error) {
	if res.StatusCode/100 != 2 {
		defer res.Body.Close()
		return nil, &StatusError{res.StatusCode, req.URL.Path, says(res)}
	}
	return res.Body, nil
}

// Post asks a path among Options.Reads with a JSON body.
func (c *Client) Post(ctx context.Context, path string, body any) (io.ReadCloser, http.Header, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, nil, err
	}
	u := strings.TrimSuffix(c.o.Base.String(), "/") + path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u, strings.NewReader(string(text)))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return c.do(req)
}

// Call asks a path among Options.Reads with a JSON body and more headers, and
// decodes the answer into out.
func (c *Client) Call(ctx context.Context, path string, header http.Header, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	u := strings.TrimSuffix(c.o.Base.String(), "/") + path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u, strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		req.Header[name] = values
	}
	body, _, err := c.do(req)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(out); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON that the API documents: %w", path, err)
	}
	return nil
}

func (c *Client) do(req *http.Request) (io.ReadCloser, http.Header, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, nil, plain(err)
	}
	if res.StatusCode/100 != 2 {
		defer res.Body.Close()
		return nil, res.Header, &StatusError{res.StatusCode, req.URL.Path, says(res)}
	}
	return res.Body, res.Header, nil
}

// JSON asks for path and decodes the answer into v.
func (c *Client) JSON(ctx context.Context, path string, query url.Values, v any) (http.Header, error) {
	body, header, err := c.Get(ctx, path, query)
	if err != nil {
		return header, err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(v); err != nil {
		return header, fmt.Errorf("%s: the answer is not the JSON that the API documents: %w", path, err)
	}
	return header, nil
}

// plain takes the URL, whose query can hold a token, out of an error.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// says returns what an answer says of an error, in the forms that platforms
// use, on one line.
func says(res *http.Response) string {
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	var body struct {
		Message, Error, Detail any
		Errors                 []any
	}
	if json.Unmarshal(text, &body) != nil {
		return ""
	}
	for _, v := range append([]any{body.Message, body.Error, body.Detail}, body.Errors...) {
		if s, ok := v.(string); ok && s != "" {
			return oneLine(s)
		}
	}
	return ""
}

func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == ' ' }), " ")
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
