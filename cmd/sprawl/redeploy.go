package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
)

// A generation is what one deployment of a workload holds, by the ids that a
// key gives to credentials. There is no value in it.
type generation struct {
	head  generationHead
	items map[string]generationItem
}

type generationHead struct {
	Type     string    `json:"type"` // "generation"
	V        int       `json:"v"`
	Workload string    `json:"workload"`
	Key      string    `json:"key"` // the id of the key
	At       time.Time `json:"at"`
}

type generationItem struct {
	Type  string       `json:"type"` // "credential"
	ID    string       `json:"id"`
	Rule  string       `json:"rule"`
	Hint  string       `json:"hint"`
	State sprawl.State `json:"state"`
	Where string       `json:"where"`
}

func newRedeploy(c console, code *int) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "redeploy",
		Short: "Compare which credentials two generations of a workload hold",
		Long: `A new deployment should not hold the credentials of the one before. Snapshot
writes what a generation holds, without a value, from any targets: its manifest,
its image, env: within it. Compare says what the next one inherited.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSnapshot(c, code), newCompare(c, code))
	return cmd
}

func newSnapshot(c console, code *int) *cobra.Command {
	var f scanFlags
	var workload string
	cmd := &cobra.Command{
		Use:     "snapshot [TARGET…]",
		Short:   "Write what a generation holds, in JSON lines",
		Example: "  sprawl redeploy snapshot --workload payments -o n.jsonl dir:deploy env:",
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := givenKey(c, f.keyFile)
			if err != nil {
				return err // ids under a key of the run alone compare with nothing
			}
			f.failOn = []string{"none"}
			f.store.none = true // what is accepted there is inherited all the same
			f.then = func(doc *report.Document) error {
				return f.to(c, func(w io.Writer) error { return writeGeneration(w, workload, key.ID(), doc) })
			}
			*code, err = scan(cmd.Context(), c, &f, args)
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&workload, "workload", "", "the `NAME` of the workload")
	return cmd
}

func writeGeneration(w io.Writer, workload, key string, doc *report.Document) error {
	if err := writeJSON(w, generationHead{"generation", 1, workload, key, doc.Started.UTC().Truncate(time.Second)}); err != nil {
		return err
	}
	for i := range doc.Credentials {
		cr := &doc.Credentials[i]
		where := ""
		if len(cr.Locations) > 0 {
			where = string(cr.Locations[0].Target) + " " + cr.Locations[0].Path
		}
		if err := writeJSON(w, generationItem{"credential", cr.ID, cr.Rule, cr.Hint, cr.Verdict.State, where}); err != nil {
			return err
		}
	}
	return nil
}

func newCompare(c console, code *int) *cobra.Command {
	var shared []string
	var keeper keeperFlags
	format := "text"
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Say what the new generation inherited from the old, and what of the old still works",
		Long: `Compare reads two snapshots. What both hold was inherited, and what only the old
one holds should be dead: with --register, what the register last heard of it is
printed too. It exits 1 where something was inherited that --shared does not
name, or works though it was left behind; 3 where the latter is not known.`,
		Example: "  sprawl redeploy compare n.jsonl n+1.jsonl --shared cr_1a2b3c",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %q: want text or json", format)
			}
			g := [2]*generation{}
			for i := range g {
				var err error
				if g[i], err = readGeneration(args[i]); err != nil {
					return err
				}
			}
			if g[0].head.Key != g[1].head.Key {
				return errors.New("the snapshots were made under different keys, so their ids can't be compared")
			}
			known, err := keeper.states(cmd.Context(), c)
			if err != nil {
				return err
			}
			lines := compareGenerations(g[0], g[1], shared, known)
			*code = inherits(lines)
			return writeInherited(c, format, lines)
		},
	}
	cmd.Flags().StringSliceVar(&shared, "shared", nil, "`IDS` of credentials that are meant to outlive a deployment")
	cmd.Flags().StringVar(&keeper.address, "register", "", "`FILE` or postgres://… that knows whether what was left behind is dead (or SPRAWL_REGISTER)")
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text, or json: one object a line")
	return cmd
}

// states returns what a register says of credentials by id; nil where none is
// named.
func (f *keeperFlags) states(ctx context.Context, c console) (func(id string) (sprawl.Verdict, bool), error) {
	if f.address = cmp.Or(f.address, c.getenv("SPRAWL_REGISTER")); f.address == "" {
		return nil, nil
	}
	all := map[string]sprawl.Verdict{}
	b := &book{c: c, address: f.address}
	err := b.with(ctx, func(s *register.Store) error {
		return s.Each(ctx, register.Query{}, func(e *register.Entry) error {
			all[e.ID] = e.Verdict()
			return nil
		})
	})
	return func(id string) (sprawl.Verdict, bool) { v, ok := all[id]; return v, ok }, err
}

// maxGeneration bounds a snapshot that is read, in bytes.
const maxGeneration = 64 << 20

func readGeneration(name string) (*generation, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	g, err := parseGeneration(io.LimitReader(f, maxGeneration))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return g, nil
}

func parseGeneration(r io.Reader) (*generation, error) {
	g := &generation{items: map[string]generationItem{}}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	n := 0
	for sc.Scan() {
		n++
		if n == 1 {
			if json.Unmarshal(sc.Bytes(), &g.head) != nil || g.head.Type != "generation" || g.head.V != 1 {
				return nil, errors.New("line 1 is not what sprawl redeploy snapshot writes")
			}
			continue
		}
		var item generationItem
		if json.Unmarshal(sc.Bytes(), &item) != nil || item.Type != "credential" || item.ID == "" {
			return nil, fmt.Errorf("line %d is not what sprawl redeploy snapshot writes", n)
		}
		g.items[item.ID] = item
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errors.New("it is empty: a snapshot has a first line even where nothing was found")
	}
	return g, nil
}

// An inheritedLine says what became of one credential.
type inheritedLine struct {
	Type  string       `json:"type"` // "inheritance"
	What  string       `json:"what"` // "inherited", "shared", "left" or "new"
	ID    string       `json:"id"`
	Rule  string       `json:"rule"`
	Hint  string       `json:"hint"`
	State sprawl.State `json:"state,omitempty"` // of what was left: what its issuer said last
	Where string       `json:"where"`
}

// compareGenerations returns every credential of both, in order of what became
// of it.
func compareGenerations(old, now *generation, shared []string, known func(string) (sprawl.Verdict, bool)) (lines []inheritedLine) {
	add := func(what string, i generationItem, state sprawl.State) {
		lines = append(lines, inheritedLine{"inheritance", what, i.ID, i.Rule, i.Hint, state, i.Where})
	}
	for id, i := range now.items {
		_, before := old.items[id]
		switch {
		case !before:
			add("new", i, "")
		case slices.ContainsFunc(shared, func(s string) bool { return len(s) > 3 && strings.HasPrefix(id, s) }):
			add("shared", i, "")
		default:
			add("inherited", i, "")
		}
	}
	for id, i := range old.items {
		if _, still := now.items[id]; still {
			continue
		}
		state := sprawl.Unknown
		if known != nil {
			if v, ok := known(id); ok {
				state = v.State
			}
		}
		add("left", i, state)
	}
	slices.SortFunc(lines, func(a, b inheritedLine) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.ID, b.ID))
	})
	return lines
}

// inherits returns the exit code of a comparison.
func inherits(lines []inheritedLine) int {
	code := exitClean
	for _, l := range lines {
		switch {
		case l.What == "inherited" || l.What == "left" && l.State == sprawl.Live:
			return exitFound
		case l.What == "left" && l.State != sprawl.Dead:
			code = exitIncomplete
		}
	}
	return code
}

func writeInherited(c console, format string, lines []inheritedLine) error {
	for _, l := range lines {
		var err error
		if format == "json" {
			err = writeJSON(c.out, l)
		} else {
			what := l.What
			if l.State != "" {
				what += ", " + string(l.State)
			}
			_, err = fmt.Fprintf(c.out, "%-14s %s  %s  %s\n", what, oneLine(l.ID), oneLine(l.Rule+" "+l.Hint), oneLine(l.Where))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
