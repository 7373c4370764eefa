package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// maxBody is the most that is read of an answer, in bytes. Questions are
// chosen so that answers are a few hundred.
const maxBody = 256 << 10

// maxText is the longest plain text that is an answer: issuers who refuse in
// plain text do it in a line.
const maxText = 1 << 10

// A Condition is what must hold of a JSON body: a value at Path exists, equals
// one of Is, or contains Has; or one exists at any of Paths. Keys and array
// indexes of a path are joined by dots. As text: "path", "path|other",
// "path=a|b", "path~text".
type Condition struct {
	Path  string
	Paths []string
	Is    []string
	Has   string
}

func parseCondition(s string) (Condition, error) {
	at := strings.IndexAny(s, "=~")
	if at < 0 {
		at = len(s)
	}
	c := Condition{Path: s[:at]}
	switch {
	case c.Path == "" || strings.ContainsAny(c.Path, " \t"):
		return c, fmt.Errorf("%q has no path; want \"path\", \"path=a|b\" or \"path~text\"", s)
	case at == len(s) && strings.Contains(s, "|"):
		c.Paths = strings.Split(s, "|")
	case at == len(s):
	case at+1 == len(s):
		return c, fmt.Errorf("%q compares with nothing", s)
	case s[at] == '=':
		c.Is = strings.Split(s[at+1:], "|")
	default:
		c.Has = s[at+1:]
	}
	return c, nil
}

// holds reports whether the condition is true of a body, and what of it, in
// words of the entry and never of the body.
func (c *Condition) holds(body any) (bool, string) {
	for _, path := range c.Paths {
		if _, ok := lookup(body, path); ok {
			return true, path
		}
	}
	v, ok := lookup(body, c.Path)
	if !ok {
		return false, ""
	}
	text, scalar := scalarText(v)
	switch {
	case c.Is != nil:
		return scalar && slices.Contains(c.Is, text), c.Path + "=" + text
	case c.Has != "":
		return scalar && strings.Contains(text, c.Has), c.Has
	}
	return true, c.Path
}

// A response is what came back, once it has been read to its end.
type response struct {
	status int
	header http.Header
	json   bool // it is said to be JSON
	html   bool // it is said to be a page for people
	body   any
	text   string // of an answer that is said to be plain text
	raw    []byte // as it came, for those who ask for it
	err    error  // why the body could not be read or parsed
}

var (
	errTooLarge  = errors.New("too large")
	errMalformed = errors.New("malformed")
)

// read reads a response, up to maxBody. What ends when ctx does may look
// complete and not be: the server saw the connection go, and hung up politely.
func read(ctx context.Context, res *http.Response) response {
	r := response{status: res.StatusCode, header: res.Header}
	kind := res.Header.Get("Content-Type")
	r.json, r.html = isJSON(kind), isHTML(kind)
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case ctx.Err() != nil:
		r.err = ctx.Err()
	case err != nil:
		r.err = err
	case len(raw) > maxBody:
		r.err = errTooLarge
	case r.json:
		r.body, r.err = parseJSON(raw)
	case isPlain(kind) && len(raw) <= maxText:
		r.text = string(raw)
	}
	return r
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

func isPlain(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "text/plain"
}

func isHTML(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "text/html" || kind == "application/xhtml+xml")
}

// parseJSON reads one JSON value, and nothing after it.
func parseJSON(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, errMalformed
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errMalformed
	}
	return v, nil
}

// lookup returns the value at path. A null is no value.
func lookup(v any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(in) {
				return nil, false
			}
			v = in[n]
		default:
			return nil, false
		}
	}
	return v, v != nil
}

func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// An evidence is why a response was an answer, in words of the entry.
type evidence string

// matching returns the evidence of the first answer that r is, or nil.
func matching(answers []Answer, r *response) *evidence {
	if r.err != nil || !r.json && r.text == "" {
		return nil
	}
	for i := range answers {
		if e := answers[i].matches(r); e != nil {
			return e
		}
	}
	return nil
}

func (a *Answer) matches(r *response) *evidence {
	if !slices.Contains(a.Status, r.status) {
		return nil
	}
	if a.Text != "" || !r.json {
		if e := evidence(a.Text); a.Text != "" && strings.Contains(r.text, a.Text) {
			return &e
		}
		return nil
	}
	var e evidence
	for i := range a.JSON {
		ok, why := a.JSON[i].holds(r.body)
		if !ok {
			return nil
		}
		e = evidence(why)
	}
	return &e
}

// facts fills in what a response says of a credential that was accepted.
func (a *Ask) facts(v *sprawl.Verdict, r *response, f *sprawl.Finding) {
	var account, scopes []string
	for _, s := range a.Account {
		account = append(account, usable(s.texts(r), f)...)
	}
	v.Account = strings.Join(account, " / ")
	for _, text := range a.Scopes.texts(r) {
		scopes = append(scopes, strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })...)
	}
	v.Scopes = usable(scopes, f)
	if when := a.Expires.texts(r); len(when) == 1 {
		v.Expires = parseTime(when[0])
	}
}

// Limits of what an issuer may tell about a credential.
const (
	maxFact  = 200 // bytes of one text
	maxFacts = 500
)

// usable returns the texts that can be shown to people. One that contains a
// secret part of the credential, as an echo would, is left out.
func usable(texts []string, f *sprawl.Finding) []string {
	var all []string
	for _, text := range texts {
		if text != "" && len(text) <= maxFact && shown(text) && !echoes(text, f) && len(all) < maxFacts {
			all = append(all, text)
		}
	}
	return all
}

// texts returns the texts at s: several where it is a list.
func (s Source) texts(r *response) []string {
	if s == "" {
		return nil
	}
	if name, ok := strings.CutPrefix(string(s), "header:"); ok {
		return r.header.Values(name)
	}
	v, _ := lookup(r.body, string(s))
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var all []string
	for _, e := range list {
		if text, ok := scalarText(e); ok {
			all = append(all, text)
		}
	}
	return all
}

// shown reports whether text is a single line without control characters.
func shown(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) })
}

func echoes(text string, f *sprawl.Finding) bool {
	return slices.ContainsFunc(f.Parts, func(p sprawl.Part) bool {
		return !p.Public && p.Value.Len() > 0 && strings.Contains(text, p.Value.Reveal())
	})
}

// layouts are how issuers write times: RFC 3339; GitHub's header, in two
// forms; and the dates of GitLab, which end with the day.
var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", time.DateTime, time.DateOnly, http.TimeFormat}

// parseTime reads a time, or seconds since 1970. It returns the zero time for
// any other text.
func parseTime(s string) time.Time {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && n < 1<<36 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}
