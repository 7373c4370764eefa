package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func newImport(c console, code *int) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Turn a configuration of gitleaks or betterleaks into rules of sprawl", Args: cobra.ExactArgs(1),
		Long: `Import reads a TOML configuration of gitleaks or betterleaks and writes a rules
file to standard output. What has no counterpart is listed on standard error, and
the exit code is then 3. An allow-list that would match everything is refused.`,
		Example: `  sprawl rules import .gitleaks.toml > rules.toml
  sprawl scan --rules rules.toml`,
		RunE: func(_ *cobra.Command, args []string) error {
			var err error
			*code, err = importRules(c, args[0])
			return err
		},
	}
}

func importRules(c console, name string) (code int, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return exitRequest, err
	}
	builtin, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return exitRequest, err
	}
	taken := func(id string) bool { _, ok := find(builtin, id); return ok }
	im, err := detectors.Import(name, text, taken)
	if err != nil {
		return exitRequest, err
	}
	if _, err := detectors.Extend(builtin, "imported.toml", im.TOML); err != nil {
		return exitRequest, err
	}
	if _, err := c.out.Write(im.TOML); err != nil {
		return exitRequest, err
	}
	for i := range im.Left {
		fmt.Fprintln(c.err, "not carried over: "+printable(im.Left[i].String()))
	}
	fmt.Fprintf(c.err, "%d rules written, %d things not carried over\n", im.Rules, len(im.Left))
	if len(im.Left) > 0 {
		return exitIncomplete, nil
	}
	return exitClean, nil
}
