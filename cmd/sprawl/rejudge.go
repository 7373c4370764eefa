package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/register"
)

// keptSure is how sure a facet is that a register kept: it keeps none that can't
// make a crossing, and not how sure each was.
const keptSure = 60

// rejudge says of the credentials whose places were recorded by several runs
// what they cross now: a run sees only what it read itself.
func rejudge(ctx context.Context, s *register.Store, policy *boundary.Policy, now time.Time) error {
	var all []*register.Entry
	err := s.Each(ctx, register.Query{}, func(e *register.Entry) error {
		if slices.ContainsFunc(e.Places, func(p register.Place) bool { return p.Target != e.Places[0].Target }) {
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range all {
		c := fromEntry(e)
		policy.Cross(c, now)
		risk, _ := boundary.Risk(c, now)
		cross := crossingOf(c)
		if e.Cross != nil && cross != nil && slices.Equal(e.Cross.Facets, cross.Facets) || e.Cross == nil && cross == nil {
			continue
		}
		err := s.Update(ctx, e.ID, now, func(e *register.Entry) ([]register.Event, error) {
			e.Cross, e.Risk, e.Judged = cross, max(risk, e.Risk), now.UTC().Truncate(time.Millisecond)
			return nil, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func crossingOf(c *sprawl.Credential) *register.Crossing {
	if c.Crossing == nil {
		return nil
	}
	return &register.Crossing{Facets: c.Crossing.Facets, Why: c.Crossing.Why}
}

// fromEntry returns what a register keeps of a credential, as far as crossings go.
func fromEntry(e *register.Entry) *sprawl.Credential {
	c := &sprawl.Credential{
		ID: e.ID, Rule: e.About.Rule, Issuer: e.About.Issuer, Tier: e.About.Tier, Confidence: e.About.Confidence,
		Hint: e.About.Hint, Public: e.About.Public, Note: e.About.Note, Verdict: e.Verdict(), Owner: e.Owner(),
	}
	for _, f := range e.About.Facts {
		c.Facts = append(c.Facts, sprawl.Fact{Name: f.Name, Value: f.Value})
	}
	for i := range e.Places {
		p := &e.Places[i]
		if !p.Gone.IsZero() && !p.Present() {
			continue
		}
		at := sprawl.Location{Target: p.Target, Kind: p.Kind, Path: p.Path, Key: p.Key, Role: p.Role, Start: p.Start, End: p.End, Line: p.Line, Zone: zoneOf(p.Zone)}
		if p.Commit != "" {
			at.Life = &sprawl.Life{Path: p.Path, Commit: p.Commit, When: p.Since, Removed: p.Removed, RemovedAt: p.RemovedAt, InHead: p.InHead}
		}
		c.Locations = append(c.Locations, at)
	}
	return c
}

// zoneOf reads a zone as registers write it.
func zoneOf(text string) (z sprawl.Zone) {
	for f := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(f, "="); ok {
			z = append(z, sprawl.Facet{Name: name, Value: value, Source: "the register", Confidence: keptSure})
		}
	}
	return z
}
