package caldav

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A server is a kind of server whose ways were measured. The zero server is any
// other.
type server string

const (
	cyrus    server = "Cyrus"
	sogo     server = "SOGo"
	davical  server = "DAViCal"
	sabre    server = "sabre/dav"
	next     server = "Nextcloud"
	radicale server = "Radicale"
	xandikos server = "Xandikos"
	icloud   server = "iCloud"
	google   server = "Google"
)

// serverOf tells the kind from what answers say. Nothing else shows the faults
// below before they do harm.
func serverOf(u *url.URL, h http.Header, tokens []string) server {
	product := h.Get("Server")
	switch {
	case strings.HasPrefix(product, "SOPE"):
		return sogo
	case strings.HasPrefix(product, "Cyrus"):
		return cyrus
	case h.Get("X-Davical-Version") != "":
		return davical
	case strings.Contains(u.Path, "/remote.php/"):
		return next
	case h.Get("X-Sabre-Version") != "":
		return sabre
	case strings.HasSuffix(u.Hostname(), ".icloud.com"):
		return icloud
	case strings.HasSuffix(u.Hostname(), ".googleusercontent.com"), strings.HasSuffix(u.Hostname(), ".google.com"):
		return google
	case slices.Contains(tokens, "calendar-auto-scheduling"):
		return xandikos
	case slices.Contains(tokens, "extended-mkcol") && strings.HasPrefix(product, "WSGIServer"):
		return radicale
	}
	return ""
}

// limits are what people should know of a kind of server before they rely on it.
var limits = map[server]string{
	cyrus:   "a reply to a single session is seen only if that session was moved before; declined meetings count as busy; of calendars that people share it does not tell what is marked as free, so that whole days there may count as busy; dates end in 2038",
	sogo:    "each change is a mail of the server's to everybody; replies to a series with moved sessions may be incomplete; 'invite: mail' cannot work",
	davical: "it loses moves and single cancellations of meetings with attendees, so that invitations go by mail; declined meetings count as busy",
	sabre:   "free/busy times of colleagues are known only if principals may be read; declined meetings count as busy",
	next:    "invitations go out only if 'Send invitations to attendees' is on; declined meetings count as busy; a UID stays used until the trash bin is emptied",
	icloud:  "it tells nobody's free/busy times: only calendars that are shared with this account can be read",
	google:  "it tells nobody's free/busy times: use backend: google",
}

// invites reports whether the server itself tells the attendees of a new series.
// DAViCal loses overrides and exceptions on the way, and answers 500 to an object
// with both attendees and overrides.
func (a *account) invites(cfg Config) bool {
	return a.Schedules && a.Server != davical && !cfg.InviteByMail
}

// oneChange reports whether the server tells only one change of each write. Of two
// moves and a cancelled session in one write to SOGo, one arrives.
func (a *account) oneChange() bool { return a.Server == sogo }

// syncs reports whether sync tokens can be relied on. SOGo's count seconds, and
// what happens later in the second is never told.
func (a *account) syncs() bool { return a.Server != sogo }

// tokensOf returns the words of the DAV headers. They are compared whole:
// Xandikos says calendar-auto-scheduling, and does not.
func tokensOf(h http.Header) []string {
	var all []string
	for _, line := range h.Values("Dav") {
		for word := range strings.SplitSeq(line, ",") {
			all = append(all, strings.ToLower(strings.TrimSpace(word)))
		}
	}
	return all
}
