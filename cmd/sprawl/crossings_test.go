package main

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/report"
)

// TestCrossingsPrintable wants nothing that strangers wrote to reach a terminal
// as anything but text: not names of files, nor of accounts, nor of owners.
func TestCrossingsPrintable(t *testing.T) {
	bad := "\x1b[2J\x1b]0;x\a\r\n\t\u202e\u2066\x9b31m"
	at := func(dir string) sprawl.Location {
		return sprawl.Location{
			Target: sprawl.Target("git:" + bad), Path: dir + "/" + bad + ".yml", Key: bad,
			Says: map[string]string{sprawl.SaysUnit: dir + bad, sprawl.SaysTeam: bad},
		}
	}
	cs := []sprawl.Credential{{
		ID: "cr_a", Rule: bad, Hint: bad, Locations: []sprawl.Location{at("dev"), at("prod")},
		Facts:   []sprawl.Fact{{Name: sprawl.FactProject, Value: "prod-" + bad}},
		Allowed: []sprawl.Allowance{{Owner: bad, Reason: bad, Facets: []string{bad}}},
	}}
	var p *boundary.Policy
	p.Judge(cs, time.Now())
	if cs[0].Crossing == nil {
		t.Fatal("nothing crosses")
	}
	cs[0].Allowed = []sprawl.Allowance{{Owner: bad, Reason: bad, Facets: []string{bad}}}
	var b strings.Builder
	w := crossingsText{w: &b, all: true}
	drift := boundary.Drift{Old: bad, New: bad, Slot: bad, Stale: cs[0].Locations}
	doc := &report.Document{Credentials: cs, Receipt: sprawl.Receipt{Gaps: []sprawl.Gap{{Target: sprawl.Target(bad), What: bad, Why: bad}}}}
	w.write(doc, cs, []boundary.Drift{drift})
	if err := writeCredential(&b, p, &cs[0]); err != nil || w.err != nil {
		t.Fatal(err, w.err)
	}
	if !strings.Contains(b.String(), "production") {
		t.Error("the text says nothing")
	}
	for _, r := range b.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U is in the text: %q", r, b.String())
		}
	}
}
