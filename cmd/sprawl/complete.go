package main

import (
	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/report"
)

// offer tells shells which words the flags of a scan take: sprawl completion
// prints what asks for them.
func offer(cmd *cobra.Command) {
	for flag, words := range map[string][]string{
		"format": report.Names(), "fail-on": failClasses, "honor": honorable, "color": {"auto", "always", "never"},
	} {
		if cmd.Flags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}
