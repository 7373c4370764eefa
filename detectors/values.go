package detectors

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"math"
	neturl "net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// A Value is a secret that is known, and looked for as it is.
type Value struct {
	From sprawl.Target // the store that holds it
	Text []byte
}

// KnownRule is the rule by which values that are known are found.
func KnownRule() Rule {
	return Rule{
		ID: "known-value", About: "A value that a named store holds, met as it is or encoded",
		Tier: sprawl.Structured, Confidence: knownConfidence,
	}
}

// A structured rule that has the same value says more of it.
const knownConfidence = 70

// The bounds of a value that can be looked for: its length in bytes, and how
// many bits somebody has to guess.
const (
	Shortest     = literal.PrefixLen
	Longest      = 4 << 10
	minKnownBits = 40
)

// Guessable reports whether value can't be looked for, since it would be met by
// chance or is no secret, and says why without repeating it. Its strength is
// estimated from how far its characters are from words: it is a bound on what
// is known of the value, and not of how it was made.
func Guessable(value []byte) (why string, yes bool) {
	switch {
	case len(value) < Shortest:
		return fmt.Sprintf("it has fewer than %d characters", Shortest), true
	case len(value) > Longest:
		return fmt.Sprintf("it has more than %d characters", Longest), true
	case bytes.ContainsAny(value, "\r\n\x00"):
		return "it has several lines", true
	}
	if why, ok := Placeholder(value); ok {
		return "it is a placeholder: " + why, true
	}
	if bytes.Contains(value, []byte("://")) && !bytes.ContainsAny(value, "@=") {
		return "it is an address", true
	}
	if strength(value) < minKnownBits {
		return fmt.Sprintf("it can be guessed: less than %d bits", minKnownBits), true
	}
	return "", false
}

// strength estimates how many bits somebody has to guess. A letter that follows
// one of its kind counts for as much as the value is unlike words; the beginning
// of each run of a kind counts for that kind's size, but where the runs are
// words, each of which is one of a few thousand at most.
func strength(value []byte) float64 {
	odd := min(max(float64(oddness(value)), 0), 1)
	bits, before := 0.0, -1
	var seen [256]bool
	distinct := 0
	for _, c := range value {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		k := charKind(c)
		switch {
		case k == 3 && odd < 0.4: // what stands between words
			bits++
		case k == 0 && odd < 0.4: // a port, a version, a date
			bits += 1.5
		case k != before:
			bits += math.Log2([...]float64{10, 26, 26, 33, 128}[k]) * (0.5 + odd/2)
		case k == 0:
			bits += 3
		default:
			bits += 0.8 + 3.4*odd
		}
		before = k
	}
	counted := float64(min(len(value), 3*distinct))
	if isHex(value) && distinct >= 8 && bytes.IndexFunc(value, unicode.IsLetter) >= 0 {
		return 4 * counted
	}
	return bits * counted / float64(len(value))
}

// charKind returns what c is: digit, lower, upper, mark, other.
func charKind(c byte) int {
	switch {
	case isDigit(c):
		return 0
	case c >= 'a' && c <= 'z':
		return 1
	case c >= 'A' && c <= 'Z':
		return 2
	case c < 0x80:
		return 3
	}
	return 4
}

// values are the values that a Set knows.
type values struct {
	rule     uint16
	prefixes *literal.Prefixes
	spelled  map[string]*knownTexts // by the prefix that they share
}

// knownTexts are texts that begin alike.
type knownTexts struct {
	sizes []int // of the texts, each size once, the longest first
	texts map[string]spelling
	forms []form // in which a value reads like that inside base64
}

// A spelling is how a value is written.
type spelling struct {
	parts    []sprawl.Part
	note     string
	encoding string
}

// Knowing returns a Set that finds what s finds, and values: each where it
// stands as a word of its own, raw or in any encoding. The Set holds them in
// memory, and has a Hash of its own that tells nothing of them. Values that are
// Guessable are left to the caller, who says so.
func (s *Set) Knowing(all []Value) *Set {
	if len(all) == 0 {
		return s
	}
	k := *s
	r := &rule{Rule: KnownRule(), num: uint16(len(s.rules)), public: map[string]bool{}}
	k.rules = append(slices.Clip(s.rules), r)
	k.byID = maps.Clone(s.byID)
	k.byID[r.ID] = r.num
	k.values = &values{rule: r.num, spelled: map[string]*knownTexts{}}
	for _, v := range all {
		k.values.add(v)
	}
	k.values.prefixes = literal.NewPrefixes(slices.Collect(maps.Keys(k.values.spelled)))
	for _, sp := range k.values.spelled {
		slices.SortFunc(sp.sizes, func(a, b int) int { return cmp.Compare(b, a) })
	}
	var own [32]byte
	_, _ = rand.Read(own[:]) // never fails, by its own contract
	k.hash = func() [32]byte { return own }
	return &k
}

// add enters v in all its spellings.
func (vs *values) add(v Value) {
	text := string(v.Text)
	parts := []sprawl.Part{{Name: "key", Value: sprawl.NewSecret(v.Text, 0)}}
	enter := func(written, encoding string) {
		sp := vs.at(written[:literal.PrefixLen])
		if _, ok := sp.texts[written]; ok {
			return
		}
		sp.texts[written] = spelling{parts, "held by " + string(v.From), encoding}
		if !slices.Contains(sp.sizes, len(written)) {
			sp.sizes = append(sp.sizes, len(written))
		}
	}
	enter(text, "")
	for _, w := range inStrings(text) {
		enter(w, "escape")
	}
	for _, w := range inURLs(text) {
		enter(w, "percent")
	}
	if h := hex.EncodeToString(v.Text); len(h) < literal.MinRun { // longer ones are decoded wherever they stand
		enter(h, "hex")
		enter(strings.ToUpper(h), "hex")
	}
	for _, e := range encodedForms(nil, text[:literal.PrefixLen]) {
		sp := vs.at(e.Text[:literal.PrefixLen])
		if !slices.Contains(sp.forms, e.form) {
			sp.forms = append(sp.forms, e.form)
		}
	}
}

func (vs *values) at(prefix string) *knownTexts {
	sp := vs.spelled[prefix]
	if sp == nil {
		sp = &knownTexts{texts: map[string]spelling{}}
		vs.spelled[prefix] = sp
	}
	return sp
}

// inStrings returns how text is written in JSON, as several libraries do it, and
// in markup, where that differs.
func inStrings(text string) []string {
	all := []string{html.EscapeString(text), strings.ReplaceAll(text, "&", "&amp;"), strings.ReplaceAll(text, "'", `\'`)}
	for _, markup := range []bool{false, true} {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(markup)
		if enc.Encode(text) == nil {
			in := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
			all = append(all, in, strings.ReplaceAll(in, "/", `\/`), strings.ReplaceAll(in, `\`, `\\`))
		}
	}
	return all
}

// inURLs returns how text is written in URLs (RFC 3986, section 2.1) and in
// forms, with digits of either case, where that differs.
func inURLs(text string) []string {
	all := []string{neturl.QueryEscape(text), neturl.PathEscape(text), strings.ReplaceAll(neturl.QueryEscape(text), "+", "%20")}
	for _, w := range slices.Clone(all) {
		all = append(all, lowerHex(w))
	}
	return all
}

// lowerHex writes the digits after each percent sign in lower case.
func lowerHex(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// evaluateKnown appends the values that begin at pos, where one of their
// prefixes stands.
func (sc *Scanner) evaluateKnown(dst []match, data []byte, pos, depth int) (_ []match, lo, hi int) {
	vs := sc.set.values
	lo, hi = pos-1, pos+literal.PrefixLen
	sp := vs.spelled[string(data[pos:pos+literal.PrefixLen])]
	if sp == nil {
		return dst, lo, hi
	}
	for _, size := range sp.sizes {
		end := pos + size
		if end > len(data) {
			hi = len(data) + 1
			continue
		}
		hi = max(hi, end+1)
		w, ok := sp.texts[string(data[pos:end])]
		if !ok {
			continue
		}
		if pos > 0 && isWord(data[pos]) && isWord(data[pos-1]) {
			if lo = pos - maxEscape; !endsEscape(data[:pos]) {
				continue
			}
		}
		if end < len(data) && isWord(data[end-1]) && isWord(data[end]) {
			continue
		}
		m := match{rule: vs.rule, confidence: knownConfidence, lo: int32(pos), hi: int32(end), parts: w.parts, note: w.note}
		if w.encoding != "" {
			m.encoding = []string{w.encoding}
		}
		dst = append(dst, m)
	}
	for _, f := range sp.forms {
		var l, h int
		dst, l, h = sc.evaluateEncoded(dst, data, pos, f, depth)
		lo, hi = min(lo, l), max(hi, h)
	}
	return dst, lo, hi
}
