package detectors

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed-5dd601fe/sprawl"
)

// readFast reads the rules of a file that is written as rules.toml is: one key
// a line, in a few kinds of value. It takes a fiftieth of the time of the TOML
// library, which a commit hook would notice. It reports false where it meets
// anything else; a file for which it reports true has the same rules for the
// library, if that can read it at all.
func readFast(text string) (rules []Rule, ok bool) {
	if !plainText(text) {
		return nil, false
	}
	rules = make([]Rule, 0, 256)
	var r *Rule // nil outside of rules
	inIssuer := false
	for line := range strings.Lines(text) {
		line = strings.Trim(line, " \t\r\n")
		switch {
		case line == "" || line[0] == '#':
		case strings.Contains(line, `"""`) || strings.Contains(line, `'''`):
			return nil, false
		case line == "[[rule]]":
			rules = append(rules, Rule{})
			r = &rules[len(rules)-1]
		case line == "[[issuer]]" || strings.HasPrefix(line, "[issuer.") || strings.HasPrefix(line, "[[issuer."):
			r, inIssuer = nil, true
		case r == nil:
			if !inIssuer || line[0] == '[' {
				return nil, false
			}
		default:
			if !setFast(r, line) {
				return nil, false
			}
		}
	}
	for i := range rules {
		rules[i].setDefaults()
	}
	return rules, len(rules) > 0
}

// plainText reports whether text holds no control characters and no invalid
// UTF-8, which TOML refuses in places.
func plainText(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= ' ' && c != 0x7f || c == '\n' || c == '\t':
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		default:
			return false
		}
	}
	return utf8.ValidString(text)
}

// setFast sets the key of r that line is about.
func setFast(r *Rule, line string) bool {
	key, rest, ok := strings.Cut(line, "=")
	c := &cursor{rest: rest, ok: ok}
	switch strings.Trim(key, " \t") {
	case "id":
		r.ID = c.text()
	case "issuer":
		r.Issuer = c.text()
	case "about":
		r.About = c.text()
	case "docs":
		r.Docs = c.text()
	case "tier":
		r.Tier = sprawl.Tier(c.text())
	case "confidence":
		r.Confidence = c.number()
	case "literals":
		r.Literals = c.texts()
	case "fold":
		r.Fold = c.truth()
	case "match":
		r.Match = c.text()
	case "max":
		r.Max = c.number()
	case "public":
		r.Public = c.texts()
	case "near":
		r.Near = c.texts()
	case "value":
		r.Value = c.text()
	case "find":
		r.Find = c.text()
	case "check":
		r.Check = c.text()
	case "entropy":
		r.Entropy = c.real()
	case "not":
		r.Not = c.texts()
	case "facts":
		r.Facts = c.text()
	case "pair":
		r.Pair = c.pair()
	case "found":
		r.Found = c.texts()
	case "ignored":
		r.Ignored = c.texts()
	default:
		return false
	}
	return c.ended()
}

// A cursor reads values from the rest of a line. Once something is not as
// expected, ok is false and what it returns means nothing.
type cursor struct {
	rest string
	ok   bool
}

func (c *cursor) space() { c.rest = strings.TrimLeft(c.rest, " \t") }

// skip steps over a fixed text and the space before it, and reports whether it
// was there.
func (c *cursor) skip(text string) bool {
	c.space()
	rest, found := strings.CutPrefix(c.rest, text)
	c.rest = rest
	return found
}

func (c *cursor) want(text string) { c.ok = c.skip(text) && c.ok }

// ended reports whether nothing but a comment is left, and all was well.
func (c *cursor) ended() bool {
	c.space()
	return c.ok && (c.rest == "" || c.rest[0] == '#')
}

func (c *cursor) text() string {
	c.space()
	if rest, literal := strings.CutPrefix(c.rest, "'"); literal {
		text, after, closed := strings.Cut(rest, "'")
		c.rest, c.ok = after, c.ok && closed
		return text
	}
	rest, quoted := strings.CutPrefix(c.rest, `"`)
	text, after, closed := strings.Cut(rest, `"`)
	if strings.IndexByte(text, '\\') >= 0 {
		return c.unescape()
	}
	c.rest, c.ok = after, c.ok && quoted && closed
	return text
}

// unescape reads a text with escapes. Of those that Go and TOML share, the
// rules use few; others are left to the library.
func (c *cursor) unescape() string {
	quoted, err := strconv.QuotedPrefix(c.rest)
	if err != nil {
		c.ok = false
		return ""
	}
	c.rest = c.rest[len(quoted):]
	for i := 0; i < len(quoted)-1; i++ {
		if quoted[i] == '\\' {
			i++
			c.ok = c.ok && strings.IndexByte(`nrt"\`, quoted[i]) >= 0
		}
	}
	text, err := strconv.Unquote(quoted)
	c.ok = c.ok && err == nil && quoted[0] == '"'
	return text
}

// texts reads a list of texts on one line.
func (c *cursor) texts() []string {
	list := []string{}
	c.want("[")
	for c.ok && !c.skip("]") {
		list = append(list, c.text())
		if !c.skip(",") {
			c.want("]")
			break
		}
	}
	return list
}

// word takes the characters of a number or a truth value.
func (c *cursor) word() string {
	c.space()
	end := 0
	for end < len(c.rest) && (isLetter(c.rest[end]) || isDigit(c.rest[end]) || c.rest[end] == '.') {
		end++
	}
	word := c.rest[:end]
	c.rest = c.rest[end:]
	return word
}

func (c *cursor) number() int {
	word := c.word()
	n, err := strconv.ParseUint(word, 10, 31)
	c.ok = c.ok && err == nil && (word == "0" || word[0] != '0')
	return int(n)
}

func (c *cursor) real() float64 {
	word := c.word()
	x, err := strconv.ParseFloat(word, 64)
	whole, fraction, _ := strings.Cut(word, ".")
	c.ok = c.ok && err == nil && len(whole) == 1 && isDigit(whole[0]) && fraction != "" && isDigit(fraction[0]) &&
		strings.Trim(fraction, "0123456789") == ""
	return x
}

func (c *cursor) truth() bool {
	word := c.word()
	c.ok = c.ok && (word == "true" || word == "false")
	return word == "true"
}

// pair reads { with = "…", within = … }.
func (c *cursor) pair() *Pair {
	var p Pair
	c.want("{")
	c.want("with")
	c.want("=")
	p.With = c.text()
	c.want(",")
	c.want("within")
	c.want("=")
	p.Within = c.number()
	c.want("}")
	return &p
}
