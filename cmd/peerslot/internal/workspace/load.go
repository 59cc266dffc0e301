package workspace

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Load returns loads as they are shown, with which are more than is good for somebody.
func (w *Workspace) Load(all []planning.Load) []report.Load {
	out := []report.Load{}
	for _, l := range all {
		out = append(out, report.Load{Person: string(l.Person), Sessions: l.Sessions, Week: l.Week.String(), Average: l.Average, TooMuch: l.Sessions > w.MaxSessionsPerWeek})
	}
	return out
}

// Overloaded returns those with more sessions a week than is good for them. Nearly nobody
// is, and the weeks of everybody take much room: it adds up the fullest week that each has
// in every page, and counts week by week only for whom that is too much.
func (w *Workspace) Overloaded(ctx context.Context) ([]report.Load, error) {
	aliases, zone, now := w.Workspace.Roster.Aliases(), ZoneOf(w.Workspace)(""), w.Service.Now()
	fullest := map[uint64]int{} // by the hash of the person
	for page, err := range scheduler.Pages(ctx, w.Service.Store) {
		if err != nil {
			return nil, err
		}
		for _, l := range planning.Loads(page, aliases, zone, now) {
			fullest[calendar.Hash(l.Person)] += l.Sessions
		}
	}
	maps.DeleteFunc(fullest, func(_ uint64, n int) bool { return n <= w.MaxSessionsPerWeek })
	if len(fullest) == 0 {
		return []report.Load{}, nil
	}
	tally := planning.NewTally(aliases, zone, now)
	for page, err := range scheduler.Pages(ctx, w.Service.Store) {
		if err != nil {
			return nil, err
		}
		tally.Add(slices.DeleteFunc(page, func(b scheduler.Booking) bool {
			return !slices.ContainsFunc(b.Series.Attendees, func(at calendar.Attendee) bool {
				return fullest[calendar.Hash(aliases.Person(string(at.Address)))] > 0
			})
		}))
	}
	return w.Load(tally.Over(w.MaxSessionsPerWeek)), nil
}

// TooMuch returns those of the loads that are more than is good for somebody.
func TooMuch(all []report.Load) []report.Load {
	out := []report.Load{}
	for _, l := range all {
		if l.TooMuch {
			out = append(out, l)
		}
	}
	return out
}

// PrintLoad writes loads that are more than is good for somebody.
func (w *Workspace) PrintLoad(p report.Printer, load []report.Load) {
	for _, l := range load {
		p.Printf("! %s has %d peer sessions in the week of %s, more than %d\n", w.Workspace.Name(calendar.Address(l.Person)), l.Sessions, l.Week, w.MaxSessionsPerWeek)
	}
}

// When returns a time as people read it on a terminal, in the workspace's zone,
// and in full elsewhere.
func (w *Workspace) When(t time.Time) string {
	if !w.App.Terminal {
		return t.UTC().Format(time.RFC3339)
	}
	return t.In(ZoneOf(w.Workspace)(w.Workspace.Organizer.Address)).Format("Mon 2 Jan 15:04")
}
