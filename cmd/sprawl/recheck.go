package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// A recheck is one command line of sprawl recheck.
type recheck struct {
	keeperFlags
	due    bool
	format string
}

func newVerify(c console, code *int) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "verify [TARGET…]",
		Short: "Ask the issuers whether credentials still work: of targets, of a register, or one on standard input",
		Long: `Verify scans each TARGET and asks the issuers of what it finds. With - it reads
what is to be asked about from standard input: a value never stands on a command
line, where other users of the machine see it. Without a TARGET it reads the
values of all credentials of the register again, as sprawl recheck does.`,
		Example: "  sprawl verify .\n  printf %s \"$TOKEN\" | sprawl verify -\n  sprawl verify --register sprawl.db\n  sprawl verify --plan .",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if f.store.address == "" {
				f.store.address = c.getenv("SPRAWL_REGISTER")
			}
			if len(args) > 0 || f.store.address == "" {
				f.verify.ask = true
				*code, err = scan(cmd.Context(), c, &f, args)
				return err
			}
			r := recheck{keeperFlags{f.store.address, f.keyFile, f.rules, f.verify}, false, f.format}
			return r.run(cmd.Context(), c, code, nil, verify.SystemClock())
		},
	}
	f.register(cmd)
	cmd.Flags().Lookup("fail-on").DefValue = "live"
	f.failOn = []string{"live"}
	return cmd
}

func newRecheck(c console, code *int) *cobra.Command {
	var r recheck
	cmd := &cobra.Command{
		Use:   "recheck [ID…]",
		Short: "Read the values of known credentials again where they lie, and ask about them again",
		Long: `Recheck reads the value of each credential of the register again from the places
that are known: no value is kept. What is gone from a place, moved in it, or was
replaced there becomes an event in the register. Then it asks the issuers, and
the answers become part of each credential's history.

It exits 1 where a credential works, 3 where a value or an answer could not be
had, and 0 where everything that was asked about is refused.`,
		Example: "  sprawl recheck --due --register sprawl.db\n  sprawl recheck cr_1a2b3c",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.run(cmd.Context(), c, code, args, verify.SystemClock())
		},
	}
	r.register(cmd)
	cmd.Flags().BoolVar(&r.due, "due", false, "only what is due: working and unanswered ones each day, refused ones each hour until that is proof, then each week")
	cmd.Flags().BoolVar(&r.verify.plan, "plan", false, "read the values again, say what would be sent where, and send nothing")
	cmd.Flags().StringVarP(&r.format, "format", "f", "text", "text, or json: one object a line")
	return cmd
}

func (r *recheck) run(ctx context.Context, c console, code *int, ids []string, clock verify.Clock) error {
	if r.format != "text" && r.format != "json" {
		return fmt.Errorf("--format %q: want text or json", r.format)
	}
	return r.with(ctx, c, clock, func(k *keeper) error {
		entries, err := k.pick(ctx, ids, r.due)
		if err != nil {
			return err
		}
		all, err := k.hold(ctx, entries)
		if err != nil {
			return err
		}
		if r.verify.plan {
			var findings []sprawl.Finding
			for _, h := range all {
				if h.found {
					findings = append(findings, h.finding)
				}
			}
			k.show(c, findings)
			return nil
		}
		rows, err := k.judgeAll(ctx, all)
		if err != nil {
			return err
		}
		*code = rows.exit()
		return rows.write(c, r.format)
	})
}

// pick returns the credentials with those ids, or all that can be asked about.
func (k *keeper) pick(ctx context.Context, ids []string, due bool) (all []*register.Entry, err error) {
	now := k.clock.Now()
	if len(ids) > 0 {
		for _, id := range ids {
			e, err := k.store.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
		return all, nil
	}
	err = k.store.Each(ctx, register.Query{}, func(e *register.Entry) error {
		if e.Role != sprawl.RoleID && (!due || isDue(e, now)) {
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

// isDue reports whether e should be looked at again.
func isDue(e *register.Entry, now time.Time) bool {
	every := 24 * time.Hour
	switch e.State(now) {
	case register.StateRejected, register.StateSuspended:
		every = time.Hour
	case register.StateRevoked, register.StateExpired:
		every = 7 * 24 * time.Hour
	case register.StateRetired, register.StateValueLost:
		return false // there is nothing to read
	}
	at := e.Verdict().At
	return at.IsZero() || now.Sub(at) >= every
}

// A row is what came of asking about one credential.
type row struct {
	*held
	verdict sprawl.Verdict
	state   register.State
	events  []register.Event // of this run
}

type rows []row

// judgeAll asks about all, and reads what the register makes of the answers.
func (k *keeper) judgeAll(ctx context.Context, all []*held) (rows, error) {
	verdicts, errs := make([]sprawl.Verdict, len(all)), make([]error, len(all))
	each(len(all), func(i int) { verdicts[i], errs[i] = k.judge(ctx, all[i]) })
	var out rows
	for i, h := range all {
		if errs[i] != nil {
			return nil, errs[i]
		}
		fresh, err := k.store.Get(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		r := row{held: h, verdict: verdicts[i], state: fresh.State(k.clock.Now())}
		for _, e := range fresh.Events {
			if !e.At.Before(k.began) {
				r.events = append(r.events, e)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// exit returns 1 where a credential works, 3 where that is not known of one.
func (all rows) exit() int {
	code := exitClean
	for i := range all {
		switch all[i].verdict.State {
		case sprawl.Live:
			return exitFound
		case sprawl.Unknown:
			code = exitIncomplete
		}
		if len(all[i].gaps) > 0 && !all[i].found {
			code = exitIncomplete
		}
	}
	return code
}

func (all rows) write(c console, format string) error {
	if format == "json" {
		for i := range all {
			if err := writeJSON(c.out, all[i].line()); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(c.out, "Nothing is to be asked about.")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tVERDICT\tSTATE\tPLACES\tWHAT\tREASON")
	for i := range all {
		r := &all[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.verdict.State, r.state, r.Present(), oneLine(r.About.Rule+" "+r.About.Hint), oneLine(r.verdict.Reason))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return all.writeEvents(c.out)
}

func (all rows) writeEvents(w io.Writer) error {
	for i := range all {
		for _, e := range all[i].events {
			if _, err := fmt.Fprintf(w, "%s %s %s\n", all[i].ID, e.What, oneLine(e.Detail)); err != nil {
				return err
			}
		}
		for _, g := range all[i].gaps {
			if _, err := fmt.Fprintf(w, "%s not read: %s\n", all[i].ID, oneLine(g)); err != nil {
				return err
			}
		}
	}
	return nil
}

// A recheckLine is a row in JSON.
type recheckLine struct {
	Type    string           `json:"type"` // "recheck"
	ID      string           `json:"id"`
	Rule    string           `json:"rule"`
	Issuer  string           `json:"issuer,omitempty"`
	Hint    string           `json:"hint"`
	State   register.State   `json:"state"`
	Verdict verdictJSON      `json:"verdict"`
	Places  int              `json:"places"`
	Events  []register.Event `json:"events,omitempty"`
	Unread  []string         `json:"unread,omitempty"`
}

// A verdictJSON is a verdict as the life commands write it.
type verdictJSON struct {
	State   sprawl.State `json:"state"`
	Reason  string       `json:"reason"`
	Account string       `json:"account,omitempty"`
	Scopes  []string     `json:"scopes,omitempty"`
	Expires time.Time    `json:"expires,omitzero"`
	Grade   string       `json:"grade,omitempty"`
	At      time.Time    `json:"at,omitzero"`
	Vantage string       `json:"vantage,omitempty"`
}

func verdictOf(v sprawl.Verdict) verdictJSON {
	return verdictJSON{v.State, v.Reason, v.Account, v.Scopes, v.Expires, v.Grade, v.At, v.Vantage}
}

func (r *row) line() recheckLine {
	return recheckLine{
		"recheck", r.ID, r.About.Rule, r.About.Issuer, r.About.Hint, r.state, verdictOf(r.verdict), r.Present(), r.events, r.gaps,
	}
}
