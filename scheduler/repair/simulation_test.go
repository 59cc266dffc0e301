package repair_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// TestAYearInAMinute runs 60 people in 12 groups through a year of calendars that
// change, twice: with the nightly repair and without. It keeps watch over what
// must never happen, and says what a move is worth.
func TestAYearInAMinute(t *testing.T) {
	weeks := 16
	if calendartest.Long() {
		weeks = 52
	}
	var with, without tally
	t.Run("two of them", func(t *testing.T) {
		for repair, tally := range map[bool]*tally{true: &with, false: &without} {
			t.Run(fmt.Sprint("repair ", repair), func(t *testing.T) {
				t.Parallel()
				*tally = simulate(t, 1, weeks, repair)
			})
		}
	})
	if with.rate() <= without.rate() {
		t.Errorf("attendance %.3f with repair, %.3f without; want more with it", with.rate(), without.rate())
	}
	t.Logf("%d weeks: attendance %.1f%% with repair (%d of %d), %.1f%% without (%d of %d)",
		weeks, 100*with.rate(), with.attended, with.invited, 100*without.rate(), without.attended, without.invited)
	t.Logf("%d moves told, %.2f attendances gained for each; %d series, %d messages a person in all", with.moves, gainedPerMove(with, without), with.series, with.told/60)
}

// BenchmarkYear reports what a move is worth, over several years.
func BenchmarkYear(b *testing.B) {
	var with, without tally
	for seed := range uint64(b.N) {
		with.add(simulate(b, 1+seed, 52, true))
		without.add(simulate(b, 1+seed, 52, false))
	}
	b.ReportMetric(gainedPerMove(with, without), "attendances/move")
	b.ReportMetric(100*with.rate(), "%attendance")
	b.ReportMetric(100*without.rate(), "%without")
}

// A tally is what a simulated year comes to.
type tally struct {
	attended, invited int // member-sessions
	moves             int
	series            int
	told              int // messages to all people together
}

func (t tally) rate() float64 { return float64(t.attended) / float64(t.invited) }

func (t *tally) add(o tally) {
	t.attended, t.invited, t.moves = t.attended+o.attended, t.invited+o.invited, t.moves+o.moves
}

// gainedPerMove compares two years of the same life by the share of the sessions
// that are attended, and spreads what is won over the moves.
func gainedPerMove(with, without tally) float64 {
	return (with.rate() - without.rate()) * float64(with.invited) / float64(with.moves)
}

// A year is a world in the course of a simulation.
type year struct {
	*world
	tally
	tb     testing.TB
	random *rand.Rand // for what people do about their sessions
	people []calendar.Address
	repair bool
	today  time.Time
}

const simulatedGroups = 12

func simulate(tb testing.TB, seed uint64, weeks int, repair bool) tally {
	tb.Helper()
	y := newYear(tb, seed, repair)
	life := newLife(seed, y.people, weeks)
	for day := range 7 * weeks {
		y.today = at(1, 1, 3).Start.AddDate(0, 0, day) // the pass runs at three at night
		life.happens(y, day)
		if err := y.Resume(tb.Context()); err != nil {
			tb.Fatal(err)
		}
		if y.today.Weekday() == time.Monday {
			y.holdWeek()
			y.review()
		}
		y.bookIdle()
		if y.repair {
			y.night(day)
		}
	}
	for _, a := range y.people {
		y.told += y.Fake.Told(a)
	}
	return y.tally
}

// newYear returns 60 people of four zones in 12 groups of six; every group shares
// a member with the next one.
func newYear(tb testing.TB, seed uint64, repair bool) *year {
	tb.Helper()
	y := &year{tb: tb, random: rand.New(rand.NewPCG(seed, 2)), repair: repair, today: now}
	for i := range 60 {
		y.people = append(y.people, calendar.Address(fmt.Sprintf("p%02d@acme.example", i)))
	}
	y.world = newWorld(tb, y.people...)
	y.Now = func() time.Time { return y.today }
	for i, a := range y.people {
		p := y.Workspace.Roster.Of(a)
		p.Zone = []string{"Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Athens"}[i%4]
		y.Workspace.Roster.Put(p)
	}
	for g := range simulatedGroups {
		members := slices.Clone(y.people[5*g : 5*g+5])
		y.NewGroup(fmt.Sprintf("group-%02d", g), append(members, y.people[(5*g+5)%60])...)
	}
	return y
}

// bookIdle books the groups that have no series ahead of them.
func (y *year) bookIdle() {
	y.tb.Helper()
	var requests []scheduler.Request
	bookings := y.bookings()
	for _, g := range y.Workspace.Groups {
		if slices.ContainsFunc(bookings, func(b scheduler.Booking) bool { return b.Group == g.Name }) {
			continue
		}
		search := booking.NewSearch(y.Workspace, scheduler.DefaultProgram(), availability.DateOf(y.today).Monday().AddDays(7))
		requests = append(requests, scheduler.Request{Group: g, Search: search})
	}
	if len(requests) == 0 {
		return
	}
	plans, err := booking.Plan(y.tb.Context(), y.world.Service, requests)
	if err != nil {
		y.tb.Fatal(err)
	}
	for _, p := range plans {
		b, _, err := y.Book(y.tb.Context(), p)
		if err != nil {
			y.tb.Fatal(err)
		}
		y.booked(b)
	}
}

func (y *year) bookings() []scheduler.Booking {
	y.tb.Helper()
	bookings, err := y.Store.Bookings(y.tb.Context())
	if err != nil {
		y.tb.Fatal(err)
	}
	return bookings
}

// booked checks a new series: never over three months.
func (y *year) booked(b scheduler.Booking) {
	y.tb.Helper()
	y.series++
	sessions := calendartest.Sessions(b.Series)
	if last := sessions[len(sessions)-1].End; len(sessions) > 13 || last.Sub(sessions[0].Start) > 91*24*time.Hour {
		y.tb.Errorf("%s: %d sessions from %v to %v; want at most three months", b.Group, len(sessions), sessions[0].Start, last)
	}
}

// night runs the pass and checks its changes; every tenth night a second one must
// change nothing.
func (y *year) night(day int) {
	y.tb.Helper()
	plan := y.pass()
	notice, told := y.today.Add(y.Workspace.Repair.Notice), map[calendar.Address]int{}
	for _, c := range plan.Changes {
		if c.Action != scheduler.MoveSession {
			continue
		}
		y.moves++
		if c.From.Before(notice) || c.To.Before(notice) || c.After <= c.Before {
			y.tb.Errorf("%v: %s: %v -> %v, %d -> %d attending; want it outside the notice, and a gain", y.today, c.Group, c.From, c.To, c.Before, c.After)
		}
		changed := bookings(y.tb, plan)
		i := slices.IndexFunc(changed, func(b scheduler.Booking) bool { return b.Series.UID == c.UID })
		for _, a := range changed[i].Series.Attendees {
			if told[a.Address]++; told[a.Address] > 2 {
				y.tb.Errorf("%v: %s is told of %d moves in one night; want at most 2", y.today, a.Address, told[a.Address])
			}
		}
	}
	if day%10 == 0 {
		if again := y.pass(); again.Bookings.Len() != 0 {
			y.tb.Errorf("%v: a second pass changes %+v; want nothing", y.today, again.Changes)
		}
	}
}

func (y *year) pass() scheduler.RepairPlan {
	y.tb.Helper()
	plan, err := repair.PlanNight(y.tb.Context(), y.Service)
	if err != nil {
		y.tb.Fatal(err)
	}
	applied := plan // which lets go of what it was
	if err := repair.Apply(y.tb.Context(), y.Service, &applied); err != nil {
		y.tb.Fatal(err)
	}
	return plan
}

// review carries out the reviews that are due, after the members had their say.
func (y *year) review() {
	y.tb.Helper()
	plan, err := review.Plan(y.tb.Context(), y.world.Service, scheduler.ReviewOptions{})
	if err != nil {
		y.tb.Fatal(err)
	}
	for _, p := range plan.Asking {
		i := slices.IndexFunc(y.Workspace.Groups, func(g scheduler.Group) bool { return g.Name == p.Group })
		for _, a := range y.Workspace.Groups[i].Members {
			answer := []scheduler.Answer{scheduler.AnswerKeep, scheduler.AnswerKeep, scheduler.AnswerKeep, scheduler.AnswerOftener, scheduler.AnswerRarer, scheduler.AnswerStop}[y.random.IntN(6)]
			if err := review.Answer(y.tb.Context(), y.world.Service, p.Group, a, answer); err != nil {
				y.tb.Fatal(err)
			}
		}
	}
	if plan, err = review.Plan(y.tb.Context(), y.world.Service, scheduler.ReviewOptions{}); err != nil {
		y.tb.Fatal(err)
	}
	for _, p := range schedulertest.Reviews(y.tb, plan) {
		next, err := review.Apply(y.tb.Context(), y.world.Service, p)
		if err != nil {
			y.tb.Fatal(err)
		}
		if p.Next != nil {
			y.booked(next)
		}
	}
}

// holdWeek counts who attended the sessions of the week that is over, and checks
// that nobody was to be in two of them at once.
func (y *year) holdWeek() {
	y.tb.Helper()
	week := availability.Interval{Start: y.today.AddDate(0, 0, -7), End: y.today}
	bookings := y.allBookings()
	var uids []calendar.UID
	for _, b := range bookings {
		uids = append(uids, b.Series.UID)
	}
	wide := availability.Interval{Start: week.Start.AddDate(0, 0, -1), End: week.End.AddDate(0, 0, 1)}
	busy, err := y.Fake.Busy(y.tb.Context(), y.people, wide, uids...)
	if err != nil {
		y.tb.Fatal(err)
	}
	taken := map[calendar.Address][]availability.Interval{}
	for _, b := range bookings {
		series, err := y.Fake.Get(y.tb.Context(), b.Series.UID)
		if err != nil {
			y.tb.Fatal(err)
		}
		occurrences, err := series.Occurrences()
		if err != nil {
			y.tb.Fatal(err)
		}
		for _, o := range occurrences {
			if !o.Cancelled && week.Contains(o.Interval) {
				y.hold(series, o, busy, taken)
			}
		}
	}
}

// allBookings returns the bookings that a session of last week may belong to.
func (y *year) allBookings() []scheduler.Booking {
	y.tb.Helper()
	var out []scheduler.Booking
	for _, g := range y.Workspace.Groups {
		of, err := y.Store.BookingsOf(y.tb.Context(), g.Name)
		if err != nil {
			y.tb.Fatal(err)
		}
		out = append(out, of[max(0, len(of)-2):]...)
	}
	return out
}

func (y *year) hold(series calendar.Series, o calendar.Occurrence, busy map[calendar.Address]availability.Busy, taken map[calendar.Address][]availability.Interval) {
	y.tb.Helper()
	for _, at := range series.Attendees {
		y.invited++
		if y.attends(series, at.Address, o, busy) {
			y.attended++
		}
		if slices.ContainsFunc(taken[at.Address], o.Overlaps) {
			y.tb.Errorf("%s has two sessions of ours at %v", at.Address, o.Start)
		}
		taken[at.Address] = append(taken[at.Address], o.Interval)
	}
}

// attends reports whether a member was free and had not declined.
func (y *year) attends(series calendar.Series, a calendar.Address, o calendar.Occurrence, busy map[calendar.Address]availability.Busy) bool {
	y.tb.Helper()
	if series.RSVP(a, o.Original) == calendar.Declined {
		return false
	}
	m, err := y.Workspace.Roster.Of(a).Member(busy[a], busy[a].Window, nil)
	if err != nil {
		y.tb.Fatal(err)
	}
	can, _ := m.CanAttend(o.Interval)
	return can.Attends()
}

// A life is what happens to the people, whatever becomes of their sessions: the
// same with repair and without.
type life struct{ events map[int][]happening } // by day

// A happening is something that becomes known on a day.
type happening struct {
	person  calendar.Address
	busy    availability.Interval
	decline bool // the person's next session, rather
}

func newLife(seed uint64, people []calendar.Address, weeks int) life {
	random := rand.New(rand.NewPCG(seed, 1))
	l := life{map[int][]happening{}}
	add := func(day int, h happening) { l.events[day] = append(l.events[day], h) }
	monday := at(1, 5, 0).Start
	meeting := func(day int) availability.Interval { // on a day counted from the first Monday
		start := monday.AddDate(0, 0, day).Add(8*time.Hour + time.Duration(random.IntN(36))*15*time.Minute)
		return availability.Interval{Start: start, End: start.Add(time.Duration(1+random.IntN(4)) * 30 * time.Minute)}
	}
	for _, a := range people {
		for range 6 { // standing meetings
			every := meeting(random.IntN(5))
			for week := range weeks + 16 {
				add(0, happening{person: a, busy: availability.Interval{Start: every.Start.AddDate(0, 0, 7*week), End: every.End.AddDate(0, 0, 7*week)}})
			}
		}
		for day := range 7 * weeks {
			switch n := random.IntN(1000); {
			case n < 400: // a new meeting in the next three weeks
				add(day, happening{person: a, busy: meeting(day + random.IntN(21))})
			case n < 412: // sick, from today on
				from := monday.AddDate(0, 0, day-4)
				add(day, happening{person: a, busy: availability.Interval{Start: from, End: from.AddDate(0, 0, 1+random.IntN(4))}})
			case n < 426: // time off, told some weeks ahead
				from := monday.AddDate(0, 0, day+10+random.IntN(30))
				add(day, happening{person: a, busy: availability.Interval{Start: from, End: from.AddDate(0, 0, 2+random.IntN(7))}})
			case n < 445:
				add(day, happening{person: a, decline: true})
			}
		}
	}
	return l
}

// happens lets the things of one day happen.
func (l life) happens(y *year, day int) {
	for _, h := range l.events[day] {
		if h.decline {
			y.decline(h.person)
			continue
		}
		y.Fake.Meet(h.person, h.busy)
	}
}

// decline declines the first session of the person that begins after tomorrow.
func (y *year) decline(a calendar.Address) {
	y.tb.Helper()
	type session struct {
		uid calendar.UID
		calendar.Occurrence
	}
	var next []session
	for _, b := range y.bookings() {
		series, err := y.Fake.Get(y.tb.Context(), b.Series.UID)
		if err != nil || !slices.Contains(series.People(), a) {
			continue
		}
		occurrences, err := series.Occurrences()
		if err != nil {
			y.tb.Fatal(err)
		}
		for _, o := range occurrences {
			if !o.Cancelled && o.Start.After(y.today.AddDate(0, 0, 2)) {
				next = append(next, session{series.UID, o})
			}
		}
	}
	if len(next) == 0 {
		return
	}
	first := slices.MinFunc(next, func(a, b session) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.uid, b.uid)) })
	y.Fake.Reply(first.uid, a, first.Original, calendar.Declined)
}
