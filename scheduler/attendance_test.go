package scheduler_test

import (
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Who accepted and is busy came once the session is over, and not before; who declined
// did not, whenever it is asked, and under whichever address.
func TestAttends(t *testing.T) {
	_, b := booked(t, ana, bo)
	o := calendartest.Sessions(b.Series)[2]
	const alias = calendar.Address("a.lima@acme.example")
	member := availability.Member{Zone: o.Start.Location(), Hours: availability.OfficeHours(), Busy: availability.Busy{Window: availability.Interval{Start: o.Start.AddDate(0, 0, -1), End: o.End.AddDate(0, 0, 1)}}}
	member.Busy.Add(o)
	session := calendar.Occurrence{Original: o.Start, Interval: o}
	for name, c := range map[string]struct {
		who   calendar.Address
		reply calendar.RSVP
		now   time.Time
		want  availability.Can
	}{
		"accepted, to come":         {ana, calendar.Accepted, o.Start.Add(-time.Hour), availability.No},
		"accepted, going on":        {ana, calendar.Accepted, o.Start.Add(time.Minute), availability.No},
		"accepted, over":            {ana, calendar.Accepted, o.End, availability.Yes},
		"tentative, over":           {ana, calendar.Tentative, o.End, availability.Yes},
		"no reply, over":            {ana, calendar.NoReply, o.End, availability.No},
		"accepted under an alias":   {alias, calendar.Accepted, o.End, availability.Yes},
		"somebody else's, accepted": {bo, calendar.Accepted, o.End, availability.No},
	} {
		s := b.Series.WithOverride(calendar.Override{Original: o.Start, RSVPs: map[calendar.Address]calendar.RSVP{c.who: c.reply}})
		s.Attendees = append(s.Attendees, calendar.Attendee{Address: alias})
		person := scheduler.Person{Address: ana, Aliases: []calendar.Address{alias}}
		if got := person.Attends(&member, s, session, c.now); got.Can != c.want {
			t.Errorf("%s: %v (%s); want %v", name, got.Can, got.Why, c.want)
		}
	}
}

// Of a series that is being cancelled, what is off by then takes nobody's time, also while
// its calendar still shows it.
func TestWhatIsCancelledIsNotHeld(t *testing.T) {
	_, b := booked(t, ana, bo)
	sessions := calendartest.Sessions(b.Series)
	if got := calendartest.Sessions(planning.StillHeld(b)); len(got) != 13 {
		t.Errorf("%d sessions of a series that goes on; want 13", len(got))
	}
	b.State, b.CancelFrom = scheduler.Cancelling, sessions[4].Start
	if got := calendartest.Sessions(planning.StillHeld(b)); len(got) != 4 {
		t.Errorf("%d sessions of one that is cancelled from the fifth on; want 4", len(got))
	}
}
