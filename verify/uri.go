package verify

import (
	"crypto/rand"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// knowsScheme returns a function that knows the URIs of these schemes, which
// rules give as the part "scheme".
func knowsScheme(schemes ...string) func(*sprawl.Finding) bool {
	return func(f *sprawl.Finding) bool {
		scheme, ok := f.Part("scheme")
		return ok && slices.Contains(schemes, strings.ToLower(scheme.Reveal()))
	}
}

// aimAtURI aims at the host that stands in the same URI as the password: it was
// written to be sent there. Whether that may be reached is the dialer's to say.
func aimAtURI(_ *Client, f *sprawl.Finding) (*url.URL, string) {
	scheme, _ := f.Part("scheme")
	part, _ := f.Part("host")
	host, _, _ := strings.Cut(strings.ToLower(part.Reveal()), ",") // of several that are one, the first
	if port, ok := f.Part("port"); ok && port.Len() > 0 {
		host += ":" + port.Reveal()
	}
	u := &url.URL{Scheme: strings.ToLower(scheme.Reveal()), Host: strings.TrimSuffix(host, ":")}
	name, port := u.Hostname(), u.Port()
	if name == "" || strings.ContainsAny(host, "/@?# ") || !hostOrAddress(name) || port != "" && !validPort(port) || reservedName(name) {
		return nil, "its host can't be asked"
	}
	return u, ""
}

func hostOrAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil || validHost(name) || validHost(name+".local") && !strings.Contains(name, ".")
}

func validPort(port string) bool {
	n, err := net.LookupPort("tcp", port)
	return err == nil && n > 0
}

// reservedName reports whether a name belongs to documentation (RFC 2606, RFC
// 6761), so that nobody can mean it.
func reservedName(name string) bool {
	for _, end := range []string{"example", "test", "invalid", "example.com", "example.org", "example.net"} {
		if name == end || strings.HasSuffix(name, "."+end) {
			return true
		}
	}
	return false
}

// decoded returns a part of a URI without its percent-encoding.
func (l *line) decoded(name string) string {
	text := l.part(name)
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// strangersLogin makes a login up of an account that nobody has, so that its
// refusal is no attempt at one that somebody has.
func strangersLogin(f *sprawl.Finding) sprawl.Finding {
	made := MadeUp(f, nil)
	for i, p := range made.Parts {
		if p.Name == "user" {
			made.Parts[i].Value = sprawl.NewSecret([]byte("sprawl-"+strings.ToLower(rand.Text()[:10])), 0)
		}
	}
	return made
}
