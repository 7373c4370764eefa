package kube_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/kube"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

const tokenOfTests = "for-tests"

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a target with the kubeconfig of a cluster, whose user is YAML.
func open(t testing.TB, f *fake.Kube, target, user string) kube.Source {
	t.Helper()
	config := write(t, filepath.Join(t.TempDir(), "config"), f.Config(user))
	env := map[string]string{"KUBECONFIG": config}
	s, err := kube.Open(t.Context(), sprawl.Target(target), kube.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func object(kind, namespace, name string, rest map[string]any) map[string]any {
	o := map[string]any{"apiVersion": "v1", "kind": kind, "metadata": map[string]any{"name": name, "namespace": namespace, "creationTimestamp": "2026-01-02T03:04:05Z"}}
	maps.Copy(o, rest)
	return o
}

func container(name string, env ...string) map[string]any {
	var all []map[string]string
	for i := 0; i < len(env); i += 2 {
		all = append(all, map[string]string{"name": env[i], "value": env[i+1]})
	}
	return map[string]any{"containers": []any{map[string]any{"name": name, "env": all}}}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func pods(files map[string][]byte) (all []map[string]any) {
	for i, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, object("Pod", "prod", fmt.Sprint("pod-", i), map[string]any{"spec": container("main", name, string(files[name]))}))
	}
	return all
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Named: true, Max: 1 << 20, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		f := fake.NewKube(t, tokenOfTests)
		f.Page = 7
		f.Objects["pods"] = pods(files)
		return open(t, f, "kube://", "token: "+tokenOfTests)
	}}.Run(t)
}

func TestFiles(t *testing.T) {
	sourcetest.Suite{Named: true, Max: 1 << 20, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		dir := t.TempDir()
		for i, pod := range pods(files) {
			text, _ := json.Marshal(pod)
			write(t, filepath.Join(dir, "sub", fmt.Sprint(i, ".yaml")), string(text))
		}
		s, err := kube.Open(t.Context(), sprawl.Target("kube:"+dir), kube.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}}.Run(t)
}

func read(t *testing.T, s sprawl.Source) (byPath map[string]sourcetest.Object, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[sprawl.Kind]string{sprawl.KindBlob: "blob", sprawl.KindEntry: "entry"}
	byPath = map[string]sourcetest.Object{}
	for _, o := range objects {
		byPath[kinds[o.At.Kind]+" "+o.At.Path] = o
	}
	return byPath, gaps
}

// texts returns what was shown of named values.
func texts(all map[string]sourcetest.Object) map[string]string {
	got := map[string]string{}
	for path, o := range all {
		if o.At.Kind == sprawl.KindEntry {
			got[strings.TrimPrefix(path, "entry ")] = string(o.Data)
		}
	}
	return got
}

func helm(t *testing.T, release map[string]any) string {
	text, err := json.Marshal(release)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(text)
	_ = z.Close()
	return b64(b64(packed.String()))
}

func acme(t *testing.T) *fake.Kube {
	f := fake.NewKube(t, tokenOfTests)
	db := object("Secret", "prod", "db", map[string]any{"type": "Opaque", "data": map[string]any{"user": b64("app"), "password": b64("p w"), "tls.key": b64("line\nline\n")}})
	old, _ := json.Marshal(object("Secret", "prod", "db", map[string]any{"stringData": map[string]any{"password": "older"}}))
	db["metadata"].(map[string]any)["annotations"] = map[string]any{"kubectl.kubernetes.io/last-applied-configuration": string(old)}
	db["metadata"].(map[string]any)["labels"] = map[string]any{"team": "pay"}
	token := object("Secret", "staging", "robot-token", map[string]any{"type": "kubernetes.io/service-account-token", "data": map[string]any{"token": b64("t")}})
	token["metadata"].(map[string]any)["annotations"] = map[string]any{"kubernetes.io/service-account.name": "robot"}
	release := helm(t, map[string]any{
		"name": "api", "version": 3, "info": map[string]any{"status": "superseded"}, "config": map[string]any{"dbPassword": "h"},
		"chart":    map[string]any{"templates": []any{map[string]any{"name": "templates/s.yaml", "data": b64("x: {{ .Values.y }}")}}},
		"manifest": "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: made\nstringData:\n  key: from-chart\n",
	})
	f.Objects["secrets"] = []map[string]any{db, token,
		object("Secret", "prod", "sh.helm.release.v1.api.v3", map[string]any{"type": "helm.sh/release.v1", "data": map[string]any{"release": release}})}
	f.Objects["configmaps"] = []map[string]any{object("ConfigMap", "staging", "app", map[string]any{"data": map[string]any{"URL": "u", "app.yaml": "a: b\n"}})}
	pod := object("Pod", "prod", "api-5f7-x", map[string]any{"spec": container("web", "TOKEN", "v", "OTHER", "w"), "status": map[string]any{"podIP": "10.0.0.1"}})
	pod["metadata"].(map[string]any)["labels"] = map[string]any{"pod-template-hash": "5f7"}
	pod["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{"kind": "ReplicaSet", "name": "api-5f7", "controller": true}}
	f.Objects["pods"] = []map[string]any{pod}
	f.Objects["cronjobs"] = []map[string]any{object("CronJob", "prod", "night", map[string]any{"spec": map[string]any{"jobTemplate": map[string]any{"spec": map[string]any{"template": map[string]any{"spec": container("job", "K", "c")}}}}})}
	f.Objects["applications"] = []map[string]any{object("Application", "argocd", "shop", map[string]any{"spec": map[string]any{"source": map[string]any{"helm": map[string]any{"values": "pw: argo\n"}}}})}
	return f
}

func TestCluster(t *testing.T) {
	f := acme(t)
	s := open(t, f, "kube://", "token: "+tokenOfTests)
	got, gaps := read(t, s)
	want := map[string]string{
		"prod/secret/db":              "password=p w\nuser=app\n",
		"prod/secret/db@last-applied": "password=older\n",
		"staging/secret/robot-token":  "token=t\n",
		"staging/configmap/app":       "URL=u\n",
		"prod/pod/api-5f7-x/web":      "OTHER=w\nTOKEN=v\n",
		"prod/cronjob/night/job":      "K=c\n",
		"prod/secret/sh.helm.release.v1.api.v3/manifest/-/secret/made": "key=from-chart\n",
	}
	if diff := cmp.Diff(want, texts(got)); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	for path, want := range map[string]string{
		"prod/secret/db/tls.key":                                       "line\n",
		"staging/configmap/app/app.yaml":                               "a: b\n",
		"prod/secret/sh.helm.release.v1.api.v3/values.json":            `"dbPassword": "h"`,
		"prod/secret/sh.helm.release.v1.api.v3/chart/templates/s.yaml": "{{ .Values.y }}",
		"argocd/application/shop":                                      "pw: argo",
	} {
		if o := got["blob "+path]; !strings.Contains(string(o.Data), want) {
			t.Errorf("%s: %q", path, o.Data)
		}
	}
	if o := got["blob prod/pod/api-5f7-x"]; strings.Contains(string(o.Data), "podIP") || strings.Contains(string(o.Data), "TOKEN") {
		t.Errorf("the rest of a pod: %s", o.Data)
	}
	exposed := s.Exposures()
	if len(exposed) != 1 || !strings.Contains(exposed[0].Why, "robot") || exposed[0].Since.Year() != 2026 {
		t.Errorf("exposures: %+v", exposed)
	}
}

func TestSays(t *testing.T) {
	f := acme(t)
	got, _ := read(t, open(t, f, "kube://", "token: "+tokenOfTests))
	for path, want := range map[string]map[string]string{
		"entry prod/secret/db": {
			"tenant": f.Host, "cluster": "acme-eu", "namespace": "prod", "scope": "namespace", "custody": "managed",
			"modified": "2026-01-02T03:04:05Z", "label.team": "pay",
		},
		"entry prod/pod/api-5f7-x/web": {
			"tenant": f.Host, "cluster": "acme-eu", "namespace": "prod", "scope": "namespace", "custody": "plaintext-config",
			"modified": "2026-01-02T03:04:05Z", "label.pod-template-hash": "5f7", "workload": "deployment/api",
		},
	} {
		if diff := cmp.Diff(want, got[path].At.Says); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestNamespaceAndPages(t *testing.T) {
	f := acme(t)
	for i := range 50 {
		f.Objects["configmaps"] = append(f.Objects["configmaps"], object("ConfigMap", "staging", fmt.Sprint("c", i), map[string]any{"data": map[string]any{"K": fmt.Sprint(i)}}))
	}
	for _, expires := range []bool{false, true} {
		f.Page, f.Expires = 20, expires
		got, gaps := read(t, open(t, f, "kube://staging?context=here", "token: "+tokenOfTests))
		if len(texts(got)) != 52 || len(gaps) > 0 || got["entry staging/configmap/c49"].At.Key != "K" {
			t.Errorf("lists expire %v: %d values, gaps %v", expires, len(texts(got)), gaps)
		}
	}
}

func TestForbidden(t *testing.T) {
	f := acme(t)
	f.Forbidden = "/api/v1/secrets"
	got, gaps := read(t, open(t, f, "kube://", "token: "+tokenOfTests))
	if len(gaps) != 1 || !strings.Contains(gaps[0].Why, "needs list on secrets in all namespaces") || len(texts(got)) != 3 {
		t.Errorf("%d values, gaps %v", len(texts(got)), gaps)
	}
}

func TestReread(t *testing.T) {
	f := acme(t)
	s := open(t, f, "kube://", "token: "+tokenOfTests)
	got, _ := read(t, s)
	for path, o := range got {
		var again string
		err := s.Reread(t.Context(), &o.At, func(data []byte) error { again = string(data); return nil })
		if err != nil || again != string(o.Data) {
			t.Errorf("%s: %q, %v; want %q", path, again, err, o.Data)
		}
	}
	at := got["entry prod/secret/db"].At
	f.Objects["secrets"] = f.Objects["secrets"][1:]
	if err := s.Reread(t.Context(), &at, nil); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "token"), tokenOfTests+"\n")
	for _, user := range []string{
		"tokenFile: " + file,
		`exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['{"status":{"token":"` + tokenOfTests + `"}}']}`,
	} {
		if got, gaps := read(t, open(t, acme(t), "kube://", user)); len(got) == 0 || len(gaps) > 0 {
			t.Errorf("%s: gaps %v", user, gaps)
		}
	}
	_, gaps := read(t, open(t, acme(t), "kube://", "token: another"))
	if len(gaps) == 0 || strings.Contains(fmt.Sprint(gaps), "another") {
		t.Errorf("a wrong token: %v", gaps)
	}
}

const manifests = `# two objects and a template
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: prod}
stringData:
  password: s3
---
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: api}
  spec: {template: {spec: {containers: [{name: web, env: [{name: PORT, value: 8080}, {name: K, valueFrom: {}}]}]}}}
- {apiVersion: example.test/v1, kind: Odd, metadata: {name: odd}, spec: {1: one}}
`

func TestManifests(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), manifests)
	write(t, filepath.Join(dir, "t", "tmpl.yml"), "apiVersion: v1\nkind: {{ .Values.kind }}\n")
	write(t, filepath.Join(dir, "values.yaml"), "db:\n  password: v\n")
	write(t, filepath.Join(dir, "README"), "not read")
	_ = os.Symlink("/etc/passwd", filepath.Join(dir, "link.yaml"))
	s, err := kube.Open(t.Context(), sprawl.Target("kube:"+dir), kube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, gaps := read(t, s)
	want := []string{"blob a.yaml/-/deployment/api", "blob a.yaml/-/odd/odd", "blob t/tmpl.yml", "blob values.yaml", "entry a.yaml/-/deployment/api/web", "entry a.yaml/prod/secret/db"}
	if paths := slices.Sorted(maps.Keys(got)); !slices.Equal(paths, want) || len(gaps) > 0 {
		t.Errorf("%q, gaps %v", paths, gaps)
	}
	if o := got["blob a.yaml/-/odd/odd"]; !strings.Contains(string(o.Data), `"1": "one"`) {
		t.Errorf("a number as a key: %s", o.Data)
	}
	for path, o := range got {
		var again string
		err := s.Reread(t.Context(), &o.At, func(data []byte) error { again = string(data); return nil })
		if err != nil || again != string(o.Data) {
			t.Errorf("%s: %q, %v", path, again, err)
		}
	}
}

// TestRepeated has a small file in which aliases repeat a long text: it is shown
// as it is, and never takes up what it stands for.
func TestRepeated(t *testing.T) {
	text := "apiVersion: v1\nkind: Odd\nmetadata: {name: x}\nlong: &a " + strings.Repeat("x", 1<<20) + "\nall: [" + strings.Repeat("*a, ", 100_000) + "]\n"
	name := write(t, filepath.Join(t.TempDir(), "f.yaml"), text)
	s, err := kube.Open(t.Context(), sprawl.Target("kube:"+name), kube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, gaps := read(t, s)
	if o := got["blob f.yaml"]; len(got) != 1 || string(o.Data) != text || len(gaps) > 0 {
		t.Errorf("%d shown, %d bytes, gaps %v", len(got), len(o.Data), gaps)
	}
}

func TestWrongTargets(t *testing.T) {
	for _, target := range []sprawl.Target{"kube:", "kube:/nowhere/at/all", "kube://", "kube://u:p@host", "kube://ns/secret/name"} {
		_, err := kube.Open(t.Context(), target, kube.Options{Getenv: func(string) string { return "" }})
		if !errors.Is(err, kube.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// FuzzManifests reads files of any content: nothing may panic or
// end the reading.
func FuzzManifests(f *testing.F) {
	f.Add([]byte(manifests))
	f.Add([]byte("a: &a [1]\nb: [*a, *a]\n"))
	f.Add([]byte(`{"apiVersion":"v1","kind":"Secret","type":"helm.sh/release.v1","data":{"release":"SDRzSQ=="}}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		name := write(t, filepath.Join(dir, "f.yaml"), string(data))
		s, err := kube.Open(t.Context(), sprawl.Target("kube:"+name), kube.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := sourcetest.Collect(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	})
}
