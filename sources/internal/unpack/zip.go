package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// The records of a zip file, by section of PKWARE's APPNOTE.TXT 6.3.10.
const (
	localMark   = "PK\x03\x04" // 4.3.7
	localSize   = 30
	centralMark = "PK\x01\x02" // 4.3.12
	centralSize = 46
	endMark     = "PK\x05\x06" // 4.3.16
	endSize     = 22
	end64Mark   = "PK\x06\x06" // 4.3.14
	end64Size   = 56
	seek64Mark  = "PK\x06\x07" // 4.3.15
	seek64Size  = 20

	encrypted  = 1 << 0 // general purpose flags, 4.4.4
	descriptor = 1 << 3 // sizes and checksum follow the data
)

var errZip = errors.New("not a zip file's structure: truncated or corrupt")

// A zipEntry is a file in a zip, as one of its two headers has it.
type zipEntry struct {
	name   string
	flags  uint16
	method uint16
	crc    uint32
	size   int64 // as it is stored
	full   int64 // as it is unpacked, which only bounds nothing: it may lie
	at     int64 // of the local header
}

// zip shows the entries of the zip file in r. The directory is read record by
// record: it may have millions.
func (u *Unpacker) zip(p place, r io.Reader) {
	s, ok := r.(*io.SectionReader)
	if !ok {
		if s = u.hold(p, r); s == nil {
			return
		}
		u.held += s.Size()
		defer func() { u.held -= s.Size() }()
	}
	in := p.in(zipFile)
	u.startNames(in)
	defer u.endNames(in)
	d, err := findDirectory(s)
	if err == nil {
		err = u.zipDirectory(in, s, d)
	}
	if err != nil && !u.done() {
		u.failed(p.at.Path, err)
		u.zipLocal(in, s)
	}
}

// hold reads a zip file that is inside something else into memory, and shows
// its bytes, as those of an object are.
func (u *Unpacker) hold(p place, r io.Reader) *io.SectionReader {
	var b bytes.Buffer
	most := u.l.Nested - u.held
	n, err := io.Copy(&b, io.LimitReader(r, most+1))
	if err != nil {
		u.failed(p.at.Path, err)
	}
	if n > most {
		u.gap(p.at.Path, fmt.Sprintf("zip files inside other archives are larger than %d MiB: what lies beyond was not read", u.l.Nested>>20))
	}
	u.contents(p, nil, bytes.NewReader(b.Bytes()), nil)
	if u.done() {
		return nil
	}
	return io.NewSectionReader(bytes.NewReader(b.Bytes()), 0, n)
}

// A zipDir is where the central directory is.
type zipDir struct {
	start, size int64
	base        int64 // where offsets count from, in a zip with something before it
}

// findDirectory reads the record at the end of a zip.
func findDirectory(s *io.SectionReader) (zipDir, error) {
	tail := make([]byte, min(s.Size(), endSize+math.MaxUint16))
	if _, err := s.ReadAt(tail, s.Size()-int64(len(tail))); err != nil && err != io.EOF {
		return zipDir{}, err
	}
	i := bytes.LastIndex(tail, []byte(endMark))
	if i < 0 || len(tail)-i < endSize {
		return zipDir{}, errZip
	}
	end := tail[i:]
	at := s.Size() - int64(len(end))
	size, start := int64(le32(end[12:])), int64(le32(end[16:]))
	if size == math.MaxUint32 || start == math.MaxUint32 || le16(end[10:]) == math.MaxUint16 {
		if d, ok := findDirectory64(s, at); ok {
			return d, nil
		}
	}
	base := at - size - start
	if base < 0 || size > at {
		return zipDir{}, errZip
	}
	// Some writers have a wrong size there, and a right start.
	var mark [4]byte
	if s.ReadAt(mark[:], start); base > 0 && string(mark[:]) == centralMark {
		return zipDir{start: start, size: at - start}, nil
	}
	return zipDir{start: base + start, size: size, base: base}, nil
}

// findDirectory64 follows the locator before the end record at end.
func findDirectory64(s *io.SectionReader, end int64) (zipDir, bool) {
	var b [end64Size]byte
	if _, err := s.ReadAt(b[:seek64Size], end-seek64Size); err != nil || string(b[:4]) != seek64Mark {
		return zipDir{}, false
	}
	at := int64(le64(b[8:]))
	if at < 0 || at > end {
		return zipDir{}, false
	}
	if _, err := s.ReadAt(b[:], at); err != nil || string(b[:4]) != end64Mark {
		return zipDir{}, false
	}
	d := zipDir{size: int64(le64(b[40:])), start: int64(le64(b[48:]))}
	return d, d.start >= 0 && d.size >= 0 && d.start <= end && d.size <= end-d.start
}

// zipDirectory shows every entry that the central directory names.
func (u *Unpacker) zipDirectory(in place, s *io.SectionReader, d zipDir) error {
	dir := bufio.NewReaderSize(io.NewSectionReader(s, d.start, d.size), 32<<10)
	for {
		e, err := readCentral(dir)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !u.another(in) {
			return nil
		}
		u.name(in, e.name)
		e.at += d.base
		data, err := zipData(s, e)
		if err != nil {
			u.failed(in.at.Path+e.name, err)
			continue
		}
		u.zipEntry(in, e, data)
	}
}

// readCentral reads a record of the central directory; io.EOF at its end.
func readCentral(r io.Reader) (zipEntry, error) {
	var h [centralSize]byte
	if n, err := io.ReadFull(r, h[:]); n == 0 && err == io.EOF {
		return zipEntry{}, io.EOF
	} else if n >= 4 && string(h[:4]) == end64Mark {
		return zipEntry{}, io.EOF // where the size counts what follows as well
	} else if err != nil || string(h[:4]) != centralMark {
		return zipEntry{}, errZip
	}
	names, extras, comments := int(le16(h[28:])), int(le16(h[30:])), int(le16(h[32:]))
	b := make([]byte, names+extras+comments)
	if _, err := io.ReadFull(r, b); err != nil {
		return zipEntry{}, errZip
	}
	e := zipEntry{
		name:   string(b[:names]),
		flags:  le16(h[8:]),
		method: le16(h[10:]),
		crc:    le32(h[16:]),
		size:   int64(le32(h[20:])),
		full:   int64(le32(h[24:])),
		at:     int64(le32(h[42:])),
	}
	e.widen(b[names : names+extras])
	return e, nil
}

// widen reads the sizes that don't fit 32 bits from the zip64 extra field,
// 4.5.3, where they stand in a fixed order, each only if it is needed.
func (e *zipEntry) widen(extra []byte) {
	for len(extra) >= 4 {
		id, n := le16(extra), int(le16(extra[2:]))
		if n > len(extra)-4 {
			return
		}
		field := extra[4 : 4+n]
		extra = extra[4+n:]
		if id != 1 {
			continue
		}
		for _, p := range []*int64{&e.full, &e.size, &e.at} {
			if *p == math.MaxUint32 && len(field) >= 8 {
				*p, field = int64(le64(field)), field[8:]
			}
		}
	}
}

// zipData returns the stored bytes of e, which follow its local header.
func zipData(s *io.SectionReader, e zipEntry) (*io.SectionReader, error) {
	var h [localSize]byte
	if _, err := s.ReadAt(h[:], e.at); err != nil || e.at < 0 || string(h[:4]) != localMark {
		return nil, errZip
	}
	start := e.at + localSize + int64(le16(h[26:])) + int64(le16(h[28:]))
	if e.size < 0 || start > s.Size() {
		return nil, errZip
	}
	if e.size > s.Size()-start {
		return nil, errTruncated
	}
	return io.NewSectionReader(s, start, e.size), nil
}

// zipEntry shows e, whose stored bytes are data.
func (u *Unpacker) zipEntry(in place, e zipEntry, data io.Reader) {
	if len(e.name) > 0 && e.name[len(e.name)-1] == '/' && e.size == 0 {
		return // a directory
	}
	p := in.entry(e.name)
	if e.flags&encrypted != 0 {
		u.gap(p.at.Path, "encrypted")
		return
	}
	r, err := u.unzip(in.depth-1, e.method, data)
	if err != nil {
		u.failed(p.at.Path, err)
		return
	}
	u.show(p, &meter{u, &checked{r: r, want: e.crc, skip: e.flags&descriptor != 0 && e.crc == 0}})
}

// unzip returns what is stored in data by method, 4.4.5.
func (u *Unpacker) unzip(depth int, method uint16, data io.Reader) (io.Reader, error) {
	l := u.level(depth)
	switch method {
	case 0:
		return data, nil
	case 8:
		return l.inflate(l.input(data))
	case 12:
		return bzip2.NewReader(l.input(data)), nil
	case 93:
		return l.unzstd(l.input(data), depth)
	case 95:
		return newXZ(l.input(data), dictionary(depth)), nil
	}
	return nil, fmt.Errorf("zip compression method %d is not supported", method)
}

// checked compares the CRC-32 of what is read to the end.
type checked struct {
	r    io.Reader
	sum  uint32
	want uint32
	skip bool // nothing to compare with
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	if err == io.EOF && !c.skip && c.sum != c.want {
		err = errors.New("corrupt: the checksum differs")
	}
	return n, err
}

// zipLocal shows the entries of a zip without a directory, such as a truncated
// one, by following their local headers.
func (u *Unpacker) zipLocal(in place, s *io.SectionReader) {
	at := int64(0)
	for u.another(in) {
		e, start, err := readLocal(s, at)
		if err != nil {
			return
		}
		u.name(in, e.name)
		data := &exact{s: io.NewSectionReader(s, start, s.Size()-start)}
		if e.flags&descriptor == 0 {
			data.s = io.NewSectionReader(s, start, min(e.size, s.Size()-start))
			u.zipEntry(in, e, data.s)
			at = start + e.size
			continue
		}
		if e.method != 8 {
			return // nothing says where it ends
		}
		u.zipStream(in, e, data)
		if at = nextLocal(s, start+data.n); at < 0 {
			return
		}
	}
}

// zipStream shows an entry whose size follows it. Deflate knows its own end,
// and reads no further where it is given bytes one by one.
func (u *Unpacker) zipStream(in place, e zipEntry, data *exact) {
	if e.flags&encrypted != 0 {
		u.gap(in.at.Path+e.name, "encrypted")
		return
	}
	r, err := u.level(in.depth - 1).inflate(data)
	if err != nil {
		u.failed(in.at.Path+e.name, err)
		return
	}
	u.show(in.entry(e.name), &meter{u, r})
}

// readLocal reads the local header at at, and tells where its data starts.
func readLocal(s *io.SectionReader, at int64) (zipEntry, int64, error) {
	var h [localSize]byte
	if n, err := s.ReadAt(h[:], at); n < localSize || string(h[:4]) != localMark {
		return zipEntry{}, 0, errors.Join(errZip, err)
	}
	names, extras := int64(le16(h[26:])), int64(le16(h[28:]))
	b := make([]byte, names+extras)
	if n, _ := s.ReadAt(b, at+localSize); n < len(b) {
		return zipEntry{}, 0, errZip
	}
	e := zipEntry{
		name:   string(b[:names]),
		flags:  le16(h[6:]),
		method: le16(h[8:]),
		crc:    le32(h[14:]),
		size:   int64(le32(h[18:])),
		full:   int64(le32(h[22:])),
	}
	e.widen(b[names:])
	start := at + localSize + int64(len(b))
	if e.size < 0 || e.size > math.MaxInt64-start {
		return zipEntry{}, 0, errZip
	}
	return e, start, nil
}

// nextLocal returns where the next local header is, at most a descriptor's
// length after at; -1 if there is none.
func nextLocal(s *io.SectionReader, at int64) int64 {
	var b [24 + len(localMark)]byte
	n, _ := s.ReadAt(b[:], at)
	if i := bytes.Index(b[:n], []byte(localMark)); i >= 0 {
		return at + int64(i)
	}
	return -1
}

// exact reads s with a buffer, and knows how many bytes were taken out of it.
type exact struct {
	s   *io.SectionReader
	buf [4096]byte
	b   []byte
	n   int64
}

func (e *exact) fill() error {
	n, err := e.s.Read(e.buf[:])
	if e.b = e.buf[:n]; n > 0 {
		return nil
	}
	return err
}

func (e *exact) ReadByte() (byte, error) {
	if len(e.b) == 0 {
		if err := e.fill(); err != nil {
			return 0, err
		}
	}
	c := e.b[0]
	e.b, e.n = e.b[1:], e.n+1
	return c, nil
}

func (e *exact) Read(p []byte) (int, error) {
	if len(e.b) == 0 {
		if err := e.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, e.b)
	e.b, e.n = e.b[n:], e.n+int64(n)
	return n, nil
}

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
