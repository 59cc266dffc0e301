package planning

import (
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// Attended returns who can attend the sessions of s, a series of g, that are to come, of
// those who count in its attendance. A cancelled one has no verdicts.
func (p *Planner) Attended(g scheduler.Group, s calendar.Series) (attendance.Found, error) {
	out := attendance.Found{UID: s.UID, Group: g.Name, At: p.Now.UTC(), Members: Attending(p.Workspace, g, s)}
	sessions, err := s.Occurrences()
	if err != nil {
		return out, err
	}
	ahead := slices.DeleteFunc(slices.Clone(sessions), func(o calendar.Occurrence) bool { return !o.End.After(p.Now) })
	out.Sessions = make([]attendance.Session, 0, len(ahead)) // they are kept for all groups until the night is committed
	verdicts := make([]availability.Verdict, 0, len(ahead)*len(out.Members))
	for _, o := range ahead {
		one := attendance.Session{Original: o.Original.UTC(), Interval: availability.Interval{Start: o.Start.UTC(), End: o.End.UTC()}}
		for _, a := range out.Members {
			if o.Cancelled {
				break
			}
			v, err := p.Attends(a, s, o)
			if err != nil {
				return out, err
			}
			verdicts = append(verdicts, v)
		}
		if !o.Cancelled {
			one.Verdicts = slices.Clip(verdicts[len(verdicts)-len(out.Members):])
		}
		out.Sessions = append(out.Sessions, one)
	}
	out.Best, out.Week, err = p.week(g, s, sessions)
	return out, err
}
