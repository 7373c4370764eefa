package pack

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"runtime/debug"
	"strconv"

	"github.com/seed-5dd601fe/sprawl"
)

// keepBytes bounds what a Reader keeps of ancestors whose children are not all
// walked yet. What it drops, it derives again.
const keepBytes = 32 << 20

// A Reader is the scratch memory of one goroutine that walks slices of a
// pack, one after the other.
type Reader struct {
	p       *Pack
	inf     *inflater
	random  *scratch
	hash    hash.Hash
	stack   []frame
	kept    int      // bytes of data in stack
	keep    int      // how many may be
	free    [][]byte // buffers for results, each with slack
	idle    int      // bytes in free
	delta   []byte
	object  Object
	copies  []sprawl.Copy
	adopt   func(id sprawl.ID, pos uint32) []uint32 // more children, of which the forest does not know
	visited int
}

// A frame is an object of which children are still to be walked.
type frame struct {
	pos  uint32
	kids []uint32
	id   sprawl.ID
	data []byte // nil where it was dropped
}

// NewReader returns a Reader of p for use by one goroutine.
func (p *Pack) NewReader() *Reader {
	return &Reader{p: p, inf: new(inflater), random: new(scratch), keep: keepBytes, hash: sha1.New(), free: make([][]byte, 0, 8)}
}

// A walk is one call of Walk.
type walk struct {
	*Reader
	f     *forest
	ctx   context.Context
	visit func(o *Object) error
	bad   func(id sprawl.ID, err error)
}

// Walk shows every object of s to visit, each base before what is derived
// from it. The object and all it holds are on loan until visit returns. An
// object that can't be read is passed to bad, and so is all that is derived
// from it; the walk goes on. An error from visit stops the walk and is returned
// as it is. The pack must be prepared.
func (r *Reader) Walk(ctx context.Context, s Slice, visit func(o *Object) error, bad func(id sprawl.ID, err error)) error {
	return r.walk(ctx, r.p.prepared, s, visit, bad)
}

func (r *Reader) walk(ctx context.Context, f *forest, s Slice, visit func(o *Object) error, bad func(id sprawl.ID, err error)) (err error) {
	// The file may be cut off while it is mapped; that faults.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = faulted(r.p.name, v)
			r.stack, r.kept = r.stack[:0], 0
		}
	}()
	w := &walk{r, f, ctx, visit, bad}
	for _, root := range s.roots {
		if root.pos == noPos {
			bad(sprawl.ID{}, r.p.tail)
			continue
		}
		if k := f.kind[root.pos]; k > kind(Tag) {
			w.lose(root.pos, k.err())
			continue
		}
		if err := w.family(root.pos); err != nil {
			w.clear()
			return err
		}
	}
	return nil
}

// faulted returns the error for a panic with v, if it is that a mapped file was
// cut off; any other panic goes on. what is what was being read.
func faulted(what string, v any) error {
	fault, ok := v.(interface {
		error
		Addr() uintptr
	})
	if !ok {
		panic(v)
	}
	return fmt.Errorf("%s: a file was changed or removed while it was read: %w", what, fault)
}

// family walks what hangs from the root at pos.
func (w *walk) family(pos uint32) error {
	w.object.Type = w.f.kind[pos].Type()
	if err := w.plant(pos); err != nil {
		return err
	}
	for len(w.stack) > 0 {
		if w.visited++; w.visited&255 == 0 {
			if err := w.ctx.Err(); err != nil {
				return err
			}
		}
		if err := w.step(); err != nil {
			return err
		}
	}
	return nil
}

// plant shows the root at pos, and leaves it on the stack if it has children.
func (w *walk) plant(pos uint32) error {
	data, err := w.whole(pos)
	if err != nil {
		w.lose(pos, err)
		return nil
	}
	w.object.Base, w.object.Copies, w.object.BaseSlot = sprawl.ID{}, nil, -1
	return w.show(pos, data)
}

// whole returns the content of the root at pos, in a buffer of its own.
func (w *walk) whole(pos uint32) ([]byte, error) {
	off := int(w.f.offs[pos])
	e, err := w.p.entry(off)
	if err != nil {
		return nil, err
	}
	if e.Type == refDelta {
		_, data, err := w.random.read(w.p, off, w.f.numOf(pos))
		if err != nil {
			return nil, err
		}
		out := w.buffer(len(data))
		copy(out, data)
		return out, nil
	}
	if err := e.plausible(w.room(pos, &e)); err != nil {
		return nil, err
	}
	out := w.buffer(int(e.size))
	if _, err := w.p.inflate(w.inf, out[:cap(out)], off, &e, w.f.numOf(pos)); err != nil {
		w.release(out)
		return nil, err
	}
	return out, nil
}

// room returns how many bytes of compressed data the entry e at pos can have.
func (w *walk) room(pos uint32, e *entry) int {
	end := w.p.end
	if int(pos)+1 < len(w.f.offs) {
		end = min(end, int(w.f.offs[pos+1]))
	}
	return max(0, end-e.body)
}

// step walks the next child of the object on top of the stack.
func (w *walk) step() error {
	top := &w.stack[len(w.stack)-1]
	if top.data == nil {
		if err := w.regain(top); err != nil {
			w.pop(top)
			w.loseKids(top.kids, err)
			return nil
		}
	}
	pos := top.kids[0]
	top.kids = top.kids[1:]
	data, err := w.derive(pos, top.data)
	w.object.Base, w.object.BaseSlot = top.id, len(w.stack)-1
	if len(top.kids) == 0 {
		w.pop(top)
	}
	if err != nil {
		w.lose(pos, err)
		return nil
	}
	w.object.Copies = w.copies
	return w.show(pos, data)
}

// pop takes top, the top of the stack, from it.
func (w *walk) pop(top *frame) {
	w.kept -= len(top.data)
	w.release(top.data)
	top.data = nil
	w.stack = w.stack[:len(w.stack)-1]
}

// regain derives the data of a frame again.
func (w *walk) regain(top *frame) error {
	_, data, err := w.random.read(w.p, int(w.f.offs[top.pos]), w.f.numOf(top.pos))
	if err != nil {
		return err
	}
	top.data = w.buffer(len(data))
	copy(top.data, data)
	w.kept += len(data)
	return nil
}

// derive returns the content of the delta at pos, in a buffer of its own, and
// sets copies.
func (w *walk) derive(pos uint32, base []byte) ([]byte, error) {
	off := int(w.f.offs[pos])
	e, err := w.p.entry(off)
	if err != nil {
		return nil, err
	}
	if err := e.plausible(w.room(pos, &e)); err != nil {
		return nil, err
	}
	w.delta = grown(w.delta, int(e.size))
	if _, err := w.p.inflate(w.inf, w.delta[:cap(w.delta)], off, &e, w.f.numOf(pos)); err != nil {
		return nil, err
	}
	ops, n, err := checkDelta(w.delta, len(base))
	if err != nil {
		return nil, err
	}
	out := w.buffer(n)
	copies, err := applyDelta(out, base, ops, w.copies[:0])
	if err != nil {
		w.release(out)
		return nil, err
	}
	w.copies = copies
	return out, nil
}

// checkDelta returns the instructions of a delta for a base of that size, and
// the size of their result.
func checkDelta(delta []byte, base int) ([]byte, int, error) {
	size, n, ops, err := deltaSizes(delta)
	if err != nil {
		return nil, 0, err
	}
	if size != uint64(base) {
		return nil, 0, errDeltaBase
	}
	if n > 1<<20 && n != deltaResult(ops) {
		return nil, 0, errDelta
	}
	return ops, int(n), nil
}

// show passes an object to the visitor. It takes over data.
func (w *walk) show(pos uint32, data []byte) error {
	o := &w.object
	o.Num = w.f.numOf(pos)
	o.Data = data
	if w.p.x != nil {
		copy(o.ID[:hashSize], w.p.x.name(o.Num))
	} else {
		w.name(o)
	}
	kids := w.f.child[w.f.first[pos]:w.f.first[pos+1]]
	if w.adopt != nil {
		kids = append(w.adopt(o.ID, pos), kids...)
	}
	if len(kids) == 0 {
		o.Slot = -1
		err := w.visit(o)
		w.release(data)
		return err
	}
	o.Slot = len(w.stack)
	w.stack = append(w.stack, frame{pos, kids, o.ID, data})
	w.kept += len(data)
	if w.kept > w.keep {
		w.drop()
	}
	return w.visit(o)
}

// name sets the id of an object that no index names.
func (w *walk) name(o *Object) {
	known := &w.p.ids[o.Num]
	if *known == [hashSize]byte{} {
		*known = hashObject(w.hash, o.Type, o.Data)
	}
	copy(o.ID[:hashSize], known[:])
}

// drop lets go of the data of frames far down, until the rest is small enough
// or only the top is left.
func (w *walk) drop() {
	for i := range w.stack[:len(w.stack)-1] {
		f := &w.stack[i]
		w.kept -= len(f.data)
		w.release(f.data)
		f.data = nil
		if w.kept <= w.keep/2 {
			return
		}
	}
}

// lose reports the object at pos and all that is derived from it as bad.
func (w *walk) lose(pos uint32, err error) {
	w.bad(w.p.ID(w.f.numOf(pos)), err)
	if w.f.kind[pos] == badCycle {
		return // all of the cycle are roots
	}
	w.loseKids(w.f.child[w.f.first[pos]:w.f.first[pos+1]], err)
}

// loseKids reports the objects at kids and what is derived from them as bad.
func (w *walk) loseKids(kids []uint32, err error) {
	if !errors.Is(err, errBase) {
		err = fmt.Errorf("%w: %w", errBase, err)
	}
	for todo := append([]uint32(nil), kids...); len(todo) > 0; {
		pos := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], w.f.child[w.f.first[pos]:w.f.first[pos+1]]...)
		w.bad(w.p.ID(w.f.numOf(pos)), err)
	}
}

var errBase = errors.New("base of the object can't be read")

// clear forgets an unfinished walk.
func (r *Reader) clear() {
	for i := range r.stack {
		r.release(r.stack[i].data)
		r.stack[i].data = nil
	}
	r.stack, r.kept = r.stack[:0], 0
}

// buffer returns memory for n bytes and slack.
func (r *Reader) buffer(n int) []byte {
	for i := len(r.free) - 1; i >= 0; i-- {
		if b := r.free[i]; cap(b) >= n+slack {
			last := len(r.free) - 1
			r.free[i] = r.free[last]
			r.free = r.free[:last]
			r.idle -= cap(b)
			return b[:n]
		}
	}
	return grown(nil, n)
}

// release takes back what buffer gave, unless too much lies idle already.
func (r *Reader) release(b []byte) {
	if b == nil || r.idle+cap(b) > keepBytes {
		return
	}
	if len(r.free) < cap(r.free) {
		r.free = append(r.free, b)
		r.idle += cap(b)
		return
	}
	for i := range r.free {
		if cap(r.free[i]) < cap(b) {
			r.idle += cap(b) - cap(r.free[i])
			r.free[i], b = b, r.free[i]
		}
	}
}

// grown returns b with a length of n, and room for slack; it does not keep
// what b holds.
func grown(b []byte, n int) []byte {
	if cap(b) < n+slack {
		size := n + slack
		if size < 1<<24 {
			size += size/4 + 512
		}
		b = make([]byte, size)
	}
	return b[:n]
}

// hashObject returns the name of an object: the SHA-1 of its type, size and
// content.
func hashObject(h hash.Hash, t Type, data []byte) (name [hashSize]byte) {
	var head [32]byte
	b := append(head[:0], t.String()...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(data)), 10)
	h.Reset()
	h.Write(append(b, 0))
	h.Write(data)
	h.Sum(name[:0])
	return name
}
