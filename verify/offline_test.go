package verify_test

import (
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

func TestSettle(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		fact, value string
		settled     bool
		state       sprawl.State
		grade       string
	}{
		{sprawl.FactExpires, "2030-01-02T02:00:00Z", true, sprawl.Dead, "D"},
		{sprawl.FactExpires, "2030-01-02T02:58:00Z", false, "", ""}, // clocks differ
		{sprawl.FactExpires, "2031-01-01T00:00:00Z", false, "", ""},
		{sprawl.FactExpires, "soon", false, "", ""},
		{sprawl.FactClass, "canary", true, sprawl.Unknown, ""},
		{sprawl.FactClass, "example", true, sprawl.Unknown, ""},
		{sprawl.FactClass, "test", false, "", ""},
		{sprawl.FactAccount, "111", true, sprawl.Unknown, ""},
		{sprawl.FactAccount, "112", false, "", ""},
		{sprawl.FactHost, "trap.acme.io", true, sprawl.Unknown, ""},
	} {
		f := sprawl.Finding{Facts: []sprawl.Fact{{Name: c.fact, Value: c.value}}}
		v, ok := verify.Settle(&f, now, []string{"111", "trap.acme.io"})
		if ok != c.settled || v.State != c.state || v.Grade != c.grade {
			t.Errorf("%s %s: %t, %s, grade %q", c.fact, c.value, ok, v.State, v.Grade)
		}
	}
}
