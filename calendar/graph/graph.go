// Package graph is the backend for Microsoft 365 (Exchange Online), through
// Microsoft Graph v1.0. One organizer's mailbox owns all series, and reads
// everybody's free/busy times.
//
// It signs in as an application or as the organizer, asks for Calendars.ReadWrite
// and no more, and names the organizer's mailbox in every path, so that nothing can
// be written to another. It never keeps a title or place of an event that is not
// its own.
//
// A series is one recurring event, found by an extended property that holds the
// series' UID. A creation bears a transaction id, so that one whose answer was lost
// can be settled by looking: there is never a second series. What a Put has written
// bears its mark, so that a Put that died half-way is known for what it is and
// finished, and what people changed by hand since is left alone.
//
// Exchange mails by itself whatever changes, as it sees fit: see [Backend.bring].
package graph

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// Scope is what a person is asked to grant. It covers reading free/busy times.
const Scope = "Calendars.ReadWrite"

const (
	resource    = "https://graph.microsoft.com" // whom an application's tokens are for
	defaultRoot = resource + "/v1.0"

	parallel       = 4    // calls at once that Exchange allows an application (throttling limits, Outlook)
	CallsPerMinute = 1000 // 10,000 calls in 10 minutes are allowed for an application and mailbox
)

// A Config says which mailbox books, and as who. Tenant, ClientID and Organizer are
// needed, and one of Secret, Certificate and Token.
type Config struct {
	Tenant      string           // domain or id
	ClientID    string           // of the application
	Secret      string           // signs in as the application
	Certificate string           // PEM file that does so instead
	Token       string           // file that keeps the token of the organizer, who signed in
	Organizer   calendar.Address // whose mailbox series are booked in
	Aliases     calendar.Aliases // other addresses of people
	Successor   calendar.Address // who invites to what goes on when a series ends; "" for nobody

	Teams          bool       // new series get a Teams link
	CallsPerMinute int        // for the mailbox; 0 means [CallsPerMinute]
	Pace           calls.Pace // keeps to it with other processes; nil for this one alone

	Endpoint string // root of a stand-in, with its /v1.0; "" means Microsoft
	Login    string // root of a stand-in's sign-in; "" means Microsoft

	HTTPClient *http.Client     // nil means http.DefaultClient
	Now        func() time.Time // nil means time.Now
	Log        *slog.Logger     // of calls that are made again; nil means none
}

// asApplication reports whether an application signs in, rather than a person.
func (c Config) asApplication() bool { return c.Secret != "" || c.Certificate != "" }

func (c Config) app() oauth.Microsoft {
	return oauth.Microsoft{Tenant: c.Tenant, ClientID: c.ClientID, Login: c.Login, HTTP: c.HTTPClient}
}

// A Backend books on Microsoft 365. Make one with [Open].
type Backend struct {
	cfg    Config
	tokens *oauth.Source
	api    *api.Client

	lists atomic.Int32 // whether properties are in lists: unseen, shown or bare

	mu     sync.Mutex
	ids    map[calendar.UID]string // of the events of series that were seen
	absent map[calendar.UID]bool   // not there when last looked for
	ended  map[string]bool         // transaction ids of series that this backend has cancelled
}

var (
	_ calendar.Syncer  = (*Backend)(nil)
	_ calendar.Lister  = (*Backend)(nil)
	_ calendar.Checker = (*Backend)(nil)
	_ calendar.Caller  = (*Backend)(nil)
)

// Open returns the backend for the mailbox that cfg names. It reads files, but makes
// no call: whether the sign-in is good, the first call shows, or Check. An organizer
// who never signed in is an error that wraps calendar.ErrSignIn.
func Open(cfg Config) (*Backend, error) {
	b, err := newBackend(cfg)
	if err != nil {
		return nil, fmt.Errorf("microsoft calendar: %w", err)
	}
	if b.tokens, err = cfg.tokens(); err != nil {
		return nil, err
	}
	b.api.HTTP = b.tokens.Client(cfg.HTTPClient)
	return b, nil
}

// newBackend returns a backend that is not signed in.
func newBackend(cfg Config) (*Backend, error) {
	if err := cfg.app().Check(); err != nil {
		return nil, err
	}
	if cfg.Organizer == "" {
		return nil, errors.New("no organizer is named")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	address := defaultRoot
	if cfg.Endpoint != "" {
		address = strings.TrimSuffix(cfg.Endpoint, "/")
	}
	if err := oauth.Secure("endpoint", address); err != nil {
		return nil, err
	}
	root, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("endpoint: want a URL")
	}
	return &Backend{
		cfg: cfg,
		api: &api.Client{Root: root, Mailbox: string(cfg.Organizer), Line: &calls.Line{Pace: cmp.Or(cfg.Pace, calls.PerMinute(cmp.Or(cfg.CallsPerMinute, CallsPerMinute))), Parallel: parallel, Service: "microsoft", Classify: api.Classify, Log: cfg.Log}},
		ids: map[calendar.UID]string{}, absent: map[calendar.UID]bool{}, ended: map[string]bool{},
	}, nil
}

// tokens returns the source of access tokens.
func (c Config) tokens() (*oauth.Source, error) {
	switch {
	case c.Secret != "":
		return c.app().WithSecret(resource, c.Secret), nil
	case c.Certificate != "":
		cert, err := oauth.ReadCertificate(c.Certificate)
		if err != nil {
			return nil, fmt.Errorf("microsoft %w", err)
		}
		return c.app().WithCertificate(resource, cert), nil
	case c.Token == "":
		return nil, errors.New("microsoft sign-in: no file is named that could keep the token")
	}
	return c.app().Client(Scope).Source(oauth.File(c.Token))
}

// Capabilities implements calendar.Backend.
func (b *Backend) Capabilities() calendar.Capabilities {
	return calendar.Capabilities{SendsInvites: true, TracksRSVP: true, TellsApart: true}
}

// Calls implements calendar.Caller. Methods are named for what they do, such as
// events.create; what is asked for in a batch counts singly, and each batch once.
func (b *Backend) Calls() map[string]int { return b.api.Line.Counts() }

// remember keeps where a series was found; "" says that it was not.
func (b *Backend) remember(uid calendar.UID, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.absent[uid] = id == ""
	if id == "" {
		delete(b.ids, uid)
		return
	}
	b.ids[uid] = id
}

// known returns the id of a series that was seen, and whether it was not there when
// last looked for.
func (b *Backend) known(uid calendar.UID) (id string, absent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ids[uid], b.absent[uid]
}

// end remembers that the series of a creation is over.
func (b *Backend) end(transaction string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended[transaction] = true
}

func (b *Backend) isEnded(transaction string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended[transaction]
}

// The things of the API, by the names that they have here.
type (
	event          = api.Event
	itemBody       = api.ItemBody
	dateTime       = api.DateTime
	location       = api.Location
	emailAddress   = api.EmailAddress
	attendee       = api.Attendee
	recurrence     = api.Recurrence
	pattern        = api.Pattern
	recurrenceSpan = api.Range
	property       = api.Property
	page           = api.Page
)
