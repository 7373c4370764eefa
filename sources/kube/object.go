package kube

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

const (
	lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
	serviceOf   = "kubernetes.io/service-account.name"

	// fieldMax is how long a value may be to stand in a line beside others.
	fieldMax = 4 << 10
	// maxDepth bounds lists in lists, and objects in annotations and releases.
	maxDepth = 4
)

// A reader is one Read in progress.
type reader struct {
	*forge.Reader
	live   bool   // in a cluster, not in a file
	prefix string // of every path: the file, with a slash
	depth  int
}

// A header is an object's metadata.
type header struct {
	name, namespace     string
	labels, annotations map[string]string
	owner               string // kind/name of what controls it
	created             string
}

func meta(o map[string]any) (h header) {
	m := mapOf(o["metadata"])
	h.name, h.namespace, h.created = text(m["name"]), text(m["namespace"]), text(m["creationTimestamp"])
	if h.name == "" {
		h.name = text(m["generateName"])
	}
	h.labels, h.annotations = texts(m["labels"]), texts(m["annotations"])
	for _, o := range listOf(m["ownerReferences"]) {
		if o := mapOf(o); o["controller"] == true {
			h.owner = strings.ToLower(text(o["kind"])) + "/" + text(o["name"])
		}
	}
	return h
}

// path returns where the object is: namespace, kind and name. What has no
// namespace has "-".
func (h *header) path(kind string) string {
	namespace := h.namespace
	if namespace == "" {
		namespace = "-"
	}
	return namespace + "/" + strings.ToLower(kind) + "/" + h.name
}

// workload returns what runs as the object, by what controls it. A ReplicaSet
// has the name of its Deployment, a dash and a hash.
func (h *header) workload(kind string) string {
	hash := h.labels["pod-template-hash"]
	own := strings.ToLower(kind) + "/" + h.name
	if h.owner != "" {
		own = h.owner
	}
	if replica, ok := strings.CutPrefix(own, "replicaset/"); ok && hash != "" {
		return "deployment/" + strings.TrimSuffix(replica, "-"+hash)
	}
	return own
}

// An item is an object that is being shown.
type item struct {
	*reader
	header
	kind  string
	where string
	says  []string
}

// object shows o, or each object in it if it is a list.
func (r *reader) object(o map[string]any) error {
	if err := r.Ctx.Err(); err != nil {
		return err
	}
	kind := text(o["kind"])
	if items, ok := o["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		return r.deeper(func() error {
			for _, inner := range items {
				if err := r.object(mapOf(inner)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	i := &item{reader: r, header: meta(o), kind: kind}
	i.where = r.prefix + i.path(kind)
	i.says = i.said()
	return i.show(o)
}

// deeper runs f unless that is too deep.
func (r *reader) deeper(f func() error) error {
	if r.depth == maxDepth {
		r.Gap(r.prefix, "objects in objects, more than four deep")
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	return f()
}

// said is what the cluster says of an object.
func (i *item) said() []string {
	says := []string{sprawl.SaysNamespace, i.namespace}
	if i.namespace != "" {
		says = append(says, sprawl.SaysScope, "namespace")
	}
	if i.live {
		custody := "plaintext-config"
		if i.kind == "Secret" {
			custody = "managed"
		}
		says = append(says, sprawl.SaysCustody, custody, sprawl.SaysModified, i.created)
	}
	for name, value := range i.labels {
		says = append(says, sprawl.SaysLabel+name, value)
	}
	return says
}

// show shows the parts of an object, each where it can be named.
func (i *item) show(o map[string]any) error {
	if err := i.applied(o); err != nil {
		return err
	}
	switch i.kind {
	case "Secret":
		return i.secret(o)
	case "ConfigMap":
		return i.values(fields(decoded(o["binaryData"]), plain(o["data"])))
	}
	if spec := podSpec(o); spec != nil {
		i.says = append(i.says, sprawl.SaysWorkload, i.workload(i.kind))
		delete(o, "status")
		if err := i.environment(spec); err != nil {
			return err
		}
	}
	return i.rest(o)
}

// applied shows the annotation in which kubectl apply keeps a whole copy of
// what it was given, the plain values of a Secret among it.
func (i *item) applied(o map[string]any) error {
	copied := i.annotations[lastApplied]
	m := mapOf(mapOf(o["metadata"])["annotations"])
	delete(m, lastApplied)
	var inner map[string]any
	if copied == "" || json.Unmarshal([]byte(copied), &inner) != nil || inner == nil {
		return nil
	}
	return i.deeper(func() error {
		old := &item{reader: i.reader, header: i.header, kind: i.kind, where: i.where + "@last-applied"}
		old.annotations = nil
		old.says = append(slices.Clone(i.says), sprawl.SaysVersion, "last-applied")
		delete(mapOf(mapOf(inner["metadata"])["annotations"]), lastApplied)
		return old.show(inner)
	})
}

// secret shows a Secret by its type.
func (i *item) secret(o map[string]any) error {
	data := decoded(o["data"])
	switch text(o["type"]) {
	case "helm.sh/release.v1":
		return i.release(data["release"])
	case "kubernetes.io/service-account-token":
		i.forever()
	}
	return i.values(fields(data, plain(o["stringData"])))
}

// forever tells of a service account's token of the old kind.
func (i *item) forever() {
	if !i.live {
		return
	}
	since, _ := time.Parse(time.RFC3339, i.created)
	i.Expose(sprawl.Exposure{
		Kind: "unrotated", At: i.At(i.where, i.says...), Since: since,
		Why: "a token of the service account " + i.annotations[serviceOf] + " that never expires",
		Fix: "delete the Secret, and have pods use projected tokens, or people kubectl create token",
	})
}

// values shows the short values of an object together, and files on their own.
func (i *item) values(all []entry.Field) error {
	var short []entry.Field
	for _, f := range all {
		if len(f.Value) == 0 {
			continue
		}
		if len(f.Value) <= fieldMax && !bytes.ContainsAny(f.Value, "\n\x00") {
			short = append(short, f)
			continue
		}
		at := i.At(i.where+"/"+f.Name, i.says...)
		at.Key = f.Name
		if err := i.Text(at, string(f.Value)); err != nil {
			return err
		}
	}
	if len(short) == 0 {
		return nil
	}
	return i.Fields(i.At(i.where, i.says...), short...)
}

// podSpec returns the specification of the pods of a workload, or nil.
func podSpec(o map[string]any) map[string]any {
	spec := mapOf(o["spec"])
	for range 3 {
		if _, ok := spec["containers"].([]any); ok {
			return spec
		}
		for _, key := range []string{"jobTemplate", "template"} {
			if inner := mapOf(spec[key]); inner != nil {
				spec = mapOf(inner["spec"])
				break
			}
		}
	}
	return nil
}

// environment shows the variables of each container together, and takes them
// out of what is left to show.
func (i *item) environment(spec map[string]any) error {
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range listOf(spec[kind]) {
			c := mapOf(c)
			var all []entry.Field
			for _, e := range listOf(c["env"]) {
				if e := mapOf(e); text(e["value"]) != "" {
					all = append(all, entry.Field{Name: text(e["name"]), Value: []byte(text(e["value"]))})
				}
			}
			delete(c, "env")
			if len(all) == 0 {
				continue
			}
			if err := i.Fields(i.At(i.where+"/"+text(c["name"]), i.says...), all...); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest shows what is left of an object as JSON.
func (i *item) rest(o map[string]any) error {
	m := mapOf(o["metadata"])
	for _, noise := range []string{"managedFields", "uid", "resourceVersion", "generation", "selfLink"} {
		delete(m, noise)
	}
	body, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		i.Gap(i.where, "can't be shown as text")
		return nil
	}
	return i.Text(i.At(i.where, i.says...), string(body))
}

// fields returns the values of maps, in order of name.
func fields(all ...map[string][]byte) (fs []entry.Field) {
	for _, m := range all {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			fs = append(fs, entry.Field{Name: name, Value: m[name]})
		}
	}
	return fs
}

// decoded returns values that are written in base64. One that is not, as where
// a tool fills it in later, stands as it is.
func decoded(v any) map[string][]byte {
	all := plain(v)
	for name, value := range all {
		compact := bytes.Join(bytes.Fields(value), nil)
		if data, err := base64.StdEncoding.AppendDecode(nil, compact); err == nil {
			all[name] = data
		}
	}
	return all
}

func plain(v any) map[string][]byte {
	all := map[string][]byte{}
	for name, value := range mapOf(v) {
		all[name] = []byte(text(value))
	}
	return all
}

func mapOf(v any) map[string]any { m, _ := v.(map[string]any); return m }

func listOf(v any) []any { l, _ := v.([]any); return l }

// text returns a scalar as it is written; YAML reads some as numbers or truth
// values that Kubernetes would refuse.
func text(v any) string {
	switch v := v.(type) {
	case nil, map[string]any, []any:
		return ""
	case string:
		return v
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
}

func texts(v any) map[string]string {
	all := map[string]string{}
	for name, value := range mapOf(v) {
		all[name] = text(value)
	}
	return all
}
