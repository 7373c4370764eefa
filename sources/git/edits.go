package git

import (
	"context"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// planEdits plans to read files, each content once, and then what was at their
// paths before, where something was found: what was there already is not what
// the change brings.
func (r *Repo) planEdits(name string, files []staged) {
	once := make(map[sprawl.ID]bool)
	var fresh []staged
	for _, f := range files {
		if !once[f.id] {
			once[f.id] = true
			fresh = append(fresh, f)
		}
	}
	r.planFiles(name, fresh)
	if len(files) == 0 {
		return
	}
	r.add(name+"/before", stageRest, 1, func(ctx context.Context, v sprawl.Visitor) error {
		f, _ := v.(Finder)
		var before []staged
		for _, e := range files {
			if f != nil && !f.Found(e.id) {
				continue
			}
			for _, id := range e.before {
				if !once[id] {
					once[id] = true
					before = append(before, staged{path: e.path, id: id})
				}
			}
		}
		return r.readFiles(ctx, before, v)
	})
}

// edits tells what files bring from what they had before.
type edits struct {
	has    map[int]map[sprawl.ID]bool // objects, by credential
	fresh  map[sprawl.ID]bool
	before map[sprawl.ID]bool
	brings map[editKey]bool
	had    map[editKey]bool
}

// An editKey is a credential at a path.
type editKey struct {
	credential int
	path       string
}

func newEdits(files []staged, seen []sprawl.Sighting) *edits {
	e := &edits{
		has: make(map[int]map[sprawl.ID]bool), fresh: make(map[sprawl.ID]bool),
		before: make(map[sprawl.ID]bool), brings: make(map[editKey]bool), had: make(map[editKey]bool),
	}
	by := make(map[sprawl.ID][]int)
	for _, s := range seen {
		if e.has[s.Credential] == nil {
			e.has[s.Credential] = make(map[sprawl.ID]bool)
		}
		if !e.has[s.Credential][s.Object] {
			e.has[s.Credential][s.Object] = true
			by[s.Object] = append(by[s.Object], s.Credential)
		}
	}
	for i := range files {
		f := &files[i]
		e.fresh[f.id] = true
		for _, b := range f.before {
			e.before[b] = true
		}
		for _, c := range by[f.id] {
			k := editKey{c, f.path}
			if e.hadBefore(c, f) {
				e.had[k] = true
			} else {
				e.brings[k] = true
			}
		}
	}
	return e
}

// hadBefore reports whether a credential was in what f replaces: in one of the
// parents, where there are several.
func (e *edits) hadBefore(credential int, f *staged) bool {
	for _, b := range f.before {
		if e.has[credential][b] {
			return true
		}
	}
	return false
}

// carried reports whether a credential was at a path before, and no change
// brought it there anew.
func (e *edits) carried(credential int, path string) bool {
	k := editKey{credential, path}
	return e.had[k] && !e.brings[k]
}

// part returns the sightings to be located, and for all others a life that says
// that they are old. Of a credential that something brings, what lies in former
// content alone is neither.
func (e *edits) part(seen []sprawl.Sighting) (rest []sprawl.Sighting, old []sprawl.Life) {
	brought := make(map[int]bool)
	for k := range e.brings {
		brought[k.credential] = true
	}
	for _, s := range seen {
		if !e.fresh[s.Object] && !e.before[s.Object] {
			brought[s.Credential] = true // in a message, a name, or a place without an object
		}
	}
	for _, s := range seen {
		switch {
		case !brought[s.Credential]:
			old = append(old, sprawl.Life{Credential: s.Credential, Object: s.Object, Old: true})
		case e.fresh[s.Object] || !e.before[s.Object]:
			rest = append(rest, s)
		}
	}
	return rest, old
}

// filter passes on lives at paths that a change brought the credential to, and
// of what is no file. Below repeats it is not known which paths these are.
func (e *edits) filter(repeats []string, yield func(sprawl.Life) error) func(sprawl.Life) error {
	return func(life sprawl.Life) error {
		if !e.fresh[life.Object] || e.brings[editKey{life.Credential, life.Path}] {
			return yield(life)
		}
		for _, dir := range repeats {
			if strings.HasPrefix(life.Path, dir+"/") && !e.had[editKey{life.Credential, life.Path}] {
				return yield(life)
			}
		}
		return nil
	}
}
