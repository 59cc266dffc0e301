package mail

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Notices returns what a change from before to after means for each person: nothing
// for most. A zero before is a series that is new; told is what everybody was told
// of it until now. Sessions that were over at now are told to nobody, nor is the
// organizer told anything. Sorted by person; what is about the series first, then the
// sessions in their order, in which they are to be sent: a client that forgets moved
// sessions with each new series is told them again.
func Notices(before, after calendar.Series, told []scheduler.Notice, now time.Time) ([]scheduler.Notice, error) {
	c := telling{before: before, after: after, told: told, now: now}
	var err error
	if c.is, err = after.Occurrences(); err != nil {
		return nil, err
	}
	if before.UID != "" {
		if c.was, err = before.Occurrences(); err != nil {
			c.was = nil // nobody can say what was told: the series is told whole
		}
	}
	var out []scheduler.Notice
	for _, a := range everybodyIn(before, after) {
		for _, n := range c.person(a) {
			n.To, n.Group, n.UID, n.Sequence, n.Made, n.State = a, after.Group, after.UID, after.Sequence, now.UTC(), scheduler.NoticeWaits
			out = append(out, n)
		}
	}
	return out, nil
}

// everybodyIn returns the attendees of both, each once and sorted, but for the
// organizer.
func everybodyIn(before, after calendar.Series) []calendar.Address {
	var people []calendar.Address
	for _, a := range slices.Concat(before.Attendees, after.Attendees) {
		if a.Address != after.Organizer.Address {
			people = append(people, a.Address)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// A telling compares a series before and after a change.
type telling struct {
	before, after calendar.Series
	told          []scheduler.Notice
	was, is       []calendar.Occurrence
	now           time.Time
}

func (c telling) person(a calendar.Address) []scheduler.Notice {
	wasIn := c.before.UID != "" && !c.before.Cancelled && c.before.Invites(a)
	isIn := !c.after.Cancelled && c.after.Invites(a)
	switch {
	case wasIn && !isIn && !c.comes(c.was):
		return nil // it is over for them anyway
	case wasIn && !isIn && c.unreached(a):
		return nil // they have nothing that is to be taken back
	case wasIn && !isIn && c.after.Invites(a):
		return []scheduler.Notice{{Kind: scheduler.NoticeCancelled}}
	case wasIn && !isIn:
		return []scheduler.Notice{{Kind: scheduler.NoticeLeft}}
	case !isIn || !c.comes(c.is) && !(wasIn && c.comes(c.was)):
		return nil
	case !wasIn:
		return append([]scheduler.Notice{{Kind: scheduler.NoticeInvited}}, c.standing(a)...)
	case c.seriesChanged():
		return slices.Concat(c.dropped(a), []scheduler.Notice{{Kind: scheduler.NoticeChanged}}, c.standing(a))
	}
	return c.sessions()
}

// unreached reports whether all that a was to hear came back.
func (c telling) unreached(a calendar.Address) bool {
	to := func(n scheduler.Notice) bool { return n.To == a }
	return slices.ContainsFunc(c.told, to) && !slices.ContainsFunc(c.told, func(n scheduler.Notice) bool { return to(n) && n.State != scheduler.NoticeRefused })
}

// comes reports whether any of the sessions is still to come.
func (c telling) comes(sessions []calendar.Occurrence) bool {
	return slices.ContainsFunc(sessions, func(o calendar.Occurrence) bool { return !o.Cancelled && o.End.After(c.now) })
}

// seriesChanged reports whether the series itself is another. A new agenda, and who
// else takes part, are no reason to write to anybody.
func (c telling) seriesChanged() bool {
	b, a := c.before, c.after
	return len(c.was) == 0 || b.Slot != a.Slot || b.First != a.First || b.Cadence != a.Cadence || b.Count != a.Count || b.Title != a.Title || b.Link != a.Link
}

// dropped returns a notice for each session to come that the series has no more and
// of which a was told alone: a client that keeps what it was told of single sessions
// would keep it for ever.
func (c telling) dropped(a calendar.Address) []scheduler.Notice {
	var out []scheduler.Notice
	for _, w := range c.was {
		_, kept := sessionOf(c.is, w.Original)
		if !kept && c.alone(a, w.Original) == scheduler.NoticeSession && w.End.After(c.now) {
			out = append(out, scheduler.Notice{Kind: scheduler.NoticeOff, Original: w.Original, Was: w.Interval})
		}
	}
	return out
}

// alone returns the kind of the last notice to a of that session alone, "" if there
// was none.
func (c telling) alone(a calendar.Address, original time.Time) (kind scheduler.NoticeKind) {
	for _, n := range c.told {
		if n.To == a && n.Original.Equal(original) {
			kind = n.Kind
		}
	}
	return kind
}

// standing returns what a is to be told after the series itself: each session to
// come that is not where the series has it, and each of which they were ever told
// alone, since some clients keep that, and some forget it.
func (c telling) standing(a calendar.Address) []scheduler.Notice {
	var out []scheduler.Notice
	for _, o := range c.is {
		if !o.End.After(c.now) {
			continue
		}
		w, there := sessionOf(c.was, o.Original)
		alone := c.alone(a, o.Original)
		n := scheduler.Notice{Kind: scheduler.NoticeSession, Original: o.Original}
		switch {
		case o.Cancelled && (alone == scheduler.NoticeSession || there && w.Moved && !w.Cancelled):
			n.Kind, n.Was = scheduler.NoticeOff, w.Interval
			if !there {
				n.Was = o.Interval
			}
		case o.Cancelled || !o.Moved && alone == "" && (!there || !w.Moved && !w.Cancelled):
			continue
		case there && !w.Cancelled && !w.Start.Equal(o.Start):
			n.Was = w.Interval
		case !there && o.Moved:
			n.Was = availability.Interval{Start: o.Original, End: o.Original.Add(c.after.Slot.Length)}
		}
		out = append(out, n)
	}
	return out
}

func sessionOf(sessions []calendar.Occurrence, original time.Time) (calendar.Occurrence, bool) {
	for _, o := range sessions {
		if o.Original.Equal(original) {
			return o, true
		}
	}
	return calendar.Occurrence{}, false
}

// sessions returns a notice for each single session that changed.
func (c telling) sessions() []scheduler.Notice {
	var out []scheduler.Notice
	for i, o := range c.is {
		w := c.was[i]
		switch {
		case !o.End.After(c.now) && !w.End.After(c.now):
		case o.Cancelled && !w.Cancelled:
			out = append(out, scheduler.Notice{Kind: scheduler.NoticeOff, Original: o.Original, Was: w.Interval})
		case !o.Cancelled && w.Cancelled:
			out = append(out, scheduler.Notice{Kind: scheduler.NoticeSession, Original: o.Original})
		case !o.Cancelled && !o.Start.Equal(w.Start):
			out = append(out, scheduler.Notice{Kind: scheduler.NoticeSession, Original: o.Original, Was: w.Interval})
		}
	}
	return out
}
