package detectors

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// A Set is a group of rules, ready to scan. It is immutable and safe for
// concurrent use. What a rule needs beyond its literals is made when one of
// them is first met, so that a run over ten small files pays for few rules.
type Set struct {
	rules    []*rule
	byID     map[string]uint16
	literals *literal.Sieve
	uses     []use   // by number of literal
	values   *values // that are looked for as they are; nil for none
	hash     func() [32]byte
}

// A use says what a literal stands for: the rules it belongs to, and the
// encoding in which it is looked for.
type use struct {
	form  form
	rules []uint16 // of the literal in the plain; empty for encoded forms
}

// A rule is a Rule with what is derived from it.
type rule struct {
	Rule
	num    uint16
	public map[string]bool
	pair   uint16 // number of the rule that completes this one
	find   finder // nil where Match is used

	// What the pattern gives, made when it is first needed, the cheapest first:
	// most hits are refused by the shape, and most of the rest by the lax twin.
	shaped, laxed, compiled sync.Once

	shape shape
	check *Check
	tell  teller         // nil where there is nothing to tell
	lax   *regexp.Regexp // refuses what re would, sooner; nil where that does not pay
	re    *regexp.Regexp
	not   []*regexp.Regexp
	names []string // of re's groups
}

// maxReach bounds how far any rule, and any decoder, looks around a literal.
const maxReach = 64 << 10

// Compile joins rules into a Set. It refuses a rule without a literal, and one
// whose longest match is not known.
func Compile(rules []Rule) (*Set, error) {
	if len(rules) == 0 {
		return nil, errors.New("no rules: a scan without any would find nothing and look clean")
	}
	rules = slices.Clone(rules)
	s := &Set{byID: make(map[string]uint16, len(rules))}
	for i := range rules {
		r, err := newRule(&rules[i], uint16(i))
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", rules[i].ID, err)
		}
		s.rules = append(s.rules, r)
		s.byID[r.ID] = r.num
	}
	for _, r := range s.rules {
		if err := s.link(r); err != nil {
			return nil, fmt.Errorf("rule %q: %w", r.ID, err)
		}
	}
	s.hash = sync.OnceValue(func() [32]byte { return hashRules(rules) })
	return s, s.gather()
}

func newRule(from *Rule, num uint16) (*rule, error) {
	r := &rule{Rule: *from, num: num, public: map[string]bool{}}
	for _, name := range r.Public {
		r.public[name] = true
	}
	if len(r.Literals) == 0 {
		return nil, errors.New("has no literal")
	}
	if r.Find != "" {
		r.find = finders[r.Find]
		if r.find == nil {
			return nil, fmt.Errorf("find names no function: %q", r.Find)
		}
		return r, nil
	}
	if r.Match == "" {
		return nil, errors.New("has neither match nor find")
	}
	if r.checked {
		return r, nil
	}
	return r, r.checkPatterns()
}

// checkPatterns refuses what a loader would have refused.
func (r *rule) checkPatterns() error {
	for _, p := range append([]string{r.Match}, r.Not...) {
		if _, err := regexp.Compile(p); err != nil {
			return err
		}
	}
	if r.Max <= 0 && bound(r.Match) == 0 {
		return errors.New("its longest match has no bound: give max")
	}
	return nil
}

// link resolves the rule that completes r.
func (s *Set) link(r *rule) error {
	if r.Pair == nil {
		return nil
	}
	with, ok := s.byID[r.Pair.With]
	if !ok {
		return fmt.Errorf("pair names no rule: %q", r.Pair.With)
	}
	r.pair = with
	return nil
}

// hashRules identifies what rules find; their examples and texts for people do
// not count.
func hashRules(rules []Rule) [32]byte {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, r := range rules {
		r.Found, r.Ignored, r.About, r.Docs = nil, nil, "", ""
		_ = enc.Encode(r) // a hash does not fail, and Rule holds nothing that JSON can't
	}
	return [32]byte(h.Sum(nil))
}

// gather collects the literals of all rules, plain and encoded.
func (s *Set) gather() error {
	many := 10 * len(s.rules) // about; growing would cost as much as filling
	texts := make([]literal.Literal, 0, many)
	number := make(map[literal.Literal]int, many)
	s.uses = make([]use, 0, many)
	add := func(l literal.Literal, f form) int {
		n, ok := number[l]
		if !ok {
			n = len(texts)
			number[l] = n
			texts = append(texts, l)
			s.uses = append(s.uses, use{form: f})
		}
		return n
	}
	for _, r := range s.rules {
		for _, text := range r.Literals {
			l := literal.Literal{Text: text[:min(len(text), maxSearched)], Fold: r.Fold, Apart: r.apart(text)}
			if r.Fold {
				l.Text = strings.ToLower(l.Text)
			}
			n := add(l, plainForm)
			s.uses[n].rules = append(s.uses[n].rules, r.num)
		}
	}
	var encoded []encodedLiteral
	for _, r := range s.rules {
		if r.Tier == sprawl.Generic || r.Fold {
			continue
		}
		for _, text := range r.Literals {
			encoded = encodedForms(encoded[:0], text)
			for _, e := range encoded {
				add(e.Literal, e.form)
			}
		}
	}
	for _, e := range escapeForms() {
		add(e.Literal, e.form)
	}
	set, err := literal.New(texts)
	if err != nil {
		return err
	}
	s.literals = set.Sieve(runClass)
	return nil
}

// apart reports whether r's pattern lets no word character stand before text,
// as far as that is plain from how it begins.
func (r *Rule) apart(text string) bool {
	rest, ok := strings.CutPrefix(r.Match, `\b`)
	if !ok || !isWord(text[0]) {
		return false
	}
	if group, inside, ok := strings.Cut(rest, ">"); ok && strings.HasPrefix(group, "(?P<") {
		rest = inside
	}
	return strings.HasPrefix(rest, regexp.QuoteMeta(text))
}

// Reach is the furthest, in bytes, that any rule looks around a literal.
func (s *Set) Reach() int { return maxReach }

// Hash identifies the rules: what a Set has scanned needs no second scan by a
// Set of the same Hash.
func (s *Set) Hash() [32]byte { return s.hash() }

// Len is the number of rules.
func (s *Set) Len() int { return len(s.rules) }

// Rule returns the rule with that id.
func (s *Set) Rule(id string) (Rule, bool) {
	n, ok := s.byID[id]
	if !ok {
		return Rule{}, false
	}
	return s.rules[n].Rule, true
}

// Compiled returns the ids of the rules whose patterns have been needed so
// far, in order. It is for tests and measurements.
func (s *Set) Compiled() (ids []string) {
	for _, r := range s.rules {
		if r.shape.ahead > 0 {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// maxSearched is how much of a literal is searched for, in bytes: as much as a
// delta's seams are looked at.
const maxSearched = nearby

// searched returns literals as they are searched for, which is how they name
// what a shape knows of them.
func searched(literals []string) []string {
	all := make([]string, len(literals))
	for i, text := range literals {
		all[i] = text[:min(len(text), maxSearched)]
	}
	return all
}

// ready makes r's shape and looks its check up.
func (r *rule) ready() {
	r.shaped.Do(func() {
		if c, ok := checks[r.Check]; ok {
			r.check = &c
		}
		if r.Facts != "" {
			r.tell = tellers()[r.Facts]
		}
		if r.Max <= 0 {
			r.Max = bound(r.Match)
		}
		r.Max = min(r.Max, maxReach)
		if r.find == nil {
			r.shape = shapeOf(r.Match, searched(r.Literals), r.Fold, r.Max)
		}
		if r.derived {
			var back int
			if r.shape.near, back = nearShapeOf(&r.Rule); !r.shape.begins {
				r.shape.back = back
			}
		}
	})
}

// laxly reports whether r's pattern may match in window, where the literal
// stands at pos.
func (r *rule) laxly(window []byte, pos int) bool {
	r.laxed.Do(func() { r.lax = laxTwin(r.Match, r.shape.begins) })
	if r.lax == nil {
		return true
	}
	if r.shape.begins {
		window = window[pos:]
	}
	return r.lax.Match(window)
}

// patterns makes r's pattern, and those of its placeholders.
func (r *rule) patterns() {
	r.compiled.Do(func() {
		for _, p := range r.Not {
			r.not = append(r.not, regexp.MustCompile(p)) // a loader, or Compile, has parsed it before
		}
		if r.find == nil {
			r.re = regexp.MustCompile(r.Match)
			r.names = r.re.SubexpNames()
		}
	})
}
