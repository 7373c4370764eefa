package register

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A Run is what a scan found, to be recorded. Its credentials have been judged,
// and hold nothing that must not be shown: what is in a path or in the name of
// an author is kept as it is.
type Run struct {
	At          time.Time
	Inventory   *Inventory // that Credentials came from
	Credentials []sprawl.Credential

	// Whole are the targets that were read in full. What the register knew of
	// a place in one of them, and was not met again, is gone from there.
	Whole []sprawl.Target

	// Owners, if not nil, says who owns a path in a target, by what the target
	// itself says, as in a CODEOWNERS file. They are suggestions.
	Owners func(sprawl.Target, string) []string
}

// News is what a register did not know before a run.
type News struct {
	New    map[string]bool // ids of credentials
	Copied map[string]int  // places that are new, of credentials that are not
	Gone   int             // places where a credential is no longer
	Open   map[string]bool // ids of credentials that an acceptance covers
}

// recordAtOnce is how many credentials are written in one transaction.
const recordAtOnce = 1000

// Record writes what a run found, and returns what of it is news. When it
// fails, or the process ends, some credentials are recorded as a whole and the
// others not at all; recording the run again adds what is missing.
func (s *Store) Record(ctx context.Context, run Run) (News, error) {
	run.At = run.At.UTC().Truncate(time.Millisecond)
	news := News{New: map[string]bool{}, Copied: map[string]int{}, Open: map[string]bool{}}
	rules, err := s.ownerRules(ctx, s.db)
	if err != nil {
		return news, s.explain(err)
	}
	for some := range slices.Chunk(run.Credentials, recordAtOnce) {
		fresh := make([]*Entry, len(some))
		for i := range some {
			fresh[i] = run.entry(&some[i], s.since)
			fresh[i].own(rules)
		}
		err := s.write(ctx, func(tx *sql.Tx) error {
			return s.absorb(ctx, tx, fresh, run.At, func(old, e *Entry) { news.add(old, e, run.At) })
		})
		if err != nil {
			return news, err
		}
	}
	for _, t := range run.Whole {
		err := s.write(ctx, func(tx *sql.Tx) error {
			n, err := s.sweepOut(ctx, tx, t, run.At)
			news.Gone += n
			return err
		})
		if err != nil {
			return news, err
		}
	}
	return news, nil
}

// add notes what is new in e, of which old was known; old is nil if nothing was.
func (n *News) add(old, e *Entry, at time.Time) {
	if ok, _ := e.Accepted(at); ok {
		n.Open[e.ID] = true
	}
	if old == nil {
		n.New[e.ID] = true
		return
	}
	if k := len(e.Places) - len(old.Places); k > 0 {
		n.Copied[e.ID] = k
	}
}

// entry returns what the run knows of c.
func (run *Run) entry(c *sprawl.Credential, named time.Time) *Entry {
	e := &Entry{
		ID: c.ID, Named: named, Risk: c.Risk, Judged: run.At, First: run.At, Last: run.At,
		About: About{
			Rule: c.Rule, Issuer: c.Issuer, Tier: c.Tier, Confidence: c.Confidence,
			Hint: clean(c.Hint), Public: clean(c.Public), Note: clean(c.Note),
		},
	}
	for _, f := range c.Facts {
		e.About.Facts = append(e.About.Facts, Fact{f.Name, clean(f.Value)})
	}
	if h := run.Inventory.Hook(c.ID); h != nil {
		e.Hook, e.Hooked = hex.EncodeToString(h), named
	}
	for _, n := range run.Inventory.Names(c.ID) {
		e.Names = append(e.Names, n.String())
	}
	e.Names = set(e.Names)
	e.Role = run.Inventory.role(c.ID)
	if c.Crossing != nil {
		e.Cross = &Crossing{Facets: c.Crossing.Facets, Why: clean(c.Crossing.Why)}
	}
	if c.Verdict.State == sprawl.Live || c.Verdict.State == sprawl.Dead || !c.Verdict.At.IsZero() {
		e.Verdicts = []Judgment{judgment(c.Verdict, run.At)}
	}
	e.Places = run.places(c)
	e.Owners = run.owners(c)
	return e
}

func judgment(v sprawl.Verdict, at time.Time) Judgment {
	if !v.At.IsZero() {
		at = v.At.UTC().Truncate(time.Millisecond)
	}
	return Judgment{
		At: at, State: v.State, Reason: clean(v.Reason), Account: clean(v.Account), Scopes: v.Scopes,
		Expires: v.Expires.UTC().Truncate(time.Millisecond), Grade: v.Grade,
		Vantage: clean(v.Vantage), Verifier: v.Verifier,
	}
}

// places returns the locations of c, numbered among those that nothing but
// their position tells apart.
func (run *Run) places(c *sprawl.Credential) []Place {
	all := make([]Place, 0, len(c.Locations))
	for i := range c.Locations {
		all = append(all, run.place(&c.Locations[i], c.Issuer))
	}
	slices.SortStableFunc(all, func(a, b Place) int {
		return cmp.Or(placeOrder(a, b), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Start, b.Start), cmp.Compare(a.Encoding, b.Encoding))
	})
	for i := 1; i < len(all); i++ {
		before := all[i-1]
		before.Nth = 0
		if placeOrder(before, all[i]) == 0 {
			all[i].Nth = all[i-1].Nth + 1
		}
	}
	return all
}

func (run *Run) place(at *sprawl.Location, issuer string) Place {
	p := Place{
		Target: sprawl.Target(clean(string(at.Target))), Kind: at.Kind, Path: clean(at.Path), Object: at.Object.String(),
		Start: at.Start, End: at.End, Line: at.Line, Column: at.Column, Encoding: strings.Join(at.Encoding, " "),
		Role: at.Role, Key: clean(at.Key), Zone: clean(zoneText(at.Zone)), Workload: clean(at.Says[sprawl.SaysWorkload]),
		Slot: slot(at), Group: slotGroup(at, issuer), InHead: true, First: run.At, Last: run.At,
	}
	p.Since, _ = time.Parse(time.RFC3339, at.Says[sprawl.SaysModified])
	if l := at.Life; l != nil {
		p.Commit, p.Author, p.Since = l.Commit, clean(l.Author), l.When
		p.Removed, p.RemovedAt, p.InHead = l.Removed, l.RemovedAt, l.InHead
		p.Refs, p.RefCount = clean(strings.Join(l.Refs, " ")), l.RefCount
	}
	p.Since, p.RemovedAt = p.Since.UTC().Truncate(time.Millisecond), p.RemovedAt.UTC().Truncate(time.Millisecond)
	return p
}

// clean returns s as UTF-8 without zero bytes, which PostgreSQL can't keep.
// Paths of strangers are bytes; two that look the same then are told apart by
// their number.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// owners returns who is thought to own c, by what its places say.
func (run *Run) owners(c *sprawl.Credential) (all []Owner) {
	add := func(name, kind, source string, confidence int) {
		if name = clean(name); name != "" {
			all = append(all, Owner{Name: name, Kind: kind, Source: source, Confidence: confidence})
		}
	}
	var last *sprawl.Life
	for i := range c.Locations {
		at := &c.Locations[i]
		for _, key := range [...]string{sprawl.SaysTeam, sprawl.SaysLabel + "team", sprawl.SaysLabel + "owner"} {
			add(at.Says[key], "technical", "platform: "+key, 80)
		}
		if run.Owners != nil {
			for _, name := range run.Owners(at.Target, at.Path) {
				add(name, "technical", "CODEOWNERS", 70)
			}
		}
		if at.Life != nil && (last == nil || at.Life.When.After(last.When)) {
			last = at.Life
		}
	}
	if last != nil {
		add(last.Author, "technical", "author of the newest copy", 40)
	}
	return uniteOwners(all, nil)
}
