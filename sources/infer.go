package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// Infer returns the target that a user means by arg:
//
//   - one of the known schemes: arg itself, without user information;
//   - "-": stdin:
//   - a URL, or the short form user@host:path: a git remote;
//   - a path to the root of a work tree, or to a bare repository: its history;
//   - a path to another directory, or to a file: dir:
//   - "": the repository that the current directory is in, or else the
//     directory.
//
// A path that is not there is ErrRequest.
func Infer(arg string) (sprawl.Target, error) {
	switch {
	case arg == "-":
		return "stdin:", nil
	case arg == "":
		if inRepository(".") {
			return "git:.", nil
		}
		return "dir:.", nil
	}
	if t, ok := remote(arg); ok {
		return t, nil
	}
	if t := sprawl.Target(arg); opener(t.Scheme()) != nil {
		if _, rest, ok := strings.Cut(arg, "://"); ok && userEnd(rest) >= 0 {
			return "", fmt.Errorf("%w: %q: a target holds no user and no password: tokens come from the environment, see sprawl sources", ErrRequest, harmless(arg))
		}
		return t, nil
	}
	return local(arg)
}

// local returns the target of a path on this machine.
func local(path string) (sprawl.Target, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: %q is neither a path that exists nor a target such as %s", ErrRequest, harmless(path), "git:PATH, dir:PATH or https://host/repository")
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if info.IsDir() && isRepository(path) {
		return sprawl.Target("git:" + path), nil
	}
	return sprawl.Target("dir:" + path), nil
}

// harmless returns what may be repeated of an argument that is no target: what
// stands before an "@" may be a password.
func harmless(arg string) string {
	at := strings.LastIndexByte(arg, '@')
	if at < 0 {
		return arg
	}
	if scheme, _, ok := strings.Cut(arg, "://"); ok && len(scheme) < at {
		return scheme + "://…" + arg[at:]
	}
	return "…" + arg[at:]
}

// short is a remote as ssh is often given, such as git@host:path.
var short = regexp.MustCompile(`^(?:git:)?([A-Za-z0-9._-]+)(?::[^@/]*)?@([^/@:\s\\]{2,}:.*)$`)

// remote returns the target of a URL or the short form of one, with no
// password and, but for ssh, no user: a target is shown and kept.
func remote(arg string) (sprawl.Target, bool) {
	if m := short.FindStringSubmatch(arg); m != nil && !strings.Contains(arg, "://") {
		return sprawl.Target("git:" + m[1] + "@" + m[2]), true
	}
	if rest, ok := strings.CutPrefix(arg, "git:"); ok && !strings.HasPrefix(rest, "//") {
		arg = rest
	}
	scheme, _, ok := strings.Cut(arg, "://")
	if !ok {
		return "", false
	}
	prefix := "git+"
	if bare, ok := strings.CutPrefix(scheme, "git+"); ok {
		scheme, prefix = bare, ""
	}
	switch scheme {
	case "http", "https", "ssh", "file":
	case "git":
		prefix = ""
	default:
		return "", false
	}
	return sprawl.Target(prefix + withoutUser(arg, scheme)), true
}

// withoutUser returns a URL without user information, as far as ssh can do
// without, and without a query, which may hold a token too.
func withoutUser(raw, scheme string) string {
	before, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "?#"); i >= 0 && scheme != "file" {
		rest = rest[:i]
	}
	at := userEnd(rest)
	if at < 0 {
		return before + "://" + rest
	}
	user, _, _ := strings.Cut(rest[:at], ":")
	rest = rest[at+1:]
	if scheme == "ssh" {
		rest = url.PathEscape(user) + "@" + rest
	}
	return before + "://" + rest
}

// userEnd returns where the user information of a URL's rest ends; -1 if it
// has none. A slash in a password is not allowed there, but is what people
// type: what stands before it is then no host and port.
func userEnd(rest string) int {
	host, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		return at
	}
	if hostPort.MatchString(host) {
		return -1
	}
	return strings.LastIndexByte(rest, '@')
}

var hostPort = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(:[0-9]*)?$`)

// inRepository reports whether path is in a work tree or a repository.
func inRepository(path string) bool {
	abs, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		if isRepository(dir) {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

// isRepository reports whether path is the root of a work tree, or a bare
// repository or .git directory itself. As for git, a bare one is known by what
// it holds.
func isRepository(path string) bool {
	if info, err := os.Stat(filepath.Join(path, ".git")); err == nil {
		return !info.IsDir() || holdsRepository(filepath.Join(path, ".git"))
	}
	return holdsRepository(path)
}

func holdsRepository(path string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(path, name)); err != nil {
			return false
		}
	}
	return true
}
