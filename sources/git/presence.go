package git

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
)

// Presence is what a tree holds of what was found, and nothing else: names on
// the way to objects with findings. Trees with equal presence share a node, so
// that most trees of a history have node 0, which holds nothing, and two
// commits are compared by comparing two numbers.
type presence struct {
	g      *graph
	nodes  [][]pair          // each in order of name
	number map[string]uint32 // nodes by content
	of     []uint32          // by object; see unset and busy
	key    []byte
	stack  []visit
}

// A pair is a name, as in records, and a node or, for a leaf, an object.
type pair struct{ name, to uint32 }

const (
	empty = 0
	unset = ^uint32(0)
	busy  = ^uint32(0) - 1
)

// A visit is a tree of which the entries before next are settled.
type visit struct {
	tree  uint32
	next  int
	pairs []pair
	rec   []uint32
}

func newPresence(g *graph) *presence {
	p := &presence{g: g, nodes: [][]pair{nil}, number: map[string]uint32{"": empty}}
	p.of = make([]uint32, len(g.record))
	for i := range p.of {
		p.of[i] = unset
	}
	return p
}

// settle works out the nodes of many trees ahead of their use.
func (p *presence) settle(ctx context.Context, trees []uint32) {
	for i, t := range trees {
		if i&1023 == 0 && ctx.Err() != nil {
			return
		}
		p.node(t)
	}
}

// node returns the node of a tree, working out those of its subtrees first.
func (p *presence) node(tree uint32) uint32 {
	if tree >= uint32(len(p.of)) {
		return empty
	}
	if n := p.of[tree]; n < busy {
		return n
	}
	p.stack = append(p.stack[:0], visit{tree: tree, rec: p.g.at(p.g.record[tree])})
	p.of[tree] = busy
	for len(p.stack) > 0 {
		p.step()
	}
	return p.of[tree]
}

// step settles one entry of the tree on top of the stack, or the tree.
func (p *presence) step() {
	top := &p.stack[len(p.stack)-1]
	for top.next < len(top.rec) {
		name, num := top.rec[top.next], top.rec[top.next+1]
		if name&leaf != 0 {
			top.pairs = append(top.pairs, pair{name, num})
			top.next += 2
			continue
		}
		switch child := p.of[num]; child {
		case unset:
			if pos := p.g.record[num]; pos != 0 {
				p.of[num] = busy
				p.stack = append(p.stack, visit{tree: num, rec: p.g.at(pos)})
				return
			}
			p.of[num] = empty
		case empty, busy: // busy: a tree that holds itself, which no honest hash allows
		default:
			top.pairs = append(top.pairs, pair{name, child})
		}
		top.next += 2
	}
	p.of[top.tree] = p.intern(top.pairs)
	p.stack = p.stack[:len(p.stack)-1]
}

// intern returns the node with the given pairs.
func (p *presence) intern(pairs []pair) uint32 {
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.to, b.to))
	})
	p.key = p.key[:0]
	for _, w := range pairs {
		p.key = binary.LittleEndian.AppendUint32(p.key, w.name)
		p.key = binary.LittleEndian.AppendUint32(p.key, w.to)
	}
	n, ok := p.number[string(p.key)]
	if !ok {
		n = uint32(len(p.nodes))
		p.nodes = append(p.nodes, pairs)
		p.number[string(p.key)] = n
	}
	return n
}

// get returns what node holds under name: a node, or an object if the name is
// a leaf's.
func (p *presence) get(node, name uint32) (uint32, bool) {
	pairs := p.nodes[node]
	i, ok := slices.BinarySearchFunc(pairs, name, func(w pair, name uint32) int { return cmp.Compare(w.name, name) })
	if !ok {
		return 0, false
	}
	return pairs[i].to, true
}
