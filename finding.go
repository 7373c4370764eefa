package sprawl

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// A Kind says what sort of object a location lies in.
type Kind string

// The kinds of object. The zero Kind is a blob or file.
const (
	KindBlob   Kind = ""
	KindCommit Kind = "commit" // a commit's message, author or committer
	KindTag    Kind = "tag"    // an annotated tag
	KindTree   Kind = "tree"   // a file name
	KindRef    Kind = "ref"    // the name of a ref
	KindReflog Kind = "reflog"
	KindConfig Kind = "config" // a repository's own configuration
	KindLink   Kind = "link"   // the target of a symbolic link
	KindName   Kind = "name"   // the name of a file or archive entry
	KindEntry  Kind = "entry"  // named values of a store or CI system: each is a line "name=value"
)

// A Location says where content is, closely enough for a person to go there
// and for a zone to be derived.
type Location struct {
	Target Target
	Object ID
	Kind   Kind
	Path   string // file, variable or key; "a.zip!b.txt" inside an archive

	// Start and End are byte offsets of the value in the object; of the
	// enclosing encoded text, where the value was decoded from one.
	Start, End int64

	// Line and Column are where the value starts, from 1; 0 if not known.
	// Columns count bytes. EndColumn is that of the last byte, plus one.
	Line, Column, EndLine, EndColumn int

	Encoding []string // outermost first, such as "zip", "base64"
	Role     string   // which half of the credential lies here: RoleID, RoleSecret; "" is all of it

	// Confidence is how sure the credential is in this place, where that
	// depends on the place, as in the generic tier; else 0.
	Confidence int

	// Key is the path of names under which a structured file holds the value,
	// such as "services.db.environment.DB_PASSWORD"; "" if the file has none.
	Key string

	// Mark is what the author of the text wrote into the line to ask a scanner
	// to pass it over, such as "gitleaks:allow"; "" where nothing is.
	Mark string

	Life *Life             // in history; nil where the place has none
	Says map[string]string // what the platform itself says of the place; see the Says constants
	Zone Zone
	Side int // which of Crossing.Sides it is on, from 1; 0 where nothing is crossed
}

// The roles of a location that holds half of a credential.
const (
	RoleID     = "id"     // the public identifier alone
	RoleSecret = "secret" // the secret alone
)

// A Sighting is a credential met in an object: what a Locator is asked about.
type Sighting struct {
	Object     ID
	Path       string // inside the object, such as an archive entry; else ""
	Credential int    // an opaque number; a Locator joins sightings that share it
}

// A Life is the stay of one credential at one path of a history. Sightings of
// the credential in successive versions of the file are one life.
type Life struct {
	Credential int
	Path       string
	Object     ID     // in which it was introduced
	Versions   int    // how many distinct objects held it there
	Commit     string // introduced it; "" if no commit is known to hold it
	Author     string
	When       time.Time // of Commit, as its committer stated
	Removed    string    // the commit that removed it; "" while it is in a head
	RemovedAt  time.Time
	InHead     bool     // HEAD or a branch holds it now
	HeadObject ID       // in which it lies now
	Refs       []string // the refs whose newest commit holds it, up to MaxRefs
	RefCount   int      // how many there are
	Note       string   // "unreachable", "stash", "index", "shallow boundary" …

	// Old says that the credential was at the place before what the source was
	// asked about: it is no place to be told of.
	Old bool
}

// MaxRefs bounds Life.Refs: a mirror of a forge can have a ref per pull
// request.
const MaxRefs = 20

// A Tier says what kind of evidence a rule stands on.
type Tier string

const (
	Structured Tier = "structured" // the value has a format of its own
	Generic    Tier = "generic"    // a value assigned to something called password, token, key …
)

// A Finding is one sighting of a credential. It owns its memory, save for
// Parts and Encoding, which several findings may share and nobody changes.
type Finding struct {
	Rule       string
	Issuer     string
	Tier       Tier
	Confidence int // 0 to 100
	Note       string
	Facts      []Fact // what the value tells of itself, without asking anyone
	At         Location
	Parts      []Part
}

// A Fact is something that a credential's own text tells: the account in a key
// id, the mode in a prefix, the expiry in a token. It is never secret.
type Fact struct{ Name, Value string }

// The names of facts. Times are in RFC 3339.
const (
	FactAccount  = "account"   // the issuer's number or name of the account
	FactTenant   = "tenant"    // an organisation at the issuer
	FactProject  = "project"   // a project, subscription or site
	FactSubject  = "subject"   // who it speaks for: a service account, a JWT's sub
	FactIssuedBy = "issued by" // a JWT's iss, a certificate's issuer
	FactAudience = "audience"
	FactHost     = "host" // where it logs in, with a port if there is one
	FactDatabase = "database"
	FactRegion   = "region"
	FactMode     = "mode"    // "live" or "test"
	FactIssued   = "issued"  // when it was made
	FactExpires  = "expires" // when it ends by itself
	FactScopes   = "scopes"
	FactClass    = "class" // "publishable", "test", "canary" or "example"
)

// Fact returns the value of the fact called name, or "".
func (f *Finding) Fact(name string) string { return fact(f.Facts, name) }

func fact(all []Fact, name string) string {
	for _, f := range all {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// A Part is a named piece of a credential: "key", or "id" and "secret", or
// "host", "user" and "password".
type Part struct {
	Name   string
	Public bool // an identifier, no secret by itself
	Value  Secret
}

// Part returns the value of the part called name.
func (f *Finding) Part(name string) (Secret, bool) {
	for _, p := range f.Parts {
		if p.Name == name {
			return p.Value, true
		}
	}
	return Secret{}, false
}

// A Secret is credential text. It prints as a hint under every verb, in JSON
// and in logs, so that revealing one takes a deliberate call.
type Secret struct {
	text  string
	shown int // bytes at the start that belong to the format, not to the secret
}

// NewSecret returns a Secret that holds a copy of text. The first shown bytes
// are the issuer's fixed prefix, such as "ghp_", and may be printed; 0 for a
// value that has no format, such as a password.
func NewSecret(text []byte, shown int) Secret {
	return Secret{string(text), min(shown, len(text)/2)}
}

// Reveal returns the text. Only register and verify may call it, and
// deps_test.go holds them to that.
func (s Secret) Reveal() string { return s.text }

// Len returns the length of the text in bytes.
func (s Secret) Len() int { return len(s.text) }

// String returns a hint that is safe to print: the issuer's prefix, if the
// format has one, and the length, as in "ghp_…(40)". Never the end of the text.
func (s Secret) String() string {
	return s.text[:s.shown] + "…(" + strconv.Itoa(len(s.text)) + ")"
}

// Format writes the hint, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue returns the hint.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the hint.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
