package roster

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Attends answers whether the person attends o, an occurrence of s. It is the one
// rule by which attendance is counted; the search for slots, where nobody has
// replied yet, asks its second half, [availability.Member.CanAttend]. m is the
// person as the search sees them, busy with everything but s itself.
//
// Who declined does not come. Of a session that is over at now another reply is a
// yes, too. Else hours, days off and busy time decide.
func (p Person) Attends(m *availability.Member, s calendar.Series, o calendar.Occurrence, now time.Time) availability.Verdict {
	switch p.Reply(s, o) {
	case calendar.Declined:
		return availability.Verdict{Can: availability.No, Why: availability.Declined}
	case calendar.Accepted, calendar.Tentative:
		if !o.End.After(now) {
			return availability.Verdict{Can: availability.Yes}
		}
	}
	can, why := m.CanAttend(o.Interval)
	return availability.Verdict{Can: can, Why: why}
}

// Reply returns what the person replied for o, an occurrence of s, under whichever
// of their addresses. A decline of the whole series holds for sessions that were moved,
// too.
func (p Person) Reply(s calendar.Series, o calendar.Occurrence) calendar.RSVP {
	r := s.Reply(p.Address, o)
	for _, a := range p.Aliases {
		if r == calendar.NoReply {
			r = s.Reply(a, o)
		}
	}
	if r == calendar.NoReply && p.DeclinedAll(s) {
		return calendar.Declined
	}
	return r
}

// InvitedTo reports whether the person is invited to the series, under whichever of their
// addresses.
func (p Person) InvitedTo(s calendar.Series) bool {
	return slices.ContainsFunc(s.Attendees, func(at calendar.Attendee) bool { return p.Is(at.Address) })
}

// DeclinedAll reports whether the person declined the whole series: they count in
// none of its attendance.
func (p Person) DeclinedAll(s calendar.Series) bool {
	return slices.ContainsFunc(s.Attendees, func(at calendar.Attendee) bool {
		return at.RSVP == calendar.Declined && p.Is(at.Address)
	})
}

// Is reports whether a is an address of the person.
func (p Person) Is(a calendar.Address) bool { return a == p.Address || slices.Contains(p.Aliases, a) }

// Addresses returns the person's address and then the aliases.
func (p Person) Addresses() []calendar.Address {
	return append([]calendar.Address{p.Address}, p.Aliases...)
}
