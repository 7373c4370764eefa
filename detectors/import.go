package detectors

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Imported is a rules file made of another tool's.
type Imported struct {
	TOML  []byte // a rules file that Load accepts
	Rules int    // how many it holds
	Left  []Leftover
}

// A Leftover is something that could not be carried over, or not exactly.
type Leftover struct {
	Rule string // id in the other tool's file; "" for what concerns the whole file
	Key  string
	Why  string
}

// String returns the leftover on one line.
func (l *Leftover) String() string {
	if l.Rule == "" {
		return l.Key + ": " + l.Why
	}
	return "rule " + l.Rule + ": " + l.Key + ": " + l.Why
}

// theirs is a configuration of gitleaks or betterleaks, as their READMEs
// describe it.
type theirs struct {
	Title      string      `toml:"title"`
	Extend     theirExtend `toml:"extend"`
	Rules      []theirRule `toml:"rules"`
	Allowlist  theirAllow  `toml:"allowlist"`
	Allowlists []theirAllow
	Prefilter  string `toml:"prefilter"`
	Filter     string `toml:"filter"`
}

type theirExtend struct {
	Path          string   `toml:"path"`
	URL           string   `toml:"url"`
	UseDefault    bool     `toml:"useDefault"`
	DisabledRules []string `toml:"disabledRules"`
}

type theirRule struct {
	ID              string   `toml:"id"`
	Description     string   `toml:"description"`
	Regex           string   `toml:"regex"`
	Path            string   `toml:"path"`
	SecretGroup     int      `toml:"secretGroup"`
	Entropy         float64  `toml:"entropy"`
	Keywords        []string `toml:"keywords"`
	Tags            []string `toml:"tags"`
	Allowlist       theirAllow
	Allowlists      []theirAllow
	Required        []map[string]any `toml:"required"`
	Validate        string           `toml:"validate"`
	Filter          string           `toml:"filter"`
	Prefilter       string           `toml:"prefilter"`
	SkipReport      bool             `toml:"skipReport"`
	TokenEfficiency bool             `toml:"tokenEfficiency"`
}

type theirAllow struct {
	Description string   `toml:"description"`
	Condition   string   `toml:"condition"`
	TargetRules []string `toml:"targetRules"`
	RegexTarget string   `toml:"regexTarget"`
	Commits     []string `toml:"commits"`
	Paths       []string `toml:"paths"`
	Regexes     []string `toml:"regexes"`
	StopWords   []string `toml:"stopwords"`
}

// Import turns a configuration of gitleaks or betterleaks, called name in
// errors, into a rules file of ours. What has no counterpart is listed, never
// dropped in silence. taken tells which ids are built in, so that no rule of
// ours is replaced by accident. An allow-list that would match everything is an
// error: it would switch its rules off unseen.
func Import(name string, text []byte, taken func(id string) bool) (*Imported, error) {
	if len(text) > maxRulesFile {
		return nil, &RuleError{File: name, Msg: fmt.Sprintf("larger than %d bytes; split it", maxRulesFile)}
	}
	var from theirs
	meta, err := toml.Decode(string(text), &from)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	im := &importer{file: name, from: &from, taken: taken, used: map[string]bool{}, rand: rand.New(rand.NewPCG(1, 2))}
	for _, key := range meta.Undecoded() {
		im.leave("", key.String(), "is not known here")
	}
	if err := im.allowLists(); err != nil {
		return nil, err
	}
	im.extend()
	for i := range from.Rules {
		im.rule(&from.Rules[i])
	}
	if im.count == 0 && im.off == 0 {
		why := ""
		for i := range im.left {
			why += "\n" + im.left[i].String()
		}
		return nil, &RuleError{File: name, Msg: "holds no rule that could be carried over" + why}
	}
	return &Imported{TOML: im.out.Bytes(), Rules: im.count, Left: im.left}, nil
}

// An importer carries one file over.
type importer struct {
	file  string
	from  *theirs
	taken func(id string) bool
	used  map[string]bool
	rand  *rand.Rand
	out   bytes.Buffer
	count int // rules written
	off   int // rules disabled
	left  []Leftover
}

func (im *importer) leave(rule, key, why string, args ...any) {
	if len(im.left) < 10000 {
		im.left = append(im.left, Leftover{rule, key, fmt.Sprintf(why, args...)})
	}
}

// extend carries over what the file says of other files.
func (im *importer) extend() {
	e := &im.from.Extend
	if e.UseDefault {
		im.leave("", "extend.useDefault", "the other tool's own rules are not read; sprawl's built-in rules are used with this file")
	}
	if e.Path != "" || e.URL != "" {
		im.leave("", "extend", "the file that it names is not read; import it as well")
	}
	var off []string
	for _, id := range e.DisabledRules {
		if im.taken(id) {
			off = append(off, tomlText(id))
		} else {
			im.leave("", "extend.disabledRules", "%q is no rule of sprawl", id)
		}
	}
	if im.off = len(off); im.off > 0 {
		fmt.Fprintf(&im.out, "disable = [%s]\n\n", strings.Join(off, ", "))
	}
	for key, expr := range map[string]string{"prefilter": im.from.Prefilter, "filter": im.from.Filter} {
		if expr != "" {
			im.leave("", key, "is a program (CEL); sprawl's rules hold data only")
		}
	}
}

// allowLists looks at all allow-lists of the file before anything is written.
func (im *importer) allowLists() error {
	for _, a := range append(im.from.Allowlists, im.from.Allowlist) {
		if err := im.sane("", &a); err != nil {
			return err
		}
		im.elsewhere("", &a)
	}
	for i := range im.from.Rules {
		r := &im.from.Rules[i]
		for _, a := range append(r.Allowlists, r.Allowlist) {
			if err := im.sane(r.ID, &a); err != nil {
				return err
			}
		}
	}
	return nil
}

// sane refuses an allow-list of which one entry matches whatever there is.
func (im *importer) sane(rule string, a *theirAllow) error {
	refuse := func(key, entry string) error {
		return &RuleError{File: im.file, Rule: rule, Key: "allowlist." + key, Msg: fmt.Sprintf("%q matches everything, so that nothing would ever be reported; remove it, or name what is meant", entry)}
	}
	for key, list := range map[string][]string{"regexes": a.Regexes, "paths": a.Paths} {
		for _, p := range list {
			re, err := regexp.Compile(p)
			if err == nil && im.matchesAll(re, key == "paths") {
				return refuse(key, p)
			}
		}
	}
	for _, w := range a.StopWords {
		if strings.TrimSpace(w) == "" {
			return refuse("stopwords", w)
		}
	}
	return nil
}

// matchesAll reports whether re matches each of some made-up values, or paths,
// that have nothing in common.
func (im *importer) matchesAll(re *regexp.Regexp, paths bool) bool {
	if re.MatchString("") {
		return true
	}
	for i := range 24 {
		value := lively(im.rand, base62, 20+i)
		if paths {
			value = fmt.Appendf(nil, "%s/%s.%s", lively(im.rand, base36, 4+i%3), lively(im.rand, base36, 5), []string{"go", "yml", "txt", "sql"}[i%4])
		}
		if !re.Match(value) {
			return false
		}
	}
	return true
}

// rule carries one rule over.
func (im *importer) rule(r *theirRule) {
	if r.Regex == "" {
		im.leave(r.ID, "path", "a rule without regex reports files by their name; sprawl reports credentials")
		return
	}
	im.unsupported(r)
	re, err := syntax.Parse(r.Regex, syntax.Perl)
	if err != nil {
		im.leave(r.ID, "regex", "%s", patternAdvice(r.Regex, err))
		return
	}
	ours := Rule{ID: im.id(r.ID), About: cmp.Or(oneLine(r.Description), r.ID), Entropy: min(max(r.Entropy, 0), 8)}
	ours.setDefaults()
	ours.Match, ours.Public = nameGroups(r.Regex, re, r.SecretGroup)
	if _, bounded := maxLen(re); !bounded {
		ours.Max = importedMax
		im.leave(r.ID, "regex", "has no bound; matches of more than %d bytes will be missed or cut", importedMax)
	}
	ours.Not = im.placeholders(r)
	if !im.literals(&ours, r, re) {
		return
	}
	im.write(&ours, re)
}

// importedMax is the bound of imported patterns that have none.
const importedMax = 2048

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), maxAbout)]
}

// unsupported lists what a rule says that has no counterpart.
func (im *importer) unsupported(r *theirRule) {
	if r.Path != "" {
		im.leave(r.ID, "path", "the rule applies to every file: content is read before it is known at which paths it lies")
	}
	if len(r.Required) > 0 {
		im.leave(r.ID, "required", "write a pair by hand: pair = { with = \"id\", within = bytes }")
	}
	for key, expr := range map[string]string{"validate": r.Validate, "filter": r.Filter, "prefilter": r.Prefilter} {
		if expr != "" {
			im.leave(r.ID, key, "is a program (CEL); write an [[issuer]] with an ask instead, or a not")
		}
	}
	if r.SkipReport {
		im.leave(r.ID, "skipReport", "the rule reports")
	}
}

// id returns an id of our form that is not taken.
func (im *importer) id(theirs string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(theirs)) {
		if c >= 'a' && c <= 'z' || isDigit(c) || c == '-' && b.Len() > 0 {
			b.WriteByte(c)
		} else if b.Len() > 0 {
			b.WriteByte('-')
		}
	}
	id := cmp.Or(strings.Trim(b.String(), "-"), "rule")
	id = id[:min(len(id), 60)]
	base := id
	if im.taken(id) {
		base += "-imported"
		id = base
		im.leave(theirs, "id", "is built in; this one is called %q, so that it does not replace ours", id)
	}
	for n := 2; im.used[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	im.used[id] = true
	return id
}

// placeholders carries the allow-lists of a rule over, those of the whole file
// included: what matches the secret by an expression or a word.
func (im *importer) placeholders(r *theirRule) (not []string) {
	lists := append(slices.Clip(r.Allowlists), r.Allowlist)
	own := len(lists)
	for _, a := range append(slices.Clip(im.from.Allowlists), im.from.Allowlist) {
		if len(a.TargetRules) == 0 || slices.Contains(a.TargetRules, r.ID) {
			lists = append(lists, a)
		}
	}
	for i := range lists {
		a := &lists[i]
		kinds := 0
		for _, n := range []int{len(a.Commits), len(a.Paths), len(a.Regexes) + len(a.StopWords)} {
			kinds += min(n, 1)
		}
		switch {
		case strings.EqualFold(a.Condition, "and") && kinds > 1:
			im.leave(r.ID, "allowlist", "combines several conditions, which has no counterpart; accept its findings in the register")
			continue
		case len(a.Regexes) > 0 && a.RegexTarget != "" && a.RegexTarget != "secret":
			im.leave(r.ID, "allowlist.regexes", "look at the %s; only the secret can be looked at", a.RegexTarget)
			a.Regexes = nil
		}
		if i < own {
			im.elsewhere(r.ID, a)
		}
		for _, p := range a.Regexes {
			if _, err := syntax.Parse(p, syntax.Perl); err != nil {
				im.leave(r.ID, "allowlist.regexes", "%s", patternAdvice(p, err))
				continue
			}
			not = append(not, p)
		}
		for _, w := range a.StopWords {
			not = append(not, "(?i)"+quoteMeta(w))
		}
	}
	slices.Sort(not)
	return slices.Compact(not)
}

// elsewhere lists what an allow-list says of places, which rules know nothing
// of.
func (im *importer) elsewhere(rule string, a *theirAllow) {
	if len(a.Commits) > 0 {
		im.leave(rule, "allowlist.commits", "accept what they hold in the register")
	}
	if len(a.Paths) > 0 {
		im.leave(rule, "allowlist.paths", "use --exclude, or accept what is found there in the register")
	}
}

// literals finds texts of which every match contains one: the keywords, if
// they are that, or what the pattern itself demands.
func (im *importer) literals(ours *Rule, r *theirRule, re *syntax.Regexp) bool {
	candidates := [][]string{{}, required(re)}
	for _, w := range r.Keywords {
		candidates[0] = append(candidates[0], strings.ToLower(w))
	}
	why := "no text of three bytes stands in every match, so that it would have to be tried everywhere"
	for i, literals := range candidates {
		if len(literals) == 0 {
			continue
		}
		ours.Literals, ours.Fold = literals, true
		f := &file{name: im.file, lines: func() []table { return nil }}
		l := loader{file: f, ids: map[string]int{}}
		trial := *ours
		l.check(0, &trial)
		if len(l.errs) == 0 {
			return true
		}
		if i > 0 { // keywords need not stand in the match: that they don't is no fault
			why = strings.TrimPrefix(l.errs[0].Error(), im.file+": rule "+ours.ID+": ")
		}
	}
	im.leave(r.ID, "regex", "%s", why)
	delete(im.used, ours.ID)
	return false
}

// write writes a rule, with an example if one can be made up.
func (im *importer) write(r *Rule, re *syntax.Regexp) {
	b := &im.out
	fmt.Fprintf(b, "[[rule]]\nid       = %s\nabout    = %s\n", tomlText(r.ID), tomlText(r.About))
	fmt.Fprintf(b, "literals = %s\nfold     = true\nmatch    = %s\n", tomlTexts(r.Literals), tomlText(r.Match))
	if r.Max > 0 {
		fmt.Fprintf(b, "max      = %d\n", r.Max)
	}
	if len(r.Public) > 0 {
		fmt.Fprintf(b, "public   = %s\n", tomlTexts(r.Public))
	}
	if r.Entropy > 0 {
		fmt.Fprintf(b, "entropy  = %.2f\n", r.Entropy)
	}
	if len(r.Not) > 0 {
		fmt.Fprintf(b, "not      = %s\n", tomlTexts(r.Not))
	}
	if ex, ok := exampleOf(r, re, im.rand); ok {
		fmt.Fprintf(b, "found    = %s\n", tomlTexts([]string{ex}))
	}
	b.WriteByte('\n')
	im.count++
}

func tomlTexts(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = tomlText(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
