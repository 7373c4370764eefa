package pack

import (
	"context"
	"errors"
	"io"

	"github.com/seed-5dd601fe/sprawl"
)

var errTodo = errors.New("pack: not written yet")

// A Store is an object database: packs, loose objects and those of its
// alternates. Its methods may be called from several goroutines at once.
type Store struct{}

// Open opens the object database in dir, a repository's "objects" directory,
// and its alternates. Packs that can't be opened do not fail it: they are in
// Problems.
func Open(dir string) (*Store, error) { return nil, errTodo }

// NewStore returns a Store of packs alone. Close closes them.
func NewStore(packs ...*Pack) *Store { return nil }

// Close releases the files of s. Nothing that came from s may be in use.
func (s *Store) Close() error { return nil }

// Packs returns the packs of s.
func (s *Store) Packs() []*Pack { return nil }

// Problems returns what could not be opened, each error naming its file.
func (s *Store) Problems() []error { return nil }

// Loose yields the id of every loose object, those of alternates included.
func (s *Store) Loose(ctx context.Context, yield func(id sprawl.ID) error) error { return errTodo }

// Has reports whether id is in s.
func (s *Store) Has(id sprawl.ID) bool { return false }

// Read appends the content of id to buf[:0]. The error is ErrMissing where s
// has no such object.
func (s *Store) Read(id sprawl.ID, buf []byte) (Type, []byte, error) { return 0, nil, errTodo }

// Find returns the pack that holds id, and its number there.
func (s *Store) Find(id sprawl.ID) (p *Pack, num int, ok bool) { return nil, 0, false }

// A Pack is one packfile.
type Pack struct{}

// Name returns the name of the pack's file without extension, "pack-<hash>".
func (p *Pack) Name() string { return "" }

// Len returns the number of objects.
func (p *Pack) Len() int { return 0 }

// ID returns the id of object num, in 0..Len-1. Numbers are in order of id; in
// a pack that Receive made, in pack order, and ids are zero until a Walk has
// shown the object.
func (p *Pack) ID(num int) sprawl.ID { return sprawl.ID{} }

// Lookup returns the number of the object id.
func (p *Pack) Lookup(id sprawl.ID) (num int, ok bool) { return 0, false }

// Prepare reads the header of every object and finds the delta families. It
// is needed before Type, Slices and Walk; calls after the first cost nothing.
func (p *Pack) Prepare(ctx context.Context) error { return errTodo }

// Type returns the type of object num, resolved through its deltas, or 0 for
// an object that can't be read.
func (p *Pack) Type(num int) Type { return 0 }

// Slices cuts the families whose objects are of type t into at most n slices
// of about equal cost, in pack order. Objects without a type, which can't be
// read, are in the slices of Blob, so that Walk names them to its bad.
func (p *Pack) Slices(t Type, n int) []Slice { return nil }

// A Slice is some families of a pack: work for one Reader.
type Slice struct {
	Bytes int64 // rough cost
}

// NewReader returns a Reader of p for use by one goroutine.
func (p *Pack) NewReader() *Reader { return nil }

// Index makes Lookup work for a pack that Receive made, once all its objects
// have been walked.
func (p *Pack) Index(ctx context.Context) error { return errTodo }

// A Reader is the scratch memory of one goroutine that walks slices of a
// pack, one after the other.
type Reader struct{}

// Walk shows every object of s to visit, each base before what is derived
// from it. The object and all it holds are on loan until visit returns. An
// object that can't be read is passed to bad, and so is all that is derived
// from it; the walk goes on. An error from visit stops the walk and is returned as
// it is.
func (r *Reader) Walk(ctx context.Context, s Slice, visit func(o *Object) error, bad func(id sprawl.ID, err error)) error {
	return errTodo
}

// Receive reads a packfile as a remote sends it, to the end of r, and checks
// its checksum. It is kept in memory up to 256 MB and beyond that in an unlinked
// temporary file. bases, if not nil, holds the objects that a thin pack
// refers to. progress, if not nil, is called with the bytes read so far.
func Receive(ctx context.Context, r io.Reader, bases *Store, progress func(bytes int64)) (*Pack, error) {
	return nil, errTodo
}
