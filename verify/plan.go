package verify

import (
	"cmp"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// A Planned is what would be sent to one endpoint.
type Planned struct {
	Issuer   string
	Host     string
	Method   string
	Path     string // with {part} where a part goes
	Login    bool   // passwords are tried
	Count    int    // distinct credentials
	Controls int    // made-up credentials, at most: one, if a credential is accepted
}

// Plan returns what asking about the findings would send, in order of issuer,
// host and path. It sends nothing and looks no name up.
func (c *Client) Plan(findings []sprawl.Finding) []Planned {
	seen := map[[32]byte]bool{}
	at := map[Planned]int{}
	var all []Planned
	for i := range findings {
		if _, settled := Settle(&findings[i], c.o.Clock.Now(), c.o.Canaries); settled {
			continue
		}
		q, _ := c.question(&findings[i])
		if q == nil || seen[c.key(q)] {
			continue
		}
		seen[c.key(q)] = true
		p := Planned{Issuer: q.issuer.ID, Host: q.base.Host, Method: q.method(), Path: q.path(), Login: q.login()}
		n, ok := at[p]
		if !ok {
			n = len(all)
			at[p] = n
			all = append(all, p)
			all[n].Controls = 1
		}
		all[n].Count++
	}
	slices.SortFunc(all, func(a, b Planned) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
	})
	return all
}
