package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Attended is who could attend the sessions of a series, as the nights found it: what
// is shown of attendance without a look at calendars. A session that is over stays as
// the last night before it had it.
type Attended struct {
	UID      calendar.UID
	Group    string
	At       time.Time // of the last night
	Members  []calendar.Address
	Sessions []AttendedSession        // in the order of the series
	Best     []availability.Candidate // slots for what was left of the series then, and its own, the best first
	Week     Week                     // all slots for that
}

// An AttendedSession is who could attend one session, in the order of the Members.
type AttendedSession struct {
	Original time.Time
	availability.Interval
	Verdicts []availability.Verdict
}

// Verdict returns whether the member could attend the session o; ok is false if no
// night looked at it where it is now.
func (t Attended) Verdict(a calendar.Address, o calendar.Occurrence) (v availability.Verdict, ok bool) {
	i := slices.Index(t.Members, a)
	j := slices.IndexFunc(t.Sessions, func(s AttendedSession) bool { return s.Original.Equal(o.Original) && s.Start.Equal(o.Start) })
	if i < 0 || j < 0 || i >= len(t.Sessions[j].Verdicts) {
		return availability.Verdict{Can: availability.Maybe, Why: availability.NotReadable}, false
	}
	return t.Sessions[j].Verdicts[i], true
}

// KeepAttended records what a night found. Sessions that it did not look at, because
// they are over, stay as they were.
func (s *Service) KeepAttended(ctx context.Context, found []Attended) error {
	if len(found) == 0 {
		return nil
	}
	of := calendar.UID("") // all
	if len(found) == 1 {
		of = found[0].UID
	}
	had, err := s.Store.Attended(ctx, of)
	if err != nil {
		return err
	}
	before := map[calendar.UID]Attended{}
	for _, t := range had {
		before[t.UID] = t
	}
	for i, t := range found {
		found[i] = t.after(before[t.UID])
	}
	_, err = s.Commit(ctx, Batch{Attended: found})
	return err
}

// after returns t with the sessions of an earlier night that t says nothing of and that
// had begun by then, for members who are still there.
func (t Attended) after(was Attended) Attended {
	var over []AttendedSession
	for _, o := range was.Sessions {
		if o.Start.After(t.At) || slices.ContainsFunc(t.Sessions, func(s AttendedSession) bool { return s.Original.Equal(o.Original) }) {
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
