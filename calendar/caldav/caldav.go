// Package caldav is the backend for CalDAV servers (RFC 4791), with scheduling where
// the server has it (RFC 6638). Series live on the organizer's calendar there, one
// object each, named for its UID.
//
// What a server does is found out, not assumed: see account. Much of it is not what
// the RFCs say; what was measured stands beside the code that minds it. Three rules
// hold on all servers: nothing is written that was not read just before and still
// has the same ETag; what others wrote into an object stays; and after each write
// it is read again, since servers rewrite what they store.
//
// Busy times come from calendars that the account may read in full, as copies
// without titles and people, expanded by package ical; and else from the server's
// own free/busy times, asked for all people at once. Its expansion of rules, its
// search by time and its free-busy-query are never asked: most servers get them
// wrong.
package caldav

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

// A Config says which account is asked, and where. URL and Now are needed.
type Config struct {
	URL      string // of the server, of an account's home, or of one calendar
	Username string
	Password string // or an app password
	Token    string // a bearer token, instead of both

	Organizer    calendar.Address // whose account it is
	Inviter      calendar.Address // whose invitations are told from other meetings, under whatever UID; "" for nobody's
	Calendar     string           // where series live: its name, its URL or the last part of that; "" for the server's default
	InviteByMail bool             // new series leave telling the attendees to others than the server

	Dir     string                                    // folder for what was found and for copies, which nobody else may read; "" keeps them in memory
	Aliases func(calendar.Address) []calendar.Address // a person's other addresses; may be nil

	Zone func(calendar.Address) *time.Location // a person's all-day and floating times; nil, or nil for a person, is UTC
	Now  func() time.Time                      // the clock by which what was found grows old

	AllowHosts []string          // as in feeds: hosts that may be asked though they are private or not encrypted
	RootCAs    *x509.CertPool    // nil means whom the system trusts
	Transport  http.RoundTripper // nil means one that guards whom it dials
}

// A Backend is one account on a server. Make one with [Open].
type Backend struct {
	cfg    Config
	client *dav.Client
	copies copies

	mu      sync.Mutex
	account *account // nil until it was found
	people  map[calendar.Address]*colleague
	known   map[string]*collection // by URL
	series  map[string]held        // objects of ours as they were last read, by URL
	untold  map[calendar.UID]map[calendar.Address]string

	turns turns // of the series that are being written
}

var (
	_ calendar.Syncer  = (*Backend)(nil)
	_ calendar.Checker = (*Backend)(nil)
	_ calendar.Caller  = (*Backend)(nil)
	_ calendar.Teller  = (*Backend)(nil)
)

// Open returns the backend for the account that cfg names. What the server can do
// is found now, unless it was found within a week; if it cannot be asked now, the
// first call that needs it asks again. So the error is only for a config that can
// never work.
func Open(ctx context.Context, cfg Config) (*Backend, error) {
	allow := web.NewAllowList(cfg.AllowHosts)
	rt := cfg.Transport
	if rt == nil {
		rt = web.Transport(web.Options{Allow: allow, RootCAs: cfg.RootCAs})
	}
	client, err := dav.NewClient(cfg.URL, dav.Account{Username: cfg.Username, Password: cfg.Password, Token: cfg.Token}, allow, rt)
	if err != nil {
		return nil, fmt.Errorf("caldav: %w", err)
	}
	b := &Backend{
		cfg: cfg, client: client, copies: copies{cfg.Dir},
		people: map[calendar.Address]*colleague{}, known: map[string]*collection{},
		series: map[string]held{}, untold: map[calendar.UID]map[calendar.Address]string{},
	}
	b.account = b.recall()
	if b.account == nil {
		_, err = b.find(ctx)
	}
	if _, never := errors.AsType[*configError](err); never {
		return nil, err
	}
	return b, nil
}

// Capabilities implements calendar.Backend. As long as the server could not be
// asked, it can nothing.
func (b *Backend) Capabilities() calendar.Capabilities {
	b.mu.Lock()
	a := b.account
	b.mu.Unlock()
	if a == nil {
		return calendar.Capabilities{}
	}
	tells := a.invites(b.cfg)
	return calendar.Capabilities{
		SendsInvites: tells,
		// Cyrus drops a reply to a single session that was not moved before, SOGo one to
		// a series beside moved sessions; the others are read all the same.
		TracksRSVP: tells && a.Server != cyrus && a.Server != sogo,
		TellsApart: a.Outbox == "" || a.Server == sogo,
	}
}

// Calls implements calendar.Caller: how many requests were made of each method.
func (b *Backend) Calls() map[string]int { return b.client.Counts() }

// parse returns a URL that was found earlier.
func (b *Backend) parse(s string) (*url.URL, error) { return b.client.Resolve(b.client.Root(), s) }

func (b *Backend) zone(a calendar.Address) *time.Location {
	if b.cfg.Zone != nil {
		if loc := b.cfg.Zone(a); loc != nil {
			return loc
		}
	}
	return time.UTC
}

func (b *Backend) aliases(a calendar.Address) []calendar.Address {
	if b.cfg.Aliases == nil {
		return nil
	}
	return b.cfg.Aliases(a)
}

// turns lets one caller at a time have each series.
type turns struct {
	mu    sync.Mutex
	taken map[calendar.UID]chan struct{}
}

// take waits until nobody else has the series. leave must be called.
func (t *turns) take(ctx context.Context, uid calendar.UID) (leave func(), err error) {
	t.mu.Lock()
	if t.taken == nil {
		t.taken = map[calendar.UID]chan struct{}{}
	}
	turn := t.taken[uid]
	if turn == nil {
		turn = make(chan struct{}, 1)
		t.taken[uid] = turn
	}
	t.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
