package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/web"
)

const (
	ana = calendar.Address("ana@acme.example")
	bo  = calendar.Address("bo@acme.example")
	cem = calendar.Address("cem@acme.example")
	dee = calendar.Address("dee@acme.example") // in no group
	mia = calendar.Address("mia@acme.example") // an admin who is not on the roster
)

// start is a Friday before the first session of what book books.
var start = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)

// A site is a server in memory, with a clock that stands still and no network.
type site struct {
	*web.Server
	here  web.Workspace
	fake  *calendartest.Fake
	store *store.Store
	now   time.Time
	mu    sync.Mutex
	sent  map[calendar.Address][]string // links, as they were mailed
	log   strings.Builder
	serve http.Handler
}

// newSite returns the site of four people, of whom ana, bo and cem are in the group
// "leads". with may change the server before it is used.
func newSite(t testing.TB, with ...func(*site)) *site {
	t.Helper()
	st, err := store.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s := &site{fake: calendartest.NewFake(ana, bo, cem, dee, "people-ops@acme.example"), store: st, now: start, sent: map[calendar.Address][]string{}}
	roster := scheduler.NewRoster()
	for _, a := range []calendar.Address{ana, bo, cem, dee} {
		name := a.Local()
		roster.Put(scheduler.Person{Address: a, Name: strings.ToUpper(name[:1]) + name[1:] + " Lima", Zone: "Europe/Berlin", Hours: availability.OfficeHours()})
	}
	s.here = web.Workspace{
		Stamp: 1, Admins: []calendar.Address{mia},
		Service: &scheduler.Service{
			Workspace: scheduler.Workspace{
				Organizer: calendar.Attendee{Address: "people-ops@acme.example"}, Zone: "Europe/Berlin", Roster: roster, URL: "https://peers.acme.example",
				Groups: []scheduler.Group{{Name: "leads", Members: []calendar.Address{ana, bo, cem}}},
				Repair: scheduler.DefaultRepairRules(), Review: scheduler.DefaultReviewRules(),
			},
			Store: st, Backend: s.fake, Now: func() time.Time { return s.now },
			Agenda: func(p scheduler.Program) (agenda.Agenda, error) {
				a, _ := agenda.BuiltIn(p.Agenda)
				return a, nil
			},
			AnswerKey: func(bool) ([]byte, error) { return []byte(strings.Repeat("a", 32)), nil },
		},
	}
	s.Server = &web.Server{
		URL:      &url.URL{Scheme: "https", Host: "peers.acme.example"},
		Open:     func(context.Context) (web.Workspace, error) { return s.here, nil },
		Accounts: st,
		Feeds:    st,
		Key:      []byte(strings.Repeat("k", 32)),
		Answer:   review.Answer, HasAnswered: review.HasAnswered,
		Zone: meantZone,
		Now:  func() time.Time { return s.now },
		Log:  slog.New(slog.NewTextHandler(&s.log, nil)),
		SendLink: func(_ context.Context, to calendar.Address, link string) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sent[to] = append(s.sent[to], link)
			return nil
		},
	}
	for _, f := range with {
		f(s)
	}
	s.serve = s.Handler()
	return s
}

// meantZone knows one zone by its city, and one by an abbreviation that is not certain.
func meantZone(text string) (zone, likely string) {
	switch _, err := availability.LoadZone(text); {
	case text == "Lisbon":
		return "Europe/Lisbon", ""
	case text == "EST":
		return "", "America/New_York"
	case err != nil:
		return "", ""
	}
	return text, ""
}

// book books the series of "leads", each Tuesday at 15:00.
func (s *site) book(t testing.TB) scheduler.Booking {
	t.Helper()
	return s.bookAt(t, "tue 15:00")
}

// bookAt books the series of "leads" at a slot of one hour.
func (s *site) bookAt(t testing.TB, at string) scheduler.Booking {
	t.Helper()
	return s.bookGroup(t, "leads", at)
}

func (s *site) bookGroup(t testing.TB, name, at string) scheduler.Booking {
	t.Helper()
	slot, err := availability.ParseSlot(at, time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ready, err := s.here.Ready(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	group, err := ready.Group(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	request := scheduler.Request{Group: group, Slot: slot, Stay: true, Search: booking.NewSearch(ready.Workspace, scheduler.DefaultProgram(), availability.Date{Year: 2026, Month: 1, Day: 5})}
	plans, err := booking.Plan(t.Context(), ready, []scheduler.Request{request})
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := ready.Book(t.Context(), plans[0])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A client is a browser, which follows no redirects.
type client struct {
	t    testing.TB
	site *site
	jar  http.CookieJar
}

// browser returns a browser in which nobody has signed in.
func (s *site) browser(t testing.TB) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, s, jar}
}

// as returns a browser in which the person has signed in, by a link of an operator.
func (s *site) as(t testing.TB, a calendar.Address) *client {
	t.Helper()
	c := s.browser(t)
	link, err := s.Link(t.Context(), a, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.post(strings.TrimPrefix(link, s.URL.Scheme+"://"+s.URL.Host), url.Values{"email": {string(a)}}); got.Code != http.StatusSeeOther {
		t.Fatalf("signing in as %s: %d\n%s", a, got.Code, got.Body)
	}
	return c
}

func (c *client) get(path string) *httptest.ResponseRecorder {
	c.t.Helper()
	return c.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form as a page of ours would.
func (c *client) post(path string, form url.Values) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return c.do(r)
}

// do sends a request with the browser's cookies, and keeps those of the answer.
func (c *client) do(r *http.Request) *httptest.ResponseRecorder {
	c.t.Helper()
	if r.Host == "example.com" { // httptest's
		r.Host = c.site.URL.Host
	}
	at := *c.site.URL
	at.Path = r.URL.Path
	for _, cookie := range c.jar.Cookies(&at) {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	c.site.serve.ServeHTTP(w, r)
	c.jar.SetCookies(&at, w.Result().Cookies())
	return w
}

// read returns the body of a page that must be there.
func (c *client) read(path string) string {
	c.t.Helper()
	w := c.get(path)
	if w.Code != http.StatusOK {
		c.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	body, err := io.ReadAll(w.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(body)
}
