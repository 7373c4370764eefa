package literal

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive is the specification.
func naive(ls []Literal, data []byte, from, to int) (hits []Hit) {
	for i, l := range ls {
		for p := from; p < to && p+len(l.Text) <= len(data); p++ {
			got := string(data[p : p+len(l.Text)])
			if got != l.Text && !(l.Fold && asciiLower(got) == asciiLower(l.Text)) {
				continue
			}
			end := p + MinLen
			if len(l.Text) == MinLen && (l.Apart && p > 0 && isWord(data[p-1]) || !l.Apart && (end >= len(data) || !Follows(data[end]))) {
				continue
			}
			hits = append(hits, Hit{int32(p), uint16(i)})
		}
	}
	return hits
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

// order sorts hits.
func order(hits []Hit) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		if a.Pos != b.Pos {
			return int(a.Pos - b.Pos)
		}
		return int(a.Lit) - int(b.Lit)
	})
	return hits
}

func check(t *testing.T, ls []Literal, data []byte, from, to int) {
	t.Helper()
	s, err := New(ls)
	if err != nil {
		t.Fatal(err)
	}
	got := order(s.Find(nil, data, from, to))
	want := order(naive(ls, data, from, to))
	if !slices.Equal(got, want) {
		t.Errorf("Find(%q, %d, %d)\n got %v\nwant %v", data, from, to, got, want)
	}
}

func TestFindEveryOffset(t *testing.T) {
	ls := []Literal{{"ghx_", false, false}, {"abc", false, false}, {"xyz", false, true}, {"PassWord", true, false}, {"a_very_long_literal_indeed", false, false}, {"long_li", true, false}}
	for _, l := range ls {
		for before := range 40 {
			for after := range 20 {
				data := []byte(strings.Repeat(".", before) + l.Text + strings.Repeat("-", after))
				check(t, ls, data, 0, len(data))
			}
		}
	}
}

func TestFindInRange(t *testing.T) {
	ls := []Literal{{"needle", false, false}, {"dle_n", true, false}}
	data := []byte(strings.Repeat("needle_n", 12))
	for from := range len(data) {
		for to := from; to <= len(data); to += 3 {
			check(t, ls, data, from, to)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, text := range []string{"", "ab", strings.Repeat("x", 256)} {
		if _, err := New([]Literal{{Text: text}}); err == nil {
			t.Errorf("New accepted a literal of %d bytes", len(text))
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	s, _ := New([]Literal{{"needle", false, false}, {"zzz", true, false}})
	data := bytes.Repeat([]byte("nothing to be seen here, move on. "), 1000)
	if n := testing.AllocsPerRun(10, func() { s.Find(nil, data, 0, len(data)) }); n != 0 {
		t.Errorf("%v allocations on clean bytes", n)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("needle", "dle", "nee", []byte("a needle, a Needle and needlees"), uint8(0))
	f.Add("aaaa", "aaa", "aaab", []byte("aaaaaaaaaaaaaaaaaaaaaaab"), uint8(3))
	f.Fuzz(func(t *testing.T, a, b, c string, data []byte, from uint8) {
		var ls []Literal
		for i, text := range []string{a, b, c} {
			if len(text) >= MinLen && len(text) < 256 {
				ls = append(ls, Literal{text, i == 1, i == 2})
			}
		}
		check(t, ls, data, min(int(from), len(data)), len(data))
	})
}

func naiveRuns(data []byte, class *Class, from, to int) (runs []Run) {
	for i := 0; i < len(data); {
		if !class[data[i]] {
			i++
			continue
		}
		start := i
		for i < len(data) && class[data[i]] {
			i++
		}
		if i-start >= MinRun && start < to && i > from {
			runs = append(runs, Run{int32(start), int32(i)})
		}
	}
	return runs
}

func FuzzRuns(f *testing.F) {
	f.Add([]byte("see QWxhZGRpbjpvcGVuIHNlc2FtZQQWxhZGRpbjpvcGVuIHNlc2FtZQ== ok"), uint8(0))
	class := ClassOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
	f.Fuzz(func(t *testing.T, data []byte, from uint8) {
		a := min(int(from), len(data))
		got := Runs(nil, data, class, a, len(data))
		want := naiveRuns(data, class, a, len(data))
		if !slices.Equal(got, want) {
			t.Errorf("Runs(%q, %d)\n got %v\nwant %v", data, a, got, want)
		}
	})
}

// checkLook holds a look at data[from:to] to the plain searches. Beyond the end
// of data lies more, which must not be taken for a part of it.
func checkLook(t *testing.T, v *Sieve, f *Found, data []byte, from, to int) {
	t.Helper()
	v.Look(f, data, from, to)
	got, want := order(slices.Clone(f.Hits)), order(naive(v.texts, data, from, to))
	if !slices.Equal(got, want) {
		t.Errorf("Look(%q, %d, %d)\n got %v\nwant %v", data, from, to, got, want)
	}
	if runs := naiveRuns(data, v.class, from, to); from < to && !slices.Equal(f.Runs, runs) {
		t.Errorf("Look(%q, %d, %d)\n got runs %v\nwant      %v", data, from, to, f.Runs, runs)
	}
	if zero := bytes.IndexByte(data[from:to], 0) >= 0; f.Zero != zero {
		t.Errorf("Look(%q, %d, %d): zero %v, want %v", data, from, to, f.Zero, zero)
	}
}

func testSieve(t *testing.T, ls []Literal) *Sieve {
	t.Helper()
	s, err := New(ls)
	if err != nil {
		t.Fatal(err)
	}
	return s.Sieve(ClassOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"))
}

// Texts of every size up to a few blocks, at every distance from the end of
// the memory that they lie in, and ranges of them.
func TestLookEverySize(t *testing.T) {
	v := testSieve(t, []Literal{{"ghx_", false, false}, {"xyz", false, true}, {"PassWord", true, false}, {"=long_li", true, false}})
	line := []byte("ghx_ xyz passWORD\x00QWxhZGRpbjpvcGVuIHNlc2FtZSBwbGVhc2Uh=LONG_li.xyz\n")
	var f Found
	for size := range 230 {
		for extra := range 70 {
			memory := bytes.Repeat(line, 5)[:size+extra]
			f.Begin()
			checkLook(t, v, &f, memory[:size], 0, size)
		}
		memory := bytes.Repeat(line, 5)
		for from := range size {
			f.Begin()
			checkLook(t, v, &f, memory[:size], from, from+(size-from)/2)
			checkLook(t, v, &f, memory[:size], from+(size-from)/2, size)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add("needle", "dle", "nee", []byte("a needle, a Needle and needlees"), uint16(0), uint16(9), uint16(3))
	f.Add("aaaa", "aaa", "aaab", bytes.Repeat([]byte("aaaaaaaaaaaaaaaaab\x00"), 30), uint16(3), uint16(100), uint16(70))
	f.Fuzz(func(t *testing.T, a, b, c string, memory []byte, from, to, extra uint16) {
		var ls []Literal
		for i, text := range []string{a, b, c} {
			if len(text) >= MinLen && len(text) < 256 {
				ls = append(ls, Literal{text, i == 1, i == 2})
			}
		}
		data := memory[:len(memory)-min(int(extra), len(memory))]
		end := min(int(to), len(data))
		begin := min(int(from), end)
		v := testSieve(t, ls)
		var found Found
		found.Begin()
		checkLook(t, v, &found, data, 0, begin)
		checkLook(t, v, &found, data, begin, end)
		checkLook(t, v, &found, data, end, len(data))
	})
}

func BenchmarkFind(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var ls []Literal
	for range 400 {
		text := make([]byte, 4+r.IntN(8))
		for i := range text {
			text[i] = "abcdefghijklmnopqrstuvwxyz_-0123456789"[r.IntN(38)]
		}
		ls = append(ls, Literal{string(text), r.IntN(4) == 0, false})
	}
	s, _ := New(ls)
	data := sourceText()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var hits []Hit
	for b.Loop() {
		hits = s.Find(hits[:0], data, 0, len(data))
	}
}

func BenchmarkRuns(b *testing.B) {
	class := ClassOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
	data := sourceText()
	b.SetBytes(int64(len(data)))
	var runs []Run
	for b.Loop() {
		runs = Runs(runs[:0], data, class, 0, len(data))
	}
}
