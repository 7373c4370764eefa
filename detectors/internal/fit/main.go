// Command fit learns the weights of the generic tier from labelled text, and
// prints candidates to label. docs/accuracy.md says how it is used.
//
//	fit sample -n 300 -seed 1 DIR…       prints candidates of repositories
//	fit learn -labels FILES DIR…         prints the table of weights
//
// DIR is the checkout of a repository, named like owner+name.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want sample or learn")
	}
	rules, err := detectors.LoadTrusted("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return err
	}
	set, err := detectors.Compile(rules)
	if err != nil {
		return err
	}
	fl := flag.NewFlagSet(args[0], flag.ContinueOnError)
	n := fl.Int("n", 300, "how many candidates")
	seed := fl.Uint64("seed", 1, "of the sample")
	labels := fl.String("labels", "", "label files, as a glob")
	held := fl.Bool("held", false, "measure only")
	if err := fl.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "sample":
		return sample(set, fl.Args(), *n, *seed)
	case "learn":
		return learn(set, fl.Args(), *labels, *held)
	}
	return fmt.Errorf("%q: want sample or learn", args[0])
}
