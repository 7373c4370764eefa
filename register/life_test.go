package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// said returns verdicts an hour apart.
func said(all ...Judgment) []Judgment {
	for i := range all {
		all[i].At = day.Add(time.Duration(i) * time.Hour)
	}
	return all
}

var (
	live    = Judgment{State: sprawl.Live, Reason: "200"}
	dead    = Judgment{State: sprawl.Dead, Reason: "401"}
	proven  = Judgment{State: sprawl.Dead, Reason: "401", Grade: "B"}
	guessed = Judgment{State: sprawl.Dead, Reason: "401", Grade: "C"}
	off     = Judgment{State: sprawl.Dead, Reason: "key is inactive"}
	past    = Judgment{State: sprawl.Dead, Reason: "token expired"}
	silent  = Judgment{State: sprawl.Unknown, Reason: "503"}
	nobody  = Judgment{State: sprawl.Unknown, Reason: "no issuer to ask"}
)

func TestState(t *testing.T) {
	for _, test := range []struct {
		name     string
		verdicts []Judgment
		gone     time.Duration // how long it has been in no place; 0 is there
		want     State
	}{
		{"new", nil, 0, StateSeen},
		{"no answer", said(silent), 0, StateIndeterminate},
		{"nobody to ask", said(nobody), 0, StateUnverifiable},
		{"answer after none", said(silent, live), 0, StateActive},
		{"no answer takes nothing back", said(live, silent), 0, StateActive},
		{"nor of the dead", said(dead, silent, nobody), 0, StateRejected},
		{"refused", said(live, dead), 0, StateRejected},
		{"refused, weak evidence", said(live, guessed), 0, StateRejected},
		{"proven", said(live, dead, proven), 0, StateRevoked},
		{"proven, then refused again", said(proven, dead), 0, StateRevoked},
		{"alive again", said(proven, live), 0, StateActive},
		{"switched off", said(live, off), 0, StateSuspended},
		{"over", said(live, past), 0, StateExpired},
		{"clock ran out", said(Judgment{State: sprawl.Live, Reason: "200", Expires: day.Add(30 * time.Minute)}), 0, StateExpired},
		{"gone, never asked", nil, time.Hour, StateValueLost},
		{"gone, was alive", said(live), time.Hour, StateValueLost},
		{"gone, refused", said(dead), time.Hour, StateRejected},
		{"gone, proven", said(proven), time.Hour, StateRevoked},
		{"gone for long, proven", said(proven), 31 * 24 * time.Hour, StateRetired},
	} {
		e := &Entry{Verdicts: test.verdicts, First: day, Last: day, Places: []Place{{Target: "dir:/x", First: day, Last: day}}}
		now := day.Add(24 * time.Hour)
		if test.gone > 0 {
			e.Places[0].Gone = now
			now = now.Add(test.gone)
		}
		if got := e.State(now); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestEvents follows one credential through its life.
func TestEvents(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		value := random(t, 30)
		hour := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
		x := []sprawl.Target{"dir:/x"}
		record(t, s, key, hour(0), x, at(value, "dir:/x", "a", "k"))
		id := all(t, s)[0].ID
		judge := func(n int, v Judgment) {
			t.Helper()
			if err := s.Judge(t.Context(), id, sprawl.Verdict{State: v.State, Reason: v.Reason, Grade: v.Grade, At: hour(n)}); err != nil {
				t.Fatal(err)
			}
		}
		judge(1, live)
		judge(2, dead)
		judge(3, proven)
		record(t, s, key, hour(4), nil, at(value, "dir:/x", "b", "k"))
		judge(5, live)
		moved := at(value, "dir:/x", "a", "k")
		moved.At.Zone = sprawl.Zone{{Name: "env", Value: "prod", Confidence: 90}}
		record(t, s, key, hour(6), x, moved)
		record(t, s, key, hour(7), x, at(random(t, 30), "dir:/x", "a", "k"))
		e, err := s.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range e.Events {
			got = append(got, fmt.Sprintf("%d %s", int(v.At.Sub(day).Hours()), v.What))
		}
		want := []string{"0 discovered", "1 activated", "2 rejected", "3 revoked", "4 reappeared", "5 resurrected", "6 location_gone", "6 zone_changed", "7 slot_value_changed", "7 value_lost"}
		if !slices.Equal(got, want) {
			t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		v, ok, err := s.Recent(t.Context(), id, hour(5))
		if err != nil || !ok || v.State != sprawl.Live {
			t.Errorf("the last verdict is %+v, %v, %v", v, ok, err)
		}
		if _, ok, err = s.Recent(t.Context(), id, hour(6)); ok || err != nil {
			t.Errorf("a verdict of later than the last: %v, %v", ok, err)
		}
	})
}

func TestAccept(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		value := random(t, 30)
		record(t, s, key, day, nil, at(value, "dir:/x", "a", ""))
		id := all(t, s)[0].ID
		accept := Accept{By: "ann", Reason: "a test account", At: day.Add(time.Hour), Until: day.Add(100 * time.Hour)}
		for name, bad := range map[string]Accept{
			"no reason":   {By: "ann", At: accept.At, Until: accept.Until},
			"no owner":    {Reason: "x", At: accept.At, Until: accept.Until},
			"no end":      {By: "ann", Reason: "x", At: accept.At},
			"for ever":    {By: "ann", Reason: "x", At: accept.At, Until: accept.At.AddDate(20, 0, 0)},
			"in the past": {By: "ann", Reason: "x", At: accept.At, Until: day},
		} {
			if err := s.Accept(t.Context(), id, bad); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if err := s.Accept(t.Context(), "cr_nosuch", accept); !errors.Is(err, ErrUnknown) {
			t.Errorf("an unknown credential: %v", err)
		}
		if err := s.Accept(t.Context(), id[:8], accept); err != nil {
			t.Fatal(err)
		}
		holds := func(name string, when time.Time, want bool) {
			t.Helper()
			if ok, why := all(t, s)[0].Accepted(when); ok != want {
				t.Errorf("%s: in force %v, want %v (%s)", name, ok, want, why)
			}
		}
		holds("accepted", day.Add(2*time.Hour), true)
		holds("at its end", accept.Until, false)
		// The line moved, and another file of the same zone has it now: neither
		// is a reason to look again.
		moved := at(value, "dir:/x", "a", "")
		moved.At.Line = 99
		news := record(t, s, key, day.Add(2*time.Hour), nil, moved, at(value, "dir:/x", "b", ""))
		holds("a line moved", day.Add(3*time.Hour), true)
		if !news.Open[id] {
			t.Error("a run is not told of the acceptance")
		}
		elsewhere := at(value, "dir:/x", "prod/c", "")
		elsewhere.At.Zone = sprawl.Zone{{Name: "env", Value: "prod", Confidence: 90}}
		record(t, s, key, day.Add(4*time.Hour), nil, elsewhere)
		holds("another zone", day.Add(5*time.Hour), false)
		accept.At = day.Add(6 * time.Hour)
		if err := s.Accept(t.Context(), id, accept); err != nil {
			t.Fatal(err)
		}
		holds("accepted anew", day.Add(7*time.Hour), true)
		if err := s.Judge(t.Context(), id, sprawl.Verdict{State: sprawl.Live, At: day.Add(8 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		holds("it works", day.Add(9*time.Hour), false)
		accept.At = day.Add(10 * time.Hour)
		if err := s.Accept(t.Context(), id, accept); err == nil {
			t.Error("what works was accepted")
		}
		voids := 0
		for _, e := range all(t, s)[0].Events {
			if e.What == AcceptVoid {
				voids++
			}
		}
		if voids != 2 {
			t.Errorf("%d events say that an acceptance is void, want 2", voids)
		}
	})
}

func TestDurations(t *testing.T) {
	now := day.Add(100 * time.Hour)
	e := &Entry{First: day, Last: day, Cross: &Crossing{Facets: []string{"env"}}, Places: []Place{
		{Since: day.Add(-48 * time.Hour), Commit: "c", Last: day}, {Since: day.Add(time.Hour), Commit: "forged", Last: day},
	}}
	if a := e.Age(now); a.Basis != "commit" || a.Age != 148*time.Hour || !a.Least || a.String() != "≥6d" {
		t.Errorf("age %s, %+v", a, a)
	}
	if w := e.Exposure(now); !w.Open || w.String() != "6d so far" {
		t.Errorf("exposure %s", w)
	}
	if _, ok := e.TimeToRevoke(now); ok {
		t.Error("what never worked took a time to be revoked")
	}
	e.About.Facts = []Fact{{Name: sprawl.FactIssued, Value: day.Add(-240 * time.Hour).Format(time.RFC3339)}}
	if a := e.Age(now); a.Basis != "issued" || a.Least || a.Age != 340*time.Hour {
		t.Errorf("age %+v", a)
	}
	if _, ok := e.TimeToDetect(day); ok {
		t.Error("a time to detect for what was there before the register")
	}
	if d, ok := e.TimeToDetect(day.Add(-72 * time.Hour)); !ok || d != 48*time.Hour {
		t.Errorf("time to detect %v, %v", d, ok)
	}
	e.Verdicts = said(live, silent, live, dead, dead)
	w, ok := e.TimeToRevoke(now)
	if !ok || w.Open || !w.EndLo.Equal(day.Add(2*time.Hour)) || !w.EndHi.Equal(day.Add(3*time.Hour)) || w.String() != "2h to 3h" {
		t.Errorf("time to revoke %s: %+v", w, w)
	}
	e.Verdicts = said(live, dead, live)
	if w, _ := e.TimeToRevoke(now); !w.Open {
		t.Errorf("revoked while it works: %+v", w)
	}
	if _, ok := e.TimeToClean(); ok {
		t.Error("clean while it is in a place")
	}
	for i := range e.Places {
		e.Places[i].Gone = day.Add(5 * time.Hour)
	}
	if d, ok := e.TimeToClean(); !ok || d != 5*time.Hour {
		t.Errorf("time to clean %v, %v", d, ok)
	}
}

func TestLedger(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s, ctx := open(t, address, key), t.Context()
		again := open(t, address, key)
		granted := make(chan bool)
		for i := range 8 {
			go func() {
				ok, err := []*Store{s, again}[i%2].Attempt(ctx, "db.example.test app", day)
				if err != nil {
					t.Error(err)
				}
				granted <- ok
			}()
		}
		n := 0
		for range 8 {
			if <-granted {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d attempts at one account on one day, want 1", n)
		}
		if ok, err := s.Attempt(ctx, "db.example.test app", day.Add(24*time.Hour)); err != nil || !ok {
			t.Errorf("the next day: %v, %v", ok, err)
		}
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			if wait, err := []*Store{s, again, s}[i].Reserve(ctx, "github", time.Second, day); err != nil || wait != want {
				t.Errorf("turn %d after %v, want %v (%v)", i, wait, want, err)
			}
		}
		if wait, err := s.Reserve(ctx, "github", time.Second, day.Add(time.Hour)); err != nil || wait != 0 {
			t.Errorf("an hour later: %v, %v", wait, err)
		}

		for _, u := range []sprawl.Unit{{Target: "git:/a", Name: "pack-1", Version: "v1"}, {Target: "git:/a", Name: "live", Version: ""}, {Target: "git:/b", Name: "pack-1", Version: "v9"}} {
			if err := s.Finish(ctx, u, "rules1"); err != nil {
				t.Fatal(err)
			}
		}
		done, err := s.Finished(ctx, "git:/a", "rules1")
		if err != nil || len(done) != 1 || done["pack-1"] != "v1" {
			t.Errorf("finished %v, %v", done, err)
		}
		if done, err = s.Finished(ctx, "git:/a", "rules2"); err != nil || len(done) != 0 {
			t.Errorf("finished under other rules: %v, %v", done, err)
		}

		record(t, s, key, day, nil, at(random(t, 30), "dir:/x", "a", ""))
		id := all(t, s)[0].ID
		for i := range 3 {
			if _, err := s.Prove(ctx, Evidence{Credential: id, At: day, Claim: "invalidated", Grade: "B", Body: []byte(fmt.Sprintf(`{"n":%d}`, i))}); err != nil {
				t.Fatal(err)
			}
		}
		count := 0
		if err := s.Proofs(ctx, func(Evidence) error { count++; return nil }); err != nil || count != 3 {
			t.Errorf("%d proofs, %v", count, err)
		}
		if _, err := s.db.ExecContext(ctx, "UPDATE evidence SET doc = REPLACE(doc, '\"n\":1', '\"n\":7') WHERE n = 2"); err != nil {
			t.Fatal(err)
		}
		if err := s.Proofs(ctx, func(Evidence) error { return nil }); err == nil || !strings.Contains(err.Error(), "proof 2") {
			t.Errorf("a proof that was changed: %v", err)
		}
	})
}
