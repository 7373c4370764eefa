package verify

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// placeholder is a {part} in a template. The braces of JSON are none, as a
// name of only these letters never follows them directly.
var placeholder = regexp.MustCompile(`\{[a-z_][a-z0-9_]*\}`)

// A target is an ask's URL, taken apart: where it goes, and templates of what
// to ask for there.
type target struct {
	host        string // with port, if it has one; "" where it is taken from a part
	path, query string
}

// parseTarget takes an https URL apart. No part of a credential may choose the
// host, unless hostFrom names that part.
func parseTarget(raw, hostFrom string) (target, error) {
	rest, ok := strings.CutPrefix(raw, "https://")
	if !ok {
		return target{}, errors.New("want a URL that begins with https://")
	}
	host, path, _ := strings.Cut(rest, "/")
	path, query, _ := strings.Cut(path, "?")
	t := target{host, "/" + path, query}
	switch {
	case strings.Contains(raw, "#"):
		return target{}, errors.New("a fragment is never sent; remove it")
	case hostFrom != "" && host != "{"+hostFrom+"}":
		return target{}, fmt.Errorf("want https://{%s}/, as host_from says", hostFrom)
	case hostFrom != "":
		t.host = ""
	case !validHost(host):
		return target{}, errors.New("want a host name in lower case, without user, port or {part}")
	}
	probe := placeholder.ReplaceAllString(t.path+"?"+t.query, "x")
	if u, err := url.ParseRequestURI(probe); err != nil || strings.ContainsAny(probe, " {}") || u.Host != "" {
		return target{}, errors.New("path or query can't be parsed")
	}
	return t, nil
}

// validHost reports whether h is a host name that can be looked up in public
// DNS: labels of RFC 1123, at least two, and no address.
func validHost(h string) bool {
	if len(h) > 253 || !strings.Contains(h, ".") {
		return false
	}
	if _, err := netip.ParseAddr(h); err == nil {
		return false
	}
	labels := strings.Split(h, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	// A last label of digits is what makes resolvers read a name as an address.
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// reserved are headers that the connection owns, or that would carry more than
// the credential.
var reserved = []string{"host", "content-length", "transfer-encoding", "connection", "cookie", "user-agent", "proxy-authorization", "te", "trailer", "upgrade"}

func validHeader(h Header) bool {
	if h.Name == "" || slices.Contains(reserved, strings.ToLower(h.Name)) {
		return false
	}
	for _, c := range []byte(h.Name) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return printable(h.Value)
}

// printable reports whether s can be the value of a header.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// parts returns the names of the parts that a sends, in order of name.
func (a *Ask) parts() []string {
	all := []string{a.URL, a.Basic, a.Body}
	for _, h := range a.Headers {
		all = append(all, h.Value)
	}
	var names []string
	for _, name := range placeholder.FindAllString(strings.Join(all, " "), -1) {
		names = append(names, name[1:len(name)-1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A filler puts parts of a finding into templates.
type filler struct {
	finding *sprawl.Finding
	err     error // the first that went wrong; never contains a part's value
}

// fill replaces each {part} in template by what write makes of its value.
func (f *filler) fill(template string, write func(string) string) string {
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		value, _ := f.finding.Part(name[1 : len(name)-1])
		return write(value.Reveal())
	})
}

func (f *filler) fail(msg string) {
	if f.err == nil {
		f.err = errors.New(msg)
	}
}

// path fills in a path. A part can't leave the place it stands in: slashes are
// escaped, and what a server would read as a way upwards is refused.
func (f *filler) path(template string) string {
	return f.fill(template, func(s string) string {
		if s == "." || s == ".." {
			f.fail("a part would change the path")
		}
		return url.PathEscape(s)
	})
}

func (f *filler) header(template string) string {
	return f.fill(template, func(s string) string {
		if !printable(s) {
			f.fail("a part can't be written in a header")
		}
		return s
	})
}

func (f *filler) basic(template string) string {
	user, password, _ := strings.Cut(template, ":")
	plain := f.fill(user, func(s string) string {
		if strings.Contains(s, ":") {
			f.fail("a user's name contains a colon")
		}
		return s
	}) + ":" + f.fill(password, func(s string) string { return s })
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(plain))
}

// body fills in a body: as JSON text where the content type says JSON, else as
// a form.
func (f *filler) body(template, contentType string) string {
	if !isJSON(contentType) {
		return f.fill(template, url.QueryEscape)
	}
	return f.fill(template, func(s string) string {
		quoted, err := json.Marshal(s)
		if err != nil {
			f.fail("a part can't be written as JSON")
			return ""
		}
		return string(quoted[1 : len(quoted)-1])
	})
}
