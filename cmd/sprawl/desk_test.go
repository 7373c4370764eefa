package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-5dd601fe/sprawl/register"
)

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		typed string
		want  []string
	}{
		{"an", []string{"a", "n"}},
		{"\x1b[A\x1bOB", []string{keyUp, keyDown}},
		{"\x1b", []string{keyEsc}},
		{"\x1b[200~x", []string{"x"}},
		{"\x1b[1;5Ax", []string{"x"}},
		{"é\r\x7f\x03", []string{"é", keyEnter, keyBack, keyStop}},
		{"\xff\u009b\x01", nil},
	} {
		if got := keys([]byte(test.typed)); !slices.Equal(got, test.want) {
			t.Errorf("keys(%q) = %q, want %q", test.typed, got, test.want)
		}
	}
}

// FuzzDesk types anything, with anything in the register, on screens of any size.
func FuzzDesk(f *testing.F) {
	f.Add([]byte("n/a\rf\x1be"), "a/b\x1b[2J", 80, 24)
	f.Add([]byte("d\x1b[Bd"), strings.Repeat("long ", 300), 20, 8)
	f.Fuzz(func(t *testing.T, typed []byte, text string, w, h int) {
		w, h = 20+max(0, w)%200, 8+max(0, h)%100
		e := &register.Entry{ID: "cr_" + text, Places: []register.Place{{Target: "git:/nowhere", Path: text, Zone: text}}}
		d := &desk{plain: true, all: []*register.Entry{e, e}}
		d.narrow("")
		for _, k := range keys(typed) {
			if k == keyEnter { // what follows is the register's
				continue
			}
			d.press(t.Context(), k)
		}
		page := d.page(w, h)
		lines := strings.Split(page, "\r\n")
		if len(lines) > h {
			t.Errorf("%d lines on a screen of %d", len(lines), h)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > w {
				t.Errorf("%d columns on a screen of %d: %q", n, w, line)
			}
			if printable(line) != line {
				t.Errorf("%q could steer a terminal", line)
			}
		}
	})
}
