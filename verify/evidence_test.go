package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// said returns a history: each word is a state, where and after how many
// seconds it was said.
func said(words ...string) (all []sprawl.Verdict) {
	at := verifytest.NewClock().Now()
	for _, w := range words {
		f := strings.Fields(w)
		d, err := time.ParseDuration(f[1])
		if err != nil {
			panic(err)
		}
		v := sprawl.Verdict{State: sprawl.State(f[0]), At: at.Add(d), Vantage: "here", Verifier: "x@1"}
		if len(f) > 2 {
			v.Vantage = f[2]
		}
		all = append(all, v)
	}
	return all
}

func TestGrade(t *testing.T) {
	const settle = time.Minute
	for _, c := range []struct {
		what    string
		history []sprawl.Verdict
		control string
		want    string
	}{
		{"nothing", nil, "", ""},
		{"works", said("live 0s"), "", ""},
		{"no answer", said("unknown 0s"), "", ""},
		{"one refusal", said("live 0s", "dead 5s"), "", "C"},
		{"never worked", said("dead 0s", "dead 30s", "dead 90s"), "", "C"},
		{"too soon", said("live 0s", "dead 5s", "dead 10s", "dead 15s"), "", "C"},
		{"too few", said("live 0s", "dead 5s", "dead 65s"), "", "C"},
		{"proof", said("live 0s", "dead 5s", "dead 15s", "dead 65s"), "", "B"},
		{"no answer between", said("live 0s", "dead 5s", "unknown 6s", "dead 15s", "dead 65s"), "", "B"},
		{"control accepted", said("live 0s", "dead 5s", "dead 15s", "dead 65s"), "the endpoint accepts anything", "C"},
		{"flapped", said("live 0s", "dead 5s", "dead 15s", "live 20s", "dead 65s"), "", "C"},
		{"works again", said("live 0s", "dead 5s", "dead 15s", "dead 65s", "live 70s"), "", ""},
		{"worked elsewhere", said("live 0s there", "dead 5s", "dead 15s", "dead 65s"), "", "C"},
		{"refused elsewhere", said("live 0s", "dead 5s there", "dead 15s there", "dead 65s there"), "", "C"},
		{"refused there and here", said("live 0s", "dead 5s there", "dead 15s", "dead 65s"), "", "C"},
	} {
		p := verify.Grade(c.history, settle, "here", c.control)
		if p.Grade != c.want {
			t.Errorf("%s: grade %q, want %q (%s)", c.what, p.Grade, c.want, p.Why)
		}
		if p.Proven() != (c.want == "B") || p.Why == "" {
			t.Errorf("%s: proven %t, because %q", c.what, p.Proven(), p.Why)
		}
	}
	if p := verify.Grade(said("live 0s", "dead 5s", "dead 15s", "dead 65s"), settle, "", ""); p.Proven() {
		t.Error("proven from nowhere")
	}
	clock := sprawl.Verdict{State: sprawl.Dead, Grade: "D", At: verifytest.NewClock().Now()}
	if p := verify.Grade([]sprawl.Verdict{clock, clock, clock}, 0, "here", ""); p.Grade != "D" {
		t.Errorf("by its own clock: grade %q", p.Grade)
	}
}

// A patient asks an issuer at which a credential dies at a moment.
type patient struct {
	*verifytest.Clock
	dies  time.Time
	asked []time.Time
	noted int
}

func (p *patient) watch() *verify.Watch {
	return &verify.Watch{
		Clock: p, Settle: 5 * time.Minute, Vantage: "here",
		Ask: func(context.Context) sprawl.Verdict {
			p.asked = append(p.asked, p.Now())
			v := sprawl.Verdict{State: sprawl.Live, At: p.Now(), Vantage: "here", Verifier: "x@1"}
			if !p.dies.After(p.Now()) {
				v.State = sprawl.Dead
			}
			return v
		},
		Control: func(context.Context) string { return "" },
		Note:    func(sprawl.Verdict) error { p.noted++; return nil },
	}
}

func TestWatch(t *testing.T) {
	p := &patient{Clock: verifytest.NewClock()}
	p.dies = p.Now().Add(16 * time.Minute)
	proof, history, err := p.watch().Run(t.Context(), nil, p.Now().Add(time.Hour))
	if err != nil || proof.Grade != "B" {
		t.Fatalf("grade %q, %v", proof.Grade, err)
	}
	if proof.Alive.After(p.dies) || proof.Dead.Before(p.dies) || proof.Dead.Sub(proof.Alive) > time.Minute {
		t.Errorf("it died at %v: told between %v and %v", p.dies, proof.Alive, proof.Dead)
	}
	if d := p.Now().Sub(p.dies); d < 5*time.Minute || d > 7*time.Minute {
		t.Errorf("proven %v after its death: want just after the settle time", d)
	}
	if len(history) != len(p.asked) || p.noted != len(p.asked) {
		t.Errorf("%d answers, %d noted, %d questions", len(history), p.noted, len(p.asked))
	}
	for i := 1; i < len(p.asked); i++ {
		if d := p.asked[i].Sub(p.asked[i-1]); d < 5*time.Second || d > time.Minute {
			t.Errorf("question %d came %v after the one before", i, d)
		}
	}
}

// TestWatchResumes cuts a watch off after each question, as a kill does, and
// goes on: it asks what the one that was not cut off asks, at the same moments.
func TestWatchResumes(t *testing.T) {
	whole := &patient{Clock: verifytest.NewClock()}
	began := whole.Now()
	whole.dies = began.Add(40 * time.Second)
	if _, _, err := whole.watch().Run(t.Context(), nil, began.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	cut := &patient{Clock: verifytest.NewClock(), dies: whole.dies}
	killed := errors.New("killed")
	var history []sprawl.Verdict
	for {
		w := cut.watch()
		w.Note = func(sprawl.Verdict) error { return killed }
		proof, h, err := w.Run(t.Context(), history, began.Add(time.Hour))
		history = h
		if err == nil {
			if !proof.Proven() {
				t.Errorf("grade %q", proof.Grade)
			}
			break
		}
		if !errors.Is(err, killed) {
			t.Fatal(err)
		}
	}
	if len(cut.asked) != len(whole.asked) {
		t.Fatalf("asked %d times, want %d", len(cut.asked), len(whole.asked))
	}
	for i := range cut.asked {
		if !cut.asked[i].Equal(whole.asked[i]) {
			t.Errorf("question %d at %v, want %v", i, cut.asked[i], whole.asked[i])
		}
	}
}

// TestWatchWithoutWait asks once, and asks an old proof once more.
func TestWatchWithoutWait(t *testing.T) {
	p := &patient{Clock: verifytest.NewClock()}
	p.dies = p.Now()
	proof, _, _ := p.watch().Run(t.Context(), nil, p.Now())
	if proof.Grade != "C" || len(p.asked) != 1 {
		t.Errorf("grade %q after %d questions", proof.Grade, len(p.asked))
	}
	history := said("live -2h", "dead -110m", "dead -105m", "dead -100m")
	if proof, _, _ = p.watch().Run(t.Context(), history, p.Now()); proof.Grade != "B" || len(p.asked) != 2 {
		t.Errorf("an old proof: grade %q after %d questions", proof.Grade, len(p.asked)-1)
	}
	p.dies = p.Now().Add(time.Hour)
	if proof, _, _ = p.watch().Run(t.Context(), history, p.Now()); proof.Grade != "" {
		t.Errorf("it works again: grade %q", proof.Grade)
	}
}
