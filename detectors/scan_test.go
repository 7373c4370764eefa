package detectors

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
)

func builtinSet(t testing.TB) *Set {
	t.Helper()
	rules, err := LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scanText(sc *Scanner, text string) []sprawl.Finding {
	return sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: "t"}, Data: []byte(text)})
}

// brief is a finding without its secret, for comparing.
type brief struct {
	Rule       string
	Start, End int64
	Encoding   string
	Conf       int
	Parts      string
}

func briefly(fs []sprawl.Finding) (out []brief) {
	for _, f := range fs {
		b := brief{f.Rule, f.At.Start, f.At.End, strings.Join(f.At.Encoding, "+"), f.Confidence, ""}
		for _, p := range f.Parts {
			b.Parts += p.Name + "=" + p.Value.Reveal() + ";"
		}
		out = append(out, b)
	}
	return out
}

func TestRulesOnTheirExamples(t *testing.T) {
	rules := builtin(t)
	for seed := range uint64(4) {
		failures, n, err := Try(rules, rand.New(rand.NewPCG(seed, 7)))
		if err != nil || n < 2*len(rules) {
			t.Fatal(n, err)
		}
		for _, f := range failures {
			t.Errorf("seed %d: %v", seed, f)
		}
		if t.Failed() {
			return
		}
	}
}

func token(t testing.TB, template string) string {
	t.Helper()
	text, err := Expand(template, rand.New(rand.NewPCG(rand.Uint64(), 1)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEncodings(t *testing.T) {
	sc := builtinSet(t).NewScanner()
	secret := token(t, "ghp_<base62:30><check:github-crc32>")
	b64 := base64.StdEncoding.EncodeToString
	wide := func(s string, little bool, width int) string {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			unit := make([]byte, width)
			if little {
				unit[0], unit[1] = byte(u), byte(u>>8)
			} else {
				unit[width-1], unit[width-2] = byte(u), byte(u>>8)
			}
			out = append(out, unit...)
		}
		return string(out)
	}
	percent, uni, hexesc, entity := "", "", "", ""
	for i := range len(secret) {
		percent += fmt.Sprintf("%%%02X", secret[i])
		uni += fmt.Sprintf(`\u%04x`, secret[i])
		hexesc += fmt.Sprintf(`\x%02x`, secret[i])
		entity += fmt.Sprintf(`&#%d;`, secret[i])
	}
	cases := map[string]string{
		"plain":          "x = " + secret + "\n",
		"end of data":    secret,
		"base64":         "data: " + b64([]byte(secret)) + "\n",
		"base64 align 0": "data: " + b64([]byte(`{"user":1,"key":"`+secret+`"}`)),
		"base64 align 1": "data: " + b64([]byte(`{"user":12,"key":"`+secret+`"}`)),
		"base64 align 2": "data: " + b64([]byte(`{"user":123,"key":"`+secret+`"}`)),
		"base64 glued":   "path/" + b64([]byte(secret)),
		"base64 url":     "v=" + base64.RawURLEncoding.EncodeToString([]byte("??>>"+secret)),
		"base64 twice":   "data: " + b64([]byte(b64([]byte(secret)))),
		"base64 thrice":  "data: " + b64([]byte(b64([]byte(b64([]byte(secret)))))),
		"base64 folded":  fold(b64([]byte(strings.Repeat("some text before it. ", 5)+secret+strings.Repeat(" and after", 5))), 76),
		"hex":            "blob " + hex.EncodeToString([]byte(secret)),
		"HEX":            "blob " + strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"percent":        "q=" + percent,
		`\u`:             `"` + uni + `"`,
		`\u first`:       `"\u0067` + secret[1:] + `"`,
		`\x`:             `"` + hexesc + `"`,
		"entity":         "<b>" + entity + "</b>",
		"utf-16le":       wide("token = "+secret+"\r\n", true, 2),
		"utf-16be":       wide("token = "+secret, false, 2),
		"utf-16 bom":     "\xff\xfe" + wide(secret, true, 2),
		"utf-32le":       wide("token = "+secret, true, 4),
		"utf-32be":       wide("token = "+secret, false, 4),
		"utf-16 base64":  "run " + b64([]byte(wide("$t = '"+secret+"'; go", true, 2))),
		"in a binary":    "\x7fELF\x00\x01\x02" + strings.Repeat("\x00", 50) + secret + "\x00\x00\xfe",
		"concatenation":  `x = "` + secret[:17] + `" +` + "\n    \"" + secret[17:] + `"`,
		"three pieces":   `x = '` + secret[:9] + `' . '` + secret[9:22] + `' . '` + secret[22:] + `';`,
	}
	for name, text := range cases {
		fs := scanText(sc, text)
		if len(fs) == 0 || fs[0].Rule != "github-pat" || fs[0].Parts[0].Value.Reveal() != secret {
			t.Errorf("%s: %v in %q", name, briefly(fs), text)
		}
		n := 0
		for _, f := range fs {
			if f.Rule == "github-pat" {
				n++
			}
		}
		if n > 1 {
			t.Errorf("%s: found %d times: %v", name, n, briefly(fs))
		}
	}
}

func fold(s string, n int) string {
	var b strings.Builder
	for len(s) > n {
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return b.String() + s + "\n"
}

// derive applies random edits to base, and returns what comes of it with the
// copies that a delta would have.
func derive(rnd *rand.Rand, base []byte, pieces []string) (data []byte, copies []sprawl.Copy) {
	at := 0
	for at < len(base) || rnd.IntN(3) > 0 {
		switch {
		case rnd.IntN(3) == 0:
			data = append(data, pieces[rnd.IntN(len(pieces))]...)
		case len(base) > 0:
			src := at
			if rnd.IntN(8) == 0 {
				src = rnd.IntN(len(base))
			}
			n := min(1+rnd.IntN(200), len(base)-src)
			if n <= 0 {
				at = len(base)
				continue
			}
			copies = append(copies, sprawl.Copy{Src: src, Dst: len(data), N: n})
			data = append(data, base[src:src+n]...)
			at = src + n + rnd.IntN(3)*rnd.IntN(30)
		default:
			at = len(base) + 1
		}
		if len(data) > 20000 {
			break
		}
	}
	return data, copies
}

func checkCopies(t *testing.T, set *Set, seed uint64, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 99))
	pieces := textPieces(t, set, rnd)
	plain, fast := set.NewScanner(), set.NewScanner()
	var base []byte
	for range 1 + rnd.IntN(40) {
		base = append(base, pieces[rnd.IntN(len(pieces))]...)
	}
	id := sprawl.ID{1}
	fast.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: id}, Data: base})
	for round := range rounds {
		data, copies := derive(rnd, base, pieces)
		next := sprawl.ID{byte(round + 2)}
		want := plain.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: next}, Data: data})
		got := fast.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: next}, Data: data, Base: id, Copies: copies})
		if diff := cmp.Diff(briefly(want), briefly(got)); diff != "" {
			t.Fatalf("seed %d round %d: delta scan differs (-whole +delta):\n%s", seed, round, diff)
		}
		base, id = data, next
	}
}

// textPieces returns fragments that make scanners stumble: whole and cut
// secrets in many encodings, and prose.
func textPieces(t testing.TB, set *Set, rnd *rand.Rand) []string {
	pieces := []string{"\n", " ", "\"", "'", "=", "password = ", "token: ", "api_key", "hello world, this is prose. ",
		"\x00", "\x00a\x00b", "-----BEGIN RSA ", "PRIVATE KEY-----", "postgres://", "user:", "@", "AAAA", "abcdef0123456789", "\" + \"", "\\u0067", "%67%68"}
	for range 12 {
		r := set.rules[rnd.IntN(len(set.rules))]
		text, err := Expand(r.Found[rnd.IntN(len(r.Found))], rnd)
		if err != nil {
			t.Fatal(err)
		}
		cut := rnd.IntN(len(text))
		enc := base64.StdEncoding.EncodeToString([]byte(text))
		pieces = append(pieces, text, text[:cut], text[cut:], enc, enc[:cut], base64.StdEncoding.EncodeToString([]byte(enc)),
			hex.EncodeToString([]byte(text)), fold(enc, 76), strings.Join(strings.Split(text, ""), "\x00")+"\x00")
	}
	return pieces
}

func TestCopies(t *testing.T) {
	set := builtinSet(t)
	rounds := uint64(120)
	if n, err := strconv.Atoi(os.Getenv("SPRAWL_ROUNDS")); err == nil {
		rounds = uint64(n)
	}
	for seed := range rounds {
		checkCopies(t, set, seed, 6)
	}
}

func FuzzCopies(f *testing.F) {
	set := builtinSet(f)
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkCopies(t, set, seed, 6) })
}

func TestCleanBytesCostNothing(t *testing.T) {
	set := builtinSet(t)
	sc := set.NewScanner()
	c := &sprawl.Chunk{At: &sprawl.Location{}, Data: []byte(strings.Repeat("nothing to see here; move on.\n", 2000))}
	sc.Scan(nil, c)
	if n := testing.AllocsPerRun(10, func() { sc.Scan(nil, c) }); n != 0 {
		t.Errorf("%v allocations on clean bytes", n)
	}
	if got := set.Compiled(); len(got) != 0 {
		t.Errorf("clean bytes made the patterns of %v", got)
	}
}

func TestBehindAnEscape(t *testing.T) {
	sc := builtinSet(t).NewScanner()
	secret := token(t, "ghp_<base62:30><check:github-crc32>")
	for _, before := range []string{`"log: \n`, `\t`, `\x22`, `\u0022`, "%3D", "a=b%20", "\x1b[32m", "\x1b[1;31m", `\r\n`} {
		if fs := scanText(sc, before+secret+" "); len(fs) != 1 || fs[0].Parts[0].Value.Reveal() != secret {
			t.Errorf("not found behind %q: %v", before, briefly(fs))
		}
	}
	for _, before := range []string{"n", "m", "D", "32m", "x22", "_"} {
		if fs := scanText(sc, "= "+before+secret+" "); len(fs) != 0 && fs[0].Rule == "github-pat" {
			t.Errorf("found behind %q, where it is part of another word", before)
		}
	}
}

// FuzzBytes scans anything, and then the same with something put into it, as a
// delta and whole.
func FuzzBytes(f *testing.F) {
	set := builtinSet(f)
	rnd := rand.New(rand.NewPCG(4, 4))
	for _, piece := range textPieces(f, set, rnd) {
		f.Add([]byte(piece+piece), []byte("x"), uint16(len(piece)))
	}
	f.Fuzz(func(t *testing.T, base, insert []byte, cut uint16) {
		at := min(int(cut), len(base))
		data := slices.Concat(base[:at], insert, base[at:])
		var copies []sprawl.Copy
		if at > 0 {
			copies = append(copies, sprawl.Copy{N: at})
		}
		if at < len(base) {
			copies = append(copies, sprawl.Copy{Src: at, Dst: at + len(insert), N: len(base) - at})
		}
		fast, plain := set.NewScanner(), set.NewScanner()
		fast.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: sprawl.ID{1}}, Data: base})
		got := fast.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: sprawl.ID{2}}, Data: data, Base: sprawl.ID{1}, Copies: copies})
		want := plain.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: sprawl.ID{2}}, Data: data})
		if diff := cmp.Diff(briefly(want), briefly(got)); diff != "" {
			t.Errorf("delta scan differs (-whole +delta):\n%s", diff)
		}
	})
}
