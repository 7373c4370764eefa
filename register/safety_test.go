package register

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

func TestKeys(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		value := random(t, 30)
		record(t, s, key, day, nil, at(value, "dir:/x", "a", ""))
		if _, err := Open(t.Context(), address, NewKey()); !errors.Is(err, ErrKey) {
			t.Errorf("another key: %v", err)
		}
		if _, err := Open(t.Context(), address, NewRunKey()); !errors.Is(err, ErrNoKey) {
			t.Errorf("a key of one run: %v", err)
		}
		if err := s.Knows(t.Context(), NewKey()); !errors.Is(err, ErrKey) {
			t.Errorf("another key is known: %v", err)
		}
		old := all(t, s)[0].ID

		next := key.Rotate()
		rotated := open(t, address, next)
		news := record(t, rotated, next, day.Add(time.Hour), nil, at(value, "dir:/x", "a", ""))
		entries := all(t, rotated)
		if len(entries) != 1 || len(news.New) != 0 || len(entries[0].Names) != 2 || entries[0].ID == old {
			t.Fatalf("after a rotation: %d credentials, news %+v, names %v", len(entries), news, entries[0].Names)
		}
		alone := open(t, address, next.Alone())
		if news := record(t, alone, next.Alone(), day.Add(2*time.Hour), nil, at(value, "dir:/x", "a", "")); len(news.New) != 0 {
			t.Error("without the old key the credential is new")
		}
	})
}

func TestNewerRegister(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		if _, err := s.db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, "+map[bool]string{true: "1", false: "true"}[s.lite]+")"); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), address, key); !errors.Is(err, ErrNewer) {
			t.Errorf("a register of a later version: %v", err)
		}
	})
}

func TestDamaged(t *testing.T) {
	key := NewKey()
	dir := t.TempDir()
	name := func(n string) string { return filepath.Join(dir, n) }
	if err := os.WriteFile(name("text"), bytes.Repeat([]byte("this is no database "), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name("text"), key); !errors.Is(err, ErrForeign) {
		t.Errorf("a text file: %v", err)
	}
	stranger := open(t, name("stranger"), key)
	if _, err := stranger.db.ExecContext(t.Context(), "PRAGMA application_id = 42"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name("stranger"), key); !errors.Is(err, ErrForeign) {
		t.Errorf("somebody else's database: %v", err)
	}
	if _, err := Open(t.Context(), name("missing"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Open(t.Context(), name("no/such/dir"), key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}

	s, err := Open(t.Context(), name("torn"), key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		record(t, s, key, day, nil, at(random(t, 30), "dir:/x", fmt.Sprint(i), ""))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name("torn"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(text); i++ {
		text[i] = byte(i * 7)
	}
	if err := os.WriteFile(name("torn"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), name("torn"), key)
	if err == nil {
		err = s.Each(t.Context(), Query{}, func(*Entry) error { return nil })
		s.Close()
	}
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("a file with torn pages: %v", err)
	}
}

// TestFull lets the register run out of space: what was acknowledged is kept,
// and what was not is missing as a whole.
func TestFull(t *testing.T) {
	key := NewKey()
	s := open(t, filepath.Join(t.TempDir(), "r.db"), key)
	s.db.SetMaxOpenConns(1) // the bound is the connection's
	record(t, s, key, day, nil, at(random(t, 30), "dir:/x", "a", ""))
	if _, err := s.db.ExecContext(t.Context(), "PRAGMA max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	in := New(key)
	for i := range 2000 {
		in.Add(0, []sprawl.Finding{at(random(t, 30), "dir:/x", fmt.Sprint(i), "")})
	}
	_, err := s.Record(t.Context(), Run{At: day, Inventory: in, Credentials: in.Credentials([]sprawl.Target{"dir:/x"})})
	if !errors.Is(err, ErrFull) {
		t.Errorf("no space: %v", err)
	}
	if got := all(t, s); len(got) != 1 || len(got[0].Places) != 1 {
		t.Errorf("%d credentials after running out of space, want the one from before", len(got))
	}
}

func TestLocked(t *testing.T) {
	key := NewKey()
	address := filepath.Join(t.TempDir(), "r.db")
	s := open(t, address, key)
	other := open(t, address, key)
	tx, err := other.db.BeginTx(t.Context(), nil) // immediate: it holds the lock
	if err != nil {
		t.Fatal(err)
	}
	s.db.SetMaxOpenConns(1)
	if _, err := s.db.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	f := at(random(t, 30), "dir:/x", "a", "")
	in := New(key)
	in.Add(0, []sprawl.Finding{f})
	run := Run{At: day, Inventory: in, Credentials: in.Credentials([]sprawl.Target{"dir:/x"})}
	if _, err := s.Record(t.Context(), run); !errors.Is(err, ErrLocked) {
		t.Errorf("while another writes: %v", err)
	}
	if err := s.Each(t.Context(), Query{}, func(*Entry) error { return nil }); err != nil {
		t.Errorf("reading while another writes: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(t.Context(), run); err != nil {
		t.Errorf("when the other is done: %v", err)
	}
}

// TestBeginners lets many open a register that is not there yet.
func TestBeginners(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		errs := make(chan error)
		for range 4 {
			go func() {
				s, err := Open(t.Context(), address, key)
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestPostgresAddress(t *testing.T) {
	secret := random(t, 12)
	for _, address := range []string{"postgres://u:" + secret + "@127.0.0.1:1/x?sslmode=disable&connect_timeout=2", "postgres://u:" + secret + "@[::bad/x", "postgres://u:" + secret + "@h/x?sslmode=nonsense"} {
		s, err := Open(t.Context(), address, NewKey())
		if err == nil {
			s.Close()
			t.Error("a server that is not there was opened")
		} else if strings.Contains(err.Error(), secret) {
			t.Error("the error tells the password")
		}
	}
}

// TestNoValues looks for values in all that a register writes: whole, or any
// eight characters of them.
func TestNoValues(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		var values []string
		for i := range 40 {
			v := random(t, 30)
			values = append(values, v)
			record(t, s, key, day, nil, at(v, "dir:/x", fmt.Sprint(i), "db.password"), half("AK"+"IA"+random(t, 12), v, "dir:/y", "b", secretName))
		}
		weak := "Sommer" + "2026"
		values = append(values, weak)
		record(t, s, key, day, nil, at(weak, "dir:/x", "weak", ""))
		b, err := s.Book(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := written(t, b)
		var hooks bytes.Buffer
		if err := s.WriteHookSet(t.Context(), &hooks); err != nil {
			t.Fatal(err)
		}
		out += hooks.String()
		if s.lite {
			files, _ := filepath.Glob(filepath.Join(filepath.Dir(address), "*"))
			for _, name := range files {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				out += string(text)
			}
			if len(files) < 2 {
				t.Errorf("only %v: the write-ahead log was not looked at", files)
			}
		}
		for i, v := range values {
			for from := 0; from+8 <= len(v); from++ {
				if strings.Contains(out, v[from:from+8]) {
					t.Fatalf("characters %d to %d of value %d are written down", from, from+8, i)
				}
			}
			for form, text := range disguised(v) {
				if strings.Contains(out, text) {
					t.Errorf("value %d is written down %s", i, form)
				}
			}
		}
		if strings.Contains(out, strings.Fields(strings.SplitN(key.Text(), "\n", 2)[1])[0]) {
			t.Error("the key is written down")
		}
	})
}

// disguised returns forms of v that give away most of it.
func disguised(v string) map[string]string {
	forms := map[string]string{"in hex": hex.EncodeToString([]byte(v)), "for a URL": escapeAll(v, "%%%02X")}
	for i := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte("---"[:i] + v))
		forms[fmt.Sprint("in base64, at ", i)] = coded[4 : len(coded)-4]
	}
	return forms
}
