package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// A repo is a bare repository that git made for a test.
type repo string

// git runs git in r, without the configuration of whoever runs the test, and
// returns what it prints.
func (r repo) git(t testing.TB, input string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = string(r)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+string(r),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.test", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.test",
		"GIT_AUTHOR_DATE=1700000000 +0000", "GIT_COMMITTER_DATE=1700000000 +0000")
	cmd.Stdin = strings.NewReader(input)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, problems.String())
	}
	return out.String()
}

// newRepo makes a repository with n commits, made from the same seed each
// time: files that grow and change, directories, an empty file, noise, a tag
// now and then. All objects are in packs, cut as fast-import likes.
func newRepo(t testing.TB, n int) repo {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := repo(t.TempDir())
	r.git(t, "", "init", "-q", "--bare", ".")
	// Otherwise fast-import leaves small histories loose.
	r.git(t, "", "config", "fastimport.unpackLimit", "1")
	r.git(t, history(n, 0), "fast-import", "--quiet", "--force")
	return r
}

// history is the input of fast-import for n commits. Different salts give
// different content.
func history(n, salt int) string {
	random := rand.New(rand.NewPCG(7, uint64(salt)))
	files := make([]string, 20)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "commit refs/heads/main\nmark :%d\ncommitter a <a@example.test> %d +0000\ndata 8\nmessage\n", i+1, 1700000000+i)
		if i == 0 && salt > 0 {
			b.WriteString("from refs/heads/main^0\n")
		}
		for range 3 {
			k := random.IntN(len(files))
			files[k] = edit(random, files[k])
			fmt.Fprintf(&b, "M 100644 inline dir%d/sub/file%d\ndata %d\n%s\n", k%3, k, len(files[k]), files[k])
		}
		if i == 0 {
			b.WriteString("M 100644 inline empty\ndata 0\n\n")
		}
		if i%10 == 9 {
			fmt.Fprintf(&b, "tag t%d-%d\nfrom :%d\ntagger a <a@example.test> 1700000000 +0000\ndata 3\ntag\n", salt, i, i+1)
		}
	}
	return b.String() + "done\n"
}

func edit(random *rand.Rand, text string) string {
	line := make([]byte, random.IntN(300))
	for i := range line {
		line[i] = byte(32 + random.IntN(90))
	}
	at := random.IntN(len(text) + 1)
	return text[:at] + string(line) + "\n" + text[min(len(text), at+random.IntN(40)):]
}

// Everything git stores is read as git reads it, however it is stored.
func TestLayouts(t *testing.T) {
	layouts := map[string]func(t *testing.T, r repo){
		"as imported":    func(t *testing.T, r repo) {},
		"repacked":       func(t *testing.T, r repo) { r.git(t, "", "repack", "-adfq", "--depth=50", "--window=20") },
		"deep":           func(t *testing.T, r repo) { r.git(t, "", "repack", "-adfq", "--depth=4000", "--window=50") },
		"without deltas": func(t *testing.T, r repo) { r.git(t, "", "repack", "-adfq", "--depth=0", "--window=0") },
		"stored": func(t *testing.T, r repo) {
			r.git(t, "", "-c", "core.compression=0", "-c", "pack.compression=0", "repack", "-adFq")
		},
		"ref deltas": func(t *testing.T, r repo) {
			r.git(t, "", "-c", "repack.usedeltabaseoffset=false", "repack", "-adfq", "--depth=50", "--window=20")
		},
		"index version 1": func(t *testing.T, r repo) {
			r.git(t, "", "-c", "pack.indexVersion=1", "repack", "-adfq", "--depth=50")
		},
		"large offsets": func(t *testing.T, r repo) {
			r.git(t, "", "repack", "-adfq", "--depth=50")
			r.git(t, "", "index-pack", "--index-version=2,0x40", glob(t, r, "*.pack"))
		},
		"loose": func(t *testing.T, r repo) {
			path := glob(t, r, "*.pack")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{path, strings.TrimSuffix(path, ".pack") + ".idx"} {
				os.Remove(name)
			}
			r.git(t, string(data), "unpack-objects", "-q")
		},
		"two packs and loose": func(t *testing.T, r repo) {
			r.git(t, history(30, 1), "fast-import", "--quiet", "--force")
			r.git(t, "", "config", "fastimport.unpackLimit", "1000")
			r.git(t, history(2, 2), "fast-import", "--quiet", "--force")
		},
		"multi-pack index": func(t *testing.T, r repo) {
			r.git(t, history(30, 1), "fast-import", "--quiet", "--force")
			r.git(t, "", "multi-pack-index", "write")
		},
	}
	for name, lay := range layouts {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t, 120)
			lay(t, r)
			compareWithGit(t, string(r))
			compareReads(t, r)
		})
	}
}

// glob returns the only file in r's pack directory that matches.
func glob(t testing.TB, r repo, pattern string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(string(r), "objects", "pack", pattern))
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %v %v", pattern, all, err)
	}
	return all[0]
}

// compareReads holds random access to what git says.
func compareReads(t *testing.T, r repo) {
	t.Helper()
	s, err := Open(filepath.Join(string(r), "objects"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	readAll(t, s, listing(t, string(r)))
	if _, _, err := s.Read(sprawl.ID{1}, nil); !errors.Is(err, ErrMissing) || s.Has(sprawl.ID{1}) {
		t.Errorf("an object that is not there: %v", err)
	}
}

func readAll(t *testing.T, s *Store, want map[string]listed) {
	t.Helper()
	var buf []byte
	for name, l := range want {
		id := parseID(t, name)
		typ, data, err := s.Read(id, buf)
		if err != nil || typ.String() != l.Type || len(data) != l.Size || !s.Has(id) {
			t.Errorf("%s: %v of %d bytes, git says %v; %v", name, typ, len(data), l, err)
		}
		checkHash(t, id, typ, data)
		buf = data
	}
}

// A pack of which the index is absent or corrupt is read without one.
func TestNoIndex(t *testing.T) {
	spoil := map[string]func(path string) error{
		"absent":  os.Remove,
		"cut off": func(path string) error { return rewrite(path, func(b []byte) []byte { return b[:len(b)/2] }) },
		"empty":   func(path string) error { return rewrite(path, func(b []byte) []byte { return nil }) },
		"other count": func(path string) error {
			return rewrite(path, func(b []byte) []byte { b[8+1023]--; return b })
		},
		"version": func(path string) error { return rewrite(path, func(b []byte) []byte { b[7] = 9; return b }) },
	}
	for name, spoil := range spoil {
		for _, offsets := range []string{"true", "false"} {
			t.Run(name+" "+offsets, func(t *testing.T) {
				r := newRepo(t, 120)
				r.git(t, "", "-c", "repack.usedeltabaseoffset="+offsets, "repack", "-adfq", "--depth=50", "--window=20")
				want := listing(t, string(r))
				idx := glob(t, r, "*.idx")
				if err := spoil(idx); err != nil {
					t.Fatal(err)
				}
				s, err := Open(filepath.Join(string(r), "objects"))
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if got := fmt.Sprint(s.Problems()); len(s.Problems()) != 1 || !strings.Contains(got, idx) {
					t.Errorf("problems: %s", got)
				}
				compareStore(t, s, want)
				readAll(t, s, want)
			})
		}
	}
}

// rewrite changes the file at path, even one that is read-only.
func rewrite(path string, change func([]byte) []byte) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.WriteFile(path, change(data), 0o600)
}

func TestAlternates(t *testing.T) {
	r := newRepo(t, 40)
	want := listing(t, string(r))
	borrower := repo(t.TempDir())
	borrower.git(t, "", "init", "-q", "--bare", ".")
	info := filepath.Join(string(borrower), "objects", "info", "alternates")
	relative, err := filepath.Rel(filepath.Join(string(borrower), "objects"), filepath.Join(string(r), "objects"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		filepath.Join(string(r), "objects"),
		"# a comment\n\n" + relative,
		`"` + filepath.Join(string(r), "objects") + `"`,
	} {
		os.WriteFile(info, []byte(line+"\n"), 0o600)
		s, err := Open(filepath.Join(string(borrower), "objects"))
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Problems()) > 0 {
			t.Errorf("%s: %v", line, s.Problems())
		}
		readAll(t, s, want)
		s.Close()
	}
}

func TestAlternatesBad(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/info", "b/info"} {
		os.MkdirAll(filepath.Join(dir, name), 0o700)
	}
	// a and b name each other, and something that is not there.
	os.WriteFile(filepath.Join(dir, "a/info/alternates"), []byte("../b\n../none\n"), 0o600)
	os.WriteFile(filepath.Join(dir, "b/info/alternates"), []byte("../a\n../b/../a\n"), 0o600)
	s, err := Open(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Problems()); len(s.Problems()) != 1 || !strings.Contains(got, "none") {
		t.Errorf("problems: %s", got)
	}
	// Nested too deep: the last of a long row is left out and named.
	for i := range 9 {
		os.MkdirAll(filepath.Join(dir, fmt.Sprint(i), "info"), 0o700)
		os.WriteFile(filepath.Join(dir, fmt.Sprint(i), "info/alternates"), fmt.Appendf(nil, "../%d\n", i+1), 0o600)
	}
	if s, err = Open(filepath.Join(dir, "0")); err != nil || len(s.Problems()) != 1 {
		t.Errorf("%v, problems: %v", err, s.Problems())
	}
	if _, err := Open(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a directory that does not exist opens")
	}
}

// A remote may send full packs or thin ones, with either kind of delta.
func TestReceive(t *testing.T) {
	r := newRepo(t, 120)
	all := listing(t, string(r))
	r.git(t, "", "update-ref", "refs/heads/old", "main~60")
	names := strings.Join(slices.Sorted(maps.Keys(all)), "\n") + "\n"
	streams := map[string]string{
		"ofs deltas": r.git(t, names, "pack-objects", "-q", "--stdout", "--delta-base-offset", "--no-reuse-delta"),
		"ref deltas": r.git(t, names, "pack-objects", "-q", "--stdout", "--no-reuse-delta", "--depth=30"),
		"no deltas":  r.git(t, names, "pack-objects", "-q", "--stdout", "--no-reuse-delta", "--window=0"),
	}
	for name, stream := range streams {
		for _, limit := range []int{memoryLimit, len(stream) / 3, 0} {
			t.Run(fmt.Sprintf("%s %d", name, limit), func(t *testing.T) {
				p, err := receive(context.Background(), strings.NewReader(stream), nil, nil, limit)
				if err != nil {
					t.Fatal(err)
				}
				s := NewStore(p)
				defer s.Close()
				compareStore(t, s, all)
				if err := p.Index(context.Background()); err != nil {
					t.Fatal(err)
				}
				readAll(t, s, all)
			})
		}
	}
	thin := r.git(t, "main\n^old\n", "pack-objects", "-q", "--revs", "--thin", "--stdout", "--no-reuse-delta")
	old, err := Receive(context.Background(), strings.NewReader(r.git(t, "old\n", "pack-objects", "-q", "--revs", "--stdout")), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	bases := NewStore(old)
	defer bases.Close()
	if err := old.Index(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Run("thin", func(t *testing.T) { receiveThin(t, thin, bases, all) })
}

func receiveThin(t *testing.T, stream string, bases *Store, all map[string]listed) {
	steps := 0
	p, err := Receive(context.Background(), strings.NewReader(stream), bases, func(int64) { steps++ })
	if err != nil || steps == 0 {
		t.Fatal(err)
	}
	defer p.Close()
	var n atomic.Int64
	walkChecked(t, p, func(id sprawl.ID, typ Type, data []byte) {
		if l, ok := all[id.String()]; !ok || l.Size != len(data) || l.Type != typ.String() {
			t.Errorf("%v: %v %d, git says %v", id, typ, len(data), l)
		}
		n.Add(1)
	})
	if int(n.Load()) != p.Len() || len(p.prepared.away) == 0 {
		t.Errorf("%d of %d objects, %d with a base elsewhere", n.Load(), p.Len(), len(p.prepared.away))
	}
	// Without the bases, what needs them is named, and the rest is read.
	p, err = Receive(context.Background(), strings.NewReader(stream), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	good, bad := walkCount(t, p)
	if good+bad != int(n.Load()) || good == 0 || bad == 0 {
		t.Errorf("%d good and %d bad of %d", good, bad, n.Load())
	}
}
