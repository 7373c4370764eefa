package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
)

func newSweep(c console, code *int) *cobra.Command {
	var f scanFlags
	file, dry := "", false
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Read everything that sprawl.toml names, as far as it changed, into the register",
		Long: `Sweep works through the targets of sprawl.toml, and records what it finds in the
register that is named there. A target that did not change since it was read in
full, under the same rules, is not read again; what is known of it stays. A sweep
that was stopped, even by kill -9, goes on with the targets that it had not
finished. The report is of all that the register then knows.`,
		Example: "  sprawl sweep --dry-run\n  sprawl sweep --file org/sprawl.toml --format json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := newSweeping(cmd.Context(), c, &f, file)
			if err != nil {
				*code = exitRequest
				return err
			}
			defer w.store.Close()
			if dry {
				return w.plan(cmd.Context())
			}
			*code, err = w.run(cmd.Context())
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&file, "file", "sprawl.toml", "what is swept, and how")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be read and what that needs, and read nothing")
	for _, name := range []string{"staged", "since", "pre-push", "pre-receive", "known", "new"} {
		_ = cmd.Flags().MarkHidden(name) // of no use here, and refused
	}
	return cmd
}

// A sweeping is a sweep in progress: its targets, and what the register knows of
// earlier ones.
type sweeping struct {
	c      console
	f      *scanFlags
	file   *sweep.File
	set    *detectors.Set
	store  *register.Store
	policy *boundary.Policy
	rules  string        // what the state in the register was made under
	name   sprawl.Target // of the sweep itself, in the register's state
	id     string        // of this sweep, or of the one that it goes on with
	total  sprawl.Receipt
	notes  []string
}

// A goal is a target of a sweep.
type goal struct {
	target  sprawl.Target
	says    map[string]string
	version string // "" if it can't be told
	bytes   int64
	lists   bool // its own targets are goals of their own
}

func newSweeping(ctx context.Context, c console, f *scanFlags, name string) (*sweeping, error) {
	text, err := readBounded(name, 1<<20)
	if err != nil {
		return nil, err
	}
	w := &sweeping{c: c, f: f}
	if w.file, err = sweep.ParseFile(name, string(text)); err != nil {
		return nil, err
	}
	w.settings()
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.narrowings() > 0 || len(f.known) > 0 || f.store.onlyNew {
		return nil, errors.New("a sweep reads its targets whole: --since, --staged, --pre-push, --pre-receive, --known and --new are for scans")
	}
	if w.set, _, err = loadRules(f.rules); err != nil {
		return nil, err
	}
	key, err := givenKey(c, f.keyFile)
	if err != nil {
		return nil, err
	}
	if w.policy, err = loadPolicy(c, f.boundaries); err != nil {
		return nil, err
	}
	if w.store, err = f.store.open(ctx, c, key); err != nil {
		return nil, err
	}
	if w.store == nil {
		return nil, fmt.Errorf("%s: register: a sweep keeps its state in a register: name one", name)
	}
	abs, err := filepath.Abs(name)
	w.name = sprawl.Target("sweep:" + filepath.ToSlash(abs))
	w.rules = w.under()
	return w, err
}

// settings lets the file say what no flag does.
func (w *sweeping) settings() {
	f, file := w.f, w.file
	f.store.address = cmp.Or(f.store.address, file.Register)
	f.keyFile = cmp.Or(f.keyFile, file.KeyFile)
	f.boundaries = cmp.Or(f.boundaries, file.Boundaries)
	f.workers = cmp.Or(f.workers, file.Workers)
	f.rules = append(f.rules, file.Rules...)
	f.exclude = append(f.exclude, file.Exclude...)
	if len(file.FailOn) > 0 {
		f.failOn = file.FailOn
	}
	v := file.Verify
	f.verify.ask = f.verify.ask || v.Ask
	f.verify.logins = f.verify.logins || v.Logins
	f.verify.hosts = append(f.verify.hosts, v.IssuerHosts...)
	f.verify.named = append(f.verify.named, v.PrivateHosts...)
	f.verify.canaries = append(f.verify.canaries, v.Canaries...)
}

// under names everything that what is found depends on, beside what is read.
func (w *sweeping) under() string {
	h := sha256.New()
	rules := w.set.Hash()
	policy, _ := os.ReadFile(cmp.Or(w.f.boundaries, w.c.getenv("SPRAWL_BOUNDARIES"))) // was read before
	fmt.Fprintf(h, "%x %q %d %v %q", rules, w.f.exclude, w.f.minConfidence, w.f.verify.ask, policy)
	return hex.EncodeToString(h.Sum(nil))
}

// goals returns the targets, the cheapest to judge first: those that did not
// change cost nothing, and of the others the largest come first.
func (w *sweeping) goals(ctx context.Context, list bool) (all []goal, err error) {
	met := map[sprawl.Target]bool{}
	add := func(g goal) {
		if !met[g.target] {
			met[g.target] = true
			all = append(all, g)
		}
	}
	for _, t := range w.file.Targets {
		g, src, err := w.look(ctx, t.URL)
		if errors.Is(err, sources.ErrRequest) {
			return nil, fmt.Errorf("target %s: %w", t.URL, err)
		}
		if err != nil {
			w.total.Gaps = append(w.total.Gaps, sprawl.Gaps(sprawl.Target(t.URL), t.URL, err)...)
			continue
		}
		l, ok := src.(sprawl.Lister)
		if g.lists = ok; ok && list {
			err := l.Targets(ctx, func(t sprawl.Target, says map[string]string) error {
				add(goal{target: t, says: says})
				return nil
			})
			if err != nil && ctx.Err() == nil {
				w.total.Gaps = append(w.total.Gaps, sprawl.Gaps(g.target, "the list of repositories", err)...)
			}
		}
		closeAll([]sweep.Place{{Source: src}})
		add(g)
	}
	slices.SortStableFunc(all, func(a, b goal) int { return cmp.Compare(b.bytes, a.bytes) })
	return all, nil
}

// look opens a target to see whether its version can be told.
func (w *sweeping) look(ctx context.Context, arg string) (g goal, src sprawl.Source, err error) {
	place, err := openOne(ctx, w.c, w.f, arg, w.set)
	if err != nil {
		return g, nil, err
	}
	g.target = place.Target
	if v, ok := place.Source.(interface {
		Version(context.Context) (string, error)
	}); ok {
		g.version, err = v.Version(ctx)
		return g, place.Source, err
	}
	if scheme := g.target.Scheme(); scheme != "dir" && scheme != "jsonl" {
		return g, place.Source, nil // listing its units would be reading it
	}
	h, known := sha256.New(), true
	err = place.Source.Units(ctx, func(u sprawl.Unit) error {
		g.bytes += u.Bytes
		known = known && u.Version != ""
		fmt.Fprintf(h, "%q %q\n", u.Name, u.Version)
		return nil
	})
	if known {
		g.version = hex.EncodeToString(h.Sum(nil))
	}
	return g, place.Source, err
}

// The names of the units that the register keeps for each target.
const (
	wholeUnit = "whole" // in which version it was read in full
	sweepUnit = "sweep" // by which sweep
)

// done says why a goal need not be read, or "".
func (w *sweeping) done(ctx context.Context, g goal) (string, error) {
	state, err := w.store.Finished(ctx, absolute(g.target), w.rules)
	switch {
	case err != nil:
		return "", err
	case g.version != "" && state[wholeUnit] == g.version:
		return "did not change since it was read", nil
	case w.id != "" && state[sweepUnit] == w.id:
		return "was read before this sweep was stopped", nil
	}
	return "", nil
}

// begin goes on with the sweep that was stopped, or begins one.
func (w *sweeping) begin(ctx context.Context) error {
	state, err := w.store.Finished(ctx, w.name, w.rules)
	if err != nil {
		return err
	}
	if w.id = state[sweepUnit]; w.id != "" {
		w.notes = append(w.notes, "This sweep goes on with the one that was stopped.")
		return nil
	}
	w.id = time.Now().UTC().Format(time.RFC3339Nano)
	return w.mark(ctx, w.name, sweepUnit, w.id)
}

func (w *sweeping) mark(ctx context.Context, t sprawl.Target, name, version string) error {
	return w.store.Finish(ctx, sprawl.Unit{Target: t, Name: name, Version: version}, w.rules)
}

// run sweeps, and writes the report.
func (w *sweeping) run(ctx context.Context) (int, error) {
	began := time.Now()
	all := ctx
	if d := time.Duration(w.file.Budget.Time); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if err := w.begin(all); err != nil {
		return exitRequest, err
	}
	goals, err := w.goals(ctx, true)
	if err != nil {
		return exitRequest, err
	}
	for _, g := range goals {
		if ctx.Err() != nil {
			w.total.Gaps = append(w.total.Gaps, sprawl.Gap{Target: g.target, What: string(g.target), Why: "the sweep was stopped before it: the next one goes on with it"})
			continue
		}
		if err := w.one(ctx, g); err != nil {
			return exitRequest, err
		}
	}
	if ctx.Err() == nil {
		if err := w.mark(all, w.name, sweepUnit, ""); err != nil {
			return exitRequest, err
		}
	}
	return w.report(all, goals, began)
}

// one reads a goal, unless that is done.
func (w *sweeping) one(ctx context.Context, g goal) error {
	why, err := w.done(ctx, g)
	if err != nil {
		return err
	}
	if why != "" {
		w.notes = append(w.notes, fmt.Sprintf("%s %s.", g.target, why))
		return nil
	}
	f := *w.f
	f.alone, f.says = g.lists, g.says
	var doc *report.Document
	f.then = func(d *report.Document) error { doc = d; return nil }
	if _, err := scan(ctx, w.c, &f, []string{string(g.target)}); err != nil {
		w.total.Gaps = append(w.total.Gaps, sprawl.Gaps(g.target, string(g.target), err)...)
		return nil
	}
	w.count(doc)
	if !doc.Receipt.Complete {
		return nil // its gaps are to be told again
	}
	if err := w.mark(ctx, absolute(g.target), sweepUnit, w.id); err != nil || g.version == "" {
		return err
	}
	return w.mark(ctx, absolute(g.target), wholeUnit, g.version)
}

// count adds the receipt of one target to that of the sweep.
func (w *sweeping) count(doc *report.Document) {
	r, t := &doc.Receipt, &w.total
	t.Bytes, t.Scanned, t.Objects = t.Bytes+r.Bytes, t.Scanned+r.Scanned, t.Objects+r.Objects
	t.Commits, t.Refs = t.Commits+r.Commits, t.Refs+r.Refs
	t.Gaps, t.Skipped = append(t.Gaps, r.Gaps...), append(t.Skipped, r.Skipped...)
	t.Exposures = append(t.Exposures, r.Exposures...)
}

// report writes what the register knows now, whichever run found it.
func (w *sweeping) report(ctx context.Context, goals []goal, began time.Time) (int, error) {
	now := time.Now()
	if err := rejudge(ctx, w.store, w.policy, now); err != nil {
		return exitRequest, err
	}
	w.total.Rules = w.set.Len()
	w.total.Elapsed, w.total.Complete = now.Sub(began), len(w.total.Gaps) == 0
	doc := &report.Document{Tool: "sprawl", Version: version(), Receipt: w.total, Advise: advisor(), Started: began}
	for _, g := range goals {
		doc.Targets = append(doc.Targets, g.target)
	}
	err := w.store.Each(ctx, register.Query{}, func(e *register.Entry) error {
		if ok, _ := e.Accepted(now); ok || e.Present() == 0 {
			return nil
		}
		cr := fromEntry(e)
		w.policy.Cross(cr, now)
		cr.Risk, cr.Reasons = boundary.Risk(cr, now)
		doc.Credentials = append(doc.Credentials, *cr)
		return nil
	})
	if err != nil {
		return exitRequest, err
	}
	slices.SortFunc(doc.Credentials, func(a, b sprawl.Credential) int { return cmp.Compare(a.ID, b.ID) })
	if !w.f.quiet {
		doc.Notes = w.notes
	}
	doc.Exit = exitCode(doc, w.f.failOn)
	return doc.Exit, w.f.write(w.c, doc)
}

// plan says what a sweep would do.
func (w *sweeping) plan(ctx context.Context) error {
	goals, err := w.goals(ctx, false)
	if err != nil {
		return err
	}
	for _, g := range goals {
		why, err := w.done(ctx, g)
		if err != nil {
			return err
		}
		what := "to be read"
		switch {
		case why != "":
			what = "not read: " + why
		case g.bytes > 0:
			what = fmt.Sprintf("to be read, %d bytes", g.bytes)
		case g.lists:
			what = "to be read, with every repository that it lists then"
		}
		fmt.Fprintf(w.c.out, "%s: %s\n", oneLine(string(g.target)), what)
		printNeeds(w.c.out, g.target)
	}
	for _, gap := range w.total.Gaps {
		fmt.Fprintf(w.c.out, "%s: can't be read: %s\n", oneLine(string(gap.Target)), oneLine(gap.Why))
	}
	if w.file.Verify.Ask {
		fmt.Fprintln(w.c.out, "Issuers of what is found are asked whether it works: sprawl scan --plan TARGET names their hosts.")
	} else {
		fmt.Fprintln(w.c.out, "No issuer is asked.")
	}
	return nil
}

func printNeeds(out io.Writer, t sprawl.Target) {
	for _, k := range sources.Kinds() {
		if slices.Contains(k.Schemes, t.Scheme()) {
			fmt.Fprintln(out, wrap("  needs ", strings.TrimSpace(k.Needs), 80))
		}
	}
}
