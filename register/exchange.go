package register

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// Book reads all that the register knows.
func (s *Store) Book(ctx context.Context) (*Book, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, s.explain(err)
	}
	b := &Book{Keys: keys}
	if err := s.Each(ctx, Query{Events: true}, func(e *Entry) error {
		b.Entries = append(b.Entries, e)
		return nil
	}); err != nil {
		return nil, err
	}
	if b.Owners, err = s.ownerRules(ctx, s.db); err != nil {
		return nil, s.explain(err)
	}
	b.sort()
	return b, nil
}

// Absorb adds what b knows to the register. The register must have been
// written under one of the keys that b was, since names under other keys tell
// nothing of each other; a register that is new takes any. When it fails, some
// credentials are merged as a whole and the others not at all.
func (s *Store) Absorb(ctx context.Context, b *Book) error {
	b = Merge(b, &Book{})
	known, err := s.keys(ctx)
	if err != nil {
		return s.explain(err)
	}
	shared := len(known) == 0 || len(b.Keys) == 0
	for id := range b.Keys {
		_, ok := known[id]
		shared = shared || ok
	}
	if !shared {
		return s.explain(ErrKey)
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		for id, since := range b.Keys {
			_, err := tx.ExecContext(ctx, "INSERT INTO fingerprint_keys (id, since) VALUES ($1, $2) "+
				"ON CONFLICT (id) DO UPDATE SET since = CASE WHEN excluded.since < fingerprint_keys.since THEN excluded.since ELSE fingerprint_keys.since END",
				id, stamp(since))
			if err != nil {
				return err
			}
		}
		rules, err := s.ownerRules(ctx, tx)
		if err != nil {
			return err
		}
		return s.saveRules(ctx, tx, uniteRules(rules, b.Owners))
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(b.Entries, recordAtOnce) {
		err := s.write(ctx, func(tx *sql.Tx) error { return s.absorb(ctx, tx, some, now(), nil) })
		if err != nil {
			return err
		}
	}
	return nil
}

// A HookSet says of credentials that the register knows where they lie, to
// whoever holds one of them. It holds no names of credentials and no values:
// only short hashes under a key of its own.
type HookSet struct {
	key   *HookKey
	zones map[[hookSize]byte]string
}

// WriteHookSet writes the hook set of the register: a line that names the hook
// key, and a line for each credential in order, its hash and the classes of the
// zones that it lies in.
func (s *Store) WriteHookSet(ctx context.Context, w io.Writer) error {
	var lines []string
	err := s.Each(ctx, Query{}, func(e *Entry) error {
		if len(e.Hook) == 2*hookSize && e.Present() > 0 {
			lines = append(lines, e.Hook+" "+strings.Join(e.classes(), ","))
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(lines)
	if _, err := fmt.Fprintf(w, "sprawl-hook-set 1 %s\n", s.key.Hook().ID()); err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}

// classes returns what a person with a copy may know of where the others lie:
// kinds of places, and no names.
func (e *Entry) classes() (all []string) {
	for i := range e.Places {
		for f := range strings.SplitSeq(e.Places[i].Zone, ";") {
			name, _, _ := strings.Cut(f, "=")
			switch name {
			case "env", "exposure", "custody", "party", "protection":
				all = append(all, strings.NewReplacer(" ", "-", ",", "-").Replace(f))
			}
		}
	}
	return set(all)
}

// ReadHookSet reads what WriteHookSet wrote, which must have been under key.
func ReadHookSet(r io.Reader, key *HookKey) (*HookSet, error) {
	text, err := io.ReadAll(io.LimitReader(r, 256<<20))
	if err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	if head != "sprawl-hook-set 1 "+key.ID() {
		return nil, fmt.Errorf("the hook set does not begin with %q: it is none, or of another key", "sprawl-hook-set 1 "+key.ID())
	}
	h := &HookSet{key, map[[hookSize]byte]string{}}
	n := 1
	for line := range strings.Lines(rest) {
		n++
		sum, zones, _ := strings.Cut(strings.TrimSpace(line), " ")
		raw, err := hex.DecodeString(sum)
		if err != nil || len(raw) != hookSize {
			return nil, fmt.Errorf("line %d of the hook set begins with no hash of %d bytes", n, hookSize)
		}
		h.zones[[hookSize]byte(raw)] = zones
	}
	return h, nil
}

// Knows returns the classes of the zones that copies of f's credential lie in,
// such as "env=prod", and whether the register knew any.
func (h *HookSet) Knows(f *sprawl.Finding) (classes []string, ok bool) {
	sum := h.key.print(f)
	if sum == nil {
		return nil, false
	}
	zones, ok := h.zones[[hookSize]byte(sum)]
	return strings.FieldsFunc(zones, func(r rune) bool { return r == ',' }), ok
}
