package git

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// scp matches the short form of an ssh remote, user@host:path. Without a user
// it could as well be the name of a file, or a drive.
var scp = regexp.MustCompile(`^[^/@:\\\s]+@[^/@:\s]+:`)

// split returns the path that t names on this machine, or the URL of the
// remote that it names.
func split(t sprawl.Target) (path, remote string) {
	rest := string(t)
	if after, ok := strings.CutPrefix(rest, "git+"); ok {
		rest = after
	} else if after, ok := strings.CutPrefix(rest, "git:"); ok && !strings.HasPrefix(rest, "git://") {
		rest = after
	}
	scheme, after, ok := strings.Cut(rest, "://")
	switch {
	case ok && scheme == "file":
		return localPath(after), ""
	case ok && isScheme(scheme):
		return "", rest
	case scp.MatchString(rest):
		return "", rest
	case rest == "":
		return ".", ""
	}
	return rest, ""
}

// localPath returns the path in a file URL, whose host part can only be this
// machine.
func localPath(rest string) string {
	rest = strings.TrimPrefix(rest, "localhost")
	if path, err := url.PathUnescape(rest); err == nil {
		rest = path
	}
	if len(rest) > 2 && rest[0] == '/' && rest[2] == ':' {
		rest = rest[1:] // file:///C:/…
	}
	return filepath.FromSlash(rest)
}

func isScheme(s string) bool {
	switch s {
	case "http", "https", "ssh", "git":
		return true
	}
	return false
}

// clean returns t without user information and without a query, either of
// which can hold a password.
func clean(t sprawl.Target) sprawl.Target {
	s := string(t)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		if rest := strings.TrimPrefix(s, "git:"); scp.MatchString(rest) {
			_, rest, _ = strings.Cut(rest, "@")
			return sprawl.Target("git:" + rest)
		}
		return t
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 && !strings.HasSuffix(scheme, "file") {
		rest = rest[:i]
	}
	host, path, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		host += "/"
	}
	return sprawl.Target(scheme + "://" + host + path)
}
