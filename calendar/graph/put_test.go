package graph_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
)

var sample = calendartest.Series(calendartest.UID(0))

// calls returns how many calls f makes of each method.
func calls(b *graph.Backend, f func()) map[string]int {
	before := b.Calls()
	f()
	after := b.Calls()
	for method, n := range before {
		after[method] -= n
	}
	maps.DeleteFunc(after, func(_ string, n int) bool { return n == 0 })
	return after
}

func wantCalls(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: calls (-want +got):\n%s", what, diff)
	}
}

func TestCallsOfPut(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	if _, err := b.Get(t.Context(), sample.UID); !errors.Is(err, calendar.ErrNotFound) {
		t.Fatal(err)
	}
	var got calendar.Series
	wantCalls(t, "a new series", calls(b, func() { got = put(t, b, sample) }), map[string]int{"events.create": 1})
	read := map[string]int{"events.get": 1, "events.instances": 1}
	wantCalls(t, "the same again", calls(b, func() { put(t, b, got) }), read)
	wantCalls(t, "the same again, from scratch", calls(b, func() { put(t, b, sample) }), read)
	next := got.WithOverride(calendartest.Move(sample, 8, time.Hour))
	next.Sequence++
	wantCalls(t, "a move", calls(b, func() { got = put(t, b, next) }), map[string]int{"events.get": 1, "events.instances": 1, "events.update": 1})
	got.Title, got.Sequence = "Another", got.Sequence+1
	wantCalls(t, "another title", calls(b, func() { put(t, b, got) }), map[string]int{"events.get": 2, "events.instances": 2, "events.update": 1})
}

func TestEventAsBooked(t *testing.T) {
	s := standIn(t)
	cfg := config(s)
	cfg.Teams = true
	series := sample
	series.Slot.Zone = "Europe/Lisbon"
	got := put(t, start(t, cfg), series)
	e := s.Event(string(sample.UID))
	for name, want := range map[string]string{
		"sensitivity": "private", "showAs": "busy", "zone": "GMT Standard Time", "reminder": "15", "count": "13", "subject": sample.Title,
		"guests": ana + " " + bo, "prop peerslotUID": string(sample.UID), "prop peerslotKind": "series",
	} {
		if e[name] != want {
			t.Errorf("%s: got %q, want %q", name, e[name], want)
		}
	}
	if got.Link == "" || got.Link != e["joinUrl"] || got.Description != sample.Description || got.Slot.Zone != "Europe/Lisbon" {
		t.Errorf("got %+v, want the Teams link, our text alone and our zone", got)
	}
	if strings.Contains(e["prop peerslotState"], "leads") || len(e["prop peerslotState"]) > 255 {
		t.Errorf("the state %q is told to attendees, or cut", e["prop peerslotState"])
	}
}

// Zones that Exchange does not know by their name come back as they were, and those
// that it does not have are refused before anything is sent.
func TestZones(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	for i, zone := range []string{"Europe/Vienna", "Europe/Lisbon", "Europe/Madrid", "Asia/Kolkata", "Europe/Kyiv", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Kathmandu"} {
		series := calendartest.Series(calendartest.UID(i + 1))
		series.Slot.Zone = zone
		put(t, b, series)
		if got, err := open(t, s).Get(t.Context(), series.UID); err != nil || got.Slot.Zone != zone || !got.Same(series) {
			t.Errorf("%s: got %+v, %v", zone, got, err)
		}
	}
	series := sample
	series.Slot.Zone = "Antarctica/Troll"
	before := len(s.Calls())
	if _, err := b.Put(t.Context(), series); err == nil || !strings.Contains(err.Error(), "Antarctica/Troll") || s.Events() != 8 {
		t.Errorf("a zone that Windows does not have: got %v, %d more calls", err, len(s.Calls())-before)
	}
}

// A Teams meeting is lost with its text: a new text of the series, and a note in one
// session, keep it. The stand-in fails the test if they do not.
func TestTeamsTextStays(t *testing.T) {
	for _, rewrite := range []bool{false, true} {
		s := standIn(t)
		s.Rewrite = rewrite
		cfg := config(s)
		cfg.Teams = true
		b := start(t, cfg)
		got := put(t, b, sample)
		got.Description, got.Title, got.Sequence = "A new agenda\n\n<b>1 & 2</b>", "Another title", got.Sequence+1
		note := calendartest.Move(sample, 4, time.Hour)
		note.Note = "Bo is away"
		got = put(t, b, got.WithOverride(note))
		now, err := open(t, s).Get(t.Context(), sample.UID)
		if err != nil || now.Link == "" || now.Description != "A new agenda\n\n<b>1 & 2</b>" || now.Override(note.Original).Note != "Bo is away" || now.Version != got.Version {
			t.Errorf("rewriting %v: got %+v, %v", rewrite, now, err)
		}
		if body := s.Event(string(sample.UID))["body"]; strings.Contains(body, "One hour, one case each") || strings.Count(body, "Microsoft Teams meeting") != 1 {
			t.Errorf("rewriting %v: the text is %q", rewrite, body)
		}
	}
}

func TestTeamsThatIsNotThere(t *testing.T) {
	s := standIn(t)
	s.NoTeams = true
	cfg := config(s)
	cfg.Teams = true
	if got := put(t, start(t, cfg), sample); got.Link != "" {
		t.Errorf("got the link %q, want none", got.Link)
	}
}

// Who gets mail: guests alone are told alone; a text that changes without need of
// being told is not written; one change is one mail.
func TestMails(t *testing.T) {
	guests := func(s *calendar.Series) {
		s.Attendees = []calendar.Attendee{{Address: calendartest.Bo, Name: "Bo Ek"}, {Address: calendartest.Cem, Name: "Cem Su"}}
	}
	for name, c := range map[string]struct {
		change       func(*calendar.Series)
		ana, bo, cem string // kinds of mails
	}{
		"guests":           {guests, "cancellation", "", "invitation"},
		"guests and title": {func(s *calendar.Series) { guests(s); s.Title = "Another" }, "cancellation", "update", "invitation"},
		"a title":          {func(s *calendar.Series) { s.Title = "Another" }, "update", "update", ""},
		"a reminder":       {func(s *calendar.Series) { s.Reminder = time.Hour }, "", "", ""},
		"a text":           {func(s *calendar.Series) { s.Description = "Who leads: Bo"; s.Sequence-- }, "", "", ""},
		"a text to tell":   {func(s *calendar.Series) { s.Description = "Who leads: Bo" }, "update", "update", ""},
		"a text and a move": {func(s *calendar.Series) {
			s.Description = "Who leads: Bo"
			*s = s.WithOverride(calendartest.Move(sample, 3, time.Hour))
		}, "update", "update", ""},
		"fewer sessions": {func(s *calendar.Series) { s.Count = 9 }, "update", "update", ""},
		"a cancellation": {func(s *calendar.Series) { *s = s.WithOverride(calendartest.CancelOne(sample, 3)) }, "cancellation", "cancellation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			b := open(t, s)
			next := put(t, b, sample)
			next.Sequence++
			c.change(&next)
			before := len(s.Mails(""))
			got := put(t, b, next)
			kinds := map[string]string{}
			for _, m := range s.Mails("")[before:] {
				kinds[m.To] = strings.TrimSpace(kinds[m.To] + " " + m.Kind)
			}
			for a, want := range map[string]string{ana: c.ana, bo: c.bo, "cem@acme.example": c.cem} {
				if kinds[a] != want {
					t.Errorf("%s was told %q, want %q", a, kinds[a], want)
				}
			}
			if again := put(t, b, got); again.Version != got.Version {
				t.Error("the same again is another version")
			}
		})
	}
}

// Who is told that a series ends hears that it goes on with another organizer, if it
// does: in the text of what was held, or in the cancellation.
func TestFarewell(t *testing.T) {
	for name, from := range map[string]int{"some were held": 6, "none was held": 0} {
		for _, successor := range []calendar.Address{"", "new@acme.example"} {
			s := standIn(t)
			put(t, open(t, s), sample)
			cfg := config(s)
			cfg.Successor = successor
			b, before := start(t, cfg), len(s.Mails(string(calendartest.Bo)))
			if err := b.Cancel(t.Context(), sample.UID, calendartest.Sessions(sample)[from].Start); err != nil {
				t.Fatal(err)
			}
			mails := s.Mails(string(calendartest.Bo))[before:]
			if len(mails) != 1 {
				t.Fatalf("%s: bo was told %d times; want once", name, len(mails))
			}
			words := mails[0].Text
			if from > 0 {
				rest, err := b.Get(t.Context(), sample.UID)
				if err != nil || !strings.HasSuffix(rest.Description, sample.Description) {
					t.Errorf("%s: %q, %v; want the text that was there", name, rest.Description, err)
				}
				words = strings.TrimSuffix(rest.Description, sample.Description)
			}
			if got := strings.Contains(words, "The sessions go on, organized by new@acme.example"); got != (successor != "") {
				t.Errorf("%s, successor %q: bo is told %q", name, successor, words)
			}
		}
	}
}

// Exchange lets no session go to or past the day of its neighbour, not even while
// both move: the stand-in refuses that.
func TestMovesKeepTheOrder(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	first := put(t, b, sample)
	later, earlier := first, first
	for i := range 5 {
		later = later.WithOverride(calendartest.Move(sample, i+3, 6*24*time.Hour))
		earlier = earlier.WithOverride(calendartest.Move(sample, i+3, -6*24*time.Hour))
	}
	later.Sequence++
	got := put(t, b, later)
	earlier.Version, earlier.Sequence = got.Version, got.Sequence+1
	if back := put(t, b, earlier); !back.Same(earlier) {
		t.Errorf("got %+v", back)
	}
}

// A change of the series that takes moves and replies back is looked at, and the
// moves are made again.
func TestMovesOutliveAShorterSeries(t *testing.T) {
	s := standIn(t)
	s.ShrinkResets = true
	b := open(t, s)
	moved := calendartest.Move(sample, 2, time.Hour)
	put(t, b, sample.WithOverride(moved).WithOverride(calendartest.CancelOne(sample, 1)))
	if err := b.Cancel(t.Context(), sample.UID, calendartest.Sessions(sample)[6].Start); err != nil {
		t.Fatal(err)
	}
	got, err := b.Get(t.Context(), sample.UID)
	if err != nil || got.Count != 6 || !got.Override(moved.Original).Moved.Start.Equal(moved.Moved.Start) || len(calendartest.Sessions(got)) != 5 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Any edit of one session by hand is seen, and stays.
func TestHandEdits(t *testing.T) {
	original := calendartest.Sessions(sample)[4].Start
	for name, change := range map[string]func(map[string]string){
		"title":  func(e map[string]string) { e["subject"] = "In the garden" },
		"text":   func(e map[string]string) { e["body"] += "\nBring a jacket." },
		"place":  func(e map[string]string) { e["place"] = "Garden" },
		"guests": func(e map[string]string) { e["guests"] = bo },
		"free":   func(e map[string]string) { e["showAs"] = "free" },
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			b := open(t, s)
			booked := put(t, b, sample)
			s.EditOne(string(sample.UID), original, change)
			got, err := b.Get(t.Context(), sample.UID)
			if err != nil || got.Override(original).Edited == "" || got.Version == booked.Version {
				t.Fatalf("got %+v, %v, want an edited session", got, err)
			}
			s.Reply(string(sample.UID), bo, original, "accepted")
			if again, _ := b.Get(t.Context(), sample.UID); again.Version != got.Version {
				t.Error("a reply is another version")
			}
			next := got
			next.Title, next.Sequence = "Another", next.Sequence+1
			if after := put(t, b, next); after.Override(original).Edited == "" {
				t.Errorf("after another title: got %+v", after.Override(original))
			}
			put(t, b, sample) // its outcome lost
			if n := s.Event(string(sample.UID))["exceptions"]; !strings.Contains(n, "2026-03-31") {
				t.Errorf("exceptions %q, want the edited one", n)
			}
		})
	}
}

// Replies make exceptions, and are no edits.
func TestRepliesAreNoEdits(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	moved := calendartest.Move(sample, 2, time.Hour)
	moved.Note = "Bo is away"
	got := put(t, b, sample.WithOverride(moved))
	for i := range 6 {
		s.Reply(string(sample.UID), bo, calendartest.Sessions(sample)[i].Start, []string{"accepted", "declined", "tentative"}[i%3])
	}
	now, err := open(t, s).Get(t.Context(), sample.UID)
	if err != nil || now.Version != got.Version {
		t.Errorf("got version %s, %v, want %s still", now.Version, err, got.Version)
	}
	for _, o := range now.Overrides {
		if o.Edited != "" {
			t.Errorf("%s is edited: %+v", o.Original, o)
		}
	}
	next := now
	next.Title, next.Description, next.Sequence = "Another", "Another text", now.Sequence+1
	after := put(t, b, next)
	for _, o := range after.Overrides {
		if o.Edited != "" {
			t.Errorf("after another title and text, %s is edited: %+v", o.Original, o)
		}
	}
}

func TestWhatNoSeriesCanBe(t *testing.T) {
	for name, fields := range map[string]map[string]string{"daily": {"daily": "1"}, "endless": {"endless": "1"}} {
		s := standIn(t)
		b := open(t, s)
		put(t, b, sample)
		s.Edit(string(sample.UID), fields)
		if _, err := b.Get(t.Context(), sample.UID); !errors.Is(err, calendar.ErrChanged) {
			t.Errorf("%s: got %v, want ErrChanged", name, err)
		}
		if err := b.Cancel(t.Context(), sample.UID, calendartest.Sessions(sample)[1].Start); err != nil || s.Events() != 1 {
			t.Errorf("%s: cancel the rest: %v", name, err)
		}
		if n := len(strings.Fields(s.Event(string(sample.UID))["cancelled"])); n < 6 {
			t.Errorf("%s: %d sessions are cancelled, want the rest", name, n)
		}
		if err := b.Cancel(t.Context(), sample.UID, calendartest.Window().Start); err != nil || s.Events() != 0 {
			t.Errorf("%s: cancel all: %v, %d series", name, err, s.Events())
		}
	}
}

// Exchange calls people by the main address of their mailbox, and we do not.
func TestAliases(t *testing.T) {
	s := standIn(t)
	cfg := config(s)
	cfg.Aliases = calendar.Aliases{"ana@acme.example": "a.lima@acme.example"}
	known := sample
	known.Attendees = []calendar.Attendee{{Address: "a.lima@acme.example", Name: "Ana Lima"}, {Address: calendartest.Bo, Name: "Bo Ek"}}
	b := start(t, cfg)
	got := put(t, b, known)
	s.Rename("a.lima@acme.example", ana)
	s.Reply(string(sample.UID), ana, time.Time{}, "declined")
	now, err := b.Get(t.Context(), sample.UID)
	if err != nil || now.Version != got.Version || now.RSVP("a.lima@acme.example", time.Time{}) != calendar.Declined {
		t.Errorf("got %+v, %v", now, err)
	}
	next := now
	next.Attendees, next.Sequence = now.Attendees[:1:1], now.Sequence+1
	put(t, b, next)
	if guests := s.Event(string(sample.UID))["guests"]; !strings.EqualFold(guests, ana) {
		t.Errorf("guests %q, want ana by the address that Exchange has", guests)
	}
	if n := len(s.Mails(ana)); n != 0 {
		t.Errorf("ana was told %d times more when bo left", n)
	}
}

// A series that people ended early has fewer sessions; what they made of the rest is
// no session of ours, and is told.
func TestSplitSeries(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	from := calendartest.Sessions(sample)[5].Start
	s.Split(string(sample.UID), from, from.Add(2*time.Hour))
	for _, b := range []*graph.Backend{b, open(t, s)} {
		got, err := b.Get(t.Context(), sample.UID)
		if err != nil || got.Count != 5 || len(got.SplitOff) != 1 || got.SplitOff[0].Count != 8 || !got.SplitOff[0].From.Equal(from.Add(2*time.Hour)) {
			t.Errorf("got %d sessions, split off %+v, %v", got.Count, got.SplitOff, err)
		}
	}
}

// Whatever goes wrong, no error, and so no log, quotes what was sent or answered.
func TestErrorsKeepSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, fault := range []graphtest.Fault{
			{Status: 400, Reason: "ErrorInvalidRequest"}, {Status: 403, Reason: "ErrorAccessDenied"}, {Status: 500, Reason: "SECRET text"},
			{Half: true}, {Drop: graphtest.Before}, {Odd: "SECRET"}, {Status: 429, Reason: "ApplicationThrottled", After: time.Hour},
		} {
			s := standIn(t)
			b := open(t, s)
			s.Fail(func(string, int) *graphtest.Fault { return &fault })
			_, err := b.Put(t.Context(), sample)
			_, err2 := b.Busy(t.Context(), calendartest.People(), calendartest.Window())
			for _, err := range []error{err, err2} {
				if err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), ana) || strings.Contains(err.Error(), sample.Title)) {
					t.Errorf("%+v: %v", fault, err)
				}
			}
			if err == nil {
				t.Errorf("%+v: got no error", fault)
			}
		}
	})
}

// A call that is refused is not made again, and a server that asks to wait for too
// long ends the run.
func TestRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			fault graphtest.Fault
			want  error
		}{
			{graphtest.Fault{Status: 400, Reason: "ErrorInvalidRequest"}, nil},
			{graphtest.Fault{Status: 403, Reason: "ErrorAccessDenied"}, calendar.ErrSignIn},
			{graphtest.Fault{Status: 429, Reason: "ApplicationThrottled", After: time.Hour}, calendar.ErrQuota},
		} {
			s := standIn(t)
			b := open(t, s)
			s.Fail(func(string, int) *graphtest.Fault { return &c.fault })
			if _, err := b.Put(t.Context(), sample); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%+v: got %v, want %v", c.fault, err, c.want)
			}
			if got := s.Calls(); len(got) != 1 || got["events.list"] != 1 {
				t.Errorf("%+v: calls %v, want one", c.fault, got)
			}
		}
	})
}

// A creation of which Exchange says that it was made before, and which is not there
// any more, invites nobody again.
func TestDeletedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		put(t, open(t, s), sample)
		s.Delete(string(sample.UID))
		got, err := open(t, s).Put(t.Context(), sample)
		if err != nil || !got.Cancelled || s.Events() != 0 {
			t.Errorf("got %+v, %v, %d series; want it as cancelled", got, err, s.Events())
		}
		other := sample
		other.Updated = other.Updated.Add(time.Hour)
		if got, err := open(t, s).Put(t.Context(), other); err != nil || got.Cancelled {
			t.Errorf("booked anew: got %+v, %v", got, err)
		}
	})
}
