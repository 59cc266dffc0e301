// Package googletest is a stand-in for Google Calendar: its sign-in, its events,
// its free/busy times and its mails, in memory, for tests.
//
// It is strict where the real service is: a request that is not in the discovery
// document of the client library (path, parameter, field, type) fails the test.
// What the real service does without saying so, it does as has been observed; of
// several possibilities that nobody has observed, [Server] has a field.
package googletest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// A Server is the stand-in. Fields are set before it is used, or by Set.
type Server struct {
	webtest.Base
	T       testing.TB
	Account string // who signs in: the organizer

	Page          int  // most events on a page; 0 means what is asked for
	KeepOrphans   bool // changed occurrences outlive the dates of their series
	Overwrite     bool // a change of a series' texts reaches occurrences that have their own
	Quiet         bool // it is right that guests on Google are not told
	Propagate     bool // a change of the guests reaches changed occurrences
	ListOrganizer bool // the organizer is listed among the guests, unasked
	OwnETags      bool // a plain occurrence has another ETag than its series
	BumpSeries    bool // a change of an occurrence changes the ETag of its series
	SlowMeet      bool // a Meet link is not there at once
	ForgetDeleted bool // of a deleted event only the id is left

	PerMinute    int           // calls of one account in any minute; more are refused; 0 means no limit
	MaxWindow    time.Duration // of a query for busy times; 0 means 90 days
	FailBusyFrom time.Time     // queries that start at it or later fail
	Omit         string        // whose busy times are missing from answers
	HideEvents   string        // whose events cannot be listed, though the busy times are there

	Auth Auth // the sign-in

	mu        sync.Mutex
	doc       *discovery
	calendars map[string]*calendar
	lists     map[string][]string // members of mailing lists
	changes   int64
	updated   time.Time
	expired   int64                  // sync tokens up to this change are no longer accepted
	recent    map[string][]time.Time // of the calls of each account in the last minute
}

// A calendar is a person's primary one.
type calendar struct {
	owner  string
	zone   string
	access string // of other people: freeBusyReader, reader, none
	broken string // reason why its free/busy times cannot be read, "" if they can
	manual bool   // invitations come onto it only when they are answered
	events map[string]*event
}

func (c *calendar) location() *time.Location {
	zone, err := loadZone(c.zone)
	if err != nil {
		panic(err)
	}
	return zone
}

// New returns a stand-in in which the organizer and the people have calendars that
// all show each other when they are busy. It is not reachable over the network
// until Start; until then use Client.
func New(t testing.TB, organizer string, people ...string) *Server {
	t.Helper()
	d, err := document()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		Base: webtest.Base{URL: "http://127.0.0.1:1"}, T: t, Account: organizer, doc: d,
		calendars: map[string]*calendar{}, lists: map[string][]string{}, recent: map[string][]time.Time{}, changes: 1,
	}
	s.Auth.init(t, organizer)
	for _, a := range append([]string{organizer, serviceEmail}, people...) {
		s.Add(a)
	}
	return s
}

// Add adds a calendar that shows others when it is busy: a person's, or any other.
func (s *Server) Add(id string) {
	s.calendars[id] = &calendar{owner: id, zone: "Europe/Berlin", access: "freeBusyReader", events: map[string]*event{}}
}

// AddList adds a mailing list.
func (s *Server) AddList(address string, members ...string) { s.lists[address] = members }

// Start makes the stand-in listen on the loopback address, and returns its root.
func (s *Server) Start() string { return s.Listen(s.T, s) }

// Set changes fields of the stand-in and of its sign-in while it is used.
func (s *Server) Set(change func()) {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/calendar/v3/"); ok {
		s.serveAPI(w, r, path)
		return
	}
	s.serveAuth(w, r)
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	req, err := s.parse(r, path)
	if err != nil {
		s.T.Errorf("a request that the API does not have: %v", err)
		webtest.SendError(w, webtest.Refuse(http.StatusBadRequest, "badRequest"), errorBody)
		return
	}
	fault := s.Next(strings.TrimPrefix(req.method.ID, "calendar."))
	answer, err := fault.Around(r, func() (any, error) {
		caller, err := s.caller(req)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.tooMany(caller.account) {
			return nil, webtest.Refuse(http.StatusForbidden, "rateLimitExceeded")
		}
		return s.dispatch(req, caller)
	})
	if err != nil {
		webtest.SendError(w, err, errorBody)
		return
	}
	fields, _ := parseFields(req.query.Get("fields"))
	answer = fields.keep(answer)
	fault.Send(w, statusOf(answer), answer)
}

// parse checks a request against the discovery document.
func (s *Server) parse(r *http.Request, path string) (request, error) {
	m, values, ok := s.doc.match(r.Method, path)
	if !ok {
		return request{}, fmt.Errorf("no method %s %s", r.Method, path)
	}
	req := request{Request: r, method: m, path: values, query: r.URL.Query()}
	if err := s.doc.checkQuery(m, req.query); err != nil {
		return req, err
	}
	fields, err := parseFields(req.query.Get("fields"))
	if err == nil {
		err = s.doc.checkFields(m.Response, m.ID, fields)
	}
	if err != nil || m.Request == nil {
		return req, err
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return req, fmt.Errorf("%s: body of type %q", m.ID, kind)
	}
	if err := json.NewDecoder(r.Body).Decode(&req.body); err != nil {
		return req, fmt.Errorf("%s: body: %w", m.ID, err)
	}
	return req, s.doc.checkBody(m.Request, m.Request.Ref, req.body)
}

// tooMany counts a call of the account, and reports whether it is one too many.
func (s *Server) tooMany(caller string) bool {
	now := time.Now()
	recent := slices.DeleteFunc(s.recent[caller], func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	s.recent[caller] = append(recent, now)
	return s.PerMinute > 0 && len(recent) >= s.PerMinute
}

// errorBody is the body of an answer that is no success. The message is one that must
// not come through to people or logs.
func errorBody(e *webtest.Refusal) any {
	message := "SECRET that nobody may read"
	body := doc{"code": e.Status, "message": message}
	if newer := map[string]string{"accessNotConfigured": "SERVICE_DISABLED", "insufficientPermissions": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}[e.Reason]; newer != "" {
		body["details"] = []any{doc{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": newer, "domain": "googleapis.com"}}
	} else {
		body["errors"] = []any{doc{"domain": "calendar", "reason": e.Reason, "message": message}}
	}
	return doc{"error": body}
}

// dispatch carries out a call whose form is right.
func (s *Server) dispatch(req request, caller grant) (any, error) {
	if req.method.ID == "calendar.freebusy.query" {
		return s.freeBusy(req, caller)
	}
	cal, role := s.open(req.path["calendarId"], caller)
	if cal == nil {
		return nil, webtest.Refuse(http.StatusNotFound, "notFound")
	}
	switch req.method.ID {
	case "calendar.events.list":
		if cal.owner == s.HideEvents && role != "owner" {
			return nil, webtest.Refuse(http.StatusForbidden, "forbidden")
		}
		return s.list(req, cal, role)
	case "calendar.events.get":
		return s.get(req, cal, role)
	case "calendar.events.instances":
		return s.instances(req, cal, role)
	}
	if role != "owner" {
		return nil, webtest.Refuse(http.StatusForbidden, "requiredAccessLevel")
	}
	switch req.method.ID {
	case "calendar.events.insert":
		return s.insert(req, cal)
	case "calendar.events.patch":
		return s.patch(req, cal)
	case "calendar.events.delete":
		return nil, s.remove(req, cal)
	}
	s.T.Errorf("the stand-in does not do %s", req.method.ID)
	return nil, webtest.Refuse(http.StatusNotImplemented, "notImplemented")
}

// open returns the calendar of that id, if the caller may see it, and in what role. A
// role that a scope does not go with shows no more than free and busy times.
func (s *Server) open(id string, caller grant) (*calendar, string) {
	if id == "primary" {
		id = caller.account
	}
	cal := s.calendars[strings.ToLower(id)]
	switch {
	case cal == nil:
		return nil, ""
	case cal.owner == caller.account && caller.may(scopeOwned):
		return cal, "owner"
	case cal.owner != caller.account && (cal.access == "none" || cal.broken == "notFound"), !caller.may(scopeFree):
		return nil, ""
	}
	return cal, "freeBusyReader"
}

// touch returns the stamp of a change that happens now.
func (s *Server) touch() stamp {
	s.changes++
	now := time.Now().UTC().Truncate(time.Millisecond)
	if !now.After(s.updated) {
		now = s.updated.Add(time.Millisecond)
	}
	s.updated = now
	return stamp{s.changes, now}
}
