package repair_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// A policy is how a night is spent. The zero policy moves nothing.
type policy struct {
	name    string
	rules   scheduler.RepairRules
	allFree bool // a session is moved only to where all can, by a rule of the benchmark's own
}

func policies() []policy {
	week := 7 * 24 * time.Hour
	old := scheduler.RepairRules{Horizon: 4 * week, Notice: 24 * time.Hour, MinGain: 1, MovesPerSession: 1000, PerMonth: 1000}
	rule := scheduler.DefaultRepairRules()
	reslot := rule
	reslot.Reslot = true
	return []policy{{name: "never"}, {name: "all-free", rules: old, allFree: true}, {name: "old", rules: old}, {name: "new", rules: rule}, {name: "new+reslot", rules: reslot}}
}

// A kind is what people's calendars are like: meetings a week, and how many of what.
type kind struct {
	name     string
	standing int     // weekly meetings at the same time
	sudden   float64 // further meetings a week
	lead     float64 // days ahead within which they become known, and are called off
	shifts   float64 // share of the weeks in which a standing meeting is elsewhere, which is known some days ahead
	vanish   float64 // share of the meetings that are called off
	declines float64 // declines a month, for reasons that no calendar shows
}

var kinds = []kind{
	{name: "light", standing: 8, sudden: 4, lead: 28, shifts: 0.05, vanish: 0.25, declines: 0.1},
	{name: "heavy", standing: 9, sudden: 6, lead: 28, shifts: 0.05, vanish: 0.25, declines: 0.15},
	{name: "unstable", standing: 9, sudden: 6, lead: 28, shifts: 0.14, vanish: 0.35, declines: 0.15},
}

// untuned is the first seed of the years that are reported; the rule was found on
// smaller ones.
const untuned = 1_000_000

// BenchmarkPolicy lives years under each policy, the same life under all, and says
// what comes of it. One iteration is one year of 60 people in 12 groups.
func BenchmarkPolicy(b *testing.B) {
	for _, k := range kinds {
		never := map[uint64]outcome{}
		for _, p := range policies() {
			b.Run(k.name+"/"+p.name, func(b *testing.B) {
				var all, base outcome
				for i := range uint64(b.N) {
					seed := untuned + i
					if _, ok := never[seed]; !ok {
						never[seed] = liveYear(b, k, policy{}, seed, 52)
					}
					all, base = all.plus(liveYear(b, k, p, seed, 52)), base.plus(never[seed])
				}
				b.ReportMetric(0, "ns/op")
				all.report(b, base)
				b.Log(all.row(k.name, p.name, base)) // of the README's table
			})
		}
	}
}

// The goals that the rule was chosen for hold in a year that it was not chosen on. Half a
// year by itself is noise of half a point of attendance, and of more than a point of the
// share that is moved twice: over thirteen others that was 2.5, 3.7 and 4.4 %, and the
// attendance 91.4, 87.8 and 88.1 % beside 91.1, 85.4 and 86.7 % (2026-11).
func TestPolicyReachesItsGoals(t *testing.T) {
	if !calendartest.Long() {
		t.Skip("PEERSLOT_TEST_LONG is not set: it lives six years")
	}
	const halves = 2
	var lived [3][halves][2]outcome
	t.Run("kinds", func(t *testing.T) {
		for i, k := range kinds {
			for half := range halves {
				t.Run(fmt.Sprint(k.name, " ", half+1), func(t *testing.T) {
					t.Parallel()
					for j, p := range []policy{policies()[1], policies()[3]} {
						lived[i][half][j] = liveYear(t, k, p, untuned+uint64(half), 26)
					}
				})
			}
		}
	})
	for i, k := range kinds {
		var allFree, ours outcome
		for _, half := range lived[i] {
			allFree, ours = allFree.plus(half[0]), ours.plus(half[1])
		}
		if ours.attendance() <= allFree.attendance() || ours.notices() > 0.75*allFree.notices() {
			t.Errorf("%s: attendance %.1f%% at %.2f notices a person and month, the all-free rule %.1f%% at %.2f; want more at no more than three quarters",
				k.name, 100*ours.attendance(), ours.notices(), 100*allFree.attendance(), allFree.notices())
		}
		if ours.twice() >= 0.05 {
			t.Errorf("%s: %.1f%% of the moved sessions were moved twice; want less than 5%%", k.name, 100*ours.twice())
		}
	}
}

// An outcome is what some years come to.
type outcome struct {
	attended, invited int // member-sessions
	sessions, under   int // held, and those of them below the quorum
	told              int // notices to all people together
	moved, again      int // sessions moved, and those moved more than once
	ahead             time.Duration
	moves             int
	months            float64 // of one person, summed
}

func (o outcome) plus(p outcome) outcome {
	return outcome{
		o.attended + p.attended, o.invited + p.invited, o.sessions + p.sessions, o.under + p.under, o.told + p.told,
		o.moved + p.moved, o.again + p.again, o.ahead + p.ahead, o.moves + p.moves, o.months + p.months,
	}
}

func (o outcome) attendance() float64 { return float64(o.attended) / float64(o.invited) }
func (o outcome) notices() float64    { return float64(o.told) / o.months }
func (o outcome) twice() float64      { return float64(o.again) / float64(max(1, o.moved)) }

func (o outcome) report(b *testing.B, never outcome) {
	b.ReportMetric(100*o.attendance(), "%attendance")
	b.ReportMetric(o.notices(), "notices/person-month")
	b.ReportMetric(100*float64(o.under)/float64(o.sessions), "%under-quorum")
	b.ReportMetric(100*o.twice(), "%moved-twice")
	b.ReportMetric(o.ahead.Hours()/24/float64(max(1, o.moves)), "days-ahead")
	b.ReportMetric(o.gained(never), "gained/notice")
}

// gained returns the attendances that each notice brought, beside never moving anything.
func (o outcome) gained(never outcome) float64 {
	return (o.attendance() - never.attendance()) * float64(o.invited) / float64(max(1, o.told))
}

// row is the line of the README's table.
func (o outcome) row(kind, policy string, never outcome) string {
	row := fmt.Sprintf("| %s, %s | %.1f %% | %.1f | %.1f %% |", kind, policy, 100*o.attendance(), o.notices(), 100*float64(o.under)/float64(o.sessions))
	if o.moves == 0 {
		return row + " – | – | – |"
	}
	return row + fmt.Sprintf(" %.1f %% | %.1f | %.2f |", 100*o.twice(), o.ahead.Hours()/24/float64(o.moves), o.gained(never))
}

// A lifetime is the people of a year, their calendars and their series.
type lifetime struct {
	tb       testing.TB
	kind     kind
	policy   policy
	space    scheduler.Workspace
	today    time.Time
	holidays scheduler.Holidays
	life     []event // by the day on which it becomes known
	next     int
	busy     map[calendar.Address][]availability.Interval
	bookings scheduler.Bookings
	sessions map[calendar.UID][]calendar.Occurrence // of the bookings, as long as they do not change
	tonight  map[calendar.Address]int
	moves    map[string][]time.Time // by group: when it was told of one
	counts   map[string]int         // by session: how often it was moved
	outcome  outcome
}

// An event is something that becomes known of a person's calendar, or a decline.
type event struct {
	known   time.Time
	person  calendar.Address
	add     availability.Interval // a meeting, empty if none is added
	gone    availability.Interval // a meeting that is called off
	decline bool                  // of the next session
}

const policyPeople, policyGroups = 60, 12

func liveYear(tb testing.TB, k kind, p policy, seed uint64, weeks int) outcome {
	tb.Helper()
	l := newLifetime(tb, k, p, seed, weeks)
	for day := range 7 * weeks {
		l.today = at(1, 5, 2).Start.AddDate(0, 0, day)
		l.hold(availability.Interval{Start: l.today.AddDate(0, 0, -1), End: l.today})
		l.happen()
		if day%91 == 0 {
			l.book()
		}
		clear(l.tonight)
		switch {
		case p.allFree:
			l.allFree()
		case p.rules.Horizon > 0:
			l.night()
		}
	}
	for _, n := range l.counts {
		l.outcome.moved++
		if n > 1 {
			l.outcome.again++
		}
	}
	l.outcome.months = policyPeople * float64(weeks) * 12 / 52
	return l.outcome
}

func newLifetime(tb testing.TB, k kind, p policy, seed uint64, weeks int) *lifetime {
	l := &lifetime{
		tb: tb, kind: k, policy: p, busy: map[calendar.Address][]availability.Interval{}, tonight: map[calendar.Address]int{},
		holidays: policyHolidays(tb), sessions: map[calendar.UID][]calendar.Occurrence{}, moves: map[string][]time.Time{}, counts: map[string]int{},
		space: scheduler.Workspace{Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin", Roster: scheduler.NewRoster(), Repair: p.rules},
	}
	var people []calendar.Address
	for i := range policyPeople {
		a := calendar.Address(fmt.Sprintf("p%02d@acme.example", i))
		people = append(people, a)
		zone := []string{"Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Athens"}[i%4]
		l.space.Roster.Put(scheduler.Person{Address: a, Zone: zone, Hours: availability.OfficeHours(), Holidays: []string{"DE", "PT", "GB", "GR"}[i%4]})
	}
	for g := range policyGroups {
		members := append(slices.Clone(people[5*g:5*g+5]), people[(5*g+5)%policyPeople])
		slices.Sort(members)
		l.space.Groups = append(l.space.Groups, scheduler.Group{Name: fmt.Sprintf("group-%02d", g), Members: members})
	}
	l.life = k.events(rand.New(rand.NewPCG(seed, 3)), people, weeks)
	return l
}

// events makes the life of the people, the same for all policies.
func (k kind) events(random *rand.Rand, people []calendar.Address, weeks int) (out []event) {
	monday := at(1, 5, 0).Start
	often := func(mean float64) int { // a Poisson number
		n, p := 0, random.Float64()
		for term, sum := math.Exp(-mean), math.Exp(-mean); sum < p && n < 50; sum += term {
			n++
			term *= mean / float64(n)
		}
		return n
	}
	meeting := func(week, day int) availability.Interval {
		start := monday.AddDate(0, 0, 7*week+day).Add(8*time.Hour + time.Duration(random.IntN(36))*15*time.Minute)
		return availability.Interval{Start: start, End: start.Add(time.Duration(1+random.IntN(4)) * 30 * time.Minute)}
	}
	before := func(iv availability.Interval, days float64) time.Time {
		return iv.Start.Add(-time.Duration(random.Float64() * days * 24 * float64(time.Hour)))
	}
	for _, a := range people {
		add := func(e event) { e.person = a; out = append(out, e) }
		for range k.standing {
			first := meeting(0, random.IntN(5))
			for week := range weeks + 14 {
				iv := availability.Interval{Start: first.Start.AddDate(0, 0, 7*week), End: first.End.AddDate(0, 0, 7*week)}
				add(event{known: monday.AddDate(0, 0, -1), add: iv})
				switch x := random.Float64(); {
				case x < k.shifts:
					add(event{known: before(iv, k.lead), gone: iv, add: meeting(week, random.IntN(5))})
				case x < k.shifts+k.vanish:
					add(event{known: before(iv, k.lead), gone: iv})
				}
			}
		}
		for week := range weeks + 14 {
			for range often(k.sudden) {
				iv := meeting(week, random.IntN(5))
				add(event{known: before(iv, k.lead), add: iv})
				if random.Float64() < k.vanish {
					add(event{known: before(iv, k.lead), gone: iv})
				}
			}
			for range often(k.declines / 4.3) {
				add(event{known: monday.AddDate(0, 0, 7*week+random.IntN(7)), decline: true})
			}
			switch x := random.Float64(); {
			case x < 0.025: // ill, from one day to the next
				from := monday.AddDate(0, 0, 7*week+random.IntN(5))
				add(event{known: from, add: availability.Interval{Start: from, End: from.AddDate(0, 0, 1+random.IntN(4))}})
			case x < 0.08: // time off, told some weeks ahead
				from := monday.AddDate(0, 0, 7*week+random.IntN(5))
				add(event{known: from.AddDate(0, 0, -10-random.IntN(30)), add: availability.Interval{Start: from, End: from.AddDate(0, 0, 2+random.IntN(7))}})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.known.Compare(b.known) })
	return out
}

// happen lets become known what does today.
func (l *lifetime) happen() {
	for ; l.next < len(l.life) && !l.life[l.next].known.After(l.today); l.next++ {
		e := l.life[l.next]
		if i := slices.Index(l.busy[e.person], e.gone); i >= 0 {
			l.busy[e.person] = slices.Delete(l.busy[e.person], i, i+1)
		}
		if !e.add.Empty() {
			l.busy[e.person] = append(l.busy[e.person], e.add)
		}
		if e.decline {
			l.decline(e.person)
		}
	}
}

// each calls f for every session that is not cancelled.
func (l *lifetime) each(f func(b *scheduler.Booking, o calendar.Occurrence)) {
	for i := range l.bookings {
		uid := l.bookings[i].Series.UID
		if l.sessions[uid] == nil {
			occurrences, err := l.bookings[i].Series.Occurrences()
			if err != nil {
				l.tb.Fatal(err)
			}
			l.sessions[uid] = occurrences
		}
		for _, o := range l.sessions[uid] {
			if !o.Cancelled {
				f(&l.bookings[i], o)
			}
		}
	}
}

// decline declines the person's next session that is at least two days away.
func (l *lifetime) decline(a calendar.Address) {
	var of *scheduler.Booking
	var next calendar.Occurrence
	l.each(func(b *scheduler.Booking, o calendar.Occurrence) {
		if o.Start.After(l.today.AddDate(0, 0, 2)) && slices.Contains(b.Series.People(), a) && (of == nil || o.Start.Before(next.Start)) {
			of, next = b, o
		}
	})
	if of == nil {
		return
	}
	override := of.Series.Override(next.Original)
	override.Original, override.RSVPs = next.Original, maps.Clone(override.RSVPs)
	if override.RSVPs == nil {
		override.RSVPs = map[calendar.Address]calendar.RSVP{}
	}
	override.RSVPs[a] = calendar.Declined
	of.Series = of.Series.WithOverride(override)
}

// snapshot is what is known today of the days to come.
func (l *lifetime) snapshot(days int) planning.Snapshot {
	s := planning.Snapshot{
		Workspace: l.space, Bookings: slices.Clone(l.bookings), Now: l.today, Tonight: l.tonight, Month: map[string]int{},
		Window: availability.Interval{Start: l.today.AddDate(0, 0, -2), End: l.today.AddDate(0, 0, days)},
		Busy:   map[calendar.Address]availability.Busy{}, Current: map[calendar.UID]calendar.Series{}, Holidays: l.holidays,
	}
	for _, a := range l.space.Roster.Addresses() {
		busy := availability.Busy{Window: s.Window}
		l.busy[a] = slices.DeleteFunc(l.busy[a], func(iv availability.Interval) bool { return iv.End.Before(s.Window.Start) })
		for _, iv := range l.busy[a] {
			if iv.Start.Before(s.Window.End) {
				busy.Spans = append(busy.Spans, availability.Span{Interval: iv})
			}
		}
		busy.Normalize()
		s.Busy[a] = busy
	}
	for _, b := range l.bookings {
		s.Current[b.Series.UID] = b.Series
	}
	for g, times := range l.moves {
		for _, t := range times {
			if t.After(l.today.AddDate(0, 0, -28)) {
				s.Month[g]++
			}
		}
	}
	return s
}

// policyHolidays returns a few that differ by country.
func policyHolidays(tb testing.TB) scheduler.Holidays {
	tb.Helper()
	out := scheduler.Holidays{}
	for region, dates := range map[string][]string{
		"DE": {"2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-12-25"},
		"PT": {"2026-02-17", "2026-04-03", "2026-06-04", "2026-06-10", "2026-10-05", "2026-12-01", "2026-12-08", "2026-12-25"},
		"GB": {"2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25"},
		"GR": {"2026-01-06", "2026-02-23", "2026-03-25", "2026-04-10", "2026-04-13", "2026-05-01", "2026-06-01", "2026-10-28", "2026-12-25"},
	} {
		of := scheduler.RegionHolidays{}
		for _, d := range dates {
			day, err := availability.ParseDate(d)
			if err != nil {
				tb.Fatal(err)
			}
			of.Dates = append(of.Dates, day)
		}
		out[region] = of
	}
	return out
}

// book books every group on its best slot for a quarter.
func (l *lifetime) book() {
	l.bookings = nil
	for _, g := range l.space.Groups {
		p := l.planner(100)
		members, err := p.Members(g, "")
		if err != nil {
			l.tb.Fatal(err)
		}
		search := booking.NewSearch(l.space, scheduler.DefaultProgram(), availability.DateOf(l.today).Monday())
		ranked, err := availability.Rank(search, members)
		if err != nil {
			l.tb.Fatal(err)
		}
		l.start(g, ranked[0].Slot, ranked[0].First, ranked[0].Count, 0)
	}
}

func (l *lifetime) planner(days int) *planning.Planner {
	p, err := planning.New(l.snapshot(days))
	if err != nil {
		l.tb.Fatal(err)
	}
	return p
}

func (l *lifetime) start(g scheduler.Group, slot availability.Slot, first availability.Date, count, generation int) {
	uid := scheduler.NewUID(organizer, g.Name+first.String(), generation)
	s := calendar.Series{UID: uid, Version: "v", Organizer: l.space.Organizer, Slot: slot, First: first, Cadence: availability.Weekly, Count: count}
	for _, a := range g.Members {
		s.Attendees = append(s.Attendees, calendar.Attendee{Address: a})
	}
	l.bookings = append(l.bookings, scheduler.Booking{Group: g.Name, State: scheduler.Booked, Series: s, Invited: g.Members, Generation: generation, OwnText: true})
}

// night spends the night by the program's own rule.
func (l *lifetime) night() {
	plan, err := repair.New(l.snapshot(100))
	if err != nil {
		l.tb.Fatal(err)
	}
	for _, b := range slices.Concat(bookings(l.tb, plan), plan.Noted) {
		i := slices.IndexFunc(l.bookings, func(o scheduler.Booking) bool { return o.Series.UID == b.Series.UID })
		if b.Next != nil {
			b.Series = *b.Next
		}
		b.Next, b.State = nil, scheduler.Booked
		l.bookings[i] = b
		delete(l.sessions, b.Series.UID)
	}
	for _, c := range plan.Changes {
		i := slices.IndexFunc(l.bookings, func(o scheduler.Booking) bool { return o.Series.UID == c.UID })
		switch c.Action {
		case scheduler.MoveSession:
			l.tell(c.Group, c.From, c.To, l.originalAt(l.bookings[i].Series, c.To))
		case scheduler.Rebook:
			l.rebook(i, c, plan.Reslots)
		}
	}
}

// tell counts the notices of one move.
func (l *lifetime) tell(group string, from, to, original time.Time) {
	members := l.bookings[slices.IndexFunc(l.bookings, func(b scheduler.Booking) bool { return b.Group == group })].Series.Attendees
	for _, at := range members {
		l.tonight[at.Address]++
	}
	l.outcome.told += len(members)
	l.outcome.moves++
	l.outcome.ahead += availability.Earlier(from, to).Sub(l.today)
	l.moves[group] = append(l.moves[group], l.today)
	l.counts[group+original.String()]++
}

func (l *lifetime) originalAt(s calendar.Series, start time.Time) time.Time {
	for _, o := range s.Overrides {
		if o.Moved.Start.Equal(start) {
			return o.Original
		}
	}
	return start
}

// rebook ends series i and books its rest on the slot of the plan. Its members hear
// of the end and of the next one.
func (l *lifetime) rebook(i int, c scheduler.Change, reslots []scheduler.Reslot) {
	old := l.bookings[i]
	ended, err := old.Series.Until(l.today)
	if err != nil {
		l.tb.Fatal(err)
	}
	left := old.Series.Count - ended.Count
	if ended.Cancelled {
		left = old.Series.Count
	}
	r := reslots[slices.IndexFunc(reslots, func(r scheduler.Reslot) bool { return r.Booking.Series.UID == c.UID })]
	g := l.space.Groups[slices.IndexFunc(l.space.Groups, func(g scheduler.Group) bool { return g.Name == c.Group })]
	zone, err := availability.LoadZone(r.Plan.Candidate.Slot.Zone)
	if err != nil {
		l.tb.Fatal(err)
	}
	l.bookings = slices.Delete(l.bookings, i, i+1)
	l.start(g, r.Plan.Candidate.Slot, availability.DateOf(c.To.In(zone)), left, old.Generation+1)
	l.outcome.told += 2 * len(g.Members)
}

// allFree moves a session only to where all of its members can come.
func (l *lifetime) allFree() {
	p := l.planner(40)
	for i := range l.bookings {
		b := &l.bookings[i]
		g := scheduler.Group{Name: b.Group, Members: b.Invited}
		sessions, err := b.Series.Occurrences()
		if err != nil {
			l.tb.Fatal(err)
		}
		for k, o := range sessions {
			if l.policy.rules.Due(o, l.today) && !slices.ContainsFunc(b.Invited, func(a calendar.Address) bool { return l.tonight[a] >= 2 }) {
				l.moveIfAll(p, b, g, sessions, k)
			}
		}
	}
}

func (l *lifetime) moveIfAll(p *planning.Planner, b *scheduler.Booking, g scheduler.Group, sessions []calendar.Occurrence, k int) {
	o := sessions[k]
	before := make(planning.Verdicts, len(g.Members))
	for i, a := range g.Members {
		v, err := p.Attends(a, b.Series, o)
		if err != nil {
			l.tb.Fatal(err)
		}
		before[i] = v.Can
	}
	if !before.Conflict() {
		return
	}
	members, err := p.Members(g, b.Series.UID)
	if err != nil {
		l.tb.Fatal(err)
	}
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		l.tb.Fatal(err)
	}
	search := planning.MoveSearch{Members: members, Zone: zone, Earliest: l.today.Add(l.policy.rules.Notice), Taken: append(p.Taken(g.Members, b.Series.UID), o.Interval), MinGain: 1}
	m, found, err := search.Best(sessions, k, before)
	if err != nil {
		l.tb.Fatal(err)
	}
	if !found || m.After < len(g.Members) {
		return
	}
	p.Retake(b.Series, m.From, m.To)
	sessions[k].Interval = m.To
	b.Series = b.Series.WithOverride(calendar.Override{Original: o.Original, Moved: m.To})
	delete(l.sessions, b.Series.UID)
	l.tell(b.Group, m.From.Start, m.To.Start, o.Original)
}

// hold counts who came to the sessions of the day that is over.
func (l *lifetime) hold(day availability.Interval) {
	var p *planning.Planner
	l.each(func(b *scheduler.Booking, o calendar.Occurrence) {
		if o.Start.Before(day.Start) || !o.Start.Before(day.End) {
			return
		}
		if p == nil {
			p = l.planner(1)
		}
		came := 0
		for _, a := range b.Invited {
			v, err := p.Attends(a, b.Series, o)
			if err != nil {
				l.tb.Fatal(err)
			}
			if v.Can.Attends() {
				came++
			}
		}
		l.outcome.sessions++
		l.outcome.attended += came
		l.outcome.invited += len(b.Invited)
		if 10*came < 6*len(b.Invited) {
			l.outcome.under++
		}
	})
}
