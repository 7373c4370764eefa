package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sweep"
)

// knowing is what a scan looks for by value.
type knowing struct {
	places []sweep.Place // stores that are scanned as well
	stores []sprawl.Target
	left   []sprawl.Gap
	gaps   []sprawl.Gap
}

// readKnown reads the stores that --known names, and returns a Set that finds
// their values.
func (f *scanFlags) readKnown(ctx context.Context, c console, set *detectors.Set) (*detectors.Set, *knowing, error) {
	k := &knowing{}
	if len(f.known) == 0 {
		return set.Knowing(f.values), k, nil
	}
	stores, shut, err := open(ctx, c, f, f.known, set)
	if err != nil {
		return nil, nil, fmt.Errorf("--known: %w", err)
	}
	var values []detectors.Value
	values, k.left, k.gaps = sweep.Known(ctx, stores)
	k.gaps = append(k.gaps, shut...)
	for _, p := range stores {
		k.stores = append(k.stores, p.Target)
		if p.Target == "stdin:" || p.Target == "jsonl:-" {
			closeAll([]sweep.Place{p}) // can be read once
		} else {
			k.places = append(k.places, p)
		}
	}
	return set.Knowing(append(values, f.values...)), k, nil
}

// add puts the stores among the places that are scanned, each once.
func (k *knowing) add(places []sweep.Place) []sweep.Place {
	for _, p := range k.places {
		if slices.ContainsFunc(places, func(q sweep.Place) bool { return q.Target == p.Target }) {
			closeAll([]sweep.Place{p})
		} else {
			places = append(places, p)
		}
	}
	return places
}

// apply leaves out of doc the values that lie in their store alone, and says
// what could not be looked for.
func (k *knowing) apply(doc *report.Document, quiet bool) {
	inside := func(at sprawl.Location) bool { return slices.Contains(k.stores, at.Target) }
	doc.Credentials = slices.DeleteFunc(doc.Credentials, func(cr sprawl.Credential) bool {
		return cr.Rule == detectors.KnownRule().ID && !slices.ContainsFunc(cr.Locations, func(at sprawl.Location) bool { return !inside(at) })
	})
	doc.Receipt.Skipped = append(doc.Receipt.Skipped, k.left...)
	if len(k.gaps) > 0 {
		doc.Receipt.Gaps = append(doc.Receipt.Gaps, k.gaps...)
		doc.Receipt.Complete = false
	}
	if len(k.left) > 0 && !quiet {
		doc.Notes = append(doc.Notes, fmt.Sprintf("%d values of --known are too short or too easy to guess to be looked for: the receipt names their places (--format json).", len(k.left)))
	}
}

func newHunt(c console, code *int) *cobra.Command {
	var f scanFlags
	force := false
	cmd := &cobra.Command{
		Use:   "hunt - [TARGET…]",
		Short: "Look for one value, given on standard input, in every encoding",
		Long: `Hunt reads a value from standard input and looks for it, and for nothing else,
in each TARGET: as it is, in base64, hex, URLs, JSON and the other encodings that
a scan undoes, in the whole history. The value is nowhere in what it prints, nor
among the arguments of a process. It exits 1 if the value was found.

What could be met by chance, or guessed, is refused unless --force is given: the
hits would say little, and that somebody looked for it would say much.`,
		Example: "  pass show prod/db | sprawl hunt - . git:../web",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "-" {
				return errors.New("the value comes on standard input, never as an argument: sprawl hunt - [TARGET…]")
			}
			value, err := needle(c.in, force)
			if err != nil {
				return err
			}
			f.hunt(value)
			*code, err = scan(cmd.Context(), c, &f, args[1:])
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "look for it even if it can be guessed")
	return cmd
}

// needle reads the value that is looked for.
func needle(in io.Reader, force bool) ([]byte, error) {
	value, err := io.ReadAll(io.LimitReader(in, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	value = bytes.TrimRight(value, "\r\n")
	why, guessable := detectors.Guessable(value)
	if !guessable {
		return value, nil
	}
	if len(value) < detectors.Shortest || bytes.ContainsAny(value, "\r\n\x00") || len(value) > detectors.Longest {
		return nil, fmt.Errorf("the value can't be looked for: %s", why)
	}
	if !force {
		return nil, fmt.Errorf("the value is not looked for: %s; --force looks for it all the same", why)
	}
	return value, nil
}

// hunt makes the scan look for value and report nothing else.
func (f *scanFlags) hunt(value []byte) {
	f.values = []detectors.Value{{From: "the value that was given", Text: value}}
	f.minConfidence = 0
	like := &sprawl.Finding{Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret(value, 0)}}}
	f.only = func(key *register.Key, cr *sprawl.Credential) bool {
		return cr.Rule == detectors.KnownRule().ID || cr.Fingerprint == key.Fingerprint(like)
	}
}
