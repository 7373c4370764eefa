package git

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/seed-5dd601fe/sprawl"
)

// maxIndex bounds the index, in bytes. A million files take about 100 MB.
const maxIndex = 2 << 30

// An index is what gitformat-index(5) describes, as far as it says what is
// staged.
type index struct {
	entries []indexEntry
	tree    *cacheTree // nil if the index has none
	shared  string     // the index that this one adds to, or ""
}

// An indexEntry is a staged file.
type indexEntry struct {
	path   []byte
	mode   uint32
	id     sprawl.ID
	intent bool // "git add --intent-to-add": announced, with no content yet
}

// A cacheTree says of a directory which tree its entries make, so that it
// need not be compared entry by entry.
type cacheTree struct {
	id    sprawl.ID
	count int // of entries; -1 if the directory has changed since
	below map[string]*cacheTree
}

var errIndex = errors.New("the index is damaged; git status rebuilds it")

// readIndex reads an index and the shared index behind it. One that does not
// exist is empty.
func readIndex(path string) (*index, error) {
	if !exists(path) {
		return &index{}, nil
	}
	data, err := readStart(path, maxIndex)
	if err != nil {
		return nil, err
	}
	x, err := parseIndex(data)
	if err != nil || x.shared == "" {
		return x, err
	}
	// Entries of the shared index that this one replaces or deletes are kept
	// beside their replacements: reading one file too many loses nothing.
	data, err = readStart(filepath.Join(filepath.Dir(path), "sharedindex."+x.shared), maxIndex)
	if err != nil {
		return nil, err
	}
	base, err := parseIndex(data)
	if err != nil {
		return nil, err
	}
	return &index{entries: merged(base.entries, x.entries)}, nil
}

// merged merges two lists in order of path. Of two entries for one path, the
// second list's is kept.
func merged(base, over []indexEntry) []indexEntry {
	out := make([]indexEntry, 0, len(base)+len(over))
	for len(base) > 0 && len(over) > 0 {
		switch c := bytes.Compare(base[0].path, over[0].path); {
		case c < 0:
			out, base = append(out, base[0]), base[1:]
		case c == 0:
			base = base[1:]
		default:
			out, over = append(out, over[0]), over[1:]
		}
	}
	return append(append(out, base...), over...)
}

// parseIndex parses an index of version 2, 3 or 4. Paths share memory with
// data.
func parseIndex(data []byte) (*index, error) {
	if len(data) < 12+20 || string(data[:4]) != "DIRC" {
		return nil, errIndex
	}
	version := binary.BigEndian.Uint32(data[4:])
	count := int(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("index version %d is not supported", version)
	}
	rest := data[12 : len(data)-20]
	if count > len(rest)/62 {
		return nil, errIndex
	}
	x := &index{entries: make([]indexEntry, 0, count)}
	var last []byte
	for range count {
		e, n, err := parseEntry(rest, version, last)
		if err != nil {
			return nil, err
		}
		last, rest = e.path, rest[n:]
		x.entries = append(x.entries, e)
	}
	return x, x.extensions(rest)
}

// The flags of an index entry.
const (
	flagExtended = 0x4000
	flagIntent   = 0x2000 // in the second word
)

// parseEntry parses one entry and returns its length. last is the path before,
// which version 4 builds on.
func parseEntry(data []byte, version uint32, last []byte) (e indexEntry, n int, err error) {
	if len(data) < 62 {
		return e, 0, errIndex
	}
	e.mode = binary.BigEndian.Uint32(data[24:])
	copy(e.id[:], data[40:60])
	flags := binary.BigEndian.Uint16(data[60:])
	n = 62
	if flags&flagExtended != 0 {
		if version < 3 || len(data) < 64 {
			return e, 0, errIndex
		}
		e.intent = binary.BigEndian.Uint16(data[62:])&flagIntent != 0
		n = 64
	}
	strip := 0
	if version == 4 {
		var used int
		if strip, used = offsetVarint(data[n:]); used == 0 || strip > len(last) {
			return e, 0, errIndex
		}
		n += used
	}
	size := bytes.IndexByte(data[n:], 0)
	if size < 0 {
		return e, 0, errIndex
	}
	e.path = data[n : n+size]
	n += size + 1
	if version == 4 {
		e.path = append(last[:len(last)-strip:len(last)-strip], e.path...)
		return e, n, nil
	}
	n = (n + 7) &^ 7
	if n > len(data) {
		return e, 0, errIndex
	}
	return e, n, nil
}

// offsetVarint parses a number as OFS deltas write them, and returns how many
// bytes it takes, 0 if it is damaged.
func offsetVarint(data []byte) (value, used int) {
	for i, c := range data {
		if i > 4 {
			return 0, 0
		}
		value = value<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return value, i + 1
		}
		value++
	}
	return 0, 0
}

// extensions looks for what is of use in the extensions of an index.
func (x *index) extensions(data []byte) error {
	for len(data) >= 8 {
		name, size := string(data[:4]), int64(binary.BigEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return errIndex
		}
		body := data[8 : 8+size]
		data = data[8+size:]
		switch name {
		case "TREE":
			x.tree, _ = parseCacheTree(body, 0)
		case "link":
			if len(body) >= 20 && [20]byte(body) != [20]byte{} {
				x.shared = hex.EncodeToString(body[:20])
			}
		}
	}
	return nil
}

// parseCacheTree parses one node of the TREE extension and those below it, and
// returns the bytes after it. The node is nil if it is damaged.
func parseCacheTree(data []byte, depth int) (t *cacheTree, rest []byte) {
	t, _, rest, subtrees := parseCacheNode(data)
	if t == nil || depth > maxDepth {
		return nil, nil
	}
	for range subtrees {
		_, name, _, _ := parseCacheNode(rest)
		var child *cacheTree
		if child, rest = parseCacheTree(rest, depth+1); child == nil {
			return nil, nil
		}
		if t.below == nil {
			t.below = make(map[string]*cacheTree)
		}
		t.below[string(name)] = child
	}
	return t, rest
}

// parseCacheNode parses one node: name, NUL, number of entries, space, number
// of subtrees, newline, and an id if the number of entries is not negative.
func parseCacheNode(data []byte) (t *cacheTree, name, rest []byte, subtrees int) {
	name, rest, ok := bytes.Cut(data, []byte{0})
	line, rest, ok2 := bytes.Cut(rest, []byte("\n"))
	entries, below, ok3 := bytes.Cut(line, []byte(" "))
	count, err := strconv.Atoi(string(entries))
	subtrees, err2 := strconv.Atoi(string(below))
	if !ok || !ok2 || !ok3 || err != nil || err2 != nil || subtrees > len(rest) {
		return nil, nil, nil, 0
	}
	t = &cacheTree{count: count}
	if count >= 0 {
		if len(rest) < 20 {
			return nil, nil, nil, 0
		}
		copy(t.id[:], rest[:20])
		rest = rest[20:]
	}
	return t, name, rest, subtrees
}
