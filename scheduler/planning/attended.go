package planning

import (
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Attended returns who can attend the sessions of s, a series of g, that are to come. A
// cancelled one has no verdicts.
func (p *Planner) Attended(g scheduler.Group, s calendar.Series) (scheduler.Attended, error) {
	out := scheduler.Attended{UID: s.UID, Group: g.Name, At: p.Now.UTC(), Members: slices.Clone(g.Members)}
	sessions, err := s.Occurrences()
	if err != nil {
		return out, err
	}
	for _, o := range sessions {
		if !o.End.After(p.Now) {
			continue
		}
		one := scheduler.AttendedSession{Original: o.Original.UTC(), Interval: availability.Interval{Start: o.Start.UTC(), End: o.End.UTC()}}
		for _, a := range g.Members {
			if o.Cancelled {
				break
			}
			v, err := p.Attends(a, s, o)
			if err != nil {
				return out, err
			}
			one.Verdicts = append(one.Verdicts, v)
		}
		out.Sessions = append(out.Sessions, one)
	}
	return out, nil
}
