package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/sources"
)

func newFingerprint(c console, code *int) *cobra.Command {
	var names []string
	var keyFile, boundaries string
	cmd := &cobra.Command{
		Use:   "fingerprint --env NAME,…",
		Short: "Print keyed hashes of variables of the running job, for a register",
		Long: `Fingerprint prints, as JSON lines, a keyed hash of each variable that --env names,
with what the CI system says of the job; no value. sprawl register import takes
the lines. So a register learns that a secret, whose value its store never shows,
is the same as one that lies elsewhere.

It needs the key of that register. Values of fewer than 8 characters are left
out: their hash would say nothing.`,
		Example: "  sprawl fingerprint --env DEPLOY_TOKEN,DB_PASSWORD > job.jsonl\n  sprawl register import job.jsonl --register sprawl.db",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(names) == 0 {
				return errors.New("say which variables: --env NAME,…")
			}
			key, err := givenKey(c, keyFile)
			if err != nil {
				return err
			}
			policy, err := loadPolicy(c, boundaries)
			if err != nil {
				return err
			}
			job, err := readJob(cmd.Context(), key, names)
			if err != nil {
				return err
			}
			all := job.inventory.Credentials([]sprawl.Target{job.target})
			policy.Judge(all, time.Now())
			for _, name := range slices.Sorted(slices.Values(names)) {
				if why := job.left[name]; why != "" {
					fmt.Fprintf(c.err, "sprawl: %s: %s\n", oneLine(name), why)
					*code = exitIncomplete
				}
			}
			return register.BookOf(key, register.Run{At: time.Now(), Inventory: job.inventory, Credentials: all}).Write(c.out)
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&names, "env", nil, "the `NAMES` of the variables")
	fl.StringVar(&keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
	fl.StringVar(&boundaries, "boundaries", "", "`FILE` that says which boundaries there are (or SPRAWL_BOUNDARIES)")
	return cmd
}

// A job is the Visitor that takes some variables of the running job.
type job struct {
	target    sprawl.Target
	inventory *register.Inventory
	left      map[string]string // the variables that were not taken, and why
}

func readJob(ctx context.Context, key *register.Key, names []string) (*job, error) {
	j := &job{target: "env:", inventory: register.New(key), left: map[string]string{}}
	for _, name := range names {
		j.left[name] = "is not set"
	}
	src, err := sources.Open(ctx, j.target, sources.Options{Environ: os.Environ()})
	if err != nil {
		return nil, err
	}
	return j, src.Units(ctx, func(u sprawl.Unit) error { return src.Read(ctx, u, j) })
}

// Offer wants the variables that were named.
func (j *job) Offer(at *sprawl.Location) bool { return j.left[at.Key] != "" }

// Visit adds a variable.
func (j *job) Visit(c *sprawl.Chunk) error {
	name := c.At.Key
	value := bytes.TrimSuffix(bytes.TrimPrefix(c.Data, []byte(name+"=")), []byte("\n"))
	if len(value) < detectors.Shortest {
		j.left[name] = fmt.Sprintf("has fewer than %d characters, and is left out", detectors.Shortest)
		return nil
	}
	delete(j.left, name)
	at := *c.At
	at.Target, at.Start, at.End = jobTarget(at.Says), int64(len(name)+1), int64(len(name)+1+len(value))
	at.Line, at.Column = 1, len(name)+2
	j.target = at.Target
	j.inventory.Add(0, []sprawl.Finding{{
		Rule: "fingerprint", Tier: sprawl.Generic, Confidence: 1, At: at,
		Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret(value, 0)}},
	}})
	return nil
}

// jobTarget tells the variables of one job from those of another: a register
// that hears of many must not take them for one.
func jobTarget(says map[string]string) sprawl.Target {
	name := path.Join(says[sprawl.SaysTenant], says[sprawl.SaysUnit], says[sprawl.SaysWorkload], says[sprawl.SaysEnvironment])
	return sprawl.Target("env:" + strings.TrimPrefix(name, "/"))
}
