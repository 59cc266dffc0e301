package repair

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// seeHands finds what people changed on the calendar since the series was put. A
// session that anybody touched stays as it is, for good.
func (sub *subject) seeHands(r *repairer) {
	base, current := sub.booking.Series, sub.series
	if base.Slot != current.Slot || base.First != current.First || base.Cadence != current.Cadence {
		r.attend(sub.booking.Group, "somebody moved the whole series to %s; that is its slot now", current.Slot)
		sub.booking.Series, sub.accepted = current, true
		return
	}
	for _, o := range slices.Concat(base.Overrides, current.Overrides) {
		was, is := base.Override(o.Original), current.Override(o.Original)
		was.Original, is.Original = o.Original, o.Original // one without an override is zero
		if !was.Same(is) {
			sub.byHand.add(o.Original)
		}
	}
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

// followRoster takes those off the series who left the group or the roster, and
// invites those who joined. Whom somebody invited or uninvited by hand is left
// alone.
func (sub *subject) followRoster(w scheduler.Workspace) {
	sub.group.Members = slices.DeleteFunc(slices.Clone(sub.group.Members), func(a calendar.Address) bool {
		_, ok := w.Roster[a]
		return !ok
	})
	var attendees []calendar.Attendee
	for _, a := range sub.series.Attendees {
		if slices.Contains(sub.group.Members, a.Address) || !slices.Contains(sub.booking.Invited, a.Address) {
			attendees = append(attendees, a)
			continue
		}
		sub.changes = append(sub.changes, sub.change(scheduler.Leave, a.Address, "is not in the group any more"))
	}
	for _, a := range sub.group.Members {
		there := slices.ContainsFunc(sub.series.Attendees, func(at calendar.Attendee) bool { return at.Address == a })
		if !there && !slices.Contains(sub.booking.Invited, a) {
			attendees = append(attendees, calendar.Attendee{Address: a, Name: w.Roster[a].Name})
			sub.changes = append(sub.changes, sub.change(scheduler.Join, a, "is new in the group"))
		}
	}
	slices.SortFunc(attendees, func(a, b calendar.Attendee) int { return cmp.Compare(a.Address, b.Address) })
	sub.series.Attendees = attendees
	sub.booking.Invited = slices.Clone(sub.group.Members)
}

func (sub *subject) change(action scheduler.Action, person calendar.Address, why string) scheduler.Change {
	return scheduler.Change{Group: sub.booking.Group, UID: sub.series.UID, Action: action, Person: person, Why: why}
}
