package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Vault is a Vault with key-value stores (developer.hashicorp.com, "KV secrets
// engine API"). Tests fill it before they ask.
type Vault struct {
	*Server
	Namespace string
	One       map[string]map[string]map[string]any   // stores of version 1: by mount and path, the fields
	Two       map[string]map[string][]map[string]any // of version 2: by mount and path, every version; nil is deleted
	Custom    map[string]string                      // labels of every entry
	Forbidden []string                               // starts of paths, such as kv/data/ops
}

// NewVault starts a Vault that knows one token.
func NewVault(t testing.TB, token string) *Vault {
	t.Helper()
	v := &Vault{One: map[string]map[string]map[string]any{}, Two: map[string]map[string][]map[string]any{}}
	v.Server = start(t, func(r *http.Request) bool {
		return r.Header.Get("X-Vault-Token") == token && r.Header.Get("X-Vault-Namespace") == v.Namespace
	})
	v.handle("GET /v1/sys/internal/ui/mounts", func(*http.Request) (any, int) { return v.mounts(), 0 })
	v.handle("GET /v1/{path...}", v.read)
	return v
}

func (v *Vault) mounts() any {
	all := map[string]any{"cubbyhole/": map[string]any{"type": "cubbyhole"}}
	for mount := range v.One {
		all[mount+"/"] = map[string]any{"type": "kv", "options": map[string]string{"version": "1"}}
	}
	for mount := range v.Two {
		all[mount+"/"] = map[string]any{"type": "kv", "options": map[string]string{"version": "2"}}
	}
	return map[string]any{"data": map[string]any{"secret": all}}
}

func (v *Vault) read(r *http.Request) (any, int) {
	path := r.PathValue("path")
	if slices.ContainsFunc(v.Forbidden, func(start string) bool { return strings.HasPrefix(path, start) }) {
		return map[string][]string{"errors": {"permission denied"}}, http.StatusForbidden
	}
	mount, rest, _ := strings.Cut(path, "/")
	listing := r.URL.Query().Get("list") == "true"
	if store, ok := v.One[mount]; ok {
		if listing {
			return keys(store, rest)
		}
		if data, ok := store[rest]; ok {
			return map[string]any{"data": data}, 0
		}
		return nil, http.StatusNotFound
	}
	store, ok := v.Two[mount]
	what, name, _ := strings.Cut(rest, "/")
	switch {
	case !ok:
		return nil, http.StatusNotFound
	case what == "metadata" && listing:
		return keys(store, name)
	case what == "metadata":
		return v.metadata(store[name])
	case what == "data":
		return v.version(store[name], r.URL.Query().Get("version"))
	}
	return nil, http.StatusBadRequest
}

// keys lists what is right below a directory.
func keys[T any](store map[string]T, dir string) (any, int) {
	var all []string
	for path := range store {
		rest, ok := strings.CutPrefix(path, dir)
		if !ok || dir != "" && !strings.HasSuffix(dir, "/") {
			continue
		}
		if name, _, below := strings.Cut(rest, "/"); below {
			rest = name + "/"
		}
		if !slices.Contains(all, rest) {
			all = append(all, rest)
		}
	}
	if len(all) == 0 {
		return map[string][]string{"errors": {}}, http.StatusNotFound
	}
	slices.Sort(all)
	return map[string]any{"data": map[string]any{"keys": all}}, 0
}

var made = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (v *Vault) metadata(versions []map[string]any) (any, int) {
	if versions == nil {
		return nil, http.StatusNotFound
	}
	all := map[string]any{}
	for i, data := range versions {
		deleted := ""
		if data == nil {
			deleted = made.Format(time.RFC3339)
		}
		all[fmt.Sprint(i+1)] = map[string]any{"created_time": made, "deletion_time": deleted, "destroyed": false}
	}
	return map[string]any{"data": map[string]any{"current_version": len(versions), "versions": all}}, 0
}

func (v *Vault) version(versions []map[string]any, number string) (any, int) {
	n, err := strconv.Atoi(number)
	if err != nil {
		n = len(versions)
	}
	if n < 1 || n > len(versions) || versions[n-1] == nil {
		return nil, http.StatusNotFound
	}
	return map[string]any{"data": map[string]any{
		"data":     versions[n-1],
		"metadata": map[string]any{"version": n, "created_time": made, "custom_metadata": v.Custom},
	}}, 0
}
