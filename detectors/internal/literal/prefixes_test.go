package literal

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// plainPrefixes is what Prefixes.Find is held to.
func plainPrefixes(texts []string, data []byte, from, to int) (all []int32) {
	for i := from; i < to && i+PrefixLen <= len(data); i++ {
		if slices.ContainsFunc(texts, func(t string) bool { return t[:PrefixLen] == string(data[i:i+PrefixLen]) }) {
			all = append(all, int32(i))
		}
	}
	return all
}

func checkPrefixes(t *testing.T, texts []string, data []byte, from, to int) {
	t.Helper()
	got := NewPrefixes(texts).Find(nil, data, from, to)
	slices.Sort(got)
	if want := plainPrefixes(texts, data, from, to); !slices.Equal(got, want) {
		t.Errorf("in %q[%d:%d], %q: %v, want %v", data, from, to, texts, got, want)
	}
}

func TestPrefixes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		data := make([]byte, r.IntN(80))
		for i := range data {
			data[i] = "ab"[r.IntN(2)]
		}
		var texts []string
		for range r.IntN(40) {
			b := make([]byte, PrefixLen+r.IntN(4))
			for i := range b {
				b[i] = "ab"[r.IntN(2)]
			}
			texts = append(texts, string(b))
		}
		from := r.IntN(len(data) + 1)
		checkPrefixes(t, texts, data, from, from+r.IntN(len(data)-from+1))
	}
}

func FuzzPrefixes(f *testing.F) {
	f.Add([]byte("one swordfish, two swordfishes"), 4, 3, 20)
	f.Fuzz(func(t *testing.T, data []byte, at, from, to int) {
		if at < 0 || at+PrefixLen > len(data) || from < 0 || to < from || to > len(data) || string(data[at:at+PrefixLen]) == "\x00\x00\x00\x00\x00\x00\x00\x00" {
			t.Skip()
		}
		checkPrefixes(t, []string{string(data[at:])}, data, from, to)
	})
}
