package sources

import (
	"net/url"
	"strings"
)

// A login is a token of a forge: the variable that holds it, the one that names
// its host, the host where that is not set, and whom git logs in as.
type login struct{ token, host, standard, user string }

// logins returns the tokens that git remotes can be read with. A token is sent
// to its own host only.
func logins() []login {
	return []login{
		{"SPRAWL_GIT_TOKEN", "SPRAWL_GIT_HOST", "", "git"},
		{"GITHUB_TOKEN", "GITHUB_SERVER_URL", "github.com", "x-access-token"},
		{"GITLAB_TOKEN", "GITLAB_HOST", "gitlab.com", "oauth2"},
	}
}

// login returns with whom to log in at a host, "" for nobody.
func (o *Options) login(host string) (user, password string) {
	if o.Getenv == nil {
		return "", ""
	}
	for _, l := range logins() {
		own := bare(o.Getenv(l.host))
		if own == "" {
			own = l.standard
		}
		if token := o.Getenv(l.token); token != "" && own != "" && strings.EqualFold(own, host) {
			return l.user, token
		}
	}
	return "", ""
}

// bare returns the host of what may be a URL.
func bare(host string) string {
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		return u.Host
	}
	return strings.Trim(host, "/")
}
