package git

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// resolve returns the commit that a revision names, as gitrevisions(7) has it:
// a ref, an object name or the unique start of one, with any number of ~N, ^N
// and ^{commit}. BRANCH@{upstream} is the branch that the configuration says it
// follows. What needs a reflog is not supported.
func (r *Repo) resolve(ctx context.Context, rev string) (sprawl.ID, error) {
	base, suffix := rev, ""
	if i := strings.IndexAny(rev, "^~"); i >= 0 {
		base, suffix = rev[:i], rev[i:]
	}
	id, err := r.resolveName(ctx, base)
	if err != nil {
		return id, fmt.Errorf("%w: revision %q: %v", ErrRequest, rev, err)
	}
	if id, err = r.peelCommit(id); err == nil {
		id, err = r.climb(id, suffix)
	}
	if err != nil {
		return id, fmt.Errorf("%w: revision %q: %v", ErrRequest, rev, err)
	}
	return id, nil
}

// resolveName returns what a name without suffix stands for.
func (r *Repo) resolveName(ctx context.Context, name string) (sprawl.ID, error) {
	if name == "@" || name == "" {
		name = "HEAD"
	}
	if branch, what, ok := strings.Cut(name, "@{"); ok {
		if name = r.upstream(branch, what); name == "" {
			return sprawl.ID{}, fmt.Errorf("@{%s names nothing here; give a branch, tag or commit", what)
		}
	}
	if id, ok := parseID([]byte(name)); ok {
		return id, nil
	}
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		full := fmt.Sprintf(pattern, name)
		if pattern == "%s" && name != "HEAD" && !strings.HasPrefix(name, "refs/") && !strings.HasSuffix(name, "_HEAD") {
			continue // a file such as config is no ref
		}
		id, err := r.lookupRef(full)
		if !errors.Is(err, errNoRef) {
			return id, err
		}
	}
	return r.abbreviated(ctx, name)
}

// abbreviated returns the commit whose object name starts with prefix.
func (r *Repo) abbreviated(ctx context.Context, prefix string) (sprawl.ID, error) {
	even := prefix[:len(prefix)&^1]
	start, err := hex.DecodeString(strings.ToLower(even))
	if err != nil || len(prefix) < 4 || len(prefix) > 40 {
		return sprawl.ID{}, errors.New("there is no such branch, tag or commit")
	}
	if err := r.objs.list(ctx); err != nil {
		return sprawl.ID{}, err
	}
	var ids []sprawl.ID
	for id := range r.objs.startingWith(start) {
		if strings.HasPrefix(id.String(), strings.ToLower(prefix)) && !slices.Contains(ids, id) {
			if _, err := r.peelCommit(id); err == nil {
				ids = append(ids, id)
			}
		}
	}
	switch len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		return sprawl.ID{}, errors.New("there is no such branch, tag or commit")
	}
	return sprawl.ID{}, fmt.Errorf("%d commits start with it; give more digits", len(ids))
}

// startingWith yields the objects whose ids start with the given bytes.
func (o *objects) startingWith(start []byte) func(yield func(sprawl.ID) bool) {
	return func(yield func(sprawl.ID) bool) {
		each := func(n int, at func(int) sprawl.ID) bool {
			i := sort.Search(n, func(i int) bool { id := at(i); return bytes.Compare(id[:], start) >= 0 })
			for ; i < n; i++ {
				id := at(i)
				if !bytes.HasPrefix(id[:], start) {
					break
				}
				if !yield(id) {
					return false
				}
			}
			return true
		}
		for _, p := range o.packs {
			if !each(p.Len(), p.ID) {
				return
			}
		}
		each(len(o.loose), func(i int) sprawl.ID { return o.loose[i] })
	}
}

// peelCommit follows tags from id to a commit.
func (r *Repo) peelCommit(id sprawl.ID) (sprawl.ID, error) {
	for range 10 {
		typ, data, err := r.objs.read(id, nil)
		switch {
		case err != nil:
			return id, err
		case typ == pack.Commit:
			return id, nil
		case typ != pack.Tag:
			return id, fmt.Errorf("%s is a %s, not a commit", id, typ)
		}
		id = parseCommit(data).object
	}
	return id, errors.New("is a tag of a tag of a tag")
}

// suffixes matches one step of a revision's suffix.
var suffixes = regexp.MustCompile(`^(?:\^\{(?:commit)?\}|([~^])([0-9]{0,6}))`)

// climb follows the suffix of a revision from id to an ancestor.
func (r *Repo) climb(id sprawl.ID, suffix string) (sprawl.ID, error) {
	for suffix != "" {
		m := suffixes.FindStringSubmatch(suffix)
		if m == nil {
			return id, fmt.Errorf("%q is not supported", suffix)
		}
		suffix = suffix[len(m[0]):]
		if m[1] == "" {
			continue // ^{} and ^{commit}: it is one
		}
		n := 1
		if m[2] != "" {
			n, _ = strconv.Atoi(m[2])
		}
		steps, which := n, 1
		if m[1] == "^" {
			steps, which = 1, n
		}
		for range steps {
			var err error
			if id, err = r.parent(id, which); err != nil {
				return id, err
			}
		}
	}
	return id, nil
}

// parent returns the nth parent of a commit; the commit itself for 0.
func (r *Repo) parent(id sprawl.ID, n int) (sprawl.ID, error) {
	if n == 0 {
		return id, nil
	}
	_, data, err := r.objs.read(id, nil)
	if err != nil {
		return id, err
	}
	parents := parseCommit(data).parents
	if n > len(parents) {
		return id, fmt.Errorf("commit %s has %d parents", id, len(parents))
	}
	return parents[n-1], nil
}
