package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
)

// A book is what the commands of sprawl register share.
type book struct {
	c       console
	code    *int
	address string
	keyFile string
	key     *register.Key // nil where a command needs none
}

func newRegister(c console, code *int) *cobra.Command {
	b := &book{c: c, code: code}
	cmd := &cobra.Command{
		Use:   "register",
		Short: "The inventory of credentials: list, show, own, accept, export, merge",
		Long: `A register holds every credential that scans have met, with all its places and
what became of it. It is one file, made by the first sprawl scan --register
FILE, or a database at postgres://…. No value is in it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&b.address, "register", "", "`FILE` or postgres://… (or SPRAWL_REGISTER)")
	cmd.PersistentFlags().StringVar(&b.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY), where a command needs it")
	cmd.AddCommand(
		newList(b), newShow(b), newOwn(b), newAccept(b), newImportOwners(b),
		newExport(b), newMerge(b), newPivot(b), newCheck(b),
	)
	return cmd
}

// with opens the register and calls use with it.
func (b *book) with(ctx context.Context, use func(*register.Store) error) (err error) {
	if b.address == "" {
		b.address = b.c.getenv("SPRAWL_REGISTER")
	}
	if b.address == "" {
		b.address = usersRegister()
	}
	if b.address == "" {
		return errors.New("say which register: --register FILE, or SPRAWL_REGISTER")
	}
	store, err := register.Open(ctx, b.address, b.key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return use(store)
}

// A listing says which credentials sprawl register list shows, and how.
type listing struct {
	query    register.Query
	state    string
	older    string
	accepted bool
	noOwner  bool
	format   string
}

func newList(b *book) *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List credentials, the highest risk first",
		Example: "  sprawl register list --register sprawl.db --state active\n  sprawl register list --older-than 90d --no-owner",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.with(cmd.Context(), func(s *register.Store) error { return l.show(cmd.Context(), b.c, s) })
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&l.state, "state", "", "only those in `STATE`: seen, active, rejected, revoked, expired …")
	fl.StringVar(&l.query.Issuer, "issuer", "", "only those of `ISSUER`")
	fl.StringVar(&l.query.Place, "place", "", "only those with `TEXT` in a target or path")
	fl.StringVar(&l.older, "older-than", "", "only those older than `AGE`, such as 90d or 12h")
	fl.BoolVar(&l.accepted, "accepted", false, "only those that somebody accepted")
	fl.BoolVar(&l.noOwner, "no-owner", false, "only those of which no owner is confirmed")
	fl.StringVarP(&l.format, "format", "f", "text", "text, or json: one object a line")
	return cmd
}

func (l *listing) show(ctx context.Context, c console, s *register.Store) error {
	at := time.Now()
	oldest, err := age(l.older)
	if err != nil {
		return err
	}
	if l.format != "text" && l.format != "json" {
		return fmt.Errorf("--format %q: want text or json", l.format)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	if l.format == "text" {
		fmt.Fprintln(w, "ID\tRISK\tSTATE\tAGE\tPLACES\tOWNER\tWHAT")
	}
	n := 0
	err = s.Each(ctx, l.query, func(e *register.Entry) error {
		if !l.wants(e, at, oldest) {
			return nil
		}
		n++
		if l.format == "json" {
			return writeJSON(c.out, register.ViewOf(e, at))
		}
		return l.line(w, e, at)
	})
	if err != nil || l.format == "json" {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n == 0 {
		_, err = fmt.Fprintln(c.out, "No credential is so.")
	}
	return err
}

func (l *listing) wants(e *register.Entry, at time.Time, oldest time.Duration) bool {
	switch {
	case l.state != "" && string(e.State(at)) != l.state,
		oldest > 0 && e.Age(at).Age <= oldest,
		l.accepted && e.Accept == nil,
		l.noOwner && e.Confirmed():
		return false
	}
	return true
}

func (l *listing) line(w io.Writer, e *register.Entry, at time.Time) error {
	owner := "-"
	if o := e.Owner(); o != nil {
		owner = o.Name
		if !o.Confirmed {
			owner += "?"
		}
	}
	what := strings.TrimSpace(e.About.Rule + " " + e.About.Hint + " " + e.About.Public)
	_, err := fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\t%s\t%s\n", e.ID, e.Risk, e.State(at), e.Age(at), e.Present(), oneLine(owner), oneLine(what))
	return err
}

// oneLine returns text for a cell of a table.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(printable(text))
}

// age reads a duration such as 90d, 36h or 2w.
func age(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	days := map[byte]int{'d': 1, 'w': 7, 'y': 365}[text[len(text)-1]]
	if days == 0 {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no age: want one such as 90d, 2w or 36h", text)
		}
		return d, nil
	}
	var n int
	if _, err := fmt.Sscanf(text[:len(text)-1]+" .", "%d .", &n); err != nil || n < 0 || n > 36500 {
		return 0, fmt.Errorf("%q is no age: want one such as 90d, 2w or 36h", text)
	}
	return time.Duration(n*days) * 24 * time.Hour, nil
}

func writeJSON(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func newShow(b *book) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is known of a credential: places, verdicts, owners, events",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.with(cmd.Context(), func(s *register.Store) error {
				e, err := s.Get(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(b.c.out, register.ViewOf(e, time.Now()))
				}
				_, err = io.WriteString(b.c.out, printable(page(e, time.Now())))
				return err
			})
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	return cmd
}

// page returns what is known of e, for people.
func page(e *register.Entry, at time.Time) string {
	var b strings.Builder
	say := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, oneLine(fmt.Sprintf(format, args...)))
	}
	say("id", "%s", e.ID)
	say("what", "%s %s %s", e.About.Rule, e.About.Hint, e.About.Public)
	if e.Role == sprawl.RoleID {
		say("half", "only the identifier is known, not the secret")
	}
	v := e.Verdict()
	say("state", "%s (%s: %s)", e.State(at), v.State, v.Reason)
	say("risk", "%d", e.Risk)
	if e.Cross != nil {
		say("crosses", "%s: %s", strings.Join(e.Cross.Facets, ", "), e.Cross.Why)
	}
	say("age", "%s, by %s", e.Age(at), e.Age(at).Basis)
	if x := e.Exposure(at); !x.Start.IsZero() {
		say("exposed", "%s", x)
	}
	for _, o := range e.Owners {
		how := "suggested"
		if !o.Confirmed.IsZero() {
			how = "confirmed " + o.Confirmed.Format(time.DateOnly)
		}
		say("owner", "%s (%s, %s by %s)", o.Name, o.Kind, how, o.Source)
	}
	if a := e.Accept; a != nil {
		if ok, why := e.Accepted(at); ok {
			say("accepted", "until %s by %s: %s", a.Until.Format(time.DateOnly), a.By, a.Reason)
		} else {
			say("accepted", "no longer, %s (was by %s: %s)", why, a.By, a.Reason)
		}
	}
	for i := range e.Places {
		say("place", "%s", placeLine(&e.Places[i]))
	}
	for _, ev := range e.Events {
		say("event", "%s %s %s", ev.At.Format("2006-01-02 15:04"), ev.What, ev.Detail)
	}
	return b.String()
}

func placeLine(p *register.Place) string {
	line := fmt.Sprintf("%s %s", p.Target, p.Path)
	if p.Line > 0 {
		line += fmt.Sprintf(":%d", p.Line)
	}
	for _, more := range []struct{ name, value string }{
		{"", p.Key}, {"half ", p.Role}, {"in ", p.Encoding}, {"since commit ", p.Commit}, {"by ", p.Author},
		{"removed by ", p.Removed}, {"refs ", p.Refs}, {"zone ", p.Zone},
	} {
		if more.value != "" {
			line += ", " + more.name + more.value
		}
	}
	if !p.Present() {
		line += ", gone since " + p.Gone.Format(time.DateOnly)
	}
	return line
}
