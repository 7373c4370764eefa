package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

// A verdict is what became of one finding in a part of a file that was read.
type verdict struct {
	repo, path string
	kind       string // of the file
	rule       string
	tier       sprawl.Tier
	confidence int
	line       int
	hit        *label // the secret it overlaps; nil where there is none
}

// A place is a labelled secret and how well it was found.
type place struct {
	repo, path string
	kind       string // of the file
	label      *label
	structured int // the highest confidence of a finding there, -1 without one
	generic    int
}

// best returns the highest confidence of a finding at the place.
func (p *place) best() int { return max(p.structured, p.generic) }

// A result is everything that was measured.
type result struct {
	verdicts []verdict
	places   []place
	missing  []string // files that the checkouts lack or hold in another version
}

// measure scans the labelled files below dir, in which every repository stands
// as OWNER+NAME.
func measure(set *detectors.Set, all *labels, dir, split string) (*result, error) {
	res := &result{}
	sc := set.NewScanner()
	for _, repo := range all.repos {
		if split != "" && repo.split != split {
			continue
		}
		root := filepath.Join(dir, strings.ReplaceAll(repo.name, "/", "+"))
		for _, f := range repo.files {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.path)))
			if errors.Is(err, os.ErrNotExist) {
				res.missing = append(res.missing, repo.name+" "+f.path)
				continue
			} else if err != nil {
				return nil, err
			}
			if err := res.file(sc, repo, f, data); err != nil {
				return nil, fmt.Errorf("%s at %s: %s: %w", repo.name, repo.commit, f.path, err)
			}
		}
	}
	return res, nil
}

// file scans one file and compares what was found with what was read.
func (res *result) file(sc *detectors.Scanner, repo *repository, f *file, data []byte) error {
	starts := lineStarts(data)
	first := len(res.places)
	for i := range f.labels {
		l := &f.labels[i]
		if !l.secret {
			continue
		}
		value, err := l.value(data, starts)
		if err != nil {
			return err
		}
		if sumOf(value) != l.sum {
			return fmt.Errorf("line %d holds another value than was labelled", l.line)
		}
		res.places = append(res.places, place{repo.name, f.path, f.kind, l, -1, -1})
	}
	places := res.places[first:]
	sc.Reset()
	for _, found := range sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: f.path}, Data: data}) {
		at := &found.At
		v := verdict{
			repo: repo.name, path: f.path, kind: f.kind, rule: found.Rule, tier: found.Tier,
			confidence: found.Confidence, line: at.Line,
		}
		for i := range places {
			p := &places[i]
			if !p.label.isAt(at, data, starts) {
				continue
			}
			v.hit = p.label
			if found.Tier == sprawl.Generic {
				p.generic = max(p.generic, found.Confidence)
			} else {
				p.structured = max(p.structured, found.Confidence)
			}
		}
		if v.hit != nil || f.wasRead(at.Line, at.EndLine) {
			res.verdicts = append(res.verdicts, v)
		}
	}
	return nil
}

// isAt reports whether a finding at that place is of the labelled value: it
// overlaps it, or is the same text once more in the same line.
func (l *label) isAt(at *sprawl.Location, data []byte, starts []int) bool {
	from, to := starts[l.line-1]+l.start-1, starts[l.line-1]+l.end-1
	if int(at.Start) < to && from < int(at.End) {
		return true
	}
	return at.Line == l.line && bytes.Equal(data[at.Start:at.End], data[from:to])
}

func (f *file) wasRead(from, to int) bool {
	for _, r := range f.read {
		if r.overlap(from, max(from, to)) {
			return true
		}
	}
	return false
}

// value returns the labelled bytes.
func (l *label) value(data []byte, starts []int) ([]byte, error) {
	if l.line > len(starts) {
		return nil, fmt.Errorf("has no line %d", l.line)
	}
	from, to := starts[l.line-1]+l.start-1, starts[l.line-1]+l.end-1
	if from >= to || to > len(data) {
		return nil, fmt.Errorf("line %d has no columns %d to %d", l.line, l.start, l.end)
	}
	return data[from:to], nil
}

// lineStarts returns the offset of each line.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i := 0; ; {
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			return starts
		}
		i += n + 1
		starts = append(starts, i)
	}
}
