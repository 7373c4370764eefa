package dir_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
)

type again map[sprawl.Kind]map[string]string

func (a again) Offer(*sprawl.Location) bool { return true }

func (a again) Visit(c *sprawl.Chunk) error {
	if a[c.At.Kind] == nil {
		a[c.At.Kind] = map[string]string{}
	}
	a[c.At.Kind][c.At.Path] = string(c.Data)
	return nil
}

// TestReread reads every place of a directory again, and wants the same bytes;
// and nothing of what lies outside.
func TestReread(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{"a.txt": "one", "d/b!c.txt": "two", "d/e/f.txt": "three"} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc", filepath.Join(root, "out")); err != nil {
		t.Skip("no links here")
	}
	s, err := dir.Open(t.Context(), sprawl.Target("dir:"+root), dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := again{}
	if err := s.Units(t.Context(), func(u sprawl.Unit) error { return s.Read(t.Context(), u, all) }); err != nil {
		t.Fatal(err)
	}
	sorted := func(text string) []string { l := strings.Split(text, "\n"); slices.Sort(l); return l }
	for kind, places := range all {
		for path, want := range places {
			err := s.Reread(t.Context(), &sprawl.Location{Kind: kind, Path: path}, func(data []byte) error {
				if !slices.Equal(sorted(string(data)), sorted(want)) {
					t.Errorf("%q %s: %q, want %q", kind, path, data, want)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%q %s: %v", kind, path, err)
			}
		}
	}
	for _, kind := range []sprawl.Kind{sprawl.KindBlob, sprawl.KindName, sprawl.KindLink} {
		if len(all[kind]) == 0 {
			t.Errorf("no place of kind %q was tried", kind)
		}
	}
	for _, at := range []sprawl.Location{{Path: "nosuch"}, {Path: "d/e"}, {Kind: sprawl.KindLink, Path: "a.txt"}, {Path: "out"}} {
		err := s.Reread(t.Context(), &at, func([]byte) error { t.Errorf("%+v was shown", at); return nil })
		if !errors.Is(err, sprawl.ErrGone) {
			t.Errorf("%+v: %v, want ErrGone", at, err)
		}
	}
	for _, path := range []string{"out", "out/passwd", "../" + filepath.Base(root) + "/a.txt", "/etc/passwd"} {
		for _, kind := range []sprawl.Kind{sprawl.KindBlob, sprawl.KindLink, sprawl.KindName} {
			err := s.Reread(t.Context(), &sprawl.Location{Kind: kind, Path: path}, func([]byte) error {
				if path != "out" || kind != sprawl.KindLink {
					t.Errorf("%s was shown", path)
				}
				return nil
			})
			if err == nil && (path != "out" || kind != sprawl.KindLink) {
				t.Errorf("%q %s: no error", kind, path)
			}
		}
	}
}
