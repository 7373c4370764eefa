package register

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-5dd601fe/sprawl"
)

// moments are few, so that statements of one moment meet.
func moments(t *rapid.T, name string) time.Time {
	return day.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, name)) * time.Hour)
}

func nameOf(n int) string { return fmt.Sprintf("%08x.%02x%038x", n%2, n+1, 0) }

// anEntry draws an entry from a world so small that any two have much in
// common, and contradict each other.
func anEntry(t *rapid.T) *Entry {
	names := rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 2, rapid.ID).Draw(t, "names")
	e := &Entry{
		Risk: rapid.IntRange(0, 2).Draw(t, "risk"), Judged: moments(t, "judged"), Named: moments(t, "named"),
		First: moments(t, "first"), Last: moments(t, "last"), Role: rapid.SampledFrom([]string{"", "id", "secret"}).Draw(t, "role"),
		About: About{
			Rule: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "rule"), Issuer: "i", Tier: sprawl.Structured,
			Confidence: rapid.IntRange(40, 42).Draw(t, "confidence"), Hint: "…(3)",
		},
	}
	for _, n := range names {
		e.Names = append(e.Names, nameOf(n))
	}
	e.Names = set(e.Names)
	e.ID = idOf(e.Names[0])
	if rapid.Bool().Draw(t, "hooked") {
		e.Hook, e.Hooked = rapid.SampledFrom([]string{"01", "02"}).Draw(t, "hook"), moments(t, "hook at")
	}
	if rapid.Bool().Draw(t, "crosses") {
		e.Cross = &Crossing{Facets: []string{"env"}, Why: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "why")}
	}
	if rapid.Bool().Draw(t, "accepted") {
		e.Accept = &Accept{By: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "by"), Reason: "r", At: moments(t, "accepted at"), Until: day.Add(900 * time.Hour), Zones: []string{""}}
	}
	for range rapid.IntRange(0, 3).Draw(t, "places") {
		e.Places = append(e.Places, Place{
			Target: "dir:/x", Path: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "path"), Nth: rapid.IntRange(0, 1).Draw(t, "nth"),
			Line: rapid.IntRange(1, 2).Draw(t, "line"), Zone: rapid.SampledFrom([]string{"", "env=dev"}).Draw(t, "zone"),
			First: moments(t, "place first"), Last: moments(t, "place last"), Gone: moments(t, "gone"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "verdicts") {
		e.Verdicts = append(e.Verdicts, Judgment{At: moments(t, "verdict"), State: rapid.SampledFrom([]sprawl.State{sprawl.Live, sprawl.Dead}).Draw(t, "state"), Reason: "r"})
	}
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		e.Events = append(e.Events, Event{moments(t, "event"), Copied, ""})
	}
	for range rapid.IntRange(0, 2).Draw(t, "owners") {
		e.Owners = append(e.Owners, Owner{Name: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "owner"), Kind: Technical, Source: "s", Confidence: rapid.IntRange(1, 2).Draw(t, "sure"), Confirmed: moments(t, "confirmed")})
	}
	return e
}

func aBook(t *rapid.T) *Book {
	b := &Book{Keys: map[string]time.Time{fmt.Sprintf("%08x", rapid.IntRange(0, 1).Draw(t, "key")): moments(t, "since")}}
	for range rapid.IntRange(0, 4).Draw(t, "entries") {
		b.Entries = append(b.Entries, anEntry(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "rules") {
		b.Owners = append(b.Owners, OwnerRule{"unit:a", Technical, rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "rule owner"), "s", moments(t, "rule at")})
	}
	return b
}

// written returns b as an export.
func written(t testing.TB, b *Book) string {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestMergeLaws holds that registers come to the same in whatever order, and
// however often, they are merged.
func TestMergeLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b, c := aBook(rt), aBook(rt), aBook(rt)
		same := func(law string, x, y *Book) {
			if got, want := written(t, x), written(t, y); got != want {
				rt.Fatalf("%s:\n%s\nand\n%s", law, got, want)
			}
		}
		same("it does not commute", Merge(a, b), Merge(b, a))
		same("it is not associative", Merge(Merge(a, b), c), Merge(a, Merge(b, c)))
		ab := Merge(a, b)
		same("it is not idempotent", Merge(ab, ab), ab)
		same("it takes in twice", Merge(ab, b), ab)
		again, err := ReadBook(strings.NewReader(written(t, ab)))
		if err != nil {
			rt.Fatal(err)
		}
		same("an export says something else", again, ab)
	})
}

// TestAbsorb holds a store, into which books are merged, to merging them in
// memory.
func TestAbsorb(t *testing.T) {
	books := rapid.Custom(aBook)
	stores(t, func(t *testing.T, address string) {
		for seed := range 12 {
			at := address
			if !strings.HasPrefix(at, "postgres:") {
				at = filepath.Join(t.TempDir(), "r.db")
			} else if seed > 0 {
				at = postgres(t)
			}
			if seed >= 5 && strings.HasPrefix(at, "postgres:") {
				return // a database of its own for each takes its time
			}
			s := open(t, at, NewKey())
			want, err := s.Book(t.Context()) // it has a key of its own
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				b := books.Example(seed*3 + i)
				for id := range want.Keys {
					b.Keys[id] = want.Keys[id] // else it is refused
				}
				if err := s.Absorb(t.Context(), b); err != nil {
					t.Fatal(err)
				}
				want = Merge(want, b)
			}
			got, err := s.Book(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if g, w := written(t, got), written(t, want); g != w {
				t.Fatalf("seed %d: the store says\n%s\nand memory\n%s", seed, g, w)
			}
		}
	})
}

// TestMergeJoins holds that two entries become one when a third shares a name
// with each.
func TestMergeJoins(t *testing.T) {
	one := func(names ...int) *Book {
		e := &Entry{ID: idOf(nameOf(names[0]))}
		for _, n := range names {
			e.Names = append(e.Names, nameOf(n))
		}
		return &Book{Entries: []*Entry{e}}
	}
	m := Merge(Merge(one(0), one(2)), one(0, 2))
	if len(m.Entries) != 1 || !slices.Equal(m.Entries[0].Names, []string{nameOf(0), nameOf(2)}) {
		t.Errorf("%d entries", len(m.Entries))
	}
}

func TestReadBook(t *testing.T) {
	head := `{"type":"register","v":1,"keys":{}}` + "\n"
	for text, want := range map[string]string{
		"":          "line 1",
		"{}":        "line 1",
		"not json":  "line 1",
		head + head: "line 2",
		head + `{"type":"location","credential":"cr_x"}`: "line 2",
		head + `{"type":"credential","id":"cr_x"}`:       "line 2",
		`{"type":"register","v":99,"keys":{}}`:           "line 1",
	} {
		if _, err := ReadBook(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want one that begins with %s", text, err, want)
		}
	}
	if _, err := ReadBook(strings.NewReader(head + `{"type":"a later kind"}`)); err != nil {
		t.Errorf("what a later version adds is refused: %v", err)
	}
}

func FuzzReadBook(f *testing.F) {
	b := rapid.Custom(aBook).Example(3)
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"type":"register","v":1}` + "\n" + `{"type":"credential","id":"x","names":["y"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBook(bytes.NewReader(data))
		if err != nil {
			return
		}
		m := Merge(b, &Book{})
		again, err := ReadBook(strings.NewReader(written(t, m)))
		if err != nil {
			t.Fatalf("its own export is refused: %v", err)
		}
		if written(t, Merge(again, m)) != written(t, m) {
			t.Error("an export says something else than what was exported")
		}
		for _, e := range m.Entries {
			_ = text(ViewOf(e, day))
		}
	})
}
