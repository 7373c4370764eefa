package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
)

func newDoctor(c console, code *int) *cobra.Command {
	d := &doctor{c: c}
	cmd := &cobra.Command{
		Use:   "doctor [DIRECTORY]",
		Short: "Say what keeps sprawl from seeing all that it could, here, and the mend for each",
		Long: `Doctor looks at the program, its rules, the key, the register, the policy, and the
repository in DIRECTORY (default: the one you stand in): is it shallow, are the
hooks in it, were they bypassed. It reads no content and asks nobody. It exits 1
if there is something to mend.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.dir = "."
			if len(args) > 0 {
				d.dir = args[0]
			}
			d.examine(cmd.Context())
			if d.troubles > 0 {
				*code = exitFound
			}
			return d.err
		},
	}
	cmd.Flags().StringSliceVar(&d.rules, "rules", nil, "add the rules in `FILE`")
	cmd.Flags().StringVar(&d.keyFile, "key-file", "", "`FILE` with the key of fingerprints (or SPRAWL_KEY in the environment)")
	cmd.Flags().StringVar(&d.boundaries, "boundaries", "", "`FILE` that says which boundaries there are (or SPRAWL_BOUNDARIES)")
	cmd.Flags().StringVar(&d.register, "register", "", "`FILE` or postgres://… (or SPRAWL_REGISTER)")
	return cmd
}

// A doctor goes through what can be wrong, and tells it as it goes.
type doctor struct {
	c                             console
	dir                           string
	rules                         []string
	keyFile, boundaries, register string

	troubles int
	err      error // of writing
}

// ok tells that something is as it should be, and mend what to do where it is
// not. note tells what is neither.
func (d *doctor) ok(what, text string)   { d.line("ok  ", what, text) }
func (d *doctor) note(what, text string) { d.line("note", what, text) }
func (d *doctor) mend(what, text string) {
	d.troubles++
	d.line("MEND", what, text)
}

func (d *doctor) line(mark, what, text string) {
	if _, err := fmt.Fprintf(d.c.out, "%s  %-11s %s\n", mark, what, oneLine(text)); err != nil {
		d.err = err
	}
}

func (d *doctor) examine(ctx context.Context) {
	d.ok("program", fmt.Sprintf("sprawl %s, %s on %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
	d.ruleBook()
	key := d.key()
	d.store(ctx, key)
	d.policy()
	d.hookSet()
	d.temporary()
	d.job()
	d.repository(ctx)
}

// ruleBook lets every rule find a credential made for it.
func (d *doctor) ruleBook() {
	set, rules, err := loadRules(d.rules)
	if err != nil {
		d.mend("rules", err.Error())
		return
	}
	failures, tried := detectors.Canaries(set, rules, uint64(time.Now().UnixNano()))
	if len(failures) > 0 {
		d.mend("rules", fmt.Sprintf("%d of %d do not see a credential made for them: %v; sprawl rules test says more", len(failures), len(rules), failures[0]))
		return
	}
	d.ok("rules", fmt.Sprintf("%d, of which %d found the credential made for them", len(rules), tried))
}

func (d *doctor) key() *register.Key {
	key, _, err := loadKey(d.c, d.keyFile)
	switch {
	case err != nil:
		d.mend("key", err.Error())
		return nil
	case key.RunOnly():
		d.note("key", "none is given, so ids differ from run to run and nothing can be accepted: sprawl key new FILE makes one, --key-file or SPRAWL_KEY gives it")
		return nil
	}
	d.ok("key", key.ID())
	return key
}

func (d *doctor) store(ctx context.Context, key *register.Key) {
	address := d.register
	if address == "" {
		address = d.c.getenv("SPRAWL_REGISTER")
	}
	if address == "" {
		d.note("register", "none is given, so that every run starts anew: --register FILE or SPRAWL_REGISTER")
		return
	}
	if _, err := os.Stat(address); errors.Is(err, os.ErrNotExist) && !strings.Contains(address, "://") {
		d.note("register", address+" is not there yet: the first scan makes it")
		return
	}
	s, err := register.Open(ctx, address, nil)
	if err != nil {
		d.mend("register", err.Error())
		return
	}
	defer s.Close()
	if key == nil {
		d.mend("register", "it is there, but without the key it was written under nothing in it can be recognised: SPRAWL_KEY")
		return
	}
	if err := s.Knows(ctx, key); err != nil {
		d.mend("register", err.Error())
		return
	}
	all, err := s.Check(ctx, time.Now())
	if err != nil {
		d.mend("register", err.Error())
		return
	}
	d.ok("register", fmt.Sprintf("opens and fits the key; %s to look at: sprawl register check", counted(len(all), "entry")))
}

func (d *doctor) policy() {
	p, err := loadPolicy(d.c, d.boundaries)
	switch {
	case err != nil:
		d.mend("boundaries", err.Error())
	case p == nil:
		d.note("boundaries", "no policy is given: zones are those that places tell of themselves")
	default:
		d.ok("boundaries", "the policy is valid")
	}
	for _, path := range []string{policyRules, policyBoundaries, policyAccepted} {
		text, err := readBounded(filepath.Join(d.dir, path), maxPolicy)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = d.policyFile(path, text)
		}
		if err != nil {
			d.mend("gate", err.Error())
		} else {
			d.ok("gate", path+" is valid, and counts once it is committed to what changes are compared with")
		}
	}
	for _, name := range []string{".gitleaksignore", ".gitleaks.toml", ".betterleaks.toml"} {
		if _, err := os.Stat(filepath.Join(d.dir, name)); err == nil {
			d.note("gate", name+" is another program's and not followed: --honor and sprawl rules import are how you make use of it")
		}
	}
}

func (d *doctor) policyFile(path string, text []byte) error {
	switch path {
	case policyRules:
		_, _, err := loadRules([]string{filepath.Join(d.dir, path)})
		return err
	case policyBoundaries:
		_, err := boundary.ParsePolicy(path, text)
		return err
	}
	all, err := parseAccepted(path, string(text))
	for _, a := range all {
		if !time.Now().Before(a.until) {
			return fmt.Errorf("%s:%d: the acceptance of %s has ended: mend the credential, or have %s accept it again", path, a.line, a.id, a.owner)
		}
	}
	return err
}

func (d *doctor) hookSet() {
	switch h, err := loadHookSet(d.c); {
	case err != nil:
		d.mend("hook set", err.Error())
	case h != nil:
		d.ok("hook set", "commits are compared with the credentials of your organisation")
	}
}

func (d *doctor) temporary() {
	f, err := os.CreateTemp("", "sprawl-doctor-*")
	if err != nil {
		d.mend("temporary", "no file can be made, which large remotes need: "+err.Error())
		return
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// job says what the CI system says.
func (d *doctor) job() {
	at, err := whereAmI(d.c)
	switch {
	case err != nil:
		d.mend("job", err.Error())
	case at.system != "":
		d.ok("job", at.system+", for "+at.event)
		if at.fork {
			d.note("job", "the change comes from a fork: nobody is asked about credentials, and there is no key")
		}
		if at.system == "GitHub Actions" && d.c.getenv("GITHUB_TOKEN") == "" {
			d.note("job", "GITHUB_TOKEN is not given, so no comment can be written: env: GITHUB_TOKEN: ${{ github.token }}, permissions: pull-requests: write")
		}
	}
	if reason := d.c.getenv("SPRAWL_BYPASS"); reason != "" {
		d.mend("bypass", "SPRAWL_BYPASS is set, so hooks and gates check nothing: unset it when the need is over")
	}
}

// oldestGit is the first version of git that has rev-parse --path-format.
const oldestGit = 2*1000 + 31

func (d *doctor) repository(ctx context.Context) {
	said, err := git(ctx, d.dir, "version")
	if err != nil {
		d.note("git", "is not here: scans need none, but hooks and sprawl ci do")
		return
	}
	if v := gitVersion(said); v < oldestGit {
		d.mend("git", strings.TrimSpace(said)+" is too old for hooks and sprawl ci, which need 2.31")
		return
	}
	d.ok("git", strings.TrimSpace(said))
	r, err := findHooks(ctx, d.dir)
	if err != nil {
		d.note("repository", "there is none in "+d.dir)
		return
	}
	for _, s := range r.status() {
		switch {
		case s.trouble:
			d.mend("hook", s.hook+" "+s.text)
		case s.hook == "bypassed":
			d.note("hook", "bypassed "+s.text)
		default:
			d.ok("hook", s.hook+" "+s.text)
		}
	}
	k := &checkout{dir: d.dir}
	if cut, err := k.shallow(ctx); err == nil && len(cut) > 0 {
		d.mend("repository", "it is shallow, so that older history can't be read: git fetch --unshallow")
	}
	if out, err := git(ctx, d.dir, "rev-parse", "--show-object-format"); err == nil && strings.TrimSpace(out) != "sha1" {
		d.mend("repository", "its objects are named by "+strings.TrimSpace(out)+", which sprawl can't read: scan its files with dir:")
	}
	d.clock(ctx)
}

// clock compares the clock with the newest commit: a day of a policy or a
// register can't be told by one that is wrong.
func (d *doctor) clock(ctx context.Context) {
	out, err := git(ctx, d.dir, "log", "-1", "--format=%ct")
	if err != nil {
		return // no commit yet
	}
	n, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if ahead := time.Until(time.Unix(n, 0)); err == nil && ahead > time.Hour {
		d.mend("clock", fmt.Sprintf("the newest commit is %s in the future: set the clock, or acceptances end too late", ahead.Round(time.Hour)))
	}
}

// gitVersion returns what git version prints as 1000 times the first number
// plus the second; 0 if it can't be told.
func gitVersion(said string) int {
	said = strings.TrimPrefix(strings.TrimSpace(said), "git version ")
	major, rest, _ := strings.Cut(said, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, err1 := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	if err1 != nil || err2 != nil {
		return 0
	}
	return a*1000 + b
}
