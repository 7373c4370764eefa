package git

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path/filepath"
)

// Version returns a text that changes when a file of the repository does, by
// names, sizes and times: what a second reading would find anew then. It is ""
// for a remote, of which that can't be told without asking, and when objects are
// borrowed from another repository.
func (r *Repo) Version(ctx context.Context) (string, error) {
	if r.remote != nil {
		return "", nil
	}
	h, borrowed := fnv.New128a(), false
	roots := []string{r.place.common}
	if r.place.dir != r.place.common {
		roots = append(roots, r.place.dir)
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || ctx.Err() != nil || d.IsDir() {
				return cmp.Or(err, ctx.Err())
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			borrowed = borrowed || filepath.Base(name) == "alternates"
			_, err = fmt.Fprintln(h, name, info.Size(), info.ModTime().UnixNano(), info.Mode())
			return err
		})
		if err != nil {
			return "", err
		}
	}
	if borrowed {
		return "", nil
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
