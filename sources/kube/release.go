package kube

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/seed-5dd601fe/sprawl"
)

// maxRelease is how large a release may be, unpacked.
const maxRelease = 64 << 20

// A release is what Helm keeps of one revision (helm.sh/helm/v3/pkg/release).
type release struct {
	Name     string
	Version  int
	Info     struct{ Status, Notes string }
	Config   map[string]any
	Manifest string
	Hooks    []struct{ Manifest string }
	Chart    struct {
		Values           map[string]any
		Templates, Files []struct {
			Name string
			Data []byte
		}
	}
}

// release shows what Helm keeps in a Secret: the values that somebody gave, the
// chart's, its files, and the objects that it made. Helm writes it as JSON in
// gzip in base64, which the Secret holds in base64 once more.
func (i *item) release(data []byte) error {
	var rel release
	if err := unpackRelease(data, &rel); err != nil {
		i.Gap(i.where, "is no Helm release that can be read: "+err.Error())
		return nil
	}
	i.says = append(i.says, sprawl.SaysWorkload, "helm/"+rel.Name, sprawl.SaysVersion, fmt.Sprint(rel.Version),
		sprawl.SaysCurrent, fmt.Sprint(rel.Info.Status == "deployed"))
	parts := []struct{ name, text string }{
		{"values.json", indented(rel.Config)}, {"chart/values.json", indented(rel.Chart.Values)}, {"notes", rel.Info.Notes},
	}
	for _, f := range append(rel.Chart.Templates, rel.Chart.Files...) {
		parts = append(parts, struct{ name, text string }{"chart/" + f.Name, string(f.Data)})
	}
	for _, p := range parts {
		if err := i.Text(i.At(i.where+"/"+p.name, i.says...), p.text); err != nil {
			return err
		}
	}
	if err := i.manifest("manifest", rel.Manifest); err != nil {
		return err
	}
	for n, h := range rel.Hooks {
		if err := i.manifest(fmt.Sprintf("hook%d", n), h.Manifest); err != nil {
			return err
		}
	}
	return nil
}

// manifest shows the objects that a release made.
func (i *item) manifest(name, manifest string) error {
	return i.deeper(func() error {
		inner := &reader{Reader: i.Reader, live: false, prefix: i.where + "/" + name + "/", depth: i.depth}
		objects, ok := parse([]byte(manifest))
		for _, o := range objects {
			if err := inner.object(o); err != nil {
				return err
			}
		}
		if !ok {
			return i.Text(i.At(i.where+"/"+name, i.says...), manifest)
		}
		return nil
	})
}

func unpackRelease(data []byte, rel *release) error {
	compact := bytes.Join(bytes.Fields(data), nil)
	packed, err := base64.StdEncoding.AppendDecode(nil, compact)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(packed, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return err
		}
		if packed, err = io.ReadAll(io.LimitReader(z, maxRelease+1)); err != nil {
			return err
		}
	}
	if len(packed) > maxRelease {
		return fmt.Errorf("it unpacks to more than %d MiB", maxRelease>>20)
	}
	return json.Unmarshal(packed, rel)
}

func indented(v map[string]any) string {
	if len(v) == 0 {
		return ""
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}
