package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func newRules(c console, code *int) *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use: "rules", Short: "List, show and test the rules", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return errors.New("say what to do: sprawl rules list")
		},
	}
	cmd.PersistentFlags().StringSliceVar(&files, "rules", nil, "add the rules in `FILE`")
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the rules", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return listRules(c, files) },
		},
		&cobra.Command{
			Use: "show ID", Short: "Show one rule, with an example made up on the spot", Args: cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error { return showRule(c, files, args[0]) },
		},
		&cobra.Command{
			Use: "test [FILE…]", Short: "Try every rule on its own examples",
			RunE: func(_ *cobra.Command, args []string) error {
				var err error
				*code, err = testRules(c, append(files, args...))
				return err
			},
		},
	)
	return cmd
}

func listRules(c console, files []string) error {
	_, rules, err := loadRules(files)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tISSUER\tTIER\tCONFIDENCE\tWHAT IT FINDS")
	for _, r := range rules {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", r.ID, r.Issuer, r.Tier, r.Confidence, r.About)
	}
	return w.Flush()
}

func showRule(c console, files []string, id string) error {
	_, rules, err := loadRules(files)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rules, func(r detectors.Rule) bool { return r.ID == id })
	if i < 0 {
		return fmt.Errorf("no rule is called %q: see sprawl rules list", id)
	}
	r := &rules[i]
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"rule", r.ID}, {"finds", r.About}, {"issuer", r.Issuer}, {"docs", r.Docs}, {"tier", string(r.Tier)},
		{"confidence", fmt.Sprint(r.Confidence)}, {"literals", strings.Join(r.Literals, " ")}, {"match", r.Match},
		{"find", r.Find}, {"check", r.Check}, {"longest", fmt.Sprintf("%d bytes", r.Max)},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
		}
	}
	for _, ex := range r.Found {
		fmt.Fprintf(w, "found in\t%s\n", printable(ex))
	}
	for _, ex := range r.Ignored {
		fmt.Fprintf(w, "ignored in\t%s\n", printable(ex))
	}
	return w.Flush()
}

// testRules tries the built-in rules, or those of files, on their examples.
func testRules(c console, files []string) (code int, err error) {
	var rules []detectors.Rule
	if len(files) == 0 {
		rules, err = detectors.Load("rules.toml", sprawl.RulesTOML)
		if err != nil {
			return exitRequest, err
		}
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return exitRequest, err
		}
		more, err := detectors.Load(name, text)
		if err != nil {
			return exitRequest, err
		}
		rules = merge(rules, more)
	}
	failures, examples, err := detectors.Try(rules, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return exitRequest, err
	}
	for _, f := range failures {
		fmt.Fprintln(c.err, printable(f.Error()))
	}
	if len(failures) > 0 {
		return exitRequest, errors.New("rules fail their examples")
	}
	fmt.Fprintf(c.out, "%d rules, %d examples: all as they should be\n", len(rules), examples)
	return exitClean, nil
}
