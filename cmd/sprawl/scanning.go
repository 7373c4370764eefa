package main

import (
	"context"
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// scan carries out one scan. What is wrong with the request is an error, before
// anything is read.
func scan(ctx context.Context, c console, f *scanFlags, args []string) (code int, err error) {
	s := &scanning{scanFlags: f, c: c}
	defer s.close()
	if err := s.prepare(ctx); err != nil {
		return exitRequest, err
	}
	if f.pushed.nothing() {
		return exitClean, f.write(c, onlyDeletes(f.pushed))
	}
	if err := s.open(ctx, args); err != nil {
		return exitRequest, err
	}
	doc, err := s.read(ctx)
	if err != nil {
		return exitRequest, err
	}
	s.judge(ctx, doc)
	s.keep(ctx, doc)
	doc.Exit = exitCode(doc, f.failOn)
	return doc.Exit, f.write(c, doc)
}

// A scanning is a scan in progress: what its flags, files and environment
// became.
type scanning struct {
	*scanFlags
	c      console
	set    *detectors.Set
	rules  []detectors.Rule
	key    *register.Key
	notes  []string
	reg    *register.Store // nil without a register
	log    *auditor
	asker  *asker // nil where nobody is to be asked
	policy *boundary.Policy

	known   *knowing
	places  []sweep.Place
	shut    []sprawl.Gap // targets that could not be opened
	honored *honoring
	in      *register.Inventory
}

// close lets go of what the scan holds open.
func (s *scanning) close() {
	closeAll(s.places)
	if s.log != nil {
		s.log.close()
	}
	if s.reg != nil {
		s.reg.Close()
	}
}

// prepare turns flags, files and the environment into values.
func (s *scanning) prepare(ctx context.Context) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if err := s.readPush(s.c); err != nil {
		return err
	}
	if s.set, s.rules, err = loadRules(s.scanFlags.rules); err != nil {
		return err
	}
	if s.key, s.notes, err = loadKey(s.c, s.keyFile); err != nil {
		return err
	}
	if s.reg, err = s.store.open(ctx, s.c, s.key); err != nil {
		return err
	}
	s.log = newAuditor(s.c, s.verify.audit, s.store.address, time.Now)
	if s.asker, err = s.verify.open(s.c, s.reg, s.log, verify.SystemClock()); err != nil {
		return err
	}
	s.policy, err = loadPolicy(s.c, s.boundaries)
	return err
}

// open reads the values that are known and opens the targets.
func (s *scanning) open(ctx context.Context, args []string) (err error) {
	if s.set, s.known, err = s.readKnown(ctx, s.c, s.set); err != nil {
		return err
	}
	s.rules = append(s.rules, detectors.KnownRule())
	places, shut, err := open(ctx, s.c, s.scanFlags, args, s.set)
	if err != nil {
		closeAll(s.known.places)
		return err
	}
	s.places, s.shut = s.known.add(places), shut
	if s.honored, err = newHonoring(s.honor, s.places); err != nil {
		return err
	}
	s.log.reads(targetsOf(s.places))
	for i := range s.places {
		s.places[i].Says = s.says
	}
	return nil
}

// read sweeps all places and gathers what was found.
func (s *scanning) read(ctx context.Context) (*report.Document, error) {
	s.in = register.New(s.key)
	bar, began := newProgress(s.c, s.scanFlags), time.Now()
	config := sweep.Config{
		Places: s.places, Rules: s.set, Inventory: s.in, Workers: s.workers, Progress: bar.show,
		Met: func(p sweep.Place) { s.places = append(s.places, p) },
	}
	if !s.alone {
		config.Open = func(ctx context.Context, t sprawl.Target) (sprawl.Source, error) {
			return sources.Open(ctx, t, s.sourceOptions(s.c, s.set))
		}
	}
	receipt, err := sweep.Run(ctx, config)
	bar.end()
	if err != nil {
		return nil, err
	}
	doc := document(s.places, s.in, receipt, began, s.scanFlags, s.notes, s.rules)
	leaveOut(doc, s.shut)
	return doc, nil
}

// judge leaves out what is not wanted, asks issuers, and derives what crosses
// and how bad it is.
func (s *scanning) judge(ctx context.Context, doc *report.Document) {
	s.known.apply(doc, s.quiet)
	if s.only != nil {
		doc.Credentials = slices.DeleteFunc(doc.Credentials, func(cr sprawl.Credential) bool { return !s.only(s.key, &cr) })
	}
	s.honored.apply(doc, s.quiet)
	if s.asker != nil {
		s.asker.ask(ctx, s.c, s.in, doc)
	}
	nameRepositories(doc)
	s.policy.Judge(doc.Credentials, time.Now())
	wantEnvironments(doc, s.policy)
	if s.inspect != nil {
		s.inspect(s.in, doc)
	}
}

// keep takes the secrets out of doc and puts it into the register, if there is
// one.
func (s *scanning) keep(ctx context.Context, doc *report.Document) {
	redact(doc, s.set)
	if s.reg != nil {
		s.store.record(ctx, s.reg, s.in, doc, whole(doc, s.scanFlags))
	}
	s.log.suppressions(doc, s.store.left)
}
