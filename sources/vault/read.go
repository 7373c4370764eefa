package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// maxDepth bounds how deep directories are followed.
const maxDepth = 64

// A reader is one Read in progress.
type reader struct {
	*Vault
	*forge.Reader
	mount mount
}

// Read shows an entry, or all entries below a directory.
func (v *Vault) Read(ctx context.Context, u sprawl.Unit, visitor sprawl.Visitor) error {
	parts := strings.SplitN(u.Name, " ", 3)
	if len(parts) != 3 {
		return &sprawl.Gap{Target: u.Target, What: u.Name, Why: "no such unit: list them again"}
	}
	m := mount{parts[1], parts[0] == "kv2"}
	target := sprawl.Target("vault://" + v.base.Host + "/" + strings.TrimSuffix(m.path, "/"))
	r := &reader{Vault: v, Reader: forge.NewReader(ctx, &v.log, visitor, target, v.o.Reach, func(err error) error { return err }), mount: m}
	tenant := v.base.Host
	if v.namespace != "" {
		tenant += "/" + v.namespace
	}
	r.Says = map[string]string{sprawl.SaysTenant: tenant, sprawl.SaysUnit: strings.TrimSuffix(m.path, "/"), sprawl.SaysCustody: "managed", sprawl.SaysNamespace: v.namespace}
	if v.namespace == "" {
		delete(r.Says, sprawl.SaysNamespace)
	}
	return r.Result(m.path+parts[2], "the capabilities list and read there", r.below(parts[2], 0))
}

// below shows what path names.
func (r *reader) below(path string, depth int) error {
	if !strings.HasSuffix(path, "/") {
		return r.entry(path)
	}
	if depth == maxDepth {
		r.Gap(path, "lies too deep")
		return nil
	}
	keys, err := r.list(r.Ctx, r.mount, path)
	if err != nil {
		return r.miss(path, err)
	}
	for _, key := range keys {
		if err := r.below(path+key, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// miss notes what could not be read, unless it vanished meanwhile.
func (r *reader) miss(path string, err error) error {
	if client.Status(err) == http.StatusNotFound && r.Ctx.Err() == nil {
		return nil
	}
	if client.Status(err) == http.StatusForbidden {
		err = errors.New(needs(err))
	}
	return r.Miss(path, err)
}

// entry shows an entry, in every version that is there.
func (r *reader) entry(path string) error {
	if !r.mount.two {
		var answer struct{ Data map[string]any }
		if _, err := r.ask.JSON(r.Ctx, "/"+r.mount.path+escaped(path), nil, &answer); err != nil {
			return r.miss(path, err)
		}
		return r.Fields(r.At(path), fields(answer.Data)...)
	}
	versions, newest, err := r.versions(path)
	if err != nil {
		return r.miss(path, err)
	}
	for _, n := range versions {
		if err := r.version(path, n, n == newest); err != nil {
			return err
		}
	}
	return nil
}

// versions returns those that were not deleted or destroyed, the newest first.
func (r *reader) versions(path string) (all []int, newest int, err error) {
	var answer struct {
		Data struct {
			Current  int `json:"current_version"`
			Versions map[string]struct {
				Deleted   string `json:"deletion_time"`
				Destroyed bool
			}
		}
	}
	if _, err := r.ask.JSON(r.Ctx, "/"+r.mount.path+"metadata/"+escaped(path), nil, &answer); err != nil {
		return nil, 0, err
	}
	for text, v := range answer.Data.Versions {
		if n, err := strconv.Atoi(text); err == nil && !v.Destroyed && v.Deleted == "" {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b int) int { return b - a })
	return all, answer.Data.Current, nil
}

// A secret is an entry of a store of version 2.
type secret struct {
	Data struct {
		Data     map[string]any
		Metadata struct {
			Created time.Time         `json:"created_time"`
			Custom  map[string]string `json:"custom_metadata"`
		}
	}
}

func (r *reader) version(path string, n int, current bool) error {
	var answer secret
	if _, err := r.ask.JSON(r.Ctx, "/"+r.mount.path+"data/"+escaped(path), url.Values{"version": {strconv.Itoa(n)}}, &answer); err != nil {
		return r.miss(fmt.Sprintf("%s, version %d", path, n), err)
	}
	says := []string{sprawl.SaysVersion, strconv.Itoa(n), sprawl.SaysCurrent, strconv.FormatBool(current), sprawl.SaysModified, forge.Stamp(answer.Data.Metadata.Created)}
	for name, value := range answer.Data.Metadata.Custom {
		says = append(says, sprawl.SaysLabel+name, value)
	}
	if !current {
		path = fmt.Sprint(path, "@", n)
	}
	return r.Fields(r.At(path, says...), fields(answer.Data.Data)...)
}

// fields returns the values of an entry as text: what is not text as JSON.
func fields(data map[string]any) (all []entry.Field) {
	for name, value := range data {
		text, ok := value.(string)
		if !ok {
			raw, err := json.Marshal(value)
			if err != nil || value == nil {
				continue
			}
			text = string(raw)
		}
		all = append(all, entry.Field{Name: name, Value: []byte(text)})
	}
	return all
}

// Reread shows again the entry at a location.
func (v *Vault) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	mounts, err := v.mounts(ctx)
	if err != nil {
		return v.gap(ctx, at.Path, err)
	}
	name := strings.TrimPrefix(string(at.Target), "vault://"+v.base.Host+"/") + "/"
	i := slices.IndexFunc(mounts, func(m mount) bool { return m.path == name })
	if i < 0 {
		return errors.Join(sprawl.ErrGone, &sprawl.Gap{Target: at.Target, What: name, Why: "there is no such store any more, or the token can't see it"})
	}
	path, number, _ := strings.Cut(at.Path, "@")
	var data map[string]any
	if mounts[i].two {
		var answer secret
		query := url.Values{}
		if number != "" {
			query.Set("version", number)
		}
		_, err = v.ask.JSON(ctx, "/"+name+"data/"+escaped(path), query, &answer)
		data = answer.Data.Data
	} else {
		var answer struct{ Data map[string]any }
		_, err = v.ask.JSON(ctx, "/"+name+escaped(path), nil, &answer)
		data = answer.Data
	}
	switch {
	case client.Status(err) == http.StatusNotFound:
		return errors.Join(sprawl.ErrGone, err)
	case err != nil:
		return v.gap(ctx, at.Path, err)
	}
	return yield(entry.Text(fields(data)...))
}
