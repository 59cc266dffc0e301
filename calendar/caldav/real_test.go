package caldav_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// realVariable names the servers that .ci/caldav/servers has started, as NAME=URL
// with blanks between them.
const realVariable = "PEERSLOT_TEST_CALDAV"

// realServers returns the URLs of real servers by name. .ci/run starts them all, so
// one that is missing there fails the test.
func realServers(t *testing.T) map[string]string {
	t.Helper()
	if testing.Short() {
		t.Skip("real servers take minutes: not with -short")
	}
	text := os.Getenv(realVariable)
	if text == "" {
		t.Skipf("%s is not set: .ci/run starts Radicale, Xandikos, Cyrus, SOGo and DAViCal for this test", realVariable)
	}
	urls := map[string]string{}
	for entry := range strings.FieldsSeq(text) {
		name, url, ok := strings.Cut(entry, "=")
		if !ok {
			t.Fatalf("%s holds %q, want NAME=URL", realVariable, entry)
		}
		urls[name] = url
	}
	return urls
}

func realServer(t *testing.T, name string) string {
	t.Helper()
	url := realServers(t)[name]
	if url == "" {
		t.Fatalf("%s has no %s", realVariable, name)
	}
	return url
}

// open returns the organizer's backend on a real server.
func open(t *testing.T, url string, change func(*caldav.Config)) *caldav.Backend {
	t.Helper()
	cfg := caldav.Config{
		URL: url, Username: "robot", Password: "robot-pw", Organizer: calendartest.Organizer,
		Dir: t.TempDir(), Now: time.Now, AllowHosts: []string{"127.0.0.1"},
	}
	if change != nil {
		change(&cfg)
	}
	b, err := caldav.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The contract, on servers as they are.
func TestBackendOnRealServers(t *testing.T) {
	for _, name := range []string{"radicale", "cyrus", "sogo", "davical"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := realServer(t, name)
			locked(t, url)
			calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness { return newOffice(t, name, url).harness() })
		})
	}
}

// Xandikos has one user: what concerns nobody else works.
func TestXandikos(t *testing.T) {
	url := realServer(t, "xandikos")
	locked(t, url)
	b := newOffice(t, "xandikos", url).backend
	s, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(1)))
	if err != nil {
		t.Fatal(err)
	}
	s = s.WithOverride(calendartest.Move(s, 4, time.Hour)).WithOverride(calendartest.CancelOne(s, 6))
	s.Sequence++
	if s, err = b.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	stale := s
	stale.Version, stale.Title = "other", "Stale"
	if _, err := b.Put(t.Context(), stale); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("a stale Put: got %v, want ErrChanged", err)
	}
	answers, err := b.Busy(t.Context(), []calendar.Address{calendartest.Organizer, calendartest.Ana}, calendartest.Window())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(answers[calendartest.Organizer].Spans); n != 12 || answers[calendartest.Ana].Readable() {
		t.Errorf("the organizer is busy %d times, want 12; of ana is known: %+v, want nothing", n, answers[calendartest.Ana])
	}
	if err := b.Cancel(t.Context(), s.UID, calendartest.Window().Start); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(t.Context(), s.UID); err != nil || !got.Cancelled {
		t.Errorf("after Cancel: got %+v, %v", got, err)
	}
}

// A series that is booked on a server with scheduling shows up in a colleague's
// calendar there, their reply is counted, and a moved session moves there.
func TestColleaguesOnRealServers(t *testing.T) {
	for _, name := range []string{"cyrus", "sogo"} {
		t.Run(name, func(t *testing.T) {
			url := realServer(t, name)
			locked(t, url)
			o := newOffice(t, name, url)
			s, err := o.backend.Put(t.Context(), calendartest.Series(calendartest.UID(1)))
			if err != nil {
				t.Fatal(err)
			}
			ana := o.desks[calendartest.Ana]
			if _, copied := ana.find(s.UID); copied.Count != s.Count || copied.Slot != s.Slot {
				t.Fatalf("ana's copy is %+v", copied)
			}
			ana.edit(s.UID, func(s calendar.Series) calendar.Series {
				return calendartest.WithReply(s, calendartest.Ana, time.Time{}, calendar.Accepted)
			})
			if s, err = o.backend.Get(t.Context(), s.UID); err != nil || s.RSVP(calendartest.Ana, time.Time{}) != calendar.Accepted {
				t.Fatalf("after ana accepted: %+v, %v", s, err)
			}
			s = s.WithOverride(calendartest.Move(s, 4, 2*time.Hour))
			s.Sequence++
			if s, err = o.backend.Put(t.Context(), s); err != nil || s.RSVP(calendartest.Ana, time.Time{}) != calendar.Accepted {
				t.Fatalf("after a move: %+v, %v", s, err)
			}
			if _, copied := ana.find(s.UID); len(copied.Overrides) != 1 || !copied.Overrides[0].Moved.Start.Equal(s.Overrides[0].Moved.Start) {
				t.Errorf("ana's copy has %+v, want the session moved to %s", copied.Overrides, s.Overrides[0].Moved.Start)
			}
			stranger := calendartest.With(s, calendartest.Ana, calendartest.Bo, calendartest.Stranger)
			stranger.Sequence++
			if _, err = o.backend.Put(t.Context(), stranger); err != nil {
				t.Fatal(err)
			}
			untold, err := o.backend.Untold(t.Context(), s.UID)
			if _, told := untold[calendartest.Ana]; err != nil || told {
				t.Errorf("untold: %v, %v; ana was told", untold, err)
			}
		})
	}
}
