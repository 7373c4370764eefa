package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A judgement is what a person said of one finding after reading its place.
type judgement string

const (
	isTrue  judgement = "true"  // a credential of the rule's type, or a value that opens something
	isPlain judgement = "plain" // the same, but a plain word such as "secret"
	isFalse judgement = "false"
)

// A tally counts judgements.
type tally map[judgement]int

// strict returns the share of true ones where plain words count neither way.
func (t tally) strict() share { return share{t[isTrue], t[isTrue] + t[isFalse]} }

// all returns the share of true ones, plain words among them.
func (t tally) all() share {
	return share{t[isTrue] + t[isPlain], t[isTrue] + t[isPlain] + t[isFalse]}
}

// parseJudged reads lines of tier, rule, judgement, repository, commit, path
// and line, and counts by tier and by tier and rule.
func parseJudged(r io.Reader) (byTier, byRule map[string]tally, err error) {
	byTier, byRule = map[string]tally{}, map[string]tally{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		if sc.Text() == "" || sc.Text()[0] == '#' {
			continue
		}
		field := strings.Split(sc.Text(), "\t")
		if len(field) != 7 || !slices.Contains([]judgement{isTrue, isPlain, isFalse}, judgement(field[2])) {
			return nil, nil, fmt.Errorf("line %d is not understood", n)
		}
		for key, counts := range map[string]map[string]tally{field[0]: byTier, field[0] + " " + field[1]: byRule} {
			if counts[key] == nil {
				counts[key] = tally{}
			}
			counts[key][judgement(field[2])]++
		}
	}
	return byTier, byRule, sc.Err()
}

// writeJudged prints the tables of the judged sample in Markdown.
func writeJudged(w io.Writer, r io.Reader) error {
	byTier, byRule, err := parseJudged(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "| tier | judged | plain words | false | precision | with plain words |\n|---|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(byTier)) {
		writeTally(w, name, byTier[name])
	}
	fmt.Fprintf(w, "\n| rule | judged | plain words | false | precision | with plain words |\n|---|---|---|---|---|---|\n")
	names := slices.SortedFunc(maps.Keys(byRule), func(a, b string) int {
		return cmp.Or(byRule[b].all().of-byRule[a].all().of, cmp.Compare(a, b))
	})
	for _, name := range names {
		if byRule[name].all().of >= 4 {
			_, rule, _ := strings.Cut(name, " ")
			writeTally(w, rule, byRule[name])
		}
	}
	return nil
}

func writeTally(w io.Writer, name string, t tally) {
	fmt.Fprintf(w, "| %s | %d | %d | %d | %v | %v |\n", name, t.all().of, t[isPlain], t[isFalse], t.strict(), t.all())
}
