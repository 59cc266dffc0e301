package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

// Redact returns what may be shown of a feed's URL: scheme and host, as
// "https://calendar.example/…", or "…" if it is no such URL. It is safe on any
// text, and Redact of what it returned is the same again.
func Redact(rawURL string) string {
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil || !IsURL(rawURL) || u.Opaque != "" {
		return "…"
	}
	host, ok := web.Host(u.Hostname())
	if !ok {
		return "…"
	}
	return u.Scheme + "://" + host + "/…"
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

	owner     []calendar.Address // of the calendar, under all addresses; "" if that is not known
	organizer calendar.Address   // whose invitations can be told; "" for nobody's
}

// parseLink reads a feed's URL. Its errors do not show it.
func parseLink(rawURL string, allow web.AllowList) (link, *Error) {
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

func newLink(u url.URL, allow web.AllowList) (link, *Error) {
	if u.Scheme == "webcal" || u.Scheme == "webcals" {
		u.Scheme = "https"
	}
	checked, err := allow.Address(u)
	if problem, ok := errors.AsType[*web.AddressError](err); ok {
		return link{}, addressProblem(problem)
	}
	return link{url: checked, user: u.User}, nil
}

// follow returns where a redirect leads. The user goes along only to the very
// same server.
func (l link) follow(location string, allow web.AllowList) (link, error) {
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
func (l link) String() string { return Redact(l.url.String()) }

// key returns a name for the URL that does not tell it.
func (l link) key() string {
	u := l.url
	u.User = l.user
	sum := sha256.Sum256([]byte(u.String()))
	return hex.EncodeToString(sum[:])
}

// copyKey returns a name for the copy of the calendar, which depends on its
// owner, and on the organizer: only their answers to invitations are kept, and whether
// those are the organizer's.
func (l link) copyKey() string {
	text := l.key()
	if l.organizer != "" {
		text += "\nby " + string(l.organizer)
	}
	for _, a := range l.owner {
		text += "\n" + string(a)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// CheckHost reports whether s can stand in AllowHosts: a host name or an address,
// with or without a port.
func CheckHost(s string) error { return web.CheckHost(s) }
