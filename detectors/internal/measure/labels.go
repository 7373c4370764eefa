package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Labels are what people saw by reading files of public repositories.
type labels struct{ repos []*repository }

// A repository is labelled at one commit.
type repository struct {
	name, commit, split string // split is "fit" or "held"
	files               []*file
}

// A file was read in the given lines, and only there.
type file struct {
	path, kind string
	read       []lines
	labels     []label
}

// Lines are a range of lines from 1, both ends included.
type lines struct{ from, to int }

func (l lines) overlap(from, to int) bool { return from <= l.to && l.from <= to }

// A label marks a value. Columns are bytes from 1, the end is exclusive.
type label struct {
	secret     bool
	line       int
	start, end int
	kind       string
	sum        string // of the value, so that a wrong checkout is noticed
}

// weak reports whether the value is a plain word such as "password", or very
// short. Such values are reported apart: whether they are worth a finding is a
// matter of taste, and they would drown everything else.
func (l *label) weak() bool { return strings.HasPrefix(l.kind, "weak-") }

// salt keeps the sums from being looked up in tables of known hashes.
const salt = "sprawl accuracy 1\x00"

// sumOf returns the sum of a labelled value.
func sumOf(value []byte) string {
	h := sha256.New()
	io.WriteString(h, salt)
	h.Write(value)
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// parseLabels reads the format that testdata/labels.txt describes.
func parseLabels(r io.Reader) (*labels, error) {
	all := &labels{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		text := sc.Text()
		if text == "" || text[0] == '#' {
			continue
		}
		if err := all.add(strings.Split(text, "\t")); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return all, sc.Err()
}

func (all *labels) add(field []string) error {
	switch {
	case field[0] == "R" && len(field) == 4:
		all.repos = append(all.repos, &repository{name: field[1], commit: field[2], split: field[3]})
		return nil
	case len(all.repos) == 0:
		return fmt.Errorf("%q before the first repository", field[0])
	}
	repo := all.repos[len(all.repos)-1]
	switch {
	case field[0] == "F" && len(field) == 4:
		read, err := parseRead(field[3])
		repo.files = append(repo.files, &file{path: field[1], kind: field[2], read: read})
		return err
	case (field[0] == "S" && len(field) == 6 || field[0] == "N" && len(field) == 5) && len(repo.files) > 0:
		l := label{secret: field[0] == "S", kind: field[4]}
		if l.secret {
			l.sum = field[5]
		}
		var err error
		for i, p := range []*int{&l.line, &l.start, &l.end} {
			if *p, err = strconv.Atoi(field[1+i]); err != nil || *p < 1 {
				return fmt.Errorf("%q is no position", field[1+i])
			}
		}
		f := repo.files[len(repo.files)-1]
		f.labels = append(f.labels, l)
		return nil
	}
	return fmt.Errorf("%q with %d fields is not understood", field[0], len(field))
}

// parseRead reads "3,7-12".
func parseRead(text string) (all []lines, err error) {
	for part := range strings.SplitSeq(text, ",") {
		a, b, ok := strings.Cut(part, "-")
		if !ok {
			b = a
		}
		var l lines
		if l.from, err = strconv.Atoi(a); err != nil {
			return nil, err
		}
		if l.to, err = strconv.Atoi(b); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
