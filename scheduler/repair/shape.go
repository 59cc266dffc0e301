package repair

import (
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// seeShape reports a series that somebody ended early or split by hand, for as long
// as it is so.
func (r *pass) seeShape(sub *subject) {
	f := scheduler.Finding{Group: sub.booking.Group, UID: sub.current.UID}
	if planned := max(sub.booking.Planned, sub.booking.Series.Count); sub.current.Count < planned {
		if sub.booking.Planned != planned {
			sub.booking.Planned, sub.noted = planned, true
		}
		f.Kind, f.Share = scheduler.Shortened, scheduler.Share{Yes: sub.current.Count, No: planned - sub.current.Count}
		r.find(f)
	}
	for _, part := range sub.current.SplitOff {
		f.Kind, f.At, f.Share = scheduler.SplitOff, part.From, scheduler.Share{Yes: part.Count}
		r.find(f)
	}
}

// seeCalendars reports a night in which nobody's calendar could be read, of those who
// have one: nothing was repaired, whatever else it looks like.
func (r *pass) seeCalendars(s planning.Snapshot, people []calendar.Address) {
	people = slices.DeleteFunc(people, func(a calendar.Address) bool { return s.Workspace.Roster[a].Calendar == "none" })
	if len(people) > 0 && !slices.ContainsFunc(people, func(a calendar.Address) bool { return s.Busy[a].Readable() }) {
		r.find(scheduler.Finding{Kind: scheduler.ReadNobody, Share: scheduler.Share{Unknown: len(people)}})
	}
}
