package pack

import (
	"errors"
	"math"
	"os"
)

// openFile maps the regular file at path.
func openFile(path string) ([]byte, func() error, error) {
	// A FIFO in the place of a pack would block the open.
	if info, err := os.Stat(path); err != nil {
		return nil, nil, err
	} else if !info.Mode().IsRegular() {
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return mapFile(f)
}

func fileSize(f *os.File) (int, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() > math.MaxInt {
		return 0, &os.PathError{Op: "map", Path: f.Name(), Err: errors.New("too large for this machine")}
	}
	return int(info.Size()), nil
}
