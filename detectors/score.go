package detectors

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// evidence is what counts for and against a value being a secret: features,
// each between 0 and 1 or a little more, and their weights as learnt. The
// score is the sum of feature times weight; its logistic function is the
// probability that somebody who reads the place calls it a secret.
type evidence [features]float32

// leastConfidence is that of what is reported at all. Where a value lies can
// still make it surer.
const leastConfidence = 8

// mostConfidence is the most that a value without a format is believed.
const mostConfidence = 89

// An Evidence is one thing that counted for, or against, a candidate.
type Evidence struct {
	Name   string
	Value  float32 // how much of it there is; 1 for what is so or not
	Weight float32 // what one of it adds to the score: the logit of the confidence
}

// list returns what there is, the weightiest first.
func (e *evidence) list() (all []Evidence) {
	for f, v := range e {
		if v != 0 {
			all = append(all, Evidence{featureNames[f], v, weights[f]})
		}
	}
	slices.SortStableFunc(all, func(a, b Evidence) int {
		return cmp.Compare(abs(b.Value*b.Weight), abs(a.Value*a.Weight))
	})
	return all
}

func abs(x float32) float32 { return max(x, -x) }

// score returns the logit that e comes to.
func (e *evidence) score() (sum float32) {
	for f, v := range e {
		sum += v * weights[f]
	}
	return sum
}

func (e *evidence) confidence() int { return percent(e.score()) }

// percent returns the probability of a logit as a confidence, from 1 to 99.
func percent(logit float32) int {
	p := 1 / (1 + math.Exp(-float64(logit)))
	return max(1, min(99, int(100*p+0.5)))
}

// logit is the inverse of percent.
func logit(confidence int) float32 {
	p := float64(max(1, min(99, confidence))) / 100
	return float32(math.Log(p / (1 - p)))
}

// gather fills e with what counts for or against c.
func (e *evidence) gather(data []byte, c *candidate) {
	value := c.value.of(data)
	e[fBias] = 1
	e.gatherName(data, c)
	e.gatherValue(value, c)
	e.gatherForm(value)
	e.gatherAround(data, c)
}

func (e *evidence) set(f feature, on bool) {
	if on {
		e[f] = 1
	}
}

// gatherName looks at what the value is given to, and how.
func (e *evidence) gatherName(data []byte, c *candidate) {
	switch c.word {
	case sortSecret:
		e[fSecret] = 1
	case sortToken:
		e[fToken] = 1
	case sortKey:
		e[fKey] = 1
	case sortAuth:
		e[fAuth] = 1
	case sortSalt:
		e[fSalt] = 1
	}
	if c.how > byAssign {
		e[fColon+feature(c.how-byColon)] = 1
	}
	if i := c.name.from; i > 1 && isQuote(data[i-1]) && c.how == byComma {
		at := i - 2
		for at > 0 && at > i-40 && data[at] <= ' ' {
			at--
		}
		e.set(fListed, data[at] != '(' && data[at] != '{')
	}
	e.set(fTail, c.traits&traitTail != 0)
	e.set(fHead, c.traits&traitHead != 0)
	e.set(fPlural, c.traits&traitPlural != 0)
	e.set(fNameTest, c.traits&traitTest != 0)
	e.set(fNameUser, c.traits&traitUser != 0)
	e.set(fOptionName, c.traits&traitOption != 0)
	name := c.name.of(data)
	k := kindsOf(name)
	e.set(fPassAlone, len(name) == 4 && c.word == sortPassword)
	e.set(fNameUpper, k.upper > 2 && k.lower == 0)
	e.set(fNameDotted, bytes.IndexByte(name, '.') > 0)
}

// gatherValue looks at what the value consists of.
func (e *evidence) gatherValue(value []byte, c *candidate) {
	k := kindsOf(value)
	n, letters := len(value), k.lower+k.upper
	machine := c.word != sortPassword
	bare := !c.value.quoted && c.how != byElement && c.how != byCommand && c.how != byOption && c.how != byDefault
	e.set(lengthFeature(n), true)
	e.set(fShortMachine, machine && n < 12)
	e.set(fLongMachine, machine && n >= 20)
	e[fEntropy] = float32(min(entropy(value), 5.5) - 3)
	odd := oddness(value)
	e[fOdd] = odd
	e[fOddLong] = odd * float32(min(n, 32)) / 32
	e.set(fDigits, k.digits > 0)
	e.set(fOnlyDigits, letters == 0 && k.symbols == 0)
	e.set(fNoLetters, letters == 0 && k.symbols > 0)
	e.set(fMixed, k.lower > 0 && k.upper > 0 && k.digits > 0)
	e.set(fSymbols, strongSymbols(value) > 0)
	e.set(fDigitsAndSymbols, strongSymbols(value) > 0 && k.digits > 0 && letters > 0)
	e[fSwitches] = float32(k.switches) / float32(n)
	e.set(fWord, letters == n && (k.upper == 0 || k.lower == 0))
	e.set(fWordMachine, machine && k.digits == 0)
	e.set(fCapital, letters == n && k.upper == 1 && k.lower > 0 && value[0] < 'a')
	e.set(fCamel, letters == n && k.upper > 0 && k.lower > 0 && !(k.upper == 1 && value[0] < 'a'))
	e.set(fWordDigits, wordThenDigits(value))
	e.set(fBare, bare)
	e.set(fBareWord, bare && k.digits == 0 && isName(value))
	e.set(fBareDotted, bare && isName(value) && bytes.IndexByte(value, '.') > 0)
	e.set(fBareMachine, bare && machine)
	e.set(fBareStrong, bare && k.digits > 0 && letters > 0)
}

// lengthFeature returns the feature that stands for a value of n bytes.
func lengthFeature(n int) feature {
	switch {
	case n < 5:
		return fLength3
	case n < 6:
		return fLength5
	case n < 8:
		return fLength6
	case n < 12:
		return fLength8
	case n < 16:
		return fLength12
	case n < 24:
		return fLength16
	case n < 40:
		return fLength24
	case n < 80:
		return fLength40
	}
	return fLength80
}

// gatherForm looks for forms that tell what a value is.
func (e *evidence) gatherForm(value []byte) {
	k := kindsOf(value)
	n := len(value)
	spaces := bytes.Count(value, []byte(" "))
	e.set(fSpace, spaces == 1)
	e.set(fSpaces, spaces > 1)
	e.set(fHexDigest, k.hex && k.digits > 0 && (n == 32 || n == 40 || n == 64))
	e.set(fUUID, isUUID(value))
	e.set(fSnake, isName(value) && bytes.IndexByte(value, '_') > 0 && k.digits == 0)
	e.set(fKebab, isName(value) && bytes.IndexByte(value, '-') > 0 && k.digits == 0)
	e.set(fConstant, k.lower == 0 && k.upper > 2 && bytes.IndexByte(value, '_') > 0)
	e.set(fDotted, bytes.IndexByte(value, '.') > 0 && isName(value))
	e.set(fPath, bytes.Count(value, []byte("/")) > 1 && k.switches*6 < n || value[0] == '/')
	e.set(fURL, bytes.Contains(value, []byte("://")))
	e.set(fMail, bytes.IndexByte(value, '@') > 0 && bytes.IndexByte(value[bytes.IndexByte(value, '@'):], '.') > 0 && spaces == 0)
	e.set(fMarkup, bytes.ContainsAny(value, "<>") || bytes.Contains(value, []byte("\\n")))
	e.set(fCode, bytes.ContainsAny(value, "(){}[];") || bytes.Contains(value, []byte("->")) || bytes.Contains(value, []byte("::")))
	e.set(fFormat, bytes.Contains(value, []byte("%s")) || bytes.Contains(value, []byte("%d")) || bytes.Contains(value, []byte("{}")) || bytes.Contains(value, []byte("%v")))
	e.set(fForeign, bytes.IndexFunc(value, func(r rune) bool { return r >= 0x80 }) >= 0)
	e.set(fColonInside, bytes.IndexByte(value, ':') > 0 && !bytes.Contains(value, []byte("://")))
	e.set(fCommaInside, bytes.IndexByte(value, ',') > 0)
	e.set(fVersion, isVersion(value))
	e.set(fSystematic, bytes.Count(value, []byte("\\u")) > 1 || bytes.Contains(value, []byte("\\x")))
	e.set(fVariable, value[0] == '$' || value[0] == '%' || value[0] == '@' || value[0] == ':' || value[0] == '#')
	e.set(fHash, value[0] == '$' && bytes.Count(value, []byte("$")) >= 2 || value[0] == '{' && bytes.IndexByte(value, '}') > 2)
	e.set(fDash, value[0] == '-')
	e.set(fSentenceEnd, value[n-1] == '.' || value[n-1] == ':' || value[n-1] == '?')
	_, filler := Placeholder(value)
	e.set(fFiller, filler)
	var buf [64]byte
	low := lowered(buf[:], value)
	for _, w := range [...]string{"example", "your", "xxx", "replace", "insert", "todo", "placeholder", "dummy", "fake", "sample", "changeme", "change_me", "change-me", "redacted", "enter"} {
		e.set(fPlaceholderWord, e[fPlaceholderWord] == 1 || bytes.Contains(low, []byte(w)))
	}
	for _, w := range [...]string{"pass", "pwd", "secret", "token", "key", "credential"} {
		e.set(fTellingWord, e[fTellingWord] == 1 || bytes.Contains(low, []byte(w)))
	}
	e.set(fTestWord, bytes.Contains(low, []byte("test")))
	e.set(fFakeWord, isRefused(low))
	e.set(fTellingCode, e[fTellingWord] == 1 && isName(value) && k.digits == 0)
}

// isRefused reports whether a value in lower case says that it is to be refused,
// as tests offer it.
func isRefused(low []byte) bool {
	for _, w := range [...]string{"wrong", "invalid", "incorrect", "not-", "not_", "no-", "bogus"} {
		if bytes.Contains(low, []byte(w)) {
			return true
		}
	}
	return has(low, "bad") || bytes.HasSuffix(low, []byte("bad"))
}

// gatherAround looks at what stands near.
func (e *evidence) gatherAround(data []byte, c *candidate) {
	value := c.value.of(data)
	from, to := max(c.value.from-maxNear+1, 0), min(c.value.to+maxNear-1, len(data))
	near := data[from:to]
	at := c.value.from - from
	lineFrom := bytes.LastIndexByte(near[:at], '\n') + 1
	lineTo := at + len(value)
	if k := bytes.IndexByte(near[lineTo:], '\n'); k >= 0 {
		lineTo += k
	} else {
		lineTo = len(near)
	}
	line, before := near[lineFrom:lineTo], near[lineFrom:at]
	after := bytes.TrimLeft(near[min(at+len(value), len(near)):lineTo], " \t\r\"'`")
	e.set(fEndsLine, len(after) == 0)
	e.set(fEndsStatement, len(after) > 0 && (after[0] == ';' || after[0] == ')'))
	e.set(fMoreArgs, len(after) > 0 && after[0] == ',' && (c.how == byComma || c.how == byParen))
	e.set(fBareStatement, e[fEndsStatement] == 1 && e[fBare] == 1)
	e.set(fGoesOn, len(after) > 0 && e[fBare] == 1 && (isLetter(after[0]) || bytes.IndexByte([]byte("+?|&.*="), after[0]) >= 0))
	trimmed := bytes.TrimLeft(before, " \t")
	e.set(fComment, has(trimmed, "#") || has(trimmed, "//") || has(trimmed, "*") || has(trimmed, "--") || has(trimmed, ";"))
	e.set(fTestLine, anyFold(line, "test", "assert", "expect", "mock", "should", "fixture"))
	e.set(fExampleLine, anyFold(line, "example", "e.g.", "sample"))
	e.set(fUserNear, anyFold(near, "user", "login", "email", "admin", "root"))
	e.set(fHostNear, anyFold(near, "host", "jdbc", "://", "port", "server", "localhost"))
	e.set(fLongLine, len(line) == len(near) && len(near) > 300)
	e.set(fTextLine, wordsIn(before) > 7)
	e.set(fTranslation, anyFold(line, "label", "placeholder", "title", "message", "translate", "description", "__(", "i18n"))
	if rest := near[lineTo:]; len(value) >= 5 {
		e.set(fTwice, bytes.Contains(before, value) || bytes.Contains(rest, value) || bytes.Contains(near[:lineFrom], value))
	}
	if name := c.name.of(data); len(name) >= 4 {
		e.set(fInName, containsFold(name, value))
		e.set(fNameInside, containsFold(value, name))
	}
}

// wordsIn counts the words of text that are divided by blanks.
func wordsIn(text []byte) (n int) {
	for i := 1; i < len(text); i++ {
		if text[i-1] == ' ' && isLetter(text[i]) {
			n++
		}
	}
	return n
}

// anyFold reports whether one of words, in lower case, stands in text in any
// letter case.
func anyFold(text []byte, words ...string) bool {
	for _, w := range words {
		if containsFold(text, []byte(w)) {
			return true
		}
	}
	return false
}

// containsFold reports whether word stands in text in any letter case.
func containsFold(text, word []byte) bool {
	if len(word) == 0 {
		return false
	}
	first := word[0] | 0x20
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == first && bytes.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// strongSymbols counts the characters that names, paths and addresses hardly
// have.
func strongSymbols(value []byte) (n int) {
	for _, c := range value {
		if bytes.IndexByte([]byte("!@#$%^&*+=?~|\\"), c) >= 0 {
			n++
		}
	}
	return n
}

// isName reports whether value could be a name in source text: letters, digits
// and what joins words.
func isName(value []byte) bool {
	for _, c := range value {
		if !isWord(c) && c != '.' && c != '-' && c != '$' {
			return false
		}
	}
	return isLetter(value[0]) || value[0] == '_' || value[0] == '$'
}

// wordThenDigits reports whether value is letters followed by one to four
// digits, and perhaps a sign: Winter2019!
func wordThenDigits(value []byte) bool {
	i := 0
	for i < len(value) && isLetter(value[i]) {
		i++
	}
	k := i
	for k < len(value) && isDigit(value[k]) {
		k++
	}
	return i >= 3 && k > i && k-i <= 4 && len(value)-k <= 1
}

// isVersion reports whether value is a version, or a range of versions.
func isVersion(value []byte) bool {
	value = bytes.TrimLeft(bytes.TrimPrefix(value, []byte("npm:")), "^~>=<v ")
	i := 0
	for i < len(value) && isDigit(value[i]) {
		i++
	}
	return i > 0 && i <= 4 && i+1 < len(value) && value[i] == '.' && isDigit(value[i+1])
}

// isUUID reports whether value has the form of one.
func isUUID(value []byte) bool {
	if len(value) != 36 {
		return false
	}
	for i, c := range value {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hexValue(c) < 0 {
			return false
		}
	}
	return true
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
		if i > 0 && kind != last && kind != 's' && last != 's' && !(last == 'u' && kind == 'l') {
			k.switches++
		}
		last = kind
	}
	return k
}
