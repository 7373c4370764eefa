package detectors

import (
	"regexp/syntax"
	"strings"
)

// A rule with Near recognises a value that has no marker of its own by the name
// that it is given. It is written as the words of that name and the form of the
// value, and turned into literals and a pattern here, so that all such rules
// agree on what it means that a name has a value.

// What stands between the words of a name, and after the last one.
const (
	nameGap  = `[\w.-]{0,20}`
	nameRest = `[\w.-]{0,30}`
)

// givenTo matches from the end of a name to the value: an assignment in most
// languages, a field of JSON or YAML, a header, the argument of a call, the
// text of an XML element, or the "value" that follows a "name".
const givenTo = "\\\\?[\"\\x27`]?[\\])]?" +
	`(?:\s{0,8}(?:=>|:=|<-|[:=,(>])\s{0,8}|["\x27,]{0,2}\s{0,30}["\x27]?[Vv]alue["\x27]?\s{0,4}[:=]\s{0,4})` +
	"[\\\\\"\\x27`]{0,4}(?:(?i:bearer|token|basic|apikey)\\s{1,2})?"

// valueEnds matches what may follow the value: nothing that would make it part
// of a longer token, of a path, of a number or of a call.
const valueEnds = `(?:[^\w.+/=(\[-]|\.(?:\W|\z)|\z)`

// nameLike matches values that read like the name of something: letters of one
// case, or words of three letters and more that each begin with a capital.
const nameLike = `^(?:[a-z_.-]*|[A-Z_.-]*|[A-Za-z]?[a-z]*(?:[_.-]?[A-Z][a-z]{2,})*)$`

// uuidForm is what the value "uuid" stands for.
const uuidForm = `[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`

// expandNear fills in the literals and the pattern of a rule that is written by
// Near and Value. A rule that says neither is left as it is.
func (r *Rule) expandNear() {
	if len(r.Near) == 0 || r.Match != "" {
		return
	}
	r.Fold, r.derived = true, true
	r.Literals = nil
	names := make([]string, 0, len(r.Near))
	for _, name := range r.Near {
		words := strings.Fields(name)
		for i, word := range words {
			variants := spellings(word)
			if i == 0 {
				r.addLiterals(variants)
			}
			for k, v := range variants {
				variants[k] = strings.ReplaceAll(v, ".", `\.`)
			}
			words[i] = strings.Join(variants, "|")
			if len(variants) > 1 {
				words[i] = "(?:" + words[i] + ")"
			}
		}
		if len(words) > 0 && apartBelow(name) {
			words[0] = `(?:[^0-9A-Za-z]|\A)` + words[0]
		}
		names = append(names, strings.Join(words, nameGap))
	}
	value := r.Value
	if value == "uuid" {
		value, r.Check = uuidForm, "uuid"
	}
	if !strings.Contains(value, "(?P<") {
		value = "(?P<key>" + value + ")"
	}
	r.Match = "(?i:" + strings.Join(names, "|") + ")" + nameRest + givenTo + value + valueEnds
	if r.Entropy == 0 {
		r.Entropy = 3
	}
	if len(r.Not) == 0 {
		r.Not = []string{nameLike}
	}
}

// apartBelow reports whether a name is so short that it must not stand inside
// of another word.
func apartBelow(name string) bool {
	first, _, _ := strings.Cut(name, " ")
	for word := range strings.SplitSeq(first, "|") {
		if start, _, _ := strings.Cut(word, "_"); len(start) < 5 {
			return true
		}
	}
	return false
}

// spellings lists the ways to write word: each of its alternatives, and for
// each underscore a dash, a dot or nothing.
func spellings(word string) (all []string) {
	for w := range strings.SplitSeq(word, "|") {
		if !strings.Contains(w, "_") {
			all = append(all, w)
			continue
		}
		for _, sep := range []string{"_", "-", ".", ""} {
			all = append(all, strings.ReplaceAll(w, "_", sep))
		}
	}
	return all
}

func (r *Rule) addLiterals(texts []string) {
	for _, t := range texts {
		covered := false
		for _, l := range r.Literals {
			covered = covered || strings.Contains(t, l)
		}
		if !covered {
			r.Literals = append(r.Literals, t)
		}
	}
}

// checkNear looks at a rule that is written by names and the form of a value.
func (l *loader) checkNear(i int, r *Rule) {
	if r.Value == "" {
		l.bad(i, r, "value", "is missing; give the form of the value that near names, such as '[0-9a-f]{32}'")
		return
	}
	if len(r.Near) == 0 {
		l.bad(i, r, "near", "is missing; list the names that the value is given to, such as \"acme key|token\"")
		return
	}
	if !r.derived {
		l.bad(i, r, "match", "and near exclude one another; keep one")
	}
	if _, err := syntax.Parse(r.Value, syntax.Perl); err != nil {
		l.bad(i, r, "value", "%s", patternAdvice(r.Value, err))
	}
	for _, name := range r.Near {
		for _, c := range []byte(name) {
			if (c < 'a' || c > 'z') && !isDigit(c) && strings.IndexByte("_-.| ", c) < 0 {
				l.bad(i, r, "near", "%q: write names in lower-case letters and digits, with _ - . | and spaces", name)
				break
			}
		}
	}
}
