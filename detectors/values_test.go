package detectors

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	neturl "net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/seed-5dd601fe/sprawl"
)

// knowing returns a Set of one rule that knows values.
func knowing(t testing.TB, texts ...string) *Set {
	t.Helper()
	set, err := Compile([]Rule{{ID: "other", Literals: []string{"qzqzqz"}, Match: `qzqzqz[0-9]{4}`, Max: 10, Tier: sprawl.Structured, Confidence: 90}})
	if err != nil {
		t.Fatal(err)
	}
	var all []Value
	for _, text := range texts {
		all = append(all, Value{From: "jsonl:store", Text: []byte(text)})
	}
	return set.Knowing(all)
}

// odd returns a value of n random characters.
func odd(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	knownLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	knownMarks   = knownLetters + `+/=&"'<>\%#!`
)

func found(set *Set, text string) (all []sprawl.Finding) {
	for _, f := range set.NewScanner().Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: "f.txt"}, Data: []byte(text)}) {
		if f.Rule == "known-value" {
			all = append(all, f)
		}
	}
	return all
}

// TestKnown looks for a value in every way in which it can be written.
func TestKnown(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		alphabet, size := knownLetters, 8+r.IntN(40)
		if i%2 == 1 {
			alphabet, size = knownMarks, size+4
		}
		v := "x" + odd(r, alphabet, size-2) + "y"
		set := knowing(t, odd(r, knownLetters, 12), v, odd(r, knownLetters, 30))
		quoted, _ := json.Marshal(v)
		wide := utf16.Encode([]rune("password: " + v + " and more text\n"))
		var le []byte
		for _, u := range wide {
			le = append(le, byte(u), byte(u>>8))
		}
		b64 := base64.StdEncoding
		for name, text := range map[string]string{
			"raw":         "a b " + v + " c",
			"quoted":      `key = "` + v + `"`,
			"alone":       v,
			"line":        "one\n" + v + "\ntwo",
			"JSON":        `{"key": ` + string(quoted) + `}`,
			"query":       "https://host.test/?a=" + neturl.QueryEscape(v) + "&b=c",
			"hex":         "= " + hex.EncodeToString([]byte(v)) + ";",
			"HEX":         "= " + strings.ToUpper(hex.EncodeToString([]byte(v))) + ";",
			"base64 at 0": "data: " + b64.EncodeToString([]byte(v)) + "\n",
			"base64 at 1": "data: " + b64.EncodeToString([]byte(":"+v+"\n")) + "\n",
			"base64 at 2": "data: " + b64.EncodeToString([]byte("u:"+v)) + "\n",
			"base64 at 5": "Basic " + b64.EncodeToString([]byte("user:"+v)),
			"base64 url":  "data: " + base64.RawURLEncoding.EncodeToString([]byte("u:"+v)) + "\n",
			"twice":       "data: " + b64.EncodeToString([]byte(`{"a": "`+b64.EncodeToString([]byte("u:"+v))+`"}`)) + "\n",
			"wide":        string(le),
		} {
			fs := found(set, text)
			if len(fs) != 1 {
				t.Errorf("%s of a value of %d bytes: found %d times", name, len(v), len(fs))
				continue
			}
			if f := &fs[0]; f.At.Start < 0 || f.At.End > int64(len(text)) || f.Parts[0].Value.Len() != len(v) {
				t.Errorf("%s: at %d to %d of %d", name, f.At.Start, f.At.End, len(text))
			}
		}
		for name, text := range map[string]string{
			"inside a word": "z" + v + "z", "cut": v[:len(v)-1], "more": v + "9", "other case": strings.ToUpper(v),
		} {
			if fs := found(set, text); len(fs) != 0 {
				t.Errorf("%s of a value of %d bytes: found", name, len(v))
			}
		}
	}
}

// TestKnownCopies holds scanning by deltas to scanning whole objects.
func TestKnownCopies(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		v := odd(r, knownMarks, 24)
		set := knowing(t, v, v[:12]+odd(r, knownMarks, 30))
		base := []byte("some text " + v + " and " + base64.StdEncoding.EncodeToString([]byte("user:"+v)) + " end of it")
		at := r.IntN(len(base))
		cut := min(at+r.IntN(12), len(base))
		insert := odd(r, knownMarks, r.IntN(6))
		if r.IntN(2) == 0 {
			insert += " " + v[:r.IntN(len(v))]
		}
		next := slices.Concat(base[:at], []byte(insert), base[cut:])
		sc := set.NewScanner()
		one, two := sprawl.ID{1}, sprawl.ID{2}
		sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: one}, Data: base})
		got := places(sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: two}, Data: next, Base: one, Copies: []sprawl.Copy{
			{Src: 0, Dst: 0, N: at}, {Src: cut, Dst: at + len(insert), N: len(base) - cut},
		}}))
		want := places(set.NewScanner().Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Object: two}, Data: next}))
		if !slices.Equal(got, want) {
			t.Fatalf("by its delta %v, whole %v", got, want)
		}
	}
}

func places(fs []sprawl.Finding) (all []string) {
	for _, f := range fs {
		all = append(all, fmt.Sprint(f.Rule, f.At.Start, f.At.End, f.At.Encoding))
	}
	slices.Sort(all)
	return all
}

func TestGuessable(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, v := range []string{
		"", "short", "true", "password", "production", "production-database", "us-east-1", "eu-central-1b", "my_app_production",
		"application/json", "https://vault.internal.acme.test:8200", "/var/lib/acme/data", "registry.acme.test/team/image",
		"info@acme-company.test", "Password1", "correct horse battery", "12345678901234567890", "aaaaaaaaaaaaaaaaaaaaaaaa", "${DATABASE_PASSWORD}",
		"2026-11-21T12:00:00Z", "first\nsecond and third line",
	} {
		if _, yes := Guessable([]byte(v)); !yes {
			t.Errorf("%q would be looked for, at %.0f bits", v, strength([]byte(v)))
		}
	}
	var kept [4]int
	for range 1000 {
		for i, v := range []string{odd(r, knownLetters, 14), odd(r, "0123456789abcdef", 24), odd(r, knownMarks, 16), odd(r, "abcdefghijklmnopqrstuvwxyz", 20)} {
			if _, yes := Guessable([]byte(v)); !yes {
				kept[i]++
			}
		}
	}
	for i, n := range kept {
		if n < 900 {
			t.Errorf("of 1000 random values of kind %d, %d can be looked for", i, n)
		}
	}
}

// BenchmarkKnown scans source text with none, and with ten thousand values.
func BenchmarkKnown(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 10))
	rules, err := LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		b.Fatal(err)
	}
	plain, err := Compile(rules)
	if err != nil {
		b.Fatal(err)
	}
	var all []Value
	for range 10_000 {
		all = append(all, Value{Text: []byte(odd(r, knownLetters, 10+r.IntN(40)))})
	}
	var text []byte
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		more, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		text = append(text, more...)
	}
	for name, set := range map[string]*Set{"none": plain, "10000": plain.Knowing(all)} {
		b.Run(name, func(b *testing.B) {
			sc := set.NewScanner()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: "f.txt"}, Data: text})
			}
		})
	}
}
