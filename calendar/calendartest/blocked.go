package calendartest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

// Blocked is a firewall: it refuses what is read by a page of its own.
type Blocked struct{ http.RoundTripper }

// RoundTrip answers a GET with the page, and lets all else through.
func (b Blocked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return b.RoundTripper.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>blocked</html>")), Request: r}, nil
}

// WantBlocked checks that an error is for what stands in between, and says nothing of rights.
func WantBlocked(t testing.TB, err error) {
	t.Helper()
	hint, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if errors.Is(err, calendar.ErrSignIn) || !ok || !strings.Contains(hint.Hint(), "proxy") {
		t.Errorf("got %v, want a hint at what stands in between", err)
	}
}
