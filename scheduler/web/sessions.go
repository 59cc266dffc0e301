package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A session is one session as a member sees it.
type session struct {
	Group  string
	Start  time.Time
	End    time.Time
	With   []string // who else is invited
	Leader string   // "" if nobody is named
	Lead   bool     // the viewer leads
	Link   string   // of the video meeting
	Gained string   // what its move gained, "" if it was not moved or nobody knows
	Moved  string   // from when, "" if it was not moved
	Off    bool
	Cells  []cell // by member
	Share  scheduler.Share
	Can    string // the same in words, "" if nobody looked
}

// A cell says whether one member can attend one session.
type cell struct {
	Sign, Word, Class string
	Why               string // for oneself and admins alone
}

// cellOf returns how a verdict is shown. Why is said only if it is the viewer's to know.
func cellOf(v availability.Verdict, tell bool) cell {
	c := cell{"?", "not known", "soft", ""}
	switch v.Can {
	case availability.Yes:
		c = cell{"✓", "can", "can", ""}
	case availability.Stretch:
		c = cell{"~", "can if needed", "stretch", ""}
	case availability.No:
		c = cell{"✗", "cannot", "cannot", ""}
	}
	if v.Can == availability.Stretch && !tell {
		c = cell{"✓", "can", "can", ""} // which hours somebody does not like is theirs
	}
	if tell && v.Why != availability.NoReason {
		c.Why = reasons[v.Why]
	}
	return c
}

// reasons say why somebody cannot attend.
var reasons = map[availability.Why]string{
	availability.Away:        "away",
	availability.Holiday:     "public holiday",
	availability.OutOfHours:  "outside the hours",
	availability.BusyThen:    "busy",
	availability.NotReadable: "the calendar could not be read",
	availability.Declined:    "declined",
}

// A column is one member of a table of sessions.
type column struct{ Name, Initials string }

func (n *view) columns(members []calendar.Address) []column {
	out := make([]column, len(members))
	for i, a := range members {
		name := n.name(a)
		out[i] = column{name, report.Initials(name)}
	}
	return out
}

// sessionsOf returns the sessions of a booking that end after from, cancelled ones among
// them, with who could attend them as the last night found it.
func (v viewer) sessionsOf(ctx context.Context, b scheduler.Booking, members []calendar.Address, from time.Time) ([]session, error) {
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		return nil, fmt.Errorf("group %q: %w", b.Group, err)
	}
	found, err := v.attended(ctx, b.Series.UID)
	if err != nil {
		return nil, err
	}
	var out []session
	for i, o := range occurrences {
		if !o.End.After(from) {
			continue
		}
		s := session{Group: b.Group, Start: o.Start, End: o.End, Off: o.Cancelled, Link: b.Series.Link, With: v.others(b)}
		if o.Moved && !o.Cancelled {
			s.Moved, s.Gained = o.Original.In(v.Zone).Format("Mon 2 Jan 15:04"), v.gained(b, o)
		}
		if i < len(b.Facilitators) && b.Facilitators[i] != "" {
			s.Leader, s.Lead = v.view.name(b.Facilitators[i]), v.Person.Is(b.Facilitators[i])
		}
		if !o.Cancelled {
			s.Cells, s.Share = v.cells(found, b.Series, o, members)
			s.Can = shareWords(s.Share)
		}
		out = append(out, s)
	}
	return out, nil
}

// attended returns what nights found of a series; nothing before the first.
func (v viewer) attended(ctx context.Context, uid calendar.UID) (attendance.Found, error) {
	found, err := v.view.service.Store.Attended(ctx, uid)
	if err != nil || len(found) == 0 {
		return attendance.Found{}, err
	}
	return found[0], nil
}

// cells says of each member whether they can. Who declined all of it does not count.
func (v viewer) cells(found attendance.Found, s calendar.Series, o calendar.Occurrence, members []calendar.Address) (cells []cell, share scheduler.Share) {
	for _, a := range members {
		verdict, counts := found.Verdict(a, o)
		if counts {
			share.Count(verdict.Can)
		} else if v.view.service.Workspace.Roster.Of(a).DeclinedAll(s) {
			verdict = availability.Verdict{Why: availability.Declined}
		}
		cells = append(cells, cellOf(verdict, v.Admin || a == v.Address))
	}
	return cells, share
}

func shareWords(s scheduler.Share) string {
	switch {
	case s.Known() == 0:
		return ""
	case s.Unknown > 0:
		return fmt.Sprintf("%d of %d known", s.Yes, s.Known())
	}
	return fmt.Sprintf("%d of %d", s.Yes, s.Known())
}

// others returns the names of who else is invited.
func (v viewer) others(b scheduler.Booking) []string {
	var out []string
	for _, at := range b.Series.Attendees {
		if person, _ := v.view.person(at.Address); person != v.Address {
			out = append(out, v.view.name(at.Address))
		}
	}
	return out
}

// gained says what the move of a session gained, "" if it was not ours. Whose conflict it
// was is told to that person alone.
func (v viewer) gained(b scheduler.Booking, o calendar.Occurrence) string {
	m, ok := b.WonBy(o)
	if !ok {
		return ""
	}
	words := fmt.Sprintf("so that %d instead of %d can come", m.After, m.Before)
	if slices.Contains(m.Gained, v.Address) {
		words += ", you among them"
	}
	return words
}
