package git

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func TestPushTips(t *testing.T) {
	s, old, mid, tag := newSandbox(t), token(), token(), token()
	one := s.commit("a", old)
	s.git("branch", "known")
	two := s.commit("b", mid)
	s.git("tag", "-a", "-m", tag, "v1")
	object := s.git("rev-parse", "v1")
	blob := s.git("rev-parse", two+":b")
	gone := "1234567890123456789012345678901234567890"
	for _, c := range []struct {
		name        string
		tips, known []string
		want        []string
	}{
		{"new branch", []string{two}, []string{"refs/heads/known"}, []string{mid}},
		{"all refs known", []string{two}, []string{"refs/"}, nil},
		{"nothing known", []string{two}, nil, []string{old, mid}},
		{"what is not here makes the range larger", []string{two}, []string{gone}, []string{old, mid}},
		{"several", []string{one, two}, []string{one}, []string{mid}},
		{"a tag", []string{object}, []string{one}, []string{mid, tag}},
		{"a tag of what is known", []string{object}, []string{two}, []string{tag}},
		{"a file", []string{blob}, []string{one}, []string{mid}},
		{"a tree", []string{s.git("rev-parse", two+"^{tree}")}, []string{one}, []string{old, mid}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, tok := range []string{old, mid, tag} {
				r := scan(t, s.target(), Options{Tips: c.tips, Known: c.known}, tok).clean(t)
				if got := len(r.at) > 0; got != slices.Contains(c.want, tok) {
					t.Errorf("found %v: %s", got, r.show())
				}
			}
		})
	}
	if _, err := Open(t.Context(), s.target(), Options{Tips: []string{gone}}); err == nil {
		t.Error("a tip that is not here is no error")
	}
}

func TestSinceUpstream(t *testing.T) {
	s, tok := newSandbox(t), token()
	s.commit("a", "1")
	dir := filepath.Join(t.TempDir(), "copy")
	s.git("clone", "-q", "file://"+s.dir, dir)
	s.dir = dir
	s.git("checkout", "-q", "main")
	tip := s.commit("b", tok)
	for _, since := range []string{"@{upstream}", "@{u}", "main@{u}", "HEAD@{upstream}..main", "origin/main...HEAD"} {
		if life := scan(t, sprawl.Target("git:"+dir), Options{Since: since}, tok).clean(t).one(t); life.Commit != tip {
			t.Errorf("%s: got %+v", since, life)
		}
	}
	for _, since := range []string{"@{1}", "@{yesterday}", "none@{u}", "origin/main@{u}"} {
		if _, err := Open(t.Context(), sprawl.Target("git:"+dir), Options{Since: since}); err == nil {
			t.Errorf("%s is no error", since)
		}
	}
}

// TestSinceBothSides asks what one branch brings since it parted from another,
// which has gone on as well.
func TestSinceBothSides(t *testing.T) {
	s, ours, theirs := newSandbox(t), token(), token()
	s.commit("a", "1")
	s.git("checkout", "-q", "-b", "side")
	s.commit("b", ours)
	s.git("checkout", "-q", "main")
	s.commit("c", theirs)
	scan(t, s.target(), Options{Since: "main...side"}, ours).clean(t).one(t)
	if r := scan(t, s.target(), Options{Since: "main...side"}, theirs).clean(t); len(r.at) > 0 {
		t.Errorf("the other side was read: %s", r.show())
	}
}

// TestSinceCarries holds what a range brings to a plain comparison, for every
// commit of a history in which a secret comes and goes in three files.
func TestSinceCarries(t *testing.T) {
	s, tok := newSandbox(t), token()
	contents := []string{"", "x", tok, "x" + tok, tok + "y"}
	names := []string{"a", "d/b", "c"}
	at := []map[string]string{{}}
	ids := []string{s.commit("start", "1")}
	for i := range 40 {
		now := map[string]string{}
		for k, v := range at[len(at)-1] {
			now[k] = v
		}
		name := names[i*7%3]
		now[name] = contents[i*i%11%5] + strings.Repeat("z", i)
		ids = append(ids, s.commit(name, now[name]))
		at = append(at, now)
	}
	for from := 0; from < len(ids); from += 3 {
		want := map[string]bool{}
		for i := from + 1; i < len(ids); i++ {
			for _, name := range names {
				if strings.Contains(at[i][name], tok) && !strings.Contains(at[i-1][name], tok) {
					want[name] = true
				}
			}
		}
		r := scan(t, s.target(), Options{Since: ids[from]}, tok).clean(t)
		got := map[string]bool{}
		for _, life := range r.lives {
			if !life.Old {
				got[life.Path] = true
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("since commit %d: at %v, want %v", from, got, want)
		}
	}
}

// TestSinceTwins has one directory come twice in one commit: both are places.
func TestSinceTwins(t *testing.T) {
	s, tok := newSandbox(t), token()
	base := s.commit("a", "1")
	s.write("x/f", tok)
	s.write("y/deep/f", tok)
	s.git("add", "-A")
	s.git("commit", "-q", "-m", "m")
	r := scan(t, s.target(), Options{Since: base}, tok).clean(t)
	if len(r.lives) != 2 {
		t.Errorf("want two places: %s", r.show())
	}
}
