package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/sources"
)

func newSources(c console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "Tell which places can be read, what that needs, and what stays unseen",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return printKinds(c)
			}
			return listKinds(c)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func listKinds(c console) error {
	for i, k := range sources.Kinds() {
		if i > 0 {
			fmt.Fprintln(c.out)
		}
		fmt.Fprintf(c.out, "%s    (%s)\n", k.Example, strings.Join(k.Schemes, ", "))
		for _, row := range [][2]string{{"reads", k.Reads}, {"needs", k.Needs}, {"blind to", k.Blind}} {
			if row[1] == "" {
				continue
			}
			if _, err := fmt.Fprintln(c.out, wrap(fmt.Sprintf("  %-9s ", row[0]), row[1], 80)); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrap breaks text into lines of width bytes, the first after head and the
// others below its end.
func wrap(head, text string, width int) string {
	lines, line := []string{}, head
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word) > width && len(line) > len(head) {
			lines, line = append(lines, strings.TrimRight(line, " ")), strings.Repeat(" ", len(head))
		}
		line += word + " "
	}
	return strings.Join(append(lines, strings.TrimRight(line, " ")), "\n")
}

func printKinds(c console) error {
	enc := json.NewEncoder(c.out)
	for _, k := range sources.Kinds() {
		err := enc.Encode(map[string]any{"schemes": k.Schemes, "example": k.Example, "reads": k.Reads, "needs": k.Needs, "blind": k.Blind})
		if err != nil {
			return err
		}
	}
	return nil
}
