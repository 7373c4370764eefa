package report

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds how much of a name written by strangers is shown, in runes.
const maxShown = 400

// safe returns s with everything escaped that a terminal would obey, or show
// as something else than it is: control characters, escape sequences, bidi
// overrides, invisible runes, invalid UTF-8. The middle of an endless name is
// left out.
func safe(s string) string {
	s = shorten(s)
	if isSafe(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0])|0x100, 16)[1:])
		case r == utf8.RuneError:
			b.WriteString(`\ufffd`) // not what a reader takes for a broken byte
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		s = s[n:]
	}
	return b.String()
}

func isSafe(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// shorten leaves out the middle of s, if it is long.
func shorten(s string) string {
	if len(s) <= maxShown || utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	head, tail := 0, len(s)
	for range maxShown / 2 {
		_, n := utf8.DecodeRuneInString(s[head:])
		_, m := utf8.DecodeLastRuneInString(s[:tail])
		head, tail = head+n, tail-m
	}
	return s[:head] + "…" + s[tail:]
}

// A printer lays lines out. It remembers the first error of its writer.
type printer struct {
	w     io.Writer
	width int
	color bool
	err   error
}

// line writes text after lead, wrapped between words; further lines start with
// as many spaces as lead is wide. Words are never cut.
func (p *printer) line(lead, text string) {
	var b strings.Builder
	b.WriteString(lead)
	indent := strings.Repeat(" ", columns(lead))
	col, first := len(indent), true
	for word := range strings.SplitSeq(text, " ") {
		n := columns(word)
		switch {
		case first:
		case col+1+n > p.width:
			b.WriteString("\n" + indent)
			col = len(indent)
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col, first = col+n, false
	}
	b.WriteByte('\n')
	p.write(strings.ReplaceAll(b.String(), "\x00", " "))
}

// unbroken makes a line out of s that is not wrapped at its spaces, so that
// paths can be copied. Text that safe has seen holds no NUL.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", "\x00") }

func (p *printer) write(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// The colours, as numbers of ECMA-48's SGR.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// paint colours s, which must be one word: words are what a line is wrapped
// between.
func (p *printer) paint(sgr, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// paintWords colours each word of s.
func (p *printer) paintWords(sgr, s string) string {
	if !p.color {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = p.paint(sgr, w)
	}
	return strings.Join(words, " ")
}

// columns returns how wide s is: its runes, without colours.
func columns(s string) int {
	n, in := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			in = true
		case in:
			in = r != 'm'
		case unicode.Is(unicode.Mn, r):
		default:
			n++
		}
	}
	return n
}
