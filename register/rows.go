package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A row-writing statement takes many rows at a time: one round trip, and one
// call into the database.
const rowsAtOnce = 32

// insert writes rows, each with a value for every column. What follows the
// values in the statement is conflict.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, table, columns, conflict string, rows [][]any) error {
	width := strings.Count(columns, ",") + 1
	var full *sql.Stmt
	for len(rows) > 0 {
		n := min(len(rows), rowsAtOnce)
		args := make([]any, 0, n*width)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		var err error
		if n == rowsAtOnce {
			if full == nil {
				if full, err = tx.PrepareContext(ctx, s.insertText(table, columns, conflict, n, width)); err != nil {
					return err
				}
				defer full.Close()
			}
			_, err = full.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, s.insertText(table, columns, conflict, n, width), args...)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (s *Store) insertText(table, columns, conflict string, rows, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, columns)
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + s.places(r*width, width) + ")")
	}
	b.WriteString(" " + conflict)
	return b.String()
}

// places returns n placeholders, after those that were used before. SQLite gets
// ones without a number: its driver looks for each number among all values.
func (s *Store) places(used, n int) string {
	if s.lite {
		return strings.TrimSuffix(strings.Repeat("?,", n), ",")
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", used+i+1)
	}
	return b.String()
}

// overwrite is the conflict clause by which a row takes the place of the one
// with the same key.
func overwrite(key, columns string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "ON CONFLICT (%s) DO UPDATE SET ", key)
	for i, c := range strings.Split(columns, ",") {
		if c = strings.TrimSpace(c); i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s=excluded.%s", c, c)
	}
	return b.String()
}

const (
	credentialColumns = "n, id, state, issuer, public, role, risk, first_seen, last_seen, doc"
	locationColumns   = "credential, n, target, kind, path, commit_id, nth, object, start_at, end_at, line, col, encoding, role, " +
		"key_path, author, since, removed, removed_at, in_head, refs, ref_count, zone, workload, slot, slot_group, first_seen, last_seen, gone"
)

// A kept entry is one with its number in the database.
type kept struct {
	Entry
	n int64
}

// save writes entries, whole. Verdicts and events are only added.
func (s *Store) save(ctx context.Context, tx *sql.Tx, entries []*kept, at time.Time) error {
	var credentials, names, zones, locations, verdicts, events [][]any
	seen := map[int64]bool{}
	for _, e := range entries {
		doc, err := json.Marshal(&e.Entry)
		if err != nil {
			return err
		}
		credentials = append(credentials, []any{
			e.n, e.ID, string(e.State(at)), e.About.Issuer, e.About.Public, e.Role, e.Risk, stamp(e.First), stamp(e.Last), string(doc),
		})
		for _, name := range e.Names {
			names = append(names, []any{name, e.n})
		}
		for i := range e.Places {
			p := &e.Places[i]
			zone := number("zone", p.Zone)
			if !seen[zone] {
				seen[zone] = true
				zones = append(zones, []any{zone, p.Zone})
			}
			locations = append(locations, p.row(e.n, zone))
		}
		for i := range e.Verdicts {
			t := text(&e.Verdicts[i])
			verdicts = append(verdicts, []any{e.n, stamp(e.Verdicts[i].At), number(t), t})
		}
		for _, v := range e.Events {
			events = append(events, []any{e.n, stamp(v.At), v.What, v.Detail})
		}
	}
	const nothing = "ON CONFLICT DO NOTHING"
	for _, step := range []struct {
		table, columns, conflict string
		rows                     [][]any
	}{
		{"credentials", credentialColumns, overwrite("n", credentialColumns), credentials},
		{"names", "name, credential", overwrite("name", "credential"), names},
		{"zones", "n, zone", nothing, zones},
		{"locations", locationColumns, overwrite("credential, n", locationColumns), locations},
		{"verdicts", "credential, at, n, doc", nothing, verdicts},
		{"events", "credential, at, what, detail", nothing, events},
	} {
		if err := s.insert(ctx, tx, step.table, step.columns, step.conflict, step.rows); err != nil {
			return err
		}
	}
	return nil
}

// row returns p as a row of the table.
func (p *Place) row(credential, zone int64) []any {
	head := 0
	if p.InHead {
		head = 1
	}
	return []any{
		credential, p.number(), string(p.Target), string(p.Kind), p.Path, p.Commit, p.Nth, p.Object, p.Start, p.End,
		p.Line, p.Column, p.Encoding, p.Role, p.Key, p.Author, stamp(p.Since), p.Removed, stamp(p.RemovedAt), head,
		p.Refs, p.RefCount, zone, p.Workload, p.Slot, p.Group, stamp(p.First), stamp(p.Last), stamp(p.Gone),
	}
}

// moveInto makes the entry n a part of another. Its events and evidence go with
// it; all else of it is in memory, and will be saved with the other.
func (s *Store) moveInto(ctx context.Context, tx *sql.Tx, n, into int64) error {
	for _, text := range []string{
		"INSERT INTO events SELECT CAST($2 AS BIGINT), at, what, detail FROM events WHERE credential = $1 ON CONFLICT DO NOTHING",
		"UPDATE evidence SET credential = $2 WHERE credential = $1",
	} {
		if _, err := tx.ExecContext(ctx, text, n, into); err != nil {
			return err
		}
	}
	for _, table := range []string{"names", "locations", "verdicts", "events"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE credential = $1", n); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM credentials WHERE n = $1", n)
	return err
}

// load reads the entries with those numbers, in no order. Their events are read
// only where they are asked for: few questions need them.
func (s *Store) load(ctx context.Context, q queryer, numbers []int64, withEvents bool) (map[int64]*kept, error) {
	all := make(map[int64]*kept, len(numbers))
	for len(numbers) > 0 {
		some := numbers[:min(len(numbers), 500)]
		numbers = numbers[len(some):]
		if err := s.loadSome(ctx, q, some, withEvents, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) loadSome(ctx context.Context, q queryer, numbers []int64, withEvents bool, all map[int64]*kept) error {
	in := "(" + s.places(0, len(numbers)) + ")"
	args := make([]any, len(numbers))
	for i, n := range numbers {
		args[i] = n
	}
	err := s.query(ctx, q, func(rows *sql.Rows) error {
		e, doc := &kept{}, ""
		if err := rows.Scan(&e.n, &doc); err != nil {
			return err
		}
		all[e.n] = e
		return json.Unmarshal([]byte(doc), &e.Entry)
	}, "SELECT n, doc FROM credentials WHERE n IN "+in, args...)
	if err != nil {
		return err
	}
	err = s.query(ctx, q, func(rows *sql.Rows) error {
		n, p, err := scanPlace(rows)
		if e := all[n]; e != nil {
			e.Places = append(e.Places, p)
		}
		return err
	}, "SELECT "+qualified+", zones.zone FROM locations LEFT JOIN zones ON zones.n = locations.zone WHERE credential IN "+in+
		" ORDER BY target, path, kind, commit_id, nth", args...)
	if err != nil {
		return err
	}
	err = s.query(ctx, q, func(rows *sql.Rows) error {
		var n int64
		var doc string
		var j Judgment
		if err := rows.Scan(&n, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(doc), &j); err != nil {
			return err
		}
		if e := all[n]; e != nil {
			e.Verdicts = append(e.Verdicts, j)
		}
		return nil
	}, "SELECT credential, doc FROM verdicts WHERE credential IN "+in+" ORDER BY at, doc", args...)
	if err != nil || !withEvents {
		return err
	}
	return s.query(ctx, q, func(rows *sql.Rows) error {
		var n, at int64
		var v Event
		err := rows.Scan(&n, &at, &v.What, &v.Detail)
		v.At = moment(at)
		if e := all[n]; e != nil {
			e.Events = append(e.Events, v)
		}
		return err
	}, "SELECT credential, at, what, detail FROM events WHERE credential IN "+in+" ORDER BY at, what, detail", args...)
}

// qualified is locationColumns for a join.
const qualified = "locations.credential, locations.target, locations.kind, path, commit_id, nth, object, start_at, end_at, line, col, encoding, role, " +
	"key_path, author, since, removed, removed_at, in_head, refs, ref_count, workload, slot, slot_group, first_seen, last_seen, gone"

func scanPlace(rows *sql.Rows) (credential int64, p Place, err error) {
	var since, removed, first, last, gone int64
	var head int
	var target, kind string
	var zone sql.NullString
	err = rows.Scan(
		&credential, &target, &kind, &p.Path, &p.Commit, &p.Nth, &p.Object, &p.Start, &p.End, &p.Line, &p.Column, &p.Encoding, &p.Role,
		&p.Key, &p.Author, &since, &p.Removed, &removed, &head, &p.Refs, &p.RefCount, &p.Workload, &p.Slot, &p.Group,
		&first, &last, &gone, &zone,
	)
	p.Target, p.Kind, p.InHead, p.Zone = sprawl.Target(target), sprawl.Kind(kind), head != 0, zone.String
	p.Since, p.RemovedAt, p.First, p.Last, p.Gone = moment(since), moment(removed), moment(first), moment(last), moment(gone)
	return credential, p, err
}
