package report

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/seed-5dd601fe/sprawl"
)

//go:embed advice.toml
var adviceTOML string

// RuleAdvice returns what can be done about credentials that have no issuer, by
// the rules that are built in and find them.
func RuleAdvice() (map[string]sprawl.Advice, error) {
	var file struct {
		Advice []struct {
			Rules                   []string
			Revoke, Rotate, Instead string
		}
	}
	if _, err := toml.Decode(adviceTOML, &file); err != nil {
		return nil, fmt.Errorf("advice.toml: %w", err)
	}
	all := map[string]sprawl.Advice{}
	for _, a := range file.Advice {
		for _, rule := range a.Rules {
			all[rule] = sprawl.Advice{Revoke: a.Revoke, Rotate: a.Rotate, Instead: a.Instead}
		}
	}
	return all, nil
}

// advise returns what the issuer's entry says, or nothing.
func (d *Document) advise(c *sprawl.Credential) sprawl.Advice {
	if d.Advise == nil {
		return sprawl.Advice{}
	}
	return d.Advise(c)
}

// nextStep is the one thing to do first about c, in a line.
func nextStep(c *sprawl.Credential, a sprawl.Advice) string {
	v := verdict(c.Verdict)
	switch class := harmless(c); {
	case class != "":
		return class
	case v.State == sprawl.Dead && isGone(c):
		return "nothing: it no longer works"
	case v.State == sprawl.Dead:
		return "take the copies out; it no longer works"
	case v.State == sprawl.Live:
		return "withdraw it now" + how(a)
	case c.Tier == sprawl.Generic:
		return "see whether it is real; if it is, withdraw it" + how(a)
	}
	return "if it works, withdraw it" + how(a)
}

// how says where and how a credential is withdrawn.
func how(a sprawl.Advice) string {
	s := ""
	if a.Issuer != "" {
		s = " at " + a.Issuer
	}
	if a.Revoke != "" {
		s += ": " + a.Revoke
	}
	return s
}

// harmless says why nothing has to be done about c; "" where something has.
func harmless(c *sprawl.Credential) string {
	told := c.Note + " " + c.Fact(sprawl.FactClass)
	switch {
	case strings.Contains(told, "publishable"):
		return "nothing: it is made to be shown"
	case strings.Contains(told, "canary"):
		return "nothing: it is a trap that somebody set"
	case strings.Contains(told, "example"):
		return "nothing: it is an example"
	}
	return ""
}

// steps is what to do about c, in order.
func steps(c *sprawl.Credential, a sprawl.Advice) []string {
	all := []string{sentence(nextStep(c, a))}
	if harmless(c) != "" {
		return all
	}
	if verdict(c.Verdict).State != sprawl.Dead {
		if a.Rotate != "" {
			all = append(all, sentence("put a new one in its place: "+a.Rotate))
		}
		if s := apart(c); s != "" {
			all = append(all, sentence(s))
		}
		if !isGone(c) {
			all = append(all, "Then take it out of every place below; the history keeps it, so that taking it out is not enough.")
		}
	}
	if a.Instead != "" {
		all = append(all, sentence("do without: "+a.Instead))
	}
	return all
}

// apart says how the new ones are kept from crossing what the old one did.
func apart(c *sprawl.Credential) string {
	if c.Crossing == nil {
		return ""
	}
	for _, rule := range [...]struct{ facet, do string }{
		{"exposure", "everybody could read it: look in its issuer's log for what was done with it"},
		{"env", "give each environment one of its own, so that none opens production but production's"},
		{"home", "keep it in the environment that it belongs to, and give the others one of their own"},
		{"tenant", "give each organisation one of its own"},
		{"party", "give outsiders one of their own, with an end and the least rights"},
		{"custody", "keep the new one in the managed store alone, and read it from there"},
		{"protection", "let protected branches alone read the new one"},
	} {
		if slices.Contains(c.Crossing.Facets, rule.facet) {
			return rule.do
		}
	}
	return "give each of those who use it one of its own"
}

// sentence makes a sentence of a clause.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
