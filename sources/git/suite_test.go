package git

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// A named is a Repo whose blobs have the paths that they were planted at: the
// suite wants to know at once what Locate says late.
type named struct {
	*Repo
	path map[sprawl.ID]string
}

func (n *named) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	return n.Repo.Read(ctx, u, naming{v, n})
}

type naming struct {
	sprawl.Visitor
	n *named
}

func (v naming) Offer(at *sprawl.Location) bool {
	l := v.name(at)
	return v.Visitor.Offer(&l)
}

func (v naming) Visit(c *sprawl.Chunk) error {
	l, k := v.name(c.At), *c
	k.At = &l
	return v.Visitor.Visit(&k)
}

func (v naming) name(at *sprawl.Location) sprawl.Location {
	l := *at
	l.Path = v.n.path[at.Object] + at.Path
	return l
}

func TestSuite(t *testing.T) {
	for name, open := range map[string]func(s *sandbox) Options{
		"packed": func(s *sandbox) Options { s.git("commit", "-q", "-m", "m"); s.git("gc", "-q"); return Options{} },
		"twice":  func(s *sandbox) Options { s.git("commit", "-q", "-m", "m"); s.git("repack", "-q"); return Options{} },
		"staged": func(s *sandbox) Options { return Options{Staged: true} },
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, files map[string][]byte) sprawl.Source {
				s := newSandbox(t)
				for name, data := range files {
					s.write(name, string(data))
				}
				s.git("add", "-A")
				r, err := Open(t.Context(), s.target(), open(s))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { r.Close() })
				n := &named{r, make(map[sprawl.ID]string)}
				for _, line := range lines(s.git("ls-files", "-s")) {
					meta, path, _ := strings.Cut(line, "\t")
					id, _ := parseID([]byte(strings.Fields(meta)[1]))
					n.path[id] = strings.Trim(path, `"`)
				}
				return n
			})
		})
	}
}

func TestArchiveInHistory(t *testing.T) {
	s, tok := newSandbox(t), token()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create("inner.txt")
	f.Write([]byte(tok))
	w.Close()
	c := s.commit("a.zip", b.String())
	os.Remove(filepath.Join(s.dir, "a.zip"))
	removed := s.commit("x", "1")
	s.commit("broken.zip", b.String()[:b.Len()-30])
	r := scan(t, s.target(), Options{}, tok)
	if len(r.at) == 0 || r.at[0].Path != "!inner.txt" {
		t.Fatalf("sightings: %+v", r.at)
	}
	life := r.lives[0]
	if life.Commit != c || life.Removed != removed || life.Path != "a.zip" {
		t.Errorf("got %+v", life)
	}
	id := s.git("rev-parse", "HEAD:broken.zip")
	if len(r.gaps) != 1 || !strings.HasPrefix(r.gaps[0].What, id) {
		t.Errorf("gaps %+v, want one that names %s", r.gaps, id)
	}
}
