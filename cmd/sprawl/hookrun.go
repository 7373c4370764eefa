package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
)

func newHookRun(c console, code *int) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "run HOOK [ARGUMENT…]",
		Short: "Check what git is about to do: what the hooks that install writes call",
		Long: `Run checks what is staged (pre-commit), or what a push brings (pre-push and
pre-receive, which read what git tells them on standard input). It asks nobody
and sends nothing. It exits 1 if a credential would get in, 3 if something could
not be read, and says on standard error what to do. Husky, lefthook and the
pre-commit framework call it, too.`,
		Example: `  sprawl hook run pre-commit
  sprawl hook run pre-push origin https://example.com/acme/api.git
  SPRAWL_BYPASS='the key is revoked, ticket 4711' git commit`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			*code, err = runHook(cmd.Context(), c, &f, args[0], args[1:])
			return err
		},
	}
	fl := cmd.Flags()
	fl.SetInterspersed(false)
	fl.StringSliceVar(&f.failOn, "fail-on", []string{"structured"}, "what stops it: "+strings.Join(failClasses, ", "))
	fl.IntVar(&f.minConfidence, "min-confidence", usualConfidence, "leave out what is less sure than this, 0 to 100")
	fl.StringSliceVar(&f.rules, "rules", nil, "add the rules in `FILE`")
	fl.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
	fl.StringVar(&f.boundaries, "boundaries", "", "`FILE` that says which boundaries there are (or SPRAWL_BOUNDARIES)")
	f.store.register(cmd)
	return cmd
}

// runHook checks what git is about to do.
func runHook(ctx context.Context, c console, f *scanFlags, hook string, args []string) (int, error) {
	f.format, f.color, f.quiet = "text", "auto", true
	switch hook {
	case "pre-commit", "pre-push":
		switch {
		case f.framework(c):
			hook = "pre-push"
		case hook == "pre-commit":
			f.staged = true
		case len(args) > 0:
			f.prePush = args[0]
		default:
			f.prePush = "origin"
		}
	case "pre-receive":
		f.preReceive = true
	default:
		return exitRequest, fmt.Errorf("hook run %q: want one of %s", oneLine(hook), strings.Join(hookNames, ", "))
	}
	if reason := c.getenv("SPRAWL_BYPASS"); reason != "" {
		return bypass(ctx, c, hook, reason)
	}
	known, err := loadHookSet(c)
	if err != nil {
		return exitRequest, err
	}
	s := stop{c: c, hook: hook, known: map[string][]string{}}
	f.inspect = func(in *register.Inventory, doc *report.Document) { s.recognise(known, in, doc) }
	code := exitClean
	f.then = func(doc *report.Document) error {
		code = s.exit(doc, f.failOn)
		return s.tell(doc, f.failOn)
	}
	if scanned, err := scan(ctx, c, f, nil); err != nil {
		return scanned, fmt.Errorf("%s was not checked: %w", hook, err)
	}
	return code, nil
}

// framework takes the range of a push from the pre-commit framework, which has
// read what git told it by the time that its hooks run. It runs one hook at
// every stage, and so it is these variables that tell a push.
func (f *scanFlags) framework(c console) bool {
	to := c.getenv("PRE_COMMIT_TO_REF")
	if to == "" {
		return false
	}
	f.pushed = &push{refs: 1, tips: []string{to}}
	if remote := c.getenv("PRE_COMMIT_REMOTE_NAME"); remote != "" {
		f.pushed.known = append(f.pushed.known, "refs/remotes/"+remote+"/")
	}
	if from := c.getenv("PRE_COMMIT_FROM_REF"); from != "" {
		f.pushed.known = append(f.pushed.known, from)
	}
	return true
}

// bypass lets git go on unchecked, and records that, by whom and why.
func bypass(ctx context.Context, c console, hook, reason string) (int, error) {
	reason = strings.TrimSpace(oneLine(reason))
	if len(reason) < 4 || strings.EqualFold(reason, "true") {
		return exitRequest, errors.New("SPRAWL_BYPASS must say why, for who reads the record later: SPRAWL_BYPASS='the key is revoked, ticket 4711'")
	}
	r, err := findHooks(ctx, ".")
	if err != nil {
		return exitRequest, err
	}
	if err := r.record(hook, reason); err != nil {
		return exitRequest, fmt.Errorf("the bypass can't be recorded, so it does not count: %w", err)
	}
	fmt.Fprintf(c.err, "sprawl: %s was not checked, as SPRAWL_BYPASS says: %s. This is on record in %s.\n", hook, reason, oneLine(r.bypasses()))
	return exitClean, nil
}

// bypasses returns the file in which bypasses are recorded.
func (r *hookPlace) bypasses() string { return filepath.Join(r.common, "sprawl-bypasses.log") }

// record adds a line to the record of bypasses.
func (r *hookPlace) record(hook, reason string) error {
	file, err := os.OpenFile(r.bypasses(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	who := strings.TrimSpace(oneLine(r.user))
	_, err = fmt.Fprintf(file, "%s\t%s\t%s\t%s\n", time.Now().UTC().Format(time.RFC3339), hook, who, reason)
	return errors.Join(err, file.Close())
}

// loadHookSet reads the hook set that the operator gave to this machine, by
// SPRAWL_HOOK_SET and SPRAWL_HOOK_KEY or in the user's configuration; nil where
// there is none.
func loadHookSet(c console) (*register.HookSet, error) {
	set, key := c.getenv("SPRAWL_HOOK_SET"), c.getenv("SPRAWL_HOOK_KEY")
	if set == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil, nil
		}
		set, key = filepath.Join(dir, "sprawl", "hook.set"), filepath.Join(dir, "sprawl", "hook.key")
		if _, err := os.Stat(set); errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
	}
	if key == "" {
		return nil, errors.New("SPRAWL_HOOK_SET is given without SPRAWL_HOOK_KEY, the file with its key: sprawl key hook prints it")
	}
	text, err := readBounded(key, 1<<16)
	if err != nil {
		return nil, fmt.Errorf("the hook key: %w", err)
	}
	k, err := register.ParseHookKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	file, err := os.Open(set)
	if err != nil {
		return nil, fmt.Errorf("the hook set: %w", err)
	}
	defer file.Close()
	h, err := register.ReadHookSet(file, k)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set, err)
	}
	return h, nil
}

// A stop tells people why git does not go on.
type stop struct {
	c     console
	hook  string
	known map[string][]string // where else a credential lies, by id
}

// recognise notes which credentials the organisation knows already.
func (s *stop) recognise(h *register.HookSet, in *register.Inventory, doc *report.Document) {
	if h == nil {
		return
	}
	for i := range doc.Credentials {
		id := doc.Credentials[i].ID
		if f, ok := in.Finding(id); ok {
			if zones, ok := h.Knows(&f); ok {
				s.known[id] = zones
			}
		}
	}
}

// stops reports whether a credential must not get in: for its class, or as it
// would be one more copy of one that is in use.
func (s *stop) stops(c *sprawl.Credential, failOn []string) bool {
	_, known := s.known[c.ID]
	return known || fails(c, failOn)
}

func (s *stop) exit(doc *report.Document, failOn []string) int {
	for i := range doc.Credentials {
		if s.stops(&doc.Credentials[i], failOn) {
			return exitFound
		}
	}
	if !doc.Receipt.Complete {
		return exitIncomplete
	}
	return exitClean
}

// maxStopped is how many credentials a hook names; more don't help.
const maxStopped = 20

// tell says what was stopped, where it is, why, and what to do.
func (s *stop) tell(doc *report.Document, failOn []string) error {
	w := &strings.Builder{}
	n := 0
	for i := range doc.Credentials {
		if cr := &doc.Credentials[i]; s.stops(cr, failOn) {
			if n++; n <= maxStopped {
				s.credential(w, doc, cr)
			}
		}
	}
	for i, g := range doc.Receipt.Gaps {
		if i == maxStopped {
			fmt.Fprintf(w, "  … and %d more\n", len(doc.Receipt.Gaps)-i)
			break
		}
		fmt.Fprintf(w, "  not read: %s: %s\n", oneLine(g.What), oneLine(g.Why))
	}
	if w.Len() == 0 {
		return nil
	}
	what := map[string]string{"pre-commit": "this commit", "pre-push": "this push", "pre-receive": "this push"}[s.hook]
	head := fmt.Sprintf("sprawl stopped %s: something in it could not be read.\n\n", what)
	if n > 0 {
		head = fmt.Sprintf("sprawl stopped %s: it would let out %s.\n\n", what, counted(n, "credential"))
	}
	if n > maxStopped {
		fmt.Fprintf(w, "  … and %d more\n", n-maxStopped)
	}
	_, err := io.WriteString(s.c.err, head+w.String()+s.ways(n))
	return err
}

// maxStoppedPlaces is how many places of a credential a hook names.
const maxStoppedPlaces = 5

func (s *stop) credential(w io.Writer, doc *report.Document, cr *sprawl.Credential) {
	what := cr.Rule
	if about := doc.About(cr.Rule); about != "" {
		what = about
	}
	fmt.Fprintf(w, "  %s  %s  %s\n", oneLine(what), oneLine(cr.Hint), cr.ID)
	for i := range cr.Locations {
		if i == maxStoppedPlaces {
			fmt.Fprintf(w, "    … and %d more places\n", len(cr.Locations)-i)
			break
		}
		fmt.Fprintf(w, "    %s\n", placeText(&cr.Locations[i]))
	}
	if zones, ok := s.known[cr.ID]; ok {
		fmt.Fprintf(w, "    It is in use already, in %s: this would be one more copy.\n", oneLine(strings.Join(zones, ", ")))
	}
	if cr.Crossing != nil {
		fmt.Fprintf(w, "    It would cross a boundary (%s): %s\n", oneLine(strings.Join(cr.Crossing.Facets, ", ")), oneLine(cr.Crossing.Why))
	}
}

// placeText writes a location for people: the file and line first, as editors
// follow it.
func placeText(at *sprawl.Location) string {
	line := oneLine(at.Path)
	if line == "" {
		line = strings.TrimSpace(string(at.Kind) + " " + at.Object.String())
	}
	if at.Line > 0 {
		line += fmt.Sprintf(":%d:%d", at.Line, at.Column)
	}
	if at.Life != nil && at.Life.Commit != "" {
		line += " in commit " + at.Life.Commit[:min(10, len(at.Life.Commit))]
		if !at.Life.InHead && at.Life.Removed != "" {
			line += ", removed later, but still in what is pushed"
		}
	}
	return line
}

// ways says how to go on.
func (s *stop) ways(found int) string {
	again := "git commit"
	if s.hook != "pre-commit" {
		again = "git push"
	}
	var b strings.Builder
	b.WriteString("\n")
	if found > 0 {
		if s.hook == "pre-commit" {
			b.WriteString("  To mend it:   take the value out, have the program read it from its environment or a secret store, then git add the file again.\n")
		} else {
			b.WriteString("  To mend it:   take the value out of every commit that is not pushed yet (git rebase -i), and revoke it if anybody else may have it.\n")
		}
		b.WriteString("  To look:      sprawl explain FILE:LINE\n")
		b.WriteString("  To accept it: sprawl register accept ID --reason TEXT --until DAY, with the register that SPRAWL_REGISTER and SPRAWL_KEY name\n")
	}
	fmt.Fprintf(&b, "  In need:      SPRAWL_BYPASS='why' %s, which is recorded\n", again)
	return b.String()
}
