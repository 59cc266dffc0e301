package planning

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

const (
	bestSlots = 5
	weekStep  = 30 * time.Minute // as finely as a table of the week can be read
	// Of ranked slots each hides at most one before and one after it (see Spread).
	topSlots = 3 * bestSlots
)

// week ranks the slots for the sessions of s from next Monday on: the best, with the
// series' own besides, and the figures of all. There are none if no session is left, or nobody.
func (p *Planner) week(g scheduler.Group, s calendar.Series, sessions []calendar.Occurrence) (best []availability.Candidate, week attendance.Week, err error) {
	search, first, err := p.searchLeft(g, s, sessions)
	if err != nil || search.Count == 0 || len(g.Members) == 0 {
		return nil, week, err
	}
	members, err := p.Members(g, s.UID)
	if err != nil {
		return nil, week, err
	}
	best, week, err = p.rankWeek(search, members)
	own := func(c availability.Candidate) bool { return c.Slot == s.Slot && c.First == first }
	if err != nil || slices.ContainsFunc(best, own) {
		return best, week, err
	}
	day, err := rankOwn(search, s.Slot, members)
	if i := slices.IndexFunc(day, own); i >= 0 {
		best = append(best, day[i])
	}
	return best, week, err
}

// searchLeft returns the search for slots of the sessions from next Monday on, or from the
// week in which the series begins, and the
// date of the first of them; its Count is 0 if there are none.
func (p *Planner) searchLeft(g scheduler.Group, s calendar.Series, sessions []calendar.Occurrence) (search availability.Search, first availability.Date, err error) {
	zone, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return search, first, err
	}
	program, _ := p.Workspace.Program(g.Program)
	search = availability.Search{
		Zone: s.Slot.Zone, Start: availability.DateOf(p.Now.In(zone)).Monday().AddDays(7), Cadence: s.Cadence, Length: s.Slot.Length,
		Step: weekStep, Top: topSlots, Preferred: program.Prefer, OnlyDays: program.OnlyDays,
	}
	if monday := s.First.Monday(); monday.Compare(search.Start) > 0 {
		search.Start = monday // a series that follows another is compared with slots of its own weeks
	}
	for _, o := range sessions {
		if o.Original.Before(search.Start.In(zone).Start) {
			continue
		}
		if search.Count++; search.Count == 1 {
			first = availability.DateOf(o.Original.In(zone))
		}
	}
	return search, first, nil
}

// rankWeek returns the best slots of a search, and the figures of all. Its rankers are
// kept: a night ranks the week of each group, and most have the same search.
func (p *Planner) rankWeek(q availability.Search, members []availability.Member) ([]availability.Candidate, attendance.Week, error) {
	kept, ok := p.rankers[q]
	if !ok {
		grid, err := availability.NewGrid(q)
		if err != nil {
			return nil, attendance.Week{}, err
		}
		kept = weekRanker{grid, availability.NewRanker(grid)}
		p.rankers[q] = kept
	}
	masks, err := kept.grid.Masks(members)
	if err != nil {
		return nil, attendance.Week{}, err
	}
	best := Spread(kept.Rank(nil, masks), bestSlots)
	figures := make([]attendance.Figure, 0, kept.grid.Starts()*int(q.Cadence))
	kept.Figures(func(slot availability.Slot, can, unknown int) {
		figures = append(figures, attendance.NewFigure(slot, can, unknown))
	})
	return best, attendance.NewWeek(q, len(members)*q.Count, figures), nil
}

// A weekRanker ranks the slots of groups that have the same search.
type weekRanker struct {
	grid *availability.Grid
	*availability.Ranker
}

// rankOwn ranks the starts on the day of a slot that are multiples of its own.
func rankOwn(q availability.Search, own availability.Slot, members []availability.Member) ([]availability.Candidate, error) {
	const day = 24 * time.Hour
	if own.Start%time.Minute != 0 {
		return nil, nil
	}
	q.Step, q.OnlyDays, q.Top = cmp.Or(own.Start, day), availability.DaysOf(own.Day), int(day/time.Minute)*int(q.Cadence)
	return availability.Rank(q, members)
}

// Spread returns the best of ranked candidates, at most top of them, of which no two
// begin less than an hour apart on the same dates.
func Spread(candidates []availability.Candidate, top int) []availability.Candidate {
	out := make([]availability.Candidate, 0, min(top, len(candidates))+1) // a series' own may follow
	for _, c := range candidates {
		if len(out) == top {
			break
		}
		near := func(o availability.Candidate) bool {
			return o.First == c.First && (o.Slot.Start-c.Slot.Start).Abs() < time.Hour
		}
		if !slices.ContainsFunc(out, near) {
			out = append(out, c)
		}
	}
	return out
}
