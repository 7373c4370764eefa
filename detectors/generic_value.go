package detectors

import "bytes"

// A giving is a name, of which it is asked what value is given to it. It keeps
// the range of bytes that the answer depends on.
type giving struct {
	data   []byte
	name   slot
	lo, hi int
}

// value returns the value that is given to the name, and how. The manner is
// byNothing where none is.
func (g *giving) value() (v slot, how manner) {
	i, closed := closers(g.data, g.name)
	g.saw(i + 2)
	if how, at := elementText(g.data, g.name, i); how != byNothing {
		return g.textValue(at), how
	}
	next, how := g.operator(i, closed)
	g.saw(next + 4)
	if how != byNothing {
		if v, how = g.valueAt(next, how); v.to > v.from {
			return v, how
		}
	}
	if v = g.paired(); v.to > v.from {
		return v, byPair
	}
	return slot{}, byNothing
}

// saw notes that bytes up to end were looked at.
func (g *giving) saw(end int) { g.hi = max(g.hi, min(end, len(g.data)+1)) }

// A closing is what was passed over right after a name.
type closing struct {
	quote bool // the name ends in a quote, and begins with one
	text  bool // the name is the end of a longer text in quotes
	paren bool // a parenthesis was closed
}

// closers passes over what can stand between a name and its operator: the end
// of quotes, of an index, of a call.
func closers(data []byte, name slot) (i int, c closing) {
	i = name.to
	for n := 0; n < 5 && i < len(data); n++ {
		switch b := data[i]; {
		case isQuote(b):
			if c.quote || c.text {
				return i, c
			}
			before := byte(0)
			if name.from > 0 {
				before = data[name.from-1]
			}
			c.quote, c.text = before == b, before != b
		case b == '\\' && i+1 < len(data) && isQuote(data[i+1]):
		case b == ']':
		case b == ')':
			c.paren = true
		case b == '(' && i+1 < len(data) && data[i+1] == ')':
			i++
			c.paren = true
		case b == '[':
			k := bytes.IndexByte(data[i:min(i+12, len(data))], ']')
			if k < 0 {
				return i, c
			}
			i += k
		default:
			return i, c
		}
		i++
	}
	return i, c
}

// elementText reports whether name stands in the start tag of an element, or is an
// attribute's value at its end, and returns where the element's text begins.
func elementText(data []byte, name slot, i int) (how manner, at int) {
	if i >= len(data) {
		return byNothing, i
	}
	tag := name.from > 0 && data[name.from-1] == '<' || name.from > 1 && data[name.from-1] == ':' && isLetter(data[name.from-2])
	if data[i] == '>' && (tag || i > name.to) && !(i > 0 && data[i-1] == '/') {
		return byElement, i + 1
	}
	if !tag || data[i] != ' ' {
		return byNothing, i
	}
	for k := i; k < len(data) && k-i < maxGap; k++ {
		switch data[k] {
		case '<', '\n':
			return byNothing, i
		case '>':
			if data[k-1] == '/' || data[k-1] == '=' || data[k-1] == '-' {
				return byNothing, i
			}
			return byElement, k + 1
		}
	}
	return byNothing, i
}

// textValue returns the text of an element, which ends where the next tag
// begins.
func (g *giving) textValue(i int) slot {
	data := g.data
	if bytes.HasPrefix(data[i:], []byte("<![CDATA[")) {
		i += len("<![CDATA[")
	}
	from := skipBlank(data, i, 32)
	for k := from; k < len(data) && k-from <= maxValue; k++ {
		switch data[k] {
		case '<', ']':
			if data[k] == ']' && !bytes.HasPrefix(data[k:], []byte("]]>")) {
				continue
			}
			to := k
			for to > from && data[to-1] <= ' ' {
				to--
			}
			g.saw(k + 4)
			return slot{from, to, false}
		case '\n', '\r':
			g.saw(k + 1)
			return slot{}
		}
	}
	g.saw(from + maxValue + 4)
	return slot{}
}

// operator passes over what stands between a name and its value, and returns
// how the value is given.
func (g *giving) operator(i int, c closing) (next int, how manner) {
	data := g.data
	at := i
	i = skipBlank(data, i, 24)
	if i >= len(data) {
		return i, byNothing
	}
	rest := data[i:min(i+3, len(data))]
	switch {
	case has(rest, "==="), has(rest, "!=="):
		return i + 3, byCompare
	case has(rest, "=="), has(rest, "!="):
		return i + 2, byCompare
	case has(rest, ":="):
		return i + 2, byAssign
	case has(rest, "=>"):
		return i + 2, byArrow
	case has(rest, "::"), has(rest, "=~"), has(rest, "->"):
		return i, byNothing
	case has(rest, ":-"), has(rest, "||"), has(rest, "??"), has(rest, "?:"), has(rest, "or "):
		return i + 2, byDefault
	case rest[0] == '=', rest[0] == ':':
		return i + 1, plain(data, g.name, rest[0])
	case rest[0] == ',' && c.quote && !c.text:
		return i + 1, byComma
	case rest[0] == '(' && at == i:
		return i + 1, byParen
	case rest[0] == '|' && at < i:
		return i + 1, byProse
	case c.text:
		return i, byNothing
	case isQuote(rest[0]) && at < i:
		return i, byBlank
	case at < i:
		return g.wordOperator(i)
	}
	return i, byNothing
}

func has(text []byte, start string) bool {
	return len(text) >= len(start) && string(text[:len(start)]) == start
}

// plain tells an assignment or a key from the default in ${name:value}.
func plain(data []byte, name slot, op byte) manner {
	switch {
	case op == '=':
		return byAssign
	case name.from > 1 && data[name.from-1] == '{' && (data[name.from-2] == '$' || data[name.from-2] == '#'):
		return byDefault
	}
	return byColon
}

// wordOperator is for what follows a name after a blank without any sign: an
// option's value, the rest of a line that begins with the name, a sentence, or
// a type before a sign.
func (g *giving) wordOperator(i int) (next int, how manner) {
	data := g.data
	if data[g.name.from] == '-' {
		return i, byOption
	}
	k := i
	for k < len(data) && k-i < 24 && (isWord(data[k]) || data[k] == '.' || data[k] == '*') {
		k++
	}
	after := skipBlank(data, k, 8)
	g.saw(after + 3)
	switch {
	case k > i && after+1 < len(data) && after > k && data[after] == '=' && data[after+1] != '=' && data[after+1] != '>':
		return after + 1, byAssign // name type = value
	case k-i <= 4 && after > k && after < len(data) && data[after] != '\n' && isLinking(data[i:k]):
		return after, byProse
	case g.lastWord(i) && g.leads():
		return i, byBlank
	}
	return i, byNothing
}

// isLinking reports whether word links a name with its value in a sentence.
func isLinking(word []byte) bool {
	switch string(word) {
	case "is", "was", "to", "as", "of", "with":
		return true
	}
	return false
}

// lastWord reports whether the line ends with the word at i, of which it looks
// at maxValue bytes.
func (g *giving) lastWord(i int) bool {
	k := i
	for k < len(g.data) && k-i <= maxValue && g.data[k] > ' ' {
		k++
	}
	end := skipBlank(g.data, k, 8)
	g.saw(end + 1)
	return k > i && k-i <= maxValue && (end == len(g.data) || g.data[end] == '\n' || g.data[end] == '\r')
}

// leads reports whether the name is the first word of its line, save for a word
// that defines what follows: export, ENV.
func (g *giving) leads() bool {
	i, data := g.name.from, g.data
	g.lo = max(min(g.lo, i-14), -1)
	for n := 0; i > 0 && data[i-1] != '\n'; n++ {
		if i--; n > 12 || isDigit(data[i]) || data[i] > 'z' || isQuote(data[i]) {
			return false
		}
	}
	switch string(bytes.TrimSpace(data[i:g.name.from])) {
	case "", "#", "ENV", "ARG", "export", "set", "SetEnv", "setenv", "#define", "-", "*", ";", "//":
		return true
	}
	return false
}

// valueAt returns the value that begins at or behind data[i].
func (g *giving) valueAt(i int, how manner) (v slot, _ manner) {
	data := g.data
	i = skipBlank(data, i, 32)
	if how != byOption && how != byBlank && how != byProse {
		i = g.overBreak(i)
	}
	if how == byColon {
		i, how = overType(data, i, how)
	}
	i = overPrefix(data, i)
	g.saw(i + convertedReach)
	if i+1 < len(data) && data[i] == '\\' && isQuote(data[i+1]) {
		return g.escapedValue(i + 1), how
	}
	if i < len(data) && isQuote(data[i]) {
		return g.quotedValue(i), how
	}
	switch how {
	case byComma, byParen, byCompare:
		return slot{}, byNothing
	}
	if inner, ok := converted(data, i); ok {
		return g.quotedValue(inner), how
	}
	return g.bareValue(i, how), how
}

// overBreak passes over one line break where the value stands in quotes on the
// next line.
func (g *giving) overBreak(i int) int {
	data := g.data
	if i >= len(data) || data[i] != '\n' && data[i] != '\r' {
		return i
	}
	k := i
	for n := 0; n < 32 && k < len(data) && data[k] <= ' '; n++ {
		k++
	}
	if k < len(data) && isQuote(data[k]) && bytes.Count(data[i:k], newline) == 1 {
		g.saw(k + maxName + 4)
		q := k + 1
		for q < len(data) && q-k < maxName && isNameByte(data[q]) {
			q++
		}
		if q+1 < len(data) && data[q] == data[k] && (data[q+1] == ':' || data[q+1] == '=') {
			return i // the next key
		}
		return k
	}
	return i
}

// overType passes over a type and the sign behind it: name: string = value.
func overType(data []byte, i int, how manner) (int, manner) {
	k := i
	for k < len(data) && k-i < 40 && (isWord(data[k]) || bytes.IndexByte([]byte(" []?.<>&*|"), data[k]) >= 0) {
		k++
	}
	if k > i && k+1 < len(data) && data[k] == '=' && data[k+1] != '=' && data[k+1] != '>' {
		return skipBlank(data, k+1, 8), byAssign
	}
	return i, how
}

// overPrefix passes over the letters that change the meaning of a string
// literal: b"", L"", @"".
func overPrefix(data []byte, i int) int {
	for n := 1; n <= 2; n++ {
		if i+n < len(data) && isQuote(data[i+n]) && (isLetter(data[i]) || data[i] == '@' || data[i] == '$') {
			if n == 1 || isLetter(data[i+1]) {
				return i + n
			}
		}
	}
	return i
}

// convertedReach bounds how far converted looks.
const convertedReach = 48

// converted returns where the string literal begins that a call at i does no
// more than convert: []byte("…"), new String("…").
func converted(data []byte, i int) (at int, ok bool) {
	end := min(i+convertedReach-2, len(data)-1)
	k, word := i, i
	for k < end && (isWord(data[k]) || data[k] == '.' || data[k] == '[' || data[k] == ']' || data[k] == ' ') {
		if !isLetter(data[k]) {
			word = k + 1
		}
		k++
	}
	if k >= end || data[k] != '(' || k == word || !isQuote(data[k+1]) {
		return 0, false
	}
	var buf [16]byte
	switch string(lowered(buf[:], data[word:k])) {
	case "byte", "bytes", "string", "str", "from", "securestring", "secret", "text", "encode", "of", "quote", "plaintext", "buffer", "password", "literal", "parse", "encodebytes", "pointer", "ptr":
		return k + 1, true
	}
	return 0, false
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func skipBlank(data []byte, i, limit int) int {
	for n := 0; n < limit && i < len(data) && (data[i] == ' ' || data[i] == '\t'); n++ {
		i++
	}
	return i
}

// quotedValue returns the text between the quote at i and the next of its sort,
// or between three of them.
func (g *giving) quotedValue(i int) slot {
	data, quote := g.data, g.data[i]
	if i+3 < len(data) && data[i+1] == quote && data[i+2] == quote && data[i+3] != '\n' {
		i += 2
	}
	for k := i + 1; k < len(data) && k-i <= maxValue; k++ {
		switch c := data[k]; {
		case c == quote:
			g.saw(k + 1)
			return slot{i + 1, k, true}
		case c == '\\':
			k++
		case c == '\n' || c == '\r':
			g.saw(k + 1)
			return slot{}
		}
	}
	g.saw(i + maxValue + 4)
	return slot{}
}

// escapedValue returns the text between two escaped quotes, as in a string
// literal that holds JSON; i is that of the first quote.
func (g *giving) escapedValue(i int) slot {
	data := g.data
	for k := i + 1; k+1 < len(data) && k-i <= maxValue; k++ {
		switch {
		case data[k] == '\\' && data[k+1] == data[i]:
			g.saw(k + 2)
			return slot{i + 1, k, true}
		case data[k] == '\n', data[k] == data[i]:
			g.saw(k + 2)
			return slot{}
		}
	}
	g.saw(i + maxValue + 4)
	return slot{}
}

// bareValue returns the unquoted value at i: to the end of the word. Where the
// name begins its line, signs that separate elsewhere can belong to the value.
func (g *giving) bareValue(i int, how manner) slot {
	data := g.data
	stop, line := []byte("\"'`,;<>(){}[]|&"), false
	if how != byDefault && how != byProse && how != byOption && g.leads() {
		stop, line = stop[:len("\"'`")], true
	}
	k := i
	for k < len(data) && k-i <= maxValue && data[k] > ' ' && data[k] != 0x7f && bytes.IndexByte(stop, data[k]) < 0 {
		k++
	}
	g.saw(k + 1)
	if k-i > maxValue || k < len(data) && bytes.IndexByte([]byte("([{<\"'"), data[k]) >= 0 {
		return slot{} // too long, a call or an expression
	}
	if line && isCall(data[i:k]) {
		return slot{}
	}
	for k > i && (data[k-1] == ',' || data[k-1] == ';') {
		k--
	}
	if how == byProse || how == byOption {
		for k > i && (data[k-1] == '.' || data[k-1] == ':' || data[k-1] == '!') {
			k--
		}
	}
	return slot{i, k, false}
}

// isCall reports whether text begins with a name and a bracket.
func isCall(text []byte) bool {
	i := bytes.IndexAny(text, "([{")
	return i == 0 || i > 0 && isName(text[:i])
}

// paired returns the value that stands behind a word such as "value", which
// follows the name as something of its own: name: NAME, value: VALUE.
func (g *giving) paired() slot {
	data, i := g.data, g.name.to
	limit := min(i+maxGap, len(data))
	if i >= limit || bytes.IndexByte([]byte("\"'\n\r<,"), data[i]) < 0 || data[i] == '<' && !bytes.HasPrefix(data[i:], []byte("</")) {
		g.saw(i + 3)
		return slot{}
	}
	for i < limit {
		if data[i] <= ' ' || bytes.IndexByte([]byte("\"',;<>-/|\\"), data[i]) >= 0 {
			i++
			continue
		}
		k := i
		for k < limit && isWord(data[k]) {
			k++
		}
		g.saw(k + 1)
		var buf [16]byte
		switch string(lowered(buf[:], data[i:k])) {
		case "value", "default", "string", "parametervalue", "defaultvalue", "val", "content", "secretvalue":
			return g.pairedAt(slot{from: i, to: k})
		case "key", "name", "type", "secret", "text", "password", "dict":
			i = k // the end of the tag, or another attribute's name
			if i < limit && (data[i] == '=' || data[i] == ':') {
				i++
			}
		default:
			return slot{}
		}
	}
	g.saw(limit + 1)
	return slot{}
}

// pairedAt returns what is given to the word "value".
func (g *giving) pairedAt(word slot) slot {
	at, _ := closers(g.data, word)
	g.saw(at + 10)
	if at < len(g.data) && g.data[at] == '>' {
		return g.textValue(at + 1)
	}
	if at = skipBlank(g.data, at, 8); at < len(g.data) && (g.data[at] == ':' || g.data[at] == '=') {
		v, _ := g.valueAt(at+1, byColon)
		return v
	}
	return slot{}
}
