package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// A proving is one command line that wants credentials proven dead.
type proving struct {
	keeperFlags
	wait   string
	format string
}

func (p *proving) register(cmd *cobra.Command) {
	p.keeperFlags.register(cmd)
	cmd.Flags().StringVar(&p.wait, "wait", "", "go on asking for `TIME`, such as 30m, until each is proven dead; once, if not given")
	cmd.Flags().StringVarP(&p.format, "format", "f", "text", "text, or json: one object a line")
}

const grades = `The evidence is graded. A and B are proof.

  A  the issuer's own record says so, and it refuses the credential
  B  it was refused three times or more, over the time that the issuer's servers
     need to agree, from the machine from which it had worked before, and a
     made-up credential of the same shape was refused in the same way
  C  it was refused
  D  its time is up by its own text, and nobody was asked

Each answer is kept in the register as it comes, so that a run that was cut off
goes on where it was. Proofs are kept there too, each chained to the one before.`

func newProve(c console, code *int) *cobra.Command {
	var p proving
	cmd := &cobra.Command{
		Use:   "prove ID [-]",
		Short: "Ask until it is proven that a credential no longer works, and say when it died",
		Long: `Prove asks the issuer of a credential of the register whether it still works, and
keeps the answer as evidence. With --wait it goes on asking, each 5, 10, 30 and
60 seconds, while somebody revokes the credential and until that is proven. The
value is read where it lies; with - from standard input.

` + grades + `

It exits 0 where the credential is proven dead, 1 where it works, and 3 where
neither is known.`,
		Example: "  sprawl prove cr_1a2b3c --wait 30m --register sprawl.db",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.run(cmd.Context(), c, code, args, verify.SystemClock())
		},
	}
	p.register(cmd)
	return cmd
}

func (p *proving) run(ctx context.Context, c console, code *int, args []string, clock verify.Clock) error {
	if len(args) == 2 && args[1] != "-" {
		return errors.New("want - where the value comes from standard input; never the value itself")
	}
	return p.with(ctx, c, clock, func(k *keeper) error {
		e, err := k.store.Get(ctx, args[0])
		if err != nil {
			return err
		}
		var all []*held
		if len(args) == 2 {
			all, err = k.given(ctx, e)
		} else {
			all, err = k.hold(ctx, []*register.Entry{e})
		}
		if err != nil {
			return err
		}
		out, err := p.proveAll(ctx, k, all)
		if err != nil {
			return err
		}
		*code = out.exit()
		return out.write(c, p.format, k.issuers)
	})
}

// given returns e with the value that standard input holds.
func (k *keeper) given(ctx context.Context, e *register.Entry) ([]*held, error) {
	in := register.New(k.key)
	const target = sprawl.Target("stdin:")
	stream, err := sources.Open(ctx, target, sources.Options{Reach: k.set.Reach(), Stdin: k.in})
	if err != nil {
		return nil, err
	}
	src := sweep.Place{Target: target, Source: stream}
	if _, err := sweep.Run(ctx, sweep.Config{Places: []sweep.Place{src}, Rules: k.set, Inventory: in}); err != nil {
		return nil, err
	}
	r := &rereading{in: in, byName: map[string]*held{}}
	h := &held{Entry: e}
	for _, n := range e.Names {
		r.byName[n] = h
	}
	for _, c := range in.Credentials([]sprawl.Target{target}) {
		if r.known(c.ID) == h {
			h.finding, h.found = in.Finding(c.ID)
		}
	}
	if !h.found {
		return nil, fmt.Errorf("what was read from standard input is not %s: give the value as it stands beside its name", e.ID)
	}
	return []*held{h}, nil
}

// A proved credential is one with what is known of its death.
type proved struct {
	*held
	verdict sprawl.Verdict // the last
	proof   verify.Proof
	id      string // of the evidence in the register; "" where there is none
}

type proofs []proved

// proveAll watches credentials at the same time.
func (p *proving) proveAll(ctx context.Context, k *keeper, all []*held) (proofs, error) {
	wait, err := age(p.wait)
	if err != nil {
		return nil, fmt.Errorf("--wait: %w", err)
	}
	if p.format != "text" && p.format != "json" {
		return nil, fmt.Errorf("--format %q: want text or json", p.format)
	}
	until := k.clock.Now().Add(wait)
	out, errs := make(proofs, len(all)), make([]error, len(all))
	each(len(all), func(i int) { out[i], errs[i] = k.prove(ctx, all[i], until) })
	return out, errors.Join(errs...)
}

// prove watches one credential, and keeps the proof.
func (k *keeper) prove(ctx context.Context, h *held, until time.Time) (proved, error) {
	out := proved{held: h}
	history := historyOf(h.Entry)
	if !h.found {
		out.verdict = sprawl.Verdict{State: sprawl.Unknown, Reason: k.lost(h)}
		out.proof = verify.Grade(history, k.issuers.SettleTime(h.About.Issuer), k.vantage, "")
		if out.proof.Proven() { // by what the register holds, which nothing contradicts
			out.verdict = h.Entry.Verdict()
		}
		return out, nil
	}
	k.know(&h.finding, h.ID)
	control := ""
	w := verify.Watch{
		Ask:     func(ctx context.Context) sprawl.Verdict { return k.again(ctx, &h.finding) },
		Control: func(ctx context.Context) string { control = k.client.Control(ctx, &h.finding); return control },
		Note: func(v sprawl.Verdict) error {
			if v.At.IsZero() {
				return nil
			}
			return k.store.Judge(ctx, h.ID, v)
		},
		Clock: k.clock, Settle: k.issuers.SettleTime(h.About.Issuer), Vantage: k.vantage,
	}
	before := len(history)
	proof, history, err := w.Run(ctx, history, until)
	if err != nil {
		return out, err
	}
	out.proof, out.verdict = proof, history[len(history)-1]
	if len(history) == before && h.Entry.Verdict().Grade == proof.Grade {
		return out, nil // nothing was asked, as all is known
	}
	out.id, err = k.keep(ctx, &out, history, control)
	return out, err
}

// historyOf returns what was answered about e.
func historyOf(e *register.Entry) (all []sprawl.Verdict) {
	for i := range e.Verdicts {
		all = append(all, e.Verdicts[i].Verdict())
	}
	return all
}

// An evidenceBody is what a proof rests on. There is no value in it.
type evidenceBody struct {
	Tool     string          `json:"tool"`
	Verifier string          `json:"verifier"`
	Vantage  string          `json:"vantage"`
	Why      string          `json:"why"`
	Control  string          `json:"control"`
	Settle   float64         `json:"settle_s"`
	Span     float64         `json:"span_s"`
	Refusals int             `json:"refusals"`
	Alive    time.Time       `json:"last_alive,omitzero"`
	Dead     time.Time       `json:"first_refused,omitzero"`
	Probes   []evidenceProbe `json:"probes"`
}

type evidenceProbe struct {
	At      time.Time    `json:"at"`
	State   sprawl.State `json:"state"`
	Reason  string       `json:"reason"`
	Vantage string       `json:"vantage,omitempty"`
}

// maxProbes bounds what one proof lists of its history: the newest.
const maxProbes = 100

// keep adds what is known of a credential's death, or life, to the chain of
// proofs, and gives the register a verdict with the grade.
func (k *keeper) keep(ctx context.Context, p *proved, history []sprawl.Verdict, control string) (string, error) {
	if p.verdict.At.IsZero() || p.verdict.State == sprawl.Unknown && p.proof.Grade == "" {
		return "", nil
	}
	if p.proof.Grade == "B" {
		control = "a made-up credential was refused by the same endpoint"
	}
	b := evidenceBody{
		Tool: "sprawl " + version(), Verifier: p.verdict.Verifier, Vantage: k.vantage, Why: p.proof.Why, Control: control,
		Settle: k.issuers.SettleTime(p.About.Issuer).Seconds(), Span: p.proof.Span.Seconds(), Refusals: p.proof.Refusals,
		Alive: p.proof.Alive, Dead: p.proof.Dead,
	}
	for _, v := range history[max(0, len(history)-maxProbes):] {
		b.Probes = append(b.Probes, evidenceProbe{v.At, v.State, v.Reason, v.Vantage})
	}
	body, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	claim := "invalidated"
	if p.proof.Grade == "" {
		claim = "works"
	}
	e, err := k.store.Prove(ctx, register.Evidence{Credential: p.ID, At: k.clock.Now(), Claim: claim, Grade: p.proof.Grade, Body: body})
	if err != nil {
		return "", err
	}
	if p.proof.Grade != "" && p.verdict.State == sprawl.Dead {
		v := p.verdict
		v.Grade = p.proof.Grade
		p.verdict = v
		return e.ID, k.store.Judge(ctx, p.ID, v)
	}
	return e.ID, nil
}

// exit returns 0 where all are proven dead, 1 where one works, else 3.
func (all proofs) exit() int {
	code := exitClean
	for i := range all {
		switch {
		case all[i].verdict.State == sprawl.Live:
			return exitFound
		case !all[i].proof.Proven():
			code = exitIncomplete
		}
	}
	return code
}

// A proofLine is one proof in JSON.
type proofLine struct {
	Type     string      `json:"type"` // "proof"
	ID       string      `json:"id"`
	Rule     string      `json:"rule"`
	Issuer   string      `json:"issuer,omitempty"`
	Hint     string      `json:"hint"`
	Verdict  verdictJSON `json:"verdict"`
	Grade    string      `json:"grade"`
	Proven   bool        `json:"proven"`
	Why      string      `json:"why"`
	Alive    time.Time   `json:"last_alive,omitzero"`
	Dead     time.Time   `json:"first_refused,omitzero"`
	Evidence string      `json:"evidence,omitempty"`
	Owner    string      `json:"owner,omitempty"`
	Places   int         `json:"places"`
	Revoke   string      `json:"revoke,omitempty"`
	Unread   []string    `json:"unread,omitempty"`
}

func (p *proved) line(issuers *verify.Issuers) proofLine {
	l := proofLine{
		"proof", p.ID, p.About.Rule, p.About.Issuer, p.About.Hint, verdictOf(p.verdict), p.proof.Grade, p.proof.Proven(), p.proof.Why,
		p.proof.Alive, p.proof.Dead, p.id, "", p.Present(), "", p.gaps,
	}
	if o := p.Owner(); o != nil {
		l.Owner = o.Name
	}
	if !l.Proven {
		i, _ := issuers.Find(p.About.Issuer)
		l.Revoke = i.Advice.Revoke
	}
	return l
}

func (all proofs) write(c console, format string, issuers *verify.Issuers) error {
	for i := range all {
		l := all[i].line(issuers)
		if format == "json" {
			if err := writeJSON(c.out, l); err != nil {
				return err
			}
			continue
		}
		if _, err := io.WriteString(c.out, printable(l.text())); err != nil {
			return err
		}
	}
	return nil
}

// text returns what people read of a proof.
func (l *proofLine) text() string {
	var b strings.Builder
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-9s %s\n", name, oneLine(text))
		}
	}
	what := "NOT PROVEN"
	switch {
	case l.Proven:
		what = "DEAD, grade " + l.Grade
	case l.Verdict.State == sprawl.Live:
		what = "LIVE"
	case l.Grade != "":
		what = "not proven, grade " + l.Grade
	}
	fmt.Fprintf(&b, "%s %s %s: %s\n", l.ID, oneLine(l.Rule), oneLine(l.Hint), what)
	say("because", l.Why)
	say("verdict", string(l.Verdict.State)+": "+l.Verdict.Reason)
	if !l.Dead.IsZero() && !l.Alive.IsZero() {
		const second = "2006-01-02 15:04:05"
		say("died", fmt.Sprintf("between %s and %s UTC, which is %s apart", l.Alive.Format(second), l.Dead.Format(second), l.Dead.Sub(l.Alive).Round(time.Second)))
	}
	say("owner", l.Owner)
	say("places", fmt.Sprint(l.Places))
	say("revoke", l.Revoke)
	say("evidence", l.Evidence)
	for _, u := range l.Unread {
		say("not read", u)
	}
	return b.String()
}
