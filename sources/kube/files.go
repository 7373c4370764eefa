package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// maxFile is how large a file of manifests may be.
const maxFile = 64 << 20

// files is the Source of objects in files.
type files struct {
	target sprawl.Target
	reach  int
	root   string
	only   string // the one file that is read, or ""
	log    forge.Log
}

func openFiles(t sprawl.Target, o Options) (*files, error) {
	f := &files{target: t, reach: o.Reach, root: t.Rest()}
	info, err := os.Stat(f.root)
	switch {
	case f.root == "":
		return nil, fmt.Errorf("%w: %s: want kube:PATH for files, or kube:// for a cluster", ErrRequest, t)
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	case info.Mode().IsRegular():
		f.root, f.only = filepath.Dir(f.root), filepath.Base(f.root)
	case !info.IsDir():
		return nil, fmt.Errorf("%w: %s: is neither a directory nor a file", ErrRequest, t)
	}
	return f, nil
}

// Close has nothing to let go of.
func (f *files) Close() error { return nil }

// Tally returns how many values and texts were shown.
func (f *files) Tally() sprawl.Tally { return f.log.Tally() }

// Exposures returns what settings told.
func (f *files) Exposures() []sprawl.Exposure { return f.log.Exposures() }

// Units lists the files, following no link.
func (f *files) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	var stop error
	var gaps []error
	err := fs.WalkDir(os.DirFS(f.root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			stop = ctx.Err()
			return stop
		case err != nil:
			gaps = append(gaps, &sprawl.Gap{Target: f.target, What: name, Why: err.Error()})
			return nil
		case f.only != "" && name != "." && (d.IsDir() || name != f.only):
			return skip(d)
		case !d.Type().IsRegular() || f.only == "" && !isManifest(name):
			return nil
		}
		u := sprawl.Unit{Target: f.target, Name: name}
		if info, err := d.Info(); err == nil {
			u.Bytes, u.Version = info.Size(), fmt.Sprint(info.Size(), "-", info.ModTime().UnixNano())
		}
		stop = yield(u)
		return stop
	})
	if stop != nil {
		return stop
	}
	return errors.Join(errors.Join(gaps...), err)
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func isManifest(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(name)))
}

// Read shows the objects in a file. A file that holds something else, such as a
// template, is shown as it is.
func (f *files) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	data, err := f.content(u.Name)
	if err != nil {
		return &sprawl.Gap{Target: f.target, What: u.Name, Why: err.Error()}
	}
	r := &reader{Reader: forge.NewReader(ctx, &f.log, v, f.target, f.reach, func(err error) error { return err }), prefix: u.Name + "/"}
	return r.Result(u.Name, "to read the file", f.show(r, u.Name, data))
}

func (f *files) show(r *reader, name string, data []byte) error {
	objects, ok := parse(data)
	for _, o := range objects {
		if err := r.object(o); err != nil {
			return err
		}
	}
	if !ok {
		return r.Text(r.At(name), string(data))
	}
	return nil
}

// content returns a file below the root, which no link leads out of.
func (f *files) content(name string) ([]byte, error) {
	file, err := os.OpenInRoot(f.root, filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(errors.New("is not a file"), err)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(data) > maxFile {
		return nil, fmt.Errorf("is larger than %d MiB: read it as dir:, or split it", maxFile>>20)
	}
	return data, err
}

// Reread shows again what is at a location.
func (f *files) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	for name := at.Path; name != "." && name != "/"; name = path.Dir(name) {
		data, err := f.content(name)
		if err != nil {
			continue
		}
		return again(at, yield, func(v sprawl.Visitor) error {
			return f.Read(ctx, sprawl.Unit{Target: f.target, Name: name, Bytes: int64(len(data))}, v)
		})
	}
	return sprawl.ErrGone
}

// parse returns the objects in a text of JSON or of YAML documents, and whether
// that is all that the text holds.
func parse(data []byte) (objects []map[string]any, ok bool) {
	if trimmed := bytes.TrimSpace(data); bytes.HasPrefix(trimmed, []byte("{")) {
		var o map[string]any
		if json.Unmarshal(trimmed, &o) == nil {
			return keep(nil, o)
		}
	}
	return parseYAML(data)
}

func keep(objects []map[string]any, o map[string]any) ([]map[string]any, bool) {
	if text(o["kind"]) == "" || text(o["apiVersion"]) == "" {
		return objects, false
	}
	return append(objects, o), true
}

// parseYAML reads documents until one is wrong, or is much larger than its text,
// as where aliases repeat what is long. The library panics on some texts that
// are wrong.
func parseYAML(data []byte) (objects []map[string]any, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	n := namer{left: 4*len(data) + 1<<20}
	for ok = true; ; {
		var o map[string]any
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects, ok
		}
		if err != nil {
			return objects, false
		}
		if len(o) == 0 {
			continue // a document of comments
		}
		var is bool
		named, _ := n.byName(o, 0).(map[string]any)
		if n.left < 0 {
			return objects, false
		}
		objects, is = keep(objects, named)
		ok = ok && is
	}
}

// A namer bounds how much all that it looked at can take up.
type namer struct{ left int }

// byName returns v with the keys of all maps as text, which JSON wants. What is
// nested too deep is left out.
func (n *namer) byName(v any, depth int) any {
	if n.left--; depth > 100 || n.left < 0 {
		return nil
	}
	switch v := v.(type) {
	case string:
		n.left -= len(v)
	case map[string]any:
		for key, value := range v {
			n.left -= len(key)
			v[key] = n.byName(value, depth+1)
		}
	case map[any]any:
		all := make(map[string]any, len(v))
		for key, value := range v {
			name := text(key)
			n.left -= len(name)
			all[name] = n.byName(value, depth+1)
		}
		return all
	case []any:
		for i, value := range v {
			v[i] = n.byName(value, depth+1)
		}
	}
	return v
}
