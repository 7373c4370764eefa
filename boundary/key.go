package boundary

import (
	"github.com/seed-5dd601fe/sprawl"
)

// readKey reads the names under which a structured file holds a value, such as
// "environments.production.variables.DB_PASSWORD". A section that is called like
// an environment says so itself; the variable's own name says less.
func readKey(more words, g *gather, at *sprawl.Location) {
	if at.Key == "" {
		return
	}
	p := path{more: more}
	in, start := anything, 0
	for i := range len(at.Key) {
		if at.Key[i] != '.' && at.Key[i] != '/' {
			continue
		}
		p.section(g, &in, at.Key[start:i], at.Key[:i], start == 0)
		start = i + 1
	}
	p.variable(g, at.Key[start:])
}

// section reads one name on the way to a value.
func (p *path) section(g *gather, in *holds, s, whole string, first bool) {
	var buf [16]byte
	n := readName(p.more, s, false)
	c := clue{set: n.sure, how: "section ", where: whole, rank: Manifest, confidence: byManifest, made: true}
	switch {
	case *in == environments:
		c.set |= n.fair | n.rare
	case first && n.words == 1:
		c.set |= n.fair & (test | staging) // database.yml; but a "live" section may stream, and a "build" one build
	case n.words > 1: // a service called api-prod, a job called deploy-to-staging
		c.rank, c.confidence, c.how = Name, byName, "name "
	}
	if c.set != 0 {
		g.add(env, c)
	}
	if *in = contextOf(lower(&buf, s)); *in == people {
		*in = anything // the users of a kubeconfig
	}
}

// variable reads the name of a variable or key.
func (p *path) variable(g *gather, s string) {
	n := readName(p.more, s, true)
	set := n.sure
	if n.words > 1 {
		set |= spoken(n.first, false) | spoken(n.prev, true) | spoken(n.last, true)
	}
	if set != 0 {
		g.add(env, clue{set: set, how: "name ", where: s, rank: Name, confidence: byName, made: true})
	}
}

// spoken returns the environment that an everyday word means at the start or
// near the end of a variable's name: STRIPE_LIVE_KEY is for production, but
// LIVE_STREAM_KEY is not.
func spoken(w string, near bool) classes {
	switch {
	case eq(w, "test"):
		return test
	case eq(w, "stage"):
		return staging
	case eq(w, "sandbox"):
		return dev
	case near && eq(w, "live"):
		return prod
	}
	return 0
}
