package verify

import (
	"strconv"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// Advice returns what the issuers of a rules file that is built in say can be
// done about their credentials, by the issuer's id. It reads lines of the form
// key = "text" and no other TOML, as all reports wait for it; Load reads the
// same from any file, and a test compares the two.
func Advice(text string) map[string]sprawl.Advice {
	all := map[string]sprawl.Advice{}
	id, a, inIssuer := "", sprawl.Advice{}, false
	keep := func() {
		if id != "" {
			all[id] = a
		}
		id, a = "", sprawl.Advice{}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[") {
			keep()
			inIssuer = strings.HasPrefix(line, "[[issuer]]")
		}
		key, value, ok := strings.Cut(line, "=")
		if !inIssuer || !ok {
			continue
		}
		if field := adviceField(&a, &id, strings.TrimSpace(key)); field != nil {
			*field, _ = strconv.Unquote(strings.TrimSpace(value)) // a text of another form is left out
		}
	}
	keep()
	return all
}

func adviceField(a *sprawl.Advice, id *string, key string) *string {
	switch key {
	case "id":
		return id
	case "name":
		return &a.Issuer
	case "docs":
		return &a.Docs
	case "advice.revoke":
		return &a.Revoke
	case "advice.rotate":
		return &a.Rotate
	case "advice.instead":
		return &a.Instead
	}
	return nil
}

// advice reads an issuer's advice, which is a table of texts.
func (l *loader) advice(t *table, i *Issuer) sprawl.Advice {
	a := sprawl.Advice{Issuer: i.Name, Docs: i.Docs}
	for _, sub := range t.tables("advice") {
		a.Revoke, a.Rotate, a.Instead = sub.text("revoke"), sub.text("rotate"), sub.text("instead")
		sub.done("revoke, rotate and instead")
	}
	return a
}
