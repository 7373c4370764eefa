package report

import (
	"html"
	"strings"
)

// mdCode returns s as a code span of GitHub Flavored Markdown (GFM 0.29,
// section 6.3). Nothing inside one is obeyed: no markup, links, mentions or
// entities. A pipe would end a table's cell even there, so that it is written
// as text that is escaped elsewhere is.
func mdCode(s string) string { return mdSpan(safe(s)) }

// mdSpan is mdCode for what safe has seen; it shortens what it escaped if it is
// asked again.
func mdSpan(s string) string {
	s = strings.ReplaceAll(s, "|", `\x7c`)
	if strings.Trim(s, " ") == "" {
		return "` " + s + " `"
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if s[0] == '`' || s[len(s)-1] == '`' || s[0] == ' ' && s[len(s)-1] == ' ' {
		s = " " + s + " " // one space at either end is taken away
	}
	return fence + s + fence
}

// longestRun returns the length of the longest run of c in s.
func longestRun(s string, c byte) (longest int) {
	for i, n := 0, 0; i < len(s); i++ {
		if n++; s[i] != c {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// mdLinked is what code hosts make links, mentions or formulas of, without any
// markup.
var mdLinked = [...]string{"@", "#", "://", "www.", "$", "GH-", "|"}

// mdText returns s, a sentence with names in it that strangers gave, as
// Markdown that shows just that. It goes into the middle of a line. What code
// hosts make links of, without any markup, can't be escaped and so becomes
// code.
func mdText(s string) string {
	s = safe(s)
	for _, linked := range mdLinked {
		if strings.Contains(s, linked) {
			return mdSpan(s)
		}
	}
	if strings.IndexAny(s, "-+ 0123456789") == 0 {
		return mdSpan(s) // where a line begins, this would be a list
	}
	return mdEscapes().Replace(unemoji(s))
}

// unemoji keeps colons from making emoji of words; a space after one does.
func unemoji(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if b.WriteByte(s[i]); s[i] == ':' && i+1 < len(s) && s[i+1] != ' ' {
			b.WriteByte(0) // escaped last, as the escape has an ampersand; safe text holds no NUL
		}
	}
	return b.String()
}

func mdEscapes() *strings.Replacer {
	return strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "~", `\~`, "&", `\&`, "!", `\!`,
		":\x00", "&#58;", "^", `\^`, "{", `\{`, "}", `\}`, "=", `\=`,
	)
}

// mdHTML returns s for the inside of an HTML element in Markdown, on one line.
func mdHTML(s string) string {
	s = safe(s)
	for _, linked := range mdLinked {
		if strings.Contains(s, linked) {
			return "<code>" + html.EscapeString(s) + "</code>"
		}
	}
	return html.EscapeString(s)
}

// mdHTMLCode is mdHTML for what is to be shown as code.
func mdHTMLCode(s string) string { return "<code>" + html.EscapeString(safe(s)) + "</code>" }
