package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/verify"
)

func newReport(c console, code *int) *cobra.Command {
	f := scanFlags{color: "auto"}
	top := 0
	cmd := &cobra.Command{
		Use:   "report [FILE]",
		Short: "Write what a scan found in another format",
		Long: `Report reads what sprawl scan --format json wrote, from FILE or standard input,
and writes it in any format, so that one scan gives every report. It looks at
nothing else and asks nobody.`,
		Example: `  sprawl scan --format json -o run.json
  sprawl report --format html -o run.html run.json
  sprawl report --top 10 run.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			*code, err = writeAgain(c, &f, top, args)
			return err
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&f.format, "format", "f", "text", "how to report: "+strings.Join(report.Names(), ", "))
	fl.StringVarP(&f.output, "output", "o", "", "write the report to `FILE` instead of standard output")
	fl.IntVar(&top, "top", 0, "the first `N` credentials by risk, and why each has its rank; 0 is all")
	fl.BoolVar(&f.all, "all", false, "show every place of every credential")
	fl.StringVar(&f.color, "color", "auto", "colours: auto, always, never")
	return cmd
}

// writeAgain writes the report in args, or in standard input, as f says. A
// report that was cut off is written as far as it goes, and incomplete.
func writeAgain(c console, f *scanFlags, top int, args []string) (int, error) {
	if err := f.check(); err != nil {
		return exitRequest, err
	}
	if top < 0 {
		return exitRequest, fmt.Errorf("--top %d: want how many, or 0 for all", top)
	}
	doc, err := readReport(c, args)
	if err != nil {
		return exitRequest, err
	}
	if top > 0 {
		doc, f.why = report.Top(doc, top), true
	}
	if err := f.write(c, doc); err != nil {
		return exitRequest, err
	}
	if !doc.Receipt.Complete {
		return exitIncomplete, nil
	}
	return exitClean, nil
}

func readReport(c console, args []string) (doc *report.Document, err error) {
	in, name := c.in, "standard input"
	if len(args) > 0 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in, name = io.Reader(file), args[0]
	} else if _, isTerminal := terminal(c.in); isTerminal {
		return nil, errors.New("give the FILE that sprawl scan --format json wrote, or pipe it in")
	}
	if doc, err = report.Read(in); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return doc, nil
}

// advisor returns what is known to be done about a credential: by its issuer,
// or, where it has none, by the rule that found it. It is loaded when it is
// first asked.
func advisor() func(*sprawl.Credential) sprawl.Advice {
	load := sync.OnceValues(func() (map[string]sprawl.Advice, map[string]sprawl.Advice) {
		rules, _ := report.RuleAdvice() // is built in, and tested
		return verify.Advice(string(sprawl.RulesTOML)), rules
	})
	return func(cr *sprawl.Credential) sprawl.Advice {
		issuers, rules := load()
		if a, ok := issuers[cr.Issuer]; ok {
			return a
		}
		return rules[cr.Rule]
	}
}
