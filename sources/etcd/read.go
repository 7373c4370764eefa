package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

const (
	keysAtOnce   = 1000
	valuesAtOnce = 100
	// revisions is how many earlier values of a key are shown, at most.
	revisions = 10
)

// end returns the first key after all that begin with prefix; "\x00" stands for
// the end of all keys.
func end(prefix string) []byte {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return b[:i+1]
		}
	}
	return []byte{0}
}

// first returns where a range begins; "\x00" stands for the first key.
func first(key string) []byte {
	if key == "" {
		return []byte{0}
	}
	return []byte(key)
}

// top returns the directory below the prefix that holds key, with its slash, or
// key itself.
func (e *Etcd) top(key string) string {
	rest := strings.TrimPrefix(key, e.prefix)
	skip := len(rest) - len(strings.TrimLeft(rest, "/"))
	if i := strings.IndexByte(rest[skip:], '/'); i >= 0 {
		return key[:len(key)-len(rest)+skip+i+1]
	}
	return key
}

// Units lists the directories and keys at the top, each with all below it. What
// lies in a directory is jumped over.
func (e *Etcd) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	last, at := "", first(e.prefix)
	for {
		keys, more, err := e.get(ctx, request{Key: at, End: end(e.prefix), Limit: keysAtOnce, KeysOnly: true})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return &sprawl.Gap{Target: e.target, What: "the list of keys", Why: e.why(err)}
		}
		for _, k := range keys {
			name := e.top(string(k.Key))
			if name == last {
				continue
			}
			last = name
			if err := yield(sprawl.Unit{Target: e.target, Name: name, Bytes: 1 << 14, Remote: true}); err != nil {
				return err
			}
		}
		if !more || len(keys) == 0 {
			return nil
		}
		at = after(last)
	}
}

// after returns the first key that is not in a unit.
func after(unit string) []byte {
	if strings.HasSuffix(unit, "/") {
		return end(unit)
	}
	return append([]byte(unit), 0)
}

func (e *Etcd) needs() string {
	return fmt.Sprintf("a role with read permission for all keys that begin with %q (ETCDCTL_USER), or a target that names those that it has", e.prefix)
}

// why says what is needed. Where logins are wanted and nobody logged in, etcd
// says that the user name is empty.
func (e *Etcd) why(err error) string {
	if status := client.Status(err); status == 401 || status == 403 || strings.Contains(err.Error(), "user name is empty") {
		return err.Error() + "; it needs " + e.needs()
	}
	return err.Error()
}

// Read shows a key, or all below a directory.
func (e *Etcd) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	r := forge.NewReader(ctx, &e.log, v, sprawl.Target("etcd://"+e.base.Host), e.o.Reach, func(err error) error { return err })
	r.Says = forge.With(nil, sprawl.SaysTenant, e.base.Host, sprawl.SaysCustody, "plaintext-config")
	return r.Result(u.Name, e.needs(), e.read(r, u.Name))
}

func (e *Etcd) read(r *forge.Reader, unit string) error {
	at := []byte(unit)
	for {
		pairs, more, err := e.get(r.Ctx, request{Key: at, End: after(unit), Limit: valuesAtOnce})
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := r.Ctx.Err(); err != nil {
				return err
			}
			if err := e.key(r, &p); err != nil {
				return err
			}
		}
		if !more || len(pairs) == 0 {
			return nil
		}
		at = append(pairs[len(pairs)-1].Key, 0)
	}
}

// key shows a key's value, and those before it that were not compacted away.
func (e *Etcd) key(r *forge.Reader, p *pair) error {
	if err := show(r, p, true); err != nil {
		return err
	}
	for n := 0; n < revisions && p.Modified > p.Created; n++ {
		old, _, err := e.get(r.Ctx, request{Key: p.Key, Revision: p.Modified - 1})
		if compacted(err) {
			return nil
		}
		if err != nil {
			return r.Miss(string(p.Key)+": its earlier values", errors.New(e.why(err)))
		}
		if len(old) == 0 {
			return nil
		}
		p = &old[0]
		if err := show(r, p, false); err != nil {
			return err
		}
	}
	return nil
}

// compacted reports whether err says that a revision is not kept any more.
func compacted(err error) bool {
	return err != nil && strings.Contains(err.Error(), "has been compacted")
}

// show shows a value under the last part of its key, or, if it has lines, as
// the file that it is.
func show(r *forge.Reader, p *pair, current bool) error {
	path := string(p.Key)
	if !current {
		path += "@" + strconv.FormatInt(p.Modified, 10)
	}
	at := r.At(path, sprawl.SaysVersion, strconv.FormatInt(p.Version, 10), sprawl.SaysCurrent, strconv.FormatBool(current))
	if file(p) {
		return r.Text(at, string(p.Value))
	}
	return r.Fields(at, field(p))
}

func file(p *pair) bool { return bytes.ContainsAny(p.Value, "\n\x00") }

func field(p *pair) entry.Field {
	key := string(p.Key)
	return entry.Field{Name: key[strings.LastIndexByte(key, '/')+1:], Value: p.Value}
}

// Reread shows again the value at a location.
func (e *Etcd) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	in := request{Key: []byte(at.Path)}
	if i := strings.LastIndexByte(at.Path, '@'); i >= 0 && at.Says[sprawl.SaysCurrent] == "false" {
		in.Key = []byte(at.Path[:i])
		in.Revision, _ = strconv.ParseInt(at.Path[i+1:], 10, 64)
	}
	pairs, _, err := e.get(ctx, in)
	switch {
	case compacted(err) || err == nil && len(pairs) == 0:
		return errors.Join(sprawl.ErrGone, err)
	case err != nil:
		return &sprawl.Gap{Target: at.Target, What: at.Path, Why: e.why(err)}
	case file(&pairs[0]):
		return yield(pairs[0].Value)
	}
	return yield(entry.Text(field(&pairs[0])))
}
