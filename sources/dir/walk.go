package dir

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/seed-5dd601fe/sprawl"
)

// A group is the content of a unit: some directories' entries, or parts of
// them. It keeps about as many bytes per file as its name has.
type group struct {
	runs  []run
	gaps  []sprawl.Gap // directories that could not be listed
	files int
	bytes int64
}

// A run is entries of one directory, in the directory's own order.
type run struct {
	dir   string // relative to the root, with slashes; "" is the root
	names string // for each entry, how it is read, its name, and a NUL
	reads bool   // whether any of them is more than a name
	bytes int64  // in the listing of the directory before this run,
	lines int    // and how many names that was
}

// How an entry is read: the first byte of its record in run.names.
const (
	asFile = 'f'
	asLink = 'l'
	asName = 'n' // only its name is shown: a directory, a huge file, a device
)

// An info is what a listing tells of a file.
type info struct {
	mode  fs.FileMode
	size  int64
	stamp [4]int64 // changes when the content does
}

// A walk lists a tree once.
type walk struct {
	d       *Dir
	ctx     context.Context
	yield   func(sprawl.Unit) error
	todo    []string // directories to list
	open    *group   // being filled
	version hash.Hash64
	closed  int // groups
	skipped skips
}

// Units walks the tree. Unreadable directories come to light when the unit
// that they belong to is read.
func (d *Dir) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	w := &walk{d: d, ctx: ctx, yield: yield, todo: []string{""}}
	w.reset()
	if err := w.all(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.skipped = w.skipped
	return nil
}

func (w *walk) reset() { w.open, w.version = &group{}, fnv.New64a() }

func (w *walk) all() error {
	for len(w.todo) > 0 {
		dir := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if err := w.directory(dir); err != nil {
			return err
		}
	}
	return w.close()
}

// close hands over the open group as a unit.
func (w *walk) close() error {
	g := w.open
	if len(g.runs) == 0 && len(g.gaps) == 0 {
		return nil
	}
	u := sprawl.Unit{
		Target:  w.d.target,
		Name:    "files/" + strconv.Itoa(w.closed),
		Version: strconv.FormatUint(w.version.Sum64(), 16),
		Bytes:   g.bytes,
	}
	w.d.mu.Lock()
	w.d.groups[key{u.Name, u.Version}] = g
	w.d.mu.Unlock()
	w.closed++
	w.reset()
	return w.yield(u)
}

// directory adds the entries of dir to the open group. Listing in batches
// keeps a directory of ten million files in bounds.
func (w *walk) directory(dir string) error {
	f, err := openListing(filepath.Join(w.d.root, filepath.FromSlash(dir)))
	if err != nil {
		w.failed(dir, err)
		return w.ctx.Err()
	}
	defer f.close()
	r := &runBuilder{run: run{dir: dir}}
	for {
		entries, err := f.next(1024)
		for _, e := range entries {
			if err := w.entry(f, r, e); err != nil {
				return err
			}
		}
		if err != nil && err != io.EOF {
			w.failed(dir, err)
		}
		if err != nil || len(entries) == 0 {
			break
		}
		if err := w.ctx.Err(); err != nil {
			return err
		}
	}
	w.flush(r)
	if r.marks == 3 && !w.d.o.IncludeGit {
		w.history(dir, dir, "its files were read, but git packs what they hold; ")
	}
	return w.ctx.Err()
}

// history says that the git repository at repo has more than is read. What is
// left out is at p.
func (w *walk) history(p, repo, why string) {
	repo = filepath.Join(w.d.root, filepath.FromSlash(repo))
	w.skipped.add(w.d.target, p, "git history: "+why+"scan it with git:"+repo)
}

func (w *walk) failed(dir string, err error) {
	w.open.gaps = append(w.open.gaps, w.d.gap(dir, err))
	io.WriteString(w.version, dir)
}

// A runBuilder gathers a run.
type runBuilder struct {
	run
	names []byte
	count int
	marks int // names that the top of a git directory has
}

// mark counts name if it is one of those.
func (r *runBuilder) mark(name string) {
	switch name {
	case "HEAD", "objects", "refs":
		r.marks++
	}
}

func (r *runBuilder) add(how byte, name string) {
	r.reads = r.reads || how != asName
	r.names = append(r.names, how)
	r.names = append(r.names, name...)
	r.names = append(r.names, 0)
	r.count++
}

// flush puts what r has gathered into the open group.
func (w *walk) flush(r *runBuilder) {
	if r.count == 0 {
		return
	}
	r.run.names = string(r.names)
	w.open.runs = append(w.open.runs, r.run)
	io.WriteString(w.version, r.dir)
	r.run.bytes += int64(len(r.names) - r.count) // a newline for each NUL, and nothing for the kind
	r.run.lines += r.count
	r.names, r.count, r.reads = r.names[:0], 0, false
}

// entry decides how e is read.
func (w *walk) entry(f listing, r *runBuilder, e fs.DirEntry) error {
	name := e.Name()
	if w.d.only != "" && name != w.d.only {
		return nil
	}
	r.mark(name)
	p := join(r.dir, name)
	if w.excluded(p, name) {
		return nil
	}
	switch mode := e.Type(); {
	case mode.IsDir():
		r.add(asName, name)
		w.enter(p, name)
	case mode.IsRegular():
		return w.file(f, r, e, p)
	case mode&fs.ModeSymlink != 0:
		r.add(asLink, name)
		w.open.files++
		w.stamp(name, link(f, e))
	default:
		r.add(asName, name)
		w.skipped.add(w.d.target, p, special(mode)+": not opened")
	}
	return w.full(r)
}

// join returns the path of an entry. There is nothing to clean.
func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// link returns what is known of a symbolic link; no more than its name, if
// that can't be had.
func link(f listing, e fs.DirEntry) info {
	i, _ := f.stat(e)
	return i
}

func (w *walk) excluded(p, name string) bool {
	for _, pattern := range w.d.o.Exclude {
		of := p
		if !strings.Contains(pattern, "/") {
			of = name
		}
		if doublestar.MatchUnvalidated(pattern, of) {
			w.skipped.exclude(pattern)
			return true
		}
	}
	return false
}

func (w *walk) enter(p, name string) {
	if name == ".git" && !w.d.o.IncludeGit {
		w.history(p, strings.TrimSuffix(p, name), "")
		return
	}
	w.todo = append(w.todo, p)
}

func (w *walk) file(f listing, r *runBuilder, e fs.DirEntry, p string) error {
	i, err := f.stat(e)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since it was listed
	}
	if err == nil && i.size > wholeMax {
		r.add(asName, e.Name())
		return w.huge(p, i)
	}
	r.add(asFile, e.Name())
	w.open.files++
	w.open.bytes += i.size
	w.stamp(e.Name(), i)
	return w.full(r)
}

// full closes the group if it has grown to a unit.
func (w *walk) full(r *runBuilder) error {
	g := w.open
	if g.bytes < unitBytes && g.files < unitFiles && len(r.names) < unitBytes {
		return nil
	}
	w.flush(r)
	return w.close()
}

func (w *walk) stamp(name string, i info) {
	var b [40]byte
	binary.LittleEndian.PutUint64(b[:], uint64(i.size))
	for n, s := range i.stamp {
		binary.LittleEndian.PutUint64(b[8+8*n:], uint64(s))
	}
	io.WriteString(w.version, name)
	w.version.Write(b[:])
}

// huge yields the units of a huge file: ranges that cover all of its data, and
// one for what is in it, if it is an archive.
func (w *walk) huge(p string, i info) error {
	f, err := openFile(filepath.Join(w.d.root, filepath.FromSlash(p)))
	if err != nil {
		w.open.gaps = append(w.open.gaps, w.d.gap(p, err))
		return nil
	}
	defer f.close()
	version := fmt.Sprintf("%x-%x", i.size, i.stamp)
	if isArchive(f) {
		u := sprawl.Unit{Target: w.d.target, Name: archiveUnit + p, Version: version, Bytes: i.size}
		if err := w.yield(u); err != nil {
			return err
		}
	}
	for start := int64(0); start < i.size; start += rangeSize {
		if start = nextData(f, start) / rangeSize * rangeSize; start >= i.size {
			break
		}
		if err := w.ctx.Err(); err != nil {
			return err
		}
		u := sprawl.Unit{Target: w.d.target, Name: rangeUnit(p, start), Version: version, Bytes: min(rangeSize, i.size-start)}
		if err := w.yield(u); err != nil {
			return err
		}
	}
	return nil
}
