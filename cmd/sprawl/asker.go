package main

import (
	"context"
	"sync"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
	"github.com/seed-5dd601fe/sprawl/sweep"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// An asker puts the question to issuers, or says what it would. What a register
// knows to have been answered of late is not asked again.
type asker struct {
	client  *verify.Client
	issuers *verify.Issuers
	plan    bool
	store   *register.Store // nil where there is none
	log     *auditor        // nil where there is none
	maxAge  time.Duration
	vantage string
	clock   verify.Clock

	mu    sync.Mutex
	names map[*sprawl.Part]string // ids of the credentials that are asked about
}

func newAsker(c console, issuers *verify.Issuers, store *register.Store, log *auditor, maxAge time.Duration, clock verify.Clock) *asker {
	return &asker{
		issuers: issuers, store: store, log: log, maxAge: maxAge, vantage: vantage(c),
		clock: clock, names: map[*sprawl.Part]string{},
	}
}

// connect makes the client, with what it shares with other processes through
// the register.
func (a *asker) connect(o verify.Options) (err error) {
	if a.store != nil {
		o.Reserve, o.Attempts = a.store.Reserve, a.store
	}
	if a.log != nil {
		o.Audit, o.Name = a.log.probe, a.name
	}
	o.Clock = a.clock
	a.client, err = a.issuers.NewClient(o)
	return err
}

// know notes the id of what is asked about.
func (a *asker) know(f *sprawl.Finding, id string) {
	if len(f.Parts) > 0 {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.names[&f.Parts[0]] = id
	}
}

func (a *asker) name(f *sprawl.Finding) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(f.Parts) == 0 {
		return ""
	}
	return a.names[&f.Parts[0]]
}

// ask gives each credential in doc its verdict.
func (a *asker) ask(ctx context.Context, c console, in *register.Inventory, doc *report.Document) {
	defer a.client.Close()
	findings := make([]sprawl.Finding, len(doc.Credentials))
	for i, cr := range doc.Credentials {
		findings[i], _ = in.Finding(cr.ID) // every credential was found
	}
	findings = verify.Join(findings)
	for i, cr := range doc.Credentials {
		a.know(&findings[i], cr.ID)
	}
	if a.plan {
		a.show(c, findings)
		return
	}
	for i, v := range sweep.Ask(ctx, findings, a.verdict) {
		doc.Credentials[i].Verdict = v
	}
	if err := a.log.failed(); err != nil {
		doc.Receipt.Gaps = append(doc.Receipt.Gaps, sprawl.Gap{What: "the audit log", Why: err.Error()})
		doc.Receipt.Complete = false
	}
}

// verdict returns what f's issuer says, or said a short while ago.
func (a *asker) verdict(ctx context.Context, f *sprawl.Finding) sprawl.Verdict {
	if v, ok := a.recent(ctx, f); ok {
		return v
	}
	if a.log.failed() != nil { // what can't be logged is not done
		return sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked: the audit log can't be written"}
	}
	return a.mark(f, a.client.Ask(ctx, f))
}

// again asks, whatever was answered before.
func (a *asker) again(ctx context.Context, f *sprawl.Finding) sprawl.Verdict {
	if a.log.failed() != nil {
		return sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked: the audit log can't be written"}
	}
	return a.mark(f, a.client.Again(ctx, f))
}

// mark says of an answer where it was asked for, and how it was read.
func (a *asker) mark(f *sprawl.Finding, v sprawl.Verdict) sprawl.Verdict {
	if !v.At.IsZero() {
		v.Vantage, v.Verifier = a.vantage, a.issuers.Verifier(f.Issuer)
	}
	return v
}

// recent returns an answer that the register holds, if it is young enough and
// this program would read it in the same way.
func (a *asker) recent(ctx context.Context, f *sprawl.Finding) (sprawl.Verdict, bool) {
	id := a.name(f)
	if a.store == nil || id == "" || a.maxAge <= 0 {
		return sprawl.Verdict{}, false
	}
	v, ok, err := a.store.Recent(ctx, id, a.clock.Now().Add(-a.maxAge))
	if err != nil || !ok || v.State == sprawl.Unknown || v.Verifier != a.issuers.Verifier(f.Issuer) {
		return sprawl.Verdict{}, false
	}
	return v, true
}
