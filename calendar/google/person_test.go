package google_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

func wantSpans(t *testing.T, what string, got availability.Busy, firm ...availability.Interval) {
	t.Helper()
	if diff := cmp.Diff(firm, intervals(got, availability.Firm)); diff != "" {
		t.Errorf("%s: busy (-want +got):\n%s", what, diff)
	}
}

// Busy on one of a person's calendars is busy; one that cannot be read is unknown
// time, whatever the others say.
func TestFurtherCalendars(t *testing.T) {
	s := standIn(t)
	private, team := "ana.private@gmail.example", "c_188team@group.calendar.google.example"
	for i, id := range []string{private, team} {
		s.Add(id)
		s.Meet(id, googletest.Meeting{Start: clock(17, 9+i, 0), End: clock(17, 10+i, 0)})
	}
	b := open(t, s)
	reader := b.Further(func(a calendar.Address) []string {
		if a == calendartest.Ana {
			return []string{private, strings.ToUpper(team)}
		}
		return []string{private, "gone@gmail.example"}
	})
	got, err := reader.Busy(t.Context(), []calendar.Address{calendartest.Ana, calendartest.Bo}, week)
	if err != nil {
		t.Fatal(err)
	}
	if n := b.Calls()["freebusy.query"]; n != 1 {
		t.Errorf("%d queries, want one for all", n)
	}
	wantSpans(t, "ana", got[calendartest.Ana], span(clock(17, 9, 0), clock(17, 11, 0)))
	if busy := got[calendartest.Bo]; len(busy.UnknownParts(week)) == 0 || !strings.Contains(busy.Reason, "gone@gmail.example") {
		t.Errorf("bo: got %+v, want unknown, and which calendar it is", busy)
	}
}

func TestMailingLists(t *testing.T) {
	const leads, crowd, empty = "leads@acme.example", "all@acme.example", "nobody@acme.example"
	var members []string
	s := standIn(t)
	for i := range 120 {
		a := fmt.Sprintf("p%03d@acme.example", i)
		s.Add(a)
		members = append(members, a)
	}
	s.AddList(leads, ana, bo)
	s.AddList("hidden@acme.example", ana, "gone@acme.example")
	s.AddList("sixty@acme.example", members[:60]...)
	s.AddList(crowd, members...)
	s.AddList(empty)
	s.Meet(ana, googletest.Meeting{Start: clock(17, 9, 0), End: clock(17, 10, 0)})
	s.Meet(bo, googletest.Meeting{Start: clock(18, 9, 0), End: clock(18, 10, 0)})
	s.Meet(members[59], googletest.Meeting{Start: clock(19, 9, 0), End: clock(19, 10, 0)})

	people := []calendar.Address{calendartest.Cem, leads, crowd, empty, "hidden@acme.example", "sixty@acme.example"}
	got, err := open(t, s).Busy(t.Context(), people, week)
	if err != nil {
		t.Fatal(err)
	}
	wantSpans(t, "two", got[leads], span(clock(17, 9, 0), clock(17, 10, 0)), span(clock(18, 9, 0), clock(18, 10, 0)))
	wantSpans(t, "sixty", got["sixty@acme.example"], span(clock(19, 9, 0), clock(19, 10, 0)))
	for a, why := range map[calendar.Address]string{crowd: "more than 100", empty: "without members", "hidden@acme.example": "one on this mailing list"} {
		if busy := got[a]; len(busy.UnknownParts(week)) == 0 || !strings.Contains(busy.Reason, why) {
			t.Errorf("%s: got %+v, want unknown, and %q", a, busy, why)
		}
	}
	for _, a := range []calendar.Address{calendartest.Cem, leads, "sixty@acme.example"} {
		if !got[a].Known(week) {
			t.Errorf("%s: %s, want all known", a, got[a].Reason)
		}
	}
}

// Google may call a guest by another address: what it says of that one is about the
// person, and the guest list stays as Google has it.
func TestAliases(t *testing.T) {
	const alias = "Ana.Lima@acme.example"
	s := standIn(t)
	cfg := config(t, s)
	cfg.Aliases = calendar.Aliases{"ana.lima@acme.example": calendartest.Ana}
	b := start(t, cfg)
	before := put(t, b, moved())
	guests := []any{fields{"email": alias, "responseStatus": "needsAction"}, fields{"email": bo, "responseStatus": "needsAction"}}
	s.Edit(sampleID, fields{"attendees": guests})
	at := calendartest.Sessions(sample)[8].Start
	s.Reply(sampleID, alias, at, "declined")

	now := get(t, b, sample.UID)
	if now.Version != before.Version || now.RSVP(calendartest.Ana, at) != calendar.Declined {
		t.Errorf("got version %s, reply %q, want %s and that she declined", now.Version, now.RSVP(calendartest.Ana, at), before.Version)
	}
	for _, o := range now.Overrides {
		if o.Edited != "" {
			t.Errorf("the session of %v is taken for edited", o.Original)
		}
	}
	next := calendartest.With(now, calendartest.Ana, calendartest.Cem)
	next.Sequence++
	put(t, b, next)
	var emails []string
	for _, a := range s.Event(sampleID)["attendees"].([]any) {
		emails = append(emails, a.(fields)["email"].(string))
	}
	if diff := cmp.Diff([]string{alias, string(calendartest.Cem)}, emails); diff != "" {
		t.Errorf("guests (-want +got):\n%s", diff)
	}
	if n := len(s.Mails(strings.ToLower(alias))); n != 0 {
		t.Errorf("she got %d mails, want none: nothing has changed for her", n)
	}
}

// Whoever the organizer has marked as optional stays so.
func TestOptionalGuests(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	got := put(t, b, sample)
	s.Edit(sampleID, fields{"attendees": []any{
		fields{"email": ana, "responseStatus": "needsAction", "optional": true}, fields{"email": bo, "responseStatus": "needsAction"},
	}})
	next := calendartest.With(get(t, b, sample.UID), calendartest.Ana, calendartest.Cem)
	next.Overrides = []calendar.Override{calendartest.Move(sample, 3, time.Hour)}
	next.Sequence++
	if next.Version != got.Version {
		t.Errorf("marking a guest as optional made version %s of %s", next.Version, got.Version)
	}
	put(t, b, next)
	for _, e := range []fields{s.Event(sampleID), s.Occurrence(sampleID, calendartest.Sessions(sample)[3].Start)} {
		if a := e["attendees"].([]any)[0].(fields); a["email"] != ana || a["optional"] != true {
			t.Errorf("ana is %v, want optional still", a)
		}
	}
}
