package unpack

import (
	"bytes"
	"fmt"
	"io"

	"github.com/seed-5dd601fe/sprawl"
)

// A counter counts what is read of the outermost stream.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// A meter is what one layer yields, charged to the object's budget. It keeps a
// decoder that panics on what it is fed from ending more than its stream.
type meter struct {
	u *Unpacker
	r io.Reader
}

func (m *meter) Read(p []byte) (n int, err error) {
	if err := m.u.charge(0); err != nil {
		return 0, err
	}
	defer func() {
		if e := recover(); e != nil {
			n, err = 0, fmt.Errorf("the decoder failed: %v", e)
		}
	}()
	n, err = m.r.Read(p)
	if e := m.u.charge(n); e != nil {
		err = e // and not what a decoder made of it
	}
	return n, err
}

// charge takes n bytes from the budget of the object, and says when it is
// spent.
func (u *Unpacker) charge(n int) error {
	const often = 1 << 20
	if u.err != nil {
		return u.err
	}
	u.spent += int64(n)
	if u.l.Stop != nil && u.spent-u.checked >= often {
		u.checked = u.spent
		if u.err = u.l.Stop(); u.err != nil {
			return u.err
		}
	}
	in := u.input()
	if most := max(freeBytes, in*u.l.Ratio); u.spent > most {
		return limit("inflates to more than %d times its size", u.l.Ratio)
	}
	if most := max(u.l.Inflated, in*sizeFactor); u.spent > most {
		return limit("inflates to more than %d MiB", most>>20)
	}
	return nil
}

// contents shows head and what follows in r as they are: whole, if they fit a
// window, or else in windows that overlap. err is what reading head ended in.
func (u *Unpacker) contents(p place, head []byte, r io.Reader, err error) {
	u.at = *p.at
	u.window = append(u.window[:0], head...)
	var offset int64
	lead, lines := 0, 0
	for u.err == nil {
		if err == nil {
			err = u.fill(r, lead+windowSize+u.l.Reach)
		}
		if err != nil {
			u.visit(offset, lead, 0, lines)
			break
		}
		tail := u.l.Reach
		u.visit(offset, lead, tail, lines)
		kept := min(2*u.l.Reach, len(u.window))
		gone := len(u.window) - kept
		lines += bytes.Count(u.window[:gone], []byte{'\n'})
		offset += int64(gone)
		u.window = u.window[:copy(u.window, u.window[gone:])]
		lead = kept - tail
	}
	if err != nil && err != io.EOF {
		u.failed(p.at.Path, err)
	}
}

// fill reads until the window holds size bytes, which it grows to as it goes:
// most entries are small.
func (u *Unpacker) fill(r io.Reader, size int) error {
	const least = 64 << 10
	for len(u.window) < size {
		if len(u.window) == cap(u.window) {
			grown := make([]byte, len(u.window), min(max(least, 2*cap(u.window)), size))
			copy(grown, u.window)
			u.window = grown
		}
		n, err := r.Read(u.window[len(u.window):min(cap(u.window), size)])
		u.window = u.window[:len(u.window)+n]
		if err != nil {
			return err
		}
	}
	return nil
}

// visit shows the window.
func (u *Unpacker) visit(offset int64, lead, tail, lines int) {
	if len(u.window) == lead || u.err != nil {
		return
	}
	u.chunk = sprawl.Chunk{At: &u.at, Data: u.window, Offset: offset, Lead: lead, Tail: tail}
	if lines > 0 {
		u.chunk.Lines = func() int { return lines }
	}
	u.err = u.v.Visit(&u.chunk)
}

// A nameList gathers the names of an archive's entries, which are shown as a
// text, one a line.
type nameList struct {
	text   []byte
	offset int64
	lines  int // in the text
	before int // and before it
}

// name adds a name to the list of the archive whose entries are at p.
func (u *Unpacker) name(p place, parts ...string) {
	const batch = 256 << 10
	l := &u.level(p.depth).names
	for _, s := range parts {
		l.text = append(l.text, s...)
	}
	l.text = append(l.text, '\n')
	if l.lines++; len(l.text) >= batch {
		u.flushNames(p)
	}
}

// flushNames shows the names gathered so far.
func (u *Unpacker) flushNames(p place) {
	l := &u.level(p.depth).names
	if len(l.text) == 0 || u.err != nil {
		return
	}
	u.at = *p.at
	u.at.Kind = sprawl.KindName
	u.chunk = sprawl.Chunk{At: &u.at, Data: l.text, Offset: l.offset}
	if before := l.before; before > 0 {
		u.chunk.Lines = func() int { return before }
	}
	u.err = u.v.Visit(&u.chunk)
	l.offset += int64(len(l.text))
	l.before += bytes.Count(l.text, []byte{'\n'})
	l.text, l.lines = l.text[:0], 0
}

// startNames and endNames enclose the listing of one archive.
func (u *Unpacker) startNames(p place) {
	l := &u.level(p.depth).names
	*l = nameList{text: l.text[:0]}
}

func (u *Unpacker) endNames(p place) { u.flushNames(p) }

// another counts an entry, and reports whether it may be read.
func (u *Unpacker) another(p place) bool {
	if u.done() {
		return false
	}
	if u.entries++; u.entries > u.l.Entries {
		u.failed(p.at.Path, limit("holds more than %d entries", u.l.Entries))
		return false
	}
	return true
}
