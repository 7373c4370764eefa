package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// A reaching is one command line of sprawl reach.
type reaching struct {
	keeperFlags
	format string
}

func newReach(c console, code *int) *cobra.Command {
	var r reaching
	cmd := &cobra.Command{
		Use:   "reach ID…",
		Short: "Ask what credentials can get at: who they speak for, their scopes, and names of what is in reach",
		Long: `Reach reads the values of credentials of the register again where they lie, and
asks their issuers who they speak for and what they can get at. It sends GET
requests that the issuer's entry lists, and no others; it reads names, and
nothing that is in them. What could not be read is said.

It exits 0 where all was told, 1 where a credential works, and 3 where one could
not be asked about.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.run(cmd.Context(), c, code, args, verify.SystemClock())
		},
	}
	r.register(cmd)
	cmd.Flags().StringVarP(&r.format, "format", "f", "text", "text, or json: one object a line")
	return cmd
}

// A reachLine is what one credential can get at, in JSON.
type reachLine struct {
	Type      string          `json:"type"` // "reach"
	ID        string          `json:"id"`
	Rule      string          `json:"rule"`
	Issuer    string          `json:"issuer,omitempty"`
	Verdict   verdictJSON     `json:"verdict"`
	Resources []reachResource `json:"resources"`
	Unread    []string        `json:"unread"`
	Calls     int             `json:"calls"`
}

type reachResource struct {
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	Says []string `json:"says,omitempty"`
}

func (r *reaching) run(ctx context.Context, c console, code *int, ids []string, clock verify.Clock) error {
	if r.format != "text" && r.format != "json" {
		return fmt.Errorf("--format %q: want text or json", r.format)
	}
	return r.with(ctx, c, clock, func(k *keeper) error {
		entries, err := k.pick(ctx, ids, false)
		if err != nil {
			return err
		}
		all, err := k.hold(ctx, entries)
		if err != nil {
			return err
		}
		states := []sprawl.State{}
		for _, h := range all {
			l, err := k.reach(ctx, h)
			if err != nil {
				return err
			}
			states = append(states, l.Verdict.State)
			if r.format == "json" {
				err = writeJSON(c.out, l)
			} else {
				_, err = fmt.Fprint(c.out, l.text(h.Entry))
			}
			if err != nil {
				return err
			}
		}
		switch {
		case slices.Contains(states, sprawl.Live):
			*code = exitFound
		case slices.Contains(states, sprawl.Unknown):
			*code = exitIncomplete
		}
		return nil
	})
}

// reach asks about one credential, and takes note of the verdict.
func (k *keeper) reach(ctx context.Context, h *held) (reachLine, error) {
	l := reachLine{Type: "reach", ID: h.ID, Rule: h.About.Rule, Issuer: h.About.Issuer, Resources: []reachResource{}, Unread: h.gaps}
	if !h.found {
		l.Verdict = verdictOf(sprawl.Verdict{State: sprawl.Unknown, Reason: k.lost(h)})
		return l, nil
	}
	if err := k.log.failed(); err != nil {
		return l, err
	}
	k.know(&h.finding, h.ID)
	got := k.client.Reach(ctx, &h.finding)
	v := k.mark(&h.finding, got.Verdict)
	l.Verdict, l.Calls, l.Unread = verdictOf(v), got.Calls, append(l.Unread, got.Unread...)
	for _, r := range got.Resources {
		l.Resources = append(l.Resources, reachResource{r.Kind, r.Name, r.Says})
	}
	if v.At.IsZero() {
		return l, ctx.Err()
	}
	return l, k.store.Judge(ctx, h.ID, v)
}

// text returns what people read of a reach.
func (l *reachLine) text(e *register.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s (%s)\n", l.ID, oneLine(l.Rule+" "+e.About.Hint), l.Verdict.State, oneLine(l.Verdict.Reason))
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", name, oneLine(text))
		}
	}
	say("speaks for", l.Verdict.Account)
	say("scopes", strings.Join(l.Verdict.Scopes, ", "))
	if !l.Verdict.Expires.IsZero() {
		say("ends", l.Verdict.Expires.Format(time.DateOnly))
	}
	for _, r := range l.Resources {
		text := r.Name
		if len(r.Says) > 0 {
			text += " (" + strings.Join(r.Says, ", ") + ")"
		}
		say(r.Kind, text)
	}
	for _, u := range l.Unread {
		say("not read", u)
	}
	return b.String()
}
