package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestSketch draws rules from made-up values, and wants them to pass their own
// examples, to find what they were drawn from, and to hold none of it.
func TestSketch(t *testing.T) {
	for _, c := range []struct {
		near    string
		samples []string // as examples
		match   string
	}{
		{"", []string{"acme_<hex:40>"}, `\b(?P<key>acme_[0-9a-f]{40})\b`},
		{"", []string{"ACME_TOKEN=acme_live_<base62:30>"}, `\b(?P<key>acme_live_[0-9A-Za-z]{30})\b`},
		{"", []string{`"token": "acme-<base62:30>",`, `token = "acme-<base62:33>"`}, `\b(?P<key>acme-[0-9A-Za-z]{30,33})\b`},
		{"", []string{"acme.<hex:24>.<base64url:43>"}, `\b(?P<key>acme\.[0-9a-f]{24}\.[\w-]{43})(?:[^\w-]|\z)`},
		{"", []string{"acme_<base64:63>+"}, `\b(?P<key>acme_[0-9A-Za-z+/]{64}={0,2})(?:[^\w+/=-]|\z)`},
		{"acme", []string{"ACME_KEY=<hex:32>"}, "[0-9a-f]{32}"},
	} {
		s := Sketch{ID: "acme-token", Near: c.near}
		for i, ex := range c.samples {
			s.Samples = append(s.Samples, string(expand(t, ex, uint64(i))))
		}
		text, err := s.TOML()
		if err != nil {
			t.Errorf("%s: %v", c.samples, err)
			continue
		}
		rules, err := Load("new.toml", text)
		if err != nil {
			t.Errorf("%s: %v\n%s", c.samples, err, text)
			continue
		}
		if rules[0].Match != c.match && rules[0].Value != c.match {
			t.Errorf("%s gave %s%s, want %s", c.samples, rules[0].Match, rules[0].Value, c.match)
		}
		failures, _, err := Try(rules, rand.New(rand.NewPCG(1, 1)))
		if err != nil || len(failures) > 0 {
			t.Errorf("%s: %v %v", text, failures, err)
		}
		n := newNaiveRule(&rules[0])
		for _, sample := range s.Samples {
			hits := n.scan([]byte(sample))
			if len(hits) != 1 {
				t.Fatalf("%s does not report what it was drawn from", text)
			}
			secret := sample[hits[0].start:hits[0].end]
			if strings.Contains(string(text), secret[len(secret)-8:]) {
				t.Errorf("the rule holds a part of a sample:\n%s", text)
			}
		}
	}
}

func TestSketchRefuses(t *testing.T) {
	for _, s := range []Sketch{
		{ID: "Acme", Samples: []string{"acme_0123456789"}},
		{ID: "acme"},
		{ID: "acme", Samples: []string{" ", ""}},
		{ID: "acme", Samples: []string{"short"}},
		{ID: "acme", Samples: []string{string(expand(t, "<hex:32>", 1))}},
		{ID: "acme", Samples: []string{"acme_" + strings.Repeat("x", 5000)}},
		{ID: "acme", Samples: []string{"acme_a.b", "acme_a.b.c.d"}},
		{ID: "acme", Samples: []string{"acme_§§§§§§§§§§§§§"}},
	} {
		if text, err := s.TOML(); err == nil {
			t.Errorf("%v gave %s", s, text)
		} else if len(s.Samples) > 0 && len(s.Samples[0]) > 9 && strings.Contains(err.Error(), s.Samples[0][5:]) {
			t.Errorf("the error holds the sample: %v", err)
		}
	}
}

// FuzzSketch wants any sample to be refused, or to give a table that is valid
// TOML.
func FuzzSketch(f *testing.F) {
	f.Add("acme", "", "A='acme_"+"0123456789abcdef'")
	f.Add("acme", "it's", "0123456789abcdef.x")
	f.Fuzz(func(t *testing.T, id, near, sample string) {
		s := Sketch{ID: id, Near: near, Samples: []string{sample}}
		text, err := s.TOML()
		if err != nil {
			return
		}
		var into map[string]any
		if err := toml.Unmarshal(text, &into); err != nil && validUTF8(near, sample) {
			t.Errorf("%v\n%s", err, text)
		}
	})
}

func validUTF8(texts ...string) bool {
	for _, s := range texts {
		if strings.ToValidUTF8(s, "") != s {
			return false
		}
	}
	return true
}
