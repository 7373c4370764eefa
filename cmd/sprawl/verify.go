package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// verifyFlags are the flags that say whether and how issuers are asked.
type verifyFlags struct {
	ask, plan bool
	logins    bool
	maxAge    string
	audit     string
	hosts     []string
	named     []string
	canaries  []string
}

func (f *verifyFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.ask, "verify", false, "ask the issuers whether what was found still works (sends credentials to them)")
	fl.BoolVar(&f.plan, "plan", false, "say what --verify would send where, and send nothing")
	f.how(cmd)
}

// how adds the flags that say how issuers are asked.
func (f *verifyFlags) how(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.logins, "verify-logins", false, "try passwords too: one attempt per account and day")
	fl.StringSliceVar(&f.hosts, "issuer-host", nil, "ask at `ISSUER=URL` instead of the issuer's own address")
	fl.StringSliceVar(&f.named, "private-host", nil, "let this `HOST` be asked though its address is private or it has no TLS")
	fl.StringSliceVar(&f.canaries, "canary", nil, "never ask about credentials of this account or `HOST`, which is watched")
	fl.StringVar(&f.maxAge, "max-age", "1h", "ask again only what the register's last answer about is older than `AGE`, such as 30m or 7d")
	fl.StringVar(&f.audit, "audit", "", "log every question to an issuer and every read of a store in `FILE` (by default beside the register)")
}

// open returns nil where nobody is to be asked.
func (f *verifyFlags) open(c console, store *register.Store, log *auditor, clock verify.Clock) (*asker, error) {
	if !f.ask && !f.plan {
		if len(f.hosts) > 0 || len(f.named) > 0 || len(f.canaries) > 0 || f.logins {
			return nil, fmt.Errorf("--issuer-host, --private-host, --canary and --verify-logins say how to ask: give --verify or --plan too")
		}
		return nil, nil
	}
	issuers, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		return nil, err
	}
	hosts := map[string]string{}
	for _, h := range f.hosts {
		id, address, ok := strings.Cut(h, "=")
		if !ok {
			return nil, fmt.Errorf("--issuer-host %q: want ISSUER=URL, such as gitlab=https://git.example.org", h)
		}
		hosts[id] = address
	}
	maxAge, err := age(f.maxAge)
	if err != nil {
		return nil, fmt.Errorf("--max-age: %w", err)
	}
	if f.ask && !f.plan {
		if err := log.ready(); err != nil {
			return nil, err
		}
	}
	a := newAsker(c, issuers, store, log, maxAge, clock)
	o := verify.Options{
		Hosts: hosts, AllowPrivate: f.named, Logins: f.logins, Canaries: f.canaries,
		UserAgent: "sprawl/" + version() + " (+https://github.com/seed-5dd601fe/sprawl)",
	}
	a.plan = f.plan
	return a, a.connect(o)
}

// show prints the plan to standard error, where it is in nobody's way.
func (a *asker) show(c console, findings []sprawl.Finding) {
	plan := a.client.Plan(findings)
	if len(plan) == 0 {
		fmt.Fprintln(c.err, "sprawl: --verify would send nothing: no issuer of what was found can be asked.")
		return
	}
	w := tabwriter.NewWriter(c.err, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ISSUER\tHOST\tREQUEST\tCREDENTIALS\tCONTROLS\tLOGINS")
	for _, p := range plan {
		logins := 0
		if p.Login {
			logins = p.Count
		}
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%d\t%d\t%d\n", p.Issuer, p.Host, p.Method, p.Path, p.Count, p.Controls, logins)
	}
	w.Flush()
}
