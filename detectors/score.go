package detectors

import "bytes"

// A circumstance is what counts for a value beside the value itself.
type circumstance struct {
	password bool // its name promises something that a person made up
	quoted   bool
	tight    bool // nothing but one character stands between name and value
}

// scoreGeneric tells how likely a value without a format is a secret, from 1 to
// 100, or why it is none. The evidence is in the value: its length and alphabet,
// how unlike words and names it is, and that it refers to nothing. A password
// may be short; what machines make is not.
func scoreGeneric(value []byte, at circumstance) (score int, why string) {
	if len(value) < 8 || !at.password && len(value) < 12 {
		return 0, "too short"
	}
	if isDigit(value[0]) && isVersion(value) {
		return 0, "a version"
	}
	k, h := kindsOf(value), entropy(value)
	if why := refersElsewhere(value, at.quoted && k.noise(len(value)) && h >= 3.8); why != "" {
		return 0, why
	}
	if why, ok := Placeholder(value); ok {
		return 0, "a placeholder: " + why
	}
	chosen := at.password && at.tight && k.digits > 0 && k.lower+k.upper > 3 // as in PASSWORD=Word123
	if why := k.plainly(value, at.quoted); why != "" && !chosen {
		return 0, why
	}
	score = 20
	switch {
	case h >= 4.2:
		score += 25
	case h >= 3.5:
		score += 18
	case h >= 3.0:
		score += 10
	case h < 2.5:
		return 0, "too regular to be random"
	}
	if k.digits > 0 && k.lower > 0 && k.upper > 0 {
		score += 12
	} else if k.digits > 0 && k.lower+k.upper > 0 {
		score += 7
	}
	if k.symbols > 0 && k.digits > 0 {
		score += 5
	}
	if k.switches*4 >= len(value) {
		score += 8
	}
	if at.quoted {
		score += 3
	}
	return min(score, 70), ""
}

// isVersion reports whether value begins like 1.2 or 10.4.3-rc1.
func isVersion(value []byte) bool {
	i := 0
	for i < len(value) && isDigit(value[i]) {
		i++
	}
	return i <= 4 && i+1 < len(value) && value[i] == '.' && isDigit(value[i+1])
}

// noise reports whether a value of that length mixes everything, as the keys
// that frameworks generate do: there brackets and blanks mean nothing.
func (k *kinds) noise(length int) bool {
	return k.digits > 0 && k.lower > 0 && k.upper > 0 && k.symbols > 2 && 4*(k.switches+k.symbols) >= length && length >= 20
}

// refersElsewhere says what value is when it names where a secret is, rather
// than being one. In noise only the beginning tells.
func refersElsewhere(value []byte, noise bool) string {
	for _, start := range [...]string{"$", "%(", "{{", "<", "#{", "@", "env:", "env.", "process.", "os.", "ENV", "http://", "https://", "arn:", "ssm:", "vault:", "secret:", "secrets.", "file:", "/", "./", "../", "~", "\\u"} {
		if bytes.HasPrefix(value, []byte(start)) {
			return "refers to something else"
		}
	}
	if holdsTemplate(value) {
		return "is a template"
	}
	if noise {
		return ""
	}
	for _, inside := range [...]string{"${", "#{", "{{", "}}", "$(", "%s", "%v", "%d", "(", "->", "::", "\\n", "&&", "||", "://", ".get", "\\\"", "{0}", " "} {
		if bytes.Contains(value, []byte(inside)) {
			return "is an expression, a text or a template"
		}
	}
	return ""
}

// holdsTemplate reports whether a name in angle brackets stands in value.
func holdsTemplate(value []byte) bool {
	for i := bytes.IndexByte(value, '<'); i >= 0; {
		k := i + 1
		for k < len(value) && (isWord(value[k]) || bytes.IndexByte([]byte(" :.-"), value[k]) >= 0) {
			k++
		}
		if k < len(value) && value[k] == '>' && k-i > 3 {
			return true
		}
		next := bytes.IndexByte(value[k:], '<')
		if next < 0 {
			return false
		}
		i = k + next
	}
	return false
}

// kinds counts what a value consists of.
type kinds struct {
	lower, upper, digits, symbols int
	switches                      int // between letters and digits, or against the case of words
	vowels                        int
	hex                           bool
}

func kindsOf(value []byte) (k kinds) {
	k.hex = true
	last := byte(0)
	for i, c := range value {
		kind := byte('s')
		switch {
		case isDigit(c):
			k.digits++
			kind = 'd'
		case c >= 'a' && c <= 'z':
			k.lower++
			kind = 'l'
		case c >= 'A' && c <= 'Z':
			k.upper++
			kind = 'u'
		default:
			k.symbols++
		}
		if hexValue(c) < 0 {
			k.hex = false
		}
		switch c | 0x20 {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			k.vowels++
		}
		if i > 0 && kind != last && kind != 's' && last != 's' && !(last == 'u' && kind == 'l') {
			k.switches++
		}
		last = kind
	}
	return k
}

// plainly says what value plainly is, if that is no secret: words, names,
// numbers, paths, dates, digests.
func (k *kinds) plainly(value []byte, quoted bool) string {
	letters := k.lower + k.upper
	switch {
	case letters == 0:
		return "a number, a date or a version"
	case k.digits == 0 && k.symbols == 0 && k.switches <= 1+len(value)/6 && k.vowels*5 >= letters:
		return "a word or a name"
	case k.digits == 0 && k.switches*6 < len(value) && bytes.IndexFunc(value, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && r != ':' && r != '/' && !isLetter(byte(r))
	}) < 0:
		return "words or a name"
	case k.symbols > 0 && (k.lower == 0 || k.upper == 0) && k.digits*6 < len(value) && k.switches*8 < len(value) && k.vowels*5 >= letters:
		return "words with a number"
	case !quoted && k.digits*6 < len(value) && bytes.ContainsAny(value, "._"):
		return "a name in the code"
	case bytes.Count(value, []byte("/")) >= 2 && k.switches*5 < len(value):
		return "a path"
	case k.digits <= 4 && k.switches <= 2 && k.vowels*4 >= letters && k.symbols == 0 && !quoted:
		return "a word with a number"
	}
	return ""
}
