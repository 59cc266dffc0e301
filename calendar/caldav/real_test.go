package caldav_test

import (
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
			url := realServer(t, name)
			calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness { return newOffice(t, name, url).harness() })
		})
	}
}

var _ calendar.Syncer = (*caldav.Backend)(nil)
