//go:build !unix

package dir

import (
	"io/fs"
	"os"
	"path/filepath"
)

// A dirHandle is an open directory.
type dirHandle struct{ f *os.File }

func openDir(path string) (dirHandle, error) {
	f, err := os.Open(path)
	return dirHandle{f}, err
}

func (d dirHandle) list(n int) ([]fs.DirEntry, error) { return d.f.ReadDir(n) }

func (d dirHandle) close() { d.f.Close() }

func (d dirHandle) stat(e fs.DirEntry) (info, error) {
	i, err := e.Info()
	if err != nil {
		return info{}, err
	}
	return infoOf(i), nil
}

func (d dirHandle) open(name string) (fileHandle, error) {
	return openFile(filepath.Join(d.f.Name(), name))
}

func (d dirHandle) readlink(name string) (string, error) {
	return os.Readlink(filepath.Join(d.f.Name(), name))
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
