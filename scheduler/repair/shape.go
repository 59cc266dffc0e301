package repair

import (
	"github.com/peerslot/peerslot/scheduler"
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

// calendars counts who has a calendar, and of whom something could be read: if of
// nobody, nothing was repaired, whatever else it looks like. Where no session is to come
// nobody is asked.
func (r *pass) calendars() (asked, readable int) {
	if r.Window.Empty() {
		return 0, 0
	}
	for _, a := range r.everybody().Members {
		if r.Workspace.Roster.Of(a).Calendar == "none" {
			continue
		}
		if asked++; r.Busy[a].Readable() {
			readable++
		}
	}
	return asked, readable
}
