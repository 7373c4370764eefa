package verify

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An IssuerError says what is wrong in a rules file, where, and what to do.
type IssuerError struct {
	File   string
	Line   int    // from 1; 0 if not known
	Issuer string // id; "" where the table has none
	Key    string // such as "ask.url"
	Msg    string
}

// Error returns the error on one line: file, line, issuer, key, and the message.
func (e *IssuerError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line))
	}
	if e.Issuer != "" {
		b.WriteString(": issuer " + e.Issuer)
	}
	if e.Key != "" {
		b.WriteString(": " + e.Key)
	}
	return b.String() + ": " + e.Msg
}

// A table is a TOML table that is taken apart key by key, so that what nobody
// took is known to be misspelt. Its methods report a value of another type
// through bad, and return nothing for it.
type table struct {
	path string // such as "ask"
	m    map[string]any
	bad  func(key, msg string, args ...any)
}

// take removes and returns the value of key.
func (t *table) take(key string) (any, bool) {
	v, ok := t.m[key]
	delete(t.m, key)
	return v, ok
}

func (t *table) key(key string) string {
	if t.path == "" {
		return key
	}
	return t.path + "." + key
}

func (t *table) wrong(key, want string) { t.bad(t.key(key), "want %s", want) }

func (t *table) text(key string) string {
	v, ok := t.take(key)
	s, isText := v.(string)
	if ok && !isText {
		t.wrong(key, "a text")
	}
	return s
}

func (t *table) yes(key string) bool {
	v, ok := t.take(key)
	b, isBool := v.(bool)
	if ok && !isBool {
		t.wrong(key, "true or false")
	}
	return b
}

func (t *table) number(key string, otherwise float64) float64 {
	switch v, ok := t.take(key); n := v.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	default:
		if ok {
			t.wrong(key, "a number")
		}
	}
	return otherwise
}

// texts takes one text or a list of them.
func (t *table) texts(key string) []string {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	if s, one := v.(string); one {
		return []string{s}
	}
	var all []string
	list, _ := v.([]any)
	for _, e := range list {
		if s, isText := e.(string); isText {
			all = append(all, s)
		}
	}
	if len(all) == 0 || len(all) < len(list) {
		t.wrong(key, "a text or a list of texts")
	}
	return all
}

func (t *table) numbers(key string) []int {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	var all []int
	list, _ := v.([]any)
	for _, e := range list {
		if n, isNumber := e.(int64); isNumber {
			all = append(all, int(n))
		}
	}
	if len(all) == 0 || len(all) < len(list) {
		t.wrong(key, "a list of numbers")
	}
	return all
}

func (t *table) headers(key string) []Header {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	m, isTable := v.(map[string]any)
	if !isTable {
		t.wrong(key, "a table of texts")
	}
	var all []Header
	for _, name := range slices.Sorted(maps.Keys(m)) {
		value, isText := m[name].(string)
		if !isText {
			t.wrong(key+"."+name, "a text")
		}
		all = append(all, Header{name, value})
	}
	return all
}

// tables takes one table or a list of them.
func (t *table) tables(key string) []*table {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	var all []*table
	for _, e := range listed(v) {
		m, isTable := e.(map[string]any)
		if !isTable {
			t.wrong(key, "a table or a list of tables")
			return nil
		}
		all = append(all, &table{path: t.key(key), m: m, bad: t.bad})
	}
	return all
}

func listed(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = v[i]
		}
		return all
	}
	return []any{v}
}

// done reports the keys that nobody took.
func (t *table) done(known string) {
	for _, key := range slices.Sorted(maps.Keys(t.m)) {
		t.bad(t.key(key), "no such key; there are %s", known)
	}
}

// lineOf returns the line on which the key of the n-th [[issuer]] table
// stands, or that of the table. The TOML library does not tell. It is only
// used to point at errors, so it may be fooled by very odd texts.
func lineOf(text string, n int, key string) int {
	names := strings.Split(key, ".")
	best, depth, line := 0, 0, 0
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		if name, ok := heading(l); ok {
			if name == "issuer" {
				n--
			}
			if n == -1 && name == "issuer" {
				best, depth = line, 0
			}
			if name != "issuer" && !strings.HasPrefix(name, "issuer.") && n < 0 {
				break
			}
			if below, ok := strings.CutPrefix(name, "issuer."); ok && n == -1 && below == names[0] && depth == 0 {
				best, depth = line, 1
			}
		}
		if n < -1 {
			break
		}
		if n == -1 && depth < len(names) && sets(l, names[depth]) {
			return line
		}
	}
	return best
}

// heading returns the name in a line such as [[issuer]] or [issuer.ask].
func heading(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(strings.TrimLeft(line, "["), "]")
	return strings.TrimSpace(name), ok
}

func sets(line, key string) bool {
	name, _, ok := strings.Cut(line, "=")
	return ok && strings.TrimSpace(name) == key
}
