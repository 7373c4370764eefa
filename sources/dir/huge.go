package dir

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// The units of a huge file carry their own description, so that listing a
// file of any size keeps nothing.
const (
	archiveUnit = "archive/" // then the path: what is in the archive
	rangesUnit  = "range/"   // then the start, a slash and the path
)

func rangeUnit(p string, start int64) string {
	return rangesUnit + strconv.FormatInt(start, 10) + "/" + p
}

// cutRange takes the name of a range apart.
func cutRange(name string) (p string, start int64, ok bool) {
	rest, ok := strings.CutPrefix(name, rangesUnit)
	if !ok {
		return "", 0, false
	}
	digits, p, ok := strings.Cut(rest, "/")
	start, err := strconv.ParseInt(digits, 10, 64)
	return p, start, ok && err == nil && start >= 0 && start%rangeSize == 0
}

// isArchive reports whether f starts as an archive does.
func isArchive(f fileHandle) bool {
	head := make([]byte, unpack.HeadSize)
	n, _ := io.ReadFull(io.NewSectionReader(f, 0, unpack.HeadSize), head)
	return unpack.IsArchive(head[:n])
}

// openHuge opens the file of a unit's name and offers it to v. A nil handle
// without an error means that there is nothing to do.
func (r *reader) openHuge(v sprawl.Visitor, p string) (fileHandle, int64, bool, error) {
	var none fileHandle
	local, err := r.d.inside(p)
	if err != nil {
		return none, 0, false, err
	}
	r.look(p, sprawl.KindBlob)
	if !v.Offer(&r.at) {
		return none, 0, false, nil
	}
	f, err := openFile(local)
	if err != nil {
		r.gaps = append(r.gaps, r.d.gap(p, err))
		return none, 0, false, nil
	}
	i, err := f.info()
	if err != nil || !i.mode.IsRegular() {
		f.close()
		r.gaps = append(r.gaps, r.d.gap(p, fmt.Errorf("no longer a regular file")))
		return none, 0, false, nil
	}
	return f, i.size, true, nil
}

// hugeRange shows the bytes of a huge file from start on. What an archive
// holds is another unit's, so v is not the unpacker.
func (r *reader) hugeRange(v sprawl.Visitor, p string, start int64) error {
	if start == 0 {
		r.d.objects.Add(1)
	}
	f, size, ok, err := r.openHuge(v, p)
	if !ok {
		return err
	}
	defer f.close()
	if start >= size {
		r.gaps = append(r.gaps, r.d.gap(p, errShrank))
		return nil
	}
	return r.part(v, f, start, size)
}

var errShrank = fmt.Errorf("shrank while it was read")

// grown shows a file that was small when it was listed, range after range.
func (r *reader) grown(f fileHandle, size int64) error {
	for start := int64(0); start < size; start += rangeSize {
		if start = nextData(f, start) / rangeSize * rangeSize; start >= size {
			break
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		// The unpacker says of an archive that starts here that it was not
		// unpacked.
		if err := r.part(r.v, f, start, size); err != nil {
			return err
		}
	}
	return nil
}

// part shows the range that starts at start, and Reach bytes of context at
// either end.
func (r *reader) part(v sprawl.Visitor, f fileHandle, start, size int64) error {
	reach := int64(r.d.o.Reach)
	from, end := max(0, start-reach), min(size, start+rangeSize)
	to := min(size, end+reach)
	r.room(int(to - from))
	n, err := io.ReadFull(io.NewSectionReader(f, from, to-from), r.buf[:to-from])
	if err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = errShrank
		}
		r.gaps = append(r.gaps, r.d.gap(r.at.Path, err))
	}
	lead := int(start - from)
	if n <= lead {
		return nil
	}
	data := r.buf[:n]
	r.chunk = sprawl.Chunk{At: &r.at, Data: data, Offset: from, Lead: lead, Tail: max(0, n-int(end-from))}
	path := r.at.Path
	r.chunk.Lines = func() int {
		return r.d.lines.before(path, f, start) - bytes.Count(data[:lead], []byte{'\n'})
	}
	return v.Visit(&r.chunk)
}

// archive shows what a huge archive holds, without its own bytes: those are
// other units'.
func (r *reader) archive(p string) error {
	f, size, ok, err := r.openHuge(r.v, p)
	if !ok {
		return err
	}
	defer f.close()
	return r.v.Unpack(&r.at, io.NewSectionReader(f, 0, size), size)
}

// lineCounts remembers how many newlines each range of a huge file has, so
// that findings all over a file of any size read it once more, not once each.
type lineCounts struct {
	mu    sync.Mutex
	files map[string]map[int64]int // by path and start of range
}

// before returns the number of newlines of f before start, as far as it can be
// read.
func (l *lineCounts) before(path string, f fileHandle, start int64) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files = map[string]map[int64]int{}
	}
	known := l.files[path]
	if known == nil {
		known = map[int64]int{}
		l.files[path] = known
	}
	total := 0
	for at := int64(0); at < start; at += rangeSize {
		if at = nextData(f, at) / rangeSize * rangeSize; at >= start {
			break
		}
		n, ok := known[at]
		if !ok {
			n = newlines(f, at)
			known[at] = n
		}
		total += n
	}
	return total
}

// newlines counts those of the range of f at start.
func newlines(f fileHandle, start int64) int {
	count, b := 0, make([]byte, 256<<10)
	r := io.NewSectionReader(f, start, rangeSize)
	for {
		n, err := r.Read(b)
		count += bytes.Count(b[:n], []byte{'\n'})
		if err != nil {
			return count
		}
	}
}
