package google_test

import (
	"net/http"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// Faults, kills and Ctrl-C leave no harm.
func TestService(t *testing.T) {
	calendartest.TestService(t, func(t *testing.T, _ int) calendartest.Service {
		s := standIn(t)
		return calendartest.Service{
			Open: func(t *testing.T, network func(http.RoundTripper) http.RoundTripper) calendar.Backend {
				cfg := config(t, s)
				cfg.HTTPClient.Transport = network(cfg.HTTPClient.Transport)
				return start(t, cfg)
			},
			Fail: s.Fail, Calls: s.Calls, Series: func() int { return s.Events(string(calendartest.Organizer)) }, Notices: 2,
			Told: func(a calendar.Address) map[string]int {
				told := map[string]int{}
				for _, m := range s.Mails(string(a)) {
					told[m.Kind+" "+m.Event]++
				}
				return told
			},
			Refusals: map[string][]webtest.Fault{"": {
				{Status: 500, Reason: "backendError"}, {Status: 503, Reason: "backendError"}, {Status: 429, Reason: "rateLimitExceeded"},
				{Status: 403, Reason: "userRateLimitExceeded"}, {Status: 403, Reason: "rateLimitExceeded"},
				{Odd: "<html>Sign in to the network</html>"}, {Odd: "<html>Sign in to the network</html>", Drop: webtest.After},
			}},
		}
	})
}
