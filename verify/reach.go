package verify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/seed-5dd601fe/sprawl"
)

// A Reach is a list of what a credential can get at, and how its issuer is
// asked for it: an [[issuer.reach]] table. It is asked for with the headers of
// the question about the credential, always by GET. Nothing is asked for that no
// table names.
type Reach struct {
	Rules []string // ids of the rules whose findings it is asked for with
	Kind  string   // what the list is of, such as "repository"
	URL   string   // as in the file; no part stands in it
	Page  string   // the query parameter that counts pages, from 1; "" where there is one page
	List  string   // path of the list in the body; "" where the body is the list
	Name  string   // path of an element's name
	Says  []string // paths of what else tells about it: a text, or an object of yes and no

	target target
}

// The limits of what is asked for about one credential.
const (
	maxPages     = 5   // of one list
	maxCalls     = 30  // of all lists
	maxResources = 500 // of one list
	maxReachTime = 20 * time.Second
)

// Reached is what a credential can get at, as far as its issuer tells.
type Reached struct {
	Verdict   sprawl.Verdict // who it speaks for, and its scopes
	Resources []Resource
	Unread    []string // what could not be read, and why
	Calls     int      // requests beside the question itself
}

// A Resource is one thing that a credential can get at.
type Resource struct {
	Kind string
	Name string
	Says []string // such as "private", "push"
}

// Reach asks whether a credential works, and if so what it can get at: names,
// and nothing that is in them.
func (c *Client) Reach(ctx context.Context, f *sprawl.Finding) (out Reached) {
	caught := panics.Try(func() { out = c.reach(ctx, f) })
	if caught != nil {
		return Reached{Verdict: unknown("internal error: reading what it reaches")}
	}
	return out
}

func (c *Client) reach(ctx context.Context, f *sprawl.Finding) Reached {
	out := Reached{Verdict: c.Ask(ctx, f)}
	if out.Verdict.State != sprawl.Live {
		return out
	}
	q, _ := c.question(f)
	if q == nil || q.ask == nil {
		out.Unread = append(out.Unread, "what it reaches: no list is known for "+f.Rule)
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, maxReachTime)
	defer cancel()
	for i := range q.issuer.Reaches {
		if r := &q.issuer.Reaches[i]; slices.Contains(r.Rules, f.Rule) {
			c.list(ctx, q, r, &out)
		}
	}
	if out.Calls == 0 {
		out.Unread = append(out.Unread, "what it reaches: no list is known for "+f.Rule)
	}
	return out
}

// list reads one list, page by page.
func (c *Client) list(ctx context.Context, q *question, r *Reach, out *Reached) {
	n := 0
	say := func(why string) { out.Unread = append(out.Unread, r.Kind+": "+why) }
	for page := 1; ; page++ {
		if page > maxPages || out.Calls >= maxCalls || n >= maxResources {
			say(fmt.Sprintf("more than the %d that were read", n))
			return
		}
		elements, why := c.page(ctx, q, r, page)
		out.Calls++
		if why != "" {
			say(why)
			return
		}
		for _, e := range elements {
			if res, ok := r.resource(e, q.finding); ok {
				out.Resources = append(out.Resources, res)
				n++
			}
		}
		if r.Page == "" || len(elements) == 0 {
			return
		}
	}
}

// page reads one page, or says why not.
func (c *Client) page(ctx context.Context, q *question, r *Reach, page int) (elements []any, why string) {
	twin, ask := *q, *q.ask
	ask.Method, ask.Body, ask.URL, ask.target = http.MethodGet, "", r.URL, r.target
	if r.Page != "" {
		ask.target.query = strings.TrimPrefix(ask.target.query+"&"+url.QueryEscape(r.Page)+"="+strconv.Itoa(page), "&")
	}
	twin.ask = &ask
	p := c.paces[q.issuer.ID]
	if err := p.enter(ctx); err != nil {
		return nil, "there was no time for it"
	}
	defer p.leave()
	if ready, err := p.turn(ctx); err != nil || !ready {
		return nil, "there was no time for it"
	}
	at := c.o.Clock.Now()
	req, err := twin.request(ctx, c.o.UserAgent)
	if err != nil {
		return nil, err.Error()
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, failed(err, q.base.Host).verdict.Reason
	}
	defer res.Body.Close()
	body := read(ctx, res)
	out := outcome{status: res.StatusCode, verdict: sprawl.Verdict{State: sprawl.Live, Reason: "reach: " + r.Kind, At: at}}
	c.audit(&twin, 1, &out)
	code := strconv.Itoa(res.StatusCode) + " from " + q.base.Host
	if res.StatusCode != http.StatusOK || body.err != nil || !body.json {
		return nil, body.undeclared(code)
	}
	v := body.body
	if r.List != "" {
		v, _ = lookup(v, r.List)
	}
	elements, ok := v.([]any)
	if !ok {
		return nil, "not a list: " + code
	}
	return elements, ""
}

// resource reads one element. It is left out where it has no name that can be
// shown.
func (r *Reach) resource(element any, f *sprawl.Finding) (Resource, bool) {
	v, _ := lookup(element, r.Name)
	name, _ := scalarText(v)
	if len(usable([]string{name}, f)) == 0 {
		return Resource{}, false
	}
	res := Resource{Kind: r.Kind, Name: name}
	for _, path := range r.Says {
		v, ok := lookup(element, path)
		if flags, isObject := v.(map[string]any); isObject {
			for _, key := range slices.Sorted(maps.Keys(flags)) {
				if yes, _ := flags[key].(bool); yes {
					res.Says = append(res.Says, key)
				}
			}
			continue
		}
		switch v := v.(type) {
		case bool:
			if v {
				res.Says = append(res.Says, path)
			}
		default:
			if text, scalar := scalarText(v); ok && scalar {
				res.Says = append(res.Says, text)
			}
		}
	}
	res.Says = usable(res.Says, f)
	return res, true
}

// reach reads an [[issuer.reach]] table.
func (l *loader) reach(t *table, i *Issuer) Reach {
	r := Reach{
		Rules: t.texts("rules"), Kind: t.text("kind"), URL: t.text("url"), Page: t.text("page"),
		List: t.text("list"), Name: t.text("name"), Says: t.texts("says"),
	}
	t.done("rules, kind, url, page, list, name and says")
	if len(r.Rules) == 0 || r.Kind == "" || r.Name == "" {
		l.bad("reach", "want rules, kind and name")
	}
	for _, rule := range r.Rules {
		if !slices.ContainsFunc(i.Asks, func(a Ask) bool { return slices.Contains(a.Rules, rule) }) {
			l.bad("reach.rules", "no question is asked about %q, whose headers could be used", rule)
		}
	}
	var err error
	switch r.target, err = parseTarget(r.URL, ""); {
	case err != nil:
		l.bad("reach.url", "%v", err)
	case placeholder.MatchString(r.URL):
		l.bad("reach.url", "no part of a credential may stand in it")
	case !slices.Contains(i.Hosts, r.target.host):
		l.bad("reach.url", "host %q is none of hosts", cmp.Or(r.target.host, r.URL))
	}
	return r
}
