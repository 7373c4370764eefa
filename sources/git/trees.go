package git

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A Namer is a Visitor that tells by a file's name alone whether it will find
// something in that name. Trees of which it knows all names are not shown to
// it: most versions of a directory differ in hashes only.
type Namer interface {
	// Plain reports that nothing is found in name, wherever it stands.
	Plain(name []byte) bool
	// Passed says that a tree of that many bytes was not shown.
	Passed(bytes int)
}

// A slot is what is known of a tree for those that are derived from it.
type slot struct {
	id    sprawl.ID
	plain bool // all names are
	dirs  []dir
}

// A dir is an entry that is a directory: where in the tree it begins, and the
// numbers of its name and object.
type dir struct {
	at       int
	key, num uint32
}

// A run is the part of a tree that is copied from its base, as far as the
// entries have been read.
type run struct {
	copies []sprawl.Copy
	base   *slot // nil if it is not known
	next   int   // of base.dirs: the one that probably comes next
}

// reach drops the copies that end at at, or before, and returns where the one
// ends that at lies in; 0 if there is none.
func (r *run) reach(at int) int {
	for len(r.copies) > 0 && r.copies[0].Dst+r.copies[0].N <= at {
		r.copies = r.copies[1:]
	}
	if len(r.copies) == 0 || r.copies[0].Dst > at {
		return 0
	}
	return r.copies[0].Dst + r.copies[0].N
}

// dir returns what the base has where the copied entry at at was taken from.
func (r *run) dir(at int) (d dir, ok bool) {
	if r.base == nil {
		return d, false
	}
	from := at - r.copies[0].Dst + r.copies[0].Src
	dirs := r.base.dirs
	if r.next >= len(dirs) || dirs[r.next].at != from {
		r.next, ok = slices.BinarySearchFunc(dirs, from, func(d dir, at int) int { return d.at - at })
		if !ok {
			return d, false
		}
	}
	r.next++
	return dirs[r.next-1], true
}

// tree goes through the entries of a tree. What those that lie inside a Copy
// say was found out when the base was read, in the same unit. It reports
// whether all names are plain.
func (k *collector) tree(num uint32, o *pack.Object) (plain bool) {
	k.ready()
	r := run{copies: o.Copies}
	if !o.Base.IsZero() && o.BaseSlot < len(k.slots) && k.slots[o.BaseSlot].id == o.Base {
		r.base = &k.slots[o.BaseSlot]
	}
	plain = k.namer != nil
	data := o.Data
	for at := 0; at < len(data); {
		name, end, mode := entry(data, at)
		if end == 0 {
			plain = false // damaged; what is before counts
			break
		}
		copied := r.reach(at)
		if plain && (copied < end-20 || r.base == nil || !r.base.plain) {
			plain = k.plainName(name)
		}
		raw := data[end-20 : end]
		switch mode {
		case modeTree:
			if d, ok := k.same(&r, at, copied >= end); ok {
				k.subtree(at, d.key, d.num)
			} else if key, num, ok := k.look(name, raw, o.ID); ok {
				k.subtree(at, key, num)
			}
		case modeLink:
			if copied < end {
				k.link(name, raw)
			}
		default:
			k.blob(name, raw, copied < end, o.ID)
		}
		at = end
	}
	k.keep(num, o, plain)
	return plain
}

// ready makes room for what is known of the entries and of the tree that is
// read next.
func (k *collector) ready() {
	k.pairs, k.dirs = k.pairs[:0], k.dirs[:0]
	if k.cache == nil {
		k.cache = make([]cached, cacheSize)
		k.present = make([][20]byte, presentSize)
		k.keys = make(map[string]uint32)
		k.names = make(map[string]struct{})
	}
}

// same is run.dir for an entry that is copied whole.
func (k *collector) same(r *run, at int, copied bool) (d dir, ok bool) {
	if !copied {
		return d, false
	}
	return r.dir(at)
}

// keep keeps what was found out of a tree.
func (k *collector) keep(num uint32, o *pack.Object, plain bool) {
	if k.following {
		k.g.record[num] = k.store()
	}
	if o.Slot < 0 {
		return
	}
	for o.Slot >= len(k.slots) {
		k.slots = append(k.slots, slot{})
	}
	s := &k.slots[o.Slot]
	s.id, s.plain = o.ID, plain
	s.dirs, k.dirs = k.dirs, s.dirs
}

// maxNames bounds how many plain names are remembered.
const maxNames = 1 << 15

// plainName reports whether nothing will be found in name.
func (k *collector) plainName(name []byte) bool {
	if _, ok := k.names[string(name)]; ok {
		return true
	}
	if !k.namer.Plain(name) {
		return false
	}
	if len(k.names) == maxNames {
		clear(k.names)
	}
	k.names[string(name)] = struct{}{}
	return true
}

// The modes of entries that matter.
const (
	modeBlob = iota
	modeTree
	modeLink
)

// entry parses the entry of a tree at data[at:]: mode, space, name, NUL, 20
// bytes of id. end is 0 if there is none.
func entry(data []byte, at int) (name []byte, end, mode int) {
	rest := data[at:]
	if len(rest) < 8 {
		return nil, 0, 0
	}
	sp, mode := modeOf(rest)
	if sp < 1 {
		return nil, 0, 0
	}
	nul := zero(rest, sp)
	if nul < sp || len(rest) < nul+21 {
		return nil, 0, 0
	}
	return rest[sp+1 : nul], at + nul + 21, mode
}

// zero returns the index of the first zero in data from i on, or -1. Names are
// short: the library's search takes longer to begin than this one to end.
func zero(data []byte, i int) int {
	const low = 0x0101010101010101
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		if z := (w - low) &^ w & (low << 7); z != 0 {
			return i + bits.TrailingZeros64(z)>>3
		}
	}
	if n := bytes.IndexByte(data[i:], 0); n >= 0 {
		return i + n
	}
	return -1
}

// The modes of most entries, as the first bytes of a little-endian number.
const (
	dirMode  = 0x20_30_30_30_30_34    // "40000 "
	fileMode = 0x20_34_34_36_30_30_31 // "100644 "
	fiveWide = 0xff_ff_ff_ff_ff_ff    // and the space
	sixWide  = 0xff_ff_ff_ff_ff_ff_ff // and the space
)

// modeOf returns where the mode of an entry ends, and what it is.
func modeOf(data []byte) (end, mode int) {
	switch word := binary.LittleEndian.Uint64(data); {
	case word&sixWide == fileMode:
		return 6, modeBlob
	case word&fiveWide == dirMode:
		return 5, modeTree
	}
	return oddMode(data)
}

// oddMode is modeOf for all modes.
func oddMode(data []byte) (end, mode int) {
	end = bytes.IndexByte(data[:8], ' ') // old programs wrote leading zeros
	if end < 1 {
		return end, modeBlob
	}
	digits := data[:end]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	switch {
	case digits[0] == '4' && len(digits) == 5:
		mode = modeTree
	case digits[0] == '1' && len(digits) == 6 && digits[1] == '6':
		mode = modeLink
	}
	return end, mode
}

// subtree adds an entry that is a directory.
func (k *collector) subtree(at int, key, num uint32) {
	k.dirs = append(k.dirs, dir{at, key, num})
	if k.following {
		k.pairs = append(k.pairs, key<<1, num)
	}
}

// look looks the name and the object of an entry up that is a directory.
func (k *collector) look(name, raw []byte, from sprawl.ID) (key, num uint32, ok bool) {
	if k.following {
		if key, ok = k.keys[string(name)]; !ok {
			key = k.g.intern(string(name))
			k.keys[string(name)] = key
		}
	}
	c := &k.cache[binary.LittleEndian.Uint32(raw)&(cacheSize-1)]
	if c.ok && c.id == [20]byte(raw) {
		return key, c.num, true
	}
	num, ok = k.g.objs.numberOf(raw)
	if !ok {
		var id sprawl.ID
		copy(id[:], raw)
		k.absent.add(id, from.String())
		return 0, 0, false
	}
	*c = cached{[20]byte(raw), num, true}
	return key, num, true
}

// blob adds an entry that is a file, if something was found in it.
func (k *collector) blob(name, raw []byte, fresh bool, from sprawl.ID) {
	h := binary.LittleEndian.Uint16(raw)
	fresh = fresh && !k.given
	if !fresh && k.filter[h>>6]&(1<<(h&63)) == 0 {
		return
	}
	k.file(name, raw, fresh, from)
}

// file is blob for what is new, or reads like something that was found.
func (k *collector) file(name, raw []byte, fresh bool, from sprawl.ID) {
	var id sprawl.ID
	copy(id[:], raw)
	num, ok := k.dirty[id]
	if !ok {
		present := &k.present[binary.LittleEndian.Uint16(raw)&(presentSize-1)]
		if !fresh || *present == [20]byte(raw) {
			return
		}
		if num, ok = k.g.objs.numberOf(raw); !ok {
			k.absent.add(id, from.String())
			return
		}
		if !k.following || !k.found(id) {
			*present = [20]byte(raw)
			return
		}
		k.know(id, num)
	}
	k.pairs = append(k.pairs, k.g.intern(string(name))<<1|leaf, num)
}
