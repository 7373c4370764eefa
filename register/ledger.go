package register

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Recent returns what an issuer said of a credential at or after a moment, so
// that nobody is asked twice for one answer.
func (s *Store) Recent(ctx context.Context, id string, since time.Time) (v sprawl.Verdict, ok bool, err error) {
	var doc string
	err = s.db.QueryRowContext(ctx, "SELECT v.doc FROM verdicts v JOIN credentials c ON c.n = v.credential "+
		"WHERE c.id = $1 AND v.at >= $2 ORDER BY v.at DESC LIMIT 1", id, stamp(since)).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	var e Entry
	var j Judgment
	if err == nil {
		err = json.Unmarshal([]byte(doc), &j)
	}
	if err != nil {
		return v, false, s.explain(err)
	}
	e.Verdicts = []Judgment{j}
	return e.Verdict(), true, nil
}

// Attempt reports whether an account may be tried once more on the day of a
// moment, in UTC, and takes note that it was: of all processes that ask, one
// gets the permission. account is a name that tells no secret, such as a host
// and a user.
func (s *Store) Attempt(ctx context.Context, account string, at time.Time) (ok bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO attempts (account, day, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			clean(account), at.UTC().Unix()/86400, stamp(at))
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		ok = n == 1
		return err
	})
	return ok, err
}

// Reserve reserves the next moment at which an issuer may be asked, when it may
// be asked once every so often by all processes together, and returns how long
// that is from now.
func (s *Store) Reserve(ctx context.Context, issuer string, every time.Duration, at time.Time) (wait time.Duration, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var free int64
		err := tx.QueryRowContext(ctx, "SELECT free_at FROM pace WHERE issuer = $1", issuer).Scan(&free)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		turn := max(free, stamp(at))
		wait = time.Duration(turn-stamp(at)) * time.Millisecond
		_, err = tx.ExecContext(ctx, "INSERT INTO pace (issuer, free_at) VALUES ($1, $2) ON CONFLICT (issuer) DO UPDATE SET free_at = excluded.free_at",
			issuer, turn+every.Milliseconds())
		return err
	})
	return wait, err
}

// Finish takes note that a unit was read in full under rules, a hash.
func (s *Store) Finish(ctx context.Context, u sprawl.Unit, rules string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO units (target, name, version, rules, finished) VALUES ($1, $2, $3, $4, $5) "+
			"ON CONFLICT (target, name) DO UPDATE SET version = excluded.version, rules = excluded.rules, finished = excluded.finished",
			clean(string(u.Target)), clean(u.Name), clean(u.Version), rules, stamp(now()))
		return err
	})
}

// Finished returns the versions of the units of a target that were read in full
// under rules, by name. A unit without a version was never read for good.
func (s *Store) Finished(ctx context.Context, t sprawl.Target, rules string) (versions map[string]string, err error) {
	versions = map[string]string{}
	err = s.query(ctx, s.db, func(rows *sql.Rows) error {
		var name, version string
		err := rows.Scan(&name, &version)
		versions[name] = version
		return err
	}, "SELECT name, version FROM units WHERE target = $1 AND rules = $2 AND version <> ''", clean(string(t)), rules)
	return versions, s.explain(err)
}

// An Evidence is a record of a proof. Each is chained to the one before it by
// its hash, so that none can be changed or taken out unnoticed.
type Evidence struct {
	ID         string          `json:"id"`
	Prev       string          `json:"prev"`
	Credential string          `json:"credential"` // its id when the proof was made
	At         time.Time       `json:"at"`
	Claim      string          `json:"claim"` // such as "invalidated"
	Grade      string          `json:"grade"` // "A" to "D"
	Body       json.RawMessage `json:"body"`  // what was asked and answered, with no secret in it
}

// sum returns the hash of e, which is its id.
func (e *Evidence) sum() (string, error) {
	c := *e
	c.ID = ""
	raw, err := json.Marshal(&c)
	h := sha256.Sum256(raw)
	return "ev_" + hex.EncodeToString(h[:16]), err
}

// Prove adds a proof to the chain, and returns it with its place there.
func (s *Store) Prove(ctx context.Context, e Evidence) (Evidence, error) {
	e.At = e.At.UTC().Truncate(time.Millisecond)
	err := s.write(ctx, func(tx *sql.Tx) error {
		credential, err := s.numberOf(ctx, tx, e.Credential)
		if err != nil {
			return err
		}
		var n int64
		err = tx.QueryRowContext(ctx, "SELECT n, id FROM evidence ORDER BY n DESC LIMIT 1").Scan(&n, &e.Prev)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if e.ID, err = e.sum(); err != nil {
			return err
		}
		doc, err := json.Marshal(&e)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO evidence (n, id, prev, credential, at, claim, grade, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			n+1, e.ID, e.Prev, credential, stamp(e.At), e.Claim, e.Grade, string(doc))
		return err
	})
	return e, err
}

// Proofs calls yield with every proof, in the order of the chain, and returns an
// error where the chain is broken: a proof was changed, or is missing.
func (s *Store) Proofs(ctx context.Context, yield func(Evidence) error) error {
	var docs []string
	err := s.query(ctx, s.db, func(rows *sql.Rows) error {
		var doc string
		err := rows.Scan(&doc)
		docs = append(docs, doc)
		return err
	}, "SELECT doc FROM evidence ORDER BY n")
	if err != nil {
		return s.explain(err)
	}
	prev := ""
	for i, doc := range docs {
		var e Evidence
		if err := json.Unmarshal([]byte(doc), &e); err != nil {
			return s.explain(err)
		}
		if err := e.follows(prev, i+1); err != nil {
			return s.explain(err)
		}
		prev = e.ID
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// follows returns an error where e is not the n-th proof of a chain, after prev.
func (e *Evidence) follows(prev string, n int) error {
	sum, err := e.sum()
	if err != nil || e.Prev != prev || e.ID != sum {
		return fmt.Errorf("the chain of evidence is broken at proof %d, %s", n, e.ID)
	}
	return nil
}

// CheckProofs returns an error where all are not a whole chain: one was changed,
// moved or taken out. Of proofs that somebody else is not to read, only ID and
// Prev are given.
func CheckProofs(all []Evidence) error {
	prev := ""
	for i := range all {
		e := &all[i]
		if e.Body == nil && e.Claim == "" && e.Credential == "" && e.Prev == prev && e.ID != "" {
			prev = e.ID
			continue
		}
		if err := e.follows(prev, i+1); err != nil {
			return err
		}
		prev = e.ID
	}
	return nil
}
