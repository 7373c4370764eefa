package register

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// stores runs a test on each kind of register, each empty. PostgreSQL's is at
// SPRAWL_TEST_POSTGRES, a URL; testdata/test.sh starts one.
func stores(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "r%20 ?#.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, postgres(t)) })
}

// postgres returns the address of an empty database.
func postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("SPRAWL_TEST_POSTGRES")
	if base == "" {
		t.Skip("needs SPRAWL_TEST_POSTGRES, the URL of a PostgreSQL server")
	}
	admin := &Store{}
	if err := admin.openPostgres(base); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("sprawl_test_%d", now().UnixNano())
	if _, err := admin.db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := admin.db.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
		if err := errors.Join(err, admin.db.Close()); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, address string, key *Key) *Store {
	t.Helper()
	s, err := Open(t.Context(), address, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// at returns a finding of value at a path of a target that has no objects.
func at(value string, t sprawl.Target, path, key string) sprawl.Finding {
	f := finding("rule", value, "")
	f.Issuer = "issuer"
	f.At = sprawl.Location{Target: t, Path: path, Key: key, Start: 3, Line: 1, Zone: sprawl.Zone{{Name: "env", Value: "dev", Confidence: 90}}}
	return f
}

// day is when the tests' register begins.
var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// record records findings as one run.
func record(t testing.TB, s *Store, key *Key, when time.Time, whole []sprawl.Target, fs ...sprawl.Finding) News {
	t.Helper()
	in := New(key)
	in.Add(0, fs)
	news, err := s.Record(t.Context(), Run{At: when, Inventory: in, Credentials: in.Credentials([]sprawl.Target{"dir:/x"}), Whole: whole})
	if err != nil {
		t.Fatal(err)
	}
	return news
}

func all(t testing.TB, s *Store) (list []*Entry) {
	t.Helper()
	err := s.Each(t.Context(), Query{Events: true}, func(e *Entry) error {
		list = append(list, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRecord(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		one, two := random(t, 30), random(t, 30)
		news := record(t, s, key, day, nil, at(one, "dir:/x", "a", ""), at(one, "dir:/x", "b", ""), at(two, "dir:/y", "a", ""))
		if len(news.New) != 2 || len(news.Copied) != 0 {
			t.Fatalf("news of the first run: %+v", news)
		}
		news = record(t, s, key, day.Add(time.Hour), []sprawl.Target{"dir:/x"}, at(one, "dir:/x", "a", ""), at(one, "dir:/z", "c", ""))
		if len(news.New) != 0 || len(news.Copied) != 1 || news.Gone != 1 {
			t.Fatalf("news of the second run: %+v", news)
		}
		entries := all(t, s)
		if len(entries) != 2 {
			t.Fatalf("%d credentials, want 2", len(entries))
		}
		for _, e := range entries {
			switch len(e.Places) {
			case 1:
				if e.Present() != 1 {
					t.Error("what lies in a target that was not read is gone")
				}
			case 3:
				if e.Present() != 2 || e.Places[1].Path != "b" || e.Places[1].Present() {
					t.Errorf("places: %+v", e.Places)
				}
			default:
				t.Errorf("%d places", len(e.Places))
			}
		}
	})
}
