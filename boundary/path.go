package boundary

import (
	"github.com/seed-5dd601fe/sprawl"
)

// A path is what the directories and the file name of a location say.
type path struct {
	is bool // the location has a path of a file

	env           classes
	envSource     string
	envConfidence int

	kind       string // fixture, example or docs; "" for source
	kindSource string
	penalty    int

	vendored string // the source of the finding that it is somebody else's; or ""
	agent    bool   // under the directory of a coding agent
	logs     bool
	endpoint bool // only ever on somebody's machine
}

// What a directory holds.
type holds uint8

const (
	anything     holds = iota
	oneWord            // environments, where the whole name is one word
	environments       // environments, whatever else their names say
)

// readPath reads the path of at. The last directory that names an environment
// wins, and the file name wins over directories.
func readPath(at *sprawl.Location) (p path) {
	switch at.Kind {
	case sprawl.KindBlob, sprawl.KindName, sprawl.KindTree, sprawl.KindLink:
	default:
		return p // the text of a commit has no path
	}
	if at.Path == "" {
		return p
	}
	if placeOf(at.Target) != files {
		p.key(at.Path)
		return p
	}
	p.is = true
	before, start := "", 0
	for i := range len(at.Path) {
		if !isSlash(at.Path[i]) {
			continue
		}
		p.directory(before, at.Path[start:i], at.Path[:i+1])
		before, start = at.Path[start:i], i+1
	}
	p.file(before, at.Path[start:])
	return p
}

// isSlash reports whether b ends a directory, or the name of an archive.
func isSlash(b byte) bool { return b == '/' || b == '\\' || b == '!' }

// directory reads one directory called dir, inside one called before. whole is
// the path up to and with it.
func (p *path) directory(before, dir, whole string) {
	if dir == "" || dir == "." || eq(before, "home") || eq(before, "users") {
		return // a person may be called prod
	}
	in := contextOf(before)
	p.special(dir, whole)
	if in == anything && p.text(dir, whole) {
		return
	}
	n := readName(dir, false)
	set := n.sure
	switch {
	case in == environments:
		set |= n.fair | n.rare
	case in == oneWord && n.words == 1:
		set |= n.fair
	}
	p.set(set, n.words == 1 || in != anything, "path ", whole)
}

// set notes an environment. Later calls win.
func (p *path) set(set classes, firm bool, how, where string) {
	if set == 0 {
		return
	}
	p.env, p.envSource, p.envConfidence = set, how+where, byLoose
	if firm {
		p.envConfidence = byPath
	}
}

// text notes what kind of text a directory holds, and reports whether it is a
// place of tests, examples or manuals.
func (p *path) text(dir, whole string) bool {
	kind := ""
	switch {
	case eq(dir, "test"), eq(dir, "tests"), eq(dir, "testing"), eq(dir, "spec"), eq(dir, "specs"),
		eq(dir, "fixture"), eq(dir, "fixtures"), eq(dir, "testdata"), eq(dir, "__tests__"),
		eq(dir, "__fixtures__"), eq(dir, "__mocks__"), eq(dir, "mocks"):
		kind = "fixture"
	case eq(dir, "example"), eq(dir, "examples"), eq(dir, "sample"), eq(dir, "samples"):
		kind = "example"
	case eq(dir, "doc"), eq(dir, "docs"), eq(dir, "documentation"):
		kind = "docs"
	default:
		return false
	}
	p.note(kind, "path ", whole, fixturePenalty)
	return true
}

// note keeps the first kind of text that is met, and the largest penalty.
func (p *path) note(kind, how, where string, penalty int) {
	if p.kind == "" {
		p.kind, p.kindSource = kind, how+where
	}
	p.penalty = max(p.penalty, penalty)
}

// special notes directories that say whose they are or what fills them.
func (p *path) special(dir, whole string) {
	switch {
	case eq(dir, "vendor"), eq(dir, "third_party"), eq(dir, "third-party"), eq(dir, "thirdparty"),
		eq(dir, "node_modules"), eq(dir, "bower_components"), eq(dir, "site-packages"):
		p.vendored = "path " + whole
	case eq(dir, ".claude"), eq(dir, ".cursor"), eq(dir, ".codex"), eq(dir, ".gemini"), eq(dir, ".continue"):
		p.agent = true
	case eq(dir, ".aws"), eq(dir, ".ssh"), eq(dir, ".kube"), eq(dir, ".azure"), eq(dir, ".gnupg"):
		p.endpoint = true
	case eq(dir, "log"), eq(dir, "logs"):
		p.logs = true
	}
}

// contextOf says what the names inside the directory called dir mean.
func contextOf(dir string) holds {
	switch {
	case eq(dir, "env"), eq(dir, "envs"), eq(dir, "environment"), eq(dir, "environments"),
		eq(dir, "inventory"), eq(dir, "inventories"), eq(dir, "overlay"), eq(dir, "overlays"),
		eq(dir, "group_vars"), eq(dir, "clusters"), eq(dir, "stages"):
		return environments
	case eq(dir, "config"), eq(dir, "settings"), eq(dir, "deploy"), eq(dir, "deployment"), eq(dir, "deployments"),
		eq(dir, "terraform"), eq(dir, "live"), eq(dir, "profiles"), eq(dir, "namespaces"), eq(dir, "accounts"):
		return oneWord
	}
	return anything
}

// key reads the path of a key or variable in a store: every segment counts,
// and the variable's own name the least.
func (p *path) key(where string) {
	start := 0
	for i := range len(where) {
		if where[i] == '/' {
			p.set(readName(where[start:i], false).sure, true, "path ", where[:i+1])
			start = i + 1
		}
	}
	n := readName(where[start:], true)
	if set := n.sure | n.fair&^ci; set != 0 {
		p.env, p.envSource, p.envConfidence = set, "name "+where[start:], byName
	}
}
