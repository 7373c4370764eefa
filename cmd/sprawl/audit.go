package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/audit"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sweep"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// An auditor writes the audit log, which it opens when there is something to
// write. Its methods may be called from any goroutine, also of nil.
type auditor struct {
	name, actor string
	now         func() time.Time

	mu  sync.Mutex
	log *audit.Log
	err error // the first, after which nothing is written
}

// newAuditor returns what writes the log called file; where none is named, the
// one beside the register, if that is a file. It returns nil where there is
// neither.
func newAuditor(c console, file, register string, now func() time.Time) *auditor {
	if file == "" && register != "" && !strings.Contains(register, "://") {
		file = strings.TrimPrefix(register, "sqlite:") + ".audit.jsonl"
	}
	if file == "" {
		return nil
	}
	user := c.getenv("USER")
	if user == "" {
		user = c.getenv("USERNAME")
	}
	return &auditor{name: file, actor: user + "@" + vantage(c), now: now}
}

// vantage names the machine that asks: SPRAWL_VANTAGE, or its host name.
func vantage(c console) string {
	if name := c.getenv("SPRAWL_VANTAGE"); name != "" {
		return name
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// ready opens the log.
func (a *auditor) ready() error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open()
}

func (a *auditor) open() error {
	if a.log == nil && a.err == nil {
		a.log, a.err = audit.Open(a.name, a.actor, a.now)
	}
	return a.err
}

// write adds an entry. An error is kept for failed.
func (a *auditor) write(e audit.Entry) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open() == nil {
		a.err = a.log.Append(e)
	}
}

// failed returns why something is not in the log.
func (a *auditor) failed() error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

func (a *auditor) close() {
	if a != nil && a.log != nil {
		_ = a.log.Close() // every entry is on the disk
	}
}

// probe writes that a question was put to an issuer.
func (a *auditor) probe(p verify.Probe) {
	object := p.Name
	if object == "" {
		object = p.Hint
	}
	d := map[string]string{
		"issuer": p.Issuer, "rule": p.Rule, "hint": p.Hint, "host": p.Host, "request": p.Method + " " + p.Path,
		"attempt": strconv.Itoa(p.Attempt), "state": string(p.Verdict), "reason": p.Reason,
	}
	if p.Status != 0 {
		d["status"] = strconv.Itoa(p.Status)
	}
	if p.Control {
		d["control"] = "a made-up credential"
	}
	a.write(audit.Entry{At: p.At, Action: audit.Probe, Object: object, Detail: d})
}

// notStores are the schemes of what is no store of secrets.
const notStores = " dir git git+file git+http git+https git+ssh file http https ssh stdin jsonl "

// reads writes which stores of secrets are about to be read.
func (a *auditor) reads(targets []sprawl.Target) {
	for _, t := range targets {
		if !strings.Contains(notStores, " "+t.Scheme()+" ") {
			a.write(audit.Entry{Action: audit.Read, Object: string(t)})
		}
	}
}

func newAudit(c console, code *int) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check the log of what was done to others: questions to issuers, reads of stores",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var expect string
	check := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that no line of an audit log was changed, taken out, put in or moved",
		Long: `Verify reads an audit log from its first line to its last. It prints how many
entries there are and the hash of the last one. Whoever noted that hash
elsewhere can hold the log to it later with --head: a log that was cut short
holds together, but does not lead there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return auditVerify(c, code, args[0], expect) },
	}
	check.Flags().StringVar(&expect, "head", "", "the `HASH` of an entry that must be in the log")
	cmd.AddCommand(check)
	return cmd
}

func auditVerify(c console, code *int, name, expect string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	actions, met := map[string]int{}, expect == ""
	head, err := audit.VerifyEach(f, func(e audit.Entry, hash string) error {
		actions[e.Action]++
		met = met || hash == expect
		return nil
	})
	var broken *audit.BrokenError
	switch {
	case errors.As(err, &broken):
		*code = exitFound
		_, err = fmt.Fprintf(c.out, "BROKEN at %s %v\n", printable(name), printable(broken.Error()))
		return err
	case err != nil:
		return err
	case !met:
		*code = exitFound
		_, err = fmt.Fprintf(c.out, "BROKEN: %s holds together, but no entry has the hash %s\n", printable(name), printable(expect))
		return err
	}
	fmt.Fprintf(c.out, "whole: %d entries (%d probes, %d reads, %d suppressions), head %s\n",
		head.Entries, actions[audit.Probe], actions[audit.Read], actions[audit.Suppress], head.Hash)
	if head.Torn {
		fmt.Fprintln(c.out, "A crash cut the last line short. What it recorded had not been acknowledged; the next entry takes its place.")
	}
	return nil
}

// suppressions writes what is left out of doc on somebody's word.
func (a *auditor) suppressions(doc *report.Document, accepted []string) {
	for _, id := range accepted {
		a.write(audit.Entry{Action: audit.Suppress, Object: id, Detail: map[string]string{"why": "accepted in the register"}})
	}
	for _, g := range doc.Receipt.Skipped {
		if strings.Contains(g.Why, honoredWhy) {
			a.write(audit.Entry{Action: audit.Suppress, Object: string(g.Target), Detail: map[string]string{"what": g.What, "why": g.Why}})
		}
	}
}

func targetsOf(places []sweep.Place) (all []sprawl.Target) {
	for _, p := range places {
		all = append(all, p.Target)
	}
	return all
}
