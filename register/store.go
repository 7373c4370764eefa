package register

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver called sqlite
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a SQLite file as a register: "sprl". It keeps us from
// writing tables into somebody else's database.
const applicationID = 0x7370726c

// lockedAfter is how long a write waits for another process to finish its own.
const lockedAfter = 20 * time.Second

// A Store is a register: what is known of the credentials of an organisation,
// from run to run. It is a SQLite file, or a database in PostgreSQL where many
// machines share it; both hold the same tables and are asked the same
// questions. Its methods may be called from several goroutines, and several
// processes may have it open.
//
// A method that changes something has written it when it returns nil: nothing
// that was acknowledged is lost when the process is killed.
type Store struct {
	db    *sql.DB
	key   *Key
	name  string // for messages: no password in it
	lite  bool
	since time.Time  // when the register was first written under key
	one   sync.Mutex // SQLite has one writer at a time; waiting here is fairer than there
}

// The errors of registers, for errors.Is. Their texts say what to do.
var (
	ErrKey     = errors.New("the register was written under another key: give that one, or a key file in which it is a former key")
	ErrNoKey   = errors.New("a register needs a key that outlives the run: make one with sprawl key new, and give it as --key-file or SPRAWL_KEY")
	ErrNewer   = errors.New("the register was written by a newer sprawl: use that one")
	ErrForeign = errors.New("this is not a register: nothing was written to it")
	ErrCorrupt = errors.New("the register is damaged: put back a copy, or export what can be read with sqlite3 .recover")
	ErrLocked  = errors.New("another process is writing to the register: run again when it is done")
	ErrFull    = errors.New("no space is left for the register: what was acknowledged before is kept")
	ErrUnknown = errors.New("the register holds no such credential")
)

// Open opens the register at address, a file name or a URL that begins with
// postgres://, and makes it if it is not there. With key nil the register must
// exist, and only what needs no key can be asked of it.
func Open(ctx context.Context, address string, key *Key) (*Store, error) {
	if key != nil && key.RunOnly() {
		return nil, ErrNoKey
	}
	s := &Store{key: key}
	var err error
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		err = s.openPostgres(address)
	} else {
		s.lite = true
		err = s.openSQLite(ctx, strings.TrimPrefix(address, "sqlite:"))
	}
	if err != nil {
		return nil, err
	}
	if err = s.migrate(ctx); err == nil {
		err = s.checkKey(ctx)
	}
	if err != nil {
		_ = s.db.Close()
		return nil, s.explain(err)
	}
	return s, nil
}

func (s *Store) openPostgres(address string) error {
	u, err := url.Parse(address)
	if err != nil { // the error would repeat the address, with its password
		return errors.New("the register's address is not a URL: want postgres://user@host/database")
	}
	s.name = u.Redacted()
	if s.db, err = sql.Open("pgx", address); err != nil {
		return fmt.Errorf("%s: the address can't be read: want postgres://user@host/database", s.name)
	}
	s.db.SetMaxOpenConns(8)
	return nil
}

func (s *Store) openSQLite(ctx context.Context, file string) error {
	s.name = file
	abs, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	flag := os.O_RDWR
	if s.key != nil {
		flag |= os.O_CREATE
	}
	f, err := os.OpenFile(abs, flag, 0o600) // nobody else needs to read it
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", lockedAfter.Milliseconds()),
		"journal_mode(wal)", "synchronous(full)", "cache_size(-32000)", "temp_store(memory)",
	}}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	if s.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return err
	}
	if err := s.foreign(ctx); err != nil {
		_ = s.db.Close()
		return s.explain(err)
	}
	return nil
}

// foreign returns an error for a SQLite database that is not a register.
func (s *Store) foreign(ctx context.Context) error {
	var id, tables int
	if err := s.db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	switch {
	case id == applicationID:
		return nil
	case tables > 0:
		return ErrForeign
	case s.key == nil:
		return ErrForeign
	}
	_, err := s.db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

// migrate brings the tables up to what this program knows.
func (s *Store) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect := goose.DialectPostgres
	if s.lite {
		dialect = goose.DialectSQLite3
	}
	p, err := goose.NewProvider(dialect, s.db, dir)
	if err != nil {
		return err
	}
	// Two processes may find a new register at the same moment: who comes
	// second fails, and finds on looking again that all is done.
	for try := 0; ; try++ {
		have, want, err := p.GetVersions(ctx)
		switch {
		case err != nil && try >= 5:
			return err
		case err == nil && have > want:
			return ErrNewer
		case err == nil && have == want:
			return nil
		}
		if _, err = p.Up(ctx); err != nil && (try >= 5 || ctx.Err() != nil) {
			return err
		}
	}
}

// checkKey refuses a key that the register does not know, unless the register
// is new or the key follows one that it does know.
func (s *Store) checkKey(ctx context.Context) error {
	known, err := s.keys(ctx)
	if err != nil || s.key == nil {
		return err
	}
	if since, ok := known[s.key.id]; ok {
		s.since = since
		return nil
	}
	follows := len(known) == 0
	for _, id := range s.key.Former() {
		_, ok := known[id]
		follows = follows || ok
	}
	if !follows {
		return ErrKey
	}
	s.since = now()
	_, err = s.db.ExecContext(ctx, "INSERT INTO fingerprint_keys (id, since) VALUES ($1, $2) ON CONFLICT DO NOTHING", s.key.id, stamp(s.since))
	return err
}

// keys returns the ids of the keys that the register was written under, and
// since when.
func (s *Store) keys(ctx context.Context) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	err := s.query(ctx, s.db, func(rows *sql.Rows) error {
		var id string
		var since int64
		err := rows.Scan(&id, &since)
		all[id] = moment(since)
		return err
	}, "SELECT id, since FROM fingerprint_keys")
	return all, err
}

// Close ends the use of s.
func (s *Store) Close() error { return s.db.Close() }

// String returns where the register is, without a password.
func (s *Store) String() string { return s.name }

// explain gives the errors of both databases the words of ours.
func (s *Store) explain(err error) error {
	if err == nil {
		return nil
	}
	for _, e := range []error{ErrKey, ErrNoKey, ErrNewer, ErrForeign, ErrUnknown, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		// Of an extended code the last byte is the code: sqlite.org/rescode.html.
		switch coded.Code() & 0xff {
		case 5, 6:
			return fmt.Errorf("%s: %w", s.name, ErrLocked)
		case 11:
			return fmt.Errorf("%s: %w (%w)", s.name, ErrCorrupt, err)
		case 26:
			return fmt.Errorf("%s: %w", s.name, ErrForeign)
		case 13:
			return fmt.Errorf("%s: %w", s.name, ErrFull)
		}
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) && state.SQLState() == "53100" {
		return fmt.Errorf("%s: %w", s.name, ErrFull)
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// now returns the time as registers keep it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// stamp and moment turn times into numbers and back.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// A queryer is a database, or a transaction in it.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// query calls each for every row.
func (s *Store) query(ctx context.Context, q queryer, each func(*sql.Rows) error, text string, args ...any) error {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// write runs change in a transaction, and has written it when it returns nil.
func (s *Store) write(ctx context.Context, change func(tx *sql.Tx) error) error {
	if s.lite {
		s.one.Lock()
		defer s.one.Unlock()
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	defer tx.Rollback()
	if !s.lite {
		// Who joins two credentials must not be overtaken by who adds to one of
		// them. Readers are not held up.
		if _, err := tx.ExecContext(ctx, "LOCK TABLE credentials IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return s.explain(err)
		}
	}
	if err := change(tx); err != nil {
		return s.explain(err)
	}
	return s.explain(tx.Commit())
}

// Knows returns nil if the register was written under key, or under one that it
// follows.
func (s *Store) Knows(ctx context.Context, key *Key) error {
	known, err := s.keys(ctx)
	if err != nil {
		return s.explain(err)
	}
	for _, id := range append(key.Former(), key.id) {
		if _, ok := known[id]; ok || len(known) == 0 {
			return nil
		}
	}
	return s.explain(ErrKey)
}
