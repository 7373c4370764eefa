//go:build unix

package dir

import (
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Files are opened relative to their directory, never through a link, and
// without waiting: a FIFO that takes a file's place between listing and
// opening blocks nobody.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// A dirHandle is an open directory.
type dirHandle struct{ fd int }

func openDir(path string) (dirHandle, error) {
	fd, err := openInside(path, openFlags|unix.O_DIRECTORY)
	return dirHandle{fd}, err
}

func (d dirHandle) close() { unix.Close(d.fd) }

func (d dirHandle) open(name string) (fileHandle, error) {
	fd, err := open(d.fd, name, openFlags)
	return fileHandle{fd}, err
}

func (d dirHandle) readlink(name string) (string, error) {
	b := make([]byte, 4096)
	n, err := unix.Readlinkat(d.fd, name, b)
	if err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// A listing is a directory whose entries are being listed.
type listing struct{ f *os.File }

func openListing(path string) (listing, error) {
	// A descriptor that does not wait is one that os.File hands to the poller.
	fd, err := openInside(path, openFlags&^unix.O_NONBLOCK|unix.O_DIRECTORY)
	if err != nil {
		return listing{}, err
	}
	return listing{os.NewFile(uintptr(fd), path)}, nil
}

func (l listing) next(n int) ([]fs.DirEntry, error) { return l.f.ReadDir(n) }

func (l listing) close() { l.f.Close() }

func (l listing) stat(e fs.DirEntry) (info, error) {
	var s unix.Stat_t
	err := unix.Fstatat(int(l.f.Fd()), e.Name(), &s, unix.AT_SYMLINK_NOFOLLOW)
	return infoOf(&s), err
}

// A fileHandle is an open file: a descriptor alone, as os.File costs an
// allocation and a call to the poller for each of a tree's files.
type fileHandle struct{ fd int }

func openFile(path string) (fileHandle, error) {
	fd, err := openInside(path, openFlags)
	return fileHandle{fd}, err
}

func (f fileHandle) close() { unix.Close(f.fd) }

func (f fileHandle) info() (info, error) {
	var s unix.Stat_t
	err := unix.Fstat(f.fd, &s)
	return infoOf(&s), err
}

func (f fileHandle) read(p []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// ReadAt is io.ReaderAt.
func (f fileHandle) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		m, err := unix.Pread(f.fd, p[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		default:
			n += m
		}
	}
	return n, nil
}

func open(dir int, path string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, path, flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func infoOf(s *unix.Stat_t) info {
	return info{
		mode:  modeOf(uint32(s.Mode)),
		size:  s.Size,
		stamp: [4]int64{int64(s.Ino), s.Mtim.Nano(), s.Ctim.Nano(), int64(s.Mode)},
	}
}

func modeOf(m uint32) fs.FileMode {
	switch m & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFBLK, unix.S_IFCHR:
		return fs.ModeDevice
	}
	return fs.ModeIrregular
}
