package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A staged is a file that the index holds and HEAD does not, or not like this;
// or that a commit of a range has, and its parents have not, or not like this.
type staged struct {
	path   string
	id     sprawl.ID
	before []sprawl.ID // what is at its path in HEAD, or in the parents
}

// readStaged compares the index with the tree of HEAD. Directories that are
// unchanged by the index's own account are not opened.
func (r *Repo) readStaged(ctx context.Context) ([]staged, error) {
	x, err := readIndex(r.place.index)
	if err != nil {
		return nil, &sprawl.Gap{Target: r.target, What: "index", Why: err.Error()}
	}
	tree, err := r.headTree()
	if err != nil {
		return nil, &sprawl.Gap{Target: r.target, What: "HEAD", Why: err.Error()}
	}
	d := differ{repo: r}
	if err := d.dir(ctx, x.entries, 0, tree, x.tree, 0); err != nil {
		return nil, err
	}
	if len(d.out) == 0 {
		r.tally.skip(r.target, "index", "nothing is staged: there was nothing to read")
	}
	return d.out, nil
}

// headTree returns the tree of HEAD, or the zero ID if there is no commit yet.
func (r *Repo) headTree() (sprawl.ID, error) {
	id, err := r.lookupRef("HEAD")
	if errors.Is(err, errNoRef) {
		return sprawl.ID{}, nil
	}
	if err != nil {
		return id, err
	}
	_, data, err := r.objs.read(id, nil)
	if err != nil {
		return id, fmt.Errorf("commit %s: %w", id, err)
	}
	return parseCommit(data).tree, nil
}

// A differ compares an index with a tree.
type differ struct {
	repo *Repo
	out  []staged
}

// dir compares the entries below a directory, whose path is the first prefix
// bytes of theirs, with its tree in HEAD.
func (d *differ) dir(ctx context.Context, entries []indexEntry, prefix int, tree sprawl.ID, cache *cacheTree, depth int) error {
	if cache != nil && cache.count >= 0 && cache.id == tree {
		return nil
	}
	if depth > maxDepth {
		return &sprawl.Gap{Target: d.repo.target, What: "index", Why: "directories are nested too deeply"}
	}
	old, err := d.repo.entriesOf(tree)
	if err != nil {
		d.repo.tally.gap(d.repo.target, "tree "+tree.String(), err.Error()+"; what is staged below it is read whole")
	}
	for len(entries) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := entries[0]
		name, below, nested := bytes.Cut(e.path[min(prefix, len(e.path)):], []byte("/"))
		if !nested || e.mode == modeSparse && len(below) == 0 {
			d.file(e, old[string(name)])
			entries = entries[1:]
			continue
		}
		end := prefix + len(name) + 1
		n := 1
		for n < len(entries) && bytes.HasPrefix(entries[n].path, e.path[:end]) {
			n++
		}
		var sub *cacheTree
		if cache != nil {
			sub = cache.below[string(name)]
		}
		if err := d.dir(ctx, entries[:n], end, old[string(name)], sub, depth+1); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// The modes of index entries that are no files.
const (
	modeSparse  = 0o040000
	modeGitlink = 0o160000
)

// file notes e, unless HEAD has the same.
func (d *differ) file(e indexEntry, old sprawl.ID) {
	switch {
	case e.intent || e.id == old:
	case e.mode == modeGitlink:
		d.repo.tally.skip(d.repo.target, "submodule "+string(e.path), "at "+e.id.String()+" not read: it is another repository")
	case e.mode == modeSparse:
		d.repo.tally.gap(d.repo.target, string(e.path), "differs from HEAD as a whole directory of a sparse index; run git sparse-checkout disable")
	default:
		f := staged{path: string(e.path), id: e.id}
		if !old.IsZero() {
			f.before = []sprawl.ID{old}
		}
		d.out = append(d.out, f)
	}
}

// entriesOf returns the entries of a tree by name; none for the zero ID.
func (r *Repo) entriesOf(tree sprawl.ID) (map[string]sprawl.ID, error) {
	if tree.IsZero() {
		return nil, nil
	}
	typ, data, err := r.objs.read(tree, nil)
	if err == nil && typ != pack.Tree {
		err = fmt.Errorf("is a %s", typ)
	}
	if err != nil {
		return nil, err
	}
	all := make(map[string]sprawl.ID)
	for at := 0; at < len(data); {
		name, end, _ := entry(data, at)
		if end == 0 {
			return all, errors.New("is damaged")
		}
		var id sprawl.ID
		copy(id[:], data[end-20:end])
		all[string(name)] = id
		at = end
	}
	return all, nil
}

// perStaged is how many staged files make a unit.
const perStaged = 256

func (r *Repo) planStaged() {
	if len(r.staged) > 0 {
		r.add("index/names", stageBlobs, 1, func(ctx context.Context, v sprawl.Visitor) error {
			var names strings.Builder
			for _, f := range r.staged {
				names.WriteString(f.path + "\n")
			}
			s := r.shower(ctx, v)
			defer s.count()
			return s.text(sprawl.KindName, "index", []byte(names.String()))
		})
	}
	r.planEdits("index", r.staged)
}

// planFiles plans to read files of which the path is known.
func (r *Repo) planFiles(name string, files []staged) {
	for i := 0; i < len(files); i += perStaged {
		part := files[i:min(i+perStaged, len(files))]
		r.add(fmt.Sprintf("%s/%d", name, i/perStaged), stageBlobs, int64(len(part))<<13, func(ctx context.Context, v sprawl.Visitor) error {
			return r.readFiles(ctx, part, v)
		})
	}
}

// readFiles shows files of which the path is known.
func (r *Repo) readFiles(ctx context.Context, files []staged, v sprawl.Visitor) error {
	s := r.shower(ctx, v)
	defer s.count()
	var buf []byte
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		typ, data, err := r.objs.read(f.id, buf)
		if err != nil {
			s.gaps.add(f.path+" ("+f.id.String()+")", err)
			continue
		}
		buf = keepSmall(data)
		if err := s.show(&pack.Object{ID: f.id, Type: typ, Data: data}); err != nil {
			return err
		}
	}
	return s.gaps.err()
}

// locateStaged yields a life for every path of what is staged.
func (r *Repo) locateStaged(seen []sprawl.Sighting, yield func(sprawl.Life) error) error {
	paths := make(map[sprawl.ID][]string)
	for _, f := range r.staged {
		paths[f.id] = append(paths[f.id], f.path)
	}
	e := newEdits(r.staged, seen)
	seen, old := e.part(seen)
	for _, life := range old {
		if err := yield(life); err != nil {
			return err
		}
	}
	for _, s := range seen {
		for _, path := range paths[s.Object] {
			if e.carried(s.Credential, path) {
				continue
			}
			life := sprawl.Life{Credential: s.Credential, Path: path, Object: s.Object, Versions: 1, Note: "index"}
			if err := yield(life); err != nil {
				return err
			}
		}
	}
	return nil
}

// stagedPaths returns the paths of everything in the index, by content. An
// index that can't be read names nothing.
func (r *Repo) stagedPaths() map[sprawl.ID][]string {
	if r.remote != nil {
		return nil
	}
	x, err := readIndex(r.place.index)
	if err != nil {
		return nil
	}
	paths := make(map[sprawl.ID][]string)
	for _, e := range x.entries {
		paths[e.id] = append(paths[e.id], string(e.path))
	}
	return paths
}

// errNoRef says that a ref does not exist, or that no commit was made on it.
var errNoRef = errors.New("no such ref")

// lookupRef returns what one ref stands for, without reading all of them.
func (r *Repo) lookupRef(name string) (sprawl.ID, error) {
	for range 5 {
		data, err := r.looseRef(name)
		if errors.Is(err, os.ErrNotExist) {
			return r.packedRef(name)
		}
		if err != nil {
			return sprawl.ID{}, err
		}
		line, _, _ := strings.Cut(string(data), "\n")
		to, ok := strings.CutPrefix(line, "ref:")
		if !ok {
			if id, ok := parseID([]byte(line[:min(40, len(line))])); ok {
				return id, nil
			}
			return sprawl.ID{}, fmt.Errorf("%s is damaged", name)
		}
		name = strings.TrimSpace(to)
	}
	return sprawl.ID{}, fmt.Errorf("%s is a symbolic ref of a symbolic ref of a symbolic ref", name)
}

// looseRef returns the start of the file of a ref.
func (r *Repo) looseRef(name string) ([]byte, error) {
	if !filepath.IsLocal(name) {
		return nil, os.ErrNotExist
	}
	for _, dir := range []string{r.place.dir, r.place.common} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return readStart(path, 4096)
		}
	}
	return nil, os.ErrNotExist
}

// packedRef looks for one name in packed-refs.
func (r *Repo) packedRef(name string) (id sprawl.ID, err error) {
	f, err := os.Open(filepath.Join(r.place.common, "packed-refs"))
	if errors.Is(err, os.ErrNotExist) {
		return id, errNoRef
	}
	if err != nil {
		return id, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPackedRefs))
	if err != nil {
		return id, err
	}
	i := bytes.Index(append(data, '\n'), []byte(" "+name+"\n"))
	if i < 40 {
		return id, errNoRef
	}
	id, ok := parseID(data[i-40 : i])
	if !ok {
		return id, fmt.Errorf("packed-refs is damaged at %s", name)
	}
	return id, nil
}
