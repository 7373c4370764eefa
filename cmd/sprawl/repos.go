package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/report"
)

// nameRepositories tells of every place in a directory which repository below
// that directory holds it: the readers of two repositories differ, even if they
// are checked out side by side. It looks for .git above the places where
// something was found, and reads nothing.
func nameRepositories(doc *report.Document) {
	r := repositories{}
	for i := range doc.Credentials {
		for k := range doc.Credentials[i].Locations {
			at := &doc.Credentials[i].Locations[k]
			if at.Target.Scheme() != "dir" || at.Says[sprawl.SaysUnit] != "" {
				continue
			}
			root := at.Target.Rest()
			if repo := r.of(root, path.Dir(at.Path)); repo != "" {
				says := maps.Clone(at.Says) // other locations may share it
				if says == nil {
					says = map[string]string{}
				}
				says[sprawl.SaysUnit] = path.Join(filepath.ToSlash(root), repo)
				at.Says = says
			}
		}
	}
}

// repositories remembers which directory lies in which repository.
type repositories map[[2]string]string

// of returns the repository below root that dir lies in, "" if in none.
func (r repositories) of(root, dir string) string {
	if dir == "." || dir == "/" || strings.HasPrefix(dir, "..") {
		return ""
	}
	key := [2]string{root, dir}
	repo, ok := r[key]
	if !ok {
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(dir), ".git")); err == nil {
			repo = dir
		} else {
			repo = r.of(root, path.Dir(dir))
		}
		r[key] = repo
	}
	return repo
}
