package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

var (
	_ calendar.BusyReader = (*Reader)(nil)

	march   = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	window  = availability.Interval{Start: march, End: march.AddDate(0, 0, 7)}
	meeting = availability.Interval{Start: march.AddDate(0, 0, 2).Add(14 * time.Hour), End: march.AddDate(0, 0, 2).Add(15 * time.Hour)}
)

// sources are those of each person.
type sources map[calendar.Address][]Source

func (s sources) of(a calendar.Address) []Source { return s[a] }

// busy asks for everybody and checks that nothing shows a URL.
func busy(t *testing.T, r *Reader, people ...calendar.Address) map[calendar.Address]availability.Busy {
	t.Helper()
	out, err := r.Busy(t.Context(), people, window)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(people) {
		t.Fatalf("%d answers for %d people", len(out), len(people))
	}
	for _, b := range out {
		checkText(t, b.Reason)
		checkText(t, b.Warnings...)
	}
	return out
}

func checkMeeting(t *testing.T, who calendar.Address, b availability.Busy) {
	t.Helper()
	want := []availability.Span{{Interval: meeting}}
	if diff := cmp.Diff(want, b.Spans); diff != "" || b.Window != window || b.Reason != "" {
		t.Errorf("%s: window %v, reason %q, spans (-want +got)\n%s", who, b.Window, b.Reason, diff)
	}
}

func TestReaderKeepsFailuresApart(t *testing.T) {
	good, gone := newSite(t, text(calendarOf("1"))), newSite(t, status(404))
	f, _ := good.fetcher(t)
	f.RootCAs.AddCert(gone.Certificate())
	file := filepath.Join(t.TempDir(), "dan.ics")
	if err := os.WriteFile(file, []byte(calendarOf("1")), 0o400); err != nil {
		t.Fatal(err)
	}
	r := &Reader{Fetcher: f, Limit: 2, Sources: sources{
		"ana@acme.example":  {{URL: good.url(), Zone: time.UTC}},
		"bo@acme.example":   {{URL: gone.url(), Zone: time.UTC}},
		"cem@acme.example":  {{URL: "https://localhost/" + secret, Zone: time.UTC}},
		"dan@acme.example":  {{File: file, Zone: time.UTC}},
		"eve@acme.example":  {{File: filepath.Join(t.TempDir(), "eve.ics"), Zone: time.UTC}},
		"fred@acme.example": {{Zone: time.UTC}},
		"gil@acme.example":  {{URL: good.url(), File: file, Zone: time.UTC}},
		"hal@acme.example":  {{URL: good.url()}},
	}.of}
	got := busy(t, r, "ana@acme.example", "bo@acme.example", "cem@acme.example", "dan@acme.example", "eve@acme.example", "fred@acme.example", "gil@acme.example", "hal@acme.example", "ian@acme.example")
	checkMeeting(t, "ana", got["ana@acme.example"])
	checkMeeting(t, "dan", got["dan@acme.example"])
	for who, want := range map[calendar.Address]string{
		"bo@acme.example":   "ask its owner whether it is still shared",
		"cem@acme.example":  "name its host in allow_hosts",
		"eve@acme.example":  "does not exist: check its name",
		"fred@acme.example": "give an .ics URL or file",
		"gil@acme.example":  "give an .ics URL or file",
		"hal@acme.example":  "give an .ics URL or file",
		"ian@acme.example":  "give an .ics URL or file",
	} {
		if b := got[who]; b.Readable() || len(b.Spans) > 0 || !strings.Contains(b.Reason, want) {
			t.Errorf("%s: got %+v, want nothing known and a reason with %q", who, b, want)
		}
	}
}

// What our organizer invites to is told from other meetings, also where the calendar has it
// under a UID of its own, and a copy that was kept before somebody else was the organizer.
func TestReaderKnowsWhoseInvitationsAreOurs(t *testing.T) {
	invited := strings.Replace(calendarOf("1"), "SUMMARY:-", "ORGANIZER;CN=Robot:mailto:robot@acme.example", 1)
	s := newSite(t, text(invited))
	f, _ := s.fetcher(t)
	const ana = calendar.Address("ana@acme.example")
	r := &Reader{Fetcher: f, Sources: sources{ana: {{URL: s.url(), Zone: time.UTC}}}.of}
	for _, organizer := range []calendar.Address{"other@acme.example", "robot@acme.example", ""} {
		f.Organizer, r.Organizer = organizer, organizer
		want := []availability.Span{{Interval: meeting, Unnamed: organizer == "robot@acme.example"}}
		if diff := cmp.Diff(want, busy(t, r, ana)[ana].Spans); diff != "" {
			t.Errorf("with the organizer %q (-want +got)\n%s", organizer, diff)
		}
	}
}

func TestReaderFetchesOnce(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	all := sources{}
	r := &Reader{Fetcher: f, Sources: all.of}
	var people []calendar.Address
	for i := range 20 {
		a := calendar.Address(fmt.Sprintf("p%d@acme.example", i))
		all[a] = []Source{Source{URL: s.url(), Zone: time.UTC}}
		people = append(people, a)
	}
	for range 3 {
		for who, b := range busy(t, r, people...) {
			checkMeeting(t, who, b)
		}
		c.add(time.Minute)
	}
	if n := s.asked(); n != len(people) {
		t.Errorf("asked %d times, want once for each owner", n)
	}
}

func TestReaderTellsTheAgeOfACopy(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	const ana = calendar.Address("ana@acme.example")
	r := &Reader{Fetcher: f, Sources: sources{ana: {{URL: s.url(), Zone: time.UTC}}}.of}
	if b := busy(t, r, ana)[ana]; len(b.Warnings) > 0 {
		t.Errorf("fetched: warnings %q", b.Warnings)
	}
	s.set(status(http.StatusBadGateway))
	c.add(3*time.Hour + 12*time.Minute)
	b := busy(t, r, ana)[ana]
	checkMeeting(t, ana, b)
	want := []string{"feed https://127.0.0.1/… answered 502 (bad gateway); a copy of 3h12m ago stands in"}
	if diff := cmp.Diff(want, b.Warnings); diff != "" {
		t.Errorf("warnings (-want +got)\n%s", diff)
	}
	c.add(24 * time.Hour)
	b = busy(t, r, ana)[ana]
	if b.Readable() || !strings.Contains(b.Reason, "the copy of 27h12m ago is too old to stand in: try again later") {
		t.Errorf("a day later: got %+v", b)
	}
}

func TestReaderLeavesOutExcept(t *testing.T) {
	s := newSite(t, text(calendarOf("abc-peerslot")))
	f, _ := s.fetcher(t)
	const ana = calendar.Address("ana@acme.example")
	r := &Reader{Fetcher: f, Sources: sources{ana: {{URL: s.url(), Zone: time.UTC}}}.of}
	got, err := r.Busy(t.Context(), []calendar.Address{ana}, window, "abc")
	if err != nil || !got[ana].Readable() || len(got[ana].Spans) > 0 {
		t.Errorf("got %+v, %v, want all free", got, err)
	}
}

func TestReaderKnowsOtherAddresses(t *testing.T) {
	s := newSite(t, text(strings.Replace(calendarOf("1"), "END:VEVENT", "ATTENDEE;PARTSTAT=DECLINED:mailto:a.lima@acme.example\r\nEND:VEVENT", 1)))
	f, _ := s.fetcher(t)
	const ana = calendar.Address("ana@acme.example")
	for _, aliases := range [][]calendar.Address{nil, {"a.lima@acme.example"}} {
		r := &Reader{Fetcher: f, Sources: sources{ana: {{URL: s.url(), Zone: time.UTC, Aliases: aliases}}}.of}
		if b := busy(t, r, ana)[ana]; !b.Readable() || len(b.Spans) != 1-len(aliases) {
			t.Errorf("a meeting declined under another address, with %q known: got %+v", aliases, b)
		}
	}
}

func TestReaderReadsFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		release := make(chan struct{})
		f := &Fetcher{Dir: t.TempDir(), Now: time.Now}
		f.rt = roundTrip(func(*http.Request) (*http.Response, error) {
			asked.Add(1)
			<-release
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(calendarOf("1")))}, nil
		})
		all := sources{}
		r := &Reader{Fetcher: f, Limit: 3, Sources: all.of}
		var people []calendar.Address
		for i := range 10 {
			a := calendar.Address(fmt.Sprintf("p%d@acme.example", i))
			all[a] = []Source{Source{URL: fmt.Sprintf("https://calendar.example/%d", i), Zone: time.UTC}}
			people = append(people, a)
		}
		go func() {
			synctest.Wait()
			if n := asked.Load(); n != 3 {
				t.Errorf("asked for %d at a time, want 3", n)
			}
			close(release)
		}()
		busy(t, r, people...)
		if n := asked.Load(); n != 10 {
			t.Errorf("asked for %d, want 10", n)
		}
	})
}

func TestReaderEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	f, _ := s.fetcher(t)
	r := &Reader{Fetcher: f, Limit: 1, Sources: sources{
		"ana@acme.example": {{URL: s.url(), Zone: time.UTC}},
		"bo@acme.example":  {{URL: s.url(), Zone: time.UTC}},
	}.of}
	got, err := r.Busy(ctx, []calendar.Address{"ana@acme.example", "bo@acme.example"}, window)
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v, want no answers and context.Canceled", got, err)
	}
	if n := s.asked(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

// Split groups people by their reader, so a reader must be fit for a map key.
func TestReaderInSplit(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, _ := s.fetcher(t)
	const ana, bo = calendar.Address("ana@acme.example"), calendar.Address("bo@acme.example")
	r := &Reader{Fetcher: f, Sources: sources{ana: {{URL: s.url(), Zone: time.UTC}}, bo: {{URL: s.url(), Zone: time.UTC}}}.of}
	split := calendar.Split{Reader: func(calendar.Address) calendar.BusyReader { return r }}
	got, err := split.Busy(t.Context(), []calendar.Address{ana, bo}, window)
	if err != nil {
		t.Fatal(err)
	}
	checkMeeting(t, ana, got[ana])
	checkMeeting(t, bo, got[bo])
}

func TestSourceDoesNotTellItsURL(t *testing.T) {
	s := Source{URL: "https://ana:" + secret + "@calendar.example/" + secret, Zone: time.UTC}
	all := map[calendar.Address]Source{"ana@acme.example": s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		checkText(t, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, all))
	}
	if got := fmt.Sprint(s, " ", Source{File: "ana.ics"}); got != "feed https://calendar.example/… file ana.ics" {
		t.Errorf("got %q", got)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	const ana = calendar.Address("ana@acme.example")
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	large := write("large.ics", "")
	if err := os.Truncate(large, defaultMaxSize+1); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		dir:                              "not a plain file",
		filepath.Join(dir, "nobody.ics"): "does not exist",
		"nul\x00.ics":                    "does not exist",
		os.DevNull:                       "not a plain file",
		large:                            "larger than 64 MB",
		write("page.ics", "<html>"):      "page.ics",
		write("empty.ics", ""):           "empty.ics",
	} {
		r := &Reader{Sources: sources{ana: {{File: file, Zone: time.UTC}}}.of}
		if b := busy(t, r, ana)[ana]; b.Readable() || !strings.Contains(b.Reason, want) {
			t.Errorf("%q: got %+v, want a reason with %q", file, b, want)
		}
	}
}
