package main

import (
	"fmt"
	"os"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/report"
)

// loadPolicy reads the boundaries that the operator names: by flag, or in the
// environment. Nothing in what is scanned is ever asked for one.
func loadPolicy(c console, file string) (*boundary.Policy, error) {
	flag := "--boundaries"
	if file == "" {
		file, flag = c.getenv("SPRAWL_BOUNDARIES"), "SPRAWL_BOUNDARIES"
	}
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return boundary.ParsePolicy(file, text)
}

// wantEnvironments makes the run incomplete if the policy wants to know the
// environment of every place, and that of some can't be told.
func wantEnvironments(doc *report.Document, p *boundary.Policy) {
	if !p.WantsEnvironments() {
		return
	}
	missing := map[sprawl.Target]int{}
	for i := range doc.Credentials {
		for _, at := range doc.Credentials[i].Locations {
			if at.Zone.Get("env") == "" {
				missing[at.Target]++
			}
		}
	}
	for _, t := range doc.Targets {
		if n := missing[t]; n > 0 {
			doc.Receipt.Gaps = append(doc.Receipt.Gaps, sprawl.Gap{
				Target: t, What: "boundaries",
				Why: fmt.Sprintf("the environment of %d places can't be told, and unknown_env is \"fail\": add [[zone]] entries (sprawl boundaries coverage)", n),
			})
			doc.Receipt.Complete = false
		}
	}
}
