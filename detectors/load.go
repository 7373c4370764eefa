package detectors

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/seed-5dd601fe/sprawl"
)

// Limits of a rules file. They are far above what people write, and keep a
// hostile file from taking the machine.
const (
	maxRulesFile = 8 << 20
	maxRules     = 1 << 14
	minLiteral   = 3
)

// A RuleError says what is wrong in a rules file, where, and what to do.
type RuleError struct {
	File string
	Line int    // from 1; 0 if not known
	Rule string // id of the rule; "" outside of rules, or where it has none
	Key  string // such as "match"; "" where the whole table is meant
	Msg  string
}

// Error returns the error on one line: file, line, rule, key, and the message.
func (e *RuleError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line))
	}
	if e.Rule != "" {
		b.WriteString(": rule " + e.Rule)
	}
	if e.Key != "" {
		b.WriteString(": " + e.Key)
	}
	return b.String() + ": " + e.Msg
}

// Load reads the [[rule]] tables of a rules file, which is called name in
// errors, and proves what can be proved without the engine: that every pattern
// is valid and bounded, and that every match must contain one of the rule's
// literals. It returns all that is wrong, joined, each a *RuleError. Issuers in
// the file are left to package verify.
func Load(name string, text []byte) ([]Rule, error) {
	rules, lines, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	l := loader{file: name, lines: lines, ids: make(map[string]int, len(rules))}
	for i := range rules {
		l.check(i, &rules[i])
	}
	for i := range rules {
		l.checkPair(i, &rules[i])
	}
	return checked(rules), l.err()
}

// LoadTrusted is Load for a file whose rules have been through Load before, as
// the built-in ones have in the tests: it proves nothing, and so costs a
// commit hook little.
func LoadTrusted(name string, text []byte) ([]Rule, error) {
	if rules, ok := readFast(string(text)); ok {
		return checked(rules), nil
	}
	rules, _, err := decode(name, text)
	return checked(rules), err
}

// decode reads the tables and fills in the defaults.
func decode(name string, text []byte) ([]Rule, func() []table, error) {
	lines := func() []table { return tables(string(text)) }
	if len(text) > maxRulesFile {
		return nil, nil, &RuleError{File: name, Msg: fmt.Sprintf("larger than %d bytes; split it", maxRulesFile)}
	}
	var file struct {
		Rule   []Rule         `toml:"rule"`
		Issuer toml.Primitive `toml:"issuer"`
	}
	meta, err := toml.Decode(string(text), &file)
	if err != nil {
		return nil, nil, syntaxError(name, err)
	}
	if err := unknownKeys(name, &meta, lines); err != nil {
		return nil, nil, err
	}
	switch n := len(file.Rule); {
	case n == 0:
		return nil, nil, &RuleError{File: name, Msg: "holds no [[rule]]; a scan without rules would find nothing and call it clean"}
	case n > maxRules:
		return nil, nil, &RuleError{File: name, Msg: fmt.Sprintf("holds more than %d rules", maxRules)}
	}
	for i := range file.Rule {
		file.Rule[i].setDefaults()
	}
	return file.Rule, lines, nil
}

// setDefaults gives a rule what most rules would say.
func (r *Rule) setDefaults() {
	r.Tier = cmp.Or(r.Tier, sprawl.Structured)
	if r.Confidence == 0 {
		r.Confidence = 90
		if r.Tier == sprawl.Generic {
			r.Confidence = 40
		}
	}
	r.expandNear()
}

// syntaxError turns an error of the TOML library into one of ours.
func syntaxError(name string, err error) error {
	e := &RuleError{File: name, Msg: err.Error()}
	var parse toml.ParseError
	if errors.As(err, &parse) {
		e.Line, e.Key = parse.Position.Line, parse.LastKey
		e.Msg = cmp.Or(parse.Message, err.Error())
	}
	return e
}

// unknownKeys refuses what nobody reads: a misspelt key would switch off the
// test that it was meant to switch on.
func unknownKeys(name string, meta *toml.MetaData, lines func() []table) error {
	var errs []error
	seen := map[string]bool{}
	for _, key := range meta.Undecoded() {
		if len(key) == 0 || key[0] == "issuer" || seen[key.String()] {
			continue
		}
		seen[key.String()] = true
		e := &RuleError{File: name, Key: key.String()}
		if key[0] == "rule" && len(key) > 1 {
			e.Key = strings.Join(key[1:], ".")
			e.Line = lineOfKey(lines(), e.Key)
			e.Msg = "no such key; a rule has " + ruleKeys
		} else {
			e.Msg = "no such table; a rules file holds [[rule]] and [[issuer]]"
		}
		if errs = append(errs, e); len(errs) == 20 {
			break
		}
	}
	return errors.Join(errs...)
}

const ruleKeys = "id, issuer, about, docs, tier, confidence, literals, fold, match, max, public, near, value, find, check, entropy, not, pair, found and ignored"

// A loader collects what is wrong with the rules of one file.
type loader struct {
	file  string
	lines func() []table
	index []table // of the [[rule]] headers; filled when first needed
	ids   map[string]int
	errs  []error
}

func (l *loader) err() error { return errors.Join(l.errs...) }

// bad records that key of the i-th rule is wrong.
func (l *loader) bad(i int, r *Rule, key, msg string, args ...any) {
	if len(l.errs) >= 100 {
		return
	}
	if l.index == nil {
		l.index = ruleTables(l.lines())
	}
	e := &RuleError{File: l.file, Rule: r.ID, Key: key, Msg: fmt.Sprintf(msg, args...)}
	if i < len(l.index) {
		e.Line = cmp.Or(l.index[i].keys[key], l.index[i].line)
	}
	l.errs = append(l.errs, e)
}

// check looks at everything that a rule says by itself.
func (l *loader) check(i int, r *Rule) {
	l.checkNames(i, r)
	l.checkNumbers(i, r)
	l.checkLiterals(i, r)
	if r.Find != "" {
		l.checkFind(i, r)
		return
	}
	if len(r.Near) > 0 || r.Value != "" {
		l.checkNear(i, r)
	}
	l.checkMatch(i, r)
}

func (l *loader) checkNames(i int, r *Rule) {
	if !validID(r.ID) {
		l.bad(i, r, "id", "want a name of lower-case letters, digits and dashes, such as \"github-pat\"")
	}
	if first, dup := l.ids[r.ID]; dup && r.ID != "" {
		l.bad(i, r, "id", "is taken by rule number %d of this file; choose another", first+1)
	}
	l.ids[r.ID] = i
	if r.About == "" {
		l.bad(i, r, "about", "is missing; say in one line what the credential is")
	}
	if r.Tier != sprawl.Structured && r.Tier != sprawl.Generic {
		l.bad(i, r, "tier", "is %q; want %q or %q", r.Tier, sprawl.Structured, sprawl.Generic)
	}
	if _, ok := checks[r.Check]; !ok && r.Check != "" {
		l.bad(i, r, "check", "%q is no check; want one of %s", r.Check, checkNames())
	}
}

func validID(id string) bool {
	if id == "" || len(id) > 80 || id[0] == '-' {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func (l *loader) checkNumbers(i int, r *Rule) {
	if r.Confidence < 1 || r.Confidence > 100 {
		l.bad(i, r, "confidence", "is %d; want 1 to 100", r.Confidence)
	}
	if !(r.Entropy >= 0 && r.Entropy <= 8) {
		l.bad(i, r, "entropy", "is %v bits per byte; want 0 to 8", r.Entropy)
	}
	if r.Max < 0 || r.Max > maxReach {
		l.bad(i, r, "max", "is %d bytes; want 1 to %d", r.Max, maxReach)
	}
}

func (l *loader) checkLiterals(i int, r *Rule) {
	if len(r.Literals) == 0 {
		l.bad(i, r, "literals", "is empty; name a fixed text that every match contains, so that the rule costs nothing where it is absent")
	}
	for _, lit := range r.Literals {
		switch {
		case len(lit) < minLiteral:
			l.bad(i, r, "literals", "%q is shorter than %d bytes; take in more of what stands around it", lit, minLiteral)
		case r.Fold && lit != strings.ToLower(lit):
			l.bad(i, r, "literals", "%q: with fold, write literals in lower case", lit)
		}
	}
}

// checkFind looks at a rule whose matches are found by a function.
func (l *loader) checkFind(i int, r *Rule) {
	if finders[r.Find] == nil {
		l.bad(i, r, "find", "%q is no function; want one of %s", r.Find, strings.Join(slices.Sorted(maps.Keys(finders)), ", "))
	}
	if r.Match != "" {
		l.bad(i, r, "match", "and find exclude one another; keep one")
	}
}

// checkPair looks at what a rule says of another.
func (l *loader) checkPair(i int, r *Rule) {
	if r.Pair == nil {
		return
	}
	switch _, ok := l.ids[r.Pair.With]; {
	case !ok:
		l.bad(i, r, "pair", "names rule %q, which this file does not hold", r.Pair.With)
	case r.Pair.With == r.ID:
		l.bad(i, r, "pair", "names the rule itself; name the rule of the other part")
	case r.Pair.Within < 0:
		l.bad(i, r, "pair", "within is %d bytes; want 0, for the whole object, or more", r.Pair.Within)
	}
}
