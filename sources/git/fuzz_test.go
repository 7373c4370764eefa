package git

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// FuzzTree holds the parser of trees to a plain one, and the collector to not
// failing on anything.
func FuzzTree(f *testing.F) {
	id := string(bytes.Repeat([]byte{7}, 20))
	f.Add([]byte("100644 a\x00"+id+"40000 d\x00"+id+"160000 m\x00"+id), 5, 30)
	f.Add([]byte("040000 d\x00"+id+"644 x\x00"+id), 0, 0)
	f.Add([]byte("100644 a b\x00"+id[:19]), 0, 9)
	f.Fuzz(func(t *testing.T, data []byte, dst, n int) {
		var got, want []string
		for at := 0; at < len(data); {
			name, end, mode := entry(data, at)
			if end == 0 {
				break
			}
			if end <= at || end > len(data) {
				t.Fatalf("entry at %d ends at %d of %d", at, end, len(data))
			}
			got = append(got, string(name)+string(rune('0'+mode))+string(data[end-20:end]))
			at = end
		}
		want = plainTree(data)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %q, want %q", got, want)
		}
		g := newGraph(&objects{}, "git:.", true)
		g.record = make([]uint32, 1)
		k := &collector{g: g, found: func(id sprawl.ID) bool { return id[0]&1 == 0 }}
		o := pack.Object{Type: pack.Tree, Data: data}
		if dst >= 0 && n > 0 && dst < len(data) && n <= len(data)-dst {
			o.Copies = []sprawl.Copy{{Dst: dst, N: n}}
		}
		k.tree(0, &o)
	})
}

// plainTree parses a tree the obvious way.
func plainTree(data []byte) (entries []string) {
	for {
		mode, rest, ok := bytes.Cut(data, []byte(" "))
		if !ok || len(mode) < 1 || len(mode) > 7 || len(data) < 8 {
			return entries
		}
		name, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok || len(rest) < 20 {
			return entries
		}
		kind := "0"
		switch m := strings.TrimLeft(string(mode[:len(mode)-1]), "0") + string(mode[len(mode)-1:]); {
		case len(m) == 5 && m[0] == '4':
			kind = "1"
		case len(m) == 6 && strings.HasPrefix(m, "16"):
			kind = "2"
		}
		entries = append(entries, string(name)+kind+string(rest[:20]))
		data = rest[20:]
	}
}

func FuzzIndex(f *testing.F) {
	s := newSandbox(f)
	s.commit("a/b", "1")
	s.commit("a/c", "1")
	for _, args := range [][]string{{"--index-version", "2"}, {"--index-version", "4"}, {"--skip-worktree", "a/b"}, {"--split-index"}} {
		s.git(append([]string{"update-index"}, args...)...)
		data, err := os.ReadFile(filepath.Join(s.dir, ".git/index"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(data)
		if err == nil && uint32(len(x.entries)) != binary.BigEndian.Uint32(data[8:]) {
			t.Errorf("%d entries", len(x.entries))
		}
	})
}

func FuzzCommit(f *testing.F) {
	sha := strings.Repeat("ab", 20)
	f.Add([]byte("tree " + sha + "\nparent " + sha + "\nauthor A <a@b> 1 +0\ncommitter B <b> 2 -0700\n\nmessage"))
	f.Add([]byte("object " + sha + "\ntype commit\ntag v\ntagger A <a@b> 1 +0\n\n"))
	f.Add([]byte("author >\ncommitter > >x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := parseCommit(data)
		if !h.tree.IsZero() && !bytes.Contains(bytes.ToLower(data), []byte(hex.EncodeToString(h.tree[:20]))) {
			t.Errorf("tree %s is not in it", h.tree)
		}
		if !bytes.Contains(data, []byte(h.author())) {
			t.Errorf("author %q is not in it", h.author())
		}
	})
}

func FuzzRefs(f *testing.F) {
	sha := strings.Repeat("ab", 20)
	f.Add([]byte("# pack-refs with: peeled\n"+sha+" refs/heads/main\n^"+sha+"\n"), []byte("ref: refs/heads/main\n"))
	f.Add([]byte("x"), []byte(sha+"\tbranch 'x' of y\n"))
	f.Fuzz(func(t *testing.T, packed, head []byte) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "packed-refs"), packed, 0o666)
		os.WriteFile(filepath.Join(dir, "HEAD"), head, 0o666)
		refs, _ := readRefs(place{dir: dir, common: dir})
		for _, ref := range refs.all {
			if ref.name == "" && !bytes.Contains(packed, []byte(" \n")) && !bytes.HasSuffix(packed, []byte(" ")) {
				t.Errorf("a ref without a name")
			}
		}
		r := &Repo{place: place{dir: dir, common: dir}}
		r.lookupRef("HEAD")
		r.lookupRef("refs/heads/main")
	})
}

// FuzzTarget: user information must not survive in a target.
func FuzzTarget(f *testing.F) {
	f.Add("git+https://", "example.test/x")
	f.Add("git:", "example.test:x")
	f.Fuzz(func(t *testing.T, scheme, rest string) {
		if strings.ContainsAny(scheme, "@/") && !strings.HasSuffix(scheme, "://") || strings.Contains(rest, "sEcReT") {
			return
		}
		switch scheme {
		case "git+https://", "git:https://", "https://", "ssh://", "git+ssh://":
			target := sprawl.Target(scheme + "user:sEcReT@" + rest)
			if got := clean(target); strings.Contains(string(got), "sEcReT") {
				t.Errorf("%s becomes %s", target, got)
			}
			if r, err := dial(strings.TrimPrefix(strings.TrimPrefix(string(target), "git+"), "git:"), nil); err != nil && strings.Contains(err.Error(), "sEcReT") {
				t.Errorf("%v %v", r, err)
			}
		default:
			split(sprawl.Target(scheme + rest))
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("[core]\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n"))
	f.Add([]byte("[remote \"x\"]\nurl = \"a\\"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := parseConfig(data); err == nil {
			c.Section("extensions").Option("objectformat")
		}
	})
}
