package sprawl_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seed-5dd601fe/sprawl"

// mayImport is the architecture, and a statement of policy: what each package
// may import of this module and of others. Do not widen a line to make a build
// pass: say in docs/design.md why the shape of the program changed.
//
// A directory is followed by what it may import, "." being the root. A name
// that ends in /... stands for everything below it. The standard library is
// free. Tests may import more; only what is built into the program counts.
const mayImport = `
.                            :
detectors                    : . detectors/internal/literal github.com/BurntSushi/toml golang.org/x/crypto/...
detectors/internal/fit       : . detectors
detectors/internal/measure   : . detectors
detectors/internal/literal   : golang.org/x/sys/...
sources                      : . sources/...
sources/dir                  : . sources/internal/unpack github.com/bmatcuk/doublestar/v4 golang.org/x/sys/...
sources/env                  : . sources/internal/entry
sources/jsonl                : . sources/internal/entry sources/internal/unpack
sources/github               : . sources/internal/client sources/internal/entry sources/internal/forge github.com/google/go-github/v60/...
sources/gitlab               : . sources/internal/client sources/internal/entry sources/internal/forge github.com/xanzy/go-gitlab
sources/consul               : . sources/internal/client sources/internal/entry sources/internal/forge
sources/aws                  : . sources/internal/client sources/internal/entry sources/internal/forge github.com/aws/aws-sdk-go-v2/aws github.com/aws/aws-sdk-go-v2/aws/signer/v4
sources/kube                 : . sources/internal/client sources/internal/entry sources/internal/forge gopkg.in/yaml.v3
sources/etcd                 : . sources/internal/client sources/internal/entry sources/internal/forge
sources/vault                : . sources/internal/client sources/internal/entry sources/internal/forge
sources/internal/forge       : . sources/internal/client sources/internal/entry sources/internal/unpack
internal/fake                :
sources/internal/client      : golang.org/x/time/...
sources/internal/entry       : .
sources/stdin                : . sources/internal/unpack
sources/git                  : . sources/git/internal/pack sources/internal/unpack github.com/go-git/...
sources/git/internal/pack    : . github.com/klauspost/compress/... golang.org/x/sys/...
sources/internal/unpack      : . github.com/klauspost/compress/... github.com/ulikunitz/xz/...
sources/sourcetest           : . github.com/google/go-cmp/...
verify                       : . github.com/BurntSushi/toml github.com/sourcegraph/conc/... golang.org/x/time/... golang.org/x/net/... golang.org/x/crypto/... github.com/jackc/pgx/v5/pgconn github.com/go-sql-driver/mysql
verify/verifytest            : . verify
boundary                     : . github.com/BurntSushi/toml github.com/bmatcuk/doublestar/v4
audit                        : golang.org/x/sys/...
register                     : . golang.org/x/crypto/... modernc.org/sqlite github.com/jackc/pgx/v5/stdlib github.com/pressly/goose/v3 github.com/hmarr/codeowners gopkg.in/yaml.v3
report                       : . github.com/BurntSushi/toml github.com/owenrumney/go-sarif/...
sweep                        : . detectors register github.com/sourcegraph/conc/... github.com/BurntSushi/toml
cmd/sprawl                   : . audit boundary detectors register report sources sweep verify github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term
`

// onlyIn names the one directory that may import each client library, so that
// replacing one is one directory's work.
var onlyIn = map[string]string{
	"github.com/go-git/go-git/v5": "sources/git",
	"github.com/xanzy/go-gitlab":  "sources/gitlab",

	"github.com/google/go-github/v60/github": "sources/github",
	"github.com/aws/aws-sdk-go-v2/aws":       "sources/aws",
	"github.com/spf13/cobra":                 "cmd/sprawl",
	"modernc.org/sqlite":                     "register",
	"github.com/pressly/goose/v3":            "register",
	"github.com/jackc/pgx/v5/pgconn":         "verify",
	"github.com/go-sql-driver/mysql":         "verify",
}

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
	Dir        string
}

func packages(t *testing.T) (all []pkg) {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles,Dir", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func local(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func TestImports(t *testing.T) {
	policy := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(mayImport)) {
		dir, list, _ := strings.Cut(line, ":")
		policy[strings.TrimSpace(dir)] = strings.Fields(list)
	}
	for _, p := range packages(t) {
		dir := local(p.ImportPath)
		allowed, ok := policy[dir]
		if !ok {
			t.Errorf("%s: not in the table of deps_test.go", dir)
			continue
		}
		for _, imp := range p.Imports {
			if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, local(imp)) }) {
				t.Errorf("%s imports %s, which deps_test.go does not allow", dir, imp)
			}
			if home := onlyIn[imp]; home != "" && home != dir {
				t.Errorf("%s imports %s, which only %s may", dir, imp, home)
			}
		}
	}
}

func covers(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == prefix || strings.HasPrefix(name, prefix+"/")
	}
	return pattern == name
}

// TestHabits holds the code to what no compiler checks.
func TestHabits(t *testing.T) {
	habits := []struct {
		pattern *regexp.Regexp
		why     string
		except  []string
	}{
		{regexp.MustCompile(`\.Reveal\(`), "only register and verify may reveal a secret", []string{"register", "verify"}},
		{regexp.MustCompile(`(?m)^func init\(`), "nothing happens at import time: use a table", nil},
		// pack looks ids up without waiting for anything, save for a pack whose
		// index is missing or damaged, which the first look-up has to read.
		{regexp.MustCompile(`context\.Background\(\)`), "only cmd makes a context: take one", []string{"cmd/sprawl", "verify/verifytest", "sources/git/internal/pack"}},
		{regexp.MustCompile(`\bos\.Exit\(|\blog\.Fatal`), "only cmd ends the process: return an error", []string{"cmd/sprawl", "detectors/internal/fit", "detectors/internal/measure"}},
	}
	for _, p := range packages(t) {
		dir := local(p.ImportPath)
		for _, name := range p.GoFiles {
			text := code(t, filepath.Join(p.Dir, name))
			for _, h := range habits {
				if !slices.Contains(h.except, dir) && h.pattern.MatchString(text) {
					t.Errorf("%s: %s", path.Join(dir, name), h.why)
				}
			}
		}
	}
}

// code returns the file without its comments.
func code(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if line := sc.Text(); !strings.HasPrefix(strings.TrimSpace(line), "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// TestLength names the files that are too long to hold one idea.
func TestLength(t *testing.T) {
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		if n := strings.Count(string(text), "\n"); n > 500 {
			t.Errorf("%s has %d lines: is it still one idea?", name, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSources holds every source to the suite that all of them run.
func TestSources(t *testing.T) {
	dirs, err := filepath.Glob("sources/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() || slices.Contains([]string{"internal", "sourcetest", "testdata"}, filepath.Base(dir)) {
			continue
		}
		tests, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if !slices.ContainsFunc(tests, func(name string) bool { return strings.Contains(code(t, name), "sourcetest.") }) {
			t.Errorf("%s does not run sourcetest in its tests", dir)
		}
	}
}
