package boundary

import (
	"github.com/seed-5dd601fe/sprawl"
)

// A path is what the directories and the file name of a location say.
type path struct {
	is bool // the location has a path of a file

	env           classes
	envRule       string // "path ", "file name " or "name ", followed by envWhere
	envWhere      string
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
	people             // somebody may be called prod
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
	in, start := anything, 0
	for i := range len(at.Path) {
		if !isSlash(at.Path[i]) {
			continue
		}
		in = p.directory(in, at.Path[start:i], at.Path[:i+1])
		start = i + 1
	}
	p.file(in, at.Path[start:])
	return p
}

// isSlash reports whether b ends a directory, or the name of an archive.
func isSlash(b byte) bool { return b == '/' || b == '\\' || b == '!' }

// directory reads the directory called dir, inside one that holds in, and
// returns what it holds itself. whole is the path up to and with it.
func (p *path) directory(in holds, dir, whole string) holds {
	var buf [16]byte
	low := lower(&buf, dir)
	if in == people || dir == "" || dir == "." {
		return anything
	}
	p.special(low, whole)
	if in == anything && p.text(low, whole) {
		return anything
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
	return contextOf(low)
}

// set notes an environment. Later calls win.
func (p *path) set(set classes, firm bool, how, where string) {
	if set == 0 {
		return
	}
	p.env, p.envRule, p.envWhere, p.envConfidence = set, how, where, byLoose
	if firm {
		p.envConfidence = byPath
	}
}

// text notes what kind of text a directory holds, and reports whether it is a
// place of tests, examples or manuals.
func (p *path) text(dir []byte, whole string) bool {
	kind := ""
	switch string(dir) {
	case "test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "testdata",
		"__tests__", "__fixtures__", "__mocks__", "mocks":
		kind = "fixture"
	case "example", "examples", "sample", "samples":
		kind = "example"
	case "doc", "docs", "documentation":
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
func (p *path) special(dir []byte, whole string) {
	switch string(dir) {
	case "vendor", "third_party", "third-party", "thirdparty", "node_modules", "bower_components", "site-packages":
		p.vendored = "path " + whole
	case ".claude", ".cursor", ".codex", ".gemini", ".continue":
		p.agent = true
	case ".aws", ".ssh", ".kube", ".azure", ".gnupg":
		p.endpoint = true
	case "log", "logs":
		p.logs = true
	}
}

// contextOf says what the names inside a directory mean. Its own name is in small
// letters.
func contextOf(dir []byte) holds {
	switch string(dir) {
	case "env", "envs", "environment", "environments", "inventory", "inventories", "overlay", "overlays",
		"group_vars", "clusters", "stages":
		return environments
	case "config", "settings", "deploy", "deployment", "deployments", "terraform", "live", "profiles",
		"namespaces", "accounts":
		return oneWord
	case "home", "users":
		return people
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
		p.env, p.envRule, p.envWhere, p.envConfidence = set, "name ", where[start:], byName
	}
}
