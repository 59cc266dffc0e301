package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/calendar"
)

// Redact returns what may be shown of a feed's URL: scheme and host, as
// "https://calendar.example/…", or "…" if it is no such URL. It is safe on any
// text, and Redact of what it returned is the same again.
func Redact(rawURL string) string {
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil || !IsURL(rawURL) || u.Opaque != "" {
		return "…"
	}
	host, ok := canonicalHost(u.Hostname())
	if !ok && !plainHost(host) {
		return "…"
	}
	return u.Scheme + "://" + bracket(host) + "/…"
}

// IsURL reports whether s looks like a feed's URL rather than the name of a
// file.
func IsURL(s string) bool {
	scheme, _, ok := strings.Cut(strings.TrimSpace(s), "://")
	switch strings.ToLower(scheme) {
	case "https", "http", "webcal", "webcals":
		return ok
	}
	return false
}

// A link is a feed's URL, checked and in one spelling. Only its String may be
// shown.
type link struct {
	url  url.URL // https, or http where that is allowed; no user, no fragment
	user *url.Userinfo

	owner calendar.Address // of the calendar; "" if that is not known
}

// parseLink reads a feed's URL. Its errors do not show it.
func parseLink(rawURL string, allow allowList) (link, *Error) {
	feed := Redact(rawURL)
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil || len(rawURL) > 8<<10 {
		return link{}, &Error{Feed: feed, What: "is not a URL", Next: wantURL, final: true}
	}
	l, problem := newLink(*u, allow)
	if problem != nil {
		problem.Feed, problem.final = feed, true
	}
	return l, problem
}

const wantURL = "give an address such as https://calendar.example/ana.ics"

func newLink(u url.URL, allow allowList) (link, *Error) {
	if u.Scheme == "webcal" || u.Scheme == "webcals" {
		u.Scheme = "https"
	}
	host, ok := canonicalHost(u.Hostname())
	port, portOK := canonicalPort(u.Scheme, u.Port())
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "" || !portOK:
		return link{}, &Error{What: "is not a URL of the web", Next: wantURL}
	case !ok:
		return link{}, &Error{What: "has an odd spelling of its host", Next: "write the host as a name (xn--… if it has letters beyond a-z) or as a plain address", kind: ErrRefused}
	}
	allowed := allow.has(host, port)
	if what := hostProblem(host); what != "" && !allowed {
		return link{}, refusedError(what).explain()
	}
	if u.Scheme == "http" && !allowed {
		return link{}, &Error{What: "is not encrypted", Next: "use https, or name its host in allow_hosts", kind: ErrRefused}
	}
	l := link{url: u, user: u.User}
	l.url.Host = joinHost(u.Scheme, host, port)
	l.url.User, l.url.Fragment, l.url.RawFragment = nil, "", ""
	l.url.RawQuery = escapeQuery(u.RawQuery)
	return l, nil
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

// follow returns where a redirect leads. The user goes along only to the very
// same server.
func (l link) follow(location string, allow allowList) (link, error) {
	u, err := l.url.Parse(location)
	if err != nil || location == "" {
		return link{}, errRedirect
	}
	next, problem := newLink(*u, allow)
	if problem == nil && l.url.Scheme == "https" && next.url.Scheme == "http" {
		problem = &Error{What: "is not encrypted", Next: "ask for a link that stays on https", kind: ErrRefused}
	}
	if problem != nil {
		problem.final = true
		return link{}, &hopError{at: Redact(u.String()), err: problem}
	}
	next.user = nil
	if next.url.Scheme == l.url.Scheme && next.url.Host == l.url.Host {
		next.user = l.user
	}
	return next, nil
}

// String returns what may be shown.
func (l link) String() string { return l.url.Scheme + "://" + bracket(l.url.Hostname()) + "/…" }

// key returns a name for the URL that does not tell it.
func (l link) key() string {
	u := l.url
	u.User = l.user
	sum := sha256.Sum256([]byte(u.String()))
	return hex.EncodeToString(sum[:])
}

// copyKey returns a name for the copy of the calendar, which depends on its
// owner: only their answers to invitations are kept.
func (l link) copyKey() string {
	sum := sha256.Sum256([]byte(l.key() + "\n" + string(l.owner)))
	return hex.EncodeToString(sum[:])
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
