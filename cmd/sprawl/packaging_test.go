package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

// moduleRoot is the directory of the module.
const moduleRoot = "../.."

// TestImageContext holds .dockerignore to sending all that the build in the
// Dockerfile reads, without an engine.
func TestImageContext(t *testing.T) {
	ignored := ignoredBy(t, filepath.Join(moduleRoot, ".dockerignore"))
	files := append(buildFiles(t), "go.mod", "go.sum")
	for _, name := range files {
		if by := ignored(name); by != "" {
			t.Errorf("the build of the image needs %s, which %s in .dockerignore leaves out", name, by)
		}
	}
	if len(files) < 100 {
		t.Errorf("only %d files are built: is the list complete?", len(files))
	}
	if ignored("docs/design.md") == "" || ignored("detectors/testdata/x") == "" {
		t.Error(".dockerignore sends what no build reads")
	}
}

// ignoredBy returns a function that tells the line by which a file is left out.
func ignoredBy(t *testing.T, name string) func(string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(path string) string {
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			for at := path; at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
				if doublestar.MatchUnvalidated(line, at) {
					return line
				}
			}
		}
		return ""
	}
}

// buildFiles returns the files of this module that go build reads.
func buildFiles(t *testing.T) (all []string) {
	t.Helper()
	root, err := filepath.Abs(moduleRoot)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Dir,GoFiles,EmbedFiles", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			Dir                 string
			GoFiles, EmbedFiles []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(root, p.Dir)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		for _, name := range append(p.GoFiles, p.EmbedFiles...) {
			all = append(all, filepath.ToSlash(filepath.Join(rel, name)))
		}
	}
}

// TestImage holds the image to what its head says: built without cgo, for
// nobody in particular, with nothing but the command in it.
func TestImage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(moduleRoot, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	final := string(text)[strings.LastIndex(string(text), "\nFROM "):]
	for _, want := range []string{`^\nFROM scratch\n`, `\nUSER [1-9][0-9]*:[1-9][0-9]*\n`, `\nENTRYPOINT \["/sprawl"\]\n`} {
		if !regexp.MustCompile(want).MatchString(final) {
			t.Errorf("the last stage has no %q:\n%s", want, final)
		}
	}
	mod, err := os.ReadFile(filepath.Join(moduleRoot, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	minor := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(string(mod))
	if !strings.Contains(string(text), "FROM golang:"+minor[1]+" AS build") || !strings.Contains(string(text), "CGO_ENABLED=0 ") {
		t.Error("the image is not built by the Go of go.mod without cgo")
	}
}
