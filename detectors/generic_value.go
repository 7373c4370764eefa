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
		if v, how = g.valueAt(next, how); v.to > v.from && !(how == byComma && g.isKey(v)) {
			return v, how
		}
	}
	if v = g.paired(); v.to > v.from {
		return v, byPair
	}
	return slot{}, byNothing
}

// isKey reports whether a text in quotes is itself a key.
func (g *giving) isKey(v slot) bool {
	i := skipBlank(g.data, min(v.to+1, len(g.data)), 8)
	g.saw(i + 1)
	return i < len(g.data) && (g.data[i] == ':' || g.data[i] == '=')
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
	tag := name.from > 0 && data[name.from-1] == '<' && !(name.from > 1 && (data[name.from-2] == 'P' || data[name.from-2] == '?')) || name.from > 1 && data[name.from-1] == ':' && isLetter(data[name.from-2])
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
	if c.paren && data[i] == '.' {
		return g.compared(i + 1)
	}
	rest := data[i:min(i+4, len(data))]
	switch {
	case has(rest, "# =>"):
		return i + 4, byArrow
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
	case has(rest, ":-"):
		return i + 2, byDefault
	case has(rest, "||"), has(rest, "??"), has(rest, "?:"), has(rest, "or "), rest[0] == '|':
		return g.orElse(i, rest[0] == '|' && !has(rest, "||"))
	case rest[0] == '=', rest[0] == ':':
		return i + 1, plain(data, g.name, rest[0])
	case rest[0] == ',' && c.quote && !c.text:
		return i + 1, byComma
	case rest[0] == '(' && at == i:
		return i + 1, byParen
	case c.text:
		return i, byNothing
	case isQuote(rest[0]) && at < i:
		if g.name.to-g.name.from <= 4 || c.quote {
			return i, byNothing // the verb: pass "x"; two strings, as in resource "x" "y"
		}
		return i, byBlank
	case at < i:
		return g.wordOperator(i)
	}
	return i, byNothing
}

// orElse is for what gives a value where the name has none, and for the cells of
// a table: only a value in quotes is meant there.
func (g *giving) orElse(i int, cell bool) (next int, how manner) {
	k := skipBlank(g.data, i+2-b2i(cell), 8)
	g.saw(k + 1)
	switch {
	case k >= len(g.data) || !isQuote(g.data[k]):
		return i, byNothing
	case cell:
		return k, byProse
	}
	return k, byDefault
}

// compared passes over a method that compares what a call returned, or sets it:
// getPassword()).isEqualTo(
func (g *giving) compared(i int) (next int, how manner) {
	data, k := g.data, i
	for k < len(data) && k-i < 24 && isLetter(data[k]) {
		k++
	}
	g.saw(k + 2)
	if k < len(data) && data[k] == '(' && (anyFold(data[i:k], "equal", "tobe", "contain", "match") || has(data[i:k], "is")) {
		return k + 1, byCompare
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
		if isTextType(data[i:k]) {
			return after + 1, byAssign // name type = value
		}
		return i, byNothing
	case k-i <= 4 && after > k && after < len(data) && isLinking(data[i:k]) && g.stated(after):
		return after, byProse
	case k+1 < len(data) && (data[k] == '=' || data[k] == ':') && data[k+1] > ' ' && data[k+1] != '=':
		return i, byNothing // the next name
	case g.lastWord(i) && g.leads():
		return i, byBlank
	}
	return i, byNothing
}

// isTextType reports whether word is what languages call a type of text.
func isTextType(word []byte) bool {
	var buf [16]byte
	switch string(lowered(buf[:], word)) {
	case "string", "str", "text", "char", "varchar", "secret", "bytes", "byte", "cstring", "password", "securestring":
		return true
	}
	return false
}

// stated reports whether what stands at i in a sentence can be a value: it is in
// quotes, or has digits or signs.
func (g *giving) stated(i int) bool {
	if isQuote(g.data[i]) {
		return true
	}
	odd, k := false, i
	for ; k < len(g.data) && k-i < 48 && g.data[k] > ' '; k++ {
		odd = odd || !isLetter(g.data[k]) && bytes.IndexByte([]byte(".,;:-'\")`(/_"), g.data[k]) < 0
	}
	g.saw(k + 1)
	return odd
}

// isLinking reports whether word links a name with its value in a sentence.
func isLinking(word []byte) bool {
	switch string(word) {
	case "is", "was":
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

// paired returns the value that stands behind a word such as "value", which
// follows the name as something of its own: name: NAME, value: VALUE.
func (g *giving) paired() slot {
	data, i := g.data, g.name.to
	limit := min(i+maxGap, len(data))
	if i >= limit || bytes.IndexByte([]byte("\"'\n\r<,"), data[i]) < 0 || data[i] == '<' && !bytes.HasPrefix(data[i:], []byte("</")) {
		g.saw(i + 3)
		return slot{}
	}
	if from := g.name.from; from > 6 && has(data[from-6:], "type=") {
		return slot{} // of a form's field
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
		case "key", "name", "secret", "text", "password", "dict":
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
