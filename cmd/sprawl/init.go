package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
)

func newInit(c console, code *int) *cobra.Command {
	var s setup
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Set up the gate in the repository that you stand in",
		Long: `Init makes a key and a register in your configuration directory, if they are not
there, reads the whole history of the repository once and takes what it finds
into the register as known, puts hooks before commits and pushes, and writes a
workflow where GitHub runs them. Nothing that is there is written over, nobody is
asked whether a credential works, and nothing is sent.

From then on only what is new is stopped. Credentials that are in the history
stay listed until somebody deals with them: sprawl triage.`,
		Example: "  sprawl init\n  sprawl init --yes --no-workflow",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.c = c
			return s.run(cmd.Context(), code)
		},
	}
	fl := cmd.Flags()
	fl.BoolVarP(&s.yes, "yes", "y", false, "don't ask before anything is written")
	fl.BoolVar(&s.noHooks, "no-hooks", false, "leave the hooks of git as they are")
	fl.BoolVar(&s.noWorkflow, "no-workflow", false, "write no workflow")
	return cmd
}

// A setup is what one run of sprawl init does.
type setup struct {
	c                        console
	yes, noHooks, noWorkflow bool

	root  string // of the work tree
	hooks *hookPlace
	user  userFiles
	key   bool // whether a key is to be made
}

func (s *setup) run(ctx context.Context, code *int) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	s.plan()
	if ok, err := s.agreed(); !ok {
		return err
	}
	if err := s.makeKey(); err != nil {
		return err
	}
	doc, err := s.firstScan(ctx, code)
	if err != nil {
		return err
	}
	s.tell(doc)
	if err := s.write(); err != nil {
		return err
	}
	return s.next(doc)
}

// look finds out where things are, and writes nothing.
func (s *setup) look(ctx context.Context) (err error) {
	if s.hooks, err = findHooks(ctx, "."); err != nil {
		return fmt.Errorf("init sets up the gate of a git repository: %w", err)
	}
	if s.hooks.bare {
		return errors.New("this repository is bare: sprawl hook install puts a pre-receive hook into it")
	}
	top, err := git(ctx, ".", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	s.root = strings.TrimRight(top, "\r\n")
	if s.user, err = findUserFiles(); err != nil {
		return err
	}
	if address := s.c.getenv("SPRAWL_REGISTER"); address != "" {
		s.user.register = address
	}
	_, given := s.c.env("SPRAWL_KEY")
	_, err = os.Stat(s.user.key)
	s.key = !given && errors.Is(err, os.ErrNotExist)
	if given {
		s.user.key = ""
	}
	if !s.noWorkflow {
		s.noWorkflow = !s.onGitHub(ctx)
	}
	return nil
}

// onGitHub reports whether the repository's workflows are GitHub's.
func (s *setup) onGitHub(ctx context.Context) bool {
	if info, err := os.Stat(filepath.Join(s.root, ".github")); err == nil && info.IsDir() {
		return true
	}
	remotes, err := git(ctx, s.root, "config", "--get-regexp", `^remote\..*\.url$`)
	return err == nil && strings.Contains(remotes, "github.com")
}

// plan says what will be done.
func (s *setup) plan() {
	say := func(what, where string) { fmt.Fprintf(s.c.out, "  %-10s %s\n", what, oneLine(where)) }
	fmt.Fprintf(s.c.out, "sprawl will set up the gate in %s:\n\n", oneLine(s.root))
	switch {
	case s.key:
		say("key", "make "+s.user.key+", for your eyes only; the ids of credentials depend on it")
	case s.user.key != "":
		say("key", "use "+s.user.key)
	default:
		say("key", "use SPRAWL_KEY")
	}
	say("register", "take today's findings as known into "+s.user.shown())
	if !s.noHooks {
		say("hooks", "pre-commit and pre-push in "+s.hooks.hooks)
	}
	say("sweeps", filepath.Join(s.root, sweepFile)+there(filepath.Join(s.root, sweepFile)))
	if !s.noWorkflow {
		say("workflow", filepath.Join(s.root, workflowPath)+there(filepath.Join(s.root, workflowPath)))
	}
	fmt.Fprintln(s.c.out)
}

// there says of a file that is there that it stays.
func there(name string) string {
	if _, err := os.Lstat(name); err == nil {
		return " (is there already, and stays as it is)"
	}
	return ""
}

// agreed asks the one question that there is.
func (s *setup) agreed() (bool, error) {
	if s.yes {
		return true, nil
	}
	if _, ok := terminal(s.c.in); !ok {
		return false, errors.New("nobody is here to agree, so nothing was written: sprawl init --yes does it")
	}
	fmt.Fprint(s.c.out, "Go on? [Y/n] ")
	line, err := bufio.NewReader(io.LimitReader(s.c.in, 1<<10)).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	if err != nil || (answer != "" && answer != "y" && answer != "yes") {
		_, err = fmt.Fprintln(s.c.out, "Nothing was written.")
		return false, err
	}
	return true, nil
}

func (s *setup) makeKey() error {
	if err := os.MkdirAll(s.user.dir, 0o700); err != nil {
		return err
	}
	if !s.key {
		return nil
	}
	_, err := writeNew(s.user.key, register.NewKey().Text(), 0o600)
	return err
}

// writeNew writes a file that is not there yet, and reports whether it did.
func writeNew(name, text string, mode os.FileMode) (bool, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.WriteString(text)
	return true, errors.Join(err, f.Close())
}

// firstScan reads the whole history, and records what it finds.
func (s *setup) firstScan(ctx context.Context, code *int) (doc *report.Document, err error) {
	f := scanFlags{
		format: "text", color: "auto", failOn: []string{"none"}, minConfidence: usualConfidence,
		keyFile: s.user.key, store: registerFlags{address: s.user.register},
		then: func(d *report.Document) error { doc = d; return nil },
	}
	*code, err = scan(ctx, s.c, &f, []string{s.root})
	return doc, err
}

// maxFirst is how many of the credentials in a history init names.
const maxFirst = 5

// tell says what the history holds.
func (s *setup) tell(doc *report.Document) {
	r := doc.Receipt
	fmt.Fprintf(s.c.out, "Read %s and %s, %s: %s known from today.\n", counted(int(r.Commits), "commit"), counted(int(r.Objects), "object"), size(r.Bytes), counted(len(doc.Credentials), "credential"))
	for i := range doc.Credentials {
		if i == maxFirst {
			fmt.Fprintf(s.c.out, "  … and %d more\n", len(doc.Credentials)-i)
			break
		}
		cr := &doc.Credentials[i]
		what := cr.Rule
		if about := doc.About(cr.Rule); about != "" {
			what = about
		}
		line := fmt.Sprintf("%3d  %s  %s  in %s", cr.Risk, what, cr.Hint, counted(len(cr.Locations), "place"))
		if len(cr.Locations) > 0 {
			line += ", such as " + placeText(&cr.Locations[0])
		}
		fmt.Fprintln(s.c.out, "  "+oneLine(line))
	}
	for i, g := range r.Gaps {
		if i == maxFirst {
			fmt.Fprintf(s.c.out, "  … and %d more\n", len(r.Gaps)-i)
			break
		}
		fmt.Fprintf(s.c.out, "  not read: %s: %s\n", oneLine(g.What), oneLine(g.Why))
	}
	fmt.Fprintln(s.c.out)
}

// write puts hooks and the workflow in their places.
func (s *setup) write() error {
	if !s.noHooks {
		for _, name := range s.hooks.wanted(nil) {
			if err := s.hooks.install(s.c, name); err != nil {
				return err
			}
		}
	}
	if _, err := writeNew(filepath.Join(s.root, sweepFile), firstSweep, 0o666); err != nil {
		return err
	}
	if s.noWorkflow {
		return nil
	}
	name := filepath.Join(s.root, workflowPath)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	wrote, err := writeNew(name, workflow(version()), 0o666)
	if err == nil && wrote {
		_, err = fmt.Fprintf(s.c.out, "Every change is checked at GitHub once this is committed: %s\n", oneLine(name))
	}
	return err
}

// next says what to do now.
func (s *setup) next(doc *report.Document) error {
	next := "\nThe gate is up: a commit that brings a credential is stopped.\n"
	if len(doc.Credentials) > 0 {
		next += "What the history holds is known, and does not stop anybody. To go through it:  sprawl triage\nTo ask issuers which of it works:  sprawl scan --verify\n"
	}
	if s.noWorkflow {
		next += "In a CI job, sprawl ci checks what a change brings.\n"
	}
	if s.key {
		next += "Keep a copy of " + s.user.key + " where you keep passwords: a register is of no use without its key.\n"
	}
	_, err := io.WriteString(s.c.out, printable(next))
	return err
}

// sweepFile is what sprawl sweep reads where it stands.
const sweepFile = "sprawl.toml"

const firstSweep = `# What sprawl sweep goes through. Add a [[target]] for every place that may hold a
# copy: sprawl sources lists what can be read.
fail-on = ["structured"]

[[target]]
url = "git:."
`

// workflowPath is where GitHub looks for workflows.
const workflowPath = ".github/workflows/sprawl.yml"

// released matches the versions that are tags of releases.
const released = `^v[0-9]+\.[0-9]+\.[0-9]+$`

// workflow returns a workflow that runs the action of a version.
func workflow(version string) string {
	ref := "main"
	if ok, err := regexp.MatchString(released, version); ok && err == nil {
		ref = version
	}
	return strings.ReplaceAll(`# Written by sprawl init. It needs no secret, so that it works on changes from forks, too.
name: sprawl
on:
  push:
  pull_request:
  merge_group:
permissions:
  contents: read
jobs:
  sprawl:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: seed-5dd601fe/sprawl@REF
`, "REF", ref)
}

// userFiles are the files of one user: one key and one register for all
// repositories, so that a credential in two of them is seen to be one.
type userFiles struct{ dir, key, register string }

func findUserFiles() (userFiles, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return userFiles{}, fmt.Errorf("nobody says where your configuration is kept: %w", err)
	}
	dir = filepath.Join(dir, "sprawl")
	return userFiles{dir, filepath.Join(dir, "key"), filepath.Join(dir, "register.db")}, nil
}

// shown returns the register as it may be shown: an address can hold a password.
func (u userFiles) shown() string {
	if strings.Contains(u.register, "://") {
		return "the register that SPRAWL_REGISTER names"
	}
	return u.register
}

// usersRegister returns the register that sprawl init made, or "".
func usersRegister() string {
	u, err := findUserFiles()
	if err != nil {
		return ""
	}
	if _, err := os.Stat(u.register); err != nil {
		return ""
	}
	return u.register
}
