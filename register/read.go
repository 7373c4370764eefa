package register

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A Query says which credentials are meant. Its zero value means all.
type Query struct {
	State  State // as it was when the credential was last written
	Issuer string
	Place  string // part of a target or path
	Events bool   // read events too
}

// Each calls yield with every credential that q means, those with the highest
// risk first, and stops at the first error, which it returns. What it reads in
// memory at a time is bounded.
func (s *Store) Each(ctx context.Context, q Query, yield func(*Entry) error) error {
	numbers, err := s.find(ctx, q)
	if err != nil {
		return s.explain(err)
	}
	for len(numbers) > 0 {
		some := numbers[:min(len(numbers), 500)]
		numbers = numbers[len(some):]
		all, err := s.load(ctx, s.db, some, q.Events)
		if err != nil {
			return s.explain(err)
		}
		for _, n := range some {
			e := all[n]
			if e == nil { // it became part of another meanwhile
				continue
			}
			if err := yield(&e.Entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// find returns the numbers of what q means.
func (s *Store) find(ctx context.Context, q Query) (numbers []int64, err error) {
	where, args := []string{"1 = 1"}, []any{}
	also := func(text string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(text, len(args)))
	}
	if q.State != "" {
		also("state = $%d", string(q.State))
	}
	if q.Issuer != "" {
		also("issuer = $%d", q.Issuer)
	}
	if q.Place != "" {
		also("n IN (SELECT credential FROM locations WHERE lower(target || ' ' || path) LIKE '%%' || lower($%d) || '%%' ESCAPE '!')", likeText(q.Place))
	}
	err = s.query(ctx, s.db, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	}, "SELECT n FROM credentials WHERE "+strings.Join(where, " AND ")+" ORDER BY risk DESC, id", args...)
	return numbers, err
}

// likeText returns s for use in a pattern where it means itself.
func likeText(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// Get returns the credential with that id, with its events. The first few
// characters are enough where no other begins with them. The error is
// ErrUnknown where there is none.
func (s *Store) Get(ctx context.Context, id string) (*Entry, error) {
	n, err := s.numberOf(ctx, s.db, id)
	if err != nil {
		return nil, s.explain(err)
	}
	all, err := s.load(ctx, s.db, []int64{n}, true)
	if err != nil {
		return nil, s.explain(err)
	}
	if e := all[n]; e != nil {
		return &e.Entry, nil
	}
	return nil, s.explain(ErrUnknown)
}

// numberOf returns the number of the one credential whose id begins with id.
func (s *Store) numberOf(ctx context.Context, q queryer, id string) (int64, error) {
	var found []int64
	err := s.query(ctx, q, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		found = append(found, n)
		return err
	}, "SELECT n FROM credentials WHERE id LIKE $1 || '%' ESCAPE '!' LIMIT 2", likeText(id))
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0 || len(id) < 4:
		return 0, fmt.Errorf("%w as %q", ErrUnknown, id)
	case len(found) > 1:
		return 0, fmt.Errorf("%w as %q: more than one begins so, give more of it", ErrUnknown, id)
	}
	return found[0], nil
}

// Update changes the entry with that id: change gets all that is known of it
// but its events, and returns those to add. What it changes is written when
// Update returns nil. The error is change's own, or that of the register.
func (s *Store) Update(ctx context.Context, id string, at time.Time, change func(*Entry) ([]Event, error)) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		n, err := s.numberOf(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := s.load(ctx, tx, []int64{n}, false)
		if err != nil {
			return err
		}
		k := all[n]
		if k == nil {
			return ErrUnknown
		}
		before := k.State(at)
		events, err := change(&k.Entry)
		if err != nil {
			return err
		}
		if what := became(before, k.State(at)); what != "" {
			events = append(events, Event{at, what, k.Verdict().Reason})
		}
		k.Events = events
		return s.save(ctx, tx, []*kept{k}, at)
	})
}

// Judge adds what an issuer said of a credential.
func (s *Store) Judge(ctx context.Context, id string, v sprawl.Verdict) error {
	j := judgment(v, now())
	return s.Update(ctx, id, j.At, func(e *Entry) ([]Event, error) {
		ok, _ := e.Accepted(j.At)
		e.judge(j)
		if after, why := e.Accepted(j.At); ok && !after {
			return []Event{{j.At, AcceptVoid, why}}, nil
		}
		return nil, nil
	})
}

// judge adds j to e's verdicts, in order of time.
func (e *Entry) judge(j Judgment) {
	e.Verdicts = union(e.Verdicts, []Judgment{j}, text[Judgment], first[Judgment])
	slices.SortFunc(e.Verdicts, judgmentOrder)
}

// Accept takes note that somebody takes responsibility for a credential that
// stays where it is until a day. One that is known to work can't be accepted.
func (s *Store) Accept(ctx context.Context, id string, a Accept) error {
	a.At, a.Until = a.At.UTC().Truncate(time.Millisecond), a.Until.UTC().Truncate(time.Millisecond)
	a.By, a.Reason = clean(strings.TrimSpace(a.By)), clean(strings.TrimSpace(a.Reason))
	switch {
	case a.By == "" || a.Reason == "":
		return errors.New("say who accepts it and why")
	case !a.Until.After(a.At):
		return errors.New("say until when, with a day that is yet to come")
	case a.Until.Sub(a.At) > longestAccept:
		return errors.New("an acceptance holds for two years at most")
	}
	return s.Update(ctx, id, a.At, func(e *Entry) ([]Event, error) {
		if e.State(a.At) == StateActive {
			return nil, fmt.Errorf("%s works, and what works can't be accepted: revoke it", e.ID)
		}
		a.Zones = e.zones()
		e.Accept = &a
		return []Event{{a.At, Accepted, a.By + " until " + a.Until.Format(time.DateOnly) + ": " + a.Reason}}, nil
	})
}

// longestAccept is how long somebody can know that nothing will have changed.
const longestAccept = 2 * 366 * 24 * time.Hour

// Count returns how many credentials and locations the register holds.
func (s *Store) Count(ctx context.Context) (credentials, locations int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM credentials), (SELECT count(*) FROM locations)").Scan(&credentials, &locations)
	return credentials, locations, s.explain(err)
}
