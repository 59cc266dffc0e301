// Package google is the backend for Google Calendar. One organizer account owns
// all series and reads everybody's free/busy times.
//
// It asks for two scopes and no wider ones: [ScopeFreeBusy] to see when people
// are busy, and [ScopeEvents] to book on the organizer's own calendar. It never
// reads a title, attendee or note of an event that is not its own.
//
// A series is one recurring event on the organizer's primary calendar, whose id
// is made from the series' UID. So a call whose answer was lost can be settled by
// looking: there is never a second series. What a Put has written bears its mark
// (see mark), so that a Put that died half-way is known for what it is and
// finished, and what people changed by hand since is left alone.
package google

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"golang.org/x/oauth2"
	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// The scopes that peerslot asks for.
const (
	ScopeFreeBusy = gcal.CalendarEventsFreebusyScope // availability on calendars the account has access to
	ScopeEvents   = gcal.CalendarEventsOwnedScope    // events on calendars the account owns
)

// Scopes returns the scopes that are needed, and no wider ones.
func Scopes() []string { return []string{ScopeEvents, ScopeFreeBusy} }

// CallsPerMinute is Google's usual quota of one account.
const CallsPerMinute = 600

// A Config says which account books, and where. Credentials is needed, and Token
// with an OAuth client; the rest may be zero.
type Config struct {
	Credentials string           // file of an OAuth client for desktop apps, or of a service account's key
	Token       string           // file that keeps the signed-in account's token; not used by service accounts
	Subject     string           // address of the account that a service account acts for
	Organizer   calendar.Address // whose calendar holds the series; the account must own it
	Endpoint    string           // root of a stand-in; "" means Google

	Aliases calendar.Aliases // other addresses of people

	Meet           bool         // new series get a Meet link
	Quiet          bool         // only guests outside Google are told of changes: another series takes the place
	CallsPerMinute int          // of one account; 0 means [CallsPerMinute]
	Pace           calls.Pace   // keeps to it with other processes; nil for this one alone
	HTTPClient     *http.Client // nil means http.DefaultClient
	Log            *slog.Logger // of calls that are made again; nil means none
}

// A Backend books on Google Calendar. Make one with [Open].
type Backend struct {
	cfg    Config
	creds  credentials
	tokens *oauth.Source
	api    *api.Service

	mu      sync.Mutex
	isOwner bool // of the organizer's calendar, for certain
}

var _ calendar.Syncer = (*Backend)(nil)

// Open returns the backend for the account that cfg names. It reads files, but
// makes no call: whether the sign-in is good, and whose it is, the first call
// shows, or Check.
func Open(cfg Config) (*Backend, error) {
	creds, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	tokens, err := creds.tokens(cfg)
	if errors.Is(err, calendar.ErrSignIn) {
		nobody := err // whoever needs the account hears it; the rest can go on
		tokens, err = oauth.ForApplication(service(cfg), func(context.Context, string) (*oauth2.Token, error) { return nil, nobody }), nil
	}
	if err != nil {
		return nil, err
	}
	return newBackend(cfg, creds, tokens)
}

func newBackend(cfg Config, creds credentials, tokens *oauth.Source) (*Backend, error) {
	root, err := rootOf(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	return &Backend{
		cfg: cfg, creds: creds, tokens: tokens,
		api: &api.Service{Client: tokens.Client(cfg.HTTPClient), Root: root, Line: &calls.Line{Pace: cmp.Or(cfg.Pace, calls.PerMinute(cmp.Or(cfg.CallsPerMinute, CallsPerMinute))), Service: "google", Classify: classify, Log: cfg.Log}},
	}, nil
}

// Capabilities implements calendar.Backend. A service account that acts for
// nobody sends no invites.
func (b *Backend) Capabilities() calendar.Capabilities {
	return calendar.Capabilities{SendsInvites: b.creds.canInvite(), TracksRSVP: true, TellsApart: true}
}

// Calls implements calendar.Caller. Methods are those of the API, such as
// events.insert.
func (b *Backend) Calls() map[string]int { return b.api.Line.Counts() }
