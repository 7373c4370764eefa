package detectors

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// What a rule may cost. A literal for which the search stops more often than
// tooCommon times in a million bytes of ordinary text slows every scan; a
// pattern of more than largeProgram instructions slows the scan of files that
// hold its literal, and Load refuses one of more than maxProgram.
const (
	tooCommon    = 600
	ratherCommon = 150
	largeProgram = 5000
	maxProgram   = 20000
	minFound     = 3
	minIgnored   = 2
	maxAbout     = 100
)

// A Remark is something that Lint has to say about a rule. It is an error where
// the rule should not be used as it is, and advice otherwise.
type Remark struct {
	Rule  string
	Key   string // such as "literals"
	Msg   string
	Error bool
}

// String returns the remark on one line.
func (r *Remark) String() string {
	kind := "advice"
	if r.Error {
		kind = "error"
	}
	return fmt.Sprintf("%s: rule %s: %s: %s", kind, r.Rule, r.Key, r.Msg)
}

// Lint reads those of rules for which wanted reports true, as someone would who
// keeps a catalogue: what Load lets pass but costs time, is not shown by
// examples, or is reported by another rule as well. Examples are filled in with
// r.
func Lint(rules []Rule, wanted func(id string) bool, r *rand.Rand) ([]Remark, error) {
	set, err := Compile(rules)
	if err != nil {
		return nil, err
	}
	l := &linter{set: set, sc: set.NewScanner(), rand: r}
	for i := range rules {
		if wanted(rules[i].ID) {
			l.rule = &rules[i]
			l.literals()
			l.texts()
			l.program()
			l.examples()
		}
	}
	return l.remarks, nil
}

// A linter collects remarks.
type linter struct {
	set     *Set
	sc      *Scanner
	rand    *rand.Rand
	rule    *Rule // the one that is looked at
	remarks []Remark
}

func (l *linter) say(isError bool, key, msg string, args ...any) {
	l.remarks = append(l.remarks, Remark{l.rule.ID, key, fmt.Sprintf(msg, args...), isError})
}

// literals says which literals are common. In the generic tier they are words,
// and so they are.
func (l *linter) literals() {
	if l.rule.Tier == sprawl.Generic {
		return
	}
	for _, text := range l.rule.Literals {
		n := literal.PerMillion(text)
		switch {
		case n > tooCommon:
			l.say(true, "literals", "%q makes the search stop %.0f times in a million bytes of ordinary text, where %d is the most; take in more of what stands around it", text, n, tooCommon)
		case n > ratherCommon:
			l.say(false, "literals", "%q is rather common (%.0f in a million bytes); a longer one is faster", text, n)
		}
	}
}

// texts looks at what is written for people.
func (l *linter) texts() {
	if l.rule.Docs == "" && l.rule.Issuer == "" {
		l.say(false, "docs", "is missing, and no issuer has one; name the page that the format is known from")
	}
	if len(l.rule.About) > maxAbout || strings.Contains(l.rule.About, "\n") {
		l.say(true, "about", "is longer than one line of %d characters", maxAbout)
	}
}

// program looks at the size of the pattern.
func (l *linter) program() {
	if n := programSize(l.rule.Match); n > largeProgram {
		l.say(false, "match", "takes %d instructions; lower the bounds of repetitions, or split the rule", n)
	}
}

// programSize returns how many instructions a pattern takes, or 0 where it is
// none.
func programSize(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// examples says what the examples leave open, and which other rules report in
// them.
func (l *linter) examples() {
	if n := len(l.rule.Found); n < minFound {
		l.say(false, "found", "holds %d examples; give %d or more, such as an assignment, JSON and a quoted value", n, minFound)
	}
	if n := len(l.rule.Ignored); n < minIgnored {
		l.say(false, "ignored", "holds %d examples; give %d or more: a near miss, and a placeholder", n, minIgnored)
	}
	near := false
	for _, ex := range l.rule.Ignored {
		text, err := Expand(ex, l.rand)
		near = near || err == nil && l.rule.holds(text)
	}
	if !near {
		l.say(true, "ignored", "holds no near miss: a text with one of the rule's literals in which it must not report")
	}
	others := map[string]bool{}
	for _, ex := range l.rule.Found {
		for _, id := range l.also(ex) {
			if !others[id] {
				l.say(false, "found", "rule %s reports in one of them too", id)
			}
			others[id] = true
		}
	}
}

// holds reports whether text holds one of r's literals.
func (r *Rule) holds(text string) bool {
	if r.Fold {
		text = strings.ToLower(text)
	}
	for _, lit := range r.Literals {
		if strings.Contains(text, lit) {
			return true
		}
	}
	return false
}

// also returns the other rules that report, in an example of the linter's
// rule, what that rule reports.
func (l *linter) also(example string) (ids []string) {
	text, err := Expand(example, l.rand)
	if err != nil {
		return nil
	}
	l.sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{}, Data: []byte(text)})
	for i := range l.sc.cur.matches {
		ours := &l.sc.cur.matches[i]
		if l.set.rules[ours.rule].ID != l.rule.ID {
			continue
		}
		for k := range l.sc.cur.matches {
			m := &l.sc.cur.matches[k]
			other := l.set.rules[m.rule]
			if other.ID != l.rule.ID && other.Tier != sprawl.Generic && m.secret() != nil && m.lo < ours.hi && ours.lo < m.hi {
				ids = append(ids, other.ID)
			}
		}
	}
	return ids
}
