package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/report"
)

// loadPolicy reads the boundaries that the operator names: by flag, or in the
// environment. Nothing in what is scanned is ever asked for one.
func loadPolicy(c console, file string) (*boundary.Policy, error) {
	flag := "--boundaries"
	if file == "" {
		file, flag = c.getenv("SPRAWL_BOUNDARIES"), "SPRAWL_BOUNDARIES"
	}
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return boundary.ParsePolicy(file, text)
}

// wantEnvironments makes the run incomplete if the policy wants to know the
// environment of every place, and that of some can't be told.
func wantEnvironments(doc *report.Document, p *boundary.Policy) {
	if !p.WantsEnvironments() {
		return
	}
	missing := map[sprawl.Target]int{}
	for i := range doc.Credentials {
		for _, at := range doc.Credentials[i].Locations {
			if at.Zone.Get("env") == "" {
				missing[at.Target]++
			}
		}
	}
	for _, t := range doc.Targets {
		if n := missing[t]; n > 0 {
			doc.Receipt.Gaps = append(doc.Receipt.Gaps, sprawl.Gap{
				Target: t, What: "boundaries",
				Why: fmt.Sprintf("the environment of %d places can't be told, and unknown_env is \"fail\": add [[zone]] entries (sprawl boundaries coverage)", n),
			})
			doc.Receipt.Complete = false
		}
	}
}

func newBoundaries(c console, code *int) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "boundaries",
		Short: "Show where places stand in terms of trust, and check the policy about it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return errors.New("say what to do: sprawl boundaries explain, check or coverage")
		},
	}
	cmd.AddCommand(newBoundariesExplain(c, code), newBoundariesCheck(c, code), newBoundariesCoverage(c, code))
	return cmd
}

// lookFlags are the flags of commands that scan to see where things lie.
type lookFlags struct{ scanFlags }

func (f *lookFlags) register(cmd *cobra.Command) {
	f.failOn, f.format, f.color, f.quiet = []string{"none"}, "text", "never", true
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.boundaries, "boundaries", "", "`FILE` that says which boundaries there are (or SPRAWL_BOUNDARIES)")
	fl.IntVar(&f.minConfidence, "min-confidence", 40, "leave out what is less sure than this, 0 to 100")
	fl.StringSliceVar(&f.exclude, "exclude", nil, "leave out files whose path matches `GLOB` (directories only)")
	fl.StringSliceVar(&f.rules, "rules", nil, "add the rules in `FILE`")
	fl.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
}

func newBoundariesExplain(c console, code *int) *cobra.Command {
	var f lookFlags
	var p explainPlace
	cmd := &cobra.Command{
		Use:   "explain LOCATION [PATH] | CREDENTIAL [TARGET…]",
		Short: "Say what tells where a place stands, in the order in which it counts",
		Long: `Explain shows each facet of a place with everything that tells it: first what
counts, then what it outweighs. Nothing is read: a LOCATION is a path, or a target
such as consul:config/payments/prod/db, with the path in it as a second argument
where it needs one. Of a CREDENTIAL, which is an id that a report shows, it scans
the targets and explains every place, where it belongs, and its risk.`,
		Example: `  sprawl boundaries explain deploy/prod/app.yaml
  sprawl boundaries explain gitlab-ci://acme/api DB_URL --say environment=review/7
  sprawl boundaries explain cr_e477yvqdecgge27akrux .`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.HasPrefix(args[0], "cr_") {
				var err error
				*code, err = explainCredential(cmd.Context(), c, &f, args[0], args[1:])
				return err
			}
			return p.explain(c, &f, args)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&p.key, "key", "", "the `NAMES` under which a file holds the value, such as production.password")
	cmd.Flags().StringArrayVar(&p.says, "say", nil, "what the platform says of the place, as `KEY=VALUE`")
	return cmd
}

func newBoundariesCheck(c console, code *int) *cobra.Command {
	var f lookFlags
	cmd := &cobra.Command{
		Use:   "check [TARGET…]",
		Short: "Check a policy of boundaries, and with targets, which of its entries nothing needs",
		Long: `Check reads the policy that --boundaries or SPRAWL_BOUNDARIES names, and says what
is wrong in it, with line and key (exit 2). With targets it scans them and lists
the entries that had no effect, and the allowances that have ended (exit 1).`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			*code, err = checkPolicy(cmd.Context(), c, &f, args)
			return err
		},
	}
	f.register(cmd)
	return cmd
}

func newBoundariesCoverage(c console, code *int) *cobra.Command {
	var f lookFlags
	cmd := &cobra.Command{
		Use:   "coverage [TARGET…]",
		Short: "Show of how many places with credentials each facet is known",
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			*code, err = coverage(cmd.Context(), c, &f, args)
			return err
		},
	}
	f.register(cmd)
	return cmd
}

// checkPolicy validates the policy, and lists what nothing in args needs.
func checkPolicy(ctx context.Context, c console, f *lookFlags, args []string) (int, error) {
	p, err := loadPolicy(c, f.boundaries)
	if err != nil {
		return exitRequest, err
	}
	if p == nil {
		return exitRequest, errors.New("which policy? name it with --boundaries or SPRAWL_BOUNDARIES")
	}
	if len(args) == 0 {
		_, err := fmt.Fprintln(c.out, "The policy is valid. Name targets to see which entries nothing needs.")
		return exitClean, err
	}
	listed := 0
	f.then = func(doc *report.Document) error {
		for _, e := range p.Unused(doc.Credentials, time.Now()) {
			listed++
			if _, err := fmt.Fprintf(c.out, "%s:%d: %s: %s\n", oneLine(e.File), e.Line, e.Kind, e.Why); err != nil {
				return err
			}
		}
		if listed == 0 {
			_, err := fmt.Fprintln(c.out, "The policy is valid, and every entry is needed.")
			return err
		}
		return nil
	}
	code, err := scan(ctx, c, &f.scanFlags, args)
	if err == nil && listed > 0 {
		code = exitFound
	}
	return code, err
}

// maxUnlocated is how many directories without an environment are named.
const maxUnlocated = 10

// coverage shows how much is known of the places with credentials in args.
func coverage(ctx context.Context, c console, f *lookFlags, args []string) (int, error) {
	p, err := loadPolicy(c, f.boundaries)
	if err != nil {
		return exitRequest, err
	}
	f.then = func(doc *report.Document) error {
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "FACET\tBOUNDARY\tKNOWN\tDOUBTFUL\tUNKNOWN")
		for _, k := range p.Coverage(doc.Credentials) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", k.Facet, map[bool]string{true: "yes", false: "no"}[k.Boundary],
				percent(k.Located, k.Places), percent(k.Doubtful, k.Places), percent(k.Places-k.Located-k.Doubtful, k.Places))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return unlocated(c, doc)
	}
	return scan(ctx, c, &f.scanFlags, args)
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d%%", (100*n+of/2)/of)
}

// unlocated names the directories whose environment a policy would best tell.
func unlocated(c console, doc *report.Document) error {
	n := map[string]int{}
	for i := range doc.Credentials {
		for k := range doc.Credentials[i].Locations {
			at := &doc.Credentials[i].Locations[k]
			if at.Zone.Get("env") == "" {
				n[strings.TrimSpace(string(at.Target)+" "+path.Dir(at.Path))]++
			}
		}
	}
	dirs := slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	if len(dirs) > 0 {
		fmt.Fprintln(c.out, "\nNo environment is known in")
	}
	for i, dir := range dirs {
		if i == maxUnlocated {
			fmt.Fprintf(c.out, "  … and %d more\n", len(dirs)-i)
			break
		}
		if _, err := fmt.Fprintf(c.out, "  %s: %s\n", oneLine(dir), counted(n[dir], "place")); err != nil {
			return err
		}
	}
	return nil
}
