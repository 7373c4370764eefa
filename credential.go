package sprawl

import (
	"errors"
	"time"
)

// A Fingerprint names a credential without revealing it: a keyed hash of its
// canonical value. The rule that found it is no part of it.
type Fingerprint [20]byte

// A Credential is everything known about one secret.
type Credential struct {
	ID          string // "cr_…", derived from Fingerprint; stable under one key
	Fingerprint Fingerprint
	Rule        string
	Issuer      string
	Tier        Tier
	Hint        string   // safe to print, such as "ghp_…(40)"
	Public      string   // the public identifier among its parts, such as a key id; or ""
	Note        string   // what the value itself tells, such as "test key"
	Facts       []Fact   // what its parts tell, without asking anyone
	Confidence  int      // 0 to 100
	Risk        int      // 0 to 100
	Reasons     []Reason // what Risk is made of, in order
	Locations   []Location
	Verdict     Verdict
	Owner       *Owner      // nil where nobody is known to answer for it
	Home        Zone        // where it belongs, by what it tells of itself and by policy; empty if not known
	Crossing    *Crossing   // nil where none
	Allowed     []Allowance // crossings that the operator's policy intends
}

// Fact returns the value of the fact called name, or "".
func (c *Credential) Fact(name string) string { return fact(c.Facts, name) }

// An Advice says what can be done about a credential, as its issuer's entry has
// it. What is not known is empty.
type Advice struct {
	Issuer  string // its name for people, such as "GitHub"
	Revoke  string // how the credential is withdrawn
	Rotate  string // how a new one takes its place
	Instead string // the short-lived identity that makes such a credential unnecessary
	Docs    string // the issuer's page
}

// A State says what an issuer answered.
type State string

// The zero State is not a state: a Verdict that nobody asked for has it.
const (
	Live    State = "live"
	Dead    State = "dead"
	Unknown State = "unknown" // asked without an answer, or not asked
)

// A Verdict is an issuer's answer about a credential at a moment.
type Verdict struct {
	State   State
	Reason  string // a short code and its detail, such as "not asked" or "403 from api.github.com"
	Account string // who the credential speaks for, if the issuer said
	Scopes  []string
	Expires time.Time // zero if not known
	Grade   string    // of the evidence that it is dead, "A" to "D"; "" where nobody tried to prove it
	At      time.Time // zero if nobody was asked

	Vantage  string // the machine that asked, as far as that is known; "" if not
	Verifier string // the issuer's entry by which the answer was read, such as "github@3f2a91c07b55"
}

// A Zone is where a location stands in terms of trust: a vector of facets, in
// order of name. A facet that could not be told is absent.
type Zone []Facet

// A Facet is one coordinate of a zone, with what it was derived from.
type Facet struct {
	Name       string // "env", "exposure", …
	Value      string
	Source     string // such as "path deploy/prod/"
	Confidence int    // 0 to 100
}

// Get returns the value of the facet called name, or "".
func (z Zone) Get(name string) string {
	for _, f := range z {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// A Crossing says which boundaries the copies of a credential cross. There is
// at most one for a credential, however many copies it has.
type Crossing struct {
	// Facets names the facets in which its locations differ, in order. "home"
	// is among them where it lies outside of Credential.Home, for which one
	// location is enough.
	Facets []string
	Why    string // one line that a person understands

	// Facet is the one that weighs most. From and To are its values at the
	// ends: from home outwards, or from the narrowest circle of readers to the
	// widest. From is "" where there is one end only, as in a public place.
	Facet, From, To string

	Points     int // what it adds to the risk
	Confidence int // 0 to 100: how sure it is that the places differ
	Sides      []Side
}

// A Side is one of the zones that a crossing joins: the locations that agree in
// every facet that is crossed. Location.Side counts sides from 1.
type Side struct {
	Zone   Zone   // the facets that are crossed, as far as they are known here
	Name   string // for people, such as "production, acme/api"
	Copies int    // how many locations
	Where  string // one of them, for people
}

// An Allowance is a crossing that the operator's policy intends, and says so
// with an owner and an end.
type Allowance struct {
	Facets        []string // of the crossing, which it covers
	Owner, Reason string
	Until         time.Time
	Expired       bool // it is past Until, and the crossing counts again
}

// An Owner is who answers for a credential.
type Owner struct {
	Name      string
	Source    string // where that is known from, such as "CODEOWNERS"
	Confirmed bool   // somebody said so; else it is a suggestion
}

// A Reason is one part of a risk. The points of all reasons add up to it, but
// for those of a cap, which the sum does not exceed, and 100, which it never does.
type Reason struct {
	Part   string // "validity", "crossing", "privilege", "lifetime", "ownership" or "cap"
	Points int
	Why    string // for people
}

// An Exposure is a secret of which only its settings could be read, and whose
// settings let too many at it: a CI secret that every repository sees, an
// environment without reviewers, a value that was not changed for a year.
type Exposure struct {
	Kind  string   // "breadth", "unprotected", "unrotated", "plaintext" or "shared"
	At    Location // of the secret or the setting: Target, Path and Says
	Why   string   // one line that a person understands
	Fix   string   // what to change, in the platform's terms
	Since time.Time
}

// A Gap is something that should have been read and was not, or that was left
// out on purpose. It never contains a secret.
type Gap struct {
	Target Target
	What   string // the file, object, page or variable
	Why    string
}

// Error returns what could not be read and why.
func (g *Gap) Error() string { return g.What + ": " + g.Why }

// Gaps returns the gaps joined in err, and the error as a gap of its own where
// it is none.
func Gaps(t Target, what string, err error) []Gap {
	if err == nil {
		return nil
	}
	var g *Gap
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Gap
		for _, e := range joined.Unwrap() {
			all = append(all, Gaps(t, what, e)...)
		}
		return all
	}
	if errors.As(err, &g) {
		return []Gap{*g}
	}
	return []Gap{{Target: t, What: what, Why: err.Error()}}
}

// A Receipt is the proof of what a run read.
type Receipt struct {
	Bytes   int64 // shown to the detectors, decoded content not counted
	Scanned int64 // of these, looked at byte by byte; the rest was carried over from delta bases
	Objects int64
	Commits int64
	Refs    int64
	Rules   int
	Gaps    []Gap
	Skipped []Gap
	// Exposures are what settings told of secrets that could not be read.
	Exposures []Exposure
	Complete  bool
	Elapsed   time.Duration
}
