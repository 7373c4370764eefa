//go:build !unix

package pack

import (
	"io"
	"os"
)

// mapFile returns the content of f, read into memory, and what releases it.
func mapFile(f *os.File) ([]byte, func() error, error) {
	size, err := fileSize(f)
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(size)), data); err != nil {
		return nil, nil, &os.PathError{Op: "read", Path: f.Name(), Err: err}
	}
	return data, func() error { return nil }, nil
}

// reserve returns n bytes of memory, and what releases them.
func reserve(n int) ([]byte, func() error, error) {
	return make([]byte, n), func() error { return nil }, nil
}
