package planning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/planning/internal/booked"
)

// Read reads the bookings, and the busy times of the people over the window.
// except names series that do not count as busy.
func Read(ctx context.Context, s *scheduler.Service, people []calendar.Address, window availability.Interval, except ...calendar.UID) (Snapshot, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the bookings: %w", err)
	}
	out := Snapshot{Workspace: s.Workspace, Bookings: bookings, Window: window, Now: s.Now()}
	return out, out.Fill(ctx, s, people, except...)
}

// Fill reads the busy times of the people, as Read does, and what else concerns the
// bookings, into a snapshot that has workspace, bookings, window and clock.
func (s *Snapshot) Fill(ctx context.Context, service *scheduler.Service, people []calendar.Address, except ...calendar.UID) error {
	return s.fill(ctx, service, service.Backend, people, except...)
}

// fill reads when people are busy, each once and sorted, and what else concerns the
// snapshot's bookings.
func (s *Snapshot) fill(ctx context.Context, service *scheduler.Service, reader calendar.BusyReader, people []calendar.Address, except ...calendar.UID) (err error) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	service.Step("reading calendars", 0, len(people))
	if s.Busy, err = reader.Busy(ctx, people, s.Window, except...); err != nil {
		return fmt.Errorf("read busy times: %w", err)
	}
	s.forget(people)
	service.Step("reading calendars", len(people), len(people))
	known := make([]scheduler.Person, len(people))
	for i, a := range people {
		known[i] = s.Workspace.Roster.Of(a)
	}
	s.Holidays, s.Agendas = service.Holidays.Of(known, s.Window), agendas(service, s.Bookings)
	return nil
}

// forget makes unknown the time of those of whom the roster, or their own settings, cannot
// be read: where their calendars are, and when they can meet, may stand there.
func (s *Snapshot) forget(people []calendar.Address) {
	if len(s.Workspace.Unread)+len(s.Workspace.Spoilt) == 0 {
		return
	}
	s.Busy = maps.Clone(s.Busy)
	for _, a := range people {
		if why := s.Workspace.Roster.Of(a).Unread; why != "" {
			s.Busy[a] = availability.Unreadable(why)
		}
	}
}

// agendas loads those of all programs, also of such as bookings only remember. One
// that cannot be loaded says so when it is rendered.
func agendas(s *scheduler.Service, bookings scheduler.Bookings) map[string]agenda.Agenda {
	programs := append(slices.Clone(s.Workspace.Programs), scheduler.DefaultProgram())
	for _, b := range bookings {
		programs = append(programs, s.Workspace.ProgramOf(b))
	}
	out := map[string]agenda.Agenda{}
	for _, p := range programs {
		if _, done := out[p.Agenda]; done || s.Agenda == nil {
			continue
		}
		a, err := s.Agenda(p)
		if err != nil {
			a = agenda.Missing(err)
		}
		out[p.Agenda] = a
	}
	return out
}

// A Snapshot is everything that a plan is made from, as it was at one moment.
type Snapshot struct {
	Workspace scheduler.Workspace
	Bookings  scheduler.Bookings // not ended
	Busy      map[calendar.Address]availability.Busy
	Window    availability.Interval // what Busy was asked for
	Now       time.Time
	Holidays  scheduler.Holidays       // over Window
	Agendas   map[string]agenda.Agenda // by what programs call them

	// Aliases are those of the roster, and Groups those of the workspace by their names,
	// where they are made once for several plans; nil to have them made.
	Aliases calendar.Aliases
	Groups  *scheduler.Groups

	Led map[string]map[calendar.Address]int // by group: how often a member led a session of earlier series

	// For repair and review:
	Rounds  []scheduler.Round                  // of all programs, at least the last of each
	Current map[calendar.UID]calendar.Series   // as they are on the calendar; missing if gone
	Booked  *booked.Groups                     // groups with a series; nil to have it made of Bookings
	Had     map[string]bool                    // groups of the last rounds that have no series any more, and had one
	Faults  map[calendar.UID]error             // why a series on the calendar cannot be used
	Seen    *scheduler.Seen                    // to be committed; nil if nothing needs to be kept
	Tonight map[calendar.Address]int           // moves that members were told of in the last hours
	Month   map[string]int                     // by group: moves in the last 28 days
	Takes   bool                               // the calendars take note of replies, and so of one that is taken back
	Replies map[calendar.UID][]scheduler.Reply // by mail, where Takes, to series of which somebody moved sessions by hand
	formed  map[string]*scheduler.Groups       // by program: those of its last round; nil to have it made
}

// within returns a snapshot that knows a part of the window.
func (s Snapshot) within(part availability.Interval) Snapshot {
	busy := make(map[calendar.Address]availability.Busy, len(s.Busy))
	for a, b := range s.Busy {
		busy[a] = b.Within(part)
	}
	s.Busy, s.Window = busy, part
	return s
}

// aliases returns the other addresses of people.
func (s Snapshot) aliases() calendar.Aliases {
	if s.Aliases != nil {
		return s.Aliases
	}
	return s.Workspace.Roster.Aliases()
}

// GroupsByName returns the groups of the workspace.
func (s Snapshot) GroupsByName() *scheduler.Groups {
	if s.Groups != nil {
		return s.Groups
	}
	return s.Workspace.GroupsByName()
}

// Unknown lists the members whose calendars were not read whole, sorted by
// address.
func (s Snapshot) Unknown(g scheduler.Group) []scheduler.Unknown {
	var out []scheduler.Unknown
	for _, a := range slices.Sorted(slices.Values(g.Members)) {
		if b := s.Busy[a]; b.Lost || !b.Known(s.Window) {
			reason := b.Reason
			switch {
			case reason == "" && b.Lost:
				reason = "an event is left out, since nothing tells when it is"
			case reason == "":
				reason = "part of the calendar could not be read"
			}
			out = append(out, scheduler.Unknown{Person: a, Reason: reason, All: !b.Tells(s.Window)})
		}
	}
	return out
}
