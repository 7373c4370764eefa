package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sweep"
)

// What --honor can name: ways in which those who wrote what is scanned ask
// other scanners to pass something over. None is followed unless the operator
// says so.
const (
	honorIgnoreFile = "gitleaks-ignore"
	honorGitleaks   = "gitleaks-allow"
	honorTrufflehog = "trufflehog-ignore"
)

var honorable = []string{honorIgnoreFile, honorGitleaks, honorTrufflehog}

// honoredWhy says why something was left out on the word of its authors.
const honoredWhy = "followed because --honor says so"

// honorOf returns which of honorable a mark in a line belongs to.
func honorOf(mark string) string {
	if strings.HasPrefix(mark, "trufflehog") {
		return honorTrufflehog
	}
	return honorGitleaks
}

// newHonoring reads the ignore files of places.
func newHonoring(wanted []string, places []sweep.Place) (*honoring, error) {
	h := &honoring{wanted: wanted, done: map[leftOut]int{}, undone: map[string]int{}}
	return h, h.read(places)
}

// apply leaves out of doc what the operator wants left out on the word of those
// who wrote it, and counts it. What they wrote and is not followed is noted.
func (h *honoring) apply(doc *report.Document, quiet bool) {
	kept := doc.Credentials[:0]
	for _, c := range doc.Credentials {
		n := len(c.Locations)
		c.Locations = slices.DeleteFunc(c.Locations, func(at sprawl.Location) bool { return h.leavesOut(&at) })
		if n == 0 || len(c.Locations) > 0 {
			kept = append(kept, c)
		}
	}
	doc.Credentials = kept
	doc.Receipt.Skipped = append(doc.Receipt.Skipped, h.skipped()...)
	if !quiet {
		doc.Notes = append(doc.Notes, h.notes()...)
	}
}

// An honoring is what was asked for, and what came of it.
type honoring struct {
	wanted  []string
	ignores []ignoreFile
	done    map[leftOut]int
	undone  map[string]int // by mark
}

type leftOut struct {
	target sprawl.Target
	by     string
}

// leavesOut reports whether a location is to be left out, and counts it.
func (h *honoring) leavesOut(at *sprawl.Location) bool {
	if at.Mark != "" {
		if slices.Contains(h.wanted, honorOf(at.Mark)) {
			h.done[leftOut{at.Target, at.Mark}]++
			return true
		}
		h.undone[at.Mark]++
	}
	for i := range h.ignores {
		if f := &h.ignores[i]; f.target == at.Target && f.names(at) {
			if slices.Contains(h.wanted, honorIgnoreFile) {
				h.done[leftOut{at.Target, ignoreName}]++
				return true
			}
			f.would++
		}
	}
	return false
}

func (h *honoring) skipped() (all []sprawl.Gap) {
	for what, n := range h.done {
		all = append(all, sprawl.Gap{Target: what.target, What: places(n), Why: what.by + ", " + honoredWhy})
	}
	slices.SortFunc(all, func(a, b sprawl.Gap) int {
		return strings.Compare(string(a.Target)+a.Why, string(b.Target)+b.Why)
	})
	return all
}

func places(n int) string {
	if n == 1 {
		return "1 place"
	}
	return strconv.Itoa(n) + " places"
}

func (h *honoring) notes() (notes []string) {
	for _, gap := range h.skipped() {
		notes = append(notes, fmt.Sprintf("%s left out of %s: %s.", gap.What, gap.Target, gap.Why))
	}
	for _, mark := range []string{"gitleaks:allow", "betterleaks:allow", "trufflehog:ignore"} {
		if n := h.undone[mark]; n > 0 {
			notes = append(notes, fmt.Sprintf("%s marked %s counted all the same: --honor %s leaves them out.", places(n), mark, honorOf(mark)))
		}
	}
	for i := range h.ignores {
		f := &h.ignores[i]
		switch unused := f.unused(); {
		case !slices.Contains(h.wanted, honorIgnoreFile) && f.would > 0:
			notes = append(notes, fmt.Sprintf("%s names %s, counted all the same: --honor %s leaves them out.", f.path, places(f.would), honorIgnoreFile))
		case slices.Contains(h.wanted, honorIgnoreFile) && unused > 0:
			notes = append(notes, fmt.Sprintf("%d of %d entries of %s name nothing that was found.", unused, len(f.entries), f.path))
		}
	}
	return notes
}

// An ignoreFile is a .gitleaksignore.
type ignoreFile struct {
	target  sprawl.Target
	path    string
	entries []ignoreEntry
	would   int // places that it names, where it is not followed
}

// An ignoreEntry is commit:path:rule:line, or path:rule:line. The rule is the
// other tool's, and not compared.
type ignoreEntry struct {
	commit, path string
	line         int
	used         bool
}

const (
	ignoreName     = ".gitleaksignore"
	maxIgnoreFile  = 4 << 20
	maxIgnoreLines = 100000
)

// read reads the ignore files of local targets. Where they are to be followed,
// one that can't be read is an error, and so is there being none.
func (h *honoring) read(from []sweep.Place) error {
	must := slices.Contains(h.wanted, honorIgnoreFile)
	for _, p := range from {
		t := p.Target
		if t.Scheme() != "git" && t.Scheme() != "dir" {
			continue
		}
		path := filepath.Join(t.Rest(), ignoreName)
		text, err := readBounded(path, maxIgnoreFile)
		switch {
		case errors.Is(err, fs.ErrNotExist), err != nil && !must:
			continue
		case err != nil:
			return fmt.Errorf("--honor %s: %w", honorIgnoreFile, err)
		}
		h.ignores = append(h.ignores, ignoreFile{target: t, path: path, entries: ignoreEntries(text)})
	}
	if must && len(h.ignores) == 0 {
		return fmt.Errorf("--honor %s: there is no %s at the root of what was scanned", honorIgnoreFile, ignoreName)
	}
	return nil
}

// ignoreEntries reads the lines of an ignore file; what is no entry names
// nothing.
func ignoreEntries(text []byte) (all []ignoreEntry) {
	for line := range bytes.Lines(text) {
		line, _, _ = bytes.Cut(bytes.TrimSpace(line), []byte(" #"))
		if len(line) == 0 || line[0] == '#' || len(all) == maxIgnoreLines {
			continue
		}
		all = append(all, ignoreEntryOf(string(line)))
	}
	return all
}

func ignoreEntryOf(line string) (e ignoreEntry) {
	rest, number, _ := cutLast(line)
	n, err := strconv.Atoi(number)
	if err != nil {
		return e
	}
	e.line = n
	e.path, _, _ = cutLast(rest)
	if commit, path, ok := strings.Cut(e.path, ":"); ok && len(commit) == 40 {
		if _, err := hex.DecodeString(commit); err == nil {
			e.commit, e.path = commit, path
		}
	}
	e.path = strings.TrimPrefix(e.path, "./")
	return e
}

// cutLast cuts s at its last colon.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// names reports whether an entry names the location.
func (f *ignoreFile) names(at *sprawl.Location) bool {
	for i := range f.entries {
		e := &f.entries[i]
		if e.line != at.Line || e.path != at.Path || e.line == 0 {
			continue
		}
		if e.commit == "" || at.Life != nil && at.Life.Commit == e.commit {
			e.used = true
			return true
		}
	}
	return false
}

func (f *ignoreFile) unused() (n int) {
	for i := range f.entries {
		if !f.entries[i].used {
			n++
		}
	}
	return n
}
