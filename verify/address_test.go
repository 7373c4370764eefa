package verify

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"
)

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		addr          string
		public, named bool
	}{
		{"140.82.121.6", true, true},
		{"2606:4700::6810:84e5", true, true},
		{"127.0.0.1", false, true},
		{"127.8.9.10", false, true},
		{"::1", false, true},
		{"10.1.2.3", false, true},
		{"172.16.0.1", false, true},
		{"172.31.255.255", false, true},
		{"172.32.0.1", true, true},
		{"192.168.1.1", false, true},
		{"100.64.0.1", false, true},
		{"fd12:3456::1", false, true},
		{"0.0.0.0", false, false},
		{"::", false, false},
		{"169.254.169.254", false, false},
		{"fe80::1", false, false},
		{"fe80::1%eth0", false, false},
		{"fd00:ec2::254", false, false},
		{"100.100.100.200", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"ff02::1", false, false},
		{"::ffff:127.0.0.1", false, true},
		{"::ffff:169.254.169.254", false, false},
		{"64:ff9b::a9fe:a9fe", false, false},
		{"2002:7f00:1::", false, false},
		{"2001:db8::1", false, false},
		{"192.0.2.1", false, false},
	} {
		a := netip.MustParseAddr(c.addr)
		if allowed(a, false) != c.public || allowed(a, true) != c.named {
			t.Errorf("%s: public %t, named %t; want %t, %t", c.addr, allowed(a, false), allowed(a, true), c.public, c.named)
		}
	}
	if allowed(netip.Addr{}, true) {
		t.Error("no address is allowed")
	}
}

// TestAllowedAgainstNetip holds the lists to what the standard library knows.
func TestAllowedAgainstNetip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		var b [16]byte
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		if r.IntN(2) == 0 {
			b[0] = [...]byte{0xfc, 0xfd, 0xfe, 0xff, 0, 0x20}[r.IntN(6)]
		}
		for _, a := range []netip.Addr{netip.AddrFrom16(b), netip.AddrFrom4([4]byte(b[:4]))} {
			if allowed(a, false) && (a.IsPrivate() || a.IsLoopback() || a.IsMulticast() || a.IsUnspecified() || !a.IsGlobalUnicast()) {
				t.Fatalf("%s is allowed", a)
			}
		}
	}
}

// TestDialerPins wants one look-up, and a connection to the address that was
// checked, though the name means another address a moment later.
func TestDialerPins(t *testing.T) {
	answers := [][]netip.Addr{{netip.MustParseAddr("140.82.121.6")}, {netip.MustParseAddr("127.0.0.1")}}
	var dialed []string
	d := dialer{
		resolve: func(context.Context, string) ([]netip.Addr, error) {
			next := answers[0]
			answers = answers[1:]
			return next, nil
		},
		dial: func(_ context.Context, _, address string) (net.Conn, error) {
			dialed = append(dialed, address)
			return nil, net.ErrClosed
		},
	}
	d.DialContext(t.Context(), "tcp", "api.example.com:443")
	if _, err := d.DialContext(t.Context(), "tcp", "api.example.com:443"); err != errAddress {
		t.Errorf("error %v, want %v", err, errAddress)
	}
	if len(dialed) != 1 || dialed[0] != "140.82.121.6:443" {
		t.Errorf("dialed %q", dialed)
	}
}

// TestDialerHalfPublic wants a name refused that means a public address and a
// private one.
func TestDialerHalfPublic(t *testing.T) {
	d := dialer{
		named: []string{"git.example.org"},
		resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("140.82.121.6"), netip.MustParseAddr("10.0.0.1")}, nil
		},
		dial: func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed },
	}
	for host, want := range map[string]error{"api.example.com:443": errAddress, "git.example.org:443": net.ErrClosed} {
		if _, err := d.DialContext(t.Context(), "tcp", host); err != want {
			t.Errorf("%s: error %v, want %v", host, err, want)
		}
	}
}
