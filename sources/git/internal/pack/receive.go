package pack

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	memoryLimit = 256 << 20 // of a spool; beyond that it is a file
	readSize    = 256 << 10
)

// Receive reads a packfile as a remote sends it, to the end of r, and checks
// its checksum. It is kept in memory up to 256 MB and beyond that in an
// unlinked temporary file. bases, if not nil, holds the objects that a thin
// pack refers to. progress, if not nil, is called with the bytes read so far.
//
// The objects are found while the pack arrives, so a stream that is corrupt is
// refused before its end. Reading stops soon after ctx is done, if r returns.
func Receive(ctx context.Context, r io.Reader, bases *Store, progress func(bytes int64)) (*Pack, error) {
	return receive(ctx, r, bases, progress, memoryLimit)
}

func receive(ctx context.Context, r io.Reader, bases *Store, progress func(bytes int64), limit int) (*Pack, error) {
	memory, release, err := reserve(max(limit, 1))
	if err != nil {
		return nil, err
	}
	s := &spool{limit: limit, search: newSearcher(), p: &Pack{name: "the received pack", store: bases, received: true}}
	s.p.data, s.p.closes = memory[:0], []func() error{release}
	err = s.fill(ctx, r, progress)
	if err == nil {
		err = s.finish(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("receiving a pack: %w", err), s.p.Close(), s.discard())
	}
	return s.p, nil
}

// A spool is where a pack is kept while it arrives.
type spool struct {
	p      *Pack
	search *searcher
	retry  int // size of p.data from which the next entry is tried again
	limit  int
	file   *os.File      // nil while the pack is in p.data alone
	out    *bufio.Writer // to file
	size   int64
}

// fill reads r to its end.
func (s *spool) fill(ctx context.Context, r io.Reader, progress func(bytes int64)) error {
	buf := make([]byte, readSize)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if err := s.add(buf[:n]); err != nil {
				return err
			}
			if progress != nil {
				progress(s.size)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

func (s *spool) add(b []byte) error {
	s.size += int64(len(b))
	if s.file == nil && s.size > int64(s.limit) {
		if err := s.toFile(); err != nil {
			return err
		}
	}
	if s.file != nil {
		_, err := s.out.Write(b)
		return err
	}
	s.p.data = append(s.p.data, b...)
	return s.look()
}

// look finds the objects that have arrived.
func (s *spool) look() error {
	p := s.p
	if len(p.data) < 12 || len(p.data) < s.retry {
		return nil
	}
	n, err := packHeader(p.data)
	if err != nil {
		return err
	}
	p.n, p.end = n, len(p.data)
	s.search.sum(p, p.end-hashSize)
	// With 64 bytes at hand, no header is cut off.
	for len(s.search.found) < n && p.end-s.search.off >= 64 {
		err := s.search.next(p)
		if errors.Is(err, errShort) || errors.Is(err, errRoom) {
			// What has arrived of the object is inflated again each time: wait
			// until that is twice as much.
			s.retry = p.end + max(readSize, p.end-s.search.off)
			return nil
		}
		if err != nil {
			return fmt.Errorf("object %d of %d: %w", len(s.search.found), n, err)
		}
	}
	if len(s.search.found) == n && p.end > s.search.off+hashSize {
		return errors.New("data follows the end of the pack")
	}
	s.retry = p.end + readSize
	return nil
}

// toFile moves what has arrived to a temporary file, which has no name where
// the system allows that.
func (s *spool) toFile() error {
	f, err := os.CreateTemp("", "sprawl-*.pack")
	if err != nil {
		return err
	}
	os.Remove(f.Name())
	s.file, s.out = f, bufio.NewWriterSize(f, 1<<20)
	_, err = s.out.Write(s.p.data)
	s.p.data = nil
	return errors.Join(err, s.p.Close()) // releases the memory
}

// discard closes and removes the file.
func (s *spool) discard() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if rm := os.Remove(s.file.Name()); rm != nil && !os.IsNotExist(rm) {
		err = errors.Join(err, rm)
	}
	s.file = nil
	return err
}

// finish finds the objects that are still to be found, and checks the whole.
func (s *spool) finish(ctx context.Context) error {
	p := s.p
	data := p.data
	if s.file != nil {
		if err := s.out.Flush(); err != nil {
			return err
		}
		mapped, unmap, err := mapFile(s.file)
		if err != nil {
			return err
		}
		p.closes = append(p.closes, unmap, s.discard)
		data = mapped
	}
	if err := p.setData(data); err != nil {
		return err
	}
	if err := p.search(ctx, s.search); err != nil {
		return err
	}
	p.name = "pack-" + hex.EncodeToString(p.data[p.end:])
	return p.tail
}
