package main

import (
	"errors"
	"fmt"
	"io"
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
		Use: "rules", Short: "List, show, test and write rules", Args: cobra.NoArgs,
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
		&cobra.Command{
			Use: "lint [FILE…]", Short: "Say what makes rules slow, unclear or doubtful",
			Long: `Lint reads the rules as someone would who keeps a catalogue. An error means that
a rule should not be used as it is; the exit code is then 2. With files, only
their rules are looked at, together with the built-in ones.`,
			RunE: func(_ *cobra.Command, args []string) error { return lintRules(c, append(files, args...)) },
		},
		newRule(c, &files),
		newImport(c, code),
	)
	return cmd
}

func newRule(c console, files *[]string) *cobra.Command {
	var example, near string
	cmd := &cobra.Command{
		Use: "new ID", Short: "Write a rule that finds values like the one on standard input", Args: cobra.ExactArgs(1),
		Long: `New reads example values, one a line, alone or as NAME=value, and writes a rule
that finds values like them, with examples that hold nothing of what is random
in them. The values are read from standard input or a file, never from the
command line, which other users of the machine can see.`,
		Example: `  sprawl rules new acme-token < sample.txt > acme.toml
  sprawl rules new acme-key --near acme < sample.txt > acme.toml`,
		RunE: func(_ *cobra.Command, args []string) error { return sketchRule(c, *files, args[0], example, near) },
	}
	cmd.Flags().StringVar(&example, "example", "-", "read the values from `FILE`; - is standard input")
	cmd.Flags().StringVar(&near, "near", "", "a `WORD` that stands before the value, where that has no prefix of its own")
	return cmd
}

// lintRules prints what there is to say about the built-in rules, or about
// those of files.
func lintRules(c console, files []string) error {
	rules, err := detectors.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return err
	}
	builtin := rules
	if rules, err = extend(rules, files); err != nil {
		return err
	}
	wanted := func(id string) bool {
		r, was := find(builtin, id)
		now, _ := find(rules, id)
		return len(files) == 0 || !was || r.Match != now.Match
	}
	remarks, err := detectors.Lint(rules, wanted, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return err
	}
	bad := 0
	for i := range remarks {
		fmt.Fprintln(c.out, printable(remarks[i].String()))
		if remarks[i].Error {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d remarks are errors", bad, len(remarks))
	}
	fmt.Fprintf(c.out, "%d rules: no errors, %d pieces of advice\n", len(rules), len(remarks))
	return nil
}

func find(rules []detectors.Rule, id string) (detectors.Rule, bool) {
	i := slices.IndexFunc(rules, func(r detectors.Rule) bool { return r.ID == id })
	if i < 0 {
		return detectors.Rule{}, false
	}
	return rules[i], true
}

// maxSamples bounds what rules new reads.
const maxSamples = 1 << 20

// sketchRule writes a rule drawn from samples, once it has been loaded and
// tried on its examples.
func sketchRule(c console, files []string, id, example, near string) error {
	in := c.in
	if example != "-" {
		f, err := os.Open(example)
		if err != nil {
			return fmt.Errorf("--example: %w", err)
		}
		defer f.Close()
		in = f
	}
	samples, err := io.ReadAll(io.LimitReader(in, maxSamples))
	if err != nil {
		return err
	}
	text, err := (&detectors.Sketch{ID: id, Near: near, Samples: strings.Split(string(samples), "\n")}).TOML()
	if err != nil {
		return err
	}
	rules, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return err
	}
	if rules, err = extend(rules, files); err != nil {
		return err
	}
	if _, taken := find(rules, id); taken {
		return fmt.Errorf("a rule is called %q already: sprawl rules show %s", id, id)
	}
	mine, err := detectors.Load("new.toml", text)
	if err != nil {
		return err
	}
	failures, _, err := detectors.Try(append(slices.Clip(rules), mine...), rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return err
	}
	for _, f := range failures {
		fmt.Fprintln(c.err, printable(f.Error()))
	}
	_, err = c.out.Write(text)
	return err
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
	r, ok := find(rules, id)
	if !ok {
		return fmt.Errorf("no rule is called %q: see sprawl rules list", id)
	}
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

// testRules tries the built-in rules, with those of files added, on their
// examples. They are tried together, as they will be used.
func testRules(c console, files []string) (code int, err error) {
	rules, err := detectors.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return exitRequest, err
	}
	if rules, err = extend(rules, files); err != nil {
		return exitRequest, err
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
