package benchmark_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// budgets say how much work peerslot may do for so many people.
func budget(people int) time.Duration {
	switch {
	case people <= 100:
		return 5 * time.Second
	case people <= 200:
		return 30 * time.Second
	}
	return 20 * time.Second
}

// form solves a Forming as peerslot does.
func form(tb testing.TB, f benchmark.Forming) (groups [][]int, bound int) {
	tb.Helper()
	p := grouping.Problem{MinSize: f.Least, MaxSize: f.Most, Weeks: f.Weeks, Words: (f.Starts + 63) / 64, Seed: 1,
		Apart: grouping.ReportingLine | grouping.SameTeam, Budget: budget(len(f.People)),
		Weights: &grouping.Weights{Met: f.MetCost, Session: f.SessionCost, NoSlot: f.NoSlotCost, ZoneHour: f.ZoneCost, Department: f.SameCost}}
	for _, q := range f.People {
		p.People = append(p.People, grouping.Person{Name: q.Name, Team: q.Team, Department: q.Department, Chain: q.Above, Offset: q.Offset, Free: q.Free})
	}
	for _, m := range f.Met {
		p.Met = append(p.Met, grouping.Meeting{A: m[0], B: m[1], Times: m[2]})
	}
	r, err := grouping.Solve(p)
	if err != nil {
		tb.Fatal(err)
	}
	for _, g := range r.Groups {
		groups = append(groups, g.Members)
	}
	return groups, r.Bound
}

// meet makes rounds as peerslot does, each knowing those before it only, until two people meet
// again or so many are made.
func meet(tb testing.TB, r benchmark.Rounds, most int) (rounds [][][]int) {
	tb.Helper()
	p := grouping.Problem{MinSize: r.Size, MaxSize: r.Size, NeverTogether: r.Apart}
	for i := range r.Groups * r.Size {
		p.People = append(p.People, grouping.Person{Name: fmt.Sprint(i)})
	}
	for len(rounds) < most {
		result, err := grouping.Solve(p)
		if err != nil {
			tb.Fatal(err)
		}
		if result.Repeats > 0 {
			break
		}
		var round [][]int
		for _, g := range result.Groups {
			round = append(round, g.Members)
		}
		for _, pair := range benchmark.Pairs(round) {
			p.Met = append(p.Met, grouping.Meeting{A: pair[0], B: pair[1], Times: 1})
		}
		rounds = append(rounds, round)
	}
	return rounds
}

// choose finds the slot as peerslot does.
func choose(tb testing.TB, s benchmark.Slots) string {
	tb.Helper()
	start, err := availability.ParseDate(s.Start)
	if err != nil {
		tb.Fatal(err)
	}
	var members []availability.Member
	for _, m := range s.Members {
		member := availability.Member{Name: m.Name, Hours: hours(tb, m), Busy: busy(m, start.AddDays(-7).In(time.UTC).Start, 7*(s.Count+3))}
		if member.Zone, err = availability.LoadZone(m.Zone); err != nil {
			tb.Fatal(err)
		}
		members = append(members, member)
	}
	q := availability.Search{Zone: s.Zone, Start: start, Cadence: availability.Weekly, Count: s.Count, Length: time.Duration(s.Minutes) * time.Minute, Top: 1}
	best, err := availability.Rank(q, members)
	if err != nil || len(best) == 0 {
		tb.Fatalf("%s: got %d candidates, %v", s.Name, len(best), err)
	}
	return best[0].Slot.String()
}

func hours(tb testing.TB, m benchmark.Member) (h availability.Hours) {
	tb.Helper()
	clock := func(minutes int) string { return availability.FormatClock(time.Duration(minutes) * time.Minute) }
	if err := h.Set("mon-fri", clock(m.From)+"-"+clock(m.To)); err != nil {
		tb.Fatal(err)
	}
	return h
}

func busy(m benchmark.Member, from time.Time, days int) availability.Busy {
	b := availability.Busy{Window: availability.Interval{Start: from, End: from.AddDate(0, 0, days)}}
	for _, x := range m.Busy {
		b.Spans = append(b.Spans, availability.Span{Interval: availability.Interval{Start: x[0], End: x[1]}})
	}
	b.Normalize()
	return b
}

// mend repairs a night as peerslot does.
func mend(tb testing.TB, n benchmark.Night) (moves []benchmark.Move) {
	tb.Helper()
	const organizer = calendar.Address("people-ops@acme.example")
	rules := scheduler.DefaultRepairRules()
	rules.Notice, rules.Horizon, rules.MinGain = time.Duration(n.Notice)*time.Hour, time.Duration(n.Horizon)*time.Hour, n.MinGain
	s := planning.Snapshot{
		Workspace: scheduler.Workspace{Organizer: calendar.Attendee{Address: organizer}, Zone: n.Zone, Roster: scheduler.NewRoster(), Repair: rules},
		Busy:      map[calendar.Address]availability.Busy{}, Current: map[calendar.UID]calendar.Series{},
		Window: availability.Interval{Start: n.Now, End: n.Now.AddDate(0, 0, 100)}, Now: n.Now,
	}
	number := map[string]int{}
	for k, one := range n.Series {
		number[one.Name] = k
		b := booked(tb, n, one, organizer, k)
		for i, m := range one.Members {
			a := b.Series.Attendees[i].Address
			s.Workspace.Roster.Put(scheduler.Person{Address: a, Zone: m.Zone, Hours: hours(tb, m)})
			s.Busy[a] = busy(m, n.Now, 100)
		}
		s.Bookings = append(s.Bookings, b)
		s.Current[b.Series.UID] = b.Series
	}
	plan, err := repair.New(s)
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range plan.Changes {
		if c.Action != scheduler.MoveSession {
			continue
		}
		one := n.Series[number[c.Group]]
		at := slices.IndexFunc(one.Sessions, c.From.Equal)
		moves = append(moves, benchmark.Move{Series: number[c.Group], Session: at, To: c.To})
	}
	return moves
}

// booked returns a series as it was booked.
func booked(tb testing.TB, n benchmark.Night, s benchmark.Series, organizer calendar.Address, k int) scheduler.Booking {
	tb.Helper()
	zone, err := availability.LoadZone(n.Zone)
	if err != nil {
		tb.Fatal(err)
	}
	first := s.Sessions[0].In(zone)
	series := calendar.Series{
		UID: scheduler.NewUID(organizer, s.Name, 1), Organizer: calendar.Attendee{Address: organizer},
		Slot: availability.Slot{Day: first.Weekday(), Start: time.Duration(first.Hour())*time.Hour + time.Duration(first.Minute())*time.Minute,
			Length: time.Duration(n.Minutes) * time.Minute, Zone: n.Zone},
		First: availability.DateOf(first), Cadence: availability.Weekly, Count: len(s.Sessions), Version: "v",
	}
	for i := range s.Members {
		series.Attendees = append(series.Attendees, calendar.Attendee{Address: calendar.Address(fmt.Sprintf("g%02d-p%02d@acme.example", k, i))})
	}
	return scheduler.Booking{Group: s.Name, Generation: 1, State: scheduler.Booked, Series: series, Version: 1}
}
