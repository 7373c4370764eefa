package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/zlib"
	"github.com/seed-5dd601fe/sprawl"
)

// Loose yields the id of every loose object, those of alternates included; one
// that is in two of them, twice. It goes on past directories that it can't
// read, and returns their errors joined in the end.
func (s *Store) Loose(ctx context.Context, yield func(id sprawl.ID) error) error {
	var errs []error
	for _, dir := range s.dirs {
		for first := range 256 {
			if err := ctx.Err(); err != nil {
				return err
			}
			name := fmt.Sprintf("%02x", first)
			files, err := os.ReadDir(filepath.Join(dir, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
			for _, file := range files {
				var id sprawl.ID
				if n, err := hex.Decode(id[:], []byte(name + file.Name())[:min(2+len(file.Name()), 2*hashSize)]); err != nil || n != hashSize || len(file.Name()) != 2*hashSize-2 {
					continue // a temporary file
				}
				if err := yield(id); err != nil {
					return err
				}
			}
		}
	}
	return errors.Join(errs...)
}

// loosePath returns where the loose object id is, or "".
func (s *Store) loosePath(id sprawl.ID) string {
	name := hex.EncodeToString(id[:hashSize])
	for _, dir := range s.dirs {
		path := filepath.Join(dir, name[:2], name[2:])
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// loose reads the loose object id with the memory of sc, and checks its hash.
func (s *Store) loose(sc *scratch, id sprawl.ID) (Type, []byte, error) {
	if s == nil {
		return 0, nil, ErrMissing
	}
	path := s.loosePath(id)
	if path == "" {
		return 0, nil, ErrMissing
	}
	src, unmap, err := openFile(path)
	if err != nil {
		return 0, nil, err
	}
	defer unmap()
	t, data, err := sc.loose.read(&sc.inf, src, id)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, data, nil
}

// A looseReader is the scratch memory for reading loose objects.
type looseReader struct {
	data []byte
	zlib io.ReadCloser
}

// read decompresses the loose object in src; gitrepository-layout(5) and
// gitformat-loose(5).
func (l *looseReader) read(f *inflater, src []byte, id sprawl.ID) (Type, []byte, error) {
	t, head, size, err := l.header(src)
	if err != nil {
		return 0, nil, err
	}
	e := entry{size: size}
	if err := e.plausible(len(src)); err != nil {
		return 0, nil, err
	}
	n := head + int(size)
	l.data = grown(l.data, n)
	if _, err := f.zlib(l.data[:cap(l.data)], n, src, true); err != nil {
		return 0, nil, err
	}
	if sum := sha1.Sum(l.data); !bytes.Equal(sum[:], id[:hashSize]) {
		return 0, nil, errors.New("object differs from its name")
	}
	return t, l.data[head:], nil
}

// header reads "blob 123\x00" from the start of a loose object, and returns
// how long that is.
func (l *looseReader) header(src []byte) (t Type, head int, size uint64, err error) {
	if err := l.reset(bytes.NewReader(src)); err != nil {
		return 0, 0, 0, errHeader
	}
	var b [32]byte
	n, _ := io.ReadFull(l.zlib, b[:])
	text, _, ok := bytes.Cut(b[:n], []byte{0})
	name, digits, _ := bytes.Cut(text, []byte{' '})
	for t = Commit; t < Tag && t.String() != string(name); t++ {
	}
	size, err = strconv.ParseUint(string(digits), 10, 63)
	if !ok || t.String() != string(name) || err != nil {
		return 0, 0, 0, errEntry
	}
	return t, len(text) + 1, size, nil
}

func (l *looseReader) reset(r io.Reader) (err error) {
	if l.zlib == nil {
		l.zlib, err = zlib.NewReader(r)
		return err
	}
	return l.zlib.(zlib.Resetter).Reset(r, nil)
}
