//go:build !unix

package dir

import (
	"io/fs"
	"os"
	"path/filepath"
)

// A dirHandle names a directory.
type dirHandle struct{ path string }

func openDir(path string) (dirHandle, error) { return dirHandle{path}, nil }

func (d dirHandle) close() {}

func (d dirHandle) open(name string) (fileHandle, error) {
	return openFile(filepath.Join(d.path, name))
}

func (d dirHandle) readlink(name string) (string, error) {
	return os.Readlink(filepath.Join(d.path, name))
}

// A listing is a directory whose entries are being listed.
type listing struct{ f *os.File }

func openListing(path string) (listing, error) {
	f, err := os.Open(path)
	return listing{f}, err
}

func (l listing) next(n int) ([]fs.DirEntry, error) { return l.f.ReadDir(n) }

func (l listing) close() { l.f.Close() }

func (l listing) stat(e fs.DirEntry) (info, error) {
	i, err := e.Info()
	if err != nil {
		return info{}, err
	}
	return infoOf(i), nil
}

// A fileHandle is an open file.
type fileHandle struct{ *os.File }

func openFile(path string) (fileHandle, error) {
	f, err := os.Open(path)
	return fileHandle{f}, err
}

func (f fileHandle) close() { f.Close() }

func (f fileHandle) info() (info, error) {
	i, err := f.Stat()
	if err != nil {
		return info{}, err
	}
	return infoOf(i), nil
}

func (f fileHandle) read(p []byte) (int, error) { return f.Read(p) }

func infoOf(i fs.FileInfo) info {
	return info{mode: i.Mode().Type(), size: i.Size(), stamp: [4]int64{i.ModTime().UnixNano()}}
}
