package graph_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

const (
	ana = string(calendartest.Ana)
	bo  = string(calendartest.Bo)
)

// Faults, kills and Ctrl-C leave no harm.
func TestService(t *testing.T) {
	calendartest.TestService(t, func(t *testing.T, variant int) calendartest.Service {
		s := standIn(t)
		s.RepeatConflicts, s.Touch = variant%2 == 0, variant > 1
		return calendartest.Service{
			Open: func(t *testing.T, network func(http.RoundTripper) http.RoundTripper) calendar.Backend {
				cfg := config(s)
				cfg.HTTPClient.Transport = network(cfg.HTTPClient.Transport)
				return start(t, cfg)
			},
			Fail: s.Fail, Calls: s.Calls, Series: s.Events, Notices: 2,
			Told: func(a calendar.Address) map[string]int {
				told := map[string]int{}
				for _, m := range s.Mails(string(a)) {
					told[m.Kind+" "+m.Event]++
				}
				return told
			},
			Refusals: map[string][]webtest.Fault{
				"": {
					{Status: 500, Reason: "ErrorInternalServerError"}, {Status: 504, Reason: "UnknownError"},
					{Status: 503, Reason: "ErrorServerBusy", After: time.Second}, {Status: 429, Reason: "ApplicationThrottled", After: time.Second},
					{Odd: "<html>Sign in to the network</html>"}, {Odd: "<html>Sign in to the network</html>", Drop: webtest.After},
				},
				"events.update": {{Status: 412, Reason: "ErrorIrresolvableConflict"}}, // at times for nothing
			},
		}
	})
}

// runUntilKilled puts the series one after the other, until a number of calls was
// made; then nothing more is sent.
func runUntilKilled(t *testing.T, s *graphtest.Server, all []calendar.Series, n int) {
	cfg := config(s)
	cfg.HTTPClient.Transport = &webtest.Mortal{Next: cfg.HTTPClient.Transport, Left: n}
	b := start(t, cfg)
	for _, series := range all {
		if _, err := b.Put(t.Context(), series); err != nil {
			return
		}
	}
}

// A change of a series that is killed after any number of calls is finished by the
// same Put, and nobody is told twice of anything.
func TestKilledChanges(t *testing.T) {
	base := calendartest.Series(calendartest.UID(0))
	for name, change := range map[string]func(calendar.Series) calendar.Series{
		"moves and cancellations": func(s calendar.Series) calendar.Series {
			return s.WithOverride(calendartest.Move(s, 3, 25*time.Hour)).WithOverride(calendartest.CancelOne(s, 5)).WithOverride(calendartest.CancelOne(s, 7))
		},
		"a title and a move": func(s calendar.Series) calendar.Series {
			s.Title = "Another"
			return s.WithOverride(calendartest.Move(s, 4, time.Hour))
		},
		"guests": func(s calendar.Series) calendar.Series {
			s.Attendees = []calendar.Attendee{{Address: calendartest.Bo, Name: "Bo Ek"}, {Address: calendartest.Cem, Name: "Cem Su"}}
			return s
		},
	} {
		for killed := 1; killed <= 9; killed++ {
			synctest.Test(t, func(t *testing.T) {
				s := standIn(t)
				first := put(t, open(t, s), base.WithOverride(calendartest.Move(base, 2, time.Hour)))
				want := change(first)
				want.Sequence, want.Updated = want.Sequence+1, want.Updated.Add(time.Hour)
				invited := len(s.Mails(""))
				runUntilKilled(t, s, []calendar.Series{want}, killed)
				got := put(t, open(t, s), want)
				if !got.Same(want) {
					t.Errorf("%s, killed after %d calls: got %+v", name, killed, got)
				}
				told := map[graphtest.Mail]int{}
				for _, m := range s.Mails("")[invited:] {
					m.Text = ""
					if told[m]++; told[m] > 1 {
						t.Errorf("%s, killed after %d calls: told twice: %+v", name, killed, m)
					}
				}
				before := len(s.Mails(""))
				put(t, open(t, s), got)
				put(t, open(t, s), want)
				if len(s.Mails("")) != before {
					t.Errorf("%s, killed after %d calls: putting it again tells somebody: %v", name, killed, s.Mails("")[before:])
				}
			})
		}
	}
}

func put(t testing.TB, b calendar.Backend, s calendar.Series) calendar.Series {
	t.Helper()
	got, err := b.Put(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A list whose pages lead back is an error, not an endless night.
func TestAListWithoutEnd(t *testing.T) {
	s := standIn(t)
	cfg := config(s)
	around, asked := cfg.HTTPClient.Transport, 0
	cfg.HTTPClient.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if asked++; r.Method != http.MethodGet || asked > 20 {
			return around.RoundTrip(r)
		}
		body := `{"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/users/x/events?$skiptoken=again"}`
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
	b := start(t, cfg)
	if got, err := b.List(t.Context(), calendartest.Organizer); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("List: got %v, %v; want that it has no end", got, err)
	}
	asked = 0
	if got, err := b.Sync(t.Context(), "", nil); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("Sync: got %v, %v; want that it has no end", got, err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A refusal that is a page of whatever stands in between says nothing of rights.
func TestAPageThatRefuses(t *testing.T) {
	s := standIn(t)
	cfg := config(s)
	cfg.HTTPClient.Transport = calendartest.Blocked{RoundTripper: cfg.HTTPClient.Transport}
	_, err := start(t, cfg).Sync(t.Context(), "", nil)
	calendartest.WantBlocked(t, err)
}
