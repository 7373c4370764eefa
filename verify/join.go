package verify

import (
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// Join gives findings of one issuer that name the same public id one another's
// parts, where one lacks what another has: a temporary key of AWS is an id, a
// secret and a session token, which were found as two pairs. It changes nothing
// that it was given, and adds no part of which there are several.
func Join(findings []sprawl.Finding) []sprawl.Finding {
	joined := slices.Clone(findings)
	byID := map[[2]string][]int{}
	for i := range joined {
		if id, ok := publicID(&joined[i]); ok {
			key := [2]string{joined[i].Issuer, id}
			byID[key] = append(byID[key], i)
		}
	}
	for _, same := range byID {
		for _, i := range same {
			for _, name := range missing(findings, same, &findings[i]) {
				joined[i].Parts = append(slices.Clip(joined[i].Parts), name)
			}
		}
	}
	return joined
}

func publicID(f *sprawl.Finding) (string, bool) {
	for _, p := range f.Parts {
		if p.Public && p.Name == "id" && p.Value.Len() > 0 && f.Issuer != "" {
			return p.Value.Reveal(), true
		}
	}
	return "", false
}

// missing returns the parts that others of the same id have, and f has not.
func missing(findings []sprawl.Finding, same []int, f *sprawl.Finding) []sprawl.Part {
	var add []sprawl.Part
	var several []string
	for _, i := range same {
		for _, p := range findings[i].Parts {
			if _, has := f.Part(p.Name); has {
				continue
			}
			at := slices.IndexFunc(add, func(a sprawl.Part) bool { return a.Name == p.Name })
			switch {
			case at < 0:
				add = append(add, p)
			case add[at].Value.Reveal() != p.Value.Reveal():
				several = append(several, p.Name)
			}
		}
	}
	return slices.DeleteFunc(add, func(p sprawl.Part) bool { return slices.Contains(several, p.Name) })
}
