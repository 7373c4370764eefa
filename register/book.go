package register

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// bookVersion counts changes to the shape of exports that are no additions.
const bookVersion = 1

// A Book is all that a register knows, in memory: what is exported and merged.
type Book struct {
	Keys    map[string]time.Time // ids of the keys that it was written under, and since when
	Entries []*Entry
	Owners  []OwnerRule
}

// Merge returns what a and b know together. It commutes, is associative and
// idempotent. Entries that share a name are one credential.
func Merge(a, b *Book) *Book {
	m := &Book{Keys: map[string]time.Time{}}
	byName := map[string]*Entry{}
	live := map[*Entry]struct{}{}
	for _, from := range [...]*Book{a, b} {
		for id, since := range from.Keys {
			m.Keys[id] = earlier(m.Keys[id], since)
		}
		for _, e := range from.Entries {
			var old []*Entry
			for _, n := range e.Names {
				if o := byName[n]; o != nil && !slices.Contains(old, o) {
					old = append(old, o)
				}
			}
			u := unite(e, e) // in the order that all entries have
			for _, o := range old {
				delete(live, o)
				u = unite(o, u)
			}
			for _, n := range u.Names {
				byName[n] = u
			}
			live[u] = struct{}{}
		}
	}
	m.Entries = slices.Collect(maps.Keys(live))
	m.Owners = uniteRules(a.Owners, b.Owners)
	m.sort()
	return m
}

func (b *Book) sort() {
	slices.SortFunc(b.Entries, func(x, y *Entry) int { return cmp.Or(cmp.Compare(x.ID, y.ID), slices.Compare(x.Names, y.Names)) })
}

// A line of an export is one object; what it is about is in its type.
type (
	headLine struct {
		Type string               `json:"type"` // "register", the first line
		V    int                  `json:"v"`
		Keys map[string]time.Time `json:"keys"`
	}
	credentialLine struct {
		Type string `json:"type"`
		*Entry
	}
	placeLine struct {
		Type       string `json:"type"` // "location"
		Credential string `json:"credential"`
		*Place
	}
	verdictLine struct {
		Type       string `json:"type"`
		Credential string `json:"credential"`
		*Judgment
	}
	eventLine struct {
		Type       string `json:"type"`
		Credential string `json:"credential"`
		*Event
	}
	ownerLine struct {
		Type string `json:"type"`
		*OwnerRule
	}
)

// Write writes b as JSON lines, keys and lines in order, so that two exports
// can be compared line by line.
func (b *Book) Write(w io.Writer) error {
	out := &lineWriter{w: bufio.NewWriter(w)}
	out.put(headLine{"register", bookVersion, b.Keys})
	for _, e := range b.Entries {
		out.entry(e)
	}
	for i := range b.Owners {
		out.put(ownerLine{"owner", &b.Owners[i]})
	}
	return cmp.Or(out.err, out.w.Flush())
}

// A lineWriter writes objects until something goes wrong.
type lineWriter struct {
	w   *bufio.Writer
	err error
}

func (l *lineWriter) entry(e *Entry) {
	l.put(credentialLine{"credential", e})
	for i := range e.Places {
		l.put(placeLine{"location", e.ID, &e.Places[i]})
	}
	for i := range e.Verdicts {
		l.put(verdictLine{"verdict", e.ID, &e.Verdicts[i]})
	}
	for i := range e.Events {
		l.put(eventLine{"event", e.ID, &e.Events[i]})
	}
}

// put writes v on a line, its keys in order.
func (l *lineWriter) put(v any) {
	if l.err != nil {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		l.err = err
		return
	}
	var sorted map[string]json.RawMessage
	if l.err = json.Unmarshal(raw, &sorted); l.err != nil {
		return
	}
	if raw, l.err = json.Marshal(sorted); l.err != nil {
		return
	}
	_, l.err = l.w.Write(append(raw, '\n'))
}

// longestLine bounds a line of an export.
const longestLine = 16 << 20

// A BookError says which line of an export is wrong.
type BookError struct {
	Line int
	Why  string
}

// Error returns what is wrong. It never repeats the line.
func (e *BookError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Why) }

// ReadBook reads what Write wrote. The error is a *BookError, or that of r.
func ReadBook(r io.Reader) (*Book, error) {
	b := &Book{Keys: map[string]time.Time{}}
	byID := map[string]*Entry{}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), longestLine)
	n := 0
	for sc.Scan() {
		n++
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		if err := b.readLine(sc.Bytes(), n == 1, byID); err != nil {
			return nil, &BookError{n, err.Error()}
		}
	}
	switch err := sc.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &BookError{n + 1, fmt.Sprintf("is longer than %d bytes", longestLine)}
	case err != nil:
		return nil, err
	case n == 0:
		return nil, &BookError{1, "is missing: an export begins with a line of type register"}
	}
	b.sort()
	return b, nil
}

func (b *Book) readLine(line []byte, head bool, byID map[string]*Entry) error {
	var what struct {
		Type       string `json:"type"`
		Credential string `json:"credential"`
	}
	if json.Unmarshal(line, &what) != nil {
		return errors.New("is no JSON object")
	}
	if head != (what.Type == "register") {
		return errors.New("is of the wrong type: an export begins with one line of type register")
	}
	e := byID[what.Credential]
	if e == nil && (what.Type == "location" || what.Type == "verdict" || what.Type == "event") {
		return errors.New("belongs to a credential that no line before it names")
	}
	err := error(nil)
	switch what.Type {
	case "register":
		var h headLine
		if err = json.Unmarshal(line, &h); err == nil && h.V > bookVersion {
			return ErrNewer
		}
		maps.Copy(b.Keys, h.Keys)
	case "credential":
		e := &Entry{}
		if err = json.Unmarshal(line, e); err == nil && (e.ID == "" || len(e.Names) == 0 || byID[e.ID] != nil) {
			return errors.New("names no credential, or one that was there before")
		}
		byID[e.ID] = e
		b.Entries = append(b.Entries, e)
	case "location":
		e.Places, err = appendJSON(e.Places, line)
	case "verdict":
		e.Verdicts, err = appendJSON(e.Verdicts, line)
	case "event":
		e.Events, err = appendJSON(e.Events, line)
	case "owner":
		b.Owners, err = appendJSON(b.Owners, line)
	}
	if err != nil { // its text could repeat what is in the line
		return fmt.Errorf("is no %s as an export writes it", what.Type)
	}
	return nil
}

func appendJSON[T any](all []T, line []byte) ([]T, error) {
	var v T
	err := json.Unmarshal(line, &v)
	return append(all, v), err
}

// BookOf returns what a run under key found, for a register that is elsewhere.
func BookOf(key *Key, run Run) *Book {
	run.At = run.At.UTC().Truncate(time.Millisecond)
	b := &Book{Keys: map[string]time.Time{key.id: run.At}}
	for i := range run.Credentials {
		b.Entries = append(b.Entries, run.entry(&run.Credentials[i], run.At))
	}
	b.sort()
	return b
}
