package verify_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// tlsPeer speaks TLS by a certificate for example.com, and keeps what it hears.
func tlsPeer(t *testing.T, heard *atomic.Int64) (string, *httptest.Server) {
	t.Helper()
	srv := httptest.NewTLSServer(nil)
	t.Cleanup(srv.Close)
	cfg := &tls.Config{Certificates: srv.TLS.Certificates}
	return peer(t, func(c net.Conn) {
		if n, err := io.Copy(io.Discard, tls.Server(c, cfg)); err == nil {
			heard.Add(n)
		}
	}), srv
}

// TestLoginCertificate wants no login where the certificate is a stranger's, or
// that of another name.
func TestLoginCertificate(t *testing.T) {
	var heard atomic.Int64
	address, srv := tlsPeer(t, &heard)
	for _, scheme := range []string{"rediss", "ldaps", "amqps", "mqtts", "smtps", "imaps"} {
		for name, change := range map[string]func(*verify.Options){
			"unknown authority": func(o *verify.Options) {},
			"another name":      func(o *verify.Options) { o.Roots = x509Pool(srv) },
		} {
			var spy spy
			c := logins(t, func(o *verify.Options) { spy.onto(address)(o); change(o) })
			f := login(&url.URL{Scheme: scheme, User: url.UserPassword("app", rand.Text()), Host: "db.acme.io"})
			v := c.Ask(t.Context(), &f)
			if v.State != sprawl.Unknown || !strings.HasPrefix(v.Reason, "certificate: db.acme.io") {
				t.Errorf("%s, %s: verdict %s (%s)", scheme, name, v.State, v.Reason)
			}
		}
	}
	if heard.Load() > 0 {
		t.Errorf("%d bytes were said to a stranger", heard.Load())
	}
}

// TestLoginRebinding wants the address that was checked to be the one that is
// dialled, for protocols too, though the name changes its mind.
func TestLoginRebinding(t *testing.T) {
	for _, scheme := range schemes {
		var looked atomic.Int64
		c := logins(t, func(o *verify.Options) {
			o.AllowPrivate = nil
			o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
				if looked.Add(1) > 1 {
					return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
				}
				return []netip.Addr{publicAddress}, nil
			}
			o.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
				if host, _, _ := net.SplitHostPort(address); host != publicAddress.String() {
					t.Errorf("%s: dialled %s", scheme, address)
				}
				return nil, net.ErrClosed
			}
		})
		f := login(&url.URL{Scheme: scheme, User: url.UserPassword("app", rand.Text()), Host: "db.acme.io", Path: "/x"})
		judge(t, c, f, sprawl.Unknown, "")
		for _, inside := range []string{"127.0.0.1", "10.0.0.7", "[::1]", "169.254.169.254"} {
			f := login(&url.URL{Scheme: scheme, User: url.UserPassword("app", rand.Text()), Host: inside, Path: "/x"})
			judge(t, c, f, sprawl.Unknown, "")
		}
	}
}
