// Package etcd reads the keys of etcd, version 3, by the JSON form of its API,
// which every server has.
package etcd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how an etcd is read.
type Options struct {
	// Getenv looks a variable up, as etcdctl does: ETCDCTL_ENDPOINTS, of which
	// the first is asked, ETCDCTL_USER, ETCDCTL_PASSWORD, ETCDCTL_CACERT,
	// ETCDCTL_CERT and ETCDCTL_KEY.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// An Etcd is the Source of a server's keys, or those that begin alike.
type Etcd struct {
	target sprawl.Target
	o      Options
	base   *url.URL
	prefix string
	ask    *client.Client
	log    forge.Log

	mu    sync.Mutex
	token http.Header // nil before anybody logged in
}

const (
	rangePath = "/v3/kv/range"
	loginPath = "/v3/auth/authenticate"
)

// Open returns the Source of t:
//
//	etcd://                          every key of the server in ETCDCTL_ENDPOINTS
//	etcd://config/pay                those that begin so
//	etcd:///registry/secrets         those that begin with a slash
//	etcd://etcd.acme.test:2379/pay   at another server: the first part has a dot or a port
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*Etcd, error) {
	u, err := url.Parse(string(t))
	if err != nil || !strings.HasPrefix(string(t), "etcd://") || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("%w: %s: want etcd://, etcd://PREFIX or etcd://HOST:2379/PREFIX", ErrRequest, t)
	}
	e := &Etcd{o: o}
	transport, err := e.transport()
	if err == nil {
		err = e.address(u)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	e.ask, err = client.New(client.Options{
		Base: e.base, Reads: []string{rangePath, loginPath}, Transport: transport, Clock: o.Clock, Audit: o.Audit, MaxBody: 256 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	e.target = sprawl.Target("etcd://" + e.base.Host + "/" + e.prefix)
	return e, nil
}

// address tells the server from the prefix.
func (e *Etcd) address(u *url.URL) error {
	first, _, _ := strings.Cut(e.o.Getenv("ETCDCTL_ENDPOINTS"), ",")
	base, err := e.endpoint(first)
	if err != nil {
		return err
	}
	e.prefix = u.Host + u.Path
	if strings.ContainsAny(u.Host, ".:") {
		e.prefix = strings.TrimPrefix(u.Path, "/")
		if base == nil || u.Host != base.Host {
			base = &url.URL{Scheme: "https", Host: u.Host}
		}
	}
	if base == nil {
		return errors.New("ETCDCTL_ENDPOINTS is not set: say which server")
	}
	e.base = base
	return nil
}

// endpoint reads an address, which may lack its scheme, as for etcdctl. It is
// nil for none.
func (e *Etcd) endpoint(text string) (*url.URL, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		scheme := "http://"
		if e.o.Getenv("ETCDCTL_CACERT") != "" || e.o.Getenv("ETCDCTL_CERT") != "" {
			scheme = "https://"
		}
		text = scheme + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("ETCDCTL_ENDPOINTS is no address: want https://HOST:2379")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// transport returns one that knows the certificates, or nil for the usual.
func (e *Etcd) transport() (http.RoundTripper, error) {
	ca, cert, key := e.o.Getenv("ETCDCTL_CACERT"), e.o.Getenv("ETCDCTL_CERT"), e.o.Getenv("ETCDCTL_KEY")
	if e.o.Transport != nil || ca == "" && cert == "" {
		return e.o.Transport, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("ETCDCTL_CACERT: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("ETCDCTL_CACERT holds no certificate")
		}
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, errors.New("ETCDCTL_CERT and ETCDCTL_KEY are no pair that can be read")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.TLSClientConfig, t.ResponseHeaderTimeout = nil, config, time.Minute
	return t, nil
}

// Target returns the target with its server, as locations have it.
func (e *Etcd) Target() sprawl.Target { return e.target }

// Close lets go of connections.
func (e *Etcd) Close() error { return e.ask.Close() }

// Tally returns how many values were shown.
func (e *Etcd) Tally() sprawl.Tally { return e.log.Tally() }

// login returns the header that logs in, empty where no user is named.
func (e *Etcd) login(ctx context.Context) (http.Header, error) {
	user, password, _ := strings.Cut(e.o.Getenv("ETCDCTL_USER"), ":")
	if user == "" {
		return http.Header{}, nil
	}
	if own := e.o.Getenv("ETCDCTL_PASSWORD"); own != "" {
		password = own
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.token != nil {
		return e.token, nil
	}
	var answer struct{ Token string }
	if err := e.ask.Call(ctx, loginPath, nil, map[string]string{"name": user, "password": password}, &answer); err != nil {
		return nil, fmt.Errorf("log in as the user of ETCDCTL_USER: %w", err)
	}
	e.token = http.Header{"Authorization": {answer.Token}}
	return e.token, nil
}

// A request is a RangeRequest (etcd.io, "API reference: concurrency and kv").
type request struct {
	Key      []byte `json:"key"`
	End      []byte `json:"range_end,omitempty"`
	Limit    int64  `json:"limit,omitempty"`
	Revision int64  `json:"revision,omitempty"`
	KeysOnly bool   `json:"keys_only,omitempty"`
}

// A pair is a key with one of its values.
type pair struct {
	Key, Value []byte // base64 in the answer
	Created    int64  `json:"create_revision,string"`
	Modified   int64  `json:"mod_revision,string"`
	Version    int64  `json:"version,string"`
}

// get asks for keys. A token that ran out is renewed once.
func (e *Etcd) get(ctx context.Context, in request) (all []pair, more bool, err error) {
	var out struct {
		Kvs  []pair
		More bool
	}
	for try := 0; ; try++ {
		header, err := e.login(ctx)
		if err != nil {
			return nil, false, err
		}
		err = e.ask.Call(ctx, rangePath, header, in, &out)
		if client.Status(err) == http.StatusUnauthorized && len(header) > 0 && try == 0 {
			e.mu.Lock()
			e.token = nil
			e.mu.Unlock()
			continue
		}
		return out.Kvs, out.More, err
	}
}
