package repair

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// subject compares a booking with its series on the calendar; nil if there is
// nothing to repair.
func (r *pass) subject(s planning.Snapshot, groups *scheduler.Groups, b scheduler.Booking) *subject {
	current, there := s.Current[b.Series.UID]
	found := func(kind scheduler.FindingKind, err error) *subject {
		r.find(scheduler.Finding{Kind: kind, Group: b.Group, UID: b.Series.UID, Err: err})
		return nil
	}
	switch fault := s.Faults[b.Series.UID]; {
	case b.Fault != nil:
		return nil // which Upkeep names
	case b.State != scheduler.Booked, b.LeftThere:
		return nil
	case fault != nil:
		r.find(planning.BrokenSeries(b, fault))
		return nil
	case !there:
		return found(scheduler.SeriesGone, nil)
	case current.Cancelled:
		return found(scheduler.SeriesOff, nil)
	}
	sub := &subject{booking: b, current: current, series: current, byHand: instantsOf(b.ByHand), settled: instants{}, called: map[int64]calendar.Override{}, moved: map[int64]firstMove{}}
	sub.program = s.Workspace.ProgramOf(b)
	sub.group = scheduler.GroupIn(groups, b)
	if sub.zone = r.zone; current.Slot.Zone != "" {
		if zone, err := availability.LoadZone(current.Slot.Zone); err == nil {
			sub.zone = zone
		}
	}
	sessions, err := current.Occurrences()
	if err != nil {
		return found(scheduler.BrokenSeries, err)
	}
	sub.sessions = sessions
	r.seeShape(sub)
	if s.Takes {
		r.dropOutdated(sub, s.Replies[current.UID])
	}
	r.seeCopies(sub)
	sub.seeHands(s.Workspace)
	sub.followRoster(s.Workspace, s.Now, r.dead[current.UID])
	r.seePeople(sub, s.Workspace)
	return sub
}

// seeHands finds what people changed on the calendar since the series was put. A
// session that anybody touched stays as it is, for good.
func (sub *subject) seeHands(w scheduler.Workspace) {
	base := sub.booking.Series
	base.Attendees = calledAs(base.Attendees, sub.current.Attendees, w)
	sub.booking.Series = sub.current
	sub.seeEdits(base)
	if sub.hands && sub.booking.Heard == nil {
		sub.booking.Heard = &base
	}
}

// calledAs returns attendees under the addresses by which the calendar calls them now, where
// those are others of the same people.
func calledAs(known, current []calendar.Attendee, w scheduler.Workspace) []calendar.Attendee {
	out := slices.Clone(known)
	for i, a := range known {
		there := func(at calendar.Attendee) bool { return at.Address == a.Address }
		if slices.ContainsFunc(current, there) {
			continue
		}
		if n := slices.IndexFunc(current, func(at calendar.Attendee) bool { return w.Roster.Of(at.Address).Is(a.Address) }); n >= 0 {
			out[i].Address = current[n].Address
		}
	}
	slices.SortFunc(out, calendar.Attendee.Compare)
	return out
}

// seeEdits finds what differs from the series as it was put.
func (sub *subject) seeEdits(base calendar.Series) {
	current := sub.current
	if base.Description != current.Description && !sub.booking.OwnText {
		sub.booking.OwnText, sub.noted = true, true
	}
	if base.Slot != current.Slot || base.First != current.First || base.Cadence != current.Cadence {
		sub.handMade(fmt.Sprintf("somebody moved the whole series to %s; that is its slot now", current.Slot))
		return
	}
	for _, original := range current.EditedSince(base) {
		was, is := base.Override(original), current.Override(original)
		sub.byHand.add(original)
		sub.handMade(edited(was, is))
		c := &sub.changes[len(sub.changes)-1]
		if c.From = original; !was.Moved.Empty() {
			c.From = was.Moved.Start
		}
		if !is.Cancelled && !is.Moved.Empty() {
			c.To = is.Moved.Start
		}
	}
	rest := base
	if rest.Overrides = current.Overrides; !rest.Same(current) {
		sub.handMade("somebody edited the series; it stays as they made it")
	}
}

func edited(was, is calendar.Override) string {
	switch {
	case is.Cancelled && !was.Cancelled:
		return "somebody cancelled it by hand; it stays off"
	case was.Cancelled && !is.Cancelled:
		return "somebody put it back by hand; it stays"
	case !is.Moved.Start.Equal(was.Moved.Start):
		return "somebody moved it by hand; it stays there"
	}
	return "somebody edited it by hand; it stays as it is"
}

func (sub *subject) handMade(what string) {
	sub.hands = true
	sub.changes = append(sub.changes, sub.change(scheduler.ByHand, "", what))
}

// followRoster takes those off the series who left the group or the roster, and
// invites those who joined. Whom somebody invited or uninvited by hand is left
// alone. Nobody joins of whom not all can be read: they may have left by their own word.
// A member whom mail does not reach where they are invited, and who has another address
// now, is invited there instead.
func (sub *subject) followRoster(w scheduler.Workspace, now time.Time, dead []calendar.Address) {
	invited := func(a calendar.Address) bool { // under whichever of their addresses
		return slices.ContainsFunc(sub.booking.Invited, func(i calendar.Address) bool { return i == a || w.Roster.Of(i).Is(a) || w.Roster.Of(a).Is(i) })
	}
	sub.group.Members = slices.DeleteFunc(slices.Clone(sub.group.Members), func(a calendar.Address) bool {
		p, ok := w.Roster.Find(a)
		return !ok || p.Unread != "" && !p.InvitedTo(sub.series) && !invited(a)
	})
	var attendees []calendar.Attendee
	for _, a := range sub.series.Attendees {
		p, _ := w.Roster.Known(a.Address)
		switch member := slices.ContainsFunc(sub.group.Members, func(m calendar.Address) bool { return w.Roster.Of(m).Is(a.Address) }); {
		case member && p.Address != a.Address && slices.Contains(dead, a.Address):
			attendees = append(attendees, calendar.Attendee{Address: p.Address, Name: p.Name})
			sub.changes = append(sub.changes, sub.change(scheduler.Leave, a.Address, "gets no mail there"), sub.change(scheduler.Join, p.Address, "has this address now"))
			if since, later := sub.booking.Joined[a.Address]; later {
				sub.joined(p.Address, since)
			}
		case member || !invited(a.Address):
			attendees = append(attendees, a)
		default:
			sub.changes = append(sub.changes, sub.change(scheduler.Leave, a.Address, "is not in the group any more"))
		}
	}
	for _, a := range sub.group.Members {
		if p := w.Roster.Of(a); !p.InvitedTo(sub.series) && !invited(a) {
			attendees = append(attendees, calendar.Attendee{Address: a, Name: p.Name})
			sub.changes = append(sub.changes, sub.change(scheduler.Join, a, "is new in the group"))
			sub.joined(a, now.UTC())
		}
	}
	slices.SortFunc(attendees, calendar.Attendee.Compare)
	sub.series.Attendees = attendees
	sub.booking.Invited = slices.Clone(sub.group.Members)
}

// joined notes since when somebody is in the group.
func (sub *subject) joined(a calendar.Address, since time.Time) {
	sub.booking.Joined = maps.Clone(sub.booking.Joined)
	if sub.booking.Joined == nil {
		sub.booking.Joined = map[calendar.Address]time.Time{}
	}
	sub.booking.Joined[a] = since
}

// seePeople finds the members who count: whoever somebody uninvited by hand, or who
// declined the whole series, does not come, and nothing is moved for them.
func (r *pass) seePeople(sub *subject, w scheduler.Workspace) {
	var out, gone []calendar.Address
	for _, a := range sub.group.Members {
		f := scheduler.Finding{Group: sub.booking.Group, UID: sub.series.UID, Person: a}
		switch {
		case !w.Roster.Of(a).InvitedTo(sub.series):
			f.Kind = scheduler.Uninvited
			gone = append(gone, a)
			r.find(f)
		case w.Roster.Of(a).DeclinedAll(sub.series):
			out = append(out, a)
			if !slices.Contains(sub.booking.Told, a) {
				f.Kind, sub.noted = scheduler.DeclinedSeries, true
				r.find(f)
			}
		default:
			sub.members = append(sub.members, a)
		}
	}
	if !slices.Equal(out, sub.booking.Told) {
		sub.booking.Told, sub.noted = out, true
	}
	if sub.deserted = len(out) > 0 && len(sub.members)+sub.guests(w) < fewest; sub.deserted {
		f := scheduler.Finding{Kind: scheduler.Deserted, Group: sub.booking.Group, UID: sub.series.UID, Missing: append(gone, out...)}
		if len(sub.members) == 1 {
			f.Person = sub.members[0]
		}
		r.find(f)
	}
}

// guests counts whom somebody invited by hand, and who did not decline the series.
func (sub *subject) guests(w scheduler.Workspace) (n int) {
	for _, at := range sub.series.Attendees {
		member := slices.ContainsFunc(sub.group.Members, func(a calendar.Address) bool { return slices.Contains(w.Roster.Of(a).Addresses(), at.Address) })
		if !member && at.RSVP != calendar.Declined {
			n++
		}
	}
	return n
}

// instants is a set of times, whatever zones they are shown in.
type instants map[int64]time.Time

func (s instants) add(t time.Time)      { s[t.Unix()] = t.UTC() }
func (s instants) has(t time.Time) bool { return !s[t.Unix()].IsZero() }
func (s instants) sorted() []time.Time  { return slices.SortedFunc(maps.Values(s), time.Time.Compare) }

func instantsOf(times []time.Time) instants {
	s := instants{}
	for _, t := range times {
		s.add(t)
	}
	return s
}
