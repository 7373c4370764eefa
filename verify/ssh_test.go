package verify_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

func keyFinding(text string) sprawl.Finding {
	return sprawl.Finding{Rule: "private-key", Confidence: 90, Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte(text), 0)}}}
}

func newSSHKey(t *testing.T, passphrase string) (ssh.PublicKey, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "deploy")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "deploy", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(block))
}

func atSSH(address string) func(*verify.Options) {
	return func(o *verify.Options) { o.Hosts = map[string]string{"ssh": address} }
}

// TestSSHKey offers keys to a real server.
func TestSSHKey(t *testing.T) {
	u := server(t, "SPRAWL_TEST_SSH")
	text, err := os.ReadFile(os.Getenv("SPRAWL_TEST_SSH_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	judge(t, logins(t, atSSH(u.String())), keyFinding(string(text)), sprawl.Live, "accepted the key")
	escaped := strings.ReplaceAll(string(text), "\n", `\n`)
	judge(t, logins(t, atSSH(u.String())), keyFinding(escaped), sprawl.Live, "accepted the key")
	_, other := newSSHKey(t, "")
	judge(t, logins(t, atSSH(u.String())), keyFinding(other), sprawl.Dead, "does not accept")
	_, locked := newSSHKey(t, rand.Text())
	judge(t, logins(t, atSSH(u.String())), keyFinding(locked), sprawl.Unknown, "encrypted")
}

// forge serves SSH as a forge does: any key of its users opens, and is greeted.
// With trusting, any key does.
func forge(t *testing.T, user ssh.PublicKey, password string, trusting bool) string {
	t.Helper()
	_, text := newSSHKey(t, "")
	host, err := ssh.ParsePrivateKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	cfg := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if trusting || string(key.Marshal()) == string(user.Marshal()) {
				return nil, nil
			}
			return nil, os.ErrPermission
		},
		PasswordCallback: func(c ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if c.User() == "app" && string(given) == password {
				return nil, nil
			}
			return nil, os.ErrPermission
		},
	}
	cfg.AddHostKey(host)
	return peer(t, func(conn net.Conn) {
		_, channels, requests, err := ssh.NewServerConn(conn, cfg)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for c := range channels {
			ch, in, err := c.Accept()
			if err != nil {
				return
			}
			go func() {
				for r := range in {
					r.Reply(r.Type == "shell", nil)
					ch.Stderr().Write([]byte("Hi octocat! You've successfully authenticated, but no shell for you.\n"))
					ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{1}))
					ch.Close()
				}
			}()
		}
	})
}

func TestForge(t *testing.T) {
	public, text := newSSHKey(t, "")
	password := rand.Text()
	address := forge(t, public, password, false)
	if v := judge(t, logins(t, atSSH("ssh://git@"+address)), keyFinding(text), sprawl.Live, "accepted"); v.Account != "octocat" {
		t.Errorf("account %q", v.Account)
	}
	trusting := forge(t, public, password, true)
	judge(t, logins(t, atSSH("ssh://git@"+trusting)), keyFinding(text), sprawl.Unknown, "control: the endpoint accepts anything")

	// A stranger at the forge's address has another host key.
	var spy spy
	judge(t, logins(t, spy.onto(address)), keyFinding(text), sprawl.Unknown, "github.com")
	if spy.dials == 0 {
		t.Error("the forge was not asked")
	}

	u := &url.URL{Scheme: "ssh", User: url.UserPassword("app", password), Host: address}
	judge(t, logins(t, nil), login(u), sprawl.Live, "accepted the password")
	judge(t, logins(t, nil), login(withPassword(u, "app", rand.Text())), sprawl.Dead, "refuses the password")
	judge(t, logins(t, spy.onto(address)), login(withHost(u, "box.acme.io:22")), sprawl.Unknown, "not asked: box.acme.io:22 was not named")
}
