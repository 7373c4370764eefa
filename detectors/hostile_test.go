package detectors

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// A hostile input is a text of about n bytes that is made to be slow to look
// at.
type hostile struct {
	name string
	of   func(n int) []byte
}

// hostileInputs lists the ways that are tried on the whole catalogue: long runs
// of one character, quotes in quotes, one endless line, texts that decode to
// themselves.
func hostileInputs(rnd *rand.Rand) (all []hostile) {
	add := func(name string, of func(n int) []byte) { all = append(all, hostile{name, of}) }
	repeat := func(name, piece string) {
		add(name, func(n int) []byte { return bytes.Repeat([]byte(piece), n/len(piece)+1) })
	}
	for _, c := range "aA0=-_./+\\\"' \n\t:%&{<(\x00\xff" {
		repeat(fmt.Sprintf("run of %q", c), string(c))
	}
	for name, piece := range map[string]string{
		"nested quotes": `"'`, "escaped quotes": `\"`, "assignments": `password="`, "calls": "password(", "key after key": "api_key:", "spaces": "token = ", "urls": "https://a:b@",
		"percent": "%41%", "unicode": `\u0041`, "entities": "&#65;", "xml": "<password>", "brackets": "{{[[((", "equals": "secret=secret=", "pem": "-----BEGIN RSA PRIVATE KEY-----\n", "dots": "eyJ.eyJ.",
		"wide": "p\x00a\x00s\x00s\x00", "hex": "6768705f", "concatenation": `"a"+`, "env": "${A:-", "words": "the quick brown ",
	} {
		repeat(name, piece)
	}
	for name, set := range alphabets {
		add("alphabet "+name, func(n int) []byte { return lively(rnd, set, n) })
	}
	add("base64 of base64", func(n int) []byte {
		text := lively(rnd, base62, n/4)
		for len(text) < n {
			text = []byte(base64.StdEncoding.EncodeToString(text))
		}
		return text
	})
	return all
}

// mostLooks bounds how often a byte may be looked at, on average. A text that is
// nothing but the beginnings of JSON Web Tokens comes nearest to it.
const mostLooks = 3000

// TestHostileInputs wants the work on hostile inputs to grow as they do: four
// times the bytes, about four times the looks, and a bounded number for each
// byte.
func TestHostileInputs(t *testing.T) {
	set := builtinSet(t)
	for _, h := range hostileInputs(rand.New(rand.NewPCG(5, 5))) {
		small, n := looks(set, h, 16<<10)
		large, m := looks(set, h, 64<<10)
		if large > 5*small+64*m {
			t.Errorf("%s: %d looks at %d bytes, and %d at %d", h.name, small, n, large, m)
		}
		wantBounded(t, set, h, 64<<10)
	}
}

// TestHostileRules wants the same bound for each rule: on a run of its literals,
// and on its own example with a character drawn out. Its windows bound what a
// literal costs, so that the bound holds for any length.
func TestHostileRules(t *testing.T) {
	set := builtinSet(t)
	for _, r := range builtin(t) {
		lit := r.Literals[0]
		text, err := Expand(r.Found[0], rand.New(rand.NewPCG(6, 6)))
		if err != nil {
			t.Fatal(err)
		}
		half := text[:len(text)/2]
		for _, h := range []hostile{
			{r.ID + ": literals", func(n int) []byte { return bytes.Repeat([]byte(lit), n/len(lit)+1) }},
			{r.ID + ": drawn out", func(n int) []byte { return []byte(half + strings.Repeat(half[len(half)-1:], n)) }},
		} {
			wantBounded(t, set, h, 8<<10)
		}
	}
}

// looks scans an input of about n bytes, and returns how many bytes were looked
// at, and how many there are.
func looks(set *Set, h hostile, n int) (looked, size int64) {
	text := h.of(n)
	sc := set.NewScanner()
	sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{}, Data: text})
	return sc.looked, int64(len(text))
}

// wantBounded wants each byte of an input to be looked at a bounded number of
// times.
func wantBounded(t *testing.T, set *Set, h hostile, n int) {
	t.Helper()
	if looked, size := looks(set, h, n); looked > mostLooks*size {
		t.Errorf("%s: each byte is looked at %d times on average, where %d is the most", h.name, looked/size, mostLooks)
	}
}

// FuzzLinear wants no repeated text to be slow.
func FuzzLinear(f *testing.F) {
	set := builtinSet(f)
	f.Add("password=\"")
	f.Add("ghp_")
	f.Add("aws_secret_access_key = https://")
	f.Fuzz(func(t *testing.T, piece string) {
		if piece == "" || len(piece) > 200 {
			t.Skip()
		}
		wantBounded(t, set, hostile{fmt.Sprintf("%q", piece), func(n int) []byte { return bytes.Repeat([]byte(piece), n/len(piece)+1) }}, 2<<10)
	})
}
