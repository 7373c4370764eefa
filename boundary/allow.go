package boundary

import (
	"slices"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// allow takes out of ds what the policy intends, and records on c what it
// relied on. An allowance that has ended is recorded, too, and covers nothing.
func (j *judge) allow(c *sprawl.Credential, ds []divide) []divide {
	if j.p == nil {
		return ds
	}
	for i := range j.p.allows {
		a := &j.p.allows[i]
		var covered []string
		for k := range ds {
			if a.covers(c, &ds[k]) {
				covered = append(covered, ds[k].name)
			}
		}
		if len(covered) == 0 {
			continue
		}
		ended := !j.now.Before(a.until.AddDate(0, 0, 1))
		c.Allowed = append(c.Allowed, sprawl.Allowance{Facets: covered, Owner: a.owner, Reason: a.reason, Until: a.until, Expired: ended})
		if !ended {
			ds = slices.DeleteFunc(ds, func(d divide) bool { return slices.Contains(covered, d.name) })
		}
	}
	return ds
}

// covers reports whether the allowance is meant for a crossing.
func (a *allow) covers(c *sprawl.Credential, d *divide) bool {
	if a.cred != "" && a.cred != c.ID {
		return false
	}
	if len(a.facets) > 0 && !slices.Contains(a.facets, d.name) {
		return false
	}
	if a.classes == 0 && len(a.between) == 0 {
		return a.cred != ""
	}
	return !slices.ContainsFunc(d.values, func(v value) bool { return !a.within(d, v.text) })
}

// within reports whether a value is one of those that the allowance names.
func (a *allow) within(d *divide, value string) bool {
	if d.of == env && a.classes != 0 {
		set := parseClasses(value)
		return set != 0 && set&^a.classes == 0
	}
	return slices.ContainsFunc(a.between, func(m pattern) bool { return glob(m.glob, value) })
}

// An Entry is one entry of a policy.
type Entry struct {
	File string
	Line int
	Kind string // "account", "zone", "home" or "allow"
	Why  string // why it is listed
}

// Unused returns the entries of the policy that had no effect on cs, which it
// has judged at the moment now, and the allowances that have ended.
func (p *Policy) Unused(cs []sprawl.Credential, now time.Time) (all []Entry) {
	if p == nil {
		return nil
	}
	u := usage{p: p, used: map[int]bool{}}
	for i := range cs {
		u.credential(&cs[i])
	}
	add := func(kind string, line int, why string) {
		all = append(all, Entry{p.file, line, kind, why})
	}
	for _, a := range p.accounts {
		u.list(add, "account", a.line, "no place or credential is of this account")
	}
	for _, z := range p.zones {
		u.list(add, "zone", z.line, "no place matches, or an earlier zone matches first")
	}
	for _, h := range p.homes {
		u.list(add, "home", h.line, "no credential matches, or an earlier home matches first")
	}
	for i := range p.allows {
		a := &p.allows[i]
		if !now.Before(a.until.AddDate(0, 0, 1)) {
			add("allow", a.line, "it ended on "+a.until.Format(time.DateOnly)+": what it covered counts again")
			continue
		}
		if !slices.ContainsFunc(cs, a.usedBy) {
			add("allow", a.line, "no credential crosses what it allows")
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return a.Line - b.Line })
	return all
}

// usedBy reports whether c relies on the allowance.
func (a *allow) usedBy(c sprawl.Credential) bool {
	return slices.ContainsFunc(c.Allowed, func(l sprawl.Allowance) bool {
		return l.Owner == a.owner && l.Reason == a.reason && l.Until.Equal(a.until)
	})
}

// A usage notes which lines of a policy have had an effect.
type usage struct {
	p    *Policy
	used map[int]bool
}

func (u *usage) list(add func(kind string, line int, why string), kind string, line int, why string) {
	if !u.used[line] {
		add(kind, line, why)
	}
}

func (u *usage) credential(c *sprawl.Credential) {
	for i := range u.p.accounts {
		if a := &u.p.accounts[i]; a.holds(c) {
			u.used[a.line] = true
			break
		}
	}
	for i := range u.p.homes {
		if h := &u.p.homes[i]; matchesCredential(h.match, c) {
			u.used[h.line] = true
			break
		}
	}
	for i := range c.Locations {
		u.place(&c.Locations[i])
	}
}

func (u *usage) place(at *sprawl.Location) {
	var g gather
	u.p.observe(&g, at)
	for i := range u.p.accounts {
		if a := &u.p.accounts[i]; g.best[tenant].value == a.issuer+"/"+a.id {
			u.used[a.line] = true
			break
		}
	}
	for i := range u.p.zones {
		if z := &u.p.zones[i]; matchesPlace(z.match, &g, at) {
			u.used[z.line] = true
			return
		}
	}
}
