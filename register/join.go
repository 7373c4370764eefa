package register

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// unite returns what a and b say of one credential together. It commutes, is
// associative and idempotent, so that registers of many runs and teams come to
// the same whatever the order in which they are joined: sets are united, first
// times are the earlier, last times the later, and of two statements the newer
// one holds; of two that are as new, the one whose text is greater.
func unite(a, b *Entry) *Entry {
	u := &Entry{
		Names:  set(append(slices.Clone(a.Names), b.Names...)),
		Hook:   max(a.Hook, b.Hook),
		About:  betterAbout(a.About, b.About),
		Role:   uniteRole(a, b),
		Owners: uniteOwners(a.Owners, b.Owners),
		Accept: newer(a.Accept, b.Accept, func(x *Accept) time.Time { return x.At }),
		First:  earlier(a.First, b.First),
		Last:   later(a.Last, b.Last),
	}
	u.ID, u.Named = a.ID, a.Named
	if cmp.Or(b.Named.Compare(a.Named), cmp.Compare(b.ID, a.ID)) > 0 {
		u.ID, u.Named = b.ID, b.Named
	}
	u.Hook, u.Hooked = a.Hook, a.Hooked
	if cmp.Or(b.Hooked.Compare(a.Hooked), cmp.Compare(b.Hook, a.Hook)) > 0 {
		u.Hook, u.Hooked = b.Hook, b.Hooked
	}
	u.judgedAs(a)
	u.judgedAs(b)
	u.Places = union(a.Places, b.Places, func(p *Place) int64 { return p.number() }, unitePlace)
	u.Verdicts = union(a.Verdicts, b.Verdicts, text[Judgment], first[Judgment])
	u.Events = union(a.Events, b.Events, text[Event], first[Event])
	slices.SortFunc(u.Places, placeOrder)
	slices.SortFunc(u.Verdicts, judgmentOrder)
	slices.SortFunc(u.Events, eventOrder)
	return u
}

// judgedAs takes over the judgment of e if it is newer than u's.
func (u *Entry) judgedAs(e *Entry) {
	c := cmp.Or(e.Judged.Compare(u.Judged), cmp.Compare(e.Risk, u.Risk))
	if u.Judged.IsZero() || c > 0 || c == 0 && text(&e.Cross) > text(&u.Cross) {
		u.Cross, u.Risk, u.Judged = e.Cross, e.Risk, e.Judged
	}
}

// uniteRole returns what is known of the halves: with both, all is.
func uniteRole(a, b *Entry) string {
	if a.Role == b.Role {
		return a.Role
	}
	return ""
}

func judgmentOrder(x, y Judgment) int {
	if c := x.At.Compare(y.At); c != 0 {
		return c
	}
	return cmp.Compare(text(&x), text(&y))
}

func eventOrder(x, y Event) int {
	return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.What, y.What), cmp.Compare(x.Detail, y.Detail))
}

func placeOrder(a, b Place) int {
	return cmp.Or(
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Nth, b.Nth),
	)
}

// unitePlace returns what a and b say of one place together.
func unitePlace(a, b *Place) Place {
	u, other := *a, b
	if c := b.Last.Compare(a.Last); c > 0 || c == 0 && detail(b) > detail(a) {
		u, other = *b, a
	}
	u.First = earlier(a.First, b.First)
	u.Gone = later(u.Gone, other.Gone)
	return u
}

// detail is what the newer of two sightings of a place decides.
func detail(p *Place) string {
	d := *p
	d.First, d.Gone = time.Time{}, time.Time{}
	return text(&d)
}

// betterAbout returns the one that tells more.
func betterAbout(a, b About) About {
	c := cmp.Or(
		cmp.Compare(tierRank(b.Tier), tierRank(a.Tier)), cmp.Compare(b.Confidence, a.Confidence),
		cmp.Compare(len(b.Public), len(a.Public)), cmp.Compare(len(b.Facts), len(a.Facts)),
	)
	if c > 0 || c == 0 && text(&b) > text(&a) {
		return b
	}
	return a
}

// uniteOwners keeps, of each kind and name, what is known best.
func uniteOwners(a, b []Owner) []Owner {
	all := union(a, b, func(o *Owner) string { return o.Kind + "\x00" + o.Name }, func(x, y *Owner) Owner {
		if cmp.Or(y.Confirmed.Compare(x.Confirmed), cmp.Compare(y.Confidence, x.Confidence), cmp.Compare(y.Source, x.Source)) > 0 {
			return *y
		}
		return *x
	})
	slices.SortFunc(all, func(x, y Owner) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), y.Confirmed.Compare(x.Confirmed), cmp.Compare(y.Confidence, x.Confidence), cmp.Compare(x.Name, y.Name))
	})
	return all
}

// union returns the items of a and b, those that share a key united.
func union[T any, K comparable](a, b []T, key func(*T) K, both func(x, y *T) T) []T {
	if len(a)+len(b) == 0 {
		return nil
	}
	at := make(map[K]int, len(a)+len(b))
	all := make([]T, 0, len(a)+len(b))
	for _, from := range [...][]T{a, b} {
		for i := range from {
			k := key(&from[i])
			if n, ok := at[k]; ok {
				all[n] = both(&all[n], &from[i])
				continue
			}
			at[k] = len(all)
			all = append(all, from[i])
		}
	}
	return all
}

func first[T any](x, _ *T) T { return *x }

// text returns v in a form by which two that differ can be put in order.
func text[T any](v *T) string {
	b, err := json.Marshal(v)
	if err != nil { // our own types have nothing that JSON can't hold
		panic(err)
	}
	return string(b)
}

// newer returns the newer of two, either of which may be nil.
func newer[T any](a, b *T, at func(*T) time.Time) *T {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if c := at(b).Compare(at(a)); c > 0 || c == 0 && text(b) > text(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func set(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// zoneText returns what is sure of a zone: the facets by which places differ
// for those who can read them.
func zoneText(z sprawl.Zone) string {
	const sure = 40 // the least that boundary lets make a crossing
	var b bytes.Buffer
	for _, f := range z {
		if f.Confidence < sure || f.Name == "kind_of_text" || f.Name == "branch" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(';')
		}
		b.WriteString(f.Name + "=" + strings.NewReplacer(";", ",", "=", "-", "\n", " ").Replace(f.Value))
	}
	return b.String()
}
