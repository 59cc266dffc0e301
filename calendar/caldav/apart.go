package caldav

import (
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A session is one of a series of ours that takes somebody's time.
type session struct {
	availability.Interval
	declined bool // by them, so that the server may or may not count it
}

// sessionsOf returns the sessions of s to which the person is invited; none of a series
// whose sessions cannot be told.
func sessionsOf(s calendar.Series, who calendar.Address) (out []session) {
	if s.Organizer.Address != who && !s.Invites(who) {
		return nil
	}
	occurrences, _ := s.Occurrences()
	for _, o := range occurrences {
		if !o.Cancelled {
			out = append(out, session{o.Interval, s.Reply(who, o) == calendar.Declined})
		}
	}
	return out
}

// apart returns the periods that the server gave as busy times in which the
// sessions do not count, as far as can be told. others, if not nil, says when
// events that are not these sessions are there, by a calendar that shows times
// only.
//
// A period that is just as long as a session is the session, or another meeting at
// the same time, or both. If there is such a period, the server does not join
// periods, and every other one that touches the session is another meeting. If
// there is none, and a longer one holds the session, the rest of that is another
// meeting, and of the session's own time nothing is known.
func apart(periods []availability.Span, sessions []session, others *availability.Busy, window availability.Interval) availability.Busy {
	busy := availability.Busy{Window: window}
	var off []availability.Interval // time that is not busy by these periods
	rest := slices.Clone(periods)
	for _, s := range sessions {
		kept := slices.DeleteFunc(slices.Clone(rest), func(p availability.Span) bool { return p.Start.Equal(s.Start) && p.End.Equal(s.End) })
		exact := len(kept) < len(rest)
		held := exact || slices.ContainsFunc(rest, func(p availability.Span) bool { return p.Contains(s.Interval) })
		if !held {
			continue
		}
		if others != nil {
			if kind, free := others.At(s.Interval); !free && kind != availability.Unknown {
				continue // another event is there, and the server says that the time is taken
			}
		}
		if rest = kept; !exact {
			off = append(off, s.Interval)
		}
		if others == nil {
			busy.Spans = append(busy.Spans, availability.Span{Interval: s.Interval, Kind: availability.Unknown})
		}
	}
	holes := availability.Union(off)
	for _, p := range rest {
		for _, iv := range availability.Subtract([]availability.Interval{p.Interval}, holes) {
			busy.Spans = append(busy.Spans, availability.Span{Interval: iv, Kind: p.Kind, AllDay: p.AllDay, Unnamed: others == nil})
		}
	}
	busy.Normalize()
	if slices.ContainsFunc(busy.Spans, func(s availability.Span) bool { return s.Kind == availability.Unknown }) {
		busy.Reason = "the server tells only that the time of a session is taken, not by what"
	}
	return busy
}
