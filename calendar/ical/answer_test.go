package ical

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// An answer is read again as it was given, to the time it was given to, and changes
// nothing else of what is there.
func TestAnswer(t *testing.T) {
	s := calendartest.Series("answered")
	sessions := calendartest.Sessions(s)
	s = s.WithOverride(calendartest.Move(s, 4, time.Hour)).WithOverride(calendartest.CancelOne(s, 5))
	text := strings.Replace(encoded(t, bare, s), "BEGIN:VEVENT\r\n", "BEGIN:VEVENT\r\nX-OTHERS:stays\r\n", 1)
	answer := func(who calendar.Address, original time.Time, r calendar.RSVP) {
		t.Helper()
		for range 2 {
			out, err := Answer([]byte(text), bare, s.UID, who, original, r)
			if err != nil {
				t.Fatal(err)
			}
			text = string(out)
		}
		if again, err := Answer([]byte(text), bare, s.UID, who, original, r); err != nil || string(again) != text {
			t.Errorf("the same answer of %s changes it: %v\n%s", who, err, again)
		}
	}
	want := func(who calendar.Address, replies ...calendar.RSVP) { // to sessions 2, 3 and 4
		t.Helper()
		got := decoded(t, text)
		all, err := got.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range replies {
			if got := got.Reply(who, all[i+2]); got != r {
				t.Errorf("the reply of %s to session %d is %q, want %q\n%s", who, i+2, got, r, text)
			}
		}
		if !got.Same(decoded(t, encoded(t, bare, s))) || got.Sequence != s.Sequence || !strings.Contains(text, "X-OTHERS:stays") {
			t.Errorf("more than replies has changed:\n%s", text)
		}
	}
	const none = calendar.NoReply
	ana, bo := calendartest.Ana, calendartest.Bo
	answer(bo, sessions[3].Start, calendar.Declined)
	want(bo, none, calendar.Declined, none)
	want(ana, none, none, none)
	answer(ana, time.Time{}, calendar.Accepted)
	want(ana, calendar.Accepted, calendar.Accepted, none)
	answer(bo, sessions[4].Start, calendar.Tentative)
	answer(bo, sessions[5].Start, calendar.Declined) // which is cancelled, and stays so
	want(bo, none, calendar.Declined, calendar.Tentative)
	answer(bo, time.Time{}, calendar.Tentative)
	want(bo, calendar.Tentative, calendar.Declined, calendar.Tentative) // the last one to the session, though it is the same
	answer(ana, sessions[4].Start, calendar.Accepted)
	want(ana, calendar.Accepted, calendar.Accepted, calendar.Accepted)
	answer(ana, sessions[4].Start, none)
	want(ana, calendar.Accepted, calendar.Accepted, none)
	answer(bo, time.Time{}, none)
	answer(bo, sessions[3].Start, none)
	answer(bo, sessions[4].Start, none)
	answer(ana, time.Time{}, calendar.Declined)
	want(bo, none, none, none)
	want(ana, calendar.Declined, calendar.Declined, none)
	for _, wrong := range []struct {
		who      calendar.Address
		original time.Time
	}{{"nobody@acme.example", time.Time{}}, {bo, sessions[3].Start.Add(time.Hour)}} {
		if _, err := Answer([]byte(text), bare, s.UID, wrong.who, wrong.original, calendar.Accepted); !errors.Is(err, calendar.ErrNotFound) {
			t.Errorf("%v: %v; want that it is not found", wrong, err)
		}
	}
}

// Whatever the series, an answer changes that one reply: to the series, or to a session that
// is held.
func TestAnswerChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have := seriesOf(plainRunes).Draw(t, "have")
		have.Cancelled = false
		text := encoded(t, bare, have)
		have = decoded(t, text)
		if len(have.Attendees) == 0 {
			return
		}
		who := rapid.SampledFrom(have.Attendees).Draw(t, "who").Address
		r := rapid.SampledFrom([]calendar.RSVP{calendar.NoReply, calendar.Accepted, calendar.Tentative, calendar.Declined}).Draw(t, "reply")
		sessions, err := have.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(-1, len(sessions)-1).Draw(t, "session")
		original := time.Time{}
		if at >= 0 {
			original = sessions[at].Original
		}
		out, err := Answer([]byte(text), bare, have.UID, who, original, r)
		if err != nil {
			t.Fatal(err)
		}
		got := decoded(t, string(out))
		if !got.Same(have) || got.Sequence != have.Sequence {
			t.Fatalf("the series changed from\n%s\nto\n%s", text, out)
		}
		for i, o := range sessions {
			for _, a := range have.Attendees {
				was, is := have.Reply(a.Address, o), got.Reply(a.Address, o)
				_, alone := have.Override(o.Original).RSVPs[a.Address]
				switch {
				case o.Cancelled:
				case a.Address != who || at >= 0 && i != at || at < 0 && (alone || o.Moved):
					if was != is {
						t.Fatalf("the reply of %s to session %d is %q, and was %q\n%s\n%s", a.Address, i, is, was, text, out)
					}
				case is != r && (r != calendar.NoReply || is != have.RSVP(who, time.Time{})):
					t.Fatalf("the reply of %s to session %d is %q, want %q\n%s\n%s", a.Address, i, is, r, text, out)
				}
			}
		}
	})
}
