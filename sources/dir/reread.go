package dir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

var _ sprawl.Rereader = (*Dir)(nil)

// rereadMax is the largest file that is read again in one piece, in bytes.
const rereadMax = 256 << 20

// Reread calls yield with the file, link or list of names at a location. A
// link is never followed.
func (d *Dir) Reread(ctx context.Context, at *sprawl.Location, yield func(data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := d.again(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", at.Path, sprawl.ErrGone)
	case errors.Is(err, sprawl.ErrGone):
		return err
	case err != nil:
		gap := d.gap(at.Path, err)
		return &gap
	}
	return yield(data)
}

// again reads what is at a location now.
func (d *Dir) again(at *sprawl.Location) ([]byte, error) {
	root, err := os.OpenRoot(d.root) // no link leads out of it
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if at.Kind == sprawl.KindName {
		return namesAgain(root, cmp.Or(at.Path, "."))
	}
	info, err := root.Lstat(at.Path)
	switch {
	case err != nil:
		return nil, err
	case at.Kind == sprawl.KindLink && info.Mode()&fs.ModeSymlink != 0:
		to, err := root.Readlink(at.Path)
		return []byte(to), err
	case at.Kind != sprawl.KindBlob || !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is something else now: %w", at.Path, sprawl.ErrGone)
	case info.Size() > rereadMax:
		return nil, fmt.Errorf("larger than %d MiB; scan it again", rereadMax>>20)
	}
	f, err := root.Open(at.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, rereadMax+1))
	if err == nil && len(data) > rereadMax {
		err = errGrew
	}
	return data, err
}

// namesAgain lists a directory, one name a line.
func namesAgain(root *os.Root, path string) ([]byte, error) {
	f, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return []byte(strings.Join(append(names, ""), "\n")), nil
}
