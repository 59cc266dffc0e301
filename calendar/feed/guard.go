package feed

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// An allowList holds hosts and hosts with ports, in their one spelling.
type allowList map[string]bool

func newAllowList(entries []string) allowList {
	allow := allowList{}
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

func (a allowList) has(host, port string) bool {
	return a[host] || a[net.JoinHostPort(host, port)]
}

// transport returns what carries the requests. Every connection that it opens is
// judged by the address that is really dialled, so that no way of naming an
// address, and no name that changes its mind, gets around the judgment.
func (f *Fetcher) transport() *http.Transport {
	t := &http.Transport{
		DialContext:            f.dial,
		TLSClientConfig:        tlsConfig(f.RootCAs),
		ForceAttemptHTTP2:      true, // which DialContext would turn off
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        10 * time.Second,
	}
	if f.Proxy != nil {
		t.Proxy = http.ProxyURL(f.Proxy)
	}
	return t
}

func (f *Fetcher) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Resolver: f.Resolver, Control: refusePrivate}
	host, port, err := net.SplitHostPort(addr)
	if f.Proxy != nil || err == nil && f.allow.has(host, port) {
		d.Control = nil
	}
	return d.DialContext(ctx, network, addr)
}

// refusePrivate is called with each address just before it is dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return refusedError("an address of no known kind")
	}
	if what := addrProblem(ap.Addr()); what != "" {
		return refusedError(what)
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
