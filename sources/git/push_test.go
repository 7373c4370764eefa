package git

import (
	"path/filepath"
	"slices"
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
