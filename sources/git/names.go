package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// maxText bounds a reflog or a file of configuration, in bytes.
const maxText = 64 << 20

// readRefNames shows the names of all refs as one text.
func (r *Repo) readRefNames(ctx context.Context, v sprawl.Visitor) error {
	var text bytes.Buffer
	for _, f := range r.refs.all {
		text.WriteString(f.name)
		text.WriteByte('\n')
		if f.to != "" {
			text.WriteString(f.to + "\n")
		}
	}
	r.tally.refs.Add(int64(len(r.refs.all)))
	s := r.shower(ctx, v)
	defer s.count()
	return s.text(sprawl.KindRef, "refs", text.Bytes())
}

// readReflogs shows the logs of all refs, those of other work trees too.
func (r *Repo) readReflogs(ctx context.Context, v sprawl.Visitor) error {
	s := r.shower(ctx, v)
	defer s.count()
	for _, dir := range r.gitDirs() {
		err := s.files(ctx, dir, filepath.Join(dir, "logs"), func(string) sprawl.Kind { return sprawl.KindReflog })
		if err != nil {
			return err
		}
	}
	return s.gaps.err()
}

// readConfig shows what stands in the git directory beside objects, refs and
// logs: the configuration with the URLs of remotes, messages of commits that
// are being written, hooks, the configuration of submodules.
func (r *Repo) readConfig(ctx context.Context, v sprawl.Visitor) error {
	s := r.shower(ctx, v)
	defer s.count()
	for _, dir := range r.gitDirs() {
		if err := s.files(ctx, dir, dir, r.isConfig); err != nil {
			return err
		}
	}
	return s.gaps.err()
}

// gitDirs are the directories that the repository keeps its own files in.
// Those of other work trees lie below the common one.
func (r *Repo) gitDirs() []string {
	if rel, err := filepath.Rel(r.place.common, r.place.dir); err == nil && filepath.IsLocal(rel) {
		return []string{r.place.common}
	}
	return []string{r.place.common, r.place.dir}
}

// notConfig is the kind that isConfig gives to what it leaves out.
const notConfig sprawl.Kind = "-"

// isConfig says whether the file or directory at the slash-separated path
// rel of a git directory is configuration.
func (r *Repo) isConfig(rel string) sprawl.Kind {
	base := rel[strings.LastIndexByte(rel, '/')+1:]
	switch base {
	case "objects", "refs", "logs", "index", "packed-refs", "shallow", "rr-cache":
		if module, ok := strings.CutPrefix(rel, "modules/"); ok && base == "objects" {
			name := strings.TrimSuffix(module, "/objects")
			r.tally.skip(r.target, "submodule "+name, "its history is another repository; scan git: and the path of the submodule")
		}
		return notConfig
	case "lfs", "annex":
		r.tally.skip(r.target, rel, "large files that are kept beside the history are not read; scan the directory with dir:")
		return notConfig
	}
	if strings.HasSuffix(base, ".sample") || strings.HasPrefix(base, "fsmonitor--daemon") || strings.HasPrefix(base, "sharedindex.") {
		return notConfig
	}
	return sprawl.KindConfig
}

// files shows the regular files below dir, named relative to root. kind tells
// which; links are not followed.
func (s *shower) files(ctx context.Context, root, dir string, kind func(rel string) sprawl.Kind) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		if err != nil {
			if !errors.Is(err, os.ErrNotExist) {
				s.gaps.add(rel, err)
			}
			return nil
		}
		k := kind(rel)
		switch {
		case k == notConfig && e.IsDir():
			return filepath.SkipDir
		case k == notConfig || !e.Type().IsRegular():
			return nil
		}
		data, err := readStart(path, maxText+1)
		if err == nil && len(data) > maxText {
			err = fmt.Errorf("only the first %d bytes are read", maxText)
			data = data[:maxText]
		}
		if err != nil {
			s.gaps.add(rel, err)
		}
		return s.text(k, rel, data)
	})
}

// noteShallow notes where history was cut off when it was fetched.
func (r *Repo) noteShallow() {
	data, err := readStart(filepath.Join(r.place.common, "shallow"), maxText)
	if err != nil {
		return
	}
	r.shallow = make(map[sprawl.ID]bool)
	for _, line := range bytes.Fields(data) {
		if id, ok := parseID(line); ok {
			r.shallow[id] = true
		}
	}
	if n := len(r.shallow); n > 0 {
		r.tally.gap(r.target, "history", fmt.Sprintf("what lies before %d shallow commits is not here; run git fetch --unshallow", n))
	}
}
