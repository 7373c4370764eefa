package report

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Limits of a report that is read back. They are far above what scans write.
const (
	maxLine        = 256 << 20
	maxCredentials = 1 << 20
)

// Read reads a report that JSON wrote, so that it can be written in another
// format: JSON of what Read returns is what was read. Lines and fields that it
// does not know are skipped. A report that was cut off, or lacks lines that its
// receipt counts, is incomplete and has a gap that says so. An error names the
// line.
func Read(r io.Reader) (*Document, error) {
	in := reader{advice: map[string]sprawl.Advice{}, about: map[string]string{}, docs: map[string]string{}}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; sc.Scan(); n++ {
		if err := in.line(sc.Bytes()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	return in.end()
}

// A reader collects the lines of a report.
type reader struct {
	doc         Document
	receipt     *jsonReceipt
	advice      map[string]sprawl.Advice // by credential
	about, docs map[string]string        // by rule
}

func (in *reader) line(text []byte) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return fmt.Errorf("is no line of a JSON report: %w", err)
	}
	if in.receipt != nil {
		return errors.New("stands after the receipt, which is the last line of a report: give one report")
	}
	switch kind.Type {
	case "credential":
		return in.credential(text)
	case "gap":
		var g jsonGap
		err := json.Unmarshal(text, &g)
		in.doc.Receipt.Gaps = append(in.doc.Receipt.Gaps, sprawl.Gap{Target: g.Target, What: g.What, Why: g.Why})
		return err
	case "exposure":
		var e jsonExposure
		err := json.Unmarshal(text, &e)
		in.doc.Receipt.Exposures = append(in.doc.Receipt.Exposures, e.exposure())
		return err
	case "receipt":
		in.receipt = new(jsonReceipt)
		return json.Unmarshal(text, in.receipt)
	case "":
		return errors.New(`has no "type", as lines of a JSON report have`)
	}
	return nil
}

func (in *reader) credential(text []byte) error {
	if len(in.doc.Credentials) == maxCredentials {
		return fmt.Errorf("more than %d credentials", maxCredentials)
	}
	var j jsonCredential
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	c, err := j.credential()
	if err != nil {
		return err
	}
	in.about[c.Rule], in.docs[c.Rule] = j.About, j.Docs
	if a := j.Advice; a != nil {
		in.advice[c.ID] = sprawl.Advice{Issuer: a.Issuer, Revoke: a.Revoke, Rotate: a.Rotate, Instead: a.Instead, Docs: a.Docs}
	}
	in.doc.Credentials = append(in.doc.Credentials, c)
	return nil
}

func (j *jsonCredential) credential() (c sprawl.Credential, err error) {
	c = sprawl.Credential{
		ID: j.ID, Rule: j.Rule, Issuer: j.Issuer, Hint: j.Hint, Public: j.Public, Note: j.Note,
		Tier: j.Tier, Confidence: j.Confidence, Risk: j.Risk,
		Verdict:   sprawl.Verdict{State: j.Verdict.State, Reason: j.Verdict.Reason, Account: j.Verdict.Account, Scopes: j.Verdict.Scopes, Grade: j.Verdict.Grade},
		Locations: make([]sprawl.Location, len(j.Locations)),
	}
	for _, name := range slices.Sorted(maps.Keys(j.Facts)) {
		c.Facts = append(c.Facts, sprawl.Fact{Name: name, Value: j.Facts[name]})
	}
	var bad, more error
	c.Verdict.Expires, bad = moment("verdict.expires", j.Verdict.Expires)
	c.Verdict.At, more = moment("verdict.at", j.Verdict.At)
	err = errors.Join(bad, more, j.judge(&c))
	for i := range j.Locations {
		c.Locations[i], bad = j.Locations[i].location()
		err = errors.Join(err, bad)
	}
	return c, err
}

// judge is the other way of judged.
func (j *jsonCredential) judge(c *sprawl.Credential) (err error) {
	for _, r := range j.Reasons {
		c.Reasons = append(c.Reasons, sprawl.Reason(r))
	}
	if j.Owner != nil {
		c.Owner = &sprawl.Owner{Name: j.Owner.Name, Source: j.Owner.Source, Confirmed: j.Owner.Confirmed}
	}
	c.Home = zoneOf(j.Home)
	for _, a := range j.Allowed {
		until, bad := moment("allowed.until", a.Until)
		err = errors.Join(err, bad)
		c.Allowed = append(c.Allowed, sprawl.Allowance{Facets: a.Facets, Owner: a.Owner, Reason: a.Reason, Until: until, Expired: a.Expired})
	}
	x := j.Crossing
	if x == nil {
		return err
	}
	c.Crossing = &sprawl.Crossing{
		Facets: x.Facets, Why: x.Why, Facet: x.Facet, From: x.From, To: x.To, Points: x.Points, Confidence: x.Confidence,
	}
	for _, s := range x.Sides {
		c.Crossing.Sides = append(c.Crossing.Sides, sprawl.Side{Name: s.Name, Copies: s.Copies, Where: s.Where, Zone: zoneOf(s.Zone)})
	}
	return err
}

func zoneOf(j map[string]jsonFacet) (z sprawl.Zone) {
	for _, name := range slices.Sorted(maps.Keys(j)) {
		z = append(z, sprawl.Facet{Name: name, Value: j[name].Value, Source: j[name].Source, Confidence: j[name].Confidence})
	}
	return z
}

func (j *jsonLocation) location() (at sprawl.Location, err error) {
	at = sprawl.Location{
		Target: j.Target, Kind: j.Kind, Path: j.Path, Key: j.Key, Start: j.Start, End: j.End,
		Line: j.Line, Column: j.Column, EndLine: j.EndLine, EndColumn: j.EndColumn, Encoding: j.Encoding, Role: j.Role, Side: j.Side,
	}
	var bad error
	if at.Object, bad = objectID("object", j.Object); bad != nil {
		err = errors.Join(err, bad)
	}
	if j.PathBytes != "" {
		path, bad := base64.StdEncoding.DecodeString(j.PathBytes)
		at.Path, err = string(path), errors.Join(err, bad)
	}
	at.Zone = zoneOf(j.Zone)
	if j.InHead != nil {
		at.Life, bad = j.life()
		err = errors.Join(err, bad)
	}
	return at, err
}

func (j *jsonLocation) life() (*sprawl.Life, error) {
	l := &sprawl.Life{
		Path: j.Path, Versions: j.Versions, Commit: j.Commit, Author: j.Author, Removed: j.Removed,
		InHead: *j.InHead, Refs: j.Refs, RefCount: j.RefCount, Note: j.Note,
	}
	var errs [3]error
	l.When, errs[0] = moment("date", j.Date)
	l.RemovedAt, errs[1] = moment("removed_at", j.RemovedAt)
	l.HeadObject, errs[2] = objectID("head_object", j.HeadObject)
	return l, errors.Join(errs[:]...)
}

// moment reads what stamp wrote.
func moment(field, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no time of RFC 3339", field)
	}
	return t.UTC(), nil
}

func objectID(field, s string) (id sprawl.ID, err error) {
	if n := len(s); n != 0 && n != 40 && n != 64 {
		return id, fmt.Errorf("%s has %d digits: want 40 or 64", field, n)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return sprawl.ID{}, fmt.Errorf("%s is not in hex", field)
	}
	return id, nil
}

// end fills in what the receipt says, and holds the lines to it.
func (in *reader) end() (*Document, error) {
	d := &in.doc
	d.About = func(rule string) string { return in.about[rule] }
	d.Docs = func(rule string) string { return in.docs[rule] }
	d.Advise = func(c *sprawl.Credential) sprawl.Advice { return in.advice[c.ID] }
	j := in.receipt
	if j == nil {
		if len(d.Credentials)+len(d.Receipt.Gaps) == 0 {
			return nil, errors.New("holds no report: want what sprawl scan --format json wrote")
		}
		in.lacks("its end is not there")
		return d, nil
	}
	if j.Format != jsonVersion {
		return nil, fmt.Errorf("is of format %d, and this reads %d: take the program that wrote it, or a newer one", j.Format, jsonVersion)
	}
	d.Tool, d.Version, d.Targets, d.Notes, d.Exit = j.Tool, j.Version, j.Targets, j.Notes, j.Exit
	started, err := moment("started", j.Started)
	d.Started = started
	gaps, exposures := d.Receipt.Gaps, d.Receipt.Exposures
	d.Receipt = sprawl.Receipt{
		Bytes: j.Bytes, Scanned: j.Scanned, Objects: j.Objects, Commits: j.Commits, Refs: j.Refs, Rules: j.Rules,
		Gaps: gaps, Exposures: exposures, Complete: j.Complete, Elapsed: time.Duration(j.ElapsedMS) * time.Millisecond,
	}
	for _, g := range j.Skipped {
		d.Receipt.Skipped = append(d.Receipt.Skipped, sprawl.Gap{Target: g.Target, What: g.What, Why: g.Why})
	}
	if n := len(d.Credentials); n != j.Credentials {
		in.lacks(fmt.Sprintf("it holds %d credentials and its receipt counts %d", n, j.Credentials))
	}
	if n := len(gaps); n != j.Gaps {
		in.lacks(fmt.Sprintf("it holds %d gaps and its receipt counts %d", n, j.Gaps))
	}
	return d, err
}

// lacks makes the document an incomplete one.
func (in *reader) lacks(why string) {
	r := &in.doc.Receipt
	r.Complete = false
	r.Gaps = append(r.Gaps, sprawl.Gap{What: "this report", Why: why + ": write it again"})
}
