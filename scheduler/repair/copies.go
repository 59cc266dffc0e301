package repair

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// seeCopies finds who deleted their own copy of the series, as a file can be. What they
// replied in it before, as far as our record knows, counts on. Who did not decline the
// series gets it back, once.
func (r *pass) seeCopies(sub *subject) {
	known, b := sub.booking.Series, &sub.booking
	if !sameReplies(known, sub.current) {
		sub.noted = true // so that they are known should a copy be deleted
	}
	for _, a := range sub.current.Deleted {
		if !slices.Contains(b.Invited, a) {
			continue // whom somebody invited by hand gets a copy with what else is by hand
		}
		lost := slices.DeleteFunc(repliesOf(known, a), func(p scheduler.Reply) bool { return slices.Contains(repliesOf(sub.current, a), p) })
		r.plan.Replies = append(r.plan.Replies, lost...)
		sub.current = sub.current.WithReplies(known, a)
		switch {
		case sub.current.RSVP(a, time.Time{}) == calendar.Declined: // which is reported
		case slices.Contains(b.Restored, a):
			r.find(scheduler.Finding{Kind: scheduler.DeletedCopy, Group: b.Group, UID: known.UID, Person: a})
		default:
			b.Restored = append(slices.Clone(b.Restored), a)
			sub.hands = true
			sub.changes = append(sub.changes, sub.change(scheduler.ByHand, a, "deleted the series from their calendar and had not declined it; it is back"))
		}
	}
	sub.current.Deleted = nil
	sub.series = sub.current
}

// dropOutdated takes back what was replied to a session before somebody moved it by hand: it
// was to another time, and a calendar that only stores the series keeps it (RFC 5546,
// section 3.2.2.1: a new time asks for new replies).
func (r *pass) dropOutdated(sub *subject, mail []scheduler.Reply) {
	known, current := sub.booking.Series, sub.current
	for _, o := range current.MovedSince(known) {
		was, rest := known.Override(o.Original), maps.Clone(o.RSVPs)
		for _, a := range slices.Sorted(maps.Keys(o.RSVPs)) {
			reply := scheduler.Reply{UID: known.UID, Person: a, Original: o.Original.UTC(), RSVP: o.RSVPs[a]}
			if reply.RSVP == calendar.NoReply || !outdated(reply, was, mail, known.Updated, current.Updated) {
				continue
			}
			delete(rest, a)
			reply.RSVP = calendar.NoReply
			r.plan.Replies = append(r.plan.Replies, reply)
		}
		o.RSVPs = rest
		sub.current = sub.current.WithOverride(o)
	}
	sub.series = sub.current
}

// outdated reports whether a reply is to the time at which a session was before somebody
// moved it: one that was known there, or came by mail, where nobody is told of such a move
// before the night that sees it. But one that was made after the last change that the
// calendar has on record is to the new time.
func outdated(reply scheduler.Reply, was calendar.Override, mail []scheduler.Reply, known, changed time.Time) bool {
	i := slices.IndexFunc(mail, func(m scheduler.Reply) bool {
		return m.Person == reply.Person && m.Original.Equal(reply.Original) && m.RSVP == reply.RSVP
	})
	if i >= 0 && changed.After(known) && mail[i].Made.After(changed) {
		return false
	}
	return i >= 0 || was.RSVPs[reply.Person] == reply.RSVP
}

// repliesOf returns what the person replied to the series and its sessions.
func repliesOf(s calendar.Series, a calendar.Address) (out []scheduler.Reply) {
	if reply := s.RSVP(a, time.Time{}); reply != calendar.NoReply {
		out = append(out, scheduler.Reply{UID: s.UID, Person: a, RSVP: reply})
	}
	for _, o := range s.Overrides {
		if reply, ok := o.RSVPs[a]; ok && reply != calendar.NoReply {
			out = append(out, scheduler.Reply{UID: s.UID, Person: a, Original: o.Original.UTC(), RSVP: reply})
		}
	}
	return out
}

// sameReplies reports whether everybody in b replied the same to a.
func sameReplies(a, b calendar.Series) bool {
	toSessions := func(s calendar.Series) map[int64]map[calendar.Address]calendar.RSVP {
		out := map[int64]map[calendar.Address]calendar.RSVP{}
		for _, o := range s.Overrides {
			if len(o.RSVPs) > 0 {
				out[o.Original.Unix()] = o.RSVPs
			}
		}
		return out
	}
	return !slices.ContainsFunc(b.Attendees, func(at calendar.Attendee) bool { return a.RSVP(at.Address, time.Time{}) != at.RSVP }) &&
		maps.EqualFunc(toSessions(a), toSessions(b), maps.Equal)
}

// keepReplies writes replies onto the calendars.
func keepReplies(ctx context.Context, s *scheduler.Service, replies []scheduler.Reply) (faults []scheduler.Finding, err error) {
	at, ok := calendar.AsReplier(s.Backend)
	if !ok {
		return nil, nil
	}
	for _, r := range replies {
		switch err := at.Reply(ctx, r.UID, r.Person, r.Original, r.RSVP); {
		case scheduler.Stops(ctx, err):
			return faults, err
		case err != nil && !errors.Is(err, calendar.ErrNotFound):
			faults = append(faults, scheduler.Finding{Kind: scheduler.Failed, UID: r.UID, Person: r.Person, Err: err})
		}
	}
	return faults, nil
}
