package register

import (
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-5dd601fe/sprawl"
)

// join makes one row of two that are halves of one credential: an identifier
// found alone, and the row that holds it with its secret; or an identifier and
// a secret of one issuer under names that belong together, as
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY do, in one directory. Where more
// than one could be meant, none is.
func (in *Inventory) join(targets []sprawl.Target) {
	var lone []*row
	for _, r := range in.rows {
		if r.into == nil && r.onlyPublic() {
			lone = append(lone, r)
		}
	}
	if len(lone) == 0 {
		return
	}
	whole := in.wholeByID()
	slots := in.slots(targets)
	for _, half := range lone {
		if r := sole(whole[half.publicKey()]); r != nil {
			in.absorb(r, half, targets)
		} else if r := slots.partner(half, targets); r != nil {
			in.absorb(r, half, targets)
		}
	}
}

// onlyPublic reports whether nothing but identifiers was found of r.
func (r *row) onlyPublic() bool {
	return !slices.ContainsFunc(r.finding.Parts, func(p sprawl.Part) bool { return !p.Public })
}

// publicKey identifies the public half of r.
func (r *row) publicKey() string {
	for _, p := range r.finding.Parts {
		if p.Public {
			return r.Issuer + "\x00" + string(canonical(p.Value.Reveal()))
		}
	}
	return ""
}

// wholeByID returns the rows that have both halves, by their identifier.
func (in *Inventory) wholeByID() map[string][]*row {
	all := map[string][]*row{}
	for _, r := range in.rows {
		if k := r.publicKey(); k != "" && r.into == nil && !r.onlyPublic() {
			all[k] = append(all[k], r)
		}
	}
	return all
}

func sole(rows []*row) *row {
	if len(rows) != 1 {
		return nil
	}
	return rows[0]
}

// groups says which rows have a half in each group of slots.
type groups struct{ ids, secrets map[int64][]*row }

// slots returns the rows that hold half a credential, by the groups of slots
// that they lie in.
func (in *Inventory) slots(targets []sprawl.Target) groups {
	g := groups{map[int64][]*row{}, map[int64][]*row{}}
	for _, r := range in.rows {
		if r.into != nil || r.Issuer == "" {
			continue
		}
		in := g.secrets
		if r.onlyPublic() {
			in = g.ids
		} else if r.publicKey() != "" {
			continue // it has both
		}
		for _, n := range r.slotGroups(targets) {
			in[n] = append(in[n], r)
		}
	}
	return g
}

// slotGroups returns the groups of r's locations, each once.
func (r *row) slotGroups(targets []sprawl.Target) (all []int64) {
	for _, at := range r.locations(targets) {
		if n := slotGroup(&at, r.Issuer); n != 0 && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// partner returns the one row that holds the secret to half in a group in which
// no other identifier lies, or nil.
func (g groups) partner(half *row, targets []sprawl.Target) *row {
	var found *row
	for _, n := range half.slotGroups(targets) {
		r := sole(g.secrets[n])
		switch {
		case r == nil || sole(g.ids[n]) == nil || r.into != nil:
		case found != nil && found != r:
			return nil
		default:
			found = r
		}
	}
	return found
}

// absorb makes half a part of r. A secret that lay alone until now gets the
// identifier that its issuer wants to be asked with.
func (in *Inventory) absorb(r, half *row, targets []sprawl.Target) {
	if r.publicKey() == "" {
		r.apart = true
		f := r.finding
		f.Parts = append(slices.Clone(half.finding.Parts), f.Parts...)
		r.finding = f
		_, r.Public = describe(f.Parts)
	}
	for _, at := range half.locations(targets) {
		at.Role = sprawl.RoleID
		r.halves = append(r.halves, at)
	}
	r.names = append(r.names, in.key.names(canonicals(&half.finding))...)
	half.into = r
}

// slot returns a number for the place that holds a value which may change: the
// variable, field or key, in its file or store. 0 where the place has no name.
func slot(at *sprawl.Location) int64 {
	name := at.Key
	if name == "" && at.Kind != sprawl.KindEntry {
		return 0
	}
	return number("slot", string(at.Target), at.Path, name)
}

// slotGroup returns a number for the directory and the name that the halves of
// one credential would share, 0 where the place has no name.
func slotGroup(at *sprawl.Location, issuer string) int64 {
	if at.Key == "" && at.Kind != sprawl.KindEntry {
		return 0
	}
	dir, name := path.Dir(at.Path), at.Key
	if name == "" {
		name = path.Base(at.Path)
	}
	parent := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		parent, name = name[:i], name[i+1:]
	}
	return number("group", string(at.Target), dir, parent, stem(name), issuer)
}

// halfWords are the words that tell the halves of a credential apart.
const halfWords = " access account auth client id identifier key pass password private public secret sid token user username "

// stem returns what is left of a name without the words that say which half it
// holds: "aws" of AWS_ACCESS_KEY_ID and of awsSecretAccessKey.
func stem(name string) string {
	var kept []string
	for _, w := range words(name) {
		if !strings.Contains(halfWords, " "+w+" ") {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// words cuts a name at marks and at capital letters, in lower case.
func words(name string) (all []string) {
	var w strings.Builder
	flush := func() {
		if w.Len() > 0 {
			all = append(all, strings.ToLower(w.String()))
			w.Reset()
		}
	}
	small := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && small:
			flush()
			w.WriteRune(r)
		default:
			w.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	flush()
	return all
}

// number hashes texts to a positive number that is the same everywhere.
func number(texts ...string) int64 {
	h := fnv.New128a()
	for _, s := range texts {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	sum := h.Sum(nil)
	n := int64(0)
	for _, b := range sum[:8] {
		n = n<<8 | int64(b)
	}
	return n & (1<<63 - 1)
}

// role returns which half of a credential is all that is known of it.
func (in *Inventory) role(id string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch r := in.byID[id]; {
	case r == nil || r.Issuer == "":
	case r.onlyPublic():
		return sprawl.RoleID
	case r.publicKey() == "":
		return sprawl.RoleSecret
	}
	return ""
}
