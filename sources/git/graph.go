package git

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A graph is what reading trees and commits leaves behind for Locate: which
// tree holds which, and which commit has which tree and parents. Objects go by
// number. It holds no content, only the names of directories and of files that
// lead to a finding.
type graph struct {
	objs   *objects
	fusing bool // collect while the visitor reads
	target sprawl.Target

	// record is, for every object, the position in blocks of what it holds if
	// it is a tree: a count, then pairs of a name and an object. 0 is nothing.
	record    []uint32
	looseType []pack.Type

	mu      sync.Mutex
	blocks  [][]uint32
	names   []string
	nameOf  map[string]uint32
	commits []commit
	done    map[string]bool // units that are collected
	absent  absent
	links   map[string]sprawl.ID // submodules, by name
	idle    []*collector
}

// A commit is a commit in numbers.
type commit struct {
	num     uint32
	tree    uint32 // none if it is absent
	date    int64  // of the committer, in seconds
	parents []uint32
	cut     bool // a parent is absent
}

// none is the number of no object.
const none = ^uint32(0)

// A name in a record has its lowest bit set if it is that of a leaf: of an
// object in which something was found. Name 0 is "", by which a tree that was
// found itself, for a file name, marks itself.
const (
	leaf     = 1
	selfName = 0
)

// Positions are a block and a word in it. The first word of the first block
// is not used, so that position 0 can mean nothing.
const (
	blockBits = 16
	blockSize = 1 << blockBits
)

func newGraph(objs *objects, target sprawl.Target, fusing bool) *graph {
	return &graph{
		objs:      objs,
		fusing:    fusing,
		target:    target,
		looseType: make([]pack.Type, len(objs.loose)),
		names:     []string{""},
		nameOf:    map[string]uint32{"": selfName},
		done:      make(map[string]bool),
		links:     make(map[string]sprawl.ID),
	}
}

// prepare makes room for records; it is put off until there is a use for it.
func (g *graph) prepare() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.record == nil {
		g.record = make([]uint32, g.objs.size())
	}
}

// forget drops what was collected of trees.
func (g *graph) forget() {
	g.blocks, g.commits, g.idle = nil, nil, nil
	clear(g.record)
	clear(g.done)
}

// at returns the record at a position: pairs of name and object.
func (g *graph) at(pos uint32) []uint32 {
	if pos == 0 {
		return nil
	}
	block := g.blocks[pos>>blockBits][pos&(blockSize-1):]
	return block[1 : 1+2*block[0]]
}

// claim reserves room for a record of n words, whole blocks of it, and returns
// its position. The caller fills it, and may use what is left of the block.
func (g *graph) claim(n int) (pos uint32, room []uint32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.blocks) == 0 {
		n++
	}
	count := (n + blockSize - 1) / blockSize
	pos = uint32(len(g.blocks)) << blockBits
	room = make([]uint32, count*blockSize)
	for i := range count {
		g.blocks = append(g.blocks, room[i*blockSize:])
	}
	if pos == 0 {
		return 1, room[1:]
	}
	return pos, room
}

// intern returns the number of a name.
func (g *graph) intern(name string) uint32 {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, ok := g.nameOf[name]
	if !ok {
		n = uint32(len(g.names))
		g.names = append(g.names, name)
		g.nameOf[name] = n
	}
	return n
}

// An absent counts objects that something names and that are not there.
type absent struct {
	ids     map[sprawl.ID]struct{}
	more    int       // beyond maxAbsent, not told apart
	example sprawl.ID // one of them
	from    string    // the object or ref that names it
}

// maxAbsent bounds how many absent objects are told apart.
const maxAbsent = 1 << 20

func (a *absent) add(id sprawl.ID, from string) {
	if a.ids == nil {
		a.ids = make(map[sprawl.ID]struct{})
		a.example, a.from = id, from
	}
	// The example does not depend on which worker read what.
	if c := bytes.Compare(id[:], a.example[:]); c < 0 || c == 0 && from < a.from {
		a.example, a.from = id, from
	}
	if _, ok := a.ids[id]; ok {
		return
	}
	if len(a.ids) == maxAbsent {
		a.more++
		return
	}
	a.ids[id] = struct{}{}
}

func (a *absent) merge(b *absent) {
	a.more += b.more
	if len(b.ids) > 0 {
		a.add(b.example, b.from)
	}
	for id := range b.ids {
		if _, ok := a.ids[id]; !ok && id != b.example {
			a.add(id, b.from)
		}
	}
}

// gap returns what is absent as one gap, or nil.
func (a *absent) gap(t sprawl.Target) error {
	if len(a.ids) == 0 {
		return nil
	}
	atLeast := ""
	if a.more > 0 {
		atLeast = "at least "
	}
	return &sprawl.Gap{
		Target: t,
		What:   fmt.Sprintf("%s%d objects that are not here", atLeast, len(a.ids)),
		Why: fmt.Sprintf("such as %s, which %s names; in a partial clone run git fetch --refetch --no-filter, else git fsck",
			a.example, a.from),
	}
}
