package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// A reader shows one unit. Its buffer outlives the unit, so that reading a
// tree of small files allocates one path a file.
type reader struct {
	d     *Dir
	ctx   context.Context
	v     *unpack.Unpacker
	buf   []byte
	at    sprawl.Location
	chunk sprawl.Chunk
	gaps  []sprawl.Gap
}

// Read shows the files, links and names of u to v, with what archives among
// them hold.
func (d *Dir) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	r, _ := d.idle.Get().(*reader)
	if r == nil {
		r = &reader{d: d}
	}
	defer d.release(r)
	r.ctx, r.gaps = ctx, nil
	r.v = unpack.Wrap(v, unpack.Limits{Reach: d.o.Reach, Stop: ctx.Err})
	if err := r.unit(u, v); err != nil {
		return err
	}
	return joined(append(r.gaps, r.v.Gaps()...))
}

// release keeps the buffer of r, and nothing else, for the next unit.
func (d *Dir) release(r *reader) {
	*r = reader{d: d, buf: r.buf}
	d.idle.Put(r)
}

func (r *reader) unit(u sprawl.Unit, v sprawl.Visitor) error {
	if p, ok := strings.CutPrefix(u.Name, archiveUnit); ok {
		return r.archive(p)
	}
	if p, start, ok := cutRange(u.Name); ok {
		return r.hugeRange(v, p, start)
	}
	g, err := r.d.group(r.ctx, u)
	if err != nil {
		return err
	}
	r.gaps = append(r.gaps, g.gaps...)
	for i := range g.runs {
		if err := r.run(&g.runs[i]); err != nil {
			return err
		}
	}
	return r.ctx.Err()
}

// group returns the content of u, which may have been listed by another
// process.
func (d *Dir) group(ctx context.Context, u sprawl.Unit) (*group, error) {
	if g := d.listed(u); g != nil {
		return g, nil
	}
	if err := d.Units(ctx, func(sprawl.Unit) error { return nil }); err != nil {
		return nil, err
	}
	if g := d.listed(u); g != nil {
		return g, nil
	}
	return nil, &sprawl.Gap{Target: d.target, What: u.Name, Why: "changed since it was listed; scan again"}
}

func (d *Dir) listed(u sprawl.Unit) *group {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.groups[key{u.Name, u.Version}]
}

// run shows the entries of one directory: first their names, then each.
func (r *reader) run(n *run) error {
	if err := r.names(n); err != nil {
		return err
	}
	if !n.reads {
		return nil
	}
	f, err := openDir(filepath.Join(r.d.root, filepath.FromSlash(n.dir)))
	if err != nil {
		r.gaps = append(r.gaps, r.d.gap(n.dir, err))
		return nil
	}
	defer f.close()
	for rest := n.names; rest != ""; {
		var record string
		record, rest, _ = strings.Cut(rest, "\x00")
		if err := r.entry(f, n.dir, record[0], record[1:]); err != nil {
			return err
		}
	}
	return nil
}

// names shows the names in n, one a line, at the path of their directory.
func (r *reader) names(n *run) error {
	r.look(n.dir, sprawl.KindName)
	if n.bytes == 0 {
		r.d.objects.Add(1)
	}
	if !r.v.Offer(&r.at) {
		return nil
	}
	b := r.buf[:0]
	for rest := n.names; rest != ""; {
		var record string
		record, rest, _ = strings.Cut(rest, "\x00")
		b = append(append(b, record[1:]...), '\n')
	}
	r.buf = b[:0]
	r.chunk = sprawl.Chunk{At: &r.at, Data: b, Offset: n.bytes}
	if n.lines > 0 {
		r.chunk.Lines = func() int { return n.lines }
	}
	return r.v.Visit(&r.chunk)
}

// look sets the location of what is shown next.
func (r *reader) look(path string, kind sprawl.Kind) {
	r.at = sprawl.Location{Target: r.d.target, Path: path, Kind: kind}
}

func (r *reader) entry(f dirHandle, dir string, how byte, name string) error {
	if how == asName {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	kind := sprawl.KindBlob
	if how == asLink {
		kind = sprawl.KindLink
	}
	r.look(join(dir, name), kind)
	r.d.objects.Add(1)
	if !r.v.Offer(&r.at) {
		return nil
	}
	if how == asLink {
		return r.link(f, name)
	}
	return r.file(f, name)
}

// link shows where a symbolic link leads; nobody goes there.
func (r *reader) link(f dirHandle, name string) error {
	text, err := f.readlink(name)
	if err != nil {
		r.gaps = append(r.gaps, r.d.gap(r.at.Path, err))
		return nil
	}
	r.chunk = sprawl.Chunk{At: &r.at, Data: []byte(text)}
	return r.v.Visit(&r.chunk)
}

// file shows a file, whole unless it has become huge since it was listed.
func (r *reader) file(dir dirHandle, name string) error {
	f, err := dir.open(name)
	if err != nil {
		r.gaps = append(r.gaps, r.d.gap(r.at.Path, err))
		return nil
	}
	defer f.close()
	i, err := f.info()
	if err == nil && !i.mode.IsRegular() {
		err = errors.New("no longer a regular file: it was replaced by a " + special(i.mode))
	}
	if err == nil && i.size > wholeMax {
		return r.grown(f, i.size)
	}
	n := 0
	if err == nil {
		n, err = r.fill(f, i.size)
	}
	if err != nil {
		r.gaps = append(r.gaps, r.d.gap(r.at.Path, err))
	}
	if n == 0 {
		return nil
	}
	r.chunk = sprawl.Chunk{At: &r.at, Data: r.buf[:n]}
	return r.v.Visit(&r.chunk)
}

var errGrew = errors.New("grew while it was read: the rest was not read")

// fill reads f into the buffer and returns how much there is, with an error
// too. The one byte that is asked for beyond size tells, without another call,
// that the file ends there; files of /proc say that their size is 0.
func (r *reader) fill(f fileHandle, size int64) (int, error) {
	n := 0
	r.room(int(size) + 1)
	for {
		m, err := f.read(r.buf[n:cap(r.buf)])
		n += m
		switch {
		case err != nil && err != io.EOF:
			return n, err
		case m <= 0 || int64(n) == size:
			return n, nil
		case n > wholeMax:
			return n, errGrew
		case n == cap(r.buf):
			r.room(2 * n)
		}
	}
}

// room makes the buffer hold at least n bytes, and keeps what is in it.
func (r *reader) room(n int) {
	const least = 64 << 10
	if n <= cap(r.buf) {
		r.buf = r.buf[:cap(r.buf)]
		return
	}
	b := make([]byte, max(n+n/4, least))
	copy(b, r.buf)
	r.buf = b
}

// joined returns gaps as one error, or nil.
func joined(gaps []sprawl.Gap) error {
	errs := make([]error, len(gaps))
	for i := range gaps {
		errs[i] = &gaps[i]
	}
	return errors.Join(errs...)
}

// unexpected says that a unit's name is not one that this package gives.
func (d *Dir) unexpected(name string) error {
	return fmt.Errorf("%w: %s has no unit %q", ErrRequest, d.target, name)
}

// inside returns where p, from a unit's name, lies on disk. It refuses a path
// that leads outside the root.
func (d *Dir) inside(p string) (string, error) {
	local := filepath.FromSlash(p)
	if !filepath.IsLocal(local) {
		return "", d.unexpected(p)
	}
	return filepath.Join(d.root, local), nil
}
