package googletest

import (
	"net/http"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// A Fault is what goes wrong with one call.
type Fault = webtest.Fault

// A Mail is what Google has told a person of the event or occurrence with an id.
type Mail = webtest.Mail

// Drop says when a connection breaks.
type Drop = webtest.Drop

// A connection breaks never, before anything is done, or after it is.
const (
	Never  = webtest.Never
	Before = webtest.Before
	After  = webtest.After
)

// Client returns a client whose requests all reach the stand-in, without a
// network: tests with a clock of their own can use it.
func (s *Server) Client() *http.Client { return webtest.Client(s) }

// statusOf returns the status of a success with that answer.
func statusOf(answer any) int {
	if answer == nil {
		return http.StatusNoContent
	}
	return http.StatusOK
}
