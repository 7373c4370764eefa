package sources

import "testing"

func TestLogin(t *testing.T) {
	env := map[string]string{
		"GITLAB_TOKEN": "l", "GITLAB_HOST": "https://git.acme.test:8443", "GITHUB_TOKEN": "h",
		"SPRAWL_GIT_TOKEN": "s", "SPRAWL_GIT_HOST": "forge.acme.test",
	}
	o := Options{Getenv: func(name string) string { return env[name] }}
	for host, want := range map[string]string{
		"git.acme.test:8443": "oauth2 l", "git.acme.test": " ", "gitlab.com": " ", "GitHub.com": "x-access-token h",
		"github.com.evil.test": " ", "forge.acme.test": "git s", "": " ",
	} {
		if user, password := o.login(host); user+" "+password != want {
			t.Errorf("%q: %q %q, want %q", host, user, password, want)
		}
	}
}
