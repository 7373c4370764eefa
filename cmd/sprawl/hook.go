package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// hookNames are the hooks of git that sprawl can be.
var hookNames = []string{"pre-commit", "pre-push", "pre-receive"}

func newHook(c console, code *int) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Let git ask sprawl before it commits, pushes or receives",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHookInstall(c), newHookUninstall(c), newHookStatus(c, code), newHookRun(c, code))
	return cmd
}

func newHookInstall(c console) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "install [HOOK…]",
		Short: "Put the hooks into a repository: pre-commit and pre-push, or in a bare one pre-receive",
		Long: `Install writes hooks that check what is staged, and what a push brings. A hook that
is there already is kept beside it and runs first.`,
		Example:   "  sprawl hook install\n  sprawl hook install --repo /srv/git/api.git pre-receive",
		ValidArgs: hookNames,
		Args:      cobra.OnlyValidArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := findHooks(cmd.Context(), dir)
			if err != nil {
				return err
			}
			for _, name := range r.wanted(args) {
				if err := r.install(c, name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "repo", ".", "`DIRECTORY` of the repository")
	return cmd
}

func newHookUninstall(c console) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:       "uninstall [HOOK…]",
		Short:     "Take the hooks away, and put back what was there before",
		ValidArgs: hookNames,
		Args:      cobra.OnlyValidArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := findHooks(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = hookNames
			}
			for _, name := range args {
				if err := r.uninstall(c, name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "repo", ".", "`DIRECTORY` of the repository")
	return cmd
}

func newHookStatus(c console, code *int) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say which hooks are in a repository, and how often they were bypassed",
		Long:  "Status exits 1 if a hook that install would write is not there or can't work.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := findHooks(cmd.Context(), dir)
			if err != nil {
				return err
			}
			for _, s := range r.status() {
				if s.trouble {
					*code = exitFound
				}
				if _, err := fmt.Fprintf(c.out, "%-12s %s\n", s.hook, oneLine(s.text)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "repo", ".", "`DIRECTORY` of the repository")
	return cmd
}

// A hookPlace is where a repository has its hooks.
type hookPlace struct {
	hooks  string // the directory, wherever core.hooksPath has it
	common string // the git directory that all work trees share
	bare   bool
	user   string
}

// findHooks asks git, which alone knows what its configuration comes to.
func findHooks(ctx context.Context, dir string) (*hookPlace, error) {
	out, err := git(ctx, dir, "rev-parse", "--path-format=absolute", "--git-common-dir", "--git-path", "hooks", "--is-bare-repository")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 {
		return nil, fmt.Errorf("git does not say where the hooks of %s are: is it older than 2.31?", dir)
	}
	who, _ := git(ctx, dir, "config", "user.email")
	return &hookPlace{common: lines[0], hooks: lines[1], bare: lines[2] == "true", user: strings.TrimSpace(who)}, nil
}

// git runs git in dir, and returns what it printed.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		return "", fmt.Errorf("git %s: %s", args[0], oneLine(strings.TrimSpace(string(failed.Stderr))))
	case err != nil:
		return "", fmt.Errorf("git: %w", err)
	}
	return string(out), nil
}

// wanted returns the hooks that install writes: those that are named, or those
// that the kind of repository needs.
func (r *hookPlace) wanted(named []string) []string {
	switch {
	case len(named) > 0:
		return named
	case r.bare:
		return []string{"pre-receive"}
	}
	return []string{"pre-commit", "pre-push"}
}

// hookMark is in every hook that install wrote, and in no other.
const hookMark = "# Written by sprawl hook install; sprawl hook uninstall takes it away."

// hookScript returns the text of a hook that runs the program at path.
func hookScript(name, path string) string {
	quoted := "'" + strings.ReplaceAll(filepath.ToSlash(path), "'", `'\''`) + "'"
	var b strings.Builder
	b.WriteString("#!/bin/sh\n" + hookMark + "\n")
	b.WriteString("sprawl=" + quoted + "\n")
	b.WriteString(`[ -x "$sprawl" ] || sprawl=$(command -v sprawl) || {
	echo "sprawl is not installed any more, so that nothing was checked. Install it, or take away $0" >&2
	exit 3
}
before="$0.before-sprawl"
`)
	if name == "pre-commit" {
		b.WriteString(`if [ -x "$before" ]; then "$before" "$@" || exit $?; fi
exec "$sprawl" hook run pre-commit
`)
		return b.String()
	}
	b.WriteString(`told=$(cat)
tell() { [ -z "$told" ] || printf '%s\n' "$told"; }
if [ -x "$before" ]; then tell | "$before" "$@" || exit $?; fi
tell | "$sprawl" hook run ` + name + ` "$@"
`)
	return b.String()
}

// kept is where install keeps the hook that was there before.
func kept(path string) string { return path + ".before-sprawl" }

// ours reports whether the hook at path is one that install wrote.
func ours(path string) (ours, there bool) {
	text, err := readBounded(path, 1<<20)
	if err != nil {
		_, err := os.Lstat(path)
		return false, err == nil
	}
	return strings.Contains(string(text), hookMark), true
}

func (r *hookPlace) install(c console, name string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	path := filepath.Join(r.hooks, name)
	if err := os.MkdirAll(r.hooks, 0o777); err != nil {
		return err
	}
	our, there := ours(path)
	if there && !our {
		if _, err := os.Lstat(kept(path)); err == nil {
			return fmt.Errorf("%s and %s are both there: keep one of them, and install again", path, kept(path))
		}
		if err := os.Rename(path, kept(path)); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "The %s hook that was there runs first: it is kept as %s.\n", name, oneLine(kept(path)))
	}
	if err := replaceScript(path, hookScript(name, exe)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s checks with sprawl now: %s\n", name, oneLine(path))
	return err
}

// replaceScript writes an executable file in one step: git may run it at any
// time.
func replaceScript(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".sprawl-hook-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Chmod(0o755), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (r *hookPlace) uninstall(c console, name string) error {
	path := filepath.Join(r.hooks, name)
	if our, _ := ours(path); !our {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	err := os.Rename(kept(path), path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	what := "is gone."
	if err == nil {
		what = "is again what it was before."
	}
	_, err = fmt.Fprintf(c.out, "%s %s\n", name, what)
	return err
}

// A hookState is what is to be said of one hook.
type hookState struct {
	hook, text string
	trouble    bool
}

func (r *hookPlace) status() (all []hookState) {
	for _, name := range hookNames {
		path := filepath.Join(r.hooks, name)
		our, there := ours(path)
		wanted := slices.Contains(r.wanted(nil), name)
		switch {
		case our && !executable(path):
			all = append(all, hookState{name, "is there, but can't be run, so that git passes it over: chmod +x " + path, true})
		case our:
			all = append(all, hookState{name, "checks with sprawl: " + path, false})
		case there && wanted:
			all = append(all, hookState{name, "is another program's: " + path + "; sprawl hook install puts sprawl after it", true})
		case wanted:
			all = append(all, hookState{name, "is not installed: sprawl hook install", true})
		}
	}
	if text, err := readBounded(r.bypasses(), 16<<20); err == nil {
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		all = append(all, hookState{"bypassed", counted(len(lines), "time") + ", last " + strings.ReplaceAll(lines[len(lines)-1], "\t", " "), false})
	}
	return all
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (info.Mode()&0o111 != 0 || os.PathSeparator == '\\')
}
