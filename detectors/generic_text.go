package detectors

import "bytes"

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
	if k > i && k+1 < len(data) && data[k-1] == ' ' && data[k] == '=' && data[k+1] != '=' && data[k+1] != '>' {
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
	if k-i > maxValue || k < len(data) && (bytes.IndexByte([]byte("([{<"), data[k]) >= 0 || !g.closes(k)) {
		return slot{} // too long, a call or an expression
	}
	if line && k > i && isCall(data[i:k]) {
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

// closes reports whether a quote at i, if there is one, can be the end of a
// text that holds the name and the value: 'NAME=value'.
func (g *giving) closes(i int) bool {
	if i >= len(g.data) || !isQuote(g.data[i]) {
		return true
	}
	g.saw(i + 2)
	return i+1 == len(g.data) || !isWord(g.data[i+1])
}

// isCall reports whether text is a name and brackets.
func isCall(text []byte) bool {
	i, end := bytes.IndexAny(text, "([{"), text[max(len(text)-1, 0)]
	return i == 0 || i > 0 && isName(text[:i]) && (end == ')' || end == ']' || end == '}' || end == '(' || end == ';')
}
