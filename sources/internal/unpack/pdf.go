package unpack

import (
	"bytes"
	"fmt"
	"io"
)

// Of a PDF (ISO 32000-1), only the streams are looked at, 7.3.8, and of these
// those that zlib made, which nearly all are: pages, forms, metadata, object
// streams, attachments. They are found by their keyword, not by way of the
// cross-reference table: what is no longer referred to is read as well.
//
// What is not seen: streams under another filter, such as ASCII85Decode, and
// text that a font's own encoding or the kerning of single letters takes apart.
const (
	pdfKeyword = "stream"
	pdfWindow  = 64 << 10
	pdfOverlap = 16 // of windows: more than a keyword with what is around it
)

// pdf shows the deflated streams of the PDF in r, whose own bytes are shown by
// others where it is not inside something else.
func (u *Unpacker) pdf(p place, r io.Reader) {
	s, ok := r.(*io.SectionReader)
	if !ok {
		if s = u.hold(p, r); s == nil {
			return
		}
		u.held += s.Size()
		defer func() { u.held -= s.Size() }()
	}
	in := p.in(pdfFile)
	search := pdfSearch{s: s}
	for search.next() && u.another(in) {
		data := &exact{s: io.NewSectionReader(s, search.at+2, s.Size()-search.at-2)}
		e := in.entry(fmt.Sprintf("stream@%d", search.at))
		if z, err := u.level(p.depth).inflate(data); err != nil {
			u.failed(e.at.Path, err)
		} else {
			u.show(e, &meter{u, z})
		}
		search.from = search.at + 2 + data.n // always on, so that no byte is inflated twice
	}
	if search.err != nil {
		u.failed(p.at.Path, search.err)
	}
	if search.encrypted && !u.done() {
		u.gap(p.at.Path, "encrypted")
	}
}

// A pdfSearch looks for streams that start as zlib's do.
type pdfSearch struct {
	s         *io.SectionReader
	from      int64 // where to look next
	at        int64 // of the stream that was found
	encrypted bool  // a trailer between the streams says so
	err       error

	buf    []byte
	window []byte // of s, from start on
	start  int64
}

// next finds the next stream, and reports whether there is one.
func (f *pdfSearch) next() bool {
	for f.load() {
		w := f.window[f.from-f.start:]
		at, used := zlibStream(w)
		if at < 0 && f.start+int64(len(f.window)) < f.s.Size() {
			used = len(w) - pdfOverlap
		}
		f.encrypted = f.encrypted || bytes.Contains(w[:min(len(w), used+pdfOverlap)], []byte("/Encrypt "))
		if at >= 0 {
			f.at = f.from + int64(at)
			return true
		}
		f.from += int64(used)
	}
	return false
}

// load makes the window hold what is at from, and reports whether there is
// enough left for a stream.
func (f *pdfSearch) load() bool {
	if f.err != nil || f.s.Size()-f.from <= pdfOverlap {
		return false
	}
	if f.from >= f.start && f.start+int64(len(f.window))-f.from > pdfOverlap {
		return true
	}
	if f.buf == nil {
		f.buf = make([]byte, min(pdfWindow, f.s.Size()))
	}
	n, err := f.s.ReadAt(f.buf, f.from)
	if err != nil && err != io.EOF {
		f.err = err
	}
	f.window, f.start = f.buf[:n], f.from
	return n > pdfOverlap
}

// zlibStream returns where the bytes of the first stream in w begin, if they
// begin as RFC 1950, section 2.2, has it: deflate, a window of up to 32 KiB, no
// dictionary, a header divisible by 31. It is -1 if there is none; used is what
// need not be looked at again.
func zlibStream(w []byte) (at, used int) {
	for used < len(w) {
		i := bytes.Index(w[used:], []byte(pdfKeyword))
		if i < 0 {
			break
		}
		used += i + len(pdfKeyword)
		at := used
		if bytes.HasPrefix(w[at:], []byte("\r")) {
			at++
		}
		if !bytes.HasPrefix(w[at:], []byte("\n")) {
			continue
		}
		at++
		if len(w)-at >= 2 && w[at]&0x0f == 8 && w[at]>>4 <= 7 && w[at+1]&0x20 == 0 && (int(w[at])<<8|int(w[at+1]))%31 == 0 {
			return at, at
		}
	}
	return -1, len(w)
}
