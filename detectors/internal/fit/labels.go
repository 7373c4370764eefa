package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A label says what a person who read the place calls the value there.
type label struct {
	repo, path        string
	line, column, end int
	secret            bool
	kind              string
	weight            float64
	met               bool
	lines             bool // it speaks of lines from line to end: what else stands there is no secret
}

// The weights of labels of dictionary words, such as "secret": readers differ
// over them, the more so in tests.
const (
	weakTestWeight = 0.03
	weakWeight     = 0.3
)

// weigh lets labels of dictionary words count for little.
func (l *label) weigh() {
	switch l.kind {
	case "weak-test":
		l.weight = weakTestWeight
	case "weak-password":
		l.weight = weakWeight
	}
}

// readLabels reads files of lines of repository, commit, path, line, first
// column, column after the last, "secret" or "not", kind, note; the weight of a
// sampled line is in its note, as w=3.5.
func readLabels(glob string) (all []*label, err error) {
	for pattern := range strings.SplitSeq(glob, ",") {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			more, err := readFile(name)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
	}
	return all, nil
}

func readFile(name string) (all []*label, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	var in readFiles
	for n := 1; lines.Scan(); n++ {
		t := strings.Split(lines.Text(), "\t")
		if more, ok, err := in.add(t); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		} else if ok {
			all = append(all, more...)
			continue
		}
		if len(t) < 8 || t[6] != "secret" && t[6] != "not" {
			continue
		}
		l := &label{repo: t[0], path: t[2], secret: t[6] == "secret", kind: t[7], weight: 1}
		var errs [3]error
		l.line, errs[0] = strconv.Atoi(t[3])
		l.column, errs[1] = strconv.Atoi(t[4])
		l.end, errs[2] = strconv.Atoi(t[5])
		if errs != [3]error{} {
			return nil, fmt.Errorf("%s:%d: want numbers of line and columns", name, n)
		}
		if len(t) > 8 {
			if _, w, ok := strings.Cut(t[8], "w="); ok {
				if l.weight, err = strconv.ParseFloat(strings.Fields(w)[0], 64); err != nil {
					return nil, fmt.Errorf("%s:%d: %w", name, n, err)
				}
			}
		}
		l.weigh()
		all = append(all, l)
	}
	return all, lines.Err()
}

// readFiles reads the labels of package measure: R a repository, F a file and
// the lines that were read in it, S a secret there. Only what is for fitting is
// taken.
type readFiles struct {
	repo, path string
	fit        bool
}

// add returns what the fields of a line say, if it is one of those.
func (in *readFiles) add(t []string) (all []*label, ok bool, err error) {
	switch {
	case t[0] == "R" && len(t) == 4:
		in.repo, in.fit = t[1], t[3] == "fit"
		return nil, true, nil
	case t[0] == "N" || !in.fit && (t[0] == "F" || t[0] == "S"):
		return nil, true, nil
	case t[0] == "F" && len(t) == 4:
		in.path = t[1]
		for r := range strings.SplitSeq(t[3], ",") { // 3,7-12
			from, to, found := strings.Cut(r, "-")
			l := &label{repo: in.repo, path: in.path, kind: "read", weight: 1, lines: true}
			if l.line, err = strconv.Atoi(from); err != nil {
				return nil, true, err
			}
			if l.end = l.line; found {
				if l.end, err = strconv.Atoi(to); err != nil {
					return nil, true, err
				}
			}
			all = append(all, l)
		}
		return all, true, nil
	case t[0] == "S" && len(t) >= 5:
		l := &label{repo: in.repo, path: in.path, secret: true, kind: t[4], weight: 1}
		var errs [3]error
		l.line, errs[0] = strconv.Atoi(t[1])
		l.column, errs[1] = strconv.Atoi(t[2])
		l.end, errs[2] = strconv.Atoi(t[3])
		l.weigh()
		return []*label{l}, true, errors.Join(errs[:]...)
	}
	return nil, false, nil
}
