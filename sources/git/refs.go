package git

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// maxRefs bounds the number of refs, and maxPackedRefs the bytes of the file
// that lists them. Large forges have a few hundred thousand.
const (
	maxRefs       = 8 << 20
	maxPackedRefs = 1 << 30
)

// A ref is a name for an object.
type ref struct {
	name string // "refs/heads/main", "HEAD", "worktrees/x/HEAD"
	id   sprawl.ID
	to   string // of a symbolic ref, the name it stands for; id is then zero until resolved
}

// refs are all names that a repository has for objects. Nothing of the kind is
// left out: every namespace, the heads of other work trees, and what git keeps
// beside HEAD, such as ORIG_HEAD.
type refs struct {
	all    []ref // in order of name
	broken []string
	head   string // the branch that HEAD stands for, or ""
}

// readRefs reads the refs of the repository at p.
func readRefs(p place) (refs, error) {
	r := reader{found: make(map[string]ref)}
	r.packed(filepath.Join(p.common, "packed-refs"))
	r.tree(p.common, "")
	if p.dir != p.common {
		r.tree(p.dir, "")
	}
	worktrees, _ := os.ReadDir(filepath.Join(p.common, "worktrees"))
	for _, w := range worktrees {
		dir := filepath.Join(p.common, "worktrees", w.Name())
		if same(dir, p.dir) {
			continue
		}
		r.tree(dir, "worktrees/"+w.Name()+"/")
	}
	return r.resolve(), errors.Join(r.errs...)
}

func same(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// A reader collects refs by name; what is read later hides what was read
// before, as a loose ref hides a packed one.
type reader struct {
	found  map[string]ref
	broken []string
	errs   []error
}

// packed reads a packed-refs file.
func (r *reader) packed(path string) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPackedRefs))
	if err != nil || len(data) == maxPackedRefs {
		r.errs = append(r.errs, fmt.Errorf("packed-refs can't be read to its end: %v", err))
	}
	for len(data) > 0 && len(r.found) < maxRefs {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		if len(line) == 0 || line[0] == '#' || line[0] == '^' {
			continue
		}
		id, name, ok := bytes.Cut(line, []byte(" "))
		if oid, valid := parseID(id); ok && valid {
			r.found[string(name)] = ref{name: string(name), id: oid}
		} else {
			r.broken = append(r.broken, "a line of packed-refs")
		}
	}
}

// tree reads the loose refs in a git directory, and those that stand beside
// HEAD. Links are not followed.
func (r *reader) tree(dir, prefix string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && (name == "HEAD" || strings.HasSuffix(name, "_HEAD")) {
			r.file(filepath.Join(dir, name), prefix+name)
		}
	}
	root := filepath.Join(dir, "refs")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		name := prefix + filepath.ToSlash(rel)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			r.errs = append(r.errs, err)
		case len(r.found) >= maxRefs:
			return fmt.Errorf("more than %d refs", maxRefs)
		case e.IsDir() || strings.HasSuffix(name, ".lock"):
		default:
			r.file(path, name)
		}
		return nil
	})
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

// file reads one loose ref.
func (r *reader) file(path, name string) {
	data, err := readStart(path, 4096) // FETCH_HEAD has no bound, but starts with an id
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	line, _, _ := strings.Cut(string(data), "\n")
	if to, ok := strings.CutPrefix(line, "ref:"); ok {
		r.found[name] = ref{name: name, to: strings.TrimSpace(to)}
		return
	}
	if len(line) > 40 {
		line = line[:40] // FETCH_HEAD says more after the id
	}
	if id, ok := parseID([]byte(line)); ok {
		r.found[name] = ref{name: name, id: id}
		return
	}
	if !strings.HasSuffix(name, "FETCH_HEAD") || line != "" {
		r.broken = append(r.broken, name)
	}
}

// resolve follows symbolic refs and puts everything in order.
func (r *reader) resolve() refs {
	out := refs{broken: r.broken, head: r.found["HEAD"].to}
	for _, f := range r.found {
		for to, hops := f.to, 0; to != "" && hops < 5; hops++ {
			f.id, to = r.found[to].id, r.found[to].to
		}
		out.all = append(out.all, f)
	}
	slices.SortFunc(out.all, func(a, b ref) int { return strings.Compare(a.name, b.name) })
	slices.Sort(out.broken)
	return out
}

// parseID parses an object name of 40 hex digits.
func parseID(s []byte) (id sprawl.ID, ok bool) {
	if len(s) != 40 {
		return id, false
	}
	_, err := hex.Decode(id[:20], s)
	return id, err == nil
}

// rank orders refs by how much they say to a person: the branch one stands
// on, branches, tags, what was fetched, and everything else.
func (r *refs) rank(name string) int {
	switch {
	case name == r.head:
		return 0
	case strings.HasPrefix(name, "refs/heads/"), name == "HEAD":
		return 1
	case strings.HasPrefix(name, "refs/tags/"):
		return 2
	case strings.HasPrefix(name, "refs/remotes/"):
		return 3
	}
	return 4
}

// isHead reports whether what name holds is in use now: a branch, or a
// detached HEAD of any work tree.
func isHead(name string) bool {
	return name == "HEAD" || strings.HasPrefix(name, "refs/heads/") ||
		strings.HasPrefix(name, "worktrees/") && strings.HasSuffix(name, "/HEAD")
}
