package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
)

// A viewer is who looks at a page, and the workspace as it is then. The zero viewer
// has not signed in.
type viewer struct {
	Address calendar.Address // "" if nobody has signed in
	Name    string
	Person  scheduler.Person // zero for an admin who is not on the roster
	Member  bool             // on the roster
	Admin   bool
	Zone    *time.Location // the person's, or the workspace's
	view    *view
	session string // hash of the session
}

// How long a session lasts: unused, and at most.
const (
	memberIdle, memberMost = 30 * 24 * time.Hour, 90 * 24 * time.Hour
	adminIdle, adminMost   = 12 * time.Hour, 7 * 24 * time.Hour
	touchEvery             = 10 * time.Minute // a session's use is noted so often
)

// viewer returns who sends a request. A session that is over, or whose person left, is
// nobody's.
func (s *Server) viewer(r *http.Request) (viewer, error) {
	now, err := s.view(r.Context())
	if err != nil {
		return viewer{}, err
	}
	nobody := viewer{view: now, Zone: now.zone}
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return nobody, nil
	}
	session, err := s.Accounts.Session(r.Context(), hashOf(cookie.Value))
	if errors.Is(err, account.ErrNoSession) {
		return nobody, nil
	}
	if err != nil {
		return nobody, err
	}
	v, known := now.viewer(session.Person)
	idle, most := memberIdle, memberMost
	if v.Admin {
		idle, most = adminIdle, adminMost
	}
	at := s.Now()
	if !known || at.Sub(session.Used) > idle || at.Sub(session.Began) > most {
		return nobody, s.Accounts.End(r.Context(), session.Hash)
	}
	if at.Sub(session.Used) > touchEvery {
		if err := s.Accounts.Touch(r.Context(), session.Hash, at); err != nil {
			return nobody, err
		}
	}
	v.session = session.Hash
	return v, nil
}

// viewer returns the person as a viewer; known is false if they may not sign in.
func (n *view) viewer(a calendar.Address) (v viewer, known bool) {
	v = viewer{Address: a, Name: n.name(a), Zone: n.zone, view: n, Admin: slices.Contains(n.admins, a)}
	v.Person, v.Member = n.service.Workspace.Roster.Find(a)
	if v.Member {
		if zone, err := availability.LoadZone(v.Person.Zone); err == nil {
			v.Zone = zone
		}
	}
	return v, v.Member || v.Admin
}

// cookieName is that of the session. The prefix keeps other hosts of the domain from
// setting it (RFC 6265bis, section 4.1.3.2), but for pages under a path, whose cookies
// must not be those of the whole host; browsers take it by https only.
func (s *Server) cookieName() string {
	switch {
	case !s.secure():
		return "peerslot"
	case s.URL.Path != "":
		return "__Secure-peerslot"
	}
	return "__Host-peerslot"
}

func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: s.URL.Path + "/", MaxAge: int(age.Seconds()), Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// secret returns 32 random bytes as text that fits in a path and a cookie.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is how a secret is kept.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
