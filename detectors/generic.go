package detectors

import (
	"bytes"

	"github.com/seed-5dd601fe/sprawl"
)

// A finder takes the place of a pattern. It appends the matches of r around the
// literal of size bytes at pos, and returns the range of bytes that this
// depended on, as evaluate does.
type finder func(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int)

// finders lists the functions that a rule can name.
var finders = map[string]finder{
	"assignment": findAssignment,
}

const (
	maxName  = 64  // bytes of a name on either side of the telling word
	maxValue = 200 // bytes of a value without a format
)

// findAssignment finds a value that is given to something with a telling name:
// name = "value", "name": "value", name: value, name => value, <name>value<,
// --name value, name=value.
func findAssignment(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	for size > 0 && !isNameByte(data[pos+size-1]) {
		size-- // a literal may hold what follows the name
	}
	name, ok := nameAround(data, pos, size)
	lo, hi = name.from-1, name.to+1
	if !ok {
		return dst, lo, hi
	}
	v, end := valueAfter(data, name)
	hi = max(hi, end)
	if v.to <= v.from {
		return dst, lo, hi
	}
	value := data[v.from:v.to]
	if bytes.HasSuffix(data[name.from:name.to], value) {
		sc.note(r, v.from, "the value is the name")
		return dst, lo, hi
	}
	score, why := scoreGeneric(value, circumstance{
		password: isPassword(data[pos : pos+size]), quoted: v.quoted, tight: v.from == name.to+1,
	})
	if why != "" {
		sc.note(r, v.from, why)
		return dst, lo, hi
	}
	m := match{rule: r.num, confidence: uint8(score), lo: int32(v.from), hi: int32(v.to)}
	m.parts = []sprawl.Part{{Name: "value", Value: sprawl.NewSecret(value, 0)}}
	return append(dst, m), lo, hi
}

// isPassword reports whether the telling word promises something that a person
// made up, and not a machine.
func isPassword(word []byte) bool {
	return word[0]|0x20 == 'p' && word[1]|0x20 != 'r' || word[0] == '_'
}

// A slot is where a name or a value stands.
type slot struct {
	from, to int
	quoted   bool
}

// nameAround returns the whole name that the word at pos belongs to. It is
// refused where the telling word is not the name's last but for a short
// suffix: password_hash_rounds tells nothing.
func nameAround(data []byte, pos, size int) (s slot, ok bool) {
	s.from, s.to = pos, pos+size
	for s.from > 0 && pos-s.from < maxName && isNameByte(data[s.from-1]) {
		s.from--
	}
	for s.to < len(data) && s.to-pos < maxName && isNameByte(data[s.to]) {
		s.to++
	}
	if s.from > 0 && (data[s.from-1] == '/' || data[s.from-1] == '@') {
		return s, false // part of a path, an address, the name of an image
	}
	return s, s.to-(pos+size) <= 12 && !holdsWord(data[pos+size:s.to], notSecret) && !holdsWord(data[s.from:pos], notOurs)
}

func isNameByte(c byte) bool { return isWord(c) || c == '-' || c == '.' }

// notSecret are words that, after a telling one, make it the name of something
// else.
var notSecret = [][]byte{
	[]byte("hash"), []byte("file"), []byte("path"), []byte("name"), []byte("field"), []byte("id"), []byte("url"),
	[]byte("type"), []byte("length"), []byte("len"), []byte("size"), []byte("count"), []byte("policy"), []byte("reset"),
	[]byte("expire"), []byte("ttl"), []byte("label"), []byte("hint"), []byte("prompt"), []byte("error"), []byte("valid"),
	[]byte("confirm"), []byte("digest"), []byte("salt"), []byte("form"), []byte("input"), []byte("param"), []byte("class"),
	[]byte("ize"), []byte("ref"), []byte("arn"), []byte("version"), []byte("manager"), []byte("store"), []byte("provider"),
}

// notOurs are words that, before a telling one, make it the name of what opens
// nothing: public keys, guards against forged requests, places in a listing.
var notOurs = [][]byte{
	[]byte("public"), []byte("csrf"), []byte("xsrf"), []byte("antiforgery"), []byte("authenticity"), []byte("page"),
	[]byte("next"), []byte("continuation"), []byte("sync"), []byte("cancel"), []byte("hashed"), []byte("encrypted"), []byte("design"), []byte("syntax"), []byte("idempotency"),
}

// holdsWord reports whether one of words stands in part, in any letter case.
func holdsWord(part []byte, words [][]byte) bool {
	if len(part) == 0 {
		return false
	}
	var lower [maxName]byte
	n := copy(lower[:], part)
	for i := range n {
		if c := lower[i]; c >= 'A' && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	for _, w := range words {
		if bytes.Contains(lower[:n], w) {
			return true
		}
	}
	return false
}

// valueAfter returns the value that is given to the name before it, and how far
// it looked. The slot is empty where none is given.
func valueAfter(data []byte, name slot) (v slot, end int) {
	i := name.to
	open := byte(0)
	if name.from > 0 && i < len(data) && data[name.from-1] == data[i] && isQuote(data[i]) {
		i++ // "name": …
	}
	i = skipBlank(data, i, 4)
	i, open = operator(data, i)
	if open == 0 {
		return slot{}, i + 2 // operators of two characters were looked for
	}
	if open != '>' {
		i = skipBlank(data, i, 32)
	}
	if i < len(data) && isQuote(data[i]) {
		return quotedValue(data, i)
	}
	if open == ',' {
		return slot{}, i + 1
	}
	return bareValue(data, i, open)
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func skipBlank(data []byte, i, limit int) int {
	for n := 0; n < limit && i < len(data) && (data[i] == ' ' || data[i] == '\t'); n++ {
		i++
	}
	return i
}

// operator passes over what stands between a name and its value, and returns
// the character that stands for it, or 0.
func operator(data []byte, i int) (next int, op byte) {
	rest := data[i:min(i+2, len(data))]
	switch {
	case len(rest) == 0:
		return i, 0
	case bytes.Equal(rest, []byte("==")), bytes.Equal(rest, []byte("::")):
		return i, 0
	case bytes.Equal(rest, []byte(":=")), bytes.Equal(rest, []byte("=>")):
		return i + 2, '='
	case rest[0] == '=', rest[0] == ':', rest[0] == ',', rest[0] == '>':
		return i + 1, rest[0]
	}
	return i, 0
}

func quotedValue(data []byte, i int) (v slot, end int) {
	quote := data[i]
	for k := i + 1; k < len(data) && k-i <= maxValue; k++ {
		switch c := data[k]; {
		case c == quote:
			return slot{i + 1, k, true}, k + 1
		case c == '\\':
			k++
		case c == '\n' || c == '\r':
			return slot{}, k + 1
		}
	}
	return slot{}, i + maxValue + 2
}

// bareValue returns the unquoted value at i: to the end of the word.
func bareValue(data []byte, i int, op byte) (v slot, end int) {
	k := i
	for k < len(data) && k-i <= maxValue && data[k] > ' ' && data[k] < 0x7f && !bytes.ContainsRune([]byte("\"'`,;<>(){}[]|"), rune(data[k])) {
		k++
	}
	if k-i > maxValue {
		return slot{}, k + 1
	}
	if k < len(data) && (data[k] == '(' || data[k] == '[' || data[k] == '{' || data[k] == '<' && op != '>') {
		return slot{}, k + 1 // a call or an expression
	}
	return slot{i, k, false}, k + 1
}
