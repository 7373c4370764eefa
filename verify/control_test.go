package verify

import (
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func TestMadeUp(t *testing.T) {
	text := "zq_" + "aZ09-x.T3Blb_ab12"
	f := &sprawl.Finding{Rule: "zq-key", Parts: []sprawl.Part{
		{Name: "id", Public: true, Value: sprawl.NewSecret([]byte("id-1"), 0)},
		{Name: "key", Value: sprawl.NewSecret([]byte(text), 3)},
	}}
	made := MadeUp(f, []string{"T3Blb"})
	got := made.Parts[1].Value.Reveal()
	if made.Parts[0].Value.Reveal() != "id-1" || made.Rule != "zq-key" {
		t.Error("changed what is public")
	}
	if f.Parts[1].Value.Reveal() != text {
		t.Error("changed the finding itself")
	}
	if !strings.HasPrefix(got, "zq_") || !strings.Contains(got, "T3Blb") || got == text {
		t.Errorf("made %q up from %q", got, text)
	}
	if !differs(&made, f) || differs(f, f) {
		t.Error("differs is wrong")
	}
}

func FuzzMadeUp(f *testing.F) {
	f.Add("ab_12cdEF-", 3, "cd")
	f.Add("deadbeef00", 0, "")
	f.Add("ü\xff…(3)", 1, "…")
	f.Fuzz(func(t *testing.T, text string, shown int, keep string) {
		secret := sprawl.NewSecret([]byte(text), max(shown, 0))
		made := madeUp(secret, []string{keep}).Reveal()
		if len(made) != len(text) {
			t.Fatalf("%d bytes, want %d", len(made), len(text))
		}
		hex := strings.Trim(text, "0123456789abcdef") == ""
		for i := range len(text) {
			if class(made[i]) != class(text[i]) || hex && strings.IndexByte("0123456789abcdef", made[i]) < 0 {
				t.Fatalf("%q made up from %q", made, text)
			}
		}
		if at := strings.Index(text, keep); at >= 0 && made[at:at+len(keep)] != keep {
			t.Fatalf("%q does not keep %q", made, keep)
		}
	})
}

func class(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return '0'
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= 'A' && c <= 'Z':
		return 'A'
	}
	return c
}
