package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/report"
)

// The files that a repository keeps its gate's policy in. They count as they
// are in the base of a change, never as the change has them.
const (
	policyRules      = ".sprawl/rules.toml"
	policyBoundaries = ".sprawl/boundaries.toml"
	policyAccepted   = ".sprawl/accepted"
)

// otherPolicy are files that steer scanners or the gate itself, and that a
// change should not touch unseen.
var otherPolicy = []string{".gitleaksignore", ".gitleaks.toml", ".betterleaks.toml", ".pre-commit-config.yaml", "action.yml"}

// A basePolicy is the policy in the base of a change.
type basePolicy struct {
	rev      string
	dir      string // of copies, as they are in the base; "" where there are none
	rules    []string
	bounds   string
	accepted []accepted
	reviews  []review
}

// A review is something in a change that a person should look at.
type review struct{ path, why string }

// maxPolicy bounds a policy file.
const maxPolicy = 4 << 20

// show returns a file as it is in a commit; nil where there is none.
func (k *checkout) show(ctx context.Context, rev, path string) ([]byte, error) {
	size, err := git(ctx, k.dir, "cat-file", "-s", rev+":"+path)
	if err != nil {
		return nil, nil
	}
	if len(strings.TrimSpace(size)) > 7 {
		return nil, fmt.Errorf("%s in %s is longer than %d bytes", path, rev, maxPolicy)
	}
	text, err := git(ctx, k.dir, "cat-file", "blob", rev+":"+path)
	return []byte(text), err
}

// readPolicy takes the policy from base, and says what tip would make of it.
func (k *checkout) readPolicy(ctx context.Context, base, tip string) (p *basePolicy, err error) {
	p = &basePolicy{rev: base}
	if p.dir, err = os.MkdirTemp("", "sprawl-policy-"); err != nil {
		return nil, err
	}
	for _, path := range []string{policyRules, policyBoundaries, policyAccepted} {
		text, err := k.show(ctx, base, path)
		if err != nil {
			return p, err
		}
		if text != nil {
			err = p.take(path, text)
		}
		if err != nil {
			return p, fmt.Errorf("in %s, which is what the change is compared with: %w", base[:min(10, len(base))], err)
		}
	}
	if base != tip {
		err = k.review(ctx, p, tip)
	}
	return p, err
}

func (p *basePolicy) close() {
	if p != nil && p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

// named returns err with files called what they are in the base, and not where
// their copies lie.
func (p *basePolicy) named(err error) error {
	if p == nil || p.dir == "" || !strings.Contains(err.Error(), p.dir) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), p.dir+string(filepath.Separator), p.rev[:min(10, len(p.rev))]+":"))
}

// take keeps one file of the policy.
func (p *basePolicy) take(path string, text []byte) (err error) {
	if path == policyAccepted {
		p.accepted, err = parseAccepted(path, string(text))
		return err
	}
	name := filepath.Join(p.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if path == policyRules {
		p.rules = []string{name}
	} else {
		p.bounds = name
	}
	return os.WriteFile(name, text, 0o600)
}

// An accepted is one line of the file of accepted credentials.
type accepted struct {
	id, owner, reason string
	until             time.Time
	line              int
	used              bool
}

// parseAccepted reads lines CREDENTIAL DAY OWNER REASON…, of which # begins one
// that says nothing. Each line stands alone, so that git can merge them.
func parseAccepted(name, text string) (all []accepted, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		field := strings.Fields(line)
		if len(field) == 0 || strings.HasPrefix(field[0], "#") {
			continue
		}
		if len(field) < 4 || !strings.HasPrefix(field[0], "cr_") {
			return nil, fmt.Errorf("%s:%d: want CREDENTIAL DAY OWNER REASON, such as cr_… 2027-05-31 @acme/pay test account", name, n)
		}
		day, err := time.Parse(time.DateOnly, field[1])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: the second field is no day such as 2027-05-31", name, n)
		}
		all = append(all, accepted{id: field[0], until: day.AddDate(0, 0, 1), owner: field[2], reason: strings.Join(field[3:], " "), line: n})
	}
	return all, nil
}

// review lists what the change does to policy.
func (k *checkout) review(ctx context.Context, p *basePolicy, tip string) error {
	out, err := git(ctx, k.dir, "diff", "--name-only", "--no-renames", "-z", p.rev, tip)
	if err != nil {
		return err
	}
	for path := range strings.SplitSeq(out, "\x00") {
		switch {
		case path == policyRules || path == policyBoundaries || path == policyAccepted:
			after, err := k.show(ctx, tip, path)
			if err != nil {
				return err
			}
			p.reviews = append(p.reviews, review{path, p.weakens(path, after)})
		case strings.HasPrefix(path, ".sprawl/"), slices.Contains(otherPolicy, path):
			p.reviews = append(p.reviews, review{path, "steers scanners, and does not count before it is merged"})
		case strings.HasPrefix(path, ".github/workflows/") || path == ".gitlab-ci.yml":
			text, err := k.show(ctx, tip, path)
			if err == nil && (text == nil || strings.Contains(string(text), "sprawl")) {
				p.reviews = append(p.reviews, review{path, "may be what runs this gate"})
			}
		}
	}
	return nil
}

// weakens says what a policy file would let through once it is merged.
func (p *basePolicy) weakens(path string, after []byte) string {
	const later = "does not count before it is merged; then it would "
	switch path {
	case policyAccepted:
		return later + p.accepts(path, after)
	case policyRules:
		return later + p.disables(path, after)
	}
	if after == nil {
		return later + "leave the gate without boundaries of its own"
	}
	if _, err := boundary.ParsePolicy(path, after); err != nil {
		return "does not count before it is merged, and then it would stop every gate: " + err.Error()
	}
	return later + "draw other boundaries: sprawl boundaries check --boundaries " + path
}

func (p *basePolicy) accepts(path string, after []byte) string {
	next, err := parseAccepted(path, string(after))
	if err != nil {
		return "stop every gate: " + err.Error()
	}
	var added []string
	for _, a := range next {
		old := slices.IndexFunc(p.accepted, func(b accepted) bool { return a.id == b.id })
		switch {
		case old < 0:
			added = append(added, a.id+" until "+a.until.AddDate(0, 0, -1).Format(time.DateOnly)+" by "+a.owner)
		case a.until.After(p.accepted[old].until):
			added = append(added, a.id+" for longer, until "+a.until.AddDate(0, 0, -1).Format(time.DateOnly))
		}
	}
	if len(added) == 0 {
		return "accept nothing that is not accepted now"
	}
	return "accept " + strings.Join(added, ", ")
}

// disables says which rules a change would switch off.
func (p *basePolicy) disables(path string, after []byte) string {
	_, before, err := loadRules(p.rules)
	if err != nil {
		return "replace rules that can't be read"
	}
	built, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err == nil && after != nil {
		built, err = detectors.Extend(built, path, after)
	}
	if err != nil {
		return "stop every gate: " + err.Error()
	}
	left := map[string]bool{}
	for i := range built {
		left[built[i].ID] = true
	}
	var off []string
	for i := range before {
		if !left[before[i].ID] {
			off = append(off, before[i].ID)
		}
	}
	if len(off) == 0 {
		return "switch no rule off, but may change some"
	}
	return "switch off " + strings.Join(off, ", ")
}

// accept leaves out of doc what the base accepts. One that has ended, that the
// issuer says works, or that is not needed, is said.
func (p *basePolicy) accept(doc *report.Document, now time.Time) {
	doc.Credentials = slices.DeleteFunc(doc.Credentials, func(cr sprawl.Credential) bool {
		i := slices.IndexFunc(p.accepted, func(a accepted) bool { return a.id == cr.ID })
		if i < 0 {
			return false
		}
		a := &p.accepted[i]
		a.used = true
		switch {
		case !now.Before(a.until):
			doc.Notes = append(doc.Notes, fmt.Sprintf("%s:%d: the acceptance of %s by %s has ended.", policyAccepted, a.line, a.id, oneLine(a.owner)))
		case cr.Verdict.State == sprawl.Live:
			doc.Notes = append(doc.Notes, fmt.Sprintf("%s:%d: %s was accepted by %s, and is void, as it works.", policyAccepted, a.line, a.id, oneLine(a.owner)))
		default:
			doc.Notes = append(doc.Notes, fmt.Sprintf("%s is accepted by %s: %s", a.id, oneLine(a.owner), oneLine(a.reason)))
			return true
		}
		return false
	})
}

// stale says which acceptances a run over everything had no use for.
func (p *basePolicy) stale() (notes []string) {
	for _, a := range p.accepted {
		if !a.used {
			notes = append(notes, fmt.Sprintf("%s:%d: nothing needs the acceptance of %s any more.", policyAccepted, a.line, a.id))
		}
	}
	return notes
}

var errNoGit = errors.New("git is not here, and a gate needs it to find what a change is compared with")
