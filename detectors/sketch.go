package detectors

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// A Sketch is what a rule is drawn from.
type Sketch struct {
	ID   string
	Near string // a word that stands before the value, where that has no prefix of its own

	// Samples are texts that each hold one value: the value alone, or given to
	// a name, as in NAME=value. They are secrets: nothing of what is random in
	// them is written into the rule.
	Samples []string
}

// maxSample bounds a sample, and the lines of one.
const maxSample = 4096

// TOML returns a [[rule]] table that finds values like the samples. What they
// have in common at the beginning, or what reads like a prefix where there is
// but one, becomes the literal; the rest is described by its alphabet and
// length. The error never holds a sample.
func (s *Sketch) TOML() ([]byte, error) {
	if !validID(s.ID) {
		return nil, errors.New("want an id of lower-case letters, digits and dashes, such as \"acme-token\"")
	}
	values, err := s.values()
	if err != nil {
		return nil, err
	}
	prefix := prefixOf(values)
	if s.Near != "" {
		prefix = ""
	} else if len(prefix) < minLiteral {
		return nil, errors.New("the values have no prefix of three bytes or more in common; name a word that stands before them with --near")
	}
	fields, err := fieldsOf(values, len(prefix))
	if err != nil {
		return nil, err
	}
	return s.write(prefix, fields), nil
}

// values takes the values out of the samples.
func (s *Sketch) values() (values []string, err error) {
	for n, text := range s.Samples {
		v := valueIn(strings.TrimSpace(text))
		switch {
		case v == "":
			continue
		case len(v) > maxSample:
			return nil, fmt.Errorf("sample %d is longer than %d bytes", n+1, maxSample)
		case len(v) < 8:
			return nil, fmt.Errorf("sample %d has a value of %d bytes; a rule for less than 8 would report noise", n+1, len(v))
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nil, errors.New("no sample was given; write one a line to standard input, such as NAME=value")
	}
	return values, nil
}

// valueIn returns the value in text: what follows the operator and stands in
// quotes, if there are any.
func valueIn(text string) string {
	text = strings.TrimRight(text, " \t,;")
	if n := len(text); n > 1 && isQuote(text[n-1]) {
		if i := strings.LastIndexByte(text[:n-1], text[n-1]); i >= 0 {
			return text[i+1 : n-1]
		}
	}
	if i := strings.LastIndexAny(text, " \t"); i >= 0 {
		text = text[i+1:]
	}
	if i := strings.IndexAny(text, "=:"); i > 0 && i+1 < len(text) && isIdentifier([]byte(text[:i])) {
		text = text[i+1:]
	}
	return text
}

// prefixOf returns what values have in common up to a separator, or what reads
// like a prefix in a single one: words that end in a separator.
func prefixOf(values []string) string {
	common := values[0]
	for _, v := range values[1:] {
		for !strings.HasPrefix(v, common) {
			common = common[:len(common)-1]
		}
	}
	if len(values) > 1 {
		return common[:strings.LastIndexAny(common, "_-.")+1]
	}
	end := 0
	for i := range common {
		if !strings.ContainsRune("_-.", rune(common[i])) {
			continue
		}
		if part := common[end:i]; len(part) > 8 || strings.Trim(part, "0123456789") == "" && end == 0 {
			break
		}
		end = i + 1
	}
	return common[:end]
}

// A field is a run of a value between fixed separators.
type field struct {
	before   string // the separator
	alphabet string // a name that Expand knows
	min, max int
}

// fieldsOf describes what follows the first skip bytes of values.
func fieldsOf(values []string, skip int) ([]field, error) {
	var parts [][]string
	for _, v := range values {
		parts = append(parts, strings.Split(v[skip:], "."))
	}
	var fields []field
	for k := range parts[0] {
		f := field{min: 1 << 20}
		var all []byte
		for _, p := range parts {
			if len(p) != len(parts[0]) {
				return nil, errors.New("the values are made of different numbers of parts between dots; draw a rule for each kind")
			}
			all = append(all, p[k]...)
			f.min, f.max = min(f.min, len(p[k])), max(f.max, len(p[k]))
		}
		if k > 0 {
			f.before = "."
		}
		if f.min == 0 || f.max > 1000 {
			return nil, fmt.Errorf("part %d of the values has %d to %d bytes; want 1 to 1000", k+1, f.min, f.max)
		}
		if f.alphabet = alphabetOf(all); f.alphabet == "" {
			return nil, errors.New("the values hold characters that no usual alphabet has; write the rule by hand")
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// sketched are the alphabets that a sketch knows, the narrow ones first, with
// how each is written in a pattern. A narrow one is only believed where there
// are enough characters to tell.
var sketched = [...]struct {
	name, class string
	enough      int
}{
	{"digits", "[0-9]", 6}, {"hex", "[0-9a-f]", 16}, {"HEX", "[0-9A-F]", 16}, {"lower", "[a-z]", 16}, {"upper", "[A-Z]", 16},
	{"base32", "[A-Z2-7]", 24}, {"alnum", "[0-9a-z]", 12}, {"ALNUM", "[0-9A-Z]", 12}, {"base62", "[0-9A-Za-z]", 0},
	{"base64url", `[\w-]`, 0}, {"base64", "[0-9A-Za-z+/]", 0},
}

func alphabetOf(text []byte) string {
	text = bytes.TrimRight(text, "=")
	for _, a := range sketched {
		if len(text) >= a.enough && allIn(text, alphabets[a.name]) {
			return a.name
		}
	}
	return ""
}

func allIn(text []byte, set string) bool {
	for _, c := range text {
		if strings.IndexByte(set, c) < 0 {
			return false
		}
	}
	return true
}

func classNamed(alphabet string) string {
	for _, a := range sketched {
		if a.name == alphabet {
			return a.class
		}
	}
	return ""
}

// write writes the table.
func (s *Sketch) write(prefix string, fields []field) []byte {
	value, like := quoteMeta(prefix), prefix
	shorter := like
	for k, f := range fields {
		count := fmt.Sprintf("{%d}", f.min)
		if f.max > f.min {
			count = fmt.Sprintf("{%d,%d}", f.min, f.max)
		}
		value += quoteMeta(f.before) + classNamed(f.alphabet) + count
		like += fmt.Sprintf("%s<%s:%d>", f.before, f.alphabet, f.min)
		if k < len(fields)-1 {
			shorter += fmt.Sprintf("%s<%s:%d>", f.before, f.alphabet, f.min)
		} else if f.min > 1 {
			shorter += fmt.Sprintf("%s<%s:%d>", f.before, f.alphabet, f.min-1)
		}
	}
	end := `\b`
	switch fields[len(fields)-1].alphabet {
	case "base64url":
		end = `(?:[^\w-]|\z)`
	case "base64":
		value, end = value+`={0,2}`, `(?:[^\w+/=-]|\z)`
	}
	name := strings.ToUpper(strings.ReplaceAll(s.ID, "-", "_"))
	var b bytes.Buffer
	fmt.Fprintf(&b, "[[rule]]\nid       = %q\nabout    = %q\ndocs     = \"\"\n", s.ID, s.ID+" (say in one line what it is)")
	if s.Near != "" {
		name = strings.ToUpper(strings.ReplaceAll(s.Near, "-", "_"))
		fmt.Fprintf(&b, "near     = [%s]\nvalue    = %s\n", tomlText(strings.ToLower(s.Near)), tomlText(value))
	} else {
		fmt.Fprintf(&b, "literals = [%s]\nmatch    = %s\n", tomlText(prefix), tomlText(`\b(?P<key>`+value+`)`+end))
	}
	fmt.Fprintf(&b, "found    = [%s, %s, %s]\n", tomlText(name+"="+like), tomlText(`{"`+name+`": "`+like+`"}`), tomlText(name+`: "`+like+`"`))
	fmt.Fprintf(&b, "ignored  = [%s, %s]\n", tomlText(name+"="+shorter), tomlText(name+"="+prefix+"${"+name+"}"))
	return b.Bytes()
}

// quoteMeta is regexp.QuoteMeta, without a backslash where a dash needs none.
func quoteMeta(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(`\.+*?()|[]{}^$`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// tomlText writes text as a TOML string: a literal one, unless it holds what
// those can't.
func tomlText(text string) string {
	if strings.IndexByte(text, '\'') < 0 && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0 {
		return "'" + text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
