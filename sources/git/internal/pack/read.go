package pack

import (
	"errors"
	"fmt"

	"github.com/seed-5dd601fe/sprawl"
)

// maxChain bounds the deltas between an object and its whole base, for random
// access; git itself makes no more than 4095.
const maxChain = 10000

var (
	errNoBase = errors.New("base of the object is not in the repository")
	errChain  = errors.New("object is derived over too many steps, or from itself")
)

// A scratch is the memory of one goroutine for reading objects at random.
type scratch struct {
	inf         inflater
	links       []link
	data, other []byte
	delta       []byte
	loose       looseReader
}

// A link is an entry on the way from an object to a whole one.
type link struct {
	p   *Pack
	off int
	num int // negative if not known
	e   entry
}

// read returns the object at off in p, whose number is num, or negative if not
// known. What it returns has slack, and is good until the next call.
func (s *scratch) read(p *Pack, off, num int) (Type, []byte, error) {
	away, err := s.chain(p, off, num)
	if err != nil {
		return 0, nil, err
	}
	var t Type
	if away.IsZero() {
		t, err = s.whole()
	} else {
		t, err = s.fromLoose(p.store, away)
	}
	for i := len(s.links) - 1; i >= 0 && err == nil; i-- {
		err = s.derive(&s.links[i])
	}
	return t, s.data, err
}

// chain fills links, from the object to the one of which the base is a whole
// object or, if an id is returned, that loose object.
func (s *scratch) chain(p *Pack, off, num int) (away sprawl.ID, err error) {
	s.links = s.links[:0]
	for len(s.links) < maxChain {
		e, err := p.entry(off)
		if err != nil {
			return away, err
		}
		s.links = append(s.links, link{p, off, num, e})
		switch e.Type {
		case ofsDelta:
			off, num = e.base, -1
		case refDelta:
			ok := false
			if p, off, num, ok = p.base(off, e.ref); !ok {
				return idOf(e.ref), nil
			}
		default:
			return away, nil
		}
	}
	return away, errChain
}

// base returns where the base called ref of the refDelta at off is; false, if
// it is in no pack.
func (p *Pack) base(off int, ref []byte) (*Pack, int, int, bool) {
	if p.x != nil {
		if num, ok := p.x.lookup(ref); ok {
			return p, int(p.x.offset(num)), num, true
		}
	} else if at, ok := p.bases[off]; ok {
		return p, at, -1, true
	}
	q, num, ok := p.store.indexed(idOf(ref))
	if !ok {
		return p, 0, 0, false
	}
	return q, q.offset(num), num, true
}

// offset returns where object num is, which may be outside the pack.
func (p *Pack) offset(num int) int {
	if p.x != nil {
		return int(p.x.offset(num))
	}
	return int(p.found[num])
}

// whole inflates the last link into data, and takes it from links.
func (s *scratch) whole() (Type, error) {
	last := s.links[len(s.links)-1]
	s.links = s.links[:len(s.links)-1]
	if err := last.e.plausible(last.p.end - last.e.body); err != nil {
		return 0, err
	}
	s.data = grown(s.data, int(last.e.size))
	_, err := last.p.inflate(&s.inf, s.data[:cap(s.data)], last.off, &last.e, last.num)
	return last.e.Type, err
}

func (s *scratch) fromLoose(store *Store, id sprawl.ID) (Type, error) {
	t, data, err := store.loose(s, id)
	if errors.Is(err, ErrMissing) {
		return 0, fmt.Errorf("%w: %v", errNoBase, id)
	}
	s.data = append(grown(s.data, len(data))[:0], data...)
	return t, err
}

// derive turns data into what the delta at l makes of it.
func (s *scratch) derive(l *link) error {
	if err := l.e.plausible(l.p.end - l.e.body); err != nil {
		return err
	}
	s.delta = grown(s.delta, int(l.e.size))
	if _, err := l.p.inflate(&s.inf, s.delta[:cap(s.delta)], l.off, &l.e, l.num); err != nil {
		return err
	}
	ops, n, err := checkDelta(s.delta, len(s.data))
	if err != nil {
		return err
	}
	s.other = grown(s.other, n)
	if _, err := applyDelta(s.other, s.data, ops, nil); err != nil {
		return err
	}
	s.data, s.other = s.other, s.data
	return nil
}

// trim lets go of memory that one large object needed.
func (s *scratch) trim() {
	if cap(s.data)+cap(s.other)+cap(s.delta) > 16<<20 {
		s.data, s.other, s.delta = nil, nil, nil
	}
}
