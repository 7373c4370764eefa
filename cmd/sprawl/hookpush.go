package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/report"
)

// A push is what git tells a hook of a push, in the words of a source.
type push struct {
	refs    int // lines, deletions too
	deleted int
	tips    []string // what refs are to stand for
	known   []string // what the other side has already
}

// maxPushed bounds the refs of one push. A mirror of a forge can have hundreds
// of thousands.
const maxPushed = 1 << 20

// readPush reads standard input if the flags say that a hook gives it.
func (f *scanFlags) readPush(c console) (err error) {
	switch {
	case f.preReceive:
		f.pushed, err = preReceive(c)
	case f.prePush != "":
		f.pushed, err = prePush(c, f.prePush)
	}
	return err
}

// preReceive reads lines OLD NEW REF, as githooks(5) has them for pre-receive.
// At that time every ref still stands for what it did before, so that these
// lead to all that is known.
func preReceive(c console) (*push, error) {
	p := &push{known: []string{"refs/"}}
	return p, p.read(c, "pre-receive", 3, func(field []string) (old, new string) {
		return field[0], field[1]
	})
}

// prePush reads lines LOCAL-REF LOCAL REMOTE-REF REMOTE, as githooks(5) has them
// for pre-push. The other side has what its refs stood for when it was last
// asked; what another remote has is no secret kept from that one.
func prePush(c console, remote string) (*push, error) {
	p := &push{known: []string{"refs/remotes/" + strings.TrimSuffix(remote, "/") + "/"}} // none, where remote is a URL
	return p, p.read(c, "pre-push", 4, func(field []string) (old, new string) {
		return field[3], field[1]
	})
}

// read reads the lines of a hook, of which each has so many fields.
func (p *push) read(c console, hook string, fields int, objects func(field []string) (old, new string)) error {
	if _, ok := terminal(c.in); ok {
		return fmt.Errorf("--%s reads what git tells the hook on standard input, and there is a terminal: see sprawl hook install", hook)
	}
	seen := map[string]bool{}
	lines := bufio.NewScanner(c.in)
	lines.Buffer(nil, 1<<16)
	for lines.Scan() {
		field := strings.Fields(lines.Text())
		if len(field) == 0 {
			continue
		}
		p.refs++
		if len(field) != fields || p.refs > maxPushed {
			return fmt.Errorf("--%s: line %d of standard input is not what git tells the hook: want %d fields", hook, p.refs, fields)
		}
		old, next := objects(field)
		for _, id := range []string{old, next} {
			if _, err := hex.DecodeString(id); err != nil || len(id) != 40 {
				return fmt.Errorf("--%s: line %d of standard input names no object of SHA-1: %q", hook, p.refs, oneLine(id))
			}
		}
		if strings.Trim(next, "0") == "" {
			p.deleted++
			continue
		}
		if !seen[next] {
			seen[next] = true
			p.tips = append(p.tips, next)
		}
		if strings.Trim(old, "0") != "" && hook == "pre-push" {
			p.known = append(p.known, old)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("--%s: standard input: %w", hook, err)
	}
	return nil
}

// quarantine returns the object directories that git gives to the hooks of a
// push, that of what was pushed first; none where git gave none.
func quarantine(c console) (dirs []string) {
	first := c.getenv("GIT_OBJECT_DIRECTORY")
	if first == "" {
		return nil
	}
	dirs = append(dirs, first)
	for _, dir := range filepath.SplitList(c.getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")) {
		if plain, err := strconv.Unquote(dir); err == nil {
			dir = plain
		}
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// nothing reports whether a push only deletes, so that there is nothing
// to read.
func (p *push) nothing() bool { return p != nil && len(p.tips) == 0 }

// onlyDeletes is the report of a push that brings nothing.
func onlyDeletes(p *push) *report.Document {
	why := "the push brings nothing: there was nothing to read"
	if p.deleted > 0 {
		why = "the push only deletes: there was nothing to read"
	}
	return &report.Document{
		Tool: "sprawl", Version: version(),
		Receipt: sprawl.Receipt{Complete: true, Skipped: []sprawl.Gap{{What: counted(p.refs, "ref"), Why: why}}},
	}
}
