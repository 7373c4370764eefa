package verify

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// forbidden are the networks that no issuer on the internet answers from:
// IANA's special-purpose registries for IPv4 and IPv6, multicast, and the
// transition schemes that carry an IPv4 address of the sender's choice.
var forbidden = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// own are the networks in which an operator's own installation may stand. The
// others, link-local with the clouds' metadata services among them, never are.
var own = prefixes("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")

// metadata are the addresses inside own networks at which clouds hand out
// credentials: AWS over IPv6, Alibaba.
var metadata = prefixes("fd00:ec2::/32", "100.100.100.200/32")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// allowed reports whether a credential may be sent to a. named says that the
// operator named the host, which may then be his own.
func allowed(a netip.Addr, named bool) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || within(metadata, a) {
		return false
	}
	return !within(forbidden, a) || named && within(own, a)
}

var errAddress = errors.New("resolves to an address that is not public")

// A dialer connects to the addresses that it has checked, so that a name which
// resolves differently a moment later changes nothing.
type dialer struct {
	named   []string // hosts that the operator named
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// DialContext connects to address, a host and port. One address that is not
// allowed refuses the host: no issuer is half public.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errAddress
	}
	addrs, err := d.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	named := d.isNamed(host)
	for _, a := range addrs {
		if !allowed(a, named) {
			return nil, errAddress
		}
	}
	err = &net.DNSError{Err: "no address", IsNotFound: true}
	for _, a := range addrs[:min(len(addrs), maxTried)] {
		var conn net.Conn
		if conn, err = d.dial(ctx, network, net.JoinHostPort(a.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// isNamed reports whether the operator named host.
func (d *dialer) isNamed(host string) bool { return slices.Contains(d.named, strings.ToLower(host)) }

// maxTried is how many addresses of a host are tried.
const maxTried = 3

func (d *dialer) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	return d.resolve(ctx, host)
}

// lookupHost asks the system's resolver.
func lookupHost(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
