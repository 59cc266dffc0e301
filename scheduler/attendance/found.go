// Package attendance is what the nights found of who can attend the sessions of a series,
// and at which other times of the week how many could.
package attendance

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Found is who could attend the sessions of a series, as the nights found it: what
// is shown of attendance without a look at calendars. A session that is over stays as
// the last night before it had it.
type Found struct {
	UID      calendar.UID
	Group    string
	At       time.Time // of the last night
	Members  []calendar.Address
	Sessions []Session                // in the order of the series
	Best     []availability.Candidate // slots for what was left of the series then, and its own, the best first
	Week     Week                     // all slots for that
}

// A Session is who could attend one session, in the order of the Members.
type Session struct {
	Original time.Time
	availability.Interval
	Verdicts []availability.Verdict
}

// Verdict returns whether the member could attend the session o; ok is false if no
// night looked at it where it is now.
func (t Found) Verdict(a calendar.Address, o calendar.Occurrence) (v availability.Verdict, ok bool) {
	i := slices.Index(t.Members, a)
	j := slices.IndexFunc(t.Sessions, func(s Session) bool { return s.Original.Equal(o.Original) && s.Start.Equal(o.Start) })
	if i < 0 || j < 0 || i >= len(t.Sessions[j].Verdicts) {
		return availability.Verdict{Can: availability.Maybe, Why: availability.NotReadable}, false
	}
	return t.Sessions[j].Verdicts[i], true
}

// After returns t with the sessions of an earlier night that t says nothing of and that
// had begun by then, for members who are still there.
func (t Found) After(was Found) Found {
	var over []Session
	for _, o := range was.Sessions {
		if o.Start.After(t.At) || slices.ContainsFunc(t.Sessions, func(s Session) bool { return s.Original.Equal(o.Original) }) {
			continue
		}
		verdicts := make([]availability.Verdict, len(t.Members))
		for i, a := range t.Members {
			verdicts[i], _ = was.Verdict(a, calendar.Occurrence{Original: o.Original, Interval: o.Interval})
		}
		o.Verdicts = verdicts
		over = append(over, o)
	}
	t.Sessions = append(over, t.Sessions...)
	return t
}
