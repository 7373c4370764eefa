package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/register"
)

func newKey(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make, check and rotate the key of fingerprints",
		Long: `Credentials are named by a keyed hash of their value. Runs under one key give one
credential the same name, and without the key a name tells nothing. The key is
given as SPRAWL_KEY or in a file by --key-file; whoever has it can test guesses
of weak passwords against a register, so keep it as you keep a password.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeyNew(c), newKeyCheck(c), newKeyRotate(c), newKeyHook(c))
	return cmd
}

func newKeyNew(c console) *cobra.Command {
	return &cobra.Command{
		Use:     "new [FILE]",
		Short:   "Make a key, in FILE or on standard output",
		Example: "  sprawl key new sprawl.key\n  sprawl scan --key-file sprawl.key --register sprawl.db",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key := register.NewKey()
			if len(args) == 0 {
				_, err := fmt.Fprint(c.out, key.Text())
				return err
			}
			f, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if errors.Is(err, os.ErrExist) {
				return fmt.Errorf("%s is there already, and without the key in it its register is of no use: sprawl key rotate replaces it", args[0])
			}
			if err != nil {
				return err
			}
			if _, err := f.WriteString(key.Text()); err != nil {
				f.Close()
				return err
			}
			if err := f.Close(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "The key %s is in %s.\n", key.ID(), args[0])
			return err
		},
	}
}

func newKeyCheck(c console) *cobra.Command {
	var file, address string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say which key is given, and whether a register was written under it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := givenKey(c, file)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.out, "key", key.ID())
			for _, id := range key.Former() {
				fmt.Fprintln(c.out, "former key", id)
			}
			if address == "" {
				return nil
			}
			store, err := register.Open(cmd.Context(), address, nil)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := store.Knows(cmd.Context(), key); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.out, "the register fits")
			return err
		},
	}
	cmd.Flags().StringVar(&file, "key-file", "", "`FILE` with the key (or SPRAWL_KEY in the environment)")
	cmd.Flags().StringVar(&address, "register", "", "`FILE` or postgres://… to compare with")
	return cmd
}

// givenKey returns the key that the user gave, and an error where none was.
func givenKey(c console, file string) (*register.Key, error) {
	key, _, err := loadKey(c, file)
	if err != nil {
		return nil, err
	}
	if key.RunOnly() {
		return nil, errors.New("no key was given: set SPRAWL_KEY or use --key-file; sprawl key new makes one")
	}
	return key, nil
}

func newKeyRotate(c console) *cobra.Command {
	var finish bool
	cmd := &cobra.Command{
		Use:   "rotate FILE",
		Short: "Put a new key into FILE, and keep the old one beside it for a while",
		Long: `Rotate puts a new key into FILE. The old one stays in it as a former key: scans
then recognise what a register knows under the old key and add the new names to
it. When every target has been scanned once, --finish drops the former keys.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := readBounded(args[0], 1<<16)
			if err != nil {
				return err
			}
			old, err := register.ParseKey(string(text))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			key, what := old.Rotate(), fmt.Sprintf("The key is %%s now; %s is a former one. Scan everything once, then: sprawl key rotate --finish %s\n", old.ID(), args[0])
			if finish {
				key, what = old.Alone(), "The key is %s, and no former one is left.\n"
			}
			if err := replace(args[0], key.Text()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, what, key.ID())
			return err
		},
	}
	cmd.Flags().BoolVar(&finish, "finish", false, "drop the former keys")
	return cmd
}

// replace writes text to a file in one step, so that there is a key in it
// whatever happens.
func replace(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".sprawl-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.WriteString(text); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func newKeyHook(c console) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Print the key for laptops, from which the key of fingerprints can't be found",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			key, err := givenKey(c, file)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.out, key.Hook().Text())
			return err
		},
	}
	cmd.Flags().StringVar(&file, "key-file", "", "`FILE` with the key (or SPRAWL_KEY in the environment)")
	return cmd
}
