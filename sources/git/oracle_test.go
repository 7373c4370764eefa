package git

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// TestLocateAgainstOracle compares lives in random histories with what
// git ls-tree says of every commit.
func TestLocateAgainstOracle(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, tok := newSandbox(t), token()
			randomHistory(s, tok, rand.New(rand.NewPCG(seed, 1)))
			if seed%2 == 0 {
				s.git("repack", "-qadf")
			}
			want := oracle(s, tok)
			for _, fused := range []bool{false, true} {
				got := describe(scanAs(t, s.target(), Options{}, tok, fused).clean(t).lives)
				if !slices.Equal(got, want) {
					t.Errorf("fused %v:\ngot  %s\nwant %s", fused, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
				}
			}
		})
	}
}

// randomHistory makes branches and merges in which a token comes and goes, at
// several paths, in several versions.
func randomHistory(s *sandbox, tok string, r *rand.Rand) {
	names := []string{"a", "b", "d/a", "d/e/f", "g/a"}
	branches := []string{"main"}
	s.commit("start", "0")
	for i := range 40 {
		switch n := r.IntN(10); {
		case n == 0 && len(branches) < 5:
			b := fmt.Sprint("b", i)
			s.git("branch", b)
			branches = append(branches, b)
		case n <= 2:
			s.git("checkout", "-q", branches[r.IntN(len(branches))])
		case n <= 4:
			s.git("merge", "-q", "-s", []string{"ours", "recursive"}[r.IntN(2)], "-X", "theirs", "-m", fmt.Sprint("merge ", i),
				branches[r.IntN(len(branches))])
		default:
			change(s, names[r.IntN(len(names))], tok, i, r)
		}
	}
	s.git("tag", "t1", branches[r.IntN(len(branches))])
	if len(branches) > 2 {
		s.git("checkout", "-q", "main")
		s.git("branch", "-q", "-D", branches[len(branches)-1]) // some commits are left to the reflog
	}
}

func change(s *sandbox, name, tok string, i int, r *rand.Rand) {
	switch n := r.IntN(4); n {
	case 0:
		os.Remove(filepath.Join(s.dir, name))
	case 1:
		s.write(name, fmt.Sprint("nothing ", r.IntN(3), "\n"))
	default:
		s.write(name, fmt.Sprint(r.IntN(3), " ", tok, "\n"))
	}
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", fmt.Sprint("change ", i))
}

// describe writes down what of lives does not depend on which of two equally
// good commits is named.
func describe(lives []sprawl.Life) (out []string) {
	for _, l := range lives {
		removed := l.Removed != ""
		out = append(out, fmt.Sprint(l.Path, " by ", l.Commit, " versions ", l.Versions, " head ", l.InHead, " refs ", l.Refs, " removed ", removed, " note ", l.Note))
	}
	slices.Sort(out)
	return out
}

// oracle is the slow and plain answer.
func oracle(s *sandbox, tok string) []string {
	holding := make(map[string]bool) // blobs that hold the token
	for _, line := range strings.Split(s.git("cat-file", "--batch-all-objects", "--batch-check"), "\n") {
		f := strings.Fields(line)
		if f[1] == "blob" && strings.Contains(s.git("cat-file", "blob", f[0]), tok) {
			holding[f[0]] = true
		}
	}
	all := lines(s.git("rev-list", "--all", "--reflog", "--date-order", "--reverse"))
	byRef := lines(s.git("rev-list", "--all"))
	tree := make(map[string]map[string]string)
	for _, c := range all {
		tree[c] = make(map[string]string)
		for _, line := range lines(s.git("ls-tree", "-r", c)) {
			meta, path, _ := strings.Cut(line, "\t")
			if id := strings.Fields(meta)[2]; holding[id] {
				tree[c][path] = id
			}
		}
	}
	var out []string
	paths := make(map[string]bool)
	for _, c := range all {
		for path := range tree[c] {
			paths[path] = true
		}
	}
	for path := range paths {
		out = append(out, oracleLife(s, path, all, byRef, tree))
	}
	slices.Sort(out)
	return out
}

func oracleLife(s *sandbox, path string, all, byRef []string, tree map[string]map[string]string) string {
	var by, note string
	removed := false
	versions := make(map[string]bool)
	for _, pass := range []bool{true, false} {
		for _, c := range all {
			parents := strings.Fields(s.git("log", "-1", "--format=%P", c))
			inAny := slices.ContainsFunc(parents, func(p string) bool { return tree[p][path] != "" })
			inAll := len(parents) > 0 && !slices.ContainsFunc(parents, func(p string) bool { return tree[p][path] == "" })
			if tree[c][path] != "" {
				versions[tree[c][path]] = true
			}
			reached := slices.Contains(byRef, c)
			if reached != pass {
				continue
			}
			if tree[c][path] != "" && !inAny && by == "" {
				by = c
				if !pass {
					note = "reflog only"
				}
			}
			if tree[c][path] == "" && inAll && (pass || note != "") {
				removed = true
			}
		}
	}
	var refs []string
	head := false
	for _, line := range lines(s.git("for-each-ref", "--format=%(refname) %(objectname)")) {
		name, id, _ := strings.Cut(line, " ")
		if tree[id][path] != "" {
			refs = append(refs, name)
			head = head || strings.HasPrefix(name, "refs/heads/")
		}
	}
	current := s.git("symbolic-ref", "HEAD")
	slices.SortStableFunc(refs, func(a, b string) int {
		return cmp.Compare(oracleRank(a, current), oracleRank(b, current))
	})
	return fmt.Sprint(path, " by ", by, " versions ", len(versions), " head ", head, " refs ", refs, " removed ", removed && !head, " note ", note)
}

func oracleRank(name, current string) int {
	switch {
	case name == current:
		return 0
	case strings.HasPrefix(name, "refs/heads/"):
		return 1
	}
	return 2
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
