package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// tries is how often a request is sent that the platform fails to answer.
const tries = 4

// RoundTrip sends a request of the platform's library: only to the platform's
// host, only to read, when the platform's limits allow it, and again where it
// was busy.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c.allowed(req); err != nil {
		return nil, err
	}
	req = c.dressed(req)
	for try := 1; ; try++ {
		if err := c.quota.wait(req.Context(), c.o.MaxWait); err != nil {
			return nil, err
		}
		res, err := c.o.Transport.RoundTrip(req)
		pause, again := c.judge(req, res, err, try)
		if !again {
			return c.answer(req, res, err)
		}
		if res != nil {
			_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
			res.Body.Close()
		}
		if err := c.o.Clock.Sleep(req.Context(), pause); err != nil {
			return nil, err
		}
		if err := rewind(req); err != nil {
			return nil, err
		}
	}
}

// allowed refuses what leaves the host or could change something.
func (c *Client) allowed(req *http.Request) error {
	if req.URL.Host != c.o.Base.Host || req.URL.Scheme != c.o.Base.Scheme {
		return ErrElsewhere
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead:
		return nil
	case http.MethodPost:
		for _, path := range c.o.Reads {
			if req.URL.Path == strings.TrimSuffix(c.o.Base.Path, "/")+path {
				return nil
			}
		}
	}
	return fmt.Errorf("%s %s could change something: refused", req.Method, req.URL.Path)
}

// redirect follows a renamed project on the same host.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return errors.New("redirects more than five times")
	}
	return c.allowed(req)
}

// dressed returns req with the token and, where the answer is known, its ETag.
func (c *Client) dressed(req *http.Request) *http.Request {
	req = req.Clone(req.Context())
	for name, values := range c.o.Header {
		req.Header[name] = values
	}
	if c.o.Known != nil {
		if etag := c.o.Known(req.URL.String()); etag != "" {
			req.Header.Set("If-None-Match", etag)
		}
	}
	return req
}

// judge says whether a request is to be sent again, and after what pause.
func (c *Client) judge(req *http.Request, res *http.Response, err error, try int) (pause time.Duration, again bool) {
	if err != nil {
		return backoff(try), try < tries && req.Context().Err() == nil && !isPermanent(err)
	}
	c.quota.learn(res.Header)
	switch {
	case busy(res):
		pause = c.quota.pause(res.Header, try)
		return pause, pause <= c.o.MaxWait && try < 2*tries
	case res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented:
		return backoff(try), try < tries
	}
	return 0, false
}

// busy reports whether the platform asks to come back later. A 403 is that only
// where it says so.
func busy(res *http.Response) bool {
	switch res.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return res.Header.Get("Retry-After") != "" || remaining(res.Header) == 0
	}
	return false
}

func backoff(try int) time.Duration { return time.Duration(1<<try) * 250 * time.Millisecond }

// isPermanent reports whether asking again can't help.
func isPermanent(err error) bool {
	return errors.Is(err, ErrElsewhere) || errors.Is(err, context.Canceled)
}

func rewind(req *http.Request) (err error) {
	if req.GetBody != nil {
		req.Body, err = req.GetBody()
	}
	return err
}

// answer hands out the last answer, bounded.
func (c *Client) answer(req *http.Request, res *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	if c.o.Audit != nil {
		c.o.Audit(req.Method, c.o.Base.Scheme+"://"+req.URL.Host+req.URL.Path, res.StatusCode)
	}
	if res.StatusCode == http.StatusNotModified && req.Header.Get("If-None-Match") != "" {
		res.Body.Close()
		return nil, ErrUnchanged
	}
	if etag := res.Header.Get("ETag"); etag != "" && c.o.Seen != nil && res.StatusCode == http.StatusOK {
		c.o.Seen(req.URL.String(), etag)
	}
	res.Body = &bounded{res.Body, c.o.MaxBody}
	return res, nil
}

// bounded is a body of which no more than left bytes are read.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read fails rather than to cut an answer short in silence.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errors.New("the answer is too large")
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errors.New("the answer is too large")
	}
	return n, err
}
