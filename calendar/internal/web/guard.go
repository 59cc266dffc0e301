// Package web asks servers whose addresses somebody else has typed than the one on
// whose machine they are asked: only the public internet is dialled, and only
// encrypted, unless the config says otherwise; answers have bounds.
package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// An AllowList holds the hosts that may be asked though they are not on the public
// internet or not encrypted: hosts, on every port, and hosts with ports. The zero
// AllowList is that of nobody.
type AllowList map[string]bool

// NewAllowList returns the list of entries. Those that [CheckHost] refuses allow
// nothing.
func NewAllowList(entries []string) AllowList {
	allow := AllowList{}
	for _, e := range entries {
		if host, port, ok := splitEntry(e); ok && port == "" {
			allow[host] = true
		} else if ok {
			allow[net.JoinHostPort(host, port)] = true
		}
	}
	return allow
}

// CheckHost reports whether s can stand in AllowHosts: a host name or an
// address, with or without a port.
func CheckHost(s string) error {
	if _, _, ok := splitEntry(s); !ok {
		return fmt.Errorf("host %q: want a host name or an address, such as calendar.acme.example or 10.0.0.5:8443", s)
	}
	return nil
}

func splitEntry(s string) (host, port string, ok bool) {
	host = strings.TrimSpace(s)
	if h, p, err := net.SplitHostPort(host); err == nil {
		if port, ok = canonicalPort("", p); !ok || p == "" {
			return "", "", false
		}
		host = h
	} else if inner, found := strings.CutPrefix(host, "["); found {
		host = strings.TrimSuffix(inner, "]")
	}
	host, ok = canonicalHost(host)
	return host, port, ok
}

// has reports whether the list has the host, or the host with that port.
func (a AllowList) has(host, port string) bool {
	return a[host] || a[net.JoinHostPort(host, port)]
}

// Options are what a transport may be told. The zero Options are for the public
// internet and the authorities that the system trusts.
type Options struct {
	Allow    AllowList
	RootCAs  *x509.CertPool // nil means whom the system trusts
	Resolver *net.Resolver  // nil means the system's

	// Proxy is asked instead of the server; nil means none, and the environment is
	// not consulted. Then it is the proxy that looks names up, and so it must refuse
	// those that lead to private addresses.
	Proxy *url.URL
}

// Transport returns what carries requests. Every connection that it opens is
// judged by the address that is really dialled, so that no way of naming an
// address, and no name that changes its mind, gets around the judgment; then the
// error is an [AddressError]. Headers of more than 64 kB are refused. Bodies are
// for the caller to bound, with http.MaxBytesReader.
func Transport(o Options) *http.Transport {
	t := &http.Transport{
		DialContext:            o.dial,
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true, // which DialContext would turn off
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        10 * time.Second,
	}
	if o.Proxy != nil {
		t.Proxy = http.ProxyURL(o.Proxy)
	}
	return t
}

func (o Options) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Resolver: o.Resolver, Control: refusePrivate}
	host, port, err := net.SplitHostPort(addr)
	if o.Proxy != nil || err == nil && o.Allow.has(host, port) {
		d.Control = nil
	}
	return d.DialContext(ctx, network, addr)
}

// refusePrivate is called with each address just before it is dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return private("an address of no known kind")
	}
	if what := addrProblem(ap.Addr()); what != "" {
		return private(what)
	}
	return nil
}

// hostProblem says what a host is that is no public one, or "". Names are judged
// as far as the name tells.
func hostProblem(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addrProblem(addr)
	}
	if !strings.Contains(host, ".") {
		return "this machine or the local network"
	}
	for _, domain := range []string{".localhost", ".localdomain", ".local", ".internal", ".home.arpa"} {
		if strings.HasSuffix(host, domain) {
			return "this machine or the local network"
		}
	}
	return ""
}

// addrProblem says what an address is that is no public one, or "".
func addrProblem(addr netip.Addr) string {
	if addr.Zone() != "" {
		return "a link-local address"
	}
	addr = addr.Unmap()
	for _, s := range special {
		if s.prefix.Contains(addr) {
			return s.what
		}
	}
	if addr.Is6() && !globalUnicast.Contains(addr) {
		return "an address that is not of the public internet"
	}
	return ""
}

var globalUnicast = netip.MustParsePrefix("2000::/3")

// special are the blocks of the IANA special-purpose address registries (RFC
// 6890) that are not globally reachable or that hold an IPv4 address, and one
// public address behind which a cloud keeps its metadata.
var special = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "an address of this network"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a private address"},
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a metadata address"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.0.2.0/24"), "a documentation address"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a benchmarking address"},
	{netip.MustParsePrefix("198.51.100.0/24"), "a documentation address"},
	{netip.MustParsePrefix("203.0.113.0/24"), "a documentation address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"},
	{netip.MustParsePrefix("::/128"), "an address of this network"},
	{netip.MustParsePrefix("::1/128"), "a loopback address"},
	{netip.MustParsePrefix("64:ff9b::/96"), "a translated IPv4 address"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a translated IPv4 address"},
	{netip.MustParsePrefix("2001::/23"), "a reserved address"}, // Teredo, ORCHID, benchmarking
	{netip.MustParsePrefix("2001:db8::/32"), "a documentation address"},
	{netip.MustParsePrefix("2002::/16"), "a translated IPv4 address"}, // 6to4
	{netip.MustParsePrefix("3fff::/20"), "a documentation address"},
	{netip.MustParsePrefix("fc00::/7"), "a private address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fec0::/10"), "a private address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
}
