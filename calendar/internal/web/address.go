package web

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// An AddressError says why a server is not asked. It shows nothing of the address
// but what is said of its kind.
type AddressError struct {
	What    string // is wrong, to follow a name of the link: "is not encrypted"
	Next    string // what to do about it
	Refused bool   // it is an address, but none that may be asked
}

// Error says what is wrong, without what to do about it.
func (e *AddressError) Error() string { return "the address " + e.What }

// Hint says what to do about it.
func (e *AddressError) Hint() string { return e.Next }

func private(what string) *AddressError {
	return &AddressError{"leads to " + what + ", which is refused", "check the link, and name its host in allow_hosts if that is meant to be read", true}
}

// Address returns u in its one spelling: https, or http where a allows that; the
// host in lower case, without the port that the scheme has anyway; without user
// and fragment. The error is an [*AddressError].
func (a AllowList) Address(u url.URL) (url.URL, error) {
	host, ok := canonicalHost(u.Hostname())
	port, portOK := canonicalPort(u.Scheme, u.Port())
	allowed := a.has(host, port)
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "" || !portOK:
		return url.URL{}, &AddressError{What: "is not a URL of the web", Next: "give an address such as https://calendar.example/ana.ics"}
	case u.Host == "":
		return url.URL{}, &AddressError{What: "names no host", Next: "give an address such as https://calendar.example/ana.ics"}
	case !ok:
		return url.URL{}, &AddressError{"has an odd spelling of its host", "write the host as a name (xn--… if it has letters beyond a-z) or as a plain address", true}
	case hostProblem(host) != "" && !allowed:
		return url.URL{}, private(hostProblem(host))
	case u.Scheme == "http" && !allowed:
		return url.URL{}, &AddressError{"is not encrypted", "use https, or name its host in allow_hosts", true}
	}
	u.Host = joinHost(u.Scheme, host, port)
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	u.RawQuery = escapeQuery(u.RawQuery)
	return u, nil
}

// Host returns what may be shown of a URL's host, and is not ok if that is
// nothing.
func Host(host string) (shown string, ok bool) {
	host, ok = canonicalHost(host)
	return bracket(host), ok || plainHost(host)
}

// escapeQuery escapes what a request line cannot hold; url.URL sends a query as
// it was written.
func escapeQuery(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// canonicalHost returns the one spelling of a host: lower case, without the
// dot that may end it, an address as netip writes it. It is not ok for what is
// neither a name of the DNS nor a plain address; names whose last label is a
// number are addresses to some resolvers (0x7f.1, 2130706433, 017700000001) and
// so to nobody here.
func canonicalHost(s string) (host string, ok bool) {
	host = strings.TrimSuffix(strings.ToLower(s), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String(), addr.Zone() == "" && !addr.Is4In6()
	}
	if !plainHost(host) {
		return host, false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return host, false
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return host, strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// plainHost reports whether a host is of a length and of letters that can be
// shown and sent.
func plainHost(s string) bool {
	odd := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-._", r) }
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, odd)
}

func canonicalPort(scheme, port string) (string, bool) {
	if port == "" {
		return map[string]string{"https": "443", "http": "80"}[scheme], true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return strconv.FormatUint(n, 10), err == nil && n > 0
}

func joinHost(scheme, host, port string) string {
	if def, _ := canonicalPort(scheme, ""); port == def {
		return bracket(host)
	}
	return net.JoinHostPort(host, port)
}

func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
