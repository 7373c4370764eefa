package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/register"
)

func newOwn(b *book) *cobra.Command {
	var technical, business string
	cmd := &cobra.Command{
		Use:     "own MATCH --technical NAME --business NAME",
		Short:   "Say who answers for a credential, a repository, a workload or a place",
		Long:    "MATCH is a credential's id, unit:ORG/REPOSITORY, workload:NAME, or a target and,\nafter a space, the beginning of paths in it. What is found later is owned, too.",
		Example: "  sprawl register own unit:acme/pay --technical @acme/pay --business payments-pm",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if technical == "" && business == "" {
				return errors.New("say who: --technical NAME, --business NAME or both")
			}
			return b.with(cmd.Context(), func(s *register.Store) error {
				match := args[0]
				if strings.HasPrefix(match, "cr_") {
					e, err := s.Get(cmd.Context(), match)
					if err != nil {
						return err
					}
					match = e.ID
				}
				var rules []register.OwnerRule
				for kind, name := range map[string]string{register.Technical: technical, register.Business: business} {
					if name != "" {
						rules = append(rules, register.OwnerRule{Match: match, Kind: kind, Owner: name, Source: "by hand", Confirmed: today()})
					}
				}
				return b.own(cmd.Context(), s, rules)
			})
		},
	}
	cmd.Flags().StringVar(&technical, "technical", "", "`NAME` of who can change it")
	cmd.Flags().StringVar(&business, "business", "", "`NAME` of who decides about it")
	return cmd
}

// today returns the time as the register keeps it.
func today() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func (b *book) own(ctx context.Context, s *register.Store, rules []register.OwnerRule) error {
	n, err := s.Own(ctx, rules)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(b.c.out, "%d credentials have got an owner by %d statements.\n", n, len(rules))
	return err
}

func newAccept(b *book) *cobra.Command {
	var by, reason, until string
	cmd := &cobra.Command{
		Use:   "accept ID --reason TEXT --until DAY",
		Short: "Accept that a credential stays where it is, until a day",
		Long: `Accept notes that somebody takes responsibility for a credential that stays. Scans
with the register then leave it out. It is bound to the credential, not to a
line, and is void as soon as the credential turns out to work or is met in
another zone.`,
		Example: "  sprawl register accept cr_5urbt --reason 'test account, rotated in May' --until 2027-05-31",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			end, err := day(until)
			if err != nil {
				return err
			}
			if by == "" {
				if u, err := user.Current(); err == nil {
					by = u.Username
				}
			}
			return b.with(cmd.Context(), func(s *register.Store) error {
				return s.Accept(cmd.Context(), args[0], register.Accept{By: by, Reason: reason, At: time.Now(), Until: end})
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "`NAME` of who accepts it (default: you)")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for who reads it later")
	cmd.Flags().StringVar(&until, "until", "", "a day such as 2027-05-31, or an age such as 90d")
	return cmd
}

// day reads a date, or how long from now.
func day(text string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.Add(24*time.Hour - time.Millisecond), nil
	}
	d, err := age(text)
	if err != nil || text == "" {
		return time.Time{}, fmt.Errorf("--until %q: want a day such as 2027-05-31, or an age such as 90d", text)
	}
	return time.Now().Add(d), nil
}

// longestImport bounds the files that are imported.
const longestImport = 1 << 30

func newImportOwners(b *book) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Import owners, or what sprawl fingerprint printed",
		Long: `Import reads who owns what, from a table (.csv) or a Backstage catalogue (.yaml).
A table has a column match (what sprawl register own takes) and one or both of
technical and business. Of a catalogue the repositories and names of components
are read, and spec.owner.

Of a .jsonl file it reads the keyed hashes that sprawl fingerprint printed in a
job: places where a credential lies whose value nobody sees.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rules []register.OwnerRule
			prints := slices.DeleteFunc(slices.Clone(args), func(name string) bool { return filepath.Ext(name) != ".jsonl" })
			for _, name := range slices.DeleteFunc(args, func(name string) bool { return filepath.Ext(name) == ".jsonl" }) {
				text, err := readBounded(name, longestImport)
				if err != nil {
					return err
				}
				read := register.OwnersCSV
				switch strings.ToLower(filepath.Ext(name)) {
				case ".csv":
				case ".yaml", ".yml":
					read = register.OwnersBackstage
				default:
					return fmt.Errorf("%s: want a .csv, .yaml or .jsonl; sprawl register merge takes exports", name)
				}
				more, err := read(bytes.NewReader(text), filepath.Base(name), today())
				if err != nil {
					return err
				}
				rules = append(rules, more...)
			}
			if len(prints) > 0 {
				if err := mergeBooks(cmd.Context(), b, prints); err != nil {
					return err
				}
			}
			if len(rules) == 0 && len(prints) > 0 {
				return nil
			}
			return b.with(cmd.Context(), func(s *register.Store) error { return b.own(cmd.Context(), s, rules) })
		},
	}
}

func newExport(b *book) *cobra.Command {
	var output string
	var hook bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the register as JSON lines, in order, for git and for merge",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if hook {
				key, err := givenKey(b.c, b.keyFile)
				if err != nil {
					return err
				}
				b.key = key
			}
			return b.with(ctx, func(s *register.Store) error {
				return b.to(output, func(w io.Writer) error {
					if hook {
						return s.WriteHookSet(ctx, w)
					}
					all, err := s.Book(ctx)
					if err != nil {
						return err
					}
					return all.Write(w)
				})
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().BoolVar(&hook, "hook-set", false, "write what commit hooks on laptops need instead: short hashes under a key of their own (sprawl key hook)")
	return cmd
}

// to calls write with standard output, or with a file that only the user reads.
func (b *book) to(name string, write func(io.Writer) error) (err error) {
	if name == "" {
		return write(b.c.out)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}

func newMerge(b *book) *cobra.Command {
	return &cobra.Command{
		Use:   "merge FILE…",
		Short: "Add what exports of other registers know",
		Long: `Merge adds to the register what each FILE knows, as sprawl register export wrote
it. The order does not matter, and merging a file twice changes nothing. The
registers must have been written under one key.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return mergeBooks(cmd.Context(), b, args) },
	}
}

// mergeBooks adds exports to the register, all of which must be readable.
func mergeBooks(ctx context.Context, b *book, names []string) error {
	var books []*register.Book
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		more, err := register.ReadBook(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		books = append(books, more)
	}
	return b.with(ctx, func(s *register.Store) error {
		for _, more := range books {
			if err := s.Absorb(ctx, more); err != nil {
				return err
			}
		}
		if err := rejudge(ctx, s, nil, time.Now()); err != nil {
			return err
		}
		credentials, locations, err := s.Count(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(b.c.out, "The register holds %d credentials in %d places.\n", credentials, locations)
		return err
	})
}
