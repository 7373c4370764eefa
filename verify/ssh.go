package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/seed-5dd601fe/sprawl"
)

// sshKeySpeaker offers a key to a forge, where most keys that are found belong
// to, or where the operator says: --issuer-host ssh=ssh://git@host. A forge
// greets whose key it is, and lets nobody do more. What is sent proves the key
// to that host and nobody else (RFC 4252, section 7).
func sshKeySpeaker() speaker {
	return speaker{
		issuer: "ssh", verb: "SSH", knows: isSSHKey, needs: []string{"key"},
		aim: func(c *Client, _ *sprawl.Finding) (*url.URL, string) {
			if u := c.bases["ssh"]; u != nil {
				return u, ""
			}
			return &url.URL{Scheme: "ssh", Host: "github.com", User: url.User("git")}, ""
		},
		ask: askSSHKey, made: madeUpSSHKey,
	}
}

// sshPasswordSpeaker logs in by password, at hosts that the operator named: of
// others it is not known which key they have to show.
func sshPasswordSpeaker() speaker {
	return speaker{
		issuer: "ssh", verb: "SSH LOGIN", login: true,
		knows: knowsScheme("ssh", "sftp"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askSSHPassword, made: strangersLogin,
	}
}

// isSSHKey tells keys for SSH from others by their container: what is in PKCS#8
// or PKCS#1 is a server's key more often than not.
func isSSHKey(f *sprawl.Finding) bool {
	key, _ := f.Part("key")
	return f.Rule == "private-key" && strings.HasPrefix(key.Reveal(), "-----BEGIN OPENSSH PRIVATE KEY")
}

// lines undoes what JSON and environment files do to the ends of lines.
func lines(text string) []byte {
	return []byte(strings.NewReplacer(`\r`, "", `\\n`, "\n", `\n`, "\n").Replace(text) + "\n")
}

func askSSHKey(ctx context.Context, l *line) outcome {
	signer, err := ssh.ParsePrivateKey(lines(l.part("key")))
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return outcome{verdict: unknown("not asked: it is encrypted")}
	case err != nil:
		return outcome{verdict: unknown("not asked: it can't be read")}
	}
	user := cmp.Or(l.base.User.Username(), "git")
	greeting, err := l.ssh(ctx, user, ssh.PublicKeys(signer))
	if err == nil {
		out := l.live("accepted the key")
		out.verdict.Account = l.account(greeting)
		return out
	}
	if !refusedSSH(err) {
		return l.failed(ctx, err)
	}
	if l.control || l.c.bases["ssh"] != nil {
		return l.dead("does not accept the key; others may")
	}
	return l.unknown("not accepted", "does not know the key, which may open others")
}

func askSSHPassword(ctx context.Context, l *line) outcome {
	if !l.named() {
		return outcome{verdict: unknown("not asked: " + l.base.Host + " was not named, and what key it has to show is not known")}
	}
	_, err := l.ssh(ctx, l.decoded("user"), ssh.Password(l.decoded("password")))
	switch {
	case err == nil:
		out := l.live("accepted the password")
		out.verdict.Account = l.account(l.decoded("user"))
		return out
	case refusedSSH(err):
		return l.dead("refuses the password")
	}
	return l.failed(ctx, err)
}

// refusedSSH reports whether the other side heard the credential and refused
// it. The library has no type for that.
func refusedSSH(err error) bool {
	return strings.Contains(err.Error(), "unable to authenticate, attempted methods [none p")
}

// ssh logs in and leaves. A forge's user is greeted first.
func (l *line) ssh(ctx context.Context, user string, method ssh.AuthMethod) (string, error) {
	conn, err := l.dial(ctx, "22")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	cfg := &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{method}, ClientVersion: "SSH-2.0-sprawl"}
	cfg.HostKeyCallback = ssh.InsecureIgnoreHostKey() // a host that the operator named
	if known := forgeKeys(l.base.Hostname()); known != nil {
		cfg.HostKeyCallback = func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if slices.Contains(known, ssh.FingerprintSHA256(key)) {
				return nil
			}
			return errHostKey
		}
	} else if !l.named() {
		return "", errHostKey
	}
	c, channels, requests, err := ssh.NewClientConn(conn, l.base.Host, cfg)
	if err != nil {
		return "", err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	if user != "git" {
		return "", nil
	}
	return greeting(client), nil
}

var errHostKey = errors.New("could not prove who it is")

// forgeKeys returns the fingerprints of a forge's host keys (GitHub, "GitHub's
// SSH key fingerprints").
func forgeKeys(host string) []string {
	if host != "github.com" {
		return nil
	}
	return []string{
		"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
		"SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
		"SHA256:uNiVztksCsDhcc0u9e8BxrQXVUpKZIDTMczCvj3tD2s",
	}
}

// greeting returns the name that a forge greets a user by, as in "Hi name!" or
// "Welcome to GitLab, @name!", or "".
func greeting(client *ssh.Client) string {
	session, err := client.NewSession()
	if err != nil {
		return ""
	}
	defer session.Close()
	var said bytes.Buffer
	bounded := &boundedWriter{w: &said, left: maxText}
	session.Stdout, session.Stderr = bounded, bounded
	if session.Shell() == nil {
		session.Wait()
	}
	for _, word := range strings.Fields(said.String()) {
		if name, ok := strings.CutSuffix(word, "!"); ok {
			return strings.TrimPrefix(name, "@")
		}
	}
	return ""
}

// A boundedWriter drops what is too much.
type boundedWriter struct {
	w    io.Writer
	left int
}

func (b *boundedWriter) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.w.Write(p[:n])
	return len(p), nil
}

// madeUpSSHKey makes a key that nobody has seen.
func madeUpSSHKey(f *sprawl.Finding) sprawl.Finding {
	made := *f
	made.Parts = slices.Clone(f.Parts)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return made
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	for i := range made.Parts {
		if made.Parts[i].Name == "key" && err == nil {
			made.Parts[i].Value = sprawl.NewSecret(pem.EncodeToMemory(block), 0)
		}
	}
	return made
}
