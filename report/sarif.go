package report

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/seed-5dd601fe/sprawl"
)

// sarifKey names the way in which fingerprints are made: from the value, so
// that they survive moves, rebases and renamed rules.
const sarifKey = "sprawl/v1"

// maxNotifications bounds the gaps that go into a SARIF file: services refuse
// large ones whole.
const maxNotifications = 1000

// SARIF writes SARIF 2.1.0 (OASIS): one result for each location, those of one
// credential with the same partial fingerprint. It holds no authors, mail
// addresses or accounts, as such files are uploaded to services.
func SARIF(w io.Writer, d *Document, _ Options) error {
	std, err := loadStandards()
	if err != nil {
		return err
	}
	s := &sarifRun{doc: d, std: std, taxa: map[string][]string{}, run: sarif.NewRunWithInformationURI(d.Tool, homepage), rules: map[string]int{}}
	if d.Version != "" {
		s.run.Tool.Driver.WithVersion(d.Version)
	}
	s.roots()
	all := d.ordered()
	for i := range all {
		s.credential(&all[i])
	}
	s.taxonomies()
	s.run.AddInvocation(s.invocation())
	r := sarif.NewReport()
	r.AddRun(s.run)
	if err := r.PrettyWrite(w); err != nil {
		return fmt.Errorf("writing SARIF: %w", err)
	}
	_, err = io.WriteString(w, "\n")
	return err
}

// A sarifRun is a run being written.
type sarifRun struct {
	doc   *Document
	run   *sarif.Run
	rules map[string]int // index in the driver's rules
	std   *standards
	taxa  map[string][]string // controls that results name, by framework
}

// roots declares what artifact addresses are relative to: the one target, or
// each of them under a name of its own.
func (s *sarifRun) roots() {
	bases := map[string]sarif.ArtifactLocation{}
	for i, t := range s.doc.Targets {
		text := "the root of the scanned place"
		if len(s.doc.Targets) > 1 {
			text = "the root of " + message(string(t))
		}
		bases[base(i)] = *sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage(text))
	}
	if len(bases) > 0 {
		s.run.WithOriginalUriBaseIds(bases)
	}
}

// base returns the name of the i-th target's root.
func base(i int) string {
	if i == 0 {
		return "%SRCROOT%"
	}
	return "TARGET" + strconv.Itoa(i+1)
}

func (s *sarifRun) baseOf(t sprawl.Target) string {
	for i := range s.doc.Targets {
		if s.doc.Targets[i] == t {
			return base(i)
		}
	}
	return base(0)
}

func (s *sarifRun) credential(c *sprawl.Credential) {
	advice := s.doc.advise(c)
	m := s.std.of(c, advice.Instead != "")
	rule := s.rule(c, m)
	for i := range c.Locations {
		at := &c.Locations[i]
		s.run.AddResult(sarif.NewRuleResult(c.Rule).
			WithRuleIndex(rule).
			WithLevel(level(c)).
			WithRank(float64(c.Risk)).
			WithMessage(sarif.NewTextMessage(s.tell(c))).
			WithPartialFingerprints(map[string]string{sarifKey: c.ID}).
			WithLocations([]*sarif.Location{s.location(at)}).
			WithTaxa(s.references(m)).
			WithProperties(properties(c, at, m)))
	}
}

// rule returns the index of c's rule, adding it when it is met first. As
// credentials come by risk, the first one has the highest of the rule.
func (s *sarifRun) rule(c *sprawl.Credential, m mapping) int {
	if n, ok := s.rules[c.Rule]; ok {
		return n
	}
	about := message(s.doc.about(c.Rule))
	tags := []string{"security", "secret", "tier/" + string(c.Tier)}
	for _, id := range m.CWE {
		tags = append(tags, "external/cwe/"+strings.ToLower(id)) // what code hosts look for
	}
	help := "Withdraw the credential at its issuer, then put a new one where only those who need it can read it. " +
		"Removing it from the file is not enough: it stays in the history, and in every copy."
	bag := sarif.NewPropertyBag().WithTags(tags).
		Add("security-severity", severity(c.Risk)).Add("precision", precision(c.Tier))
	r := sarif.NewReportingDescriptor().WithID(c.Rule).WithName(pascal(c.Rule)).
		WithShortDescription(sarif.NewMultiformatMessageString().WithText(about)).
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(about + ", in content that others can read.")).
		WithHelp(sarif.NewMultiformatMessageString().WithText(help)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level(&sprawl.Credential{Tier: c.Tier, Confidence: 100}))).
		WithProperties(bag)
	if page, err := url.Parse(s.doc.docs(c.Rule)); err == nil && page.Scheme == "https" && page.Host != "" {
		r.WithHelpURI(page.String())
	}
	n := len(s.run.Tool.Driver.Rules)
	s.rules[c.Rule] = n
	s.run.Tool.Driver.AddRule(r)
	return n
}

// severity is the risk as the number from 0 to 10 that code hosts sort by.
func severity(risk int) string { return fmt.Sprintf("%d.%d", risk/10, risk%10) }

func precision(t sprawl.Tier) string {
	if t == sprawl.Generic {
		return "medium"
	}
	return "high"
}

// pascal turns a rule's id into the form that names of rules have in SARIF.
func pascal(id string) string {
	var b strings.Builder
	for w := range strings.SplitSeq(id, "-") {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return message(b.String())
}

// level says how loud a result is. What works, or crosses a boundary with a
// format of its own, is an error; a guess is a note.
func level(c *sprawl.Credential) string {
	structured := c.Tier != sprawl.Generic
	switch {
	case c.Verdict.State == sprawl.Live:
		return sarif.LevelError
	case c.Verdict.State == sprawl.Dead || c.Confidence <= 25:
		return sarif.LevelNote
	case structured && c.Crossing != nil:
		return sarif.LevelError
	case structured || c.Crossing != nil:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

// tell is what a person reads of a result.
func (s *sarifRun) tell(c *sprawl.Credential) string {
	v := verdict(c.Verdict)
	text := s.doc.about(c.Rule) + ", " + c.Hint + ", "
	switch v.State {
	case sprawl.Live:
		text += "works"
	case sprawl.Dead:
		text += "no longer works"
	default:
		text += "may work: " + v.Reason
	}
	if c.Note != "" {
		text += "; " + c.Note
	}
	if c.Crossing != nil {
		text += "; " + c.Crossing.Why
	}
	return message(text) + "."
}

// message makes text safe as a SARIF message, in which brackets make links and
// braces are filled in (sections 3.11.5 and 3.11.6).
func message(s string) string {
	return strings.NewReplacer("[", "(", "]", ")", "{", "(", "}", ")").Replace(safe(s))
}

// properties holds what SARIF has no field for.
func properties(c *sprawl.Credential, at *sprawl.Location, m mapping) *sarif.PropertyBag {
	v := verdict(c.Verdict)
	bag := sarif.NewPropertyBag().Add("confidence", c.Confidence).Add("risk", c.Risk).Add("tier", string(c.Tier)).
		Add("verdict", string(v.State)).Add("hint", c.Hint).
		Add("owasp_nhi", m.OWASP).Add("nist_csf", m.CSF).Add("sp800_53", m.SP80053).Add("cwe", m.CWE)
	if c.Crossing != nil {
		bag.Add("crosses", list(c.Crossing.Facets))
	}
	if !at.Object.IsZero() {
		bag.Add("object", at.Object.String())
	}
	if len(at.Encoding) > 0 {
		bag.Add("encoding", at.Encoding)
	}
	if env := at.Zone.Get("env"); env != "" {
		bag.Add("env", env)
	}
	if l := at.Life; l != nil {
		bag.Add("commit", l.Commit).Add("inHead", l.InHead)
		if l.Removed != "" {
			bag.Add("removed", l.Removed)
		}
	}
	return bag
}

// invocation tells whether the run was complete.
func (s *sarifRun) invocation() *sarif.Invocation {
	r := &s.doc.Receipt
	in := sarif.NewInvocation().WithExecutionSuccessful(r.Complete).WithExitCode(s.doc.Exit)
	for i, g := range r.Gaps {
		text := "could not be read: " + g.What + ": " + g.Why
		if i == maxNotifications {
			text = count(int64(len(r.Gaps)-i)) + " more could not be read"
		}
		in.AddToolExecutionNotification(sarif.NewNotification().WithLevel(sarif.LevelError).WithMessage(sarif.NewTextMessage(message(text))))
		if i == maxNotifications {
			break
		}
	}
	in.WithProperties(sarif.NewPropertyBag().Add("bytes", r.Bytes).Add("objects", r.Objects).Add("commits", r.Commits).
		Add("refs", r.Refs).Add("rules", r.Rules).Add("skipped", len(r.Skipped)).Add("gaps", len(r.Gaps)))
	return in
}
