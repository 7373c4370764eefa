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
	e := explainer{c, where[:i], data, from, to, 0}
	sc := set.NewScanner()
	sc.Trace(e.step)
	found := sc.Scan(nil, &sprawl.Chunk{At: &sprawl.Location{Path: e.path}, Data: data})
	for _, f := range found {
		if f.At.Line <= line && line <= f.At.EndLine {
			e.steps++
			printFound(c, &f)
		}
	}
	if e.steps == 0 {
		fmt.Fprintln(c.out, "No rule's literal stands in this line, and nothing in it reads like encoded text.")
	}
	return nil
}

// An explainer prints what a scanner decided in one line of a file.
type explainer struct {
	console
	path     string
	data     []byte
	from, to int // the line
	steps    int
}

// step prints s, if it is about the line.
func (e *explainer) step(s detectors.Step) {
	if !s.Decoded && (s.Pos < e.from || s.Pos >= e.to) {
		return
	}
	e.steps++
	at := fmt.Sprintf("column %d", s.Pos-e.from+1)
	if s.Decoded {
		at = "decoded text"
	}
	if s.Evidence == nil {
		fmt.Fprintf(e.out, "not reported  %-28s %s: %s\n", s.Rule, at, s.Why)
		return
	}
	e.weighed(&s, at)
}

// weighed prints what counted for and against a candidate of the generic tier:
// around it, and in its place. The weights add up to the logit of its
// confidence.
func (e *explainer) weighed(s *detectors.Step, at string) {
	evidence, confidence := s.Evidence, s.Confidence
	if !s.Decoded {
		var l sprawl.Location
		l.Path = e.path
		detectors.Place(&l, e.data, s.Pos, s.End)
		evidence = append(evidence, detectors.PlaceEvidence(&l, e.data, s.Pos, s.End)...)
		confidence = detectors.Weigh(confidence, &l, e.data, s.Pos, s.End)
		if l.Key != "" {
			at += ", key " + oneLine(l.Key)
		}
	}
	fmt.Fprintf(e.out, "weighed       %-28s %s: confidence %d of 100\n", s.Rule, at, confidence)
	for _, ev := range evidence {
		if sum := ev.Value * ev.Weight; sum <= -0.05 || sum >= 0.05 {
			fmt.Fprintf(e.out, "  %+6.2f  %s\n", sum, ev.Name)
		}
	}
}

func printFound(c console, f *sprawl.Finding) {
	fmt.Fprintf(c.out, "reported      %-28s column %d: %v, confidence %d", f.Rule, f.At.Column, f.Parts[0].Value, f.Confidence)
	if len(f.At.Encoding) > 0 {
		fmt.Fprintf(c.out, ", inside %s", strings.Join(f.At.Encoding, " in "))
	}
	if f.Note != "" {
		fmt.Fprintf(c.out, " (%s)", f.Note)
	}
	if f.Confidence < defaultConfidence {
		fmt.Fprintf(c.out, ": shown with --min-confidence %d", f.Confidence)
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
