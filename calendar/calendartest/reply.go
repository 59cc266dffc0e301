package calendartest

import (
	"errors"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// replyTests are for backends that track replies.
var replyTests = []test{
	{"AreRead", repliesAreRead},
	{"ArePutByNobodyElse", repliesArePutByNobodyElse},
	{"SurvivePut", repliesSurvivePut},
	{"EndWithAMove", repliesEndWithAMove},
	{"SurviveCancel", repliesSurviveCancel},
	{"FreeWhoDeclined", repliesFreeWhoDeclined},
	{"FreeNobodyElse", repliesFreeNobodyElse},
}

// takenTests are for backends that take note of replies which reached us elsewhere.
var takenTests = []test{{"AreRead", takenAreRead}, {"AreNotFound", takenAreNotFound}}

// take notes a reply twice.
func (t subject) take(uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) {
	t.Helper()
	replier, _ := calendar.AsReplier(t.Backend)
	for range 2 {
		if err := replier.Reply(t.Context(), uid, who, original, r); err != nil {
			t.Fatalf("Reply of %s: %v", who, err)
		}
	}
}

// What is noted is read, tells nobody, and can be taken back.
func takenAreRead(t subject) {
	s := Series(UID(0))
	s = t.put(s.WithOverride(Move(s, 4, time.Hour)))
	sends, told := t.Capabilities().SendsInvites, 0
	if sends {
		told = t.Told(Ana)
	}
	t.take(s.UID, Ana, time.Time{}, calendar.Accepted)
	t.take(s.UID, Bo, original(s, 3).Start, calendar.Declined)
	t.take(s.UID, Bo, original(s, 4).Start, calendar.Tentative)
	t.wantReplies("Reply", t.get(s.UID))
	t.take(s.UID, Bo, original(s, 3).Start, calendar.NoReply)
	got := t.get(s.UID)
	t.wantReply("a reply that is taken back", got, Bo, 3, calendar.NoReply)
	t.wantReply("and another one", got, Bo, 4, calendar.Tentative)
	sessions, err := got.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Reply(Ana, sessions[4]); r != calendar.NoReply {
		t.Errorf("the reply to the series counts as %q for a session that is elsewhere", r)
	}
	t.take(s.UID, Ana, original(s, 4).Start, calendar.Accepted)
	if r := t.get(s.UID).Reply(Ana, sessions[4]); r != calendar.Accepted {
		t.Errorf("a reply to a session that is moved is %q, where it is the same as to the series; want that it counts", r)
	}
	if !got.Same(s) || got.Version != s.Version || sends && t.Told(Ana) != told {
		t.Errorf("replies changed the series, or told somebody: got %+v, want %+v", got, s)
	}
}

func takenAreNotFound(t subject) {
	s := t.put(Series(UID(0)))
	replier, _ := calendar.AsReplier(t.Backend)
	for _, wrong := range []struct {
		uid      calendar.UID
		who      calendar.Address
		original time.Time
	}{{UID(1), Ana, time.Time{}}, {s.UID, Cem, time.Time{}}, {s.UID, Ana, original(s, 0).Start.Add(time.Minute)}} {
		if err := replier.Reply(t.Context(), wrong.uid, wrong.who, wrong.original, calendar.Accepted); !errors.Is(err, calendar.ErrNotFound) {
			t.Errorf("Reply to %v: %v, want ErrNotFound", wrong, err)
		}
	}
}

func (t subject) wantReply(what string, s calendar.Series, a calendar.Address, i int, want calendar.RSVP) {
	t.Helper()
	if got := s.RSVP(a, original(s, i).Start); got != want {
		t.Errorf("%s: the reply of %s to session %d is %q, want %q", what, a, i, got, want)
	}
}

// reply has Ana accept the series, and Bo decline session 3 and hesitate over
// session 4, which is moved.
func (t subject) reply() calendar.Series {
	t.Helper()
	s := Series(UID(0))
	s = t.put(s.WithOverride(Move(s, 4, time.Hour)))
	t.Reply(s.UID, Ana, time.Time{}, calendar.Accepted)
	t.Reply(s.UID, Bo, original(s, 3).Start, calendar.Declined)
	t.Reply(s.UID, Bo, original(s, 4).Start, calendar.Tentative)
	return t.get(s.UID)
}

func (t subject) wantReplies(what string, s calendar.Series) {
	t.Helper()
	t.wantReply(what, s, Ana, 3, calendar.Accepted)
	t.wantReply(what, s, Bo, 2, calendar.NoReply)
	t.wantReply(what, s, Bo, 3, calendar.Declined)
	t.wantReply(what, s, Bo, 4, calendar.Tentative)
}

func repliesAreRead(t subject) { t.wantReplies("Get", t.reply()) }

func repliesArePutByNobodyElse(t subject) {
	s := Series(UID(0))
	s.Attendees[0].RSVP = calendar.Accepted
	o := CancelOne(s, 2)
	o.RSVPs = map[calendar.Address]calendar.RSVP{Bo: calendar.Declined}
	s = t.put(s.WithOverride(o))
	t.wantReply("Put", s, Ana, 0, calendar.NoReply)
	t.wantReply("Put", s, Bo, 2, calendar.NoReply)
	t.wantReply("Get", t.get(s.UID), Ana, 0, calendar.NoReply)
}

func repliesSurvivePut(t subject) {
	s := t.reply()
	t.wantReplies("the same Put", t.put(s.WithoutReplies()))
	s = t.get(s.UID).WithoutReplies()
	s.Title, s.Sequence = "Another title", s.Sequence+1
	s.Attendees = append(s.Attendees, calendar.Attendee{Address: Cem, Name: "Cem Su"})
	t.wantReplies("Put of another title", t.put(s))
	t.wantReplies("Get", t.get(s.UID))
	t.wantReply("Get", t.get(s.UID), Cem, 3, calendar.NoReply)
}

// wantFreed tests that a declined session leaves a free. Where sessions cannot be
// told apart it may be unknown: some servers count what was declined as busy.
func (t subject) wantFreed(a calendar.Address, iv availability.Interval) {
	t.Helper()
	if got := stateOf(t.read([]calendar.Address{a})[a], iv); got != free && got != t.apart(a, free) {
		t.Errorf("%s from %s, which they declined: got %s, want %s", a, iv.Start.Format(time.RFC3339), got, t.apart(a, free))
	}
}

// Who declined one time was not asked about another.
func repliesEndWithAMove(t subject) {
	s := t.reply().WithOverride(Move(Series(UID(0)), 3, 26*time.Hour))
	s.Sequence++
	t.put(s)
	got := t.get(s.UID)
	if r := got.RSVP(Bo, original(s, 3).Start); r == calendar.Declined {
		t.Errorf("bo's reply to a session that was moved is still %q", r)
	}
	t.want(busy, Bo, hour(3, 26*time.Hour))
}

func repliesSurviveCancel(t subject) {
	s := t.reply()
	t.cancel(s.UID, original(s, 8).Start)
	t.wantReplies("after the rest was cancelled", t.get(s.UID))
}

func repliesFreeWhoDeclined(t subject) {
	s := t.put(Series(UID(0)))
	t.Reply(s.UID, Ana, time.Time{}, calendar.Declined)
	t.Reply(s.UID, Bo, original(s, 3).Start, calendar.Declined)
	t.wantFreed(Ana, hour(2, 0))
	t.wantFreed(Ana, hour(3, 0))
	t.want(busy, Bo, hour(2, 0))
	t.wantFreed(Bo, hour(3, 0))
	t.want(busy, Organizer, hour(3, 0))
	t.want(t.apart(Bo, free), Bo, hour(2, 0), s.UID)
}

func repliesFreeNobodyElse(t subject) {
	s := t.put(Series(UID(0)))
	t.Reply(s.UID, Ana, time.Time{}, calendar.Declined)
	t.Meet(Ana, hour(3, 0))
	for _, except := range [][]calendar.UID{nil, {s.UID}} {
		if got := stateOf(t.read([]calendar.Address{Ana}, except...)[Ana], hour(3, 0)); got == free {
			t.Errorf("except %v: who declined a session is free in another meeting", except)
		}
	}
	t.Reply(s.UID, Bo, time.Time{}, calendar.Tentative)
	t.want(busy, Bo, hour(3, 0))
}

// inviteTests are for backends that tell the attendees.
var inviteTests = []test{{"AreSentOnce", invitesAreSentOnce}}

func invitesAreSentOnce(t subject) {
	var before int
	wantTold := func(what string, more bool) {
		t.Helper()
		if got := t.Told(Ana); (got > before) != more {
			t.Errorf("%s: ana was told %d times more, want more: %v", what, got-before, more)
		}
		before = t.Told(Ana)
	}
	s := t.put(Series(UID(0)))
	wantTold("Put", true)
	t.put(Series(UID(0)))
	t.put(s)
	wantTold("the same Put again", false)
	s.Title, s.Sequence = "Another title", s.Sequence+1
	t.put(s)
	wantTold("Put of a change", true)
	t.put(s)
	wantTold("the same change again", false)
	t.cancel(s.UID, hour(6, 0).Start)
	wantTold("Cancel of a part", true)
	t.cancel(s.UID, hour(6, 0).Start)
	wantTold("the same Cancel again", false)
	t.cancel(s.UID, Window().Start)
	wantTold("Cancel of the whole", true)
	t.cancel(s.UID, Window().Start)
	wantTold("the same Cancel of the whole again", false)
}
