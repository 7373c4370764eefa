package git

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// readPush works out what tips bring that known does not lead to.
func (r *Repo) readPush(ctx context.Context, tips, known []string) (*span, error) {
	s := &span{errs: gaps{target: r.target}}
	var heads, old []sprawl.ID
	for _, name := range tips {
		id, err := r.resolveName(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%w: revision %q: %v", ErrRequest, name, err)
		}
		commit, err := r.unwrap(ctx, s, id)
		if err != nil {
			return nil, fmt.Errorf("%w: revision %q: %v", ErrRequest, name, err)
		}
		if !commit.IsZero() {
			heads = append(heads, commit)
		}
	}
	for _, name := range known {
		ids, err := r.known(ctx, name)
		if err != nil {
			return nil, err
		}
		old = append(old, ids...)
	}
	return r.spanOf(ctx, "what is pushed", s, heads, old)
}

// unwrap returns the commit that id is, or is a tag of. Tags on the way are part
// of s, and so is what else a tag or ref can stand for.
func (r *Repo) unwrap(ctx context.Context, s *span, id sprawl.ID) (commit sprawl.ID, err error) {
	for range 10 {
		typ, data, err := r.objs.read(id, nil)
		if err != nil {
			return id, err
		}
		switch typ {
		case pack.Commit:
			return id, nil
		case pack.Blob:
			s.files = append(s.files, staged{id: id})
			return sprawl.ID{}, nil
		case pack.Tree:
			d := treeDiff{repo: r, span: s, opened: make(map[sprawl.ID]bool), compared: make(map[string]string)}
			return sprawl.ID{}, d.tree(ctx, "", id, nil, 0)
		}
		s.tags = append(s.tags, id)
		id = parseCommit(data).object
	}
	return id, errors.New("is a tag of a tag of a tag")
}

// known returns the commits that a name of what is known stands for.
func (r *Repo) known(ctx context.Context, name string) (ids []sprawl.ID, err error) {
	if !strings.HasSuffix(name, "/") {
		id, err := r.resolveName(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%w: revision %q: %v", ErrRequest, name, err)
		}
		if id, err = r.peelCommit(id); err != nil {
			return nil, nil // not here, or no commit: nothing is known by it
		}
		return []sprawl.ID{id}, nil
	}
	all, err := readRefs(r.place)
	if err != nil {
		return nil, &sprawl.Gap{Target: r.target, What: "refs", Why: err.Error()}
	}
	seen := make(map[sprawl.ID]bool)
	for _, f := range all.all {
		if !strings.HasPrefix(f.name, name) || seen[f.id] {
			continue
		}
		seen[f.id] = true
		if id, err := r.peelCommit(f.id); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// upstream returns the ref that a branch follows: what is "upstream}" or "u}",
// and branch "" for the one that HEAD stands for. It returns "" where there is
// none. The configuration is asked for the names of two refs, and nothing else.
func (r *Repo) upstream(branch, what string) string {
	if what != "upstream}" && what != "u}" {
		return ""
	}
	if branch == "" || branch == "HEAD" {
		head, err := readStart(filepath.Join(r.place.dir, "HEAD"), 4096)
		to, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: refs/heads/")
		if err != nil || !ok {
			return ""
		}
		branch = to
	}
	data, err := readSmall(filepath.Join(r.place.common, "config"))
	if err != nil {
		return ""
	}
	c, err := parseConfig(data)
	if err != nil {
		return ""
	}
	section := c.Section("branch").Subsection(branch)
	remote, merge := section.Option("remote"), section.Option("merge")
	if remote == "." {
		return merge
	}
	short, ok := strings.CutPrefix(merge, "refs/heads/")
	if !ok || remote == "" {
		return ""
	}
	return "refs/remotes/" + remote + "/" + short
}
