package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/report"
)

// ciFlags are the flags of sprawl ci.
type ciFlags struct {
	scanFlags
	base, head          string
	sarif, json, gitlab string
	comment, selfTest   bool
}

func newCI(c console, code *int) *cobra.Command {
	f := ciFlags{}
	f.format, f.color = "text", "never"
	cmd := &cobra.Command{
		Use:   "ci",
		Short: "Be the gate of a CI job: find out what changed, scan it, and say so where people look",
		Long: `Ci finds out where it runs (GitHub Actions, GitLab, Jenkins, CircleCI, Azure
Pipelines, Buildkite, Bitbucket Pipelines, or nowhere known), what the change
brings, and what it is compared with; what is missing of a shallow checkout is
fetched. Rules, boundaries and accepted credentials are those of what the change
is compared with; a change to them is listed for review. At GitHub it writes
annotations, the job's summary, outputs and, if asked, one comment.`,
		Example: `  sprawl ci
  sprawl ci --base origin/main --sarif sprawl.sarif
  SPRAWL_BYPASS='false alarm, ticket 4711' sprawl ci`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			*code = (&gate{c: c, f: &f}).run(cmd.Context())
			return nil
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.base, "base", "", "`REV` or branch that has what is not new (default: what the CI system says)")
	fl.StringVar(&f.head, "head", "", "`REV` that the change ends with (default: what the CI system says)")
	fl.StringSliceVar(&f.failOn, "fail-on", []string{"structured"}, "exit 1 when one is found: "+strings.Join(failClasses, ", "))
	fl.IntVar(&f.minConfidence, "min-confidence", usualConfidence, "leave out what is less sure than this, 0 to 100")
	fl.StringVar(&f.sarif, "sarif", "", "write SARIF for code scanning to `FILE`")
	fl.StringVar(&f.json, "json", "", "write the report as JSON lines to `FILE`")
	fl.StringVar(&f.gitlab, "gitlab", "", "write a secret-detection report to `FILE` (at GitLab gl-secret-detection-report.json)")
	fl.BoolVar(&f.comment, "comment", false, "keep one comment on the pull request up to date (needs GITHUB_TOKEN)")
	fl.BoolVar(&f.selfTest, "self-test", true, "first let every rule find a made-up credential in memory")
	fl.StringSliceVar(&f.rules, "rules", nil, "add the rules in `FILE` instead of those in the base's .sprawl/rules.toml")
	fl.StringVar(&f.boundaries, "boundaries", "", "`FILE` with boundaries (or SPRAWL_BOUNDARIES) instead of the base's .sprawl/boundaries.toml")
	fl.StringSliceVar(&f.honor, "honor", nil, "leave out what its authors asked other scanners to pass over: "+strings.Join(honorable, ", "))
	fl.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
	f.verify.register(cmd)
	f.store.register(cmd)
	return cmd
}

// A gate is one run of sprawl ci.
type gate struct {
	c   console
	f   *ciFlags
	at  ciRun
	rng ciRange
	pol *basePolicy
	doc *report.Document
}

// run goes through the gate and returns the exit code. Whatever it can't do
// makes it fail.
func (g *gate) run(ctx context.Context) int {
	code, err := g.decide(ctx)
	if err != nil {
		err = g.pol.named(err)
		g.complain(err, code)
	}
	if err := g.publish(ctx, code, err); err != nil {
		fmt.Fprintln(g.c.err, "sprawl: "+printable(err.Error()))
		if code == exitClean {
			code = exitIncomplete
		}
	}
	g.pol.close()
	return code
}

// complain says why the gate is shut, and how to go on in need.
func (g *gate) complain(err error, code int) {
	fmt.Fprintln(g.c.err, "sprawl: "+printable(err.Error()))
	fmt.Fprintln(g.c.err, "sprawl: the change was not checked, so the gate stays shut. In need, SPRAWL_BYPASS='why' lets it through, and says so.")
}

// decide scans what the change brings. An error means that it was not checked.
func (g *gate) decide(ctx context.Context) (int, error) {
	if err := g.f.check(); err != nil {
		return exitRequest, err
	}
	at, unknown := whereAmI(g.c)
	g.at = at
	if reason := strings.TrimSpace(oneLine(g.c.getenv("SPRAWL_BYPASS"))); reason != "" {
		return g.bypass(reason)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return exitIncomplete, errNoGit
	}
	if unknown != nil {
		return exitIncomplete, unknown
	}
	g.at.base, g.at.tip = cmp.Or(g.f.base, g.at.base), cmp.Or(g.f.head, g.at.tip)
	if g.f.base != "" {
		g.at.note = ""
	}
	if err := g.at.check(); err != nil {
		return exitRequest, err
	}
	if g.at.nothing != "" {
		g.doc = emptyDocument(g.at.nothing + ": there was nothing to read")
		return exitClean, nil
	}
	return g.scan(ctx)
}

// bypass lets a change through unchecked, for a reason that everybody sees.
func (g *gate) bypass(reason string) (int, error) {
	if len(reason) < 4 || strings.EqualFold(reason, "true") {
		return exitRequest, errors.New("SPRAWL_BYPASS must say why, for who reads the record later")
	}
	g.doc = emptyDocument("SPRAWL_BYPASS: " + reason)
	g.doc.Notes = append(g.doc.Notes, "Nothing was checked, as SPRAWL_BYPASS says: "+reason)
	return exitClean, nil
}

// emptyDocument is the report of a run that read nothing, and says why.
func emptyDocument(why string) *report.Document {
	return &report.Document{
		Tool: "sprawl", Version: version(),
		Receipt: sprawl.Receipt{Complete: true, Skipped: []sprawl.Gap{{What: "the change", Why: why}}},
	}
}

// scan reads the range under the policy of its base.
func (g *gate) scan(ctx context.Context) (code int, err error) {
	k := &checkout{dir: "."}
	if _, err := git(ctx, k.dir, "rev-parse", "--git-dir"); err != nil {
		return exitIncomplete, fmt.Errorf("there is no repository here: check it out first (%w)", err)
	}
	if g.rng, err = k.rangeOf(ctx, &g.at); err != nil {
		return exitIncomplete, err
	}
	if g.pol, err = k.readPolicy(ctx, cmp.Or(g.rng.base, g.rng.tip), g.rng.tip); err != nil {
		return exitIncomplete, err
	}
	f := &g.f.scanFlags
	if len(f.rules) == 0 {
		f.rules = g.pol.rules
	}
	if f.boundaries == "" && g.c.getenv("SPRAWL_BOUNDARIES") == "" {
		f.boundaries = g.pol.bounds
	}
	if g.rng.base != "" {
		f.pushed = &push{refs: 1, tips: []string{g.rng.tip}, known: []string{g.rng.base}}
	}
	if g.at.fork {
		g.distrust(f)
	}
	if g.f.selfTest {
		if err := g.tryRules(f.rules); err != nil {
			return exitIncomplete, err
		}
	}
	f.then = func(doc *report.Document) error { g.doc = doc; return nil }
	if _, err = scan(ctx, g.c, f, nil); err != nil {
		return exitIncomplete, err
	}
	g.pol.accept(g.doc, time.Now())
	if g.rng.base == "" {
		g.doc.Notes = append(g.doc.Notes, g.pol.stale()...)
	}
	g.doc.Exit = exitCode(g.doc, f.failOn)
	return g.doc.Exit, nil
}

// distrust takes from the scan what a change from a fork must not make use of:
// issuers, the key and the register.
func (g *gate) distrust(f *scanFlags) {
	if f.verify.ask || f.verify.plan {
		g.note("Nobody was asked whether credentials work: the change comes from a fork.")
	}
	env := g.c.env
	g.c.env = func(name string) (string, bool) {
		if name == "SPRAWL_KEY" || name == "SPRAWL_REGISTER" {
			return "", false
		}
		return env(name)
	}
	f.verify, f.keyFile, f.store = verifyFlags{}, "", registerFlags{}
}

func (g *gate) note(text string) {
	g.at.note = strings.TrimSpace(g.at.note + " " + text)
}

// tryRules lets every rule find a credential that was made up for it.
func (g *gate) tryRules(files []string) error {
	set, rules, err := loadRules(files)
	if err != nil {
		return err
	}
	failures, tried := detectors.Canaries(set, rules, uint64(time.Now().UnixNano()))
	if len(failures) > 0 {
		return fmt.Errorf("the self-test failed: %d of %d rules do not see a credential made for them; the first: %w", len(failures), len(rules), failures[0])
	}
	g.note(fmt.Sprintf("Self-test: %d of %d rules found the credential made for them.", tried, len(rules)))
	return nil
}

// publish writes the report to wherever people look.
func (g *gate) publish(ctx context.Context, code int, failed error) error {
	if g.doc == nil {
		why := "it ended before anything was read"
		if failed != nil {
			why = failed.Error()
		}
		g.doc = emptyDocument("")
		g.doc.Receipt = sprawl.Receipt{Gaps: []sprawl.Gap{{What: "the change", Why: why}}}
	}
	g.doc.Exit = code
	if g.at.note != "" {
		g.doc.Notes = append(g.doc.Notes, g.at.note)
	}
	if g.pol != nil {
		for _, r := range g.pol.reviews {
			g.doc.Notes = append(g.doc.Notes, "Review "+oneLine(r.path)+": it "+oneLine(r.why)+".")
		}
	}
	if g.at.system == "GitLab" && g.f.gitlab == "" {
		g.f.gitlab = "gl-secret-detection-report.json"
	}
	for format, name := range map[string]string{"sarif": g.f.sarif, "json": g.f.json, "gitlab": g.f.gitlab} {
		if name == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		to := scanFlags{format: format, output: name, color: "never"}
		if err := to.write(g.c, g.doc); err != nil {
			return err
		}
	}
	if g.at.system == "GitHub Actions" {
		return g.onGitHub(ctx)
	}
	if g.at.system == "Azure Pipelines" {
		g.azure()
	}
	return g.f.inText(g.c, g.doc)
}

// inText writes the report for people to standard output.
func (f *ciFlags) inText(c console, doc *report.Document) error {
	to := scanFlags{format: "text", color: "never"}
	return to.write(c, doc)
}
