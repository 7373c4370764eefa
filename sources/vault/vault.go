// Package vault reads the key-value stores of HashiCorp Vault and OpenBao, both
// versions, with every version of an entry that is still there.
package vault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how a Vault is read.
type Options struct {
	// Getenv looks a variable up, as Vault's own client does: VAULT_ADDR,
	// VAULT_TOKEN and VAULT_NAMESPACE.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// A Vault is the Source of a server's stores, one of them, or a part of one.
type Vault struct {
	target    sprawl.Target
	o         Options
	base      *url.URL
	namespace string
	prefix    string // a mount, and perhaps a path in it; "" is every mount
	ask       *client.Client
	log       forge.Log
}

// Open returns the Source of t:
//
//	vault://                        every key-value store of the server in VAULT_ADDR
//	vault://kv/teams/pay            a part of one
//	vault://vault.acme.test:8200/kv at another server: the first part has a dot or a port
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*Vault, error) {
	rest, ok := strings.CutPrefix(string(t), "vault://")
	if !ok || strings.ContainsAny(rest, "?#@") {
		return nil, fmt.Errorf("%w: %s: want vault://, vault://MOUNT/PATH or vault://HOST/MOUNT", ErrRequest, t)
	}
	v := &Vault{o: o, namespace: strings.Trim(o.Getenv("VAULT_NAMESPACE"), "/")}
	if err := v.address(rest); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	header := http.Header{"X-Vault-Request": {"true"}}
	if token := o.Getenv("VAULT_TOKEN"); token != "" {
		header["X-Vault-Token"] = []string{token}
	}
	if v.namespace != "" {
		header["X-Vault-Namespace"] = []string{v.namespace}
	}
	var err error
	v.ask, err = client.New(client.Options{Base: v.base, Header: header, Transport: o.Transport, Clock: o.Clock, Audit: o.Audit})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	v.target = sprawl.Target("vault://" + strings.Trim(v.base.Host+"/"+v.prefix, "/"))
	return v, nil
}

// address tells the server from the mount.
func (v *Vault) address(rest string) error {
	first, path, _ := strings.Cut(rest, "/")
	addr := v.o.Getenv("VAULT_ADDR")
	if !strings.ContainsAny(first, ".:") {
		path = strings.Trim(rest, "/")
		if addr == "" {
			return errors.New("VAULT_ADDR is not set: say which server")
		}
	}
	base, err := url.Parse(addr)
	if err != nil || addr != "" && base.Host == "" {
		return errors.New("VAULT_ADDR is no URL: want https://HOST:8200")
	}
	if strings.ContainsAny(first, ".:") && first != base.Host {
		base = &url.URL{Scheme: "https", Host: first}
	}
	v.base, v.prefix = base.JoinPath("v1"), strings.Trim(path, "/")
	return nil
}

// Target returns the target with its server, as locations have it.
func (v *Vault) Target() sprawl.Target { return v.target }

// Close lets go of connections.
func (v *Vault) Close() error { return v.ask.Close() }

// Tally returns how many entries were shown.
func (v *Vault) Tally() sprawl.Tally { return v.log.Tally() }

// A mount is a key-value store.
type mount struct {
	path string // with a slash at its end
	two  bool   // is of version 2
}

// mounts returns the key-value stores that the token can see and the target
// means.
func (v *Vault) mounts(ctx context.Context) (all []mount, err error) {
	var answer struct {
		Data struct {
			Secret map[string]struct {
				Type    string
				Options map[string]string
			}
		}
	}
	if _, err := v.ask.JSON(ctx, "/sys/internal/ui/mounts", nil, &answer); err != nil {
		return nil, err
	}
	for path, m := range answer.Data.Secret {
		within := v.prefix == "" || strings.HasPrefix(v.prefix+"/", path) || strings.HasPrefix(path, v.prefix+"/")
		if (m.Type == "kv" || m.Type == "generic") && within {
			all = append(all, mount{path, m.Options["version"] == "2"})
		}
	}
	slices.SortFunc(all, func(a, b mount) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// Units lists what stands at the top of each store, each entry or directory
// with all below it.
func (v *Vault) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	mounts, err := v.mounts(ctx)
	if err != nil {
		return v.gap(ctx, "the list of stores", err)
	}
	if len(mounts) == 0 {
		return &sprawl.Gap{Target: v.target, What: "the list of stores", Why: "there is no key-value store of that name that the token can see"}
	}
	var gaps []error
	for _, m := range mounts {
		top := strings.TrimPrefix(strings.TrimPrefix(v.prefix+"/", m.path), "/")
		if v.prefix == "" || strings.HasPrefix(m.path, v.prefix+"/") {
			top = ""
		}
		keys, err := v.list(ctx, m, top)
		if client.Status(err) == http.StatusNotFound && top != "" {
			keys, err, top = []string{strings.TrimSuffix(top, "/")}, nil, "" // an entry itself
		}
		if err != nil && client.Status(err) != http.StatusNotFound {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			gaps = append(gaps, v.gap(ctx, m.path+top, err))
			continue
		}
		for _, key := range keys {
			u := sprawl.Unit{Target: v.target, Name: kind(m) + " " + m.path + " " + top + key, Bytes: 1 << 12, Remote: true}
			if err := yield(u); err != nil {
				return err
			}
		}
	}
	return errors.Join(gaps...)
}

func kind(m mount) string {
	if m.two {
		return "kv2"
	}
	return "kv1"
}

// list returns the names below a directory; those of directories end in a
// slash.
func (v *Vault) list(ctx context.Context, m mount, dir string) ([]string, error) {
	path := "/" + m.path
	if m.two {
		path += "metadata/"
	}
	var answer struct{ Data struct{ Keys []string } }
	_, err := v.ask.JSON(ctx, path+escaped(dir), url.Values{"list": {"true"}}, &answer)
	return answer.Data.Keys, err
}

// escaped returns path as it stands in a URL.
func escaped(path string) string { return strings.ReplaceAll(url.PathEscape(path), "%2F", "/") }

func (v *Vault) gap(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &sprawl.Gap{Target: v.target, What: what, Why: needs(err)}
}

// needs says which capability is missing, where one is.
func needs(err error) string {
	if client.Status(err) == http.StatusForbidden {
		return err.Error() + "; it needs the capabilities list and read there"
	}
	return err.Error()
}
