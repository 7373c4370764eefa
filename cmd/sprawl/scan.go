package main

import (
	"context"
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
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
)

// scanFlags are the flags of sprawl scan.
type scanFlags struct {
	format, output, color string
	failOn                []string
	minConfidence         int
	all, why, quiet       bool
	since                 string
	staged, noDelta       bool
	preReceive            bool
	prePush               string
	pushed                *push // what a push brings; nil where no hook says
	exclude, rules, honor []string
	keyFile               string
	boundaries            string
	workers               int
	verify                verifyFlags
	store                 registerFlags
	then                  func(*report.Document) error // in place of writing the report

	// inspect, if not nil, is told what was found before that is judged.
	inspect func(in *register.Inventory, doc *report.Document)

	alone  bool                                         // what the places list is not read
	says   map[string]string                            // what the place that listed the targets says of them
	known  []string                                     // stores whose values are looked for
	values []detectors.Value                            // that are looked for
	only   func(*register.Key, *sprawl.Credential) bool // what is reported; nil for all
}

func newScan(c console, code *int) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [TARGET…]",
		Short: "Scan git history, directories, files or standard input",
		Long: `Scan looks for credentials in each TARGET and shows each credential once, with
all its places. A target is a path (a repository is read with its whole history,
anything else as files), - for standard input, the address of a remote
repository, or a URL such as git:., dir:/etc or git+https://host/repo.
Without one it is the repository or directory that you stand in.`,
		Example: `  sprawl scan
  sprawl scan --staged
  sprawl scan --since origin/main
  sprawl scan dir:. https://example.com/acme/api.git
  tail -n 5000 build.log | sprawl scan -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			*code, err = scan(cmd.Context(), c, &f, args)
			return err
		},
	}
	f.register(cmd)
	offer(cmd)
	return cmd
}

func (f *scanFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&f.format, "format", "f", "text", "how to report: "+strings.Join(report.Names(), ", "))
	fl.StringVarP(&f.output, "output", "o", "", "write the report to `FILE` instead of standard output")
	fl.StringSliceVar(&f.failOn, "fail-on", []string{"structured"}, "exit 1 when one is found: "+strings.Join(failClasses, ", "))
	fl.IntVar(&f.minConfidence, "min-confidence", usualConfidence, "leave out what is less sure than this, 0 to 100")
	fl.BoolVar(&f.all, "all", false, "show every place of every credential")
	fl.StringVar(&f.since, "since", "", "only what commits after `REV` bring")
	fl.BoolVar(&f.staged, "staged", false, "only what is staged for the next commit")
	fl.BoolVar(&f.preReceive, "pre-receive", false, "only what a push brings, as git tells a pre-receive hook on standard input")
	fl.StringVar(&f.prePush, "pre-push", "", "only what a push to `REMOTE` brings, as git tells a pre-push hook on standard input")
	fl.StringSliceVar(&f.exclude, "exclude", nil, "leave out files whose path matches `GLOB` (directories only)")
	fl.StringSliceVar(&f.rules, "rules", nil, "add the rules in `FILE`; one whose id is built in replaces that, and disable = [\"id\"] leaves one out")
	fl.StringArrayVar(&f.known, "known", nil, "look everywhere else for the values that the store `TARGET` holds, in every encoding")
	fl.StringSliceVar(&f.honor, "honor", nil, "leave out what its authors asked other scanners to pass over: "+strings.Join(honorable, ", "))
	fl.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
	fl.StringVar(&f.boundaries, "boundaries", "", "`FILE` that says which boundaries there are (or SPRAWL_BOUNDARIES)")
	f.verify.register(cmd)
	f.store.register(cmd)
	fl.BoolVar(&f.noDelta, "no-delta", false, "scan every object whole (slow; finds the same)")
	fl.IntVar(&f.workers, "workers", 0, "units to read at once; 0 is one for each processor")
	fl.StringVar(&f.color, "color", "auto", "colours: auto, always, never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no notes")
}

// defaultConfidence is the least of what is shown without being asked for.
const defaultConfidence = 40

// The classes of findings that --fail-on can name.
var failClasses = []string{"any", "structured", "crossing", "live", "none"}

func (f *scanFlags) check() error {
	for _, class := range f.failOn {
		if !slices.Contains(failClasses, class) {
			return fmt.Errorf("--fail-on %q: want one of %s", class, strings.Join(failClasses, ", "))
		}
	}
	for _, what := range f.honor {
		if !slices.Contains(honorable, what) {
			return fmt.Errorf("--honor %q: want one of %s", what, strings.Join(honorable, ", "))
		}
	}
	if _, ok := report.Formats()[f.format]; !ok {
		return fmt.Errorf("--format %q: want one of %s", f.format, strings.Join(report.Names(), ", "))
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return fmt.Errorf("--color %q: want auto, always or never", f.color)
	}
	if f.minConfidence < 0 || f.minConfidence > 100 {
		return fmt.Errorf("--min-confidence %d: want 0 to 100", f.minConfidence)
	}
	if dir := filepath.Dir(f.output); f.output != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("--output: there is no directory %q", dir) // better now than after hours
		}
	}
	if f.narrowings() > 1 {
		return errors.New("--staged, --since, --pre-push and --pre-receive: give one of them")
	}
	return nil
}

// narrowings counts the flags that say what part of a repository is read.
func (f *scanFlags) narrowings() (n int) {
	for _, given := range []bool{f.staged, f.since != "", f.preReceive, f.prePush != "" || f.pushed != nil && !f.preReceive} {
		if given {
			n++
		}
	}
	return n
}

// loadRules returns the built-in rules, with those of files added.
func loadRules(files []string) (*detectors.Set, []detectors.Rule, error) {
	rules, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return nil, nil, err
	}
	if rules, err = extend(rules, files); err != nil {
		return nil, nil, err
	}
	set, err := detectors.Compile(rules)
	return set, rules, err
}

// extend returns rules with those of files added.
func extend(rules []detectors.Rule, files []string) ([]detectors.Rule, error) {
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		if rules, err = detectors.Extend(rules, name, text); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// loadKey returns the key of fingerprints, from a file or the environment. A
// run without one has a key of its own, and says what that means.
func loadKey(c console, file string) (*register.Key, []string, error) {
	text, ok := c.env("SPRAWL_KEY")
	source := "SPRAWL_KEY"
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, fmt.Errorf("--key-file: %w", err)
		}
		text, ok, source = string(raw), true, file
	}
	if !ok {
		return register.NewRunKey(), []string{"No key was given (SPRAWL_KEY or --key-file), so the ids of credentials are this run's only."}, nil
	}
	key, err := register.ParseKey(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", source, err)
	}
	return key, nil, nil
}

// open opens the source of each target. A target that is right, but can't be
// read, is a gap: the others are read all the same.
func open(ctx context.Context, c console, f *scanFlags, args []string, set *detectors.Set) (places []sweep.Place, shut []sprawl.Gap, err error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	for _, arg := range args {
		place, err := openOne(ctx, c, f, arg, set)
		switch {
		case errors.Is(err, sources.ErrRequest):
			closeAll(places)
			return nil, nil, err
		case err != nil:
			shut = append(shut, sprawl.Gaps(place.Target, string(place.Target), err)...)
		default:
			places = append(places, place)
		}
	}
	return places, shut, nil
}

func openOne(ctx context.Context, c console, f *scanFlags, arg string, set *detectors.Set) (sweep.Place, error) {
	t, err := sources.Infer(arg)
	if err == nil && f.narrowings() > 0 && t.Scheme() == "dir" {
		err = fmt.Errorf("%w: %q is not a git repository, which --staged, --since, --pre-push and --pre-receive need", sources.ErrRequest, arg)
	}
	if err != nil {
		return sweep.Place{}, err
	}
	src, err := sources.Open(ctx, t, f.sourceOptions(c, set))
	if err != nil {
		return sweep.Place{Target: t}, err
	}
	if named, ok := src.(interface{ Target() sprawl.Target }); ok {
		t = named.Target()
	}
	return sweep.Place{Target: t, Source: src}, nil
}

// sourceOptions says how sources are read.
func (f *scanFlags) sourceOptions(c console, set *detectors.Set) sources.Options {
	o := sources.Options{
		Reach: set.Reach(), Stdin: c.in, Environ: os.Environ(), Getenv: c.getenv,
		Exclude: f.exclude, NoDelta: f.noDelta, Since: f.since, Staged: f.staged,
		IndexFile: c.getenv("GIT_INDEX_FILE"), GitDir: c.getenv("GIT_DIR"),
	}
	if f.pushed != nil {
		o.Tips, o.Known, o.ObjectDirs = f.pushed.tips, f.pushed.known, quarantine(c)
	}
	return o
}

func closeAll(places []sweep.Place) {
	for _, p := range places {
		if closer, ok := p.Source.(io.Closer); ok {
			_ = closer.Close()
		}
	}
}

// leaveOut adds to doc what could not even be opened.
func leaveOut(doc *report.Document, shut []sprawl.Gap) {
	for _, g := range shut {
		doc.Targets = append(doc.Targets, g.Target)
		doc.Receipt.Gaps = append(doc.Receipt.Gaps, g)
		doc.Receipt.Complete = false
	}
}

// document gathers what was found, less what is not sure enough to be shown.
func document(places []sweep.Place, in *register.Inventory, receipt sprawl.Receipt, began time.Time, f *scanFlags, notes []string, rules []detectors.Rule) *report.Document {
	doc := &report.Document{
		Tool: "sprawl", Version: version(), Receipt: receipt,
		About:  told(rules, func(r *detectors.Rule) string { return r.About }),
		Docs:   told(rules, func(r *detectors.Rule) string { return r.Docs }),
		Advise: advisor(), Started: began,
	}
	for _, p := range places {
		doc.Targets = append(doc.Targets, p.Target)
	}
	var hidden int
	doc.Credentials, hidden = in.Sure(doc.Targets, f.minConfidence)
	say(doc.Credentials, places)
	if root, ok := workTree(doc.Targets); ok && f.narrowings() == 0 {
		notes = append(notes, fmt.Sprintf("Files that are not committed were not read: sprawl scan dir:%s reads them.", root))
	}
	if hidden > 0 {
		notes = append(notes, fmt.Sprintf("%d more of confidence below %d: --min-confidence 0 shows them.", hidden, f.minConfidence))
	}
	if !f.quiet {
		doc.Notes = notes
	}
	return doc
}

// say gives locations what the place that listed their target says of it.
func say(credentials []sprawl.Credential, places []sweep.Place) {
	says := map[sprawl.Target]map[string]string{}
	for _, p := range places {
		says[p.Target] = p.Says
	}
	for i := range credentials {
		for k := range credentials[i].Locations {
			if at := &credentials[i].Locations[k]; at.Says == nil {
				at.Says = says[at.Target]
			}
		}
	}
}

// workTree returns the first of targets that is a local repository with files
// checked out, unless a directory is among them too.
func workTree(targets []sprawl.Target) (root string, ok bool) {
	for _, t := range targets {
		if t.Scheme() == "dir" {
			return "", false
		}
		if _, err := os.Stat(filepath.Join(t.Rest(), ".git")); err == nil && t.Scheme() == "git" && !ok {
			root, ok = t.Rest(), true
		}
	}
	return root, ok
}

// told returns what each rule says of itself, by id.
func told(rules []detectors.Rule, what func(*detectors.Rule) string) func(id string) string {
	by := make(map[string]string, len(rules))
	for i := range rules {
		by[rules[i].ID] = what(&rules[i])
	}
	return func(id string) string { return by[id] }
}

// exitCode says what the findings and the receipt come to.
func exitCode(doc *report.Document, failOn []string) int {
	for i := range doc.Credentials {
		if fails(&doc.Credentials[i], failOn) {
			return exitFound
		}
	}
	if !doc.Receipt.Complete {
		return exitIncomplete
	}
	return exitClean
}

func fails(c *sprawl.Credential, failOn []string) bool {
	for _, class := range failOn {
		switch {
		case class == "any",
			class == "structured" && c.Tier != sprawl.Generic && c.Verdict.State != sprawl.Dead,
			class == "crossing" && c.Crossing != nil,
			class == "live" && c.Verdict.State == sprawl.Live:
			return true
		}
	}
	return false
}

// write writes the report to where the user wants it.
func (f *scanFlags) write(c console, doc *report.Document) error {
	if f.then != nil {
		return f.then(doc)
	}
	o := report.Options{All: f.all, Why: f.why, Width: width(c.out), Color: colored(c, f)}
	if f.output != "" {
		o.Color, o.Width = f.color == "always", 0
	}
	return f.to(c, func(w io.Writer) error { return report.Formats()[f.format](w, doc, o) })
}

// to lets write write to the file that the user wants, or to standard output.
func (f *scanFlags) to(c console, write func(io.Writer) error) (err error) {
	if f.output == "" {
		return write(c.out)
	}
	file, err := os.OpenFile(f.output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return write(file)
}
