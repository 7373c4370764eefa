package sprawl

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
)

// A Target names a place that can be scanned, written as a URL: git:.,
// dir:/etc, stdin:, git+https://example.test/repo. It never carries a secret:
// user information is removed by whoever makes one.
type Target string

// Scheme returns the part of t before the first colon, or "".
func (t Target) Scheme() string {
	scheme, _, ok := strings.Cut(string(t), ":")
	if !ok {
		return ""
	}
	return scheme
}

// Rest returns the part of t after the first colon.
func (t Target) Rest() string {
	_, rest, _ := strings.Cut(string(t), ":")
	return rest
}

// An ID names content by its hash. A SHA-1 object name fills the first 20
// bytes and leaves the others zero. It is the zero ID where a place has no
// content hash.
type ID [32]byte

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String returns id in lower-case hex: 40 digits where only the first 20 bytes
// are used, as git writes SHA-1 names, else 64. The zero ID is "".
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	if [12]byte(id[20:]) == [12]byte{} {
		return hex.EncodeToString(id[:20])
	}
	return hex.EncodeToString(id[:])
}

// A Unit is one independent piece of work: some delta families of a packfile,
// a file, the variables of a project. Units may be read in any order, by any
// worker, and again after a crash.
type Unit struct {
	Target  Target
	Name    string // within Target
	Version string // changes when the content does; "" if that can't be told
	Bytes   int64  // rough cost, so that large units start first
	Stage   int    // units of a lower stage are all read before those of a higher one
	Remote  bool   // spends its time waiting for a network
}

// A Source reads one place. Both methods stream: they call back as they go,
// stop at the first error a callback returns, and return that error as it is.
// They return ctx.Err() soon after ctx is done. Read may be called for
// different units from several goroutines at once.
type Source interface {
	// Units lists the work in the source's target.
	Units(ctx context.Context, yield func(Unit) error) error

	// Read shows the content of u to v, each object once, calling v from the
	// calling goroutine. It goes on past an object that it cannot read, and
	// returns such errors joined, each a *Gap, so that one corrupt blob costs
	// one blob.
	Read(ctx context.Context, u Unit, v Visitor) error
}

// A Visitor is shown the content of units. It is used by one goroutine at a
// time.
type Visitor interface {
	// Offer says that at.Object is present at the location, and reports
	// whether its bytes are wanted. A source asks before it pays: before it
	// opens a file or downloads a log. A false answer loses nothing: what was
	// found in the object before now counts for this place too. The visitor
	// copies what it keeps of at.
	Offer(at *Location) bool

	// Visit scans c. The chunk and its bytes go back to the source when Visit
	// returns; nothing may keep them. An error from Visit ends the unit: it
	// means that the run cannot go on, not that the content is odd.
	Visit(c *Chunk) error
}

// A Locator is a Source that meets content before it knows where the content
// lives, as a packfile reader does. Locate is called once, after every unit has
// been read, with only the sightings in which something was found.
type Locator interface {
	Locate(ctx context.Context, seen []Sighting, yield func(Life) error) error
}

// A Rereader is a Source that can show again where a credential was found, for
// whoever asks later whether it is still there. Reread calls yield once with
// the object or value at the location, on loan, decoded of nothing: the place's
// Start and End count in it. It returns an error in whose chain is ErrGone if
// nothing is there any more.
type Rereader interface {
	Reread(ctx context.Context, at *Location, yield func(data []byte) error) error
}

// ErrGone says that what was at a place is not there any more.
var ErrGone = errors.New("not there any more")

// A Lister is a Source whose place holds other places that are read as targets
// of their own, such as the repositories of an organisation. Targets calls yield
// with each, and with what the platform says of it, which holds for every
// location in it. It returns the first error of yield as it is.
type Lister interface {
	Targets(ctx context.Context, yield func(t Target, says map[string]string) error) error
}

// An Observer is a Source that learns about places whose values it can't see.
// Exposures is called after the last Read has returned.
type Observer interface {
	Exposures() []Exposure
}

// A Tallier is a Source that counts what it met. Tally is called after the
// last Read has returned.
type Tallier interface {
	Tally() Tally
}

// A Tally is what a source met, for the coverage receipt.
type Tally struct {
	Objects int64 // blobs, files, messages: everything that was shown or refused
	Commits int64
	Refs    int64
	Skipped []Gap // left out on purpose, with the reason; not a failure
}

// A Chunk is content on loan from a Source: a whole object, or a range of a
// large one.
type Chunk struct {
	At     *Location
	Data   []byte
	Offset int64 // of Data[0] in the object

	// Lead and Tail count the bytes at either end of Data that are context:
	// matches may look at them, but a match that starts in them belongs to the
	// neighbouring chunk. Both are zero for a whole object. A source that cuts
	// an object leaves at least the scanner's Reach in each.
	Lead, Tail int

	// Lines returns the number of newlines in the object before Data[0].
	// It is called only when something was found. nil means none.
	Lines func() int

	// Base is the object that Copies refer to: one that was visited before in
	// the same unit. Copies are in order of Dst, and do not overlap there.
	Base   ID
	Copies []Copy
}

// A Copy says that N bytes of a chunk, from Dst on, equal N bytes of the
// chunk's Base from Src on, as git's delta instructions do. Scanners skip the
// inside of a Copy and carry over what they found there.
type Copy struct {
	Src, Dst, N int
}
