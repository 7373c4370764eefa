package verify

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Issuers are the entries of a rules file. They don't change once loaded, and
// may be used by several goroutines.
type Issuers struct {
	all []Issuer
}

// An Issuer gives out credentials. It is the [[issuer]] table of a rules file.
type Issuer struct {
	ID   string
	Name string
	Docs string // how its credentials are used and revoked

	Category string // such as "cloud", for overviews

	// Hosts are the only hosts that its credentials are ever sent to, save for
	// one that the operator names. An entry that begins with a dot stands for
	// every name below it, and is only of use with HostFrom.
	Hosts []string

	// SelfHosted says that others run this software too, so that a credential
	// that its hosts refuse may belong to another installation.
	SelfHosted bool

	Advice sprawl.Advice // what can be done about its credentials

	Rate float64 // requests per second

	// Settle is how long after a revocation some of its servers may still
	// accept the credential; zero where that is not known.
	Settle time.Duration
	Asks   []Ask

	Reaches []Reach // what its credentials can get at
}

// An Ask is one question, and how its answers are read.
type Ask struct {
	Rules    []string // ids of the rules whose findings this asks about
	Starts   []string // of these, only credentials that start so; all, where it is empty
	Method   string   // GET or POST
	URL      string   // as in the file; {part} may stand in the path and the query
	HostFrom string   // the part that the host is taken from, in URLs such as https://{host}/
	Headers  []Header // in order of name
	Basic    string   // "user:password" for HTTP Basic, of parts such as {key}
	Body     string
	Keep     []string // fixed texts inside a credential, which a made-up one has too

	Live []Answer
	Dead []Answer

	Account []Source // joined by " / "
	Scopes  Source
	Expires Source

	target target // URL, taken apart
}

// A Header is a request header; its value may contain {part}.
type Header struct{ Name, Value string }

// An Answer is a set of responses that mean the same: one of the statuses, and
// a JSON body for which every condition holds; or, where an issuer refuses in
// plain text, such a body with Text in it.
type Answer struct {
	Status  []int
	JSON    []Condition
	Text    string
	Example string // a body that an issuer is known to send
}

// A Source says where in a response a fact is: a path in the JSON body, or
// "header:" and the name of a header. The empty Source is nowhere.
type Source string

// All returns the issuers, in the order of the file.
func (is *Issuers) All() []Issuer { return slices.Clone(is.all) }

// Merge returns the issuers of both: those of other replace those with the
// same id.
func (is *Issuers) Merge(other *Issuers) *Issuers {
	merged := slices.Clone(is.all)
	for _, o := range other.all {
		at := slices.IndexFunc(merged, func(i Issuer) bool { return i.ID == o.ID })
		if at < 0 {
			merged = append(merged, o)
			continue
		}
		merged[at] = o
	}
	return &Issuers{merged}
}

// Find returns the issuer with that id, and whether there is one.
func (is *Issuers) Find(id string) (Issuer, bool) {
	if i := is.find(id); i != nil {
		return *i, true
	}
	return Issuer{}, false
}

func (is *Issuers) find(id string) *Issuer {
	for i := range is.all {
		if is.all[i].ID == id {
			return &is.all[i]
		}
	}
	return nil
}

// ask returns the first question about findings such as f, or nil.
func (i *Issuer) ask(f *sprawl.Finding) *Ask {
	for n := range i.Asks {
		if a := &i.Asks[n]; slices.Contains(a.Rules, f.Rule) && a.starts(f) {
			return a
		}
	}
	return nil
}

// starts reports whether f's secret starts as a wants it.
func (a *Ask) starts(f *sprawl.Finding) bool {
	if len(a.Starts) == 0 {
		return true
	}
	secret := slices.IndexFunc(f.Parts, func(p sprawl.Part) bool { return !p.Public })
	return secret >= 0 && slices.ContainsFunc(a.Starts, func(prefix string) bool {
		return strings.HasPrefix(f.Parts[secret].Value.Reveal(), prefix)
	})
}
