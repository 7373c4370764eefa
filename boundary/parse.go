package boundary

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/bmatcuk/doublestar/v4"

	"github.com/seed-5dd601fe/sprawl"
)

// Limits of a policy file, far above what people write.
const (
	maxPolicyFile = 1 << 20
	maxEntries    = 10_000
	maxPattern    = 1000
)

// A PolicyError says what is wrong in a policy file, where, and what to do.
type PolicyError struct {
	File string
	Line int    // from 1; 0 if not known
	Key  string // such as "allow.until"; "" where the whole file is meant
	Msg  string
}

// Error returns the error on one line: file, line, key, and the message.
func (e *PolicyError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += ":" + strconv.Itoa(e.Line)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Msg
}

// The shape of a policy file.
type policyFile struct {
	Version  int               `toml:"version"`
	Bounds   []string          `toml:"boundary_facets"`
	Unknown  string            `toml:"unknown_env"`
	Alias    map[string]string `toml:"env_alias"`
	Account  []accountTable    `toml:"account"`
	Zone     []ruleTable       `toml:"zone"`
	Home     []ruleTable       `toml:"home"`
	Allow    []allowTable      `toml:"allow"`
	Severity map[string]int    `toml:"severity"`
}

type accountTable struct {
	Issuer string `toml:"issuer"`
	ID     string `toml:"id"`
	Env    string `toml:"env"`
	Tenant string `toml:"tenant"`
	Team   string `toml:"team"`
}

type ruleTable struct {
	Match map[string]string `toml:"match"`
	Set   map[string]string `toml:"set"`
	Zone  map[string]string `toml:"zone"`
}

type allowTable struct {
	Cred    string   `toml:"cred"`
	Facets  []string `toml:"facets"`
	Between []string `toml:"between"`
	Reason  string   `toml:"reason"`
	Owner   string   `toml:"owner"`
	Until   any      `toml:"until"`
}

// ParsePolicy reads the text of a policy file, which is called name in errors.
// It returns all that is wrong, joined, each a *PolicyError.
func ParsePolicy(name string, text []byte) (*Policy, error) {
	if len(text) > maxPolicyFile {
		return nil, &PolicyError{File: name, Msg: fmt.Sprintf("larger than %d bytes: is it a policy?", maxPolicyFile)}
	}
	r := &policyReader{
		name: name, lines: findLines(string(text)),
		p: &Policy{file: name, boundary: usualBounds, home: true, unknown: wildcard, severity: usualPoints},
	}
	meta, err := toml.Decode(string(text), &r.file)
	if err != nil {
		return nil, r.syntax(err)
	}
	r.unknownKeys(&meta)
	r.read(&meta)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return r.p, nil
}

// A policyReader turns a file into a Policy and keeps what is wrong.
type policyReader struct {
	name  string
	lines []tableLines
	file  policyFile
	p     *Policy
	errs  []error
}

func (r *policyReader) syntax(err error) error {
	e := &PolicyError{File: r.name, Msg: err.Error()}
	var parse toml.ParseError
	if errors.As(err, &parse) {
		e.Line, e.Key, e.Msg = parse.Position.Line, parse.LastKey, cmp.Or(parse.Message, err.Error())
	} else if head, msg, ok := strings.Cut(err.Error(), "): "); ok {
		// The library tells a wrong type in words only.
		if n, _ := fmt.Sscanf(head, "toml: line %d (last key %q", &e.Line, &e.Key); n == 2 {
			e.Msg = msg
		}
	}
	return e
}

func (r *policyReader) fail(line int, key, format string, args ...any) {
	r.errs = append(r.errs, &PolicyError{r.name, line, key, fmt.Sprintf(format, args...)})
}

// unknownKeys refuses what nobody reads: a misspelt key would switch off what
// it was meant to say.
func (r *policyReader) unknownKeys(meta *toml.MetaData) {
	seen := map[string]bool{}
	for _, key := range meta.Undecoded() {
		if k := key.String(); !seen[k] {
			seen[k] = true
			r.fail(lineOfKey(r.lines, key), k, "nothing reads this key: is it misspelt?")
		}
	}
}

func (r *policyReader) read(meta *toml.MetaData) {
	if n := len(r.file.Account) + len(r.file.Zone) + len(r.file.Home) + len(r.file.Allow); n > maxEntries {
		r.fail(0, "", "more than %d entries", maxEntries)
		return
	}
	switch {
	case !meta.IsDefined("version"):
		r.fail(1, "version", "missing: write version = 1")
	case r.file.Version != 1:
		r.fail(r.line("", 0, "version"), "version", "%d is not known here; this program reads version 1", r.file.Version)
	}
	r.bounds(meta.IsDefined("boundary_facets"))
	r.unknown()
	r.aliases()
	r.severity()
	for i, a := range r.file.Account {
		r.account(i, &a)
	}
	for i := range r.file.Zone {
		r.zone(i, &r.file.Zone[i])
	}
	for i := range r.file.Home {
		r.home(i, &r.file.Home[i])
	}
	for i := range r.file.Allow {
		r.allow(i, &r.file.Allow[i])
	}
}

// line returns the line of a key of the nth table called name; that of the
// table where the key is not found.
func (r *policyReader) line(name string, n int, key string) int {
	return lineOf(r.lines, name, n, key)
}

func (r *policyReader) bounds(given bool) {
	if !given {
		return
	}
	line := r.line("", 0, "boundary_facets")
	r.p.boundary, r.p.home = [facets]bool{}, false
	for _, name := range r.file.Bounds {
		f, ok := facetOf(name)
		switch {
		case name == home:
			r.p.home = true
		case !ok || f == kindOfText || f == generation:
			r.fail(line, "boundary_facets", "%q is no facet that can be a boundary: want some of %s", name, strings.Join(boundaryNames(), ", "))
		default:
			r.p.boundary[f] = true
		}
	}
	if len(r.file.Bounds) == 0 {
		r.fail(line, "boundary_facets", "empty: nothing would ever cross anything")
	}
}

// boundaryNames returns what boundary_facets can name.
func boundaryNames() (all []string) {
	for f := range facets {
		if usualBounds[f] {
			all = append(all, facetNames[f])
		}
	}
	return append(all, home)
}

func (r *policyReader) unknown() {
	switch r.file.Unknown {
	case "":
	case wildcard, distinct, fail:
		r.p.unknown = r.file.Unknown
	default:
		r.fail(r.line("", 0, "unknown_env"), "unknown_env", "%q: want wildcard, distinct or fail", r.file.Unknown)
	}
}

func (r *policyReader) aliases() {
	for raw, class := range r.file.Alias {
		line, key := r.line("env_alias", 0, raw), "env_alias."+raw
		set := parseClasses(class)
		if set == 0 || set == every {
			r.fail(line, key, "%q is no environment: want one of %s", class, strings.Join(classNames[:], ", "))
			continue
		}
		var buf [16]byte
		low := lower(&buf, raw)
		if low == nil || raw == "" || wordEnd(raw, false) != len(raw) || string(fold(&buf, raw)) != string(low) {
			r.fail(line, key, "want one word of at most 16 letters, without a number at its end")
			continue
		}
		if r.p.aliases == nil {
			r.p.aliases = words{}
		}
		r.p.aliases[string(low)] = set
	}
}

func (r *policyReader) severity() {
	for name, n := range r.file.Severity {
		w := slices.Index(weightNames[:], name)
		line, key := r.line("severity", 0, name), "severity."+name
		switch {
		case w < 0:
			r.fail(line, key, "no such weight: want one of %s", strings.Join(weightNames[:], ", "))
		case n < 0 || n > maxCrossingPoints:
			r.fail(line, key, "%d: want 0 to %d", n, maxCrossingPoints)
		default:
			r.p.severity[w] = n
		}
	}
}

func (r *policyReader) account(i int, a *accountTable) {
	line := r.line("account", i, "")
	if a.Issuer == "" || a.ID == "" {
		r.fail(line, "account", "want both issuer and id, such as issuer = \"aws\" and id = \"123456789012\"")
	}
	set := r.settings("account", i, "", map[string]string{"env": a.Env, "tenant": a.Tenant, "team": a.Team})
	if len(set) == 0 {
		r.fail(line, "account", "sets nothing: want env, tenant or team")
	}
	r.p.accounts = append(r.p.accounts, account{line, a.Issuer, a.ID, set})
}

func (r *policyReader) zone(i int, z *ruleTable) {
	line := r.line("zone", i, "")
	if len(z.Zone) > 0 {
		r.fail(r.line("zone", i, "zone"), "zone.zone", "a zone sets facets with set = { … }")
	}
	rule := zoneRule{line: line, match: r.patterns("zone", i, z.Match, placeKeys(), true), set: r.settings("zone", i, "set", z.Set)}
	if len(rule.set) == 0 {
		r.fail(line, "zone.set", "sets nothing: want set = { env = \"prod\" } or the like")
	}
	r.p.zones = append(r.p.zones, rule)
}

func (r *policyReader) home(i int, h *ruleTable) {
	line := r.line("home", i, "")
	if len(h.Set) > 0 {
		r.fail(r.line("home", i, "set"), "home.set", "a home names where credentials belong with zone = { … }")
	}
	rule := homeRule{line: line, match: r.patterns("home", i, h.Match, credentialKeys(), false), zone: r.settings("home", i, "zone", h.Zone)}
	if len(rule.zone) == 0 {
		r.fail(line, "home.zone", "says no place: want zone = { env = \"prod\" } or the like")
	}
	r.p.homes = append(r.p.homes, rule)
}

// patterns reads a match table.
func (r *policyReader) patterns(table string, i int, match map[string]string, keys []string, labels bool) (all []pattern) {
	if len(match) == 0 {
		r.fail(r.line(table, i, ""), table+".match", "missing: an entry that matches everything is a mistake more often than not")
	}
	for key, want := range match {
		line, name := r.line(table, i, "match"), table+".match."+key
		switch {
		case !slices.Contains(keys, key) && !(labels && strings.HasPrefix(key, sprawl.SaysLabel)):
			r.fail(line, name, "nothing is called so: want one of %s", strings.Join(keys, ", "))
		case want == "":
			r.fail(line, name, "empty: it would match nothing")
		case len(want) > maxPattern || !doublestar.ValidatePattern(want):
			r.fail(line, name, "%q is no pattern; * stands for anything but a slash, ** for anything", ending(want))
		}
		all = append(all, pattern{key, want})
	}
	slices.SortFunc(all, func(a, b pattern) int { return strings.Compare(a.key, b.key) })
	return all
}

// settings reads a table from facet to value.
func (r *policyReader) settings(table string, i int, key string, set map[string]string) (all []setting) {
	for name, v := range set {
		if v == "" && key == "" {
			continue // of the fields of an account
		}
		line, full := r.line(table, i, cmp.Or(key, name)), strings.TrimSuffix(table+"."+key, ".")+"."+name
		f, ok := facetOf(name)
		if !ok || f == kindOfText {
			r.fail(line, full, "no such facet: want one of %s", strings.Join(facetNames[:], ", "))
			continue
		}
		s := setting{of: f, value: v}
		if problem := s.check(r.p.aliases); problem != "" {
			r.fail(line, full, "%q: %s", v, problem)
			continue
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b setting) int { return int(a.of) - int(b.of) })
	return all
}

// check returns what is wrong with the value, or "".
func (s *setting) check(more words) string {
	var want []string
	switch s.of {
	case env:
		if s.set = envNamed(more, s.value); s.set == 0 {
			return "no environment: want one of " + strings.Join(classNames[:], ", ") + ", or a name of [env_alias]"
		}
		return ""
	case exposure:
		want = exposures()
	case party:
		want = parties()
	case protection:
		want = protections()
	case custody:
		want = custodies()
	default:
		if s.value == "" {
			return "want a value"
		}
		return ""
	}
	if !slices.Contains(want, s.value) {
		return "want one of " + strings.Join(want, ", ")
	}
	return ""
}

// envNamed returns the environment that a policy means by a word.
func envNamed(more words, s string) classes {
	if set := parseClasses(s); set != 0 {
		return set
	}
	return more[strings.ToLower(s)]
}

func (r *policyReader) allow(i int, t *allowTable) {
	line := r.line("allow", i, "")
	a := allow{line: line, cred: t.Cred, facets: t.Facets, reason: t.Reason, owner: t.Owner}
	if t.Owner == "" {
		r.fail(line, "allow.owner", "missing: somebody has to answer for it")
	}
	if t.Reason == "" {
		r.fail(line, "allow.reason", "missing: say why it is meant to be so")
	}
	if t.Cred != "" && !strings.HasPrefix(t.Cred, "cr_") {
		r.fail(r.line("allow", i, "cred"), "allow.cred", "%q: want the id of a credential, such as cr_…", ending(t.Cred))
	}
	a.until = r.until(i, t.Until)
	r.allowFacets(i, t)
	r.allowBetween(i, t, &a)
	r.p.allows = append(r.p.allows, a)
}

// until reads the last day of an allowance.
func (r *policyReader) until(i int, v any) time.Time {
	line := r.line("allow", i, "until")
	switch v := v.(type) {
	case nil:
		r.fail(line, "allow.until", "missing: nothing is allowed for ever; write until = \"2027-03-31\" or the like")
	case time.Time:
		return time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC)
	case string:
		t, err := time.Parse(time.DateOnly, v)
		if err == nil {
			return t
		}
		r.fail(line, "allow.until", "%q is no day: write it as 2027-03-31", ending(v))
	default:
		r.fail(line, "allow.until", "want a day, such as \"2027-03-31\"")
	}
	return time.Time{}
}

func (r *policyReader) allowFacets(i int, t *allowTable) {
	for _, name := range t.Facets {
		if f, ok := facetOf(name); name != home && (!ok || !usualBounds[f]) {
			r.fail(r.line("allow", i, "facets"), "allow.facets", "%q is no boundary: want some of %s", name, strings.Join(boundaryNames(), ", "))
		}
	}
}

// allowBetween reads which values may be crossed. Production is opened for one
// credential at a time, and never by a pattern.
func (r *policyReader) allowBetween(i int, t *allowTable, a *allow) {
	line := r.line("allow", i, "between")
	if len(t.Between) == 0 {
		if t.Cred == "" {
			r.fail(line, "allow.between", "missing: without cred, say between which values, such as [\"dev\", \"test\"]")
		}
		return
	}
	if len(t.Facets) != 1 {
		r.fail(line, "allow.between", "want exactly one facet that these are values of")
		return
	}
	for _, v := range t.Between {
		switch {
		case t.Facets[0] == facetNames[env]:
			set := envNamed(r.p.aliases, v)
			if set == 0 {
				r.fail(line, "allow.between", "%q is no environment: want some of %s", ending(v), strings.Join(classNames[:], ", "))
			}
			if set.productive() && t.Cred == "" {
				r.fail(line, "allow.between", "%q is production: name the credential with cred", ending(v))
			}
			a.classes |= set
		case v == "" || len(v) > maxPattern || !doublestar.ValidatePattern(v):
			r.fail(line, "allow.between", "%q is no pattern", ending(v))
		default:
			a.between = append(a.between, pattern{t.Facets[0], v})
		}
	}
}
