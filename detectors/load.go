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

// Load reads the [[rule]] tables of a rules file that stands by itself, as the
// built-in one does. It is called name in errors. Load proves what can be proved without the engine: that every pattern
// is valid and bounded, and that every match must contain one of the rule's
// literals. It returns all that is wrong, joined, each a *RuleError. Issuers in
// the file are left to package verify.
func Load(name string, text []byte) ([]Rule, error) {
	f, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	if len(f.disable) > 0 {
		return nil, f.wrong("disable", "names rules of another file; give this one as an addition, with --rules")
	}
	return f.proved(nil)
}

// proved checks the rules of f, which may name those of base as well.
func (f *file) proved(base []Rule) ([]Rule, error) {
	l := loader{file: f, base: base, ids: make(map[string]int, len(f.rules))}
	for i := range f.rules {
		l.check(i, &f.rules[i])
	}
	for i := range f.rules {
		l.checkPair(i, &f.rules[i])
	}
	return checked(f.rules), l.err()
}

// LoadTrusted is Load for a file whose rules have been through Load before, as
// the built-in ones have in the tests: it proves nothing, and so costs a
// commit hook little.
func LoadTrusted(name string, text []byte) ([]Rule, error) {
	if rules, ok := readFast(string(text)); ok {
		return checked(rules), nil
	}
	f, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	return checked(f.rules), nil
}

// A file is a rules file as it was written.
type file struct {
	name    string
	rules   []Rule
	disable []string // ids of rules of other files
	lines   func() []table
}

// wrong returns an error about a key of the file that belongs to no rule.
func (f *file) wrong(key, msg string, args ...any) error {
	e := &RuleError{File: f.name, Key: key, Msg: fmt.Sprintf(msg, args...)}
	for _, t := range f.lines() {
		if line := t.keys[key]; t.name == "" && line > 0 {
			e.Line = line
		}
	}
	return e
}

// decode reads the tables and fills in the defaults.
func decode(name string, text []byte) (*file, error) {
	f := &file{name: name, lines: func() []table { return tables(string(text)) }}
	if len(text) > maxRulesFile {
		return nil, &RuleError{File: name, Msg: fmt.Sprintf("larger than %d bytes; split it", maxRulesFile)}
	}
	var content struct {
		Rule    []Rule         `toml:"rule"`
		Disable []string       `toml:"disable"`
		Issuer  toml.Primitive `toml:"issuer"`
	}
	meta, err := toml.Decode(string(text), &content)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	if err := unknownKeys(name, &meta, f.lines); err != nil {
		return nil, err
	}
	switch n := len(content.Rule); {
	case n == 0 && len(content.Disable) == 0:
		return nil, &RuleError{File: name, Msg: "holds no [[rule]]; a scan without rules would find nothing and call it clean"}
	case n > maxRules:
		return nil, &RuleError{File: name, Msg: fmt.Sprintf("holds more than %d rules", maxRules)}
	}
	for i := range content.Rule {
		content.Rule[i].setDefaults()
	}
	f.rules, f.disable = content.Rule, content.Disable
	return f, nil
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
			e.Msg = "no such table; a rules file holds [[rule]] and [[issuer]], and before them disable, a list of ids"
		}
		if errs = append(errs, e); len(errs) == 20 {
			break
		}
	}
	return errors.Join(errs...)
}

const ruleKeys = "id, issuer, about, docs, tier, confidence, literals, fold, match, max, public, near, value, find, check, entropy, not, facts, pair, found and ignored"

// A loader collects what is wrong with the rules of one file.
type loader struct {
	file  *file
	base  []Rule  // rules of other files, which those of this one may name
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
		l.index = ruleTables(l.file.lines())
	}
	e := &RuleError{File: l.file.name, Rule: r.ID, Key: key, Msg: fmt.Sprintf(msg, args...)}
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
	if r.Facts != "" && tellers()[r.Facts] == nil {
		l.bad(i, r, "facts", "%q tells none; want one of %s", r.Facts, tellerNames())
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
	_, ok := l.ids[r.Pair.With]
	ok = ok || slices.ContainsFunc(l.base, func(b Rule) bool { return b.ID == r.Pair.With })
	switch {
	case !ok:
		l.bad(i, r, "pair", "names rule %q, which is not there; see sprawl rules list", r.Pair.With)
	case r.Pair.With == r.ID:
		l.bad(i, r, "pair", "names the rule itself; name the rule of the other part")
	case r.Pair.Within < 0:
		l.bad(i, r, "pair", "within is %d bytes; want 0, for the whole object, or more", r.Pair.Within)
	}
}
