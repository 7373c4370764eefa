// Package kube reads Kubernetes: the Secrets, ConfigMaps, workloads and Helm
// releases of a cluster, or those in files, as manifests or as kubectl prints
// them.
package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how Kubernetes is read.
type Options struct {
	// Getenv looks a variable up: KUBECONFIG and HOME for the configuration;
	// without one, KUBERNETES_SERVICE_HOST in a pod.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// Kube is the Source of a cluster's objects.
type Kube struct {
	target    sprawl.Target
	o         Options
	config    *cluster
	namespace string // "" is all
	ask       *client.Client
	log       forge.Log
}

// A Source is what Open returns.
type Source interface {
	sprawl.Source
	sprawl.Rereader
	sprawl.Observer
	sprawl.Tallier
	Close() error
}

// Open returns the Source of t:
//
//	kube://                     every namespace, in the current context of kubeconfig
//	kube://payments?context=eu  one namespace, in another context
//	kube:deploy/prod.yaml       a file or a directory of manifests, or of what kubectl get -o json prints
//
// A command that kubeconfig names to get a token is run, as kubectl does.
// Nothing else is asked yet.
func Open(ctx context.Context, t sprawl.Target, o Options) (Source, error) {
	if !strings.HasPrefix(string(t), "kube://") {
		return openFiles(t, o)
	}
	u, err := url.Parse(string(t))
	if err != nil || u.User != nil || strings.Trim(u.Path, "/") != "" || u.Port() != "" {
		return nil, fmt.Errorf("%w: %s: want kube://, kube://NAMESPACE?context=NAME or kube:PATH", ErrRequest, t)
	}
	k := &Kube{o: o, namespace: u.Host}
	if k.config, err = configure(o.Getenv, u.Query().Get("context")); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	header, transport, err := k.config.login(ctx, o.Transport)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	k.ask, err = client.New(client.Options{Base: k.config.base, Header: header, Transport: transport, Clock: o.Clock, Audit: o.Audit, MaxBody: 256 << 20})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	k.target = sprawl.Target("kube://" + k.namespace)
	if k.config.context != "" {
		k.target += sprawl.Target("?context=" + url.QueryEscape(k.config.context))
	}
	return k, nil
}

// Target returns the target with its context, as locations have it.
func (k *Kube) Target() sprawl.Target { return k.target }

// Close lets go of connections.
func (k *Kube) Close() error { return k.ask.Close() }

// Tally returns how many values and texts were shown.
func (k *Kube) Tally() sprawl.Tally { return k.log.Tally() }

// Exposures returns the service-account tokens that never expire.
func (k *Kube) Exposures() []sprawl.Exposure { return k.log.Exposures() }

// A resource is a kind of object that is read.
type resource struct{ api, plural, kind string }

func resources() []resource {
	return []resource{
		{"/api/v1", "pods", "Pod"},
		{"/api/v1", "secrets", "Secret"},
		{"/api/v1", "configmaps", "ConfigMap"},
		{"/apis/apps/v1", "deployments", "Deployment"},
		{"/apis/apps/v1", "statefulsets", "StatefulSet"},
		{"/apis/apps/v1", "daemonsets", "DaemonSet"},
		{"/apis/apps/v1", "replicasets", "ReplicaSet"},
		{"/apis/batch/v1", "cronjobs", "CronJob"},
		{"/apis/batch/v1", "jobs", "Job"},
		{"/apis/argoproj.io/v1alpha1", "applications", "Application"},
		{"/apis/argoproj.io/v1alpha1", "applicationsets", "ApplicationSet"},
		{"/apis/helm.toolkit.fluxcd.io/v2", "helmreleases", "HelmRelease"},
		{"/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations", "Kustomization"},
	}
}

// Units lists the kinds of objects.
func (k *Kube) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	for _, r := range resources() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(sprawl.Unit{Target: k.target, Name: r.plural, Bytes: 1 << 20, Remote: true}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// A list is a page of objects.
type list struct {
	Metadata struct{ Continue string }
	Items    []map[string]any
}

// Read shows all objects of a kind.
func (k *Kube) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	for _, res := range resources() {
		if res.plural == u.Name {
			r := k.reader(ctx, v)
			return r.Result(u.Name, "list on "+u.Name+k.where(), k.all(r, res))
		}
	}
	return &sprawl.Gap{Target: u.Target, What: u.Name, Why: "no such unit: list them again"}
}

func (k *Kube) reader(ctx context.Context, v sprawl.Visitor) *reader {
	r := &reader{Reader: forge.NewReader(ctx, &k.log, v, k.target, k.o.Reach, func(err error) error { return err }), live: true}
	r.Says = forge.With(nil, sprawl.SaysTenant, k.config.base.Host, sprawl.SaysCluster, k.config.name)
	return r
}

func (k *Kube) where() string {
	if k.namespace == "" {
		return " in all namespaces; kube://NAMESPACE reads one"
	}
	return " in the namespace " + k.namespace
}

// all shows the objects page by page. A list that takes too long expires, and
// is begun again in one piece; what was shown of it is not shown twice.
func (k *Kube) all(r *reader, res resource) error {
	query, shown := url.Values{"limit": {"100"}}, map[string]bool{}
	for {
		var page list
		_, err := k.ask.JSON(r.Ctx, k.path(res), query, &page)
		switch {
		case client.Status(err) == http.StatusNotFound:
			return nil // the cluster has no such kind
		case client.Status(err) == http.StatusGone && query.Has("continue"):
			query = url.Values{}
			continue
		case err != nil:
			return err
		}
		for _, o := range page.Items {
			o["kind"] = res.kind
			if m := meta(o); !shown[m.path(res.kind)] {
				shown[m.path(res.kind)] = true
				if err := r.object(o); err != nil {
					return err
				}
			}
		}
		if page.Metadata.Continue == "" {
			return nil
		}
		query.Set("continue", page.Metadata.Continue)
	}
}

func (k *Kube) path(res resource) string {
	if k.namespace == "" {
		return res.api + "/" + res.plural
	}
	return res.api + "/namespaces/" + url.PathEscape(k.namespace) + "/" + res.plural
}

// Reread shows again what is at a location.
func (k *Kube) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	parts := strings.SplitN(at.Path, "/", 4)
	for _, res := range resources() {
		if len(parts) < 3 || strings.ToLower(res.kind) != parts[1] {
			continue
		}
		name, _, _ := strings.Cut(parts[2], "@")
		var o map[string]any
		_, err := k.ask.JSON(ctx, res.api+"/namespaces/"+url.PathEscape(parts[0])+"/"+res.plural+"/"+url.PathEscape(name), nil, &o)
		switch {
		case client.Status(err) == http.StatusNotFound:
			return errors.Join(sprawl.ErrGone, err)
		case err != nil:
			return &sprawl.Gap{Target: at.Target, What: at.Path, Why: err.Error()}
		}
		o["kind"] = res.kind
		return again(at, yield, func(v sprawl.Visitor) error { return k.reader(ctx, v).object(o) })
	}
	return &sprawl.Gap{Target: at.Target, What: at.Path, Why: "is no place in a cluster"}
}

// A finder is the visitor that looks for one place.
type finder struct {
	at    *sprawl.Location
	yield func([]byte) error
	found bool
}

// again has show run for the one place at a location.
func again(at *sprawl.Location, yield func([]byte) error, show func(sprawl.Visitor) error) error {
	f := &finder{at: at, yield: yield}
	if err := show(f); err != nil {
		return err
	}
	if !f.found {
		return sprawl.ErrGone
	}
	return nil
}

// Offer takes the one place.
func (f *finder) Offer(at *sprawl.Location) bool {
	return !f.found && at.Path == f.at.Path && at.Kind == f.at.Kind && at.Key == f.at.Key && len(at.Encoding) == 0
}

// Visit hands its content on.
func (f *finder) Visit(c *sprawl.Chunk) error {
	if f.found {
		return nil
	}
	f.found = true
	return f.yield(c.Data)
}
