package git

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// maxConfig is the most of a configuration file that is read, in bytes. Those
// of real repositories are a few hundred.
const maxConfig = 1 << 20

// A place is where a repository lies on this machine.
type place struct {
	dir    string // the git directory: HEAD and the index of this work tree
	common string // what all work trees share: refs, objects, config
	index  string
}

// find looks for the repository that path lies in, as git does: at path and
// then upwards.
func find(path string, o Options) (place, error) {
	if o.GitDir != "" {
		return placeAt(o.GitDir, o)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return place{}, fmt.Errorf("%w: %s: %v", ErrRequest, path, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return place{}, fmt.Errorf("%w: %s does not exist", ErrRequest, path)
	case err != nil:
		return place{}, fmt.Errorf("%w: %v", ErrRequest, err)
	case !info.IsDir():
		return fromFile(abs, path, o)
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		for _, try := range []string{filepath.Join(dir, ".git"), dir} {
			if p, err := placeAt(try, o); err == nil {
				return p, nil
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return place{}, fmt.Errorf("%w: %s is not in a git repository; use dir:%s to scan it as a directory", ErrRequest, path, path)
}

// fromFile follows the .git file of a work tree or a submodule, given by name.
func fromFile(abs, path string, o Options) (place, error) {
	if p, err := placeAt(abs, o); err == nil {
		return p, nil
	}
	return place{}, fmt.Errorf("%w: %s is a file, not a git repository; use dir:%s to scan it", ErrRequest, path, path)
}

// placeAt returns the repository whose git directory is dir, or which the
// .git file at dir names.
func placeAt(dir string, o Options) (place, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return place{}, fmt.Errorf("%w: %v", ErrRequest, err)
	}
	if !info.IsDir() {
		if dir, err = readLink(dir, "gitdir: "); err != nil {
			return place{}, err
		}
	}
	p := place{dir: dir, common: dir, index: o.IndexFile}
	if common, err := readLink(filepath.Join(dir, "commondir"), ""); err == nil {
		p.common = common
	}
	if p.index == "" {
		p.index = filepath.Join(dir, "index")
	}
	if !exists(filepath.Join(p.dir, "HEAD")) || !isDir(filepath.Join(p.common, "objects")) || !isDir(filepath.Join(p.common, "refs")) {
		return place{}, fmt.Errorf("%w: %s is not a git repository", ErrRequest, dir)
	}
	return p, nil
}

// readLink returns the path that a file such as .git or commondir holds,
// which is relative to the file's own directory.
func readLink(file, prefix string) (string, error) {
	data, err := readSmall(file)
	if err != nil {
		return "", err
	}
	path, ok := strings.CutPrefix(strings.TrimRight(string(data), "\r\n"), prefix)
	if !ok || path == "" || strings.ContainsAny(path, "\x00\n") {
		return "", fmt.Errorf("%w: %s names no git directory", ErrRequest, file)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	return path, nil
}

// readSmall returns the content of a regular file of at most maxConfig bytes.
func readSmall(path string) ([]byte, error) {
	data, err := readStart(path, maxConfig+1)
	if err == nil && len(data) > maxConfig {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxConfig)
	}
	return data, err
}

// readStart returns the first n bytes of a regular file, or all it has. A pipe
// or device is never opened: reading it could last for ever.
func readStart(path string, n int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// A format is what a repository's configuration says of how it is stored. It
// is all that is ever taken from there.
type format struct {
	objects string // "sha1"
	refs    string // "files"
}

// readFormat reads the configuration of the repository in dir. A repository
// without one has the formats of old.
func readFormat(dir string) (f format, err error) {
	f = format{objects: "sha1", refs: "files"}
	data, err := readSmall(filepath.Join(dir, "config"))
	if errors.Is(err, os.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	c, err := parseConfig(data)
	if err != nil {
		return f, fmt.Errorf("%s: %w", filepath.Join(dir, "config"), err)
	}
	ext := c.Section("extensions")
	if v := ext.Option("objectformat"); v != "" {
		f.objects = strings.ToLower(v)
	}
	if v := ext.Option("refstorage"); v != "" {
		f.refs = strings.ToLower(v)
	}
	return f, nil
}

// parseConfig parses a configuration file. The library's parser panics on
// some input.
func parseConfig(data []byte) (c *config.Config, err error) {
	defer func() {
		if recover() != nil {
			c, err = nil, errors.New("not a git configuration file")
		}
	}()
	c = config.New()
	return c, config.NewDecoder(bytes.NewReader(data)).Decode(c)
}
