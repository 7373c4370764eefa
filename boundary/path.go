package boundary

import (
	"github.com/seed-5dd601fe/sprawl"
)

// A path is what the directories and the file name of a location say, beside
// its environment.
type path struct {
	is bool // the location has a path of a file

	kind       string // fixture, example or docs; "" for source
	kindHow    string
	kindWhere  string
	penalty    int
	vendored   string // the directory of somebody else's code that it lies in; or ""
	agent      bool   // under the directory of a coding agent
	logs, mail bool
	endpoint   bool // only ever on somebody's machine

	place place
	more  words
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
func readPath(more words, g *gather, at *sprawl.Location) (p path) {
	p.place = placeOf(at.Target)
	switch at.Kind {
	case sprawl.KindBlob, sprawl.KindEntry, sprawl.KindName, sprawl.KindTree, sprawl.KindLink:
	default:
		return p // the text of a commit has no path
	}
	p.more = more
	if p.place != files {
		p.store(g, at)
		return p
	}
	if at.Path == "" {
		return p
	}
	p.is = true
	in, start := anything, 0
	for i := range len(at.Path) {
		if !isSlash(at.Path[i]) {
			continue
		}
		in = p.directory(g, in, at.Path[start:i], at.Path[:i+1])
		start = i + 1
	}
	p.file(g, in, at.Path[start:])
	return p
}

// isSlash reports whether b ends a directory, or the name of an archive.
func isSlash(b byte) bool { return b == '/' || b == '\\' || b == '!' }

// directory reads the directory called dir, inside one that holds in, and
// returns what it holds itself. whole is the path up to and with it.
func (p *path) directory(g *gather, in holds, dir, whole string) holds {
	if in == people || dir == "" || dir == "." {
		return anything
	}
	var buf [16]byte
	low := lower(&buf, dir)
	p.special(low, whole)
	if in == anything && p.text(low, whole) {
		return anything
	}
	n := readName(p.more, dir, false)
	set := n.sure
	switch {
	case in == environments:
		set |= n.fair | n.rare
	case in == oneWord && n.words == 1:
		set |= n.fair
	}
	p.env(g, set, n.words == 1 || in != anything, "path ", whole)
	if low == nil && eq(dir, "terraform.tfstate.d") {
		return environments
	}
	return contextOf(low)
}

// env notes an environment. Later calls win.
func (p *path) env(g *gather, set classes, firm bool, how, where string) {
	if set == 0 {
		return
	}
	c := clue{set: set, how: how, where: where, rank: Path, confidence: byLoose, made: true}
	if firm {
		c.confidence = byPath
	}
	g.add(env, c)
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
		p.kind, p.kindHow, p.kindWhere = kind, how, where
	}
	p.penalty = max(p.penalty, penalty)
}

// special notes directories that say whose they are or what fills them.
func (p *path) special(dir []byte, whole string) {
	switch string(dir) {
	case "vendor", "third_party", "third-party", "thirdparty", "node_modules", "bower_components", "site-packages":
		p.vendored = whole
	case ".claude", ".cursor", ".codex", ".gemini", ".continue", ".windsurf", ".codeium", ".aider", ".cline", ".roo",
		".amazonq", ".opencode", "github-copilot":
		p.agent = true
	case ".aws", ".ssh", ".kube", ".azure", ".gnupg", ".docker", ".gcloud", ".config", ".password-store",
		"appdata", ".local", ".vault-token":
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
		"group_vars", "clusters", "stages", "workspaces":
		return environments
	case "env:": // where Terraform's S3 backend keeps the states of workspaces
		return environments
	case "config", "settings", "deploy", "deployment", "deployments", "terraform", "live", "profiles",
		"namespaces", "accounts", "stacks":
		return oneWord
	case "home", "users":
		return people
	}
	return anything
}

// store reads the path of a key or variable in a store: every segment of its
// target and path counts, and the variable's own name the least.
func (p *path) store(g *gather, at *sprawl.Location) {
	if p.place != ciStore {
		p.segments(g, at.Target.Rest(), "target ")
	}
	p.variable(g, at.Path[p.segments(g, at.Path, "path "):])
}

// segments reads what ends with a slash in where, and returns where the rest
// begins.
func (p *path) segments(g *gather, where, how string) int {
	in, start := anything, 0
	for i := range len(where) {
		if where[i] != '/' {
			continue
		}
		p.segment(g, &in, where[start:i], how, where[:i+1])
		start = i + 1
	}
	if how == "target " {
		p.segment(g, &in, where[start:], how, where)
	}
	return start
}

func (p *path) segment(g *gather, in *holds, s, how, whole string) {
	var buf [16]byte
	n := readName(p.more, s, false)
	set := n.sure
	if *in != anything && n.words == 1 {
		set |= n.fair
	}
	p.env(g, set, true, how, whole)
	*in = contextOf(lower(&buf, s))
}
