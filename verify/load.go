package verify

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Limits of a rules file. They are far above what people write, and keep a
// hostile file from taking the machine.
const (
	maxFile    = 8 << 20
	maxIssuers = 1 << 12
	maxErrors  = 100
)

const (
	issuerKeys = "id, name, docs, category, hosts, self_hosted, rate, settle, advice, ask and reach"
	askKeys    = "rules, starts, method, url, host_from, headers, basic, body, keep, live, dead, account, scopes and expires"
	answerKeys = "status, json, text and example"
)

// defaultRate is polite to every issuer that states no limit of its own.
const defaultRate = 5

// Load reads the [[issuer]] tables of a rules file, which is called name in
// errors. Every answer that an entry declares is tried on its own example.
// Load returns all that is wrong, joined, each a *IssuerError. Rules in the
// file are left to package detectors.
func Load(name string, text []byte) (*Issuers, error) {
	if len(text) > maxFile {
		return nil, &IssuerError{File: name, Msg: fmt.Sprintf("larger than %d bytes; split it", maxFile)}
	}
	var file struct {
		Issuer any `toml:"issuer"`
	}
	if _, err := toml.Decode(string(text), &file); err != nil {
		return nil, syntaxError(name, err)
	}
	l := loader{file: name, text: string(text)}
	if file.Issuer != nil {
		l.issuers(file.Issuer)
	}
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	return &Issuers{l.loaded}, nil
}

// syntaxError turns an error of the TOML library into one of ours.
func syntaxError(name string, err error) error {
	e := &IssuerError{File: name, Msg: err.Error()}
	var parse toml.ParseError
	if errors.As(err, &parse) {
		e.Line, e.Key = parse.Position.Line, parse.LastKey
		e.Msg = cmp.Or(parse.Message, err.Error())
	}
	return e
}

// A loader turns tables into issuers and collects what is wrong with them.
type loader struct {
	file, text string
	loaded     []Issuer
	n          int    // number of the issuer that is being read
	id         string // its id
	errs       []error
}

func (l *loader) bad(key, msg string, args ...any) {
	if len(l.errs) < maxErrors {
		l.errs = append(l.errs, &IssuerError{
			File: l.file, Line: lineOf(l.text, l.n, key), Issuer: l.id, Key: key, Msg: fmt.Sprintf(msg, args...),
		})
	}
}

func (l *loader) issuers(v any) {
	list := listed(v)
	if len(list) > maxIssuers {
		l.bad("", "holds more than %d issuers", maxIssuers)
		return
	}
	for n, e := range list {
		l.n, l.id = n, ""
		m, ok := e.(map[string]any)
		if !ok {
			l.bad("issuer", "want [[issuer]] tables")
			continue
		}
		l.loaded = append(l.loaded, l.issuer(&table{m: m, bad: l.bad}))
	}
}

func (l *loader) issuer(t *table) Issuer {
	i := Issuer{ID: t.text("id")}
	l.id = i.ID
	i.Name, i.Docs, i.Category = t.text("name"), t.text("docs"), t.text("category")
	i.Hosts, i.SelfHosted = t.texts("hosts"), t.yes("self_hosted")
	i.Rate = t.number("rate", defaultRate)
	if text := t.text("settle"); text != "" {
		var err error
		if i.Settle, err = time.ParseDuration(text); err != nil || i.Settle <= 0 {
			l.bad("settle", "%q is no time: want one such as \"5m\"", text)
		}
	}
	i.Advice = l.advice(t, &i)
	asks, reaches := t.tables("ask"), t.tables("reach")
	t.done(issuerKeys)
	l.checkIssuer(&i, len(asks) > 0)
	for _, a := range asks {
		i.Asks = append(i.Asks, l.ask(a, &i))
	}
	for _, r := range reaches {
		i.Reaches = append(i.Reaches, l.reach(r, &i))
	}
	return i
}

func (l *loader) checkIssuer(i *Issuer, asked bool) {
	if !validID(i.ID) {
		l.bad("id", "want a name of lower-case letters, digits and dashes, such as \"github\"")
	}
	if slices.ContainsFunc(l.loaded, func(o Issuer) bool { return o.ID == i.ID && i.ID != "" }) {
		l.bad("id", "is taken by another issuer of this file; choose another")
	}
	if !(i.Rate > 0 && i.Rate <= 1000) {
		l.bad("rate", "is %v requests per second; want more than 0, and 1000 at most", i.Rate)
	}
	if asked && len(i.Hosts) == 0 {
		l.bad("hosts", "is missing; name the only hosts that its credentials may be sent to")
	}
	for _, h := range i.Hosts {
		if !validHost(strings.TrimPrefix(h, ".")) {
			l.bad("hosts", "%q is no public host name in lower case", h)
		}
	}
}

func (l *loader) ask(t *table, i *Issuer) Ask {
	a := Ask{
		Rules: t.texts("rules"), Starts: t.texts("starts"), Method: cmp.Or(t.text("method"), http.MethodGet),
		URL: t.text("url"), HostFrom: t.text("host_from"), Headers: t.headers("headers"),
		Basic: t.text("basic"), Body: t.text("body"), Keep: t.texts("keep"),
		Scopes: Source(t.text("scopes")), Expires: Source(t.text("expires")),
	}
	for _, s := range t.texts("account") {
		a.Account = append(a.Account, Source(s))
	}
	for _, answer := range t.tables("live") {
		a.Live = append(a.Live, l.answer(answer))
	}
	for _, answer := range t.tables("dead") {
		a.Dead = append(a.Dead, l.answer(answer))
	}
	t.done(askKeys)
	l.checkAsk(&a, i)
	l.checkAnswers(&a)
	return a
}

func (l *loader) answer(t *table) Answer {
	a := Answer{Status: t.numbers("status"), Text: t.text("text"), Example: t.text("example")}
	for _, s := range t.texts("json") {
		c, err := parseCondition(s)
		if err != nil {
			l.bad(t.key("json"), "%v", err)
		}
		a.JSON = append(a.JSON, c)
	}
	t.done(answerKeys)
	if len(a.Status) == 0 {
		l.bad(t.key("status"), "is missing")
	}
	for _, s := range a.Status {
		if s < 200 || s > 599 || s/100 == 3 {
			l.bad(t.key("status"), "%d can't be an answer; want 2xx, 4xx or 5xx", s)
		}
	}
	switch {
	case len(a.JSON) > 0 && a.Text != "":
		l.bad(t.key("text"), "is of no use beside json: a body is one of the two")
	case a.Text != "" && t.path == "ask.live":
		l.bad(t.key("text"), "can't prove that a credential works: want json")
	case len(a.JSON) == 0 && a.Text == "":
		l.bad(t.key("json"), "is missing; a status alone proves nothing, as any gateway can send it")
	}
	return a
}

func (l *loader) checkAsk(a *Ask, i *Issuer) {
	if len(a.Rules) == 0 {
		l.bad("ask.rules", "is missing; name the rules whose findings this asks about")
	}
	for _, r := range a.Rules {
		if slices.ContainsFunc(i.Asks, func(o Ask) bool { return len(o.Starts) == 0 && slices.Contains(o.Rules, r) }) {
			l.bad("ask.rules", "rule %q is asked about above, so that this is never reached", r)
		}
	}
	if a.Method != http.MethodGet && a.Method != http.MethodPost {
		l.bad("ask.method", "is %q; want GET or POST", a.Method)
	}
	if a.Method == http.MethodGet && a.Body != "" {
		l.bad("ask.body", "is of no use with GET")
	}
	var err error
	if a.target, err = parseTarget(a.URL, a.HostFrom); err != nil {
		l.bad("ask.url", "%v", err)
	} else if a.HostFrom == "" && !slices.Contains(i.Hosts, a.target.host) {
		l.bad("ask.url", "host %q is none of hosts", a.target.host)
	}
	for _, h := range a.Headers {
		if !validHeader(h) {
			l.bad("ask.headers", "%q can't be sent", h.Name)
		}
	}
	if len(a.parts()) == 0 {
		l.bad("ask", "sends no part of the credential; write {key} where it goes")
	}
}

// checkAnswers tries the answers on one another's examples, so that an entry
// which can't tell the living from the dead is refused before it is used.
func (l *loader) checkAnswers(a *Ask) {
	if len(a.Live) == 0 || len(a.Dead) == 0 {
		l.bad("ask", "want both live and dead; without either there is no control")
	}
	l.checkExamples("ask.live", a.Live, a)
	l.checkExamples("ask.dead", a.Dead, a)
}

func (l *loader) checkExamples(key string, answers []Answer, a *Ask) {
	for _, answer := range answers {
		r := answer.example()
		if r.err != nil {
			l.bad(key+".example", "is missing or no JSON; give a body that the issuer sends")
			continue
		}
		live, dead := matching(a.Live, &r) != nil, matching(a.Dead, &r) != nil
		if live == dead || live != (key == "ask.live") {
			l.bad(key+".example", "reads as live: %t, dead: %t", live, dead)
		}
	}
}

// example returns the response that an answer gives as its example.
func (a *Answer) example() response {
	r := response{status: first(a.Status), json: a.Text == "", text: a.Example}
	if r.json {
		r.body, r.err = parseJSON([]byte(a.Example))
	}
	return r
}

func first(list []int) int {
	if len(list) == 0 {
		return 0
	}
	return list[0]
}

func validID(id string) bool {
	return id != "" && len(id) <= 80 && id[0] != '-' &&
		strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
