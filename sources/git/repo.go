package git

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// ErrRequest marks errors of which the request is the cause: the target is no
// repository, a revision does not exist. Nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say what of a repository is read, and how. The zero Options read
// everything.
type Options struct {
	// Reach is how far, in bytes, the scanner looks beyond where a match
	// starts; see unpack.Limits.
	Reach int

	// NoDelta withholds Base and Copies from the visitor, so that it scans
	// every object whole.
	NoDelta bool

	// Since limits reading to what the commits of a range bring: "REV" for
	// REV..HEAD, "A..B", or "A...B" for what B brings since the two parted.
	Since string

	// Tips limits reading to what these bring that Known does not lead to, as
	// a push does: commits, tags and whatever else a ref can stand for. A Known
	// that ends with a slash is every ref below it, such as refs/remotes/origin/;
	// one that is a full object name and is not here counts for nothing, which
	// makes the range larger.
	Tips, Known []string

	// Staged limits reading to what the index holds and HEAD does not.
	Staged bool

	// GitDir, IndexFile and ObjectDirs are what git hands to its hooks in
	// GIT_DIR, GIT_INDEX_FILE and, quarantine first, in GIT_OBJECT_DIRECTORY
	// and GIT_ALTERNATE_OBJECT_DIRECTORIES. Empty values mean the
	// repository's own.
	GitDir     string
	IndexFile  string
	ObjectDirs []string

	// Login returns with whom to log in at the host of an http remote; "" is
	// nobody. The host has a port where the URL has one. It may be nil.
	Login func(host string) (user, password string)

	// Progress, if not nil, is called with the number of bytes that a remote
	// has sent so far.
	Progress func(bytes int64)
}

// A Repo is an open repository. It is a Source, a Locator and a Tallier.
type Repo struct {
	target sprawl.Target
	opt    Options
	place  place
	remote *remote // nil for a repository on this machine
	refs   refs
	objs   *objects
	tally  tally

	planning sync.Mutex
	units    map[string]*unit // nil until planned
	order    []*unit
	graph    *graph // what reading trees and commits left for Locate
	since    *span  // nil unless Options.Since or Options.Tips
	staged   []staged
	shallow  map[sprawl.ID]bool
}

var (
	_ sprawl.Source  = (*Repo)(nil)
	_ sprawl.Locator = (*Repo)(nil)
	_ sprawl.Tallier = (*Repo)(nil)
)

// Open opens the repository that t names: git:PATH, where PATH lies in a work
// tree or is a bare repository, or git: followed by the URL of a remote, also
// written git+https://host/path. User information in a URL is used to connect
// and is in no output.
//
// An error is ErrRequest where the repository does not exist or the options
// ask for what it does not have.
func Open(ctx context.Context, t sprawl.Target, o Options) (*Repo, error) {
	path, url := split(t)
	r := &Repo{target: clean(t), opt: o}
	if url != "" {
		if o.Since != "" || o.Staged || len(o.Tips) > 0 {
			return nil, fmt.Errorf("%w: %s is a remote; a range or an index needs a repository on this machine", ErrRequest, r.target)
		}
		var err error
		r.remote, err = dial(url, o.Login)
		return r, err
	}
	if err := r.open(path); err != nil {
		r.Close()
		return nil, err
	}
	if err := r.narrow(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// open opens the repository at path on this machine.
func (r *Repo) open(path string) (err error) {
	if r.place, err = find(path, r.opt); err != nil {
		return err
	}
	format, err := readFormat(r.place.common)
	if err != nil {
		r.tally.gap(r.target, "config", err.Error())
	}
	if format.objects != "sha1" {
		why := fmt.Sprintf("object format %q is not supported; nothing was read", format.objects)
		return &sprawl.Gap{Target: r.target, What: "repository", Why: why}
	}
	if format.refs != "files" {
		r.tally.gap(r.target, "refs", fmt.Sprintf("ref storage %q is not supported: objects are read, but where they lie can't be told", format.refs))
	}
	r.objs, err = openObjects(r.place, r.opt)
	return err
}

// narrow works out the range or the index, if the options ask for one.
func (r *Repo) narrow(ctx context.Context) (err error) {
	switch {
	case r.opt.Staged:
		r.staged, err = r.readStaged(ctx)
	case r.opt.Since != "":
		r.since, err = r.readSpan(ctx, r.opt.Since)
	case len(r.opt.Tips) > 0:
		r.since, err = r.readPush(ctx, r.opt.Tips, r.opt.Known)
	}
	return err
}

// Close releases the repository's files. No Read may be under way.
func (r *Repo) Close() error {
	if r.objs == nil {
		return nil
	}
	return r.objs.close()
}

// Content calls yield with the bytes of one object, on loan until it returns.
func (r *Repo) Content(ctx context.Context, id sprawl.ID, yield func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.objs == nil {
		return fmt.Errorf("%s: %w", id, pack.ErrMissing)
	}
	if err := r.index(ctx); err != nil {
		return err
	}
	_, data, err := r.objs.read(id, nil)
	if err != nil {
		return &sprawl.Gap{Target: r.target, What: id.String(), Why: err.Error()}
	}
	return yield(data)
}

// Tally returns what was met so far.
func (r *Repo) Tally() sprawl.Tally {
	return r.tally.sum()
}
