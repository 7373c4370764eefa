// Measure compares what the rules find with what people labelled by reading
// files of public repositories, and prints precision and recall.
//
//	go run ./detectors/internal/measure -checkouts DIR [-split held|fit] [-wrong]
//	go run ./detectors/internal/measure -judged FILE
//
// DIR holds a checkout of each labelled repository, named OWNER+NAME, at the
// commit that the labels name. The program checks a salted sum of every
// labelled value, and refuses a checkout that holds another.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(2)
	}
}

func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	name := flags.String("labels", "detectors/internal/measure/testdata/labels.txt", "what was labelled")
	dir := flags.String("checkouts", "", "directory that holds OWNER+NAME for each repository")
	split := flags.String("split", "held", `"fit", "held", or "" for both`)
	wrong := flags.Bool("wrong", false, "list what was missed and what was found for nothing, at 40")
	judged := flags.String("judged", "", "print the tables of a judged sample of findings instead, such as testdata/judged.txt")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *judged != "" {
		return runJudged(*judged, w)
	}
	f, err := os.Open(*name)
	if err != nil {
		return err
	}
	defer f.Close()
	all, err := parseLabels(f)
	if err != nil {
		return fmt.Errorf("%s: %w", *name, err)
	}
	rules, err := detectors.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return err
	}
	set, err := detectors.Compile(rules)
	if err != nil {
		return err
	}
	res, err := measure(set, all, *dir, *split)
	if err != nil {
		return err
	}
	if len(res.missing) > 0 {
		return fmt.Errorf("%d labelled files are not below %q, the first being %s", len(res.missing), *dir, res.missing[0])
	}
	if *wrong {
		res.writeWrong(w, 40)
		return nil
	}
	res.write(w)
	return nil
}

func runJudged(name string, w io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := writeJudged(w, f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
