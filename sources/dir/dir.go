// Package dir reads a directory tree, or a single file.
//
// It follows no symbolic link, opens no FIFO, socket or device, and reads
// nothing outside its target. Files are read, not mapped: a file that shrinks
// or changes while it is scanned can then do no harm.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/seed-5dd601fe/sprawl"
)

// ErrRequest is in the chain of every error that means that the target or an
// option is wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how a tree is read. The zero value reads all of it.
type Options struct {
	// Reach is how far, in bytes, a scanner looks beyond where a match starts:
	// ranges of a huge file overlap by as much. 0 stands for 64 KiB.
	Reach int

	// Exclude are patterns, as package doublestar reads them, of paths
	// relative to the target that are left out. One without a slash is matched
	// against the name alone, at any depth. What they left out is counted in
	// the tally.
	Exclude []string

	// IncludeGit reads .git directories as if they were any other. They are
	// left out otherwise, since the git source reads what is in them.
	IncludeGit bool
}

const (
	unitBytes = 4 << 20 // a unit closes when it holds this much,
	unitFiles = 256     // or so many files

	wholeMax  = 32 << 20 // a larger file is huge: it is cut into units of its own,
	rangeSize = 16 << 20 // each of this size

	defaultReach = 64 << 10
	maxReach     = rangeSize
)

// A Dir is a Source of one tree. Its methods may be called from several
// goroutines.
type Dir struct {
	target sprawl.Target
	root   string // the directory that paths are relative to
	only   string // the one file of it that is read, or ""
	o      Options

	objects atomic.Int64
	idle    sync.Pool // *reader
	lines   lineCounts

	mu      sync.Mutex
	groups  map[key]*group // every unit that was ever listed, huge files' apart
	skipped skips
}

// A key names a unit and what it held when it was listed.
type key struct{ name, version string }

// Open returns the Source of dir:PATH. A path that is not there, or is neither
// a directory nor a file, is ErrRequest. A path that is a symbolic link is
// followed, as the user named it.
func Open(_ context.Context, t sprawl.Target, o Options) (*Dir, error) {
	for _, pattern := range o.Exclude {
		if !doublestar.ValidatePattern(pattern) {
			return nil, fmt.Errorf("%w: %q is not a pattern of paths", ErrRequest, pattern)
		}
	}
	if o.Reach <= 0 {
		o.Reach = defaultReach
	}
	o.Reach = min(o.Reach, maxReach)
	d := &Dir{target: t, o: o, groups: map[key]*group{}}
	if err := d.locate(t.Rest()); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	return d, nil
}

// locate finds the root of what path names, so that no later step needs to
// follow a link.
func (d *Dir) locate(path string) error {
	if path == "" {
		path = "."
	}
	if strings.IndexByte(path, 0) >= 0 {
		return errors.New("a path can't hold a NUL byte")
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return reason(err)
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return reason(err)
	case info.IsDir():
		d.root = real
	case info.Mode().IsRegular():
		d.root, d.only = filepath.Dir(real), filepath.Base(real)
	default:
		return fmt.Errorf("is a %s, not a directory or file; pipe it to stdin: instead", special(info.Mode()))
	}
	return nil
}

// Tally returns how many files, links and listings of names were shown or
// refused, and what was left out.
func (d *Dir) Tally() sprawl.Tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := sprawl.Tally{Objects: d.objects.Load(), Skipped: d.skipped.gaps(d.target)}
	if t.Objects == 0 && len(t.Skipped) == 0 {
		t.Skipped = []sprawl.Gap{{Target: d.target, What: d.root, Why: "an empty directory: nothing was to be read"}}
	}
	return t
}

// special names the kind of a file that is not read.
func special(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "FIFO"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// reason strips an error of the path that its message repeats.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// gap returns that the file at path could not be read.
func (d *Dir) gap(path string, err error) sprawl.Gap {
	if path == "" {
		path = "."
	}
	return sprawl.Gap{Target: d.target, What: path, Why: reason(err).Error()}
}
