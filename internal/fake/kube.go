package fake

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Kube is the API server of a cluster (kubernetes.io, "Kubernetes API
// Concepts"): lists in pages, of all namespaces or one, and single objects.
// Tests fill it before they ask.
type Kube struct {
	*Server
	Objects   map[string][]map[string]any // by the plural of their kind
	Forbidden string                      // the start of paths that the token must not read
	Page      int                         // how many objects are on a page, at most; 0 leaves it to the limit
	Expires   bool                        // no list can be gone on with
}

// NewKube starts a cluster that knows one token.
func NewKube(t testing.TB, token string) *Kube {
	t.Helper()
	k := &Kube{Objects: map[string][]map[string]any{}}
	k.Server = start(t, func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+token })
	for _, api := range []string{"/api/v1", "/apis/{group}/{version}"} {
		k.handle("GET "+api+"/{plural}", k.list)
		k.handle("GET "+api+"/namespaces/{namespace}/{plural}", k.list)
		k.handle("GET "+api+"/namespaces/{namespace}/{plural}/{name}", k.one)
	}
	return k
}

// Config returns a kubeconfig for the cluster.
func (k *Kube) Config(user string) string {
	return "apiVersion: v1\nkind: Config\ncurrent-context: here\n" +
		"clusters:\n- name: acme-eu\n  cluster:\n    server: " + k.URL + "\n" +
		"contexts:\n- name: here\n  context: {cluster: acme-eu, user: me}\n" +
		"users:\n- name: me\n  user:\n    " + user + "\n"
}

func status(code int, reason, message string) (any, int) {
	return map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code}, code
}

func (k *Kube) refused(r *http.Request) bool {
	return k.Forbidden != "" && strings.HasPrefix(r.URL.Path, k.Forbidden)
}

// within returns the objects of a kind that a path means; ok is false where the
// cluster has no such kind.
func (k *Kube) within(r *http.Request) (all []map[string]any, ok bool) {
	objects, ok := k.Objects[r.PathValue("plural")]
	for _, o := range objects {
		m := o["metadata"].(map[string]any)
		if ns := r.PathValue("namespace"); ns == "" || m["namespace"] == ns {
			all = append(all, o)
		}
	}
	return all, ok
}

func (k *Kube) list(r *http.Request) (any, int) {
	plural, q := r.PathValue("plural"), r.URL.Query()
	if k.refused(r) {
		return status(http.StatusForbidden, "Forbidden", plural+` is forbidden: User "tester" cannot list resource "`+plural+`"`)
	}
	all, ok := k.within(r)
	if !ok {
		return status(http.StatusNotFound, "NotFound", "the server could not find the requested resource")
	}
	if k.Expires && q.Has("continue") {
		return status(http.StatusGone, "Expired", "The provided continue parameter is too old")
	}
	from, _ := strconv.Atoi(q.Get("continue"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	if k.Page > 0 && limit > 0 {
		limit = min(limit, k.Page)
	}
	metadata, to := map[string]string{}, len(all)
	if limit > 0 && from+limit < len(all) {
		to = from + limit
		metadata["continue"] = strconv.Itoa(to)
	}
	return map[string]any{"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": all[from:to]}, 0
}

func (k *Kube) one(r *http.Request) (any, int) {
	if k.refused(r) {
		return status(http.StatusForbidden, "Forbidden", "forbidden")
	}
	all, _ := k.within(r)
	for _, o := range all {
		if o["metadata"].(map[string]any)["name"] == r.PathValue("name") {
			return o, 0
		}
	}
	return status(http.StatusNotFound, "NotFound", r.PathValue("name")+" not found")
}
