package feed

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// hidden is in all that a copy must not hold.
const hidden = "Hush"

// talk is a calendar that says more than when Ana is busy.
const talk = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Hush\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260302T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Hush\r\nDESCRIPTION:Hush\r\n Hush\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260304T120000Z\r\nDURATION:PT1H\r\n" +
	"ATTENDEE;CN=Hush;PARTSTAT=DECLINED:mailto:ANA@acme.example\r\nATTENDEE;CN=Hush:mailto:hush@acme.example\r\nEND:VEVENT\r\n" +
	"END:VCALENDAR\r\n"

func TestCopiesHoldNothingPrivate(t *testing.T) {
	const ana = calendar.Address("ana@acme.example")
	s := newSite(t, text(talk))
	f, c := s.fetcher(t)
	all := sources{}
	r := &Reader{Fetcher: f, Sources: all.of}
	answers := map[calendar.Address]availability.Busy{}
	for _, who := range []calendar.Address{ana, "bo@acme.example"} {
		all[who] = []Source{Source{URL: s.url(), Zone: time.UTC}}
		answers[who] = busy(t, r, who)[who]
	}
	if n, m := len(answers[ana].Spans), len(answers["bo@acme.example"].Spans); n != m-1 {
		t.Errorf("%d spans for who declined, %d for who did not, want one less", n, m)
	}
	c.add(time.Hour)
	s.set(status(503)) // the copies stand in
	for who, want := range answers {
		if diff := cmp.Diff(want.Spans, busy(t, r, who)[who].Spans); diff != "" {
			t.Errorf("%s, from the copy (-want +got)\n%s", who, diff)
		}
	}
	kept := files(t, f)
	for name, content := range kept {
		if strings.Contains(strings.ToLower(name+content), strings.ToLower(hidden)) {
			t.Errorf("a copy holds what is private: %q", content)
		}
	}
	if len(kept) != 2 {
		t.Errorf("%d copies, want one for each owner", len(kept))
	}
}
