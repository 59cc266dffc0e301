package caldav_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func TestCheckSaysWhatTheServerGives(t *testing.T) {
	for name, row := range map[string]struct {
		set  func(*standIn)
		want string
	}{
		"all":            {nil, "sync tokens; conditional writes"},
		"weak ETags":     {func(s *standIn) { s.Weak = true }, "sync tokens; no conditional writes"},
		"no sync tokens": {func(s *standIn) { s.NoSync = true }, "no sync tokens, so that it is listed whole; conditional writes"},
	} {
		s := newStandIn(row.set)
		b := s.open(t)
		says := func() (all []string) {
			for _, f := range b.Check(t.Context()) {
				if f.Err != nil {
					t.Errorf("%s: %s: %v", name, f.What, f.Err)
				}
				all = append(all, f.What)
			}
			return all
		}
		if got := says(); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "it holds none yet") }) {
			t.Errorf("%s, on an empty calendar: got %q", name, got)
		}
		if _, err := b.Put(t.Context(), calendartest.Series("checked")); err != nil {
			t.Fatal(err)
		}
		if got := says(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, row.want) || strings.Contains(s, ": "+row.want) }) {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

// What is wrong with a person's own account is told with what to do about it.
func TestAnAccountThatCannotBeReadSaysWhatToDo(t *testing.T) {
	for name, row := range map[string]struct {
		cfg  caldav.Config
		want string
	}{
		"a loopback address": {caldav.Config{URL: "http://127.0.0.1:1/ana/"}, "name its host in allow_hosts"},
		"no address":         {caldav.Config{URL: "nonsense"}, "give an address"},
	} {
		row.cfg.Organizer = calendartest.Ana
		r := &caldav.Reader{Account: func(calendar.Address) (caldav.Config, error) { return row.cfg, nil }}
		busy, err := r.Busy(t.Context(), []calendar.Address{calendartest.Ana}, calendartest.Window())
		if got := busy[calendartest.Ana]; err != nil || got.Readable() || !strings.Contains(got.Reason, row.want) {
			t.Errorf("%s: got %+v, %v; want %q", name, got, err, row.want)
		}
	}
}

// The page of a network that asks to sign in first is said to be that.
func TestAPageInPlaceOfTheServer(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusMultiStatus} {
		s := newStandIn(nil)
		b := s.openOver(t, transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>sign in</html>")), Request: r}, nil
		}))
		_, err := b.Sync(t.Context(), "", []calendar.UID{"checked"})
		hint, ok := errors.AsType[interface {
			error
			Hint() string
		}](err)
		if !ok || !strings.Contains(hint.Hint(), "sign-in page of a network") {
			t.Errorf("status %d: %v; want a hint at what stands in between", status, err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
