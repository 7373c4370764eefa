package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func newExplain(c console) *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "explain FILE:LINE",
		Short: "Say why something in a line was, or was not, reported",
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return explain(c, files, args[0]) },
	}
	cmd.Flags().StringSliceVar(&files, "rules", nil, "add the rules in `FILE`")
	return cmd
}

func explain(c console, files []string, where string) error {
	i := strings.LastIndexByte(where, ':')
	line, err := strconv.Atoi(where[i+1:])
	if i < 0 || err != nil || line < 1 {
		return fmt.Errorf("%q: want FILE:LINE, such as config/app.yml:12", where)
	}
	data, err := os.ReadFile(where[:i])
	if err != nil {
		return err
	}
	set, _, err := loadRules(files)
	if err != nil {
		return err
	}
	from, to, ok := lineRange(data, line)
	if !ok {
		return fmt.Errorf("%s has no line %d", where[:i], line)
	}
	sc := set.NewScanner()
	steps := 0
	sc.Trace(func(s detectors.Step) {
		if !s.Decoded && s.Pos >= from && s.Pos < to || s.Decoded {
			steps++
			printStep(c, s, from)
		}
	})
	found := sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: where[:i]}, Data: data})
	for _, f := range found {
		if f.At.Line <= line && line <= f.At.EndLine {
			steps++
			printFound(c, &f)
		}
	}
	if steps == 0 {
		fmt.Fprintln(c.out, "No rule's literal stands in this line, and nothing in it reads like encoded text.")
	}
	return nil
}

func printStep(c console, s detectors.Step, from int) {
	at := fmt.Sprintf("column %d", s.Pos-from+1)
	if s.Decoded {
		at = "decoded text"
	}
	fmt.Fprintf(c.out, "not reported  %-28s %s: %s\n", s.Rule, at, s.Why)
}

func printFound(c console, f *sprawl.Finding) {
	fmt.Fprintf(c.out, "reported      %-28s column %d: %v, confidence %d", f.Rule, f.At.Column, f.Parts[0].Value, f.Confidence)
	if len(f.At.Encoding) > 0 {
		fmt.Fprintf(c.out, ", inside %s", strings.Join(f.At.Encoding, " in "))
	}
	if f.Note != "" {
		fmt.Fprintf(c.out, " (%s)", f.Note)
	}
	fmt.Fprintln(c.out)
}

// lineRange returns where line, counted from 1, stands in data.
func lineRange(data []byte, line int) (from, to int, ok bool) {
	for n := 1; n < line; n++ {
		k := bytes.IndexByte(data[from:], '\n')
		if k < 0 {
			return 0, 0, false
		}
		from += k + 1
	}
	to = len(data)
	if k := bytes.IndexByte(data[from:], '\n'); k >= 0 {
		to = from + k + 1
	}
	return from, to, from < len(data)
}
