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

// reserve returns n bytes of memory that cost nothing until they are written,
// and what releases them. They are no concern of the garbage collector, which
// would otherwise pace itself by them.
func reserve(n int) ([]byte, func() error, error) {
	data, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return data, func() error { return unix.Munmap(data) }, nil
}
