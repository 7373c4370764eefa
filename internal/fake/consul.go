package fake

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Consul is a Consul with keys (developer.hashicorp.com, "KV Store API"). Tests
// fill it before they ask.
type Consul struct {
	*Server
	Keys      map[string]string
	Forbidden string // the start of keys that the token must not read
	Centre    string // the datacentre that has to be asked for
}

// NewConsul starts a Consul that knows one token.
func NewConsul(t testing.TB, token string) *Consul {
	t.Helper()
	c := &Consul{Keys: map[string]string{}, Server: start(t, func(r *http.Request) bool { return r.Header.Get("X-Consul-Token") == token })}
	c.handle("GET /v1/kv/{key...}", c.get)
	return c
}

func (c *Consul) get(r *http.Request) (any, int) {
	key, q := r.PathValue("key"), r.URL.Query()
	if q.Get("dc") != c.Centre {
		return nil, http.StatusInternalServerError
	}
	if c.Forbidden != "" && strings.HasPrefix(key, c.Forbidden) {
		return nil, http.StatusForbidden
	}
	type pair struct {
		Key   string
		Value []byte
	}
	var pairs []pair
	var names []string
	for k, v := range c.Keys {
		if k != key && (!q.Has("recurse") && !q.Has("keys") || !strings.HasPrefix(k, key)) {
			continue
		}
		pairs = append(pairs, pair{k, []byte(v)})
		if name, _, below := strings.Cut(strings.TrimPrefix(k, key), "/"); below {
			k = key + name + "/"
		}
		if !slices.Contains(names, k) {
			names = append(names, k)
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.Key, b.Key) })
	slices.Sort(names)
	switch {
	case len(pairs) == 0:
		return nil, http.StatusNotFound
	case q.Has("keys"):
		return names, 0
	}
	return pairs, 0
}
