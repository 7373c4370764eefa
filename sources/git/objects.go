package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/bits"
	"path/filepath"
	"slices"
	"sort"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// objects are all objects of a repository, numbered: those of packs in the
// packs' own order, then the loose ones by id. An object that is stored twice
// has two numbers; number returns the first.
type objects struct {
	stores []*pack.Store
	packs  []*packed

	once     sync.Once
	loose    []sprawl.ID // in order
	looseErr error
}

// A packed is a pack with the number of its first object.
type packed struct {
	*pack.Pack
	first uint32

	// fan[i] is the first object whose id, shifted right by shift, is at
	// least i. It is nil until spread.
	fan   []uint32
	shift int

	mu      sync.Mutex
	readers []*pack.Reader // at rest
}

// openObjects opens the object databases of the repository at p.
func openObjects(p place, o Options) (*objects, error) {
	dirs := o.ObjectDirs
	if len(dirs) == 0 {
		dirs = []string{filepath.Join(p.common, "objects")}
	}
	objs := &objects{}
	for _, dir := range dirs {
		s, err := pack.Open(dir)
		if err != nil {
			objs.close()
			return nil, err
		}
		objs.stores = append(objs.stores, s)
	}
	objs.number0()
	return objs, nil
}

// number0 gives packs their first numbers. A pack that several stores hold, as
// a quarantine and the repository behind it do, counts once.
func (o *objects) number0() {
	o.packs = nil
	names := make(map[string]bool)
	for _, s := range o.stores {
		for _, p := range s.Packs() {
			if !names[p.Name()] {
				names[p.Name()] = true
				o.packs = append(o.packs, &packed{Pack: p})
			}
		}
	}
	slices.SortStableFunc(o.packs, func(a, b *packed) int { return b.Len() - a.Len() }) // only those after the first can repeat objects
	first := uint32(0)
	for _, p := range o.packs {
		p.first = first
		first += uint32(p.Len())
	}
}

func (o *objects) close() error {
	var errs []error
	for _, s := range o.stores {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// problems returns what could not be opened.
func (o *objects) problems() (all []error) {
	for _, s := range o.stores {
		all = append(all, s.Problems()...)
	}
	return all
}

// list finds the loose objects. number and size need it.
func (o *objects) list(ctx context.Context) error {
	o.once.Do(func() {
		for _, s := range o.stores {
			err := s.Loose(ctx, func(id sprawl.ID) error {
				o.loose = append(o.loose, id)
				return nil
			})
			o.looseErr = errors.Join(o.looseErr, err)
		}
		slices.SortFunc(o.loose, func(a, b sprawl.ID) int { return bytes.Compare(a[:], b[:]) })
		o.loose = slices.Compact(o.loose)
	})
	return o.looseErr
}

// firstLoose is the number of the first loose object.
func (o *objects) firstLoose() uint32 {
	if len(o.packs) == 0 {
		return 0
	}
	last := o.packs[len(o.packs)-1]
	return last.first + uint32(last.Len())
}

// size is one more than the largest number.
func (o *objects) size() uint32 { return o.firstLoose() + uint32(len(o.loose)) }

// number returns the number of id.
func (o *objects) number(id sprawl.ID) (uint32, bool) { return o.numberOf(id[:20]) }

// numberOf returns the number of the object with the 20 bytes of name.
func (o *objects) numberOf(name []byte) (uint32, bool) {
	for _, p := range o.packs {
		if num, ok := p.find(name); ok {
			return p.first + uint32(num), true
		}
	}
	if len(o.loose) == 0 {
		return 0, false
	}
	i, ok := slices.BinarySearchFunc(o.loose, idOf(name), func(a, b sprawl.ID) int { return bytes.Compare(a[:], b[:]) })
	return o.firstLoose() + uint32(i), ok
}

// isFirst reports whether number is the first of the object with that id.
func (o *objects) isFirst(number uint32, id sprawl.ID) bool {
	if p := o.packs; len(p) > 0 && p[0].Sorted() && number < uint32(p[0].Len()) {
		return number == 0 || [20]byte(p[0].NameOf(int(number)-1)) != [20]byte(id[:20])
	}
	return !o.repeated(number, id)
}

// repeated reports whether the object with the given number is stored before
// under another one.
func (o *objects) repeated(number uint32, id sprawl.ID) bool {
	first, ok := o.number(id)
	return ok && first != number
}

// id returns the id of the object with the given number.
func (o *objects) id(number uint32) sprawl.ID {
	if first := o.firstLoose(); number >= first {
		return o.loose[number-first]
	}
	i := sort.Search(len(o.packs), func(i int) bool { return o.packs[i].first > number }) - 1
	return o.packs[i].ID(int(number - o.packs[i].first))
}

// typeOf returns the type of the object with the given number, or 0 if it
// can't be read.
func (o *objects) typeOf(number uint32) pack.Type {
	if first := o.firstLoose(); number >= first {
		typ, _, _ := o.read(o.loose[number-first], nil)
		return typ
	}
	i := sort.Search(len(o.packs), func(i int) bool { return o.packs[i].first > number }) - 1
	return o.packs[i].Type(int(number - o.packs[i].first))
}

// read appends the content of id to buf[:0].
func (o *objects) read(id sprawl.ID, buf []byte) (typ pack.Type, data []byte, err error) {
	err = pack.ErrMissing
	for _, s := range o.stores {
		if typ, data, err = s.Read(id, buf); !errors.Is(err, pack.ErrMissing) {
			return typ, data, err
		}
	}
	return 0, nil, err
}

// reader returns a Reader that no one else uses; rest takes it back.
func (p *packed) reader() *pack.Reader {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.readers); n > 0 {
		r := p.readers[n-1]
		p.readers = p.readers[:n-1]
		return r
	}
	return p.NewReader()
}

func (p *packed) rest(r *pack.Reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readers = append(p.readers, r)
}

// find is Lookup for someone who looks millions of times: an index's own
// fan-out has 256 ways and leaves a dozen reads from cold memory, this one
// leaves one or two.
func (p *packed) find(name []byte) (num int, ok bool) {
	if p.fan == nil {
		return p.Lookup(idOf(name))
	}
	way := prefix(name) >> p.shift
	lo, hi := p.fan[way], p.fan[way+1]
	if hi-lo > 32 {
		return p.Lookup(idOf(name)) // ids made to look alike
	}
	for ; lo < hi; lo++ {
		if [20]byte(p.NameOf(int(lo))) == [20]byte(name) {
			return int(lo), true
		}
	}
	return 0, false
}

// spread makes find fast. What a way holds lies in one or two lines of memory.
func (p *packed) spread() {
	if p.fan != nil || !p.Sorted() {
		return
	}
	width := max(bits.Len(uint(p.Len()))-2, 1)
	fan := make([]uint32, 1<<width+1)
	p.shift = 64 - width
	next := uint64(0)
	for num := range p.Len() {
		for way := prefix(p.NameOf(num)) >> p.shift; next <= way; next++ {
			fan[next] = uint32(num)
		}
	}
	for ; next < uint64(len(fan)); next++ {
		fan[next] = uint32(p.Len())
	}
	p.fan = fan
}

// prefix returns the first bytes of a name as a number in the order of names.
func prefix(name []byte) uint64 { return binary.BigEndian.Uint64(name) }

// idOf returns the 20 bytes of name as an ID.
func idOf(name []byte) (id sprawl.ID) {
	copy(id[:20], name)
	return id
}
