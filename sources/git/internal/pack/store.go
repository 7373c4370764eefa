package pack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
)

// A Store is an object database: packs, loose objects and those of its
// alternates. Its methods may be called from several goroutines at once, but
// for Close.
type Store struct {
	dirs      []string
	packs     []*Pack
	problems  []error
	scratches sync.Pool
}

// maxAlternates bounds how far alternates of alternates are followed, as in
// git.
const maxAlternates = 5

// Open opens the object database in dir, a repository's "objects" directory,
// and its alternates. Packs that can't be opened do not fail it: they are in
// Problems. A pack whose index is absent or corrupt is read without one.
func Open(dir string) (*Store, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a directory", dir)
	}
	s := &Store{}
	s.open(dir, 0)
	return s, nil
}

// NewStore returns a Store of packs alone, which Close closes.
func NewStore(packs ...*Pack) *Store { return &Store{packs: packs} }

// open adds the objects directory dir and its alternates.
func (s *Store) open(dir string, depth int) {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		s.problem(err)
		return
	}
	for _, known := range s.dirs {
		if known == real {
			return
		}
	}
	s.dirs = append(s.dirs, real)
	s.openPacks(filepath.Join(real, "pack"))
	for _, path := range s.alternates(real) {
		if depth == maxAlternates {
			s.problem(fmt.Errorf("%s: alternates are nested too deep", real))
			return
		}
		if info, err := os.Stat(path); err != nil {
			s.problem(fmt.Errorf("alternate of %s: %w", real, err))
		} else if !info.IsDir() {
			s.problem(fmt.Errorf("alternate of %s: %s: not a directory", real, path))
		} else {
			s.open(path, depth+1)
		}
	}
}

func (s *Store) problem(err error) { s.problems = append(s.problems, err) }

func (s *Store) openPacks(dir string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		if !os.IsNotExist(err) {
			s.problem(err)
		}
		return
	}
	for _, file := range files {
		base, isPack := strings.CutSuffix(file.Name(), ".pack")
		if !isPack {
			if base, ok := strings.CutSuffix(file.Name(), ".idx"); ok {
				if _, err := os.Lstat(filepath.Join(dir, base+".pack")); err != nil {
					s.problem(fmt.Errorf("index without its pack: %w", err))
				}
			}
			continue
		}
		p, err := openPack(filepath.Join(dir, base+".pack"), s)
		if err != nil {
			s.problem(err)
		}
		if p != nil {
			s.packs = append(s.packs, p)
		}
	}
}

// alternates returns the object directories that dir/info/alternates names;
// gitrepository-layout(5).
func (s *Store) alternates(dir string) []string {
	path := filepath.Join(dir, "info", "alternates")
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		s.problem(fmt.Errorf("%s: not a file of reasonable size", path))
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		s.problem(err)
		return nil
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if quoted, err := strconv.Unquote(line); err == nil && line[0] == '"' {
			line = quoted
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, line)
		}
		all = append(all, line)
	}
	return all
}

// Close releases the files of s. Nothing that came from s may be in use.
func (s *Store) Close() error {
	var errs []error
	for _, p := range s.packs {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// Packs returns the packs of s.
func (s *Store) Packs() []*Pack { return s.packs }

// Problems returns what could not be opened or is in doubt, each error naming
// its file.
func (s *Store) Problems() []error { return s.problems }

// Has reports whether id is in s.
func (s *Store) Has(id sprawl.ID) bool {
	_, _, ok := s.Find(id)
	return ok || s.loosePath(id) != ""
}

// Find returns the pack that holds id, and its number there.
func (s *Store) Find(id sprawl.ID) (p *Pack, num int, ok bool) {
	if p, num, ok := s.indexed(id); ok {
		return p, num, ok
	}
	for _, p := range s.packs {
		if p.x == nil && !p.received && p.Index(context.Background()) == nil {
			if num, ok := p.Lookup(id); ok {
				return p, num, true
			}
		}
	}
	return nil, 0, false
}

// indexed is Find among the packs of which the index is at hand. It takes no
// lock, so that a pack may call it while it is being prepared.
func (s *Store) indexed(id sprawl.ID) (p *Pack, num int, ok bool) {
	if s == nil {
		return nil, 0, false
	}
	for _, p := range s.packs {
		if num, ok := p.Lookup(id); ok {
			return p, num, true
		}
	}
	return nil, 0, false
}

// typeOf returns the type of the object id from headers alone.
func (s *Store) typeOf(id sprawl.ID) (Type, error) {
	if s == nil {
		return 0, ErrMissing
	}
	sc := s.scratch()
	defer s.scratches.Put(sc)
	if p, num, ok := s.indexed(id); ok {
		away, err := sc.chain(p, p.offset(num), num)
		if err != nil {
			return 0, err
		}
		if away.IsZero() {
			return sc.links[len(sc.links)-1].e.Type, nil
		}
		id = away
	}
	t, _, err := s.loose(sc, id)
	return t, err
}

func (s *Store) scratch() *scratch {
	if sc, ok := s.scratches.Get().(*scratch); ok {
		return sc
	}
	return new(scratch)
}

// Read reads the object id whole, and appends its content to buf[:0]. The
// error is ErrMissing where s has no such object. The hash of a loose object is
// checked, that of a packed one is not: its entries have checksums.
func (s *Store) Read(id sprawl.ID, buf []byte) (t Type, data []byte, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = faulted(id.String(), v)
		}
	}()
	sc := s.scratch()
	defer s.scratches.Put(sc)
	defer sc.trim()
	first := error(ErrMissing)
	if p, num, ok := s.Find(id); ok {
		if t, data, err := sc.read(p, p.offset(num), num); err == nil {
			return t, append(buf[:0], data...), nil
		} else {
			first = fmt.Errorf("%v in %s: %w", id, p.name, err)
		}
	}
	t, data, err = s.loose(sc, id)
	if err == nil {
		return t, append(buf[:0], data...), nil
	}
	if first != ErrMissing {
		err = first
	}
	return 0, buf[:0], err
}
