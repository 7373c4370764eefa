package register

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
)

// An Inventory holds the credentials of one run, in memory. Its methods may be
// called from several goroutines.
type Inventory struct {
	key *Key

	mu      sync.Mutex
	rows    []*row
	byPrint map[sprawl.Fingerprint]int // by the quick hash, which this run alone uses
	byID    map[string]*row
	byParts map[*sprawl.Part]int // findings that share their parts are one credential
	dirty   map[sprawl.ID]struct{}
}

// A row is a credential in the making.
type row struct {
	sprawl.Credential
	finding sprawl.Finding    // the one that tells most; for asking its issuer
	names   []Name            // set with ID, when the row is first shown
	into    *row              // the row that this one turned out to be a half of
	apart   bool              // its own places hold the secret without the identifier
	halves  []sprawl.Location // where the identifier lies alone
	places  []place
	seen    map[placeKey]struct{}
	in      map[objectKey][]int32 // places by object, made for Resolve
}

// An objectKey is an object as a source showed it.
type objectKey struct {
	source int
	object sprawl.ID
}

// A place is a sighting whose location is to be resolved late, and takes little
// memory: there may be one for each version of a file.
type place struct {
	source     int
	object     sprawl.ID
	kind       sprawl.Kind
	inner      string // path inside the object
	start, end int64
	encoding   []string
	confidence int              // of this sighting, where it has one of its own
	whole      *sprawl.Location // set where the location is known already
	old        bool             // was there before what the run is about
}

type placeKey struct {
	source int
	object sprawl.ID
	inner  string
	start  int64
}

// New returns an empty inventory under key.
func New(key *Key) *Inventory {
	return &Inventory{
		key:     key,
		byPrint: map[sprawl.Fingerprint]int{},
		byID:    map[string]*row{},
		byParts: map[*sprawl.Part]int{},
		dirty:   map[sprawl.ID]struct{}{},
	}
}

// Add records findings that a source, known by its number, has shown. It copies
// what it keeps; parts are kept in memory until the inventory goes.
func (in *Inventory) Add(source int, fs []sprawl.Finding) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range fs {
		f := &fs[i]
		r := in.rows[in.rowOf(f)]
		r.improve(f)
		r.add(source, &f.At)
		if !f.At.Object.IsZero() {
			in.dirty[f.At.Object] = struct{}{}
		}
	}
}

// rowOf returns the number of the row of f's credential.
func (in *Inventory) rowOf(f *sprawl.Finding) int {
	if n, ok := in.byParts[&f.Parts[0]]; ok {
		return n
	}
	fp := in.key.quick(canonicals(f))
	n, ok := in.byPrint[fp]
	if !ok {
		n = len(in.rows)
		in.byPrint[fp] = n
		in.rows = append(in.rows, newRow())
	}
	in.byParts[&f.Parts[0]] = n
	return n
}

func newRow() *row {
	return &row{Credential: sprawl.Credential{Confidence: -1}, seen: map[placeKey]struct{}{}}
}

// improve lets f say what the credential is, if it knows better than the
// findings before.
func (r *row) improve(f *sprawl.Finding) {
	if !better(f, r) {
		return
	}
	r.finding = *f
	r.Rule, r.Issuer, r.Tier, r.Confidence, r.Note = f.Rule, f.Issuer, f.Tier, f.Confidence, f.Note
	r.Facts = f.Facts
	r.Hint, r.Public = describe(f.Parts)
}

// better reports whether f tells more than what r knows: a format of its own
// over a telling name, then confidence, then more parts, then the rule's name
// so that the order of findings does not matter.
func better(f *sprawl.Finding, r *row) bool {
	if r.Confidence < 0 {
		return true
	}
	return cmp.Or(
		cmp.Compare(tierRank(f.Tier), tierRank(r.Tier)),
		cmp.Compare(f.Confidence, r.Confidence),
		cmp.Compare(len(f.Parts), len(r.finding.Parts)),
		cmp.Compare(r.Rule, f.Rule),
	) > 0
}

func tierRank(t sprawl.Tier) int {
	if t == sprawl.Generic {
		return 0
	}
	return 1
}

// describe returns what is safe to print of parts: a hint of the secret, and
// the identifiers that issuers themselves show. A user's name is not among
// them: people put tokens there.
func describe(parts []sprawl.Part) (hint, public string) {
	for _, p := range parts {
		switch {
		case p.Public && (p.Name == "id" || p.Name == "host"):
			public = strings.TrimSpace(public + " " + p.Value.Reveal())
		case !p.Public && hint == "":
			hint = p.Value.String()
		}
	}
	return cmp.Or(hint, public), public
}

// add records that the credential lies at the location.
func (r *row) add(source int, at *sprawl.Location) {
	k := placeKey{source, at.Object, at.Path, at.Start}
	if _, ok := r.seen[k]; ok {
		return
	}
	r.seen[k] = struct{}{}
	r.in = nil
	p := place{
		source: source, object: at.Object, kind: at.Kind, inner: at.Path,
		start: at.Start, end: at.End, encoding: at.Encoding, confidence: at.Confidence,
	}
	if at.Object.IsZero() || len(at.Encoding) > 0 {
		whole := *at
		p.whole = &whole
	}
	r.places = append(r.places, p)
}

// Len returns the number of credentials.
func (in *Inventory) Len() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.rows)
}

// Dirty returns the objects in which something was found so far.
func (in *Inventory) Dirty() map[sprawl.ID]struct{} {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := make(map[sprawl.ID]struct{}, len(in.dirty))
	for id := range in.dirty {
		all[id] = struct{}{}
	}
	return all
}

// Sightings returns what a Locator has to be asked about the objects of source:
// each object and credential once. The numbers are what Resolve expects back.
func (in *Inventory) Sightings(source int) (all []sprawl.Sighting) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for n, r := range in.rows {
		last := sprawl.ID{}
		for _, p := range r.places {
			if p.source == source && !p.object.IsZero() && p.object != last {
				all = append(all, sprawl.Sighting{Object: p.object, Path: p.inner, Credential: n})
				last = p.object
			}
		}
	}
	return all
}

// Resolve gives the credential of life its location in source, whose target is
// t: one for each place of the value in the object that life begins with.
func (in *Inventory) Resolve(source int, t sprawl.Target, life sprawl.Life) {
	in.mu.Lock()
	defer in.mu.Unlock()
	r := in.rows[life.Credential]
	for _, i := range r.placesIn(objectKey{source, life.Object}) {
		p := &r.places[i]
		if life.Old {
			p.old = true
			continue
		}
		at := sprawl.Location{Target: t, Object: p.object, Kind: p.kind, Start: p.start, End: p.end, Encoding: p.encoding, Confidence: p.confidence}
		if p.whole != nil {
			at = *p.whole
		}
		at.Path = life.Path + p.inner
		at.Life = &life
		r.Locations = append(r.Locations, at)
	}
}

// placesIn returns which of r's places lie in an object.
func (r *row) placesIn(k objectKey) []int32 {
	if r.in == nil {
		r.in = map[objectKey][]int32{}
		for i, p := range r.places {
			k := objectKey{p.source, p.object}
			r.in[k] = append(r.in[k], int32(i))
		}
	}
	return r.in[k]
}

// Finding returns what was found of the credential with that id, parts
// included, for asking its issuer. Only credentials that were shown have an id.
func (in *Inventory) Finding(id string) (sprawl.Finding, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if r := in.byID[id]; r != nil {
		return r.finding, true
	}
	return sprawl.Finding{}, false
}

// Credentials returns all that is known.
func (in *Inventory) Credentials(targets []sprawl.Target) []sprawl.Credential {
	all, _ := in.Sure(targets, 0)
	return all
}

// Sure returns what is known of credentials of at least a confidence, with
// locations in order, and how many there are beside. Places that no Locator
// resolved are there too, as far as they are known. It is called when all has
// been read: halves of one credential that lie apart are joined then.
func (in *Inventory) Sure(targets []sprawl.Target, confidence int) (all []sprawl.Credential, hidden int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.join(targets)
	var shown []*row
	for _, r := range in.rows {
		if r.Tier == sprawl.Generic {
			r.Confidence = r.surest()
		}
		switch {
		case r.into != nil || r.old():
		case r.Confidence < confidence:
			hidden++
		default:
			shown = append(shown, r)
		}
	}
	in.name(shown)
	all = make([]sprawl.Credential, 0, len(shown))
	for _, r := range shown {
		c := r.Credential
		c.Locations = r.locations(targets)
		if c.Verdict.State == "" {
			c.Verdict = sprawl.Verdict{State: sprawl.Unknown, Reason: "not asked"}
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b sprawl.Credential) int { return cmp.Compare(a.ID, b.ID) })
	return all, hidden
}

// surest returns the confidence of r in the place where it is surest.
func (r *row) surest() (confidence int) {
	for i := range r.Locations {
		confidence = max(confidence, r.Locations[i].Confidence)
	}
	for i := range r.places {
		if whole := r.places[i].whole; whole != nil && whole.Object.IsZero() {
			confidence = max(confidence, whole.Confidence)
		}
	}
	return cmp.Or(confidence, r.Confidence)
}

// old reports whether all places of r were there before what the run is about.
func (r *row) old() bool {
	return len(r.Locations) == 0 && len(r.places) > 0 && !slices.ContainsFunc(r.places, func(p place) bool { return !p.old })
}

// locations returns the resolved locations, and one for each place that none
// of them covers.
func (r *row) locations(targets []sprawl.Target) []sprawl.Location {
	all := slices.Clone(r.Locations)
	for i := range r.places {
		if p := &r.places[i]; p.whole != nil && p.object.IsZero() {
			all = append(all, *p.whole)
		} else if !p.old && !r.resolved(p.source, targets) {
			all = append(all, sprawl.Location{
				Target: targets[p.source], Object: p.object, Kind: p.kind, Path: p.inner,
				Start: p.start, End: p.end, Encoding: p.encoding, Confidence: p.confidence,
			})
		}
	}
	if r.apart {
		for i := range all {
			all[i].Role = sprawl.RoleSecret
		}
	}
	all = append(all, r.halves...)
	slices.SortFunc(all, byPlace)
	return all
}

// resolved reports whether a Locator has spoken of the credential in source.
func (r *row) resolved(source int, targets []sprawl.Target) bool {
	return slices.ContainsFunc(r.Locations, func(at sprawl.Location) bool { return at.Target == targets[source] })
}

func byPlace(a, b sprawl.Location) int {
	return cmp.Or(
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Start, b.Start), cmp.Compare(a.Object.String(), b.Object.String()),
	)
}

// Unplaced returns the locations in source that have no line yet, by object.
// The caller may fill them in, and must be the only user of the inventory
// while it does.
func (in *Inventory) Unplaced(source int) map[sprawl.ID][]*sprawl.Location {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := map[sprawl.ID][]*sprawl.Location{}
	for _, r := range in.rows {
		for i := range r.Locations {
			if at := &r.Locations[i]; at.Line == 0 && at.Life != nil && len(r.placesIn(objectKey{source, at.Object})) > 0 {
				all[at.Object] = append(all[at.Object], at)
			}
		}
	}
	return all
}
