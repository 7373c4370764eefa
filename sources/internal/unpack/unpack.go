// Package unpack looks into archives and compressed files.
//
// It never holds more of them than a window: what is inside an archive, inside
// another, is read as one stream. The exception is a zip file inside something
// else, since its directory is at its end. Everything that it reads is taken to
// be hostile: depth, entries, bytes and memory are bounded, and what could not
// be read is a gap.
package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// Limits bound what one object may cost. A zero field stands for its default.
type Limits struct {
	// Reach is how far, in bytes, a scanner looks beyond where a match starts:
	// windows on large entries overlap by as much. Default 64 KiB.
	Reach int

	Depth   int // archives inside one another; default 5
	Entries int // of all archives in one object; default 100,000

	// Inflated is how many bytes the layers of one object may yield, each
	// counted; sixteen times the object's size where that is more. Default
	// 512 MiB. Ratio bounds it to that many times the object's size as well,
	// beyond the first 16 MiB. Default 200.
	Inflated int64
	Ratio    int64

	// Nested is how many bytes of zip files that lie in other archives are held
	// at once. Default 64 MiB.
	Nested int64

	// Stop, where given, is asked now and then; its error ends the reading and
	// is returned as it is.
	Stop func() error
}

const (
	windowSize = 4 << 20  // bytes of an entry shown at once
	freeBytes  = 16 << 20 // that any object may inflate to, however small it is
	sizeFactor = 16       // see Limits.Inflated
	maxGaps    = 16       // of one object; more are counted
)

// HeadSize is how much of an object tells whether it is an archive.
const HeadSize = 512

func (l Limits) withDefaults() Limits {
	set := func(p *int64, n int64) {
		if *p <= 0 {
			*p = n
		}
	}
	small := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	small(&l.Reach, 64<<10)
	small(&l.Depth, 5)
	small(&l.Entries, 100_000)
	set(&l.Inflated, 512<<20)
	set(&l.Ratio, 200)
	set(&l.Nested, 64<<20)
	return l
}

// An Unpacker is a Visitor that passes on what it is shown, and what is inside
// it. Like any Visitor, it is used by one goroutine at a time.
type Unpacker struct {
	v      sprawl.Visitor
	l      Limits
	levels []*level // scratch, by depth
	window []byte   // on the entry that is being shown
	at     sprawl.Location
	chunk  sprawl.Chunk
	gaps   []sprawl.Gap

	// Of the object that is being unpacked. err is sticky: it is what the
	// visitor or Limits.Stop returned, and ends everything.
	target  sprawl.Target
	err     error
	input   func() int64
	spent   int64 // bytes that the layers have yielded
	checked int64 // the same, when Stop was last asked
	entries int
	held    int64 // bytes of zips, while what is in them is shown
	named   int   // gaps
	over    bool  // a limit was met, and the rest is not read
}

// Wrap returns an Unpacker around v.
func Wrap(v sprawl.Visitor, l Limits) *Unpacker {
	return &Unpacker{v: v, l: l.withDefaults()}
}

// Offer asks the visitor. It is not asked again for what is inside.
func (u *Unpacker) Offer(at *sprawl.Location) bool { return u.v.Offer(at) }

// Visit shows c to the visitor, and then what it holds if it is an archive. A
// range that is the start of one is a gap: archives are only read whole.
func (u *Unpacker) Visit(c *sprawl.Chunk) error {
	if err := u.v.Visit(c); err != nil {
		return err
	}
	if c.Offset != 0 || c.At.Kind != sprawl.KindBlob {
		return nil
	}
	f := sniff(c.Data)
	if f == plain && selfExtracting(c.Data) {
		f = zipFile
	}
	if f == plain {
		return nil
	}
	at := *c.At // the inner chunks must not change the outer location
	if c.Tail != 0 {
		u.begin(c.At, func() int64 { return 0 })
		u.gap(at.Path, fmt.Sprintf("a %s archive larger than %d MiB: its bytes were read, but not what is in it", f, len(c.Data)>>20))
		return nil
	}
	n := int64(len(c.Data))
	u.begin(c.At, func() int64 { return n })
	u.open(place{at: &at}, f, io.NewSectionReader(bytes.NewReader(c.Data), 0, n))
	return u.end()
}

// Unpack shows what is inside the archive r of size bytes, and not its own
// bytes. It returns only what the visitor or Limits.Stop returned.
func (u *Unpacker) Unpack(at *sprawl.Location, r io.ReaderAt, size int64) error {
	u.begin(at, func() int64 { return size })
	s := io.NewSectionReader(r, 0, size)
	head := make([]byte, min(HeadSize, size))
	if _, err := s.ReadAt(head, 0); err != nil && err != io.EOF {
		u.failed(at.Path, err)
		return u.end()
	}
	u.open(place{at: at}, sniff(head), s)
	return u.end()
}

// Stream shows the content of r: what is inside, if it is an archive, or else
// its bytes, in windows. It returns only what the visitor or Limits.Stop
// returned.
func (u *Unpacker) Stream(at *sprawl.Location, r io.Reader) error {
	c := &counter{r: r}
	u.begin(at, func() int64 { return c.n })
	u.show(place{at: at}, c)
	return u.end()
}

// Gaps returns what could not be read so far.
func (u *Unpacker) Gaps() []sprawl.Gap { return u.gaps }

func (u *Unpacker) begin(at *sprawl.Location, input func() int64) {
	u.target = at.Target
	u.err, u.input, u.over = nil, input, false
	u.spent, u.checked, u.entries, u.held, u.named = 0, 0, 0, 0, 0
}

// end returns the sticky error, and lets go of what a visited chunk lent.
func (u *Unpacker) end() error {
	if u.named > maxGaps {
		last := &u.gaps[len(u.gaps)-1]
		last.Why += fmt.Sprintf("; and %d more like this", u.named-maxGaps)
	}
	u.at, u.chunk, u.input = sprawl.Location{}, sprawl.Chunk{}, nil
	return u.err
}

// done reports whether nothing more of the object is to be read.
func (u *Unpacker) done() bool { return u.err != nil || u.over }

// gap records that what is at path could not be read.
func (u *Unpacker) gap(path, why string) {
	if u.named++; u.named <= maxGaps {
		u.gaps = append(u.gaps, sprawl.Gap{Target: u.target, What: path, Why: why})
	}
}

// failed records that reading at path ended in err. A limit is recorded once,
// by whoever meets it first.
func (u *Unpacker) failed(path string, err error) {
	if u.done() {
		return
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errTruncated
	}
	u.over = errors.Is(err, errLimit)
	u.gap(path, err.Error())
}

var (
	errLimit     = errors.New("a limit was met; the rest was not read")
	errTruncated = errors.New("truncated or corrupt: what could be read was read")
)

// limit says which limit was met.
func limit(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, errLimit)...)
}

// A place is where something is: a location, and how many archives it is in.
type place struct {
	at    *sprawl.Location
	depth int
}

// in returns the place of what the archive at p holds, whose entries' names
// are to be appended to its path.
func (p place) in(f format) place {
	at := *p.at
	if !f.single() && len(at.Encoding) > 0 && at.Path[len(at.Path)-1] == '!' {
		// The tar of a .tar.gz has no name of its own.
	} else {
		at.Path += "!"
	}
	at.Encoding = append(slices.Clip(at.Encoding), f.String())
	return place{at: &at, depth: p.depth + 1}
}

// entry returns the place of the entry called name of the archive at p.
func (p place) entry(name string) place {
	at := *p.at
	at.Path += name
	return place{at: &at, depth: p.depth}
}

// A level is scratch for one depth.
type level struct {
	head  [HeadSize]byte
	names nameList
	decoders
}

func (u *Unpacker) level(depth int) *level {
	for len(u.levels) <= depth {
		u.levels = append(u.levels, &level{})
	}
	return u.levels[depth]
}

// show shows what r holds: the entries of an archive, or bytes.
func (u *Unpacker) show(p place, r io.Reader) {
	l := u.level(p.depth)
	head, err := readHead(r, l.head[:0])
	if f := sniff(head); f != plain {
		u.open(p, f, io.MultiReader(bytes.NewReader(head), &after{r, err}))
		return
	}
	u.contents(p, head, r, err)
}

// after is the rest of a reader, which may have ended in err already.
type after struct {
	r   io.Reader
	err error
}

func (a *after) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	return a.r.Read(p)
}

// readHead reads until head is full. Unlike io.ReadFull, it returns the
// reader's own error: only io.EOF means that nothing is missing.
func readHead(r io.Reader, head []byte) (_ []byte, err error) {
	for len(head) < cap(head) && err == nil {
		var n int
		n, err = r.Read(head[len(head):cap(head)])
		head = head[:len(head)+n]
	}
	return head, err
}

// open shows what is in the archive r, which is of format f.
func (u *Unpacker) open(p place, f format, r io.Reader) {
	if p.depth >= u.l.Depth {
		u.gap(p.at.Path, fmt.Sprintf("a %s archive inside %d others: not opened", f, p.depth))
		return
	}
	switch f {
	case tarFile:
		u.tar(p, r)
	case zipFile:
		u.zip(p, r)
	case pdfFile:
		u.pdf(p, r)
	case plain:
		u.show(p, r)
	default:
		u.inflate(p, f, r)
	}
}
