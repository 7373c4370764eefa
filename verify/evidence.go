package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// usualSettle is how long an issuer whose entry does not say needs, at most,
// until all its servers know that a credential was revoked.
const usualSettle = 5 * time.Minute

// SettleTime returns how long refusals by an issuer must go on to be proof.
func (is *Issuers) SettleTime(issuer string) time.Duration {
	if i := is.find(issuer); i != nil && i.Settle > 0 {
		return i.Settle
	}
	return usualSettle
}

// engine is the version of what reads answers. It changes when the same answer
// may give another verdict.
const engine = 1

// Verifier names what reads the answers of an issuer: its id, and a hash of
// its entry, so that what an older one said can be told from what this one
// would say.
func (is *Issuers) Verifier(issuer string) string {
	var asks []Ask
	if i := is.find(issuer); i != nil {
		asks = i.Asks
	}
	text, _ := json.Marshal(asks) // texts and numbers only: always possible
	sum := sha256.Sum256(fmt.Append(text, engine))
	return issuer + "@" + hex.EncodeToString(sum[:6])
}

// Again asks f's issuer, whatever it answered before in this run.
func (c *Client) Again(ctx context.Context, f *sprawl.Finding) sprawl.Verdict {
	if v, ok := Settle(f, c.o.Clock.Now(), c.o.Canaries); ok {
		return v
	}
	q, why := c.question(f)
	if q == nil {
		return unknown("not asked: " + why)
	}
	v := c.examine(ctx, q)
	if ctx.Err() != nil && v.State == sprawl.Unknown {
		return unknown("not asked: cancelled")
	}
	return v
}

// Control asks f's issuer about a made-up credential of the same shape, once in
// a run. It returns "" where that was refused, else why a refusal of f proves
// nothing.
func (c *Client) Control(ctx context.Context, f *sprawl.Finding) string {
	q, why := c.question(f)
	if q == nil {
		return why
	}
	return c.control(ctx, q)
}

// A Proof says how well it is known that a credential no longer works.
//
//	A  the issuer's own record says so, and it refuses the credential
//	B  it was refused three times or more, over the settle time, from where it
//	   had worked before, and so was a made-up one
//	C  it was refused
//	D  its time is up by its own text; nobody was asked
//
// Grade is "" where none of this holds. A and B are proof.
type Proof struct {
	Grade    string
	Why      string        // what a better grade lacks, or what the best one rests on
	Alive    time.Time     // the last answer that it works; zero if there is none
	Dead     time.Time     // the first refusal since; zero if there is none
	Refusals int           // since, from this vantage
	Span     time.Duration // from the first to the last of them
}

// Proven reports whether the grade is one of proof.
func (p *Proof) Proven() bool { return p.Grade == "A" || p.Grade == "B" }

// leastRefusals is how many refusals make a proof.
const leastRefusals = 3

// Grade weighs what was answered about a credential, in order of time, from a
// vantage. control is what Client.Control returned.
func Grade(history []sprawl.Verdict, settle time.Duration, vantage, control string) Proof {
	var p Proof
	var last time.Time
	from, expired := "", false
	for i := range history {
		switch v := &history[i]; {
		case v.State == sprawl.Live:
			p = Proof{Alive: v.At}
			from, expired = v.Vantage, false
		case v.State != sprawl.Dead:
		case v.Grade == "D" || v.At.IsZero():
			expired = true
		default:
			if p.Dead.IsZero() {
				p.Dead = v.At
			}
			if v.Vantage != vantage {
				continue
			}
			if p.Refusals == 0 {
				last = v.At
			}
			p.Refusals++
			p.Span = v.At.Sub(last)
		}
	}
	p.grade(settle, from, vantage, control, expired)
	return p
}

func (p *Proof) grade(settle time.Duration, from, vantage, control string, expired bool) {
	switch {
	case p.Dead.IsZero() && expired:
		p.Grade, p.Why = "D", "its time is up, and nobody was asked"
	case p.Dead.IsZero() && !p.Alive.IsZero():
		p.Why = "it works, as far as is known"
	case p.Dead.IsZero():
		p.Why = "nobody has refused it"
	case p.Refusals == 0:
		p.Grade, p.Why = "C", "it was refused elsewhere, not to "+vantage
	case p.Alive.IsZero():
		p.Grade, p.Why = "C", "it is not known to have worked: whoever refuses it may refuse everybody from here"
	case vantage == "" || from != vantage:
		p.Grade, p.Why = "C", "it worked from another machine than it was refused to"
	case control != "":
		p.Grade, p.Why = "C", "a made-up credential was not refused: "+control
	case p.Refusals < leastRefusals || p.Span < settle:
		p.Grade, p.Why = "C", fmt.Sprintf("refused %d times over %s: want %d over %s", p.Refusals, p.Span.Round(time.Second), leastRefusals, settle)
	default:
		p.Grade, p.Why = "B", fmt.Sprintf("refused %d times over %s, as a made-up one is, from where it had worked", p.Refusals, p.Span.Round(time.Second))
	}
}

// A Watch asks about one credential again and again, until its death is proven.
type Watch struct {
	Ask     func(context.Context) sprawl.Verdict // with vantage and verifier
	Control func(context.Context) string
	Note    func(sprawl.Verdict) error // is told of each answer before the next question
	Clock   Clock
	Settle  time.Duration
	Vantage string
}

// SystemClock returns the clock of the machine.
func SystemClock() Clock { return systemClock{} }

// freshProof is how old the last refusal of a proof may be. One that is older is
// tried once more, as what was switched off can be switched on.
const freshProof = time.Hour

// pauses lie between the questions of a watch; the last is repeated.
var pauses = [...]time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// Run asks until what is known is proof, or no more question fits before until;
// at least once. history is what was answered before, as by a watch that was
// interrupted: its pauses are kept. It returns all that was answered.
func (w *Watch) Run(ctx context.Context, history []sprawl.Verdict, until time.Time) (Proof, []sprawl.Verdict, error) {
	for first := true; ; first = false {
		if !first || len(history) > 0 {
			next := w.next(history)
			p := w.proof(ctx, history)
			fresh := w.Clock.Now().Sub(history[len(history)-1].At) < freshProof
			if p.Proven() && fresh || !first && next.After(until) {
				return p, history, nil
			}
			if err := w.Clock.Sleep(ctx, max(next.Sub(w.Clock.Now()), 0)); err != nil {
				return w.proof(ctx, history), history, err
			}
		}
		v := w.Ask(ctx)
		if err := ctx.Err(); err != nil {
			return w.proof(ctx, history), history, err
		}
		history = append(history, v)
		if err := w.Note(v); err != nil {
			return Grade(history, w.Settle, w.Vantage, "not asked"), history, err
		}
		if v.At.IsZero() { // nobody can be asked, and that will not change
			return w.proof(ctx, history), history, nil
		}
	}
}

// proof weighs history. The control is asked only where all hangs on it.
func (w *Watch) proof(ctx context.Context, history []sprawl.Verdict) Proof {
	p := Grade(history, w.Settle, w.Vantage, "")
	if p.Proven() {
		p = Grade(history, w.Settle, w.Vantage, w.Control(ctx))
	}
	return p
}

// next returns when to ask next: after a pause that grows while the answers
// stay the same.
func (w *Watch) next(history []sprawl.Verdict) time.Time {
	last := history[len(history)-1]
	n := 0
	for i := len(history) - 2; i >= 0 && history[i].State == last.State && n < len(pauses)-1; i-- {
		n++
	}
	return last.At.Add(pauses[n])
}
