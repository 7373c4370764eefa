package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/register"
)

func newCheck(b *book) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find records without an owner, acceptances that ended, and what production lacks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.with(cmd.Context(), func(s *register.Store) error {
				all, err := s.Check(cmd.Context(), time.Now())
				if err != nil {
					return err
				}
				if len(all) > 0 {
					*b.code = exitFound
				}
				for _, x := range all {
					if format == "json" {
						err = writeJSON(b.c.out, x)
					} else {
						_, err = fmt.Fprintf(b.c.out, "%s %s: %s\n", x.Code, x.Credential, oneLine(x.Why))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	return cmd
}

func newPivot(b *book) *cobra.Command {
	var by []string
	var format string
	cmd := &cobra.Command{
		Use:     "pivot",
		Short:   "Count credentials by workload, environment, age and more",
		Example: "  sprawl register pivot --by workload,env,age",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range by {
				if !slices.Contains(register.PivotNames, name) {
					return fmt.Errorf("--by %q: want some of %s", name, strings.Join(register.PivotNames, ", "))
				}
			}
			if !slices.Contains([]string{"text", "csv", "json"}, format) {
				return fmt.Errorf("--format %q: want text, csv or json", format)
			}
			return b.with(cmd.Context(), func(s *register.Store) error {
				cells, err := s.Pivot(cmd.Context(), by, time.Now())
				if err != nil {
					return err
				}
				return b.table(format, by, cells)
			})
		},
	}
	cmd.Flags().StringSliceVar(&by, "by", []string{"workload", "env", "age"}, "`NAMES` of what to count by: "+strings.Join(register.PivotNames, ", "))
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text, csv or json")
	return cmd
}

// table writes the cells of a pivot.
func (b *book) table(format string, by []string, cells []register.Cell) error {
	head := append(slices.Clone(by), "credentials", "places", "active", "highest risk")
	rows := [][]string{}
	for _, c := range cells {
		row := slices.Clone(c.By)
		for _, n := range []int{c.Credentials, c.Places, c.Active, c.Risk} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	switch format {
	case "json":
		for _, c := range cells {
			if err := writeJSON(b.c.out, c); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		w := csv.NewWriter(b.c.out)
		_ = w.Write(head) // Flush and Error tell
		for _, row := range rows {
			for i := range row {
				row[i] = harmless(row[i])
			}
			_ = w.Write(row)
		}
		w.Flush()
		return w.Error()
	}
	w := tabwriter.NewWriter(b.c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(head, "\t")))
	for _, row := range rows {
		for i := range row {
			row[i] = oneLine(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// harmless returns text that no spreadsheet takes for a formula
// (owasp.org, "CSV Injection").
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) && text != "-" {
		return "'" + text
	}
	return text
}
