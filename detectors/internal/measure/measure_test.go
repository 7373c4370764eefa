package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func rules(t testing.TB) *detectors.Set {
	t.Helper()
	rules, err := detectors.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// checkout writes a repository with one file and returns its directory, the
// secret in line 2 and the labels for it.
func checkout(t *testing.T) (dir, secret, text string) {
	t.Helper()
	secret, err := detectors.Expand("<base62:20>", rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	other, err := detectors.Expand("<base62:32>", rand.New(rand.NewPCG(3, 4)))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	root := filepath.Join(dir, "acme+shop")
	if err := os.MkdirAll(filepath.Join(root, "conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	content := fmt.Sprintf("a: 1\npassword: %s\nsecret_key: %s\nnot read: true\ntoken: 'x%s'\n", secret, other, secret)
	if err := os.WriteFile(filepath.Join(root, "conf", "app.yml"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	text = fmt.Sprintf("R\tacme/shop\tc0ffee\theld\nF\tconf/app.yml\tyaml\t1-3\nS\t2\t11\t%d\tpassword\t%s\nN\t3\t13\t%d\tplaceholder\n",
		11+len(secret), sumOf([]byte(secret)), 13+len(other))
	return dir, secret, text
}

func parse(t *testing.T, text string) *labels {
	t.Helper()
	all, err := parseLabels(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestMeasure holds the counts to a file in which they can be counted by eye:
// one secret, one value that is labelled as none, and one that nobody read.
func TestMeasure(t *testing.T) {
	dir, _, text := checkout(t)
	res, err := measure(rules(t), parse(t, text), dir, "held")
	if err != nil {
		t.Fatal(err)
	}
	if got := res.recall(20, strong); got != (share{1, 1}) {
		t.Errorf("recall: %v", got)
	}
	if got := res.precision(sprawl.Generic, 20, false, func(*verdict) bool { return true }); got != (share{1, 2}) {
		t.Errorf("precision: %v", got)
	}
	res, err = measure(rules(t), parse(t, text), dir, "fit")
	if err != nil || len(res.places) != 0 {
		t.Errorf("the other half: %d places, %v", len(res.places), err)
	}
}

// TestMeasureRefuses holds a changed checkout to an error rather than to wrong
// figures.
func TestMeasureRefuses(t *testing.T) {
	dir, secret, text := checkout(t)
	wrong := strings.Replace(text, sumOf([]byte(secret)), sumOf([]byte(secret+"x")), 1)
	if _, err := measure(rules(t), parse(t, wrong), dir, ""); err == nil {
		t.Error("another value at the place was taken")
	} else if strings.Contains(err.Error(), secret) {
		t.Error("the error holds the value")
	}
	short := strings.Replace(text, "S\t2\t", "S\t99\t", 1)
	if _, err := measure(rules(t), parse(t, short), dir, ""); err == nil {
		t.Error("a line that does not exist was taken")
	}
	res, err := measure(rules(t), parse(t, text), t.TempDir(), "")
	if err != nil || len(res.missing) != 1 {
		t.Errorf("missing: %v, %v", res.missing, err)
	}
}

func TestInterval(t *testing.T) {
	low, high := share{9, 10}.interval()
	if low < 0.59 || low > 0.60 || high < 0.98 || high > 0.983 {
		t.Errorf("9 of 10: %.3f to %.3f", low, high)
	}
}

// TestLabels holds the committed labels to their format.
func TestLabels(t *testing.T) {
	f, err := os.Open("testdata/labels.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := parseLabels(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all.repos {
		if r.split != "fit" && r.split != "held" || len(r.commit) != 40 || len(r.files) == 0 {
			t.Errorf("%s: split %q, commit %q, %d files", r.name, r.split, r.commit, len(r.files))
		}
		for _, f := range r.files {
			for _, l := range f.labels {
				if l.start >= l.end || l.secret && len(l.sum) != 8 || !f.wasRead(l.line, l.line) {
					t.Errorf("%s: %s: line %d, columns %d to %d, sum %q", r.name, f.path, l.line, l.start, l.end, l.sum)
				}
			}
		}
	}
}

func FuzzParseLabels(f *testing.F) {
	f.Add("R\ta/b\tc\theld\nF\tp\tyaml\t1,3-4\nS\t2\t1\t3\tpassword\t01234567\n")
	f.Add("S\t1\t1\t1\tx\ty")
	f.Add("R\ta\tb\tc\nF\tp\tk\t-\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseLabels(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, r := range all.repos {
			for _, f := range r.files {
				for _, l := range f.labels {
					_, _ = l.value([]byte("some\ncontent"), []int{0, 5})
				}
			}
		}
	})
}

// TestJudged holds the committed sample to its format, and the counts to what
// three lines hold.
func TestJudged(t *testing.T) {
	line := func(verdict string) string { return "generic\trule\t" + verdict + "\ta/b\tc0ffee\tp\t7\n" }
	byTier, byRule, err := parseJudged(strings.NewReader("# sample\n" + line("true") + line("plain") + line("false")))
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []tally{byTier["generic"], byRule["generic rule"]} {
		if got.strict() != (share{1, 2}) || got.all() != (share{2, 3}) {
			t.Errorf("%v and %v", got.strict(), got.all())
		}
	}
	if _, _, err := parseJudged(strings.NewReader(line("perhaps"))); err == nil {
		t.Error("an unknown judgement was taken")
	}
	var out strings.Builder
	if err := runJudged("testdata/judged.txt", &out); err != nil || !strings.Contains(out.String(), "structured") {
		t.Errorf("%v: %s", err, out.String())
	}
}
