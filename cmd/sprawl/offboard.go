package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// offboards says what each word after sprawl offboard collects.
var offboards = map[string]struct {
	about string
	of    func(e *register.Entry, name string) bool
}{
	"workload": {"what ran with it: every credential at one of its places", ofWorkload},
	"person":   {"a person by name or address: what they brought in, or answer for", ofPerson},
	"repo":     {"a repository or other target: every credential that lies or lay in it", ofRepo},
	"vendor":   {"an issuer, or whoever stands in a credential's account or host", ofVendor},
}

func newOffboard(c console, code *int) *cobra.Command {
	var p proving
	var list bool
	cmd := &cobra.Command{
		Use:   "offboard {workload|person|repo|vendor} NAME",
		Short: "Ask whether everything that a workload, person, repository or vendor had is dead",
		Long: `Offboard collects every credential that the register knows of NAME, and proves
each dead as sprawl prove does. What still works is printed with how to revoke
it; with --wait it goes on asking while that is done.

` + grades + `

It exits 0 where all are proven dead, 1 while one works, and 3 where one can
neither be proven dead nor is known to work. Where the register knows nothing of
NAME it exits 2: that is a name that is spelt otherwise, more often than good
news.`,
		Example: "  sprawl offboard person alice@example.com --wait 30m\n  sprawl offboard workload deployment/payments",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.offboard(cmd.Context(), c, code, args[0], args[1], list, verify.SystemClock())
		},
	}
	p.register(cmd)
	cmd.Flags().BoolVar(&list, "list", false, "only list the credentials, and ask nobody")
	return cmd
}

func (p *proving) offboard(ctx context.Context, c console, code *int, what, name string, list bool, clock verify.Clock) error {
	kind, ok := offboards[what]
	if !ok {
		return fmt.Errorf("offboard %q: want workload, person, repo or vendor", what)
	}
	return p.with(ctx, c, clock, func(k *keeper) error {
		var entries []*register.Entry
		err := k.store.Each(ctx, register.Query{}, func(e *register.Entry) error {
			if kind.of(e, name) && e.Role != sprawl.RoleID {
				entries = append(entries, e)
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case len(entries) == 0:
			return fmt.Errorf("the register knows no credential of %s %q (%s)", what, name, kind.about)
		}
		if list {
			for _, e := range entries {
				if _, err := fmt.Fprintf(c.out, "%s  %s  %s\n", e.ID, e.State(clock.Now()), oneLine(e.About.Rule+" "+e.About.Hint)); err != nil {
					return err
				}
			}
			return nil
		}
		all, err := k.hold(ctx, entries)
		if err != nil {
			return err
		}
		out, err := p.proveAll(ctx, k, all)
		if err != nil {
			return err
		}
		*code = out.exit()
		if err := out.write(c, p.format, k.issuers); err != nil || p.format == "json" {
			return err
		}
		return out.sum(c, what, name)
	})
}

// sum writes the last line: how many are what.
func (all proofs) sum(c console, what, name string) error {
	live, dead := 0, 0
	for i := range all {
		switch {
		case all[i].verdict.State == sprawl.Live:
			live++
		case all[i].proof.Proven():
			dead++
		}
	}
	_, err := fmt.Fprintf(c.out, "%s %s: %d credentials, %d live, %d proven dead, %d not proven\n",
		what, oneLine(name), len(all), live, dead, len(all)-live-dead)
	return err
}

func ofWorkload(e *register.Entry, name string) bool {
	for i := range e.Places {
		w := e.Places[i].Workload
		if _, short, ok := strings.Cut(w, "/"); w != "" && (w == name || ok && short == name) {
			return true
		}
	}
	return false
}

// ofPerson compares names of people and addresses without letter case: git
// writes "Ann <ann@example.com>".
func ofPerson(e *register.Entry, name string) bool {
	for i := range e.Places {
		if isPerson(e.Places[i].Author, name) {
			return true
		}
	}
	for _, o := range e.Owners {
		if isPerson(o.Name, name) {
			return true
		}
	}
	return false
}

func isPerson(text, name string) bool {
	full, address, _ := strings.Cut(strings.TrimSuffix(text, ">"), "<")
	for _, s := range []string{text, strings.TrimSpace(full), address, strings.TrimPrefix(text, "@")} {
		if s != "" && strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

// ofRepo compares whole targets, and their last path elements.
func ofRepo(e *register.Entry, name string) bool {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".git")
	for i := range e.Places {
		rest := strings.TrimSuffix(strings.TrimSuffix(e.Places[i].Target.Rest(), "/"), ".git")
		if rest == name || string(e.Places[i].Target) == name || strings.HasSuffix(rest, "/"+name) {
			return true
		}
	}
	return false
}

func ofVendor(e *register.Entry, name string) bool {
	if strings.EqualFold(e.About.Issuer, name) || strings.EqualFold(e.Verdict().Account, name) {
		return true
	}
	for _, f := range e.About.Facts {
		switch f.Name {
		case sprawl.FactHost:
			if host := strings.ToLower(f.Value); host == strings.ToLower(name) || strings.HasSuffix(host, "."+strings.ToLower(name)) {
				return true
			}
		case sprawl.FactAccount, sprawl.FactTenant, sprawl.FactProject, sprawl.FactSubject:
			if strings.EqualFold(f.Value, name) {
				return true
			}
		}
	}
	return false
}
