package register

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A merger adds entries to what a register knows, in one transaction.
type merger struct {
	byName   map[string]*kept
	byNumber map[int64]*kept    // a number that went into another leads there
	halves   map[int][]int64    // what else belongs to a fresh entry, by its position
	changed  map[int64]*kept    // to be written
	gone     map[int64]struct{} // to be deleted: they are part of another now
}

// absorb adds what fresh says to what the register knows, and tells of each
// what was known of it before, or nil, and what is known now. With tell nil,
// fresh comes from a register, which has events of its own.
func (s *Store) absorb(ctx context.Context, tx *sql.Tx, fresh []*Entry, at time.Time, tell func(old, now *Entry)) error {
	m, err := s.merger(ctx, tx, fresh)
	if err != nil {
		return err
	}
	for i, e := range fresh {
		k, old, joined := m.add(e, m.halves[i])
		if tell != nil {
			k.Events = union(k.Events, changes(old, &k.Entry, joined, at), text[Event], first[Event])
			tell(old, &k.Entry)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(m.gone)) {
		if err := s.moveInto(ctx, tx, n, m.survivor(n)); err != nil {
			return err
		}
	}
	all := slices.SortedFunc(maps.Values(m.changed), func(a, b *kept) int { return cmp.Compare(a.n, b.n) })
	return s.save(ctx, tx, all, at)
}

// merger reads what the register knows of fresh.
func (s *Store) merger(ctx context.Context, tx *sql.Tx, fresh []*Entry) (*merger, error) {
	m := &merger{
		byName: map[string]*kept{}, byNumber: map[int64]*kept{}, changed: map[int64]*kept{}, gone: map[int64]struct{}{},
	}
	var names []any
	for _, e := range fresh {
		for _, n := range e.Names {
			names = append(names, n)
		}
	}
	var numbers []int64
	note := func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	}
	if err := s.queryIn(ctx, tx, note, "SELECT DISTINCT credential FROM names WHERE name IN ", names); err != nil {
		return nil, err
	}
	var err error
	if m.halves, err = s.halvesOf(ctx, tx, fresh); err != nil {
		return nil, err
	}
	for _, more := range m.halves {
		numbers = append(numbers, more...)
	}
	slices.Sort(numbers)
	m.byNumber, err = s.load(ctx, tx, slices.Compact(numbers), false)
	for _, k := range m.byNumber {
		for _, n := range k.Names {
			m.byName[n] = k
		}
	}
	return m, err
}

// queryIn runs a query that ends with a list, in pieces that both databases
// take.
func (s *Store) queryIn(ctx context.Context, q queryer, each func(*sql.Rows) error, text string, list []any) error {
	for some := range slices.Chunk(list, 500) {
		if err := s.query(ctx, q, each, text+"("+s.places(0, len(some))+")", some...); err != nil {
			return err
		}
	}
	return nil
}

// add unites e with what was known of it, and returns the result, what was
// known, and how many entries that was.
func (m *merger) add(e *Entry, halves []int64) (k *kept, before *Entry, joined int) {
	old := m.known(e, halves)
	k = &kept{Entry: *e, n: number(e.Names[0])}
	for i, o := range old {
		if i == 0 {
			k.n, before = o.n, &o.Entry
			continue
		}
		before = unite(before, &o.Entry)
		m.gone[o.n] = struct{}{}
		delete(m.changed, o.n)
	}
	if before != nil {
		k.Entry = *unite(before, e)
	}
	m.changed[k.n] = k
	m.byNumber[k.n] = k
	for _, o := range old {
		m.byNumber[o.n] = k
	}
	for _, n := range k.Names {
		m.byName[n] = k
	}
	return k, before, len(old)
}

// survivor returns the number of the entry that n became a part of.
func (m *merger) survivor(n int64) int64 {
	for {
		k := m.byNumber[n]
		if k.n == n {
			return n
		}
		n = k.n
	}
}

// known returns the entries that are the credential e, or halves of it.
func (m *merger) known(e *Entry, halves []int64) (all []*kept) {
	add := func(k *kept) {
		if k != nil && !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	for _, n := range e.Names {
		add(m.byName[n])
	}
	for _, n := range halves {
		add(m.byNumber[n])
	}
	slices.SortFunc(all, func(a, b *kept) int { return cmp.Compare(a.n, b.n) })
	return all
}

// changes returns the events that lie between what was known and what is, of
// which joined entries became one.
func changes(old, e *Entry, joined int, at time.Time) (all []Event) {
	say := func(what, format string, args ...any) {
		all = append(all, Event{At: at, What: what, Detail: clean(fmt.Sprintf(format, args...))})
	}
	if old == nil {
		say(Discovered, "")
		old = &Entry{}
	} else if joined > 1 || old.Role != e.Role {
		say(Joined, "")
	}
	before := old.State(at)
	if what := became(before, e.State(at)); what != "" {
		say(what, "%s", e.Verdict().Reason)
	}
	if len(old.Places) == 0 {
		return all
	}
	seen := make(map[int64]*Place, len(old.Places))
	for i := range old.Places {
		seen[old.Places[i].number()] = &old.Places[i]
	}
	for i := range e.Places {
		p := &e.Places[i]
		was := seen[p.number()]
		switch {
		case was == nil && (before == StateRevoked || before == StateRetired):
			say(Reappeared, "%s %s", p.Target, p.Path)
		case was == nil:
			say(Copied, "%s %s", p.Target, p.Path)
		case !was.Present() && p.Present():
			say(Reappeared, "%s %s", p.Target, p.Path)
		case was.Zone != p.Zone:
			say(ZoneChanged, "%s %s: %s, was %s", p.Target, p.Path, p.Zone, was.Zone)
		}
	}
	if ok, _ := old.Accepted(at); ok {
		if ok, why := e.Accepted(at); !ok {
			say(AcceptVoid, "%s", why)
		}
	}
	return all
}

// sweepOut marks what was not met again in a target that was read in full, and
// returns how many places that are.
func (s *Store) sweepOut(ctx context.Context, tx *sql.Tx, t sprawl.Target, at time.Time) (int, error) {
	var numbers []int64
	err := s.query(ctx, tx, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	}, "SELECT DISTINCT credential FROM locations WHERE target = $1 AND last_seen < $2 AND gone <= last_seen", clean(string(t)), stamp(at))
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	known, err := s.load(ctx, tx, numbers, false)
	if err != nil {
		return 0, err
	}
	replaced, err := s.slotsTaken(ctx, tx, t, at)
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, k := range known {
		old := k.Entry
		k.Places = slices.Clone(k.Places)
		for i := range k.Places {
			p := &k.Places[i]
			if p.Target != sprawl.Target(clean(string(t))) || !p.Last.Before(at) || !p.Present() {
				continue
			}
			gone++
			p.Gone = at
			what := Gone
			if replaced[p.Slot] {
				what = Replaced
			}
			k.Events = append(k.Events, Event{at, what, clean(string(p.Target) + " " + p.Path)})
		}
		if what := became(old.State(at), k.State(at)); what != "" {
			k.Events = append(k.Events, Event{at, what, ""})
		}
	}
	return gone, s.save(ctx, tx, slices.Collect(maps.Values(known)), at)
}

// slotsTaken returns the slots of a target in which something was met by the
// last run.
func (s *Store) slotsTaken(ctx context.Context, tx *sql.Tx, t sprawl.Target, at time.Time) (map[int64]bool, error) {
	taken := map[int64]bool{}
	err := s.query(ctx, tx, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		taken[n] = true
		return err
	}, "SELECT DISTINCT slot FROM locations WHERE target = $1 AND last_seen = $2 AND slot <> 0", clean(string(t)), stamp(at))
	return taken, err
}

// A member is a role in a group of slots.
type member struct {
	group int64
	role  string
}

// halvesOf returns, for each of fresh by its position, what the register knows
// of the other half of it: by the same rules as Inventory.join, and where more
// than one could be meant, none is.
func (s *Store) halvesOf(ctx context.Context, tx *sql.Tx, fresh []*Entry) (map[int][]int64, error) {
	lone, err := s.loneIssuers(ctx, tx, fresh)
	if err != nil || len(lone) == 0 && !slices.ContainsFunc(fresh, func(e *Entry) bool { return e.Role == sprawl.RoleID }) {
		return nil, err
	}
	var publics, groups []any
	for _, e := range fresh {
		if e.About.Issuer == "" || e.Role != sprawl.RoleID && !lone[e.About.Issuer] {
			continue
		}
		if e.About.Public != "" && e.Role != sprawl.RoleSecret {
			publics = append(publics, e.About.Public)
		}
		if e.Role != "" {
			for _, g := range e.groups() {
				groups = append(groups, g)
			}
		}
	}
	byPublic, err := s.byPublic(ctx, tx, publics)
	if err != nil {
		return nil, err
	}
	byGroup, err := s.byGroup(ctx, tx, groups)
	if err != nil {
		return nil, err
	}
	all := map[int][]int64{}
	for i, e := range fresh {
		if e.About.Issuer == "" {
			continue
		}
		for _, some := range e.otherHalves(byPublic, byGroup) {
			if len(some) == 1 {
				all[i] = append(all[i], some[0])
			}
		}
	}
	return all, nil
}

// otherHalves returns what could be the other half of e, each list by another
// piece of evidence.
func (e *Entry) otherHalves(byPublic map[[3]string][]int64, byGroup map[member][]int64) (all [][]int64) {
	switch e.Role {
	case sprawl.RoleID:
		all = append(all, byPublic[[3]string{e.About.Public, e.About.Issuer, ""}])
	case "":
		if e.About.Public != "" {
			all = append(all, byPublic[[3]string{e.About.Public, e.About.Issuer, sprawl.RoleID}])
		}
	}
	other := otherHalf(e.Role)
	if other == "" {
		return all
	}
	for _, g := range e.groups() {
		own := byGroup[member{g, e.Role}]
		if len(own) == 0 || len(own) == 1 && own[0] == number(e.Names[0]) {
			all = append(all, byGroup[member{g, other}])
		}
	}
	return all
}

// loneIssuers returns the issuers of which the register, or fresh, has an
// identifier without its secret. Most have none, and then there is nothing to
// look for.
func (s *Store) loneIssuers(ctx context.Context, tx *sql.Tx, fresh []*Entry) (map[string]bool, error) {
	lone := map[string]bool{}
	for _, e := range fresh {
		if e.Role == sprawl.RoleID {
			lone[e.About.Issuer] = true
		}
	}
	return lone, s.query(ctx, tx, func(rows *sql.Rows) error {
		var issuer string
		err := rows.Scan(&issuer)
		lone[issuer] = true
		return err
	}, "SELECT DISTINCT issuer FROM credentials WHERE role = 'id'")
}

// byPublic returns the credentials with those identifiers, by identifier,
// issuer and role.
func (s *Store) byPublic(ctx context.Context, tx *sql.Tx, publics []any) (map[[3]string][]int64, error) {
	all := map[[3]string][]int64{}
	return all, s.queryIn(ctx, tx, func(rows *sql.Rows) error {
		var k [3]string
		var n int64
		err := rows.Scan(&n, &k[0], &k[1], &k[2])
		all[k] = append(all[k], n)
		return err
	}, "SELECT n, public, issuer, role FROM credentials WHERE public <> '' AND public IN ", publics)
}

// byGroup returns the credentials that lie in those groups of slots.
func (s *Store) byGroup(ctx context.Context, tx *sql.Tx, groups []any) (map[member][]int64, error) {
	all := map[member][]int64{}
	return all, s.queryIn(ctx, tx, func(rows *sql.Rows) error {
		var m member
		var n int64
		err := rows.Scan(&n, &m.group, &m.role)
		if !slices.Contains(all[m], n) {
			all[m] = append(all[m], n)
		}
		return err
	}, "SELECT c.n, l.slot_group, c.role FROM locations l JOIN credentials c ON c.n = l.credential WHERE l.slot_group <> 0 AND l.slot_group IN ", groups)
}

func otherHalf(role string) string {
	switch role {
	case sprawl.RoleID:
		return sprawl.RoleSecret
	case sprawl.RoleSecret:
		return sprawl.RoleID
	}
	return ""
}

// groups returns the slot groups that e lies in.
func (e *Entry) groups() (all []int64) {
	for i := range e.Places {
		if g := e.Places[i].Group; g != 0 && !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	return all
}
