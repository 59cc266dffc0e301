// Package graphtest is a stand-in for Microsoft 365: the sign-in, the events, the
// free/busy times and the mails of Exchange Online, in memory, for tests.
//
// It is strict where the real service is: a path, parameter, header, field or type
// that the documents of Graph v1.0 do not have fails the test. What the real service
// does without saying so, it does as has been observed; of several possibilities that
// nobody has observed, [Server] has a field.
package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// A Fault is what goes wrong with one call; its Reason is the error's code.
type Fault = webtest.Fault

// A connection breaks before anything is done, or after it is.
const (
	Before = webtest.Before
	After  = webtest.After
)

// A Mail is what Exchange has told a person; its Event is the UID of the series, with
// the date of an occurrence.
type Mail = webtest.Mail

// A Server is the stand-in. Fields are set before it is used, or by Set.
type Server struct {
	webtest.Base
	T         testing.TB
	Organizer string // whose mailbox is written

	Page            int  // most events on a page; 0 means what is asked for
	RepeatConflicts bool // a creation that is made again is answered 409, else 201 with the event
	ForgetDeleted   bool // a transaction id can be used again once its event is deleted
	ShrinkResets    bool // fewer sessions take all changes of occurrences back, too
	Propagate       bool // a change of the guests reaches changed occurrences
	Touch           bool // a reply, and a change of an occurrence, is a change of the series' ETag
	Rewrite         bool // texts come back with other blanks
	BareLists       bool // properties are in no list, whatever is asked for
	NoTeams         bool // Teams links are not made, without an error
	Unclipped       bool // times in schedules are not cut to the window

	MaxItems    int       // of one schedule; 0 means 1,000
	Limit       int       // calls at once; 0 means 4
	Omit        string    // whose schedule is missing from answers
	FailFrom    time.Time // schedules that start at it or later fail
	HideMailbox bool      // the application may not use the organizer's mailbox

	Auth Auth // the sign-in

	mu       sync.Mutex
	people   map[string]*person
	series   []*series
	used     map[string]*series // by transaction id
	changes  int
	expired  int // delta tokens up to this change are no longer accepted
	underway int
}

// A person has a mailbox.
type person struct {
	broken   string // responseCode of the schedule, "" if it can be read
	meetings []Meeting
	declined map[string]bool // ids of events and occurrences thrown away without an answer
}

// A Meeting is an event that is none of ours.
type Meeting struct {
	Start, End time.Time
	Status     string // "" means busy
}

// New returns a stand-in in which the organizer and the people have mailboxes. It is
// not reachable over the network until Start; until then use Client.
func New(t testing.TB, organizer string, people ...string) *Server {
	t.Helper()
	s := &Server{
		Base: webtest.Base{URL: "http://127.0.0.1:1"}, T: t, Organizer: organizer,
		people: map[string]*person{}, used: map[string]*series{},
	}
	s.Auth.init(t)
	for _, a := range append([]string{organizer}, people...) {
		s.people[a] = &person{declined: map[string]bool{}}
	}
	return s
}

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

// Client returns a client whose requests all reach the stand-in, without a network:
// tests with a clock of their own can use it.
func (s *Server) Client() *http.Client { return webtest.Client(s) }

// Endpoint and Login return what the configuration names.
func (s *Server) Endpoint() string { return s.URL + "/v1.0" }

// Login returns the root of the sign-in.
func (s *Server) Login() string { return s.URL + "/login" }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.EscapedPath(); {
	case strings.HasPrefix(path, "/login/"):
		s.serveAuth(w, r)
	case path == "/v1.0/$batch":
		s.serveBatch(w, r)
	case strings.HasPrefix(path, "/v1.0/"):
		s.serveAPI(w, r)
	default:
		s.T.Errorf("a request for %s, which nobody knows", path)
		http.NotFound(w, r)
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	leave, ok := s.enter(1)
	if !ok {
		webtest.SendError(w, &webtest.Refusal{Status: http.StatusTooManyRequests, Reason: "ApplicationThrottled", After: time.Second}, errorBody)
		return
	}
	defer leave()
	m, req, err := s.parse(r)
	if err != nil {
		s.T.Errorf("%s %s: a request that Graph does not have: %v", r.Method, r.URL, err)
		webtest.SendError(w, webtest.Refuse(http.StatusBadRequest, "BadRequest"), errorBody)
		return
	}
	fault := s.Next(m.name)
	answer, err := fault.Around(r, func() (any, error) { return s.dispatch(m, req) })
	if err != nil {
		webtest.SendError(w, err, errorBody)
		return
	}
	fault.Send(w, m.status, answer)
}

// enter counts the calls that are under way.
func (s *Server) enter(n int) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.Limit
	if limit == 0 {
		limit = 4
	}
	if s.underway+n > limit {
		return nil, false
	}
	s.underway += n
	return func() { s.mu.Lock(); s.underway -= n; s.mu.Unlock() }, true
}

// dispatch carries out a call whose form is right.
func (s *Server) dispatch(m *method, req request) (any, error) {
	g, ok := s.granted(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.allowed(req, g, ok); err != nil {
		return nil, err
	}
	return m.do(s, req)
}

// errorBody is the body of an answer that is no success. The message is one that must
// not come through to people or logs.
func errorBody(e *webtest.Refusal) any {
	return doc{"error": doc{"code": e.Reason, "message": "SECRET that nobody may read", "innerError": doc{"request-id": "6f1c-1", "date": "2026-03-01T00:00:00"}}}
}

// touch returns the number of a change that happens now.
func (s *Server) touch() int {
	s.changes++
	return s.changes
}

// tell sends mails.
func (s *Server) tell(kind, event, text string, to ...string) {
	id, date, _ := strings.Cut(event, "_")
	i := slices.IndexFunc(s.series, func(x *series) bool { return x.id == id })
	name := strings.TrimSpace(s.series[i].uid() + " " + date)
	for _, a := range to {
		if !strings.EqualFold(a, s.Organizer) {
			s.Send(Mail{To: strings.ToLower(a), Kind: kind, Event: name, Text: text})
		}
	}
}
