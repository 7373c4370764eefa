package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/seed-5dd601fe/sprawl"
)

// A Pack is one packfile. Its methods may be called from several goroutines at
// once, but for Index.
type Pack struct {
	name  string
	data  []byte // the whole file
	end   int    // of the entries: what follows is the checksum
	n     int
	store *Store // where bases are that the pack itself lacks; may be nil

	received bool // nothing but a Walk finds out what its objects are called

	x *index // nil for a pack without one, whose objects are numbered as they come

	// Without an index, the pack says itself where its objects are, and what
	// they are called is computed.
	found    []uint64                 // where they start; nil until they were sought
	tail     error                    // why the search ended before n objects
	ids      [][20]byte               // zero where not known
	bases    map[int]int              // where the bases of refDeltas are, by where those are
	byID     atomic.Pointer[[]uint32] // numbers in order of id, made by Index
	prepared *forest

	lock   sync.Mutex // held while found, tail, ids, bases, byID and prepared are made
	closes []func() error
}

// openPack maps the packfile at path and its index. The error says what is
// wrong with either; a nil Pack, that nothing can be read.
func openPack(path string, s *Store) (*Pack, error) {
	data, unmap, err := openFile(path)
	if err != nil {
		return nil, err
	}
	p := &Pack{name: strings.TrimSuffix(filepath.Base(path), ".pack"), store: s, closes: []func() error{unmap}}
	if err := p.setData(data); err != nil {
		unmap()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := p.openIndex(strings.TrimSuffix(path, ".pack") + ".idx"); err != nil {
		if errors.Is(err, errSHA256) {
			p.Close()
			return nil, err
		}
		return p, err
	}
	return p, nil
}

// setData takes data for the content of the packfile.
func (p *Pack) setData(data []byte) error {
	n, err := packHeader(data)
	if err != nil {
		return err
	}
	if len(data) < 12+hashSize {
		return errors.New("packfile is too short")
	}
	p.data, p.end, p.n = data, len(data)-hashSize, n
	// An object takes 9 bytes at least: a byte of header, and 8 of zlib.
	if p.n > p.end/9 {
		return fmt.Errorf("packfile claims %d objects, which do not fit in it", n)
	}
	return nil
}

// packHeader returns the number of objects that the packfile in data declares.
func packHeader(data []byte) (int, error) {
	if len(data) < 12 || string(data[:4]) != "PACK" {
		return 0, errors.New("not a packfile")
	}
	if v := binary.BigEndian.Uint32(data[4:]); v != 2 && v != 3 {
		return 0, fmt.Errorf("packfile version %d is not known", v)
	}
	return int(binary.BigEndian.Uint32(data[8:])), nil
}

// openIndex maps the index at path. Where it can't be used, the pack is left
// without one: that costs time, but no object.
func (p *Pack) openIndex(path string) error {
	data, unmap, err := openFile(path)
	if err != nil {
		return fmt.Errorf("%w; the pack is read without its index", err)
	}
	if err = p.useIndex(data); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	if p.x == nil {
		unmap()
	} else {
		p.closes = append(p.closes, unmap)
	}
	return err
}

// useIndex takes the index in data for p, if it can be used at all.
func (p *Pack) useIndex(data []byte) error {
	x, err := parseIndex(data)
	if err != nil {
		return err
	}
	if x.n != p.n {
		return fmt.Errorf("index has %d objects and its pack %d", x.n, p.n)
	}
	p.x = x
	if !bytes.Equal(x.pack, p.data[p.end:]) {
		return errors.New("the pack was changed or cut off after its index was made")
	}
	return nil
}

// Close releases the pack's memory. A pack that belongs to a Store is closed
// with it.
func (p *Pack) Close() error {
	var errs []error
	for _, c := range p.closes {
		errs = append(errs, c())
	}
	p.closes = nil
	return errors.Join(errs...)
}

// Name returns the name of the pack's file without extension, "pack-<hash>".
func (p *Pack) Name() string { return p.name }

// Len returns the number of objects.
func (p *Pack) Len() int { return p.n }

// ID returns the id of object num, in 0..Len-1. Numbers are in order of id. In
// a pack without an index, such as Receive makes, they are in pack order, and
// ids are zero until a Walk has shown the object.
func (p *Pack) ID(num int) sprawl.ID {
	if p.x != nil {
		return idOf(p.x.name(num))
	}
	if num >= len(p.ids) {
		return sprawl.ID{}
	}
	return idOf(p.ids[num][:])
}

// Sorted reports whether the numbers of objects are in order of their ids.
func (p *Pack) Sorted() bool { return p.x != nil }

// NameOf returns the 20 bytes of the id of object num, on loan; see ID.
func (p *Pack) NameOf(num int) []byte {
	if p.x != nil {
		return p.x.name(num)
	}
	return p.ids[num][:]
}

// An entry is the header of an object in the pack.
type entry struct {
	Type Type // ofsDelta and refDelta included
	size uint64
	body int    // where the compressed data starts
	base int    // of an ofsDelta: where its base is
	ref  []byte // of a refDelta: the name of its base
}

var errEntry = errors.New("object's header is corrupt")

// entry reads the header at off.
func (p *Pack) entry(off int) (e entry, err error) {
	if off < 12 || off >= p.end {
		return e, errors.New("object is outside the packfile; is that cut off?")
	}
	data := p.data[:p.end]
	c := data[off]
	e.Type = Type(c >> 4 & 7)
	e.size = uint64(c & 15)
	i := off + 1
	for shift := 4; c&0x80 != 0; shift += 7 {
		if i >= len(data) || shift > 56 {
			return e, errEntry
		}
		c = data[i]
		i++
		e.size |= uint64(c&0x7f) << shift
	}
	switch e.Type {
	case Commit, Tree, Blob, Tag:
	case ofsDelta:
		back, n := offsetOf(data[i:])
		if n == 0 || back == 0 || back > uint64(off-12) {
			return e, errEntry
		}
		i += n
		e.base = off - int(back)
	case refDelta:
		if i+hashSize > len(data) {
			return e, errEntry
		}
		e.ref = data[i : i+hashSize]
		i += hashSize
	default:
		return e, errEntry
	}
	e.body = i
	return e, nil
}

// offsetOf reads the distance of an ofsDelta to its base, and returns how many
// bytes it takes; 0 if it is cut off or too long.
func offsetOf(b []byte) (uint64, int) {
	v := uint64(0)
	for i, c := range b[:min(len(b), 9)] {
		v |= uint64(c & 0x7f)
		if c&0x80 == 0 {
			return v, i + 1
		}
		v = (v + 1) << 7
	}
	return 0, 0
}

// inflate decompresses the entry at off, whose header is e, into dst, which
// has slack. It returns where the entry ends, and checks it against the CRC of
// the index, if num is not negative and there is one.
func (p *Pack) inflate(f *inflater, dst []byte, off int, e *entry, num int) (int, error) {
	var sum uint32
	checked := false
	if num >= 0 && p.x != nil {
		sum, checked = p.x.crc(num)
	}
	// A pack without index has its zlib checksums compared when it is searched.
	used, err := f.zlib(dst, int(e.size), p.data[e.body:p.end], !checked && p.found == nil)
	if err != nil {
		return 0, err
	}
	end := e.body + used
	if checked && crc32.ChecksumIEEE(p.data[off:end]) != sum {
		return 0, errors.New("object differs from its checksum in the index")
	}
	return end, nil
}

var errRoom = errors.New("object declares more than its data can hold")

// plausible refuses sizes that room bytes of compressed data can't give:
// deflate compresses at most 1032 times.
func (e *entry) plausible(room int) error {
	if e.size > maxObject {
		return errHuge
	}
	if e.size/1100 > uint64(room) {
		return errRoom
	}
	return nil
}
