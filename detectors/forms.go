package detectors

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// A form is the encoding in which a literal is looked for.
type form uint8

const (
	plainForm   form = iota
	base64At0        // the literal begins at a multiple of three in what was encoded
	base64At1        // one byte later
	base64At2        // two bytes later
	percentForm      // %67%68
	escapeForm       // \u0067, \x67, &#103;
	forms
)

// An encoded literal is one that reveals an encoding.
type encodedLiteral struct {
	literal.Literal
	form form
}

const (
	// Of a long literal only the beginning is looked for in encoded form.
	maxEncoded = 9
	// A shorter text says too little: it would be met by chance in any base64.
	minEncoded = 5
)

// encodedForms appends text as it reads inside base64, in the three ways in
// which it can be aligned and in both alphabets. Hex is found by its runs.
func encodedForms(all []encodedLiteral, text string) []encodedLiteral {
	text = text[:min(len(text), maxEncoded)]
	for shift := range 3 {
		t := alignedBase64(text, shift)
		if len(t) < minEncoded {
			continue
		}
		all = append(all, encodedLiteral{literal.Literal{Text: t}, base64At0 + form(shift)})
		if strings.ContainsAny(t, "+/") {
			t = strings.NewReplacer("+", "-", "/", "_").Replace(t)
			all = append(all, encodedLiteral{literal.Literal{Text: t}, base64At0 + form(shift)})
		}
	}
	return all
}

// alignedBase64 returns the characters of base64 that depend on text alone when
// text stands shift bytes after a multiple of three.
func alignedBase64(text string, shift int) string {
	var padded [2 + maxEncoded]byte
	var out [(2*len(padded) + 1) * 2 / 3]byte
	n := shift + copy(padded[shift:], text)
	base64.RawStdEncoding.Encode(out[:], padded[:n])
	return string(out[(8*shift+5)/6 : 8*n/6])
}

// phase is how many characters after a multiple of four an aligned literal
// begins.
func (f form) phase() int {
	return [...]int{base64At0: 0, base64At1: 2, base64At2: 3}[f]
}

// alignment tells apart hits whose encoded text is cut into groups at other
// places, when both stand offset bytes after one common point.
func (f form) alignment(offset int) int {
	if f == percentForm || f == escapeForm {
		return 0
	}
	return (offset - f.phase()) & 3
}

// class returns the bytes that text in this form is written in.
func (f form) class() *literal.Class {
	if f == percentForm || f == escapeForm {
		return escapeClass
	}
	return runClass
}

// escapeForms returns texts that reveal escaped letters, which nobody needs to
// escape: two percent-encoded ones in a row, a \x67, a \u0067, a &#103;.
func escapeForms() (all []encodedLiteral) {
	add := func(f form, format string, c byte) {
		all = append(all, encodedLiteral{literal.Literal{Text: fmt.Sprintf(format, c), Fold: true}, f})
	}
	for c := byte('A'); c <= 'z'; c++ {
		if !isWord(c) {
			continue
		}
		add(percentForm, "%%%02x%%", c)
		add(escapeForm, `\x%02x`, c)
		if c < 100 {
			add(escapeForm, "&#%d", c)
		}
	}
	for _, text := range []string{`\u00`, "&#x4", "&#x5", "&#x6", "&#x7", "&#10", "&#11", "&#12"} {
		all = append(all, encodedLiteral{literal.Literal{Text: text, Fold: true}, escapeForm})
	}
	return all
}
