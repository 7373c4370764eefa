//go:build unix

package pack

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile returns the content of f and what releases it.
func mapFile(f *os.File) ([]byte, func() error, error) {
	size, err := fileSize(f)
	if err != nil || size == 0 {
		return nil, func() error { return nil }, err
	}
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, &os.PathError{Op: "mmap", Path: f.Name(), Err: err}
	}
	return data, func() error { return unix.Munmap(data) }, nil
}
