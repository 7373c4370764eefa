package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

// A candidate is a value that the generic tier weighed.
type candidate struct {
	repo, path string
	line       int
	column     int // of the value's first byte, from 1
	end        int // of its last, plus one
	text       string
	value      string
	confidence int
	evidence   []detectors.Evidence
	rule       string
	secret     bool
	kind       string
	weight     float64
}

// candidates calls yield with every candidate in the files below dir.
func candidates(set *detectors.Set, dir string, yield func(candidate)) error {
	repo := strings.Replace(filepath.Base(dir), "+", "/", 1)
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil || len(data) > 1<<20 || bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
			return err
		}
		path, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		inFile(set, data, filepath.ToSlash(path), func(c candidate) {
			c.repo = repo
			yield(c)
		})
		return nil
	})
}

// inFile calls yield with the candidates in one file, each place once.
func inFile(set *detectors.Set, data []byte, path string, yield func(candidate)) {
	sc := set.NewScanner()
	seen := map[int]bool{}
	at := sprawl.Location{Path: path}
	sc.Trace(func(s detectors.Step) {
		if s.Evidence == nil || s.Decoded || seen[s.Pos] {
			return
		}
		seen[s.Pos] = true
		l := at
		detectors.Place(&l, data, s.Pos, s.End)
		c := candidate{path: path, line: l.Line, column: l.Column, end: l.EndColumn, rule: s.Rule, value: string(data[s.Pos:s.End])}
		c.confidence = detectors.Weigh(s.Confidence, &l, data, s.Pos, s.End)
		c.evidence = append(s.Evidence, detectors.PlaceEvidence(&l, data, s.Pos, s.End)...)
		c.text = lineAround(data, s.Pos, s.End)
		yield(c)
	})
	sc.Scan(nil, &sprawl.Chunk{At: &at, Data: data})
}

// lineAround returns the line that holds data[from:to], which it marks.
func lineAround(data []byte, from, to int) string {
	start := max(bytes.LastIndexByte(data[:from], '\n')+1, from-90)
	end := min(len(data), to+40)
	if k := bytes.IndexByte(data[to:end], '\n'); k >= 0 {
		end = to + k
	}
	return strings.TrimSpace(string(data[start:from])) + "«" + string(data[from:to]) + "»" + strings.TrimRight(string(data[to:end]), " \r")
}

// sample prints up to n candidates, half of them among those that are surer
// than not, and how many each stands for.
func sample(set *detectors.Set, dirs []string, n int, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	var groups [2][]candidate
	for _, dir := range dirs {
		seen := map[string]int{}
		err := candidates(set, dir, func(c candidate) {
			key := c.value + "\x00" + filepath.Ext(c.path)
			if seen[key]++; seen[key] > 1 || len(c.text) > 330 {
				return
			}
			g := 0
			if c.confidence >= 30 {
				g = 1
			}
			groups[g] = append(groups[g], c)
		})
		if err != nil {
			return err
		}
	}
	for g, all := range groups {
		r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		share := min(n/2, len(all))
		for _, c := range all[:share] {
			c.weight = float64(len(all)) / float64(share)
			printCandidate(&c)
		}
		fmt.Fprintf(os.Stderr, "group %d: %d of %d\n", g, share, len(all))
	}
	return nil
}

func printCandidate(c *candidate) {
	fmt.Printf("%s\t%s\t%d\t%d\t%d\t%d\t%.1f\t%s\n", c.repo, c.path, c.line, c.column, c.end, c.confidence, c.weight, strings.ReplaceAll(c.text, "\t", " "))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
