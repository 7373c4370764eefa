package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// A share is a number of successes among trials.
type share struct{ n, of int }

func (s *share) add(success bool) {
	s.of++
	if success {
		s.n++
	}
}

// String returns the share in percent with its 95 % Wilson interval.
func (s share) String() string {
	if s.of == 0 {
		return "–"
	}
	low, high := s.interval()
	return fmt.Sprintf("%.0f %% (%.0f–%.0f; %d of %d)", 100*float64(s.n)/float64(s.of), 100*low, 100*high, s.n, s.of)
}

// interval returns the bounds of the 95 % Wilson score interval.
func (s share) interval() (low, high float64) {
	const z = 1.959964
	n, p := float64(s.of), float64(s.n)/float64(s.of)
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(mid-half, 0), min(mid+half, 1)
}

// precision counts the findings of a tier at a threshold or above. Those of weak
// values count as right where plain says so, and else neither way.
func (res *result) precision(tier sprawl.Tier, threshold int, plain bool, of func(*verdict) bool) (s share) {
	for i := range res.verdicts {
		v := &res.verdicts[i]
		if v.tier != tier || v.confidence < threshold || v.hit != nil && v.hit.weak() && !plain || !of(v) {
			continue
		}
		s.add(v.hit != nil)
	}
	return s
}

// recall counts the labelled secrets that have a finding at a threshold or
// above, of whichever tier.
func (res *result) recall(threshold int, of func(*place) bool) (s share) {
	for i := range res.places {
		if p := &res.places[i]; of(p) {
			s.add(p.best() >= threshold)
		}
	}
	return s
}

func strong(p *place) bool { return !p.label.weak() }

// thresholds are the values of --min-confidence that the tables show.
var thresholds = [...]int{20, 40, 60}

// write prints the tables in Markdown.
func (res *result) write(w io.Writer) {
	any := func(*verdict) bool { return true }
	fmt.Fprintf(w, "| confidence from | generic precision | with plain words | structured precision | recall | of plain words | of both |\n|---|---|---|---|---|---|---|\n")
	for _, t := range thresholds {
		fmt.Fprintf(w, "| %d | %v | %v | %v | %v | %v | %v |\n", t, res.precision(sprawl.Generic, t, false, any),
			res.precision(sprawl.Generic, t, true, any), res.precision(sprawl.Structured, t, true, any),
			res.recall(t, strong), res.recall(t, func(p *place) bool { return !strong(p) }), res.recall(t, func(*place) bool { return true }))
	}
	res.writeBy(w, "kind of secret", func(p *place) string { return p.label.kind }, nil)
	res.writeBy(w, "where", func(p *place) string { return where(p.kind) }, func(v *verdict) string { return where(v.kind) })
	res.writeBy(w, "kind of file", func(p *place) string { return p.kind }, func(v *verdict) string { return v.kind })
	res.writeBy(w, "repository", func(p *place) string { return p.repo }, func(v *verdict) string { return v.repo })
}

// where sorts kinds of files by what a secret in them is likely to open.
func where(kind string) string {
	switch kind {
	case "test":
		return "tests"
	case "docs":
		return "documents"
	}
	return "elsewhere"
}

// writeBy prints a table by some property at the default threshold. Weak values
// count only where the property tells them apart, which is where no finding has
// it.
func (res *result) writeBy(w io.Writer, name string, ofPlace func(*place) string, ofVerdict func(*verdict) string) {
	const threshold = 40
	groups := map[string]int{}
	for i := range res.places {
		if ofVerdict == nil || strong(&res.places[i]) {
			groups[ofPlace(&res.places[i])]++
		}
	}
	fmt.Fprintf(w, "\n| %s | recall at %d |", name, threshold)
	if ofVerdict != nil {
		fmt.Fprintf(w, " generic precision at %d |", threshold)
	}
	fmt.Fprintf(w, "\n|---|---|%s\n", map[bool]string{true: "---|"}[ofVerdict != nil])
	names := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(groups[b]-groups[a], cmp.Compare(a, b))
	})
	for _, g := range names {
		r := res.recall(threshold, func(p *place) bool { return ofPlace(p) == g && (ofVerdict == nil || strong(p)) })
		fmt.Fprintf(w, "| %s | %v |", g, r)
		if ofVerdict != nil {
			fmt.Fprintf(w, " %v |", res.precision(sprawl.Generic, threshold, false, func(v *verdict) bool { return ofVerdict(v) == g }))
		}
		fmt.Fprintln(w)
	}
}

// writeWrong lists what was missed and what was found for nothing, by place and
// without the value.
func (res *result) writeWrong(w io.Writer, threshold int) {
	for i := range res.places {
		if p := &res.places[i]; strong(p) && p.best() < threshold {
			fmt.Fprintf(w, "missed\t%s\t%s:%d:%d\t%s\t%d\n", p.repo, p.path, p.label.line, p.label.start, p.label.kind, p.best())
		}
	}
	for i := range res.verdicts {
		if v := &res.verdicts[i]; v.hit == nil && v.confidence >= threshold {
			fmt.Fprintf(w, "false\t%s\t%s:%d\t%s\t%d\n", v.repo, v.path, v.line, v.rule, v.confidence)
		}
	}
}
