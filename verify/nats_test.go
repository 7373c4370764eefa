package verify_test

import (
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	nats "github.com/nats-io/nats-server/v2/server"

	"github.com/seed-5dd601fe/sprawl"
)

// natsServer runs a real NATS server in this process.
func natsServer(t *testing.T, user, password string) string {
	t.Helper()
	s, err := nats.NewServer(&nats.Options{Host: "127.0.0.1", Port: nats.RANDOM_PORT, Username: user, Password: password, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return s.Addr().String()
}

func TestNATS(t *testing.T) {
	password := rand.Text()
	u := &url.URL{Scheme: "nats", User: url.UserPassword("app", password), Host: natsServer(t, "app", password)}
	if v := judge(t, logins(t, nil), login(u), sprawl.Live, "accepted the password"); v.Account != "app" {
		t.Errorf("account %q", v.Account)
	}
	judge(t, logins(t, nil), login(withPassword(u, "app", rand.Text())), sprawl.Dead, "Authorization Violation")
	judge(t, logins(t, nil), login(withPassword(u, "other", password)), sprawl.Dead, "Authorization Violation")
	var spy spy
	judge(t, logins(t, spy.onto(u.Host)), login(withHost(u, "nats.acme.io:4222")), sprawl.Unknown, "no encryption")
	open := withHost(u, natsServer(t, "", ""))
	judge(t, logins(t, nil), login(open), sprawl.Unknown, "no evidence")
}
