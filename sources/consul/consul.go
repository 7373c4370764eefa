// Package consul reads the key-value store of HashiCorp Consul.
package consul

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how a Consul is read.
type Options struct {
	// Getenv looks a variable up, as Consul's own client does:
	// CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN and CONSUL_NAMESPACE.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// A Consul is the Source of a datacentre's keys, or those below a prefix.
type Consul struct {
	target            sprawl.Target
	o                 Options
	base              *url.URL
	prefix            string // without a slash at either end
	namespace, centre string
	ask               *client.Client
	log               forge.Log
}

// Open returns the Source of t:
//
//	consul://                             every key of the server in CONSUL_HTTP_ADDR
//	consul://config/payments?dc=eu-1      those below a prefix, in a datacentre
//	consul://consul.acme.test:8501/config at another server: the first part has a dot or a port
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*Consul, error) {
	u, err := url.Parse(string(t))
	if err != nil || !strings.HasPrefix(string(t), "consul://") || u.User != nil {
		return nil, fmt.Errorf("%w: %s: want consul://, consul://PREFIX or consul://HOST/PREFIX", ErrRequest, t)
	}
	c := &Consul{o: o, namespace: o.Getenv("CONSUL_NAMESPACE"), centre: u.Query().Get("dc")}
	if err := c.address(u); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	header := http.Header{}
	if token := o.Getenv("CONSUL_HTTP_TOKEN"); token != "" {
		header["X-Consul-Token"] = []string{token}
	}
	c.ask, err = client.New(client.Options{Base: c.base, Header: header, Transport: o.Transport, Clock: o.Clock, Audit: o.Audit})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	c.target = sprawl.Target("consul://" + strings.Trim(c.base.Host+"/"+c.prefix, "/"))
	return c, nil
}

// address tells the server from the prefix. As for Consul's own client, an
// address may lack its scheme.
func (c *Consul) address(u *url.URL) error {
	addr := c.o.Getenv("CONSUL_HTTP_ADDR")
	if addr != "" && !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	base, err := url.Parse(addr)
	if err != nil || addr != "" && base.Host == "" {
		return errors.New("CONSUL_HTTP_ADDR is no address: want https://HOST:8501")
	}
	path := u.Host + u.Path
	if strings.ContainsAny(u.Host, ".:") {
		path = u.Path
		if u.Host != base.Host {
			base = &url.URL{Scheme: "https", Host: u.Host}
		}
	}
	if base.Host == "" {
		return errors.New("CONSUL_HTTP_ADDR is not set: say which server")
	}
	c.base, c.prefix = base, strings.Trim(path, "/")
	return nil
}

// Target returns the target with its server, as locations have it.
func (c *Consul) Target() sprawl.Target { return c.target }

// Close lets go of connections.
func (c *Consul) Close() error { return c.ask.Close() }

// Tally returns how many keys were shown.
func (c *Consul) Tally() sprawl.Tally { return c.log.Tally() }

func (c *Consul) query(pairs ...string) url.Values {
	q := url.Values{}
	if c.centre != "" {
		q.Set("dc", c.centre)
	}
	if c.namespace != "" {
		q.Set("ns", c.namespace)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// Units lists the directories and keys at the top, each with all below it.
func (c *Consul) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	dir := c.prefix
	if dir != "" {
		dir += "/"
	}
	var keys []string
	_, err := c.ask.JSON(ctx, path(dir), c.query("keys", "true", "separator", "/"), &keys)
	if client.Status(err) == http.StatusNotFound && c.prefix != "" {
		keys, err = []string{c.prefix}, nil // a key itself
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case client.Status(err) == http.StatusNotFound:
		return nil // the store is empty
	case err != nil:
		return &sprawl.Gap{Target: c.target, What: "the list of keys", Why: needs(err)}
	}
	for _, key := range keys {
		if err := yield(sprawl.Unit{Target: c.target, Name: key, Bytes: 1 << 14, Remote: true}); err != nil {
			return err
		}
	}
	return nil
}

func path(key string) string {
	return "/v1/kv/" + strings.ReplaceAll(url.PathEscape(key), "%2F", "/")
}

// needs says which rule is missing, where one is. Consul answers without a word
// where a token may read nothing.
func needs(err error) string {
	if client.Status(err) == http.StatusForbidden {
		return err.Error() + `; it needs key_prefix "" { policy = "read" } and list`
	}
	return err.Error()
}

// A pair is a key with its value.
type pair struct {
	Key   string
	Value []byte // base64 in the answer
}

// Read shows a key, or all below a directory.
func (c *Consul) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	r := forge.NewReader(ctx, &c.log, v, sprawl.Target("consul://"+c.base.Host), c.o.Reach, func(err error) error { return err })
	r.Says = forge.With(nil, sprawl.SaysTenant, c.base.Host, sprawl.SaysCustody, "plaintext-config",
		sprawl.SaysCluster, c.centre, sprawl.SaysNamespace, c.namespace)
	return r.Result(u.Name, `key_prefix "" { policy = "read" }`, c.read(r, u.Name))
}

func (c *Consul) read(r *forge.Reader, name string) error {
	var pairs []pair
	query := c.query()
	if strings.HasSuffix(name, "/") {
		query = c.query("recurse", "true")
	}
	_, err := c.ask.JSON(r.Ctx, path(name), query, &pairs)
	if client.Status(err) == http.StatusNotFound {
		return nil // it went since it was listed
	}
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := r.Ctx.Err(); err != nil {
			return err
		}
		if err := show(r, &p); err != nil {
			return err
		}
	}
	return nil
}

// show shows a value under the last part of its key, or, if it has lines, as
// the file that it is.
func show(r *forge.Reader, p *pair) error {
	at := r.At(p.Key)
	if bytes.ContainsRune(p.Value, '\n') {
		return r.Text(at, string(p.Value))
	}
	return r.Fields(at, entry.Field{Name: last(p.Key), Value: p.Value})
}

func last(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

// Reread shows again the key at a location.
func (c *Consul) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	var pairs []pair
	_, err := c.ask.JSON(ctx, path(at.Path), c.query(), &pairs)
	switch {
	case client.Status(err) == http.StatusNotFound || err == nil && len(pairs) == 0:
		return errors.Join(sprawl.ErrGone, err)
	case err != nil:
		return &sprawl.Gap{Target: at.Target, What: at.Path, Why: needs(err)}
	case at.Kind == sprawl.KindEntry:
		return yield(entry.Text(entry.Field{Name: last(at.Path), Value: pairs[0].Value}))
	}
	return yield(pairs[0].Value)
}
