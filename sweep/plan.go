package sweep

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// A File is what sprawl.toml says: what is swept, how, and for how long.
type File struct {
	Register   string   `toml:"register"`
	KeyFile    string   `toml:"key-file"`
	Boundaries string   `toml:"boundaries"`
	Rules      []string `toml:"rules"`
	Exclude    []string `toml:"exclude"`
	Workers    int      `toml:"workers"`
	FailOn     []string `toml:"fail-on"`
	Budget     Budget   `toml:"budget"`
	Verify     Verify   `toml:"verify"`
	Targets    []Target `toml:"target"`
}

// A Budget bounds one sweep. What it leaves is done by the next.
type Budget struct {
	Time Duration `toml:"time"`
}

// Verify says whether issuers are asked.
type Verify struct {
	Ask          bool     `toml:"ask"`
	Logins       bool     `toml:"logins"`
	IssuerHosts  []string `toml:"issuer-hosts"`
	PrivateHosts []string `toml:"private-hosts"`
	Canaries     []string `toml:"canaries"`
}

// A Target is a place to sweep.
type Target struct {
	URL string `toml:"url"`
}

// A Duration is written as "90m" or "4h".
type Duration time.Duration

// UnmarshalText reads a duration above zero.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v <= 0 {
		return errors.New(`want a time such as "90m" or "4h"`)
	}
	*d = Duration(v)
	return nil
}

// A FileError says what is wrong in a sweep's file, and where.
type FileError struct {
	File string
	Line int // from 1; 0 if not known
	Key  string
	Why  string
}

// Error returns the error on one line.
func (e *FileError) Error() string {
	where := e.File
	if e.Line > 0 {
		where += fmt.Sprint(":", e.Line)
	}
	if e.Key != "" {
		where += ": " + e.Key
	}
	return where + ": " + e.Why
}

// ParseFile reads a sweep's file, which is called name in errors. Names of files
// in it are relative to the directory that it lies in. The error is a *FileError.
func ParseFile(name, text string) (*File, error) {
	var f File
	meta, err := toml.Decode(text, &f)
	if err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return nil, &FileError{name, parse.Position.Line, parse.LastKey, parse.Message}
		}
		return nil, &FileError{File: name, Why: err.Error()}
	}
	if all := meta.Undecoded(); len(all) > 0 {
		key := all[0]
		return nil, &FileError{name, lineOf(text, key[len(key)-1]), key.String(), "is no key of a sweep"}
	}
	if len(f.Targets) == 0 {
		return nil, &FileError{File: name, Key: "target", Why: "there is no [[target]]: a sweep of nothing would look clean"}
	}
	met := map[string]bool{}
	for i, t := range f.Targets {
		switch {
		case t.URL == "":
			return nil, &FileError{File: name, Key: fmt.Sprintf("target %d: url", i+1), Why: "is missing"}
		case met[t.URL]:
			return nil, &FileError{name, lineOf(text, "url"), "target " + t.URL, "is there twice"}
		}
		met[t.URL] = true
	}
	f.resolve(filepath.Dir(name))
	return &f, nil
}

// resolve makes the names of files relative to where the process stands.
func (f *File) resolve(dir string) {
	for _, p := range []*string{&f.KeyFile, &f.Boundaries, &f.Register} {
		if *p != "" && !filepath.IsAbs(*p) && !strings.Contains(*p, "://") {
			*p = filepath.Join(dir, *p)
		}
	}
	for i, p := range f.Rules {
		if !filepath.IsAbs(p) {
			f.Rules[i] = filepath.Join(dir, p)
		}
	}
}

// lineOf returns the first line that key is set in, or opened as a table; 0 for
// none.
func lineOf(text, key string) (line int) {
	for l := range strings.Lines(text) {
		line++
		l = strings.Trim(strings.TrimSpace(l), "[]")
		if rest, ok := strings.CutPrefix(l, key); ok && (rest == "" || strings.HasPrefix(strings.TrimSpace(rest), "=") || rest[0] == ']') {
			return line
		}
	}
	return 0
}
