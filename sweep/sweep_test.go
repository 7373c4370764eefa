package sweep

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
)

// fake is a source of made-up units: it does what their names say.
type fake struct {
	units []sprawl.Unit
	text  string // of every unit that is called text…

	mu    sync.Mutex
	order []string
}

func (f *fake) Units(_ context.Context, yield func(sprawl.Unit) error) error {
	for _, u := range f.units {
		if err := yield(u); err != nil {
			return err
		}
	}
	return nil
}

func (f *fake) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	f.mu.Lock()
	f.order = append(f.order, u.Name)
	f.mu.Unlock()
	at := sprawl.Location{Target: u.Target, Path: u.Name}
	switch {
	case strings.HasPrefix(u.Name, "panic"):
		panic("as asked")
	case strings.HasPrefix(u.Name, "gap"):
		return errors.Join(&sprawl.Gap{Target: u.Target, What: u.Name, Why: "one"}, &sprawl.Gap{Target: u.Target, What: u.Name, Why: "two"})
	case strings.HasPrefix(u.Name, "block"):
		<-ctx.Done()
		return ctx.Err()
	}
	if !v.Offer(&at) {
		return nil
	}
	data := []byte(f.text)
	err := v.Visit(&sprawl.Chunk{At: &at, Data: data})
	for i := range data {
		data[i] = 'X' // the loan is over
	}
	return err
}

func unitsOf(stage int, names ...string) (us []sprawl.Unit) {
	for i, n := range names {
		us = append(us, sprawl.Unit{Target: "fake:", Name: n, Bytes: int64(i), Stage: stage})
	}
	return us
}

func rules(t *testing.T) *detectors.Set {
	t.Helper()
	set, err := detectors.Compile([]detectors.Rule{{
		ID: "acme", Literals: []string{"acme_"}, Match: `\b(?P<key>acme_[0-9a-z]{20})\b`, Confidence: 90, Tier: sprawl.Structured,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

const made = "key = acme_" + "0k3j5h2g9f8d7s6a4p1q\n"

func TestEveryCopyIsOneCredential(t *testing.T) {
	src := &fake{units: unitsOf(0, "text1", "text2", "text3"), text: made}
	in := register.New(register.NewRunKey())
	r, err := Run(t.Context(), Config{Places: []Place{{Target: "fake:", Source: src}}, Rules: rules(t), Inventory: in, Workers: 2})
	if err != nil || !r.Complete || r.Objects != 3 || r.Bytes != int64(3*len(made)) {
		t.Fatalf("%v, %+v", err, r)
	}
	all := in.Credentials([]sprawl.Target{"fake:"})
	if len(all) != 1 || len(all[0].Locations) != 3 {
		t.Fatalf("%+v", all)
	}
	if got := all[0].Hint; got != "acme_…(25)" {
		t.Errorf("hint %q: something of the loan was kept", got)
	}
}

func TestPanicsAndGapsCostTheirUnitOnly(t *testing.T) {
	src := &fake{units: unitsOf(0, "panic", "gap", "text1", "panic2", "text2"), text: made}
	in := register.New(register.NewRunKey())
	r, err := Run(t.Context(), Config{Places: []Place{{Target: "fake:", Source: src}}, Rules: rules(t), Inventory: in})
	if err != nil || r.Complete || len(r.Gaps) != 4 {
		t.Fatalf("%v, gaps %v", err, r.Gaps)
	}
	if all := in.Credentials([]sprawl.Target{"fake:"}); len(all) != 1 || len(all[0].Locations) != 2 {
		t.Errorf("%+v", all)
	}
}

func TestStagesComeInOrder(t *testing.T) {
	src := &fake{units: append(unitsOf(1, "text-late", "text-late2"), unitsOf(0, "text-a", "text-b", "text-c")...), text: "nothing"}
	if _, err := Run(t.Context(), Config{Places: []Place{{Target: "fake:", Source: src}}, Rules: rules(t), Inventory: register.New(register.NewRunKey()), Workers: 3}); err != nil {
		t.Fatal(err)
	}
	late := slices.IndexFunc(src.order, func(n string) bool { return strings.HasPrefix(n, "text-late") })
	if late != 3 {
		t.Errorf("read in the order %v", src.order)
	}
}

func TestCancellationIsIncomplete(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	src := &fake{units: unitsOf(0, "text1", "block", "block2"), text: made}
	in := register.New(register.NewRunKey())
	done := make(chan sprawl.Receipt)
	go func() {
		r, err := Run(ctx, Config{Places: []Place{{Target: "fake:", Source: src}}, Rules: rules(t), Inventory: in, Workers: 3})
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	for in.Len() == 0 {
		runtime.Gosched() // the unit that can be read is
	}
	cancel()
	if r := <-done; r.Complete || len(r.Gaps) != 1 {
		t.Errorf("%+v", r)
	}
	if in.Len() != 1 {
		t.Error("what was found before is lost")
	}
}

func TestAskKeepsTheOrderAndSurvivesPanics(t *testing.T) {
	fs := make([]sprawl.Finding, 100)
	for i := range fs {
		fs[i].Rule = fmt.Sprint(i)
	}
	got := Ask(t.Context(), fs, func(_ context.Context, f *sprawl.Finding) sprawl.Verdict {
		if f.Rule == "7" {
			panic("as asked")
		}
		return sprawl.Verdict{State: sprawl.Dead, Reason: f.Rule}
	})
	for i, v := range got {
		if i == 7 && v.State != sprawl.Unknown || i != 7 && v.Reason != fs[i].Rule {
			t.Errorf("verdict %d: %+v", i, v)
		}
	}
}
