package repair_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
)

// edit changes a series on the calendar as a person would.
func (w *world) edit(t *testing.T, uid calendar.UID, change func(*calendar.Series)) {
	t.Helper()
	s, err := w.Backend.Get(t.Context(), uid)
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	s.Sequence++
	if _, err := w.Backend.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// Each kind of edit is told in its own words.
func TestHandsInWords(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	w.repair(t) // which moves 13 January
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 20, 15).Start, Cancelled: true})
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 27, 15).Start, Moved: at(1, 28, 10)})
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(2, 3, 15).Start, Note: "bring a question"})
	w.edit(t, b.Series.UID, func(s *calendar.Series) { s.Title = "Our circle" })
	var all []string
	for _, c := range w.repair(t).Changes {
		all = append(all, c.Why)
	}
	for _, want := range []string{"cancelled it", "moved it", "edited it", "edited the series"} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("%q; want a line about %q", all, want)
		}
	}
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 20, 15).Start})
	if plan := w.repair(t); len(plan.Changes) != 1 || !strings.Contains(plan.Changes[0].Why, "put it back") {
		t.Errorf("changes %+v; want the session that somebody put back", plan.Changes)
	}
}

// A taking is a calendar that takes note of replies, and resets none by itself.
type taking struct{ *calendartest.Fake }

func (t taking) Reply(_ context.Context, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) error {
	t.Fake.Reply(uid, who, original, r)
	return nil
}

// A reply is to a time: once somebody moves the session by hand, a decline that stands in
// the organizer's calendar counts no more, and one that is given to the new time does.
func TestRepliesToATimeThatSomebodyChanged(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.Backend = taking{w.Fake}
	session := calendartest.Sessions(b.Series)[8]
	uid, later := b.Series.UID, availability.Interval{Start: session.Start.Add(time.Hour), End: session.End.Add(time.Hour)}
	replied := func(want calendar.RSVP) {
		t.Helper()
		series, err := w.Fake.Get(t.Context(), uid)
		if err != nil {
			t.Fatal(err)
		}
		if got := series.Override(session.Start).RSVPs[bo]; got != want {
			t.Errorf("bo's reply on the calendar is %q, want %q", got, want)
		}
		known, err := w.Store.BookingsOf(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		if got := known[0].Series.Override(session.Start).RSVPs[bo]; got != want {
			t.Errorf("bo's reply is known as %q, want %q", got, want)
		}
	}
	w.Fake.Reply(uid, bo, session.Start, calendar.Declined)
	w.Fake.Reply(uid, cem, session.Start, calendar.Accepted)
	w.repair(t)
	replied(calendar.Declined)
	w.Fake.ByHand(uid, calendar.Override{Original: session.Start, Moved: later, RSVPs: map[calendar.Address]calendar.RSVP{bo: calendar.Declined, cem: calendar.Declined}})
	if plan := w.repair(t); len(plan.Replies) != 1 || plan.Replies[0].Person != bo || plan.Replies[0].RSVP != calendar.NoReply {
		t.Errorf("replies to be written are %+v; want that of bo taken back, and cem's, which is another one, kept", plan.Replies)
	}
	replied(calendar.NoReply)
	if plan := w.repair(t); len(plan.Replies)+len(plan.Noted)+plan.Bookings.Len() != 0 {
		t.Errorf("the next night writes %+v, notes %+v; want nothing", plan.Replies, plan.Noted)
	}
	w.Fake.Reply(uid, bo, session.Start, calendar.Declined)
	w.repair(t)
	replied(calendar.Declined)
}

// Between two nights bo declines by mail and somebody moves the session by hand. Which of the
// two came first is told by when each was made: the decline is to the old time, or to the new.
func TestADeclineAndAMoveByHandBetweenTwoNights(t *testing.T) {
	const before, after, unknown = -time.Hour, time.Hour, 0
	for name, test := range map[string]struct {
		known   bool          // bo had declined by the last night
		made    time.Duration // after the move; the calendar does not say when that was if unknown
		reply   bool          // bo declines
		outside bool          // not by mail: the calendar's own
		want    calendar.RSVP
	}{
		"declined, then moved":                  {made: before, reply: true, want: calendar.NoReply},
		"moved, then declined":                  {made: after, reply: true, want: calendar.Declined},
		"nobody knows when it was moved":        {made: unknown, reply: true, want: calendar.NoReply},
		"declined before, moved":                {known: true, made: before, want: calendar.NoReply},
		"declined before, moved, declined anew": {known: true, made: after, reply: true, want: calendar.Declined},
		"the calendar's own":                    {made: before, reply: true, outside: true, want: calendar.Declined},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := booked(t, ana, bo, cem)
			w.Backend = taking{w.Fake}
			session, moved := calendartest.Sessions(b.Series)[8], w.Now().Add(6*time.Hour)
			uid, later := b.Series.UID, availability.Interval{Start: session.Start.Add(time.Hour), End: session.End.Add(time.Hour)}
			decline := func(made time.Time) {
				t.Helper()
				reply := scheduler.Reply{UID: uid, Person: bo, Original: session.Start.UTC(), RSVP: calendar.Declined, Made: made, Received: made}
				if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Replies: []scheduler.Reply{reply}}); err != nil {
					t.Fatal(err)
				}
			}
			if test.known {
				decline(w.Now())
				w.Fake.Reply(uid, bo, session.Start, calendar.Declined)
			}
			w.repair(t)
			if test.reply && !test.outside {
				decline(moved.Add(test.made))
			}
			w.Fake.ByHand(uid, calendar.Override{Original: session.Start, Moved: later, RSVPs: map[calendar.Address]calendar.RSVP{bo: calendar.Declined}})
			if test.made != unknown {
				w.edit(t, uid, func(s *calendar.Series) { s.Updated = moved })
			}
			w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
			plan := w.repair(t)
			if dropped := len(plan.Replies) > 0; dropped != (test.want == calendar.NoReply) {
				t.Errorf("taken back: %+v", plan.Replies)
			}
			series, err := w.Fake.Get(t.Context(), uid)
			if err != nil {
				t.Fatal(err)
			}
			if got := series.Override(session.Start).RSVPs[bo]; got != test.want {
				t.Errorf("bo's reply is %q after the night, want %q", got, test.want)
			}
			if plan := w.repair(t); len(plan.Replies)+plan.Bookings.Len() != 0 {
				t.Errorf("the next night writes %+v, %+v; want nothing", plan.Replies, plan.Changes)
			}
		})
	}
}

// Who joins a series leads some of the sessions to come, as the others do: the table is
// right at once, what was led and is near stays, and the next night changes nothing.
func TestWhoJoinsLeadsToo(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	b := w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
	w.Workspace.Groups = []scheduler.Group{{Name: "g", Members: []calendar.Address{ana, bo, cem, dee}}}
	w.Now = func() time.Time { return at(1, 18, 3).Start } // two of thirteen are over
	if plan := w.repair(t); actions(plan) != "join" {
		t.Fatalf("changes %s; want that dee joins", actions(plan))
	}
	all, err := w.BookingsOf(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	led := map[calendar.Address]int{}
	for i, a := range all[0].Facilitators {
		led[a]++
		if i < 3 && a != b.Facilitators[i] {
			t.Errorf("session %d is led by %s now, not %s", i, a, b.Facilitators[i])
		}
	}
	if led[dee] < 2 || led[dee] > 4 {
		t.Errorf("led by %v; want two to four by dee", led)
	}
	w.wantQuiet(t)
}
