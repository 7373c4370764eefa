package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// keeperFlags are the flags of commands that ask about what a register knows.
type keeperFlags struct {
	address, keyFile string
	rules            []string
	verify           verifyFlags
}

func (f *keeperFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.address, "register", "", "`FILE` or postgres://… (or SPRAWL_REGISTER)")
	fl.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY)")
	fl.StringSliceVar(&f.rules, "rules", nil, "add the rules in `FILE`")
	f.verify.how(cmd)
	fl.Lookup("max-age").DefValue = "0s"
	f.verify.maxAge = "0s" // who asks for it wants to know how it is now
}

// A keeper has all that is needed to look after what a register knows: it reads
// values again where they lie, asks about them, and takes note of the answers.
type keeper struct {
	console
	*asker
	flags *keeperFlags
	key   *register.Key
	set   *detectors.Set
	began time.Time
}

// with makes a keeper and calls use with it.
func (f *keeperFlags) with(ctx context.Context, c console, clock verify.Clock, use func(*keeper) error) (err error) {
	if f.address == "" {
		f.address = c.getenv("SPRAWL_REGISTER")
	}
	if f.address == "" {
		return errors.New("say which register: --register FILE, or SPRAWL_REGISTER")
	}
	key, err := givenKey(c, f.keyFile)
	if err != nil {
		return err
	}
	set, _, err := loadRules(f.rules)
	if err != nil {
		return err
	}
	store, err := register.Open(ctx, f.address, key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	log := newAuditor(c, f.verify.audit, f.address, clock.Now)
	defer log.close()
	f.verify.ask = true
	asker, err := f.verify.open(c, store, log, clock)
	if err != nil {
		return err
	}
	defer asker.client.Close()
	return use(&keeper{c, asker, f, key, set, clock.Now().UTC().Truncate(time.Millisecond)})
}

// A held credential is one of the register, with its value where that was found
// again.
type held struct {
	*register.Entry
	finding sprawl.Finding
	found   bool
	visits  []register.Visit
	gaps    []string // why places could not be read again
}

// hold reads the values of credentials again where they lie, and tells the
// register what became of the places.
func (k *keeper) hold(ctx context.Context, entries []*register.Entry) ([]*held, error) {
	in := register.New(k.key)
	r := &rereading{k: k, in: in, byName: map[string]*held{}}
	all := make([]*held, len(entries))
	for i, e := range entries {
		all[i] = &held{Entry: e}
		for _, n := range e.Names {
			r.byName[n] = all[i]
		}
	}
	r.open(ctx, all)
	defer closeAll(r.opened)
	if len(r.places) > 0 {
		k.log.reads(targetsOf(r.places))
		if _, err := sweep.Run(ctx, sweep.Config{Places: r.places, Rules: k.set, Inventory: in}); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.compare(all)
	for _, h := range all {
		if len(h.visits) == 0 {
			continue
		}
		if err := k.store.Revisit(ctx, h.ID, k.clock.Now(), h.visits); err != nil {
			return nil, err
		}
		fresh, err := k.store.Get(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		h.Entry = fresh
	}
	return all, nil
}

// A rereading is one pass over the places of credentials.
type rereading struct {
	k      *keeper
	in     *register.Inventory
	byName map[string]*held
	opened []sweep.Place // to be closed
	places []sweep.Place // whose sources are all *sources.Again
	shut   map[sprawl.Target]string
}

// open opens the source of every target that a credential lies in.
func (r *rereading) open(ctx context.Context, all []*held) {
	r.shut = map[sprawl.Target]string{}
	at := map[sprawl.Target][]sprawl.Location{}
	var order []sprawl.Target
	for _, h := range all {
		for i := range h.Places {
			p := &h.Places[i]
			if at[p.Target] == nil {
				order = append(order, p.Target)
			}
			at[p.Target] = append(at[p.Target], locationOf(p))
		}
	}
	o := sources.Options{Reach: r.k.set.Reach(), Stdin: strings.NewReader(""), Getenv: r.k.getenv}
	for _, t := range order {
		src, err := sources.Open(ctx, t, o)
		if err != nil {
			r.shut[t] = err.Error()
			continue
		}
		r.opened = append(r.opened, sweep.Place{Target: t, Source: src})
		again, ok := src.(sprawl.Rereader)
		if !ok {
			r.shut[t] = "a place of this kind can't be read again by itself: scan it"
			continue
		}
		r.places = append(r.places, sweep.Place{Target: t, Source: sources.NewAgain(again, t, at[t], o.Reach)})
	}
}

// locationOf returns where p is, as its source needs it.
func locationOf(p *register.Place) sprawl.Location {
	at := sprawl.Location{Target: p.Target, Kind: p.Kind, Path: p.Path, Key: p.Key, Start: p.Start, End: p.End, Line: p.Line}
	if raw, err := hex.DecodeString(p.Object); err == nil && len(raw) <= len(at.Object) {
		copy(at.Object[:], raw)
	}
	return at
}

// compare finds out which credentials were met again, and where.
func (r *rereading) compare(all []*held) {
	met := map[*held][]sprawl.Location{}
	others := map[string]bool{} // rule and place of credentials that are none of these
	targets := targetsOf(r.places)
	for _, c := range r.in.Credentials(targets) {
		h := r.known(c.ID)
		for _, at := range c.Locations {
			if h == nil {
				others[c.Rule+"\x00"+spot(at.Target, at.Object.String(), at.Path)] = true
			}
		}
		if h == nil {
			continue
		}
		met[h] = append(met[h], c.Locations...)
		if f, ok := r.in.Finding(c.ID); ok && (!h.found || len(f.Parts) > len(h.finding.Parts)) {
			h.finding, h.found = f, true
		}
	}
	for _, h := range all {
		for i := range h.Places {
			r.visit(h, &h.Places[i], met[h], others)
		}
	}
}

// known returns the credential that has a name of the one with that id.
func (r *rereading) known(id string) *held {
	for _, n := range r.in.Names(id) {
		if h := r.byName[n.String()]; h != nil {
			return h
		}
	}
	return nil
}

// spot names what holds a value: an object, or a file or value by its path.
func spot(t sprawl.Target, object, path string) string {
	if object != "" {
		path = ""
	}
	return string(t) + "\x00" + object + "\x00" + path
}

// visit notes what became of one place.
func (r *rereading) visit(h *held, p *register.Place, met []sprawl.Location, others map[string]bool) {
	where := spot(p.Target, p.Object, p.Path)
	v := register.Visit{Place: *p}
	for i := range met {
		if at := &met[i]; spot(at.Target, at.Object.String(), at.Path) == where {
			if !v.Found || at.Line == p.Line {
				v.Line = at.Line
			}
			v.Found = true
		}
	}
	if !v.Found {
		if why := r.unread(p); why != "" {
			if text := string(p.Target) + " " + p.Path + ": " + why; !slices.Contains(h.gaps, text) {
				h.gaps = append(h.gaps, text)
			}
			return
		}
		v.Another = others[h.About.Rule+"\x00"+where]
	}
	h.visits = append(h.visits, v)
}

// unread returns why it is not known what is at p, or "".
func (r *rereading) unread(p *register.Place) string {
	if why := r.shut[p.Target]; why != "" {
		return why
	}
	at := locationOf(p)
	for _, place := range r.places {
		if place.Target != p.Target {
			continue
		}
		if _, err := place.Source.(*sources.Again).Gone(&at); err != nil {
			return err.Error()
		}
		return ""
	}
	return "it was not read"
}

// judge asks about a credential and takes note of the answer, unless it was
// answered a short while ago.
func (k *keeper) judge(ctx context.Context, h *held) (sprawl.Verdict, error) {
	if !h.found {
		return sprawl.Verdict{State: sprawl.Unknown, Reason: k.lost(h)}, nil
	}
	k.know(&h.finding, h.ID)
	v := k.verdict(ctx, &h.finding)
	if v.At.IsZero() {
		return v, ctx.Err()
	}
	return v, k.store.Judge(ctx, h.ID, v)
}

// lost says why there is no value to ask about.
func (k *keeper) lost(h *held) string {
	if len(h.gaps) > 0 {
		return "not asked: its value could not be read again: " + h.gaps[0]
	}
	return fmt.Sprintf("not asked: its value is in none of its %d places any more", len(h.Places))
}

// atOnce is how many questions wait for an answer at a time.
const atOnce = 16

// each calls do for 0 to n-1, several at a time, and returns when all are done.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, atOnce) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
