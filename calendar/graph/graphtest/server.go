// Package graphtest is a stand-in for Microsoft 365: the sign-in, the events, the
// free/busy times and the mails of Exchange Online, in memory, for tests.
//
// It is strict where the real service is: a path, parameter, header, field or type
// that the documents of Graph v1.0 do not have fails the test. What the real service
// does without saying so, it does as has been observed; of several possibilities that
// nobody has observed, [Server] has a field.
package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
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

// A Server is the stand-in. Fields are set before it is used.
type Server struct {
	T         testing.TB
	Organizer string // whose mailbox is written
	URL       string // root of all, without a slash at the end

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

	// Fail is asked about each call of the API. n counts the calls of all methods
	// from 1.
	Fail func(method string, n int) *Fault

	Auth Auth // the sign-in

	mu       sync.Mutex
	people   map[string]*person
	series   []*series
	used     map[string]*series // by transaction id
	changes  int
	expired  int // delta tokens up to this change are no longer accepted
	calls    map[string]int
	total    int
	underway int
	mails    []Mail
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

// A Mail is what Exchange has told a person.
type Mail struct {
	To, Kind string // invitation, update or cancellation
	Event    string // UID of the series, with the date of an occurrence
	Text     string // of a cancellation: the comment
}

// New returns a stand-in in which the organizer and the people have mailboxes. It is
// not reachable over the network until Start; until then use Client.
func New(t testing.TB, organizer string, people ...string) *Server {
	t.Helper()
	s := &Server{
		T: t, Organizer: organizer, URL: "http://127.0.0.1:1",
		people: map[string]*person{}, used: map[string]*series{}, calls: map[string]int{},
	}
	s.Auth.init(t)
	for _, a := range append([]string{organizer}, people...) {
		s.people[a] = &person{declined: map[string]bool{}}
	}
	return s
}

// Start makes the stand-in listen on the loopback address, and returns its root.
func (s *Server) Start() string {
	server := httptest.NewServer(s)
	s.T.Cleanup(server.Close)
	s.URL = server.URL
	return s.URL
}

// Client returns a client whose requests all reach the stand-in, without a network:
// tests with a clock of their own can use it.
func (s *Server) Client() *http.Client { return webtest.Client(s) }

// Endpoint and Login return what the configuration names.
func (s *Server) Endpoint() string { return s.URL + "/v1.0" }

// Login returns the root of the sign-in.
func (s *Server) Login() string { return s.URL + "/login" }

// Calls returns how many calls of each method have come in, failed ones too.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Mails returns what was sent to a, or to everybody if a is "".
func (s *Server) Mails(a string) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.mails), func(m Mail) bool { return a != "" && m.To != a })
}

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
		answerError(w, &apiError{http.StatusTooManyRequests, "ApplicationThrottled", time.Second})
		return
	}
	defer leave()
	m, req, err := s.parse(r)
	if err != nil {
		s.T.Errorf("%s %s: a request that Graph does not have: %v", r.Method, r.URL, err)
		answerError(w, fail(http.StatusBadRequest, "BadRequest"))
		return
	}
	fault := s.countAndFail(m.name)
	answer, err := fault.Around(r, func(f *Fault) error { return &apiError{f.Status, f.Reason, f.After} }, func() (any, error) {
		return s.dispatch(m, req)
	})
	if err != nil {
		answerError(w, err)
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

func (s *Server) countAndFail(method string) *Fault {
	s.mu.Lock()
	s.calls[method]++
	s.total++
	n := s.total
	s.mu.Unlock()
	if s.Fail == nil {
		return nil
	}
	return s.Fail(method, n)
}

// dispatch carries out a call whose form is right.
func (s *Server) dispatch(m *method, req request) (any, error) {
	if err := s.allowed(req); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return m.do(s, req)
}

// An apiError is an answer that is no success.
type apiError struct {
	status int
	code   string
	after  time.Duration
}

func (e *apiError) Error() string { return fmt.Sprint(e.status, " ", e.code) }

func fail(status int, code string) error { return &apiError{status, code, 0} }

func answerError(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		panic(http.ErrAbortHandler) // a connection that breaks
	}
	w.Header().Set("Content-Type", "application/json")
	if e.after > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(e.after.Seconds())))
	}
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(e.doc())
}

// doc is the answer. The message is one that must not come through to people or
// logs.
func (e *apiError) doc() doc {
	return doc{"error": doc{"code": e.code, "message": "SECRET that nobody may read", "innerError": doc{"request-id": "6f1c-1", "date": "2026-03-01T00:00:00"}}}
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
			s.mails = append(s.mails, Mail{strings.ToLower(a), kind, name, text})
		}
	}
}
