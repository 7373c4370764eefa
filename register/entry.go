package register

import (
	"strconv"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// An Entry is a credential as a register keeps it: no value, nothing from which
// a value could be found, and nothing that an issuer answered beyond its
// verdict. Times are in UTC, to the millisecond; zero is not known.
type Entry struct {
	ID    string    `json:"id"`    // from the newest of Names
	Named time.Time `json:"named"` // when it got ID
	Names []string  `json:"names"` // its fingerprints, as Name.String writes them

	// Hook is its hash in hook sets, "" where it has no place in one, and
	// Hooked since when the key of that hash has been in use.
	Hook   string    `json:"hook,omitempty"`
	Hooked time.Time `json:"hooked,omitzero"`

	About  About     `json:"about"`
	Role   string    `json:"role,omitempty"` // "id" where only an identifier is known, "secret" where the identifier is not
	Cross  *Crossing `json:"crossing,omitempty"`
	Risk   int       `json:"risk"`
	Judged time.Time `json:"judged"` // when Cross and Risk were
	Owners []Owner   `json:"owners,omitempty"`
	Accept *Accept   `json:"accept,omitempty"`
	First  time.Time `json:"first_seen"`
	Last   time.Time `json:"last_seen"`

	Places   []Place    `json:"-"`
	Verdicts []Judgment `json:"-"`
	Events   []Event    `json:"-"`
}

// About is what a credential tells of itself. The better of two takes the other's
// place as a whole.
type About struct {
	Rule       string      `json:"rule"`
	Issuer     string      `json:"issuer,omitempty"`
	Tier       sprawl.Tier `json:"tier"`
	Confidence int         `json:"confidence"`
	Hint       string      `json:"hint"`
	Public     string      `json:"public,omitempty"`
	Note       string      `json:"note,omitempty"`
	Facts      []Fact      `json:"facts,omitempty"`
}

// A Fact is a sprawl.Fact.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Crossing is what is kept of a sprawl.Crossing, and of a credential that has
// none: Facets is empty then.
type Crossing struct {
	Facets []string `json:"facets"`
	Why    string   `json:"why"`
}

// A Place is a location as a register keeps it. What identifies it is the
// target, the kind, the path, the commit that brought it and how many copies of
// the same credential stand before it there: lines and offsets move.
type Place struct {
	Target    sprawl.Target `json:"target"`
	Kind      sprawl.Kind   `json:"kind,omitempty"`
	Path      string        `json:"path"`
	Commit    string        `json:"commit,omitempty"`
	Nth       int           `json:"nth,omitempty"`
	Object    string        `json:"object,omitempty"`
	Start     int64         `json:"start"`
	End       int64         `json:"end"`
	Line      int           `json:"line,omitempty"`
	Column    int           `json:"column,omitempty"`
	Encoding  string        `json:"encoding,omitempty"` // outermost first, with spaces between
	Role      string        `json:"role,omitempty"`
	Key       string        `json:"key,omitempty"`
	Author    string        `json:"author,omitempty"`
	Since     time.Time     `json:"since,omitzero"` // when it was introduced there
	Removed   string        `json:"removed,omitempty"`
	RemovedAt time.Time     `json:"removed_at,omitzero"`
	InHead    bool          `json:"in_head"`
	Refs      string        `json:"refs,omitempty"` // names with spaces between
	RefCount  int           `json:"ref_count,omitempty"`
	Zone      string        `json:"zone,omitempty"` // what is sure of its zone, as "env=prod;unit=acme/api"
	Workload  string        `json:"workload,omitempty"`
	Slot      int64         `json:"slot,omitempty"`  // of the named place that holds the value
	Group     int64         `json:"group,omitempty"` // of slots that hold the halves of one credential
	First     time.Time     `json:"first_seen"`
	Last      time.Time     `json:"last_seen"`
	Gone      time.Time     `json:"gone,omitzero"` // when it was looked for and not found
}

// Present reports whether the value was there when the place was last read.
func (p *Place) Present() bool { return !p.Gone.After(p.Last) }

// number identifies the place among those of one credential.
func (p *Place) number() int64 {
	return number("place", string(p.Target), string(p.Kind), p.Path, p.Commit, strconv.Itoa(p.Nth))
}

// A Judgment is a verdict at a moment.
type Judgment struct {
	At      time.Time    `json:"at"`
	State   sprawl.State `json:"state"`
	Reason  string       `json:"reason"`
	Account string       `json:"account,omitempty"`
	Scopes  []string     `json:"scopes,omitempty"`
	Expires time.Time    `json:"expires,omitzero"`
	Grade   string       `json:"grade,omitempty"` // of the evidence that it is dead

	Vantage  string `json:"vantage,omitempty"`  // the machine that asked
	Verifier string `json:"verifier,omitempty"` // the entry by which the answer was read
}

// An Event is something that happened to a credential.
type Event struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	Detail string    `json:"detail,omitempty"`
}

// The events of a credential.
const (
	Discovered  = "discovered"
	Copied      = "copied"             // met at a place where it was not known
	ZoneChanged = "zone_changed"       // a place moved to another zone
	Activated   = "activated"          // an issuer said that it works
	Rejected    = "rejected"           // an issuer refused it
	Suspended   = "suspended"          // an issuer said that it is switched off
	Revoked     = "revoked"            // it is proven not to work
	Resurrected = "resurrected"        // it works again after it was refused
	Reappeared  = "reappeared"         // met at a new place after it was revoked
	Expired     = "expired"            // its time is up
	Retired     = "retired"            // dead, and in no place any more for a while
	ValueLost   = "value_lost"         // in no place any more, and never proven dead
	Gone        = "location_gone"      // no longer at a place
	Replaced    = "slot_value_changed" // another value is in its place
	Moved       = "moved"              // still in the file, at another line
	Owned       = "owner_changed"
	Accepted    = "accepted"
	AcceptVoid  = "accept_void" // an acceptance ended before its time
	Joined      = "joined"      // its halves were found to belong together
)

// An Owner is somebody who answers for a credential, or is thought to.
type Owner struct {
	Name       string    `json:"name"`
	Kind       string    `json:"kind"` // "technical" or "business"
	Source     string    `json:"source"`
	Confidence int       `json:"confidence"`
	Confirmed  time.Time `json:"confirmed,omitzero"` // when somebody said so; zero for a suggestion
}

// An Accept says that a credential is known and will stay for now. It is bound
// to the credential, so it survives whatever happens to the lines around it, and
// it is void once the credential turns out to work or reaches a zone that
// whoever accepted it did not see.
type Accept struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"`
	Zones  []string  `json:"zones"`
}
