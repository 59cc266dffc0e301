package availability

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The workload of the benchmarks: managers with 30 meetings a week, for 13 weeks
// from 2026-09-28, in which the clocks of three continents change.
func benchSearch() Search {
	return Search{Zone: "Europe/Berlin", Start: Date{2026, time.September, 28}, Cadence: Weekly, Length: time.Hour, Top: 10}
}

func benchMembers(n int) []Member {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	zones := []string{"Europe/Berlin", "Europe/Lisbon", "Europe/Warsaw", "America/New_York", "Europe/London", "Asia/Kolkata"}
	members := make([]Member, n)
	for i := range members {
		members[i] = Member{Zone: mustZone(zones[r.IntN(len(zones))]), Hours: OfficeHours()}
		members[i].Busy = benchBusy(r, members[i].Zone)
	}
	return members
}

// benchBusy returns the calendar of one manager: half of the meetings every week
// at the same time.
func benchBusy(r *rand.Rand, zone *time.Location) Busy {
	monday := Date{2026, time.September, 28}
	b := Busy{Window: Interval{monday.AddDays(-1).In(zone).Start, monday.AddDays(93).In(zone).End}}
	meeting := func(day int, clock time.Duration) {
		start, _ := At(monday.AddDays(day), clock, zone)
		b.Spans = append(b.Spans, Span{Interval: Interval{start, start.Add(time.Duration(1+r.IntN(4)) * 30 * time.Minute / 2)}})
	}
	for range 15 {
		day, clock := r.IntN(5), 8*time.Hour+time.Duration(r.IntN(40))*15*time.Minute
		for week := range 13 {
			meeting(7*week+day, clock)
			meeting(7*week+r.IntN(5), 8*time.Hour+time.Duration(r.IntN(40))*15*time.Minute)
		}
	}
	b.Normalize()
	return b
}

// naiveRank is the search as one would first write it. It knows only what the
// workload has: hours within a day, firm busy times, nobody required.
func naiveRank(q Search, members []Member) []Candidate {
	zone := mustZone(q.Zone)
	var all []Candidate
	for day := range 7 {
		first := q.Start.AddDays(day)
		for clock := time.Duration(0); clock < 24*time.Hour; clock += 15 * time.Minute {
			c := Candidate{
				Slot: Slot{first.Weekday(), clock, q.Length, q.Zone}, First: first, Count: 13, RequiredMet: 13,
				Possible: 13 * len(members), WorstOccurrence: len(members), WorstMember: 13,
			}
			attended := make([]int, len(members))
			for week := range 13 {
				start := time.Date(first.Year, first.Month, first.Day+7*week, 0, int(clock/time.Minute), 0, 0, zone)
				if start.In(zone).Minute() != int(clock/time.Minute)%60 || start.In(zone).Hour() != int(clock/time.Hour) {
					c.Count = 0 // the clocks skip it
				}
				here := 0
				for i := range members {
					if naiveCan(&members[i], start, start.Add(q.Length)) {
						attended[i]++
						here++
					}
				}
				c.Attendance += here
				c.WorstOccurrence = min(c.WorstOccurrence, here)
			}
			for _, n := range attended {
				c.WorstMember = min(c.WorstMember, n)
			}
			if c.Count > 0 {
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, compareCandidates)
	return all[:min(len(all), q.Top)]
}

func naiveCan(m *Member, start, end time.Time) bool {
	local := start.In(m.Zone)
	from := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	within := false
	for _, r := range m.Hours.On(local.Weekday()) {
		within = within || r.From <= from && from+end.Sub(start) <= r.To
	}
	if !within {
		return false
	}
	for i := range m.Busy.Spans {
		s := &m.Busy.Spans[i]
		if !s.Start.Before(end) {
			break
		}
		if s.End.After(start) {
			return false
		}
	}
	return true
}

// secondsOfCall returns how long f takes: the median of five measurements.
func secondsOfCall(times int, f func()) float64 {
	var all []float64
	for range 5 {
		begin := time.Now()
		for range times {
			f()
		}
		all = append(all, time.Since(begin).Seconds()/float64(times))
	}
	slices.Sort(all)
	return all[2]
}

// BenchmarkRank ranks the slots of one group of five, its masks ready. It reports
// how many times longer the naive search takes.
func BenchmarkRank(b *testing.B) {
	g, masks, naive := benchGroup(b)
	r, dst := NewRanker(g), []Candidate(nil)
	b.ReportAllocs()
	for b.Loop() {
		dst = r.Rank(dst[:0], masks)
	}
	b.ReportMetric(naive/(b.Elapsed().Seconds()/float64(b.N)), "x-naive")
}

// BenchmarkRankCold is BenchmarkRank with all that comes before: grid and masks.
func BenchmarkRankCold(b *testing.B) {
	_, _, naive := benchGroup(b)
	members := benchMembers(5)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Rank(benchSearch(), members); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(naive/(b.Elapsed().Seconds()/float64(b.N)), "x-naive")
}

// benchGroup returns a group of five on its grid, and the time that the naive
// search takes for it, after checking that all searches agree.
func benchGroup(b *testing.B) (*Grid, []*Mask, float64) {
	q, members := benchSearch(), benchMembers(5)
	g, masks := mustMasks(b, q, members)
	got, naive := NewRanker(g).Rank(nil, masks), naiveRank(q, members)
	if plain := plainRank(q, members); !equalCandidates(got, plain) || !equalCandidates(naive, plain) {
		b.Fatalf("ranked %v, naively %v, want %v", got, naive, plain)
	}
	return g, masks, secondsOfCall(10, func() { naiveRank(q, members) })
}

func mustMasks(tb testing.TB, q Search, members []Member) (*Grid, []*Mask) {
	tb.Helper()
	g, err := NewGrid(q)
	if err != nil {
		tb.Fatal(err)
	}
	masks, err := g.Masks(members)
	if err != nil {
		tb.Fatal(err)
	}
	return g, masks
}

// BenchmarkRankGroups ranks the slots of 10,000 groups of five out of 10,000
// people. The time of the naive search is that of 20 of the groups.
func BenchmarkRankGroups(b *testing.B) {
	q, members := benchSearch(), benchMembers(10_000)
	g, masks := mustMasks(b, q, members)
	r, dst := NewRanker(g), []Candidate(nil)
	rnd := rand.New(rand.NewPCG(2, 2))
	groups := make([][]*Mask, 10_000)
	var naive float64
	for i := range groups {
		var group []Member
		for range 5 {
			n := rnd.IntN(len(masks))
			groups[i], group = append(groups[i], masks[n]), append(group, members[n])
		}
		if i < 20 {
			var want []Candidate
			naive += secondsOfCall(1, func() { want = naiveRank(q, group) }) / 20
			if got := r.Rank(nil, groups[i]); !equalCandidates(got, want) {
				b.Fatalf("group %d: got %v, want %v", i, got, want)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, group := range groups {
			dst = r.Rank(dst[:0], group)
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N*len(groups))
	b.ReportMetric(seconds*1e6, "us/group")
	b.ReportMetric(naive/seconds, "x-naive")
}

// BenchmarkAttendance counts who of 10,000 members can attend each cell of the
// grid. The time of the naive count is that of 100 of the members.
func BenchmarkAttendance(b *testing.B) {
	members := benchMembers(10_000)
	g, masks := mustMasks(b, benchSearch(), members)
	r := NewRanker(g)
	const few = 100
	var want []int
	naive := secondsOfCall(1, func() { want = naiveAttendance(g, members[:few]) }) / few
	table := r.Attendance(nil, masks[:few])
	if !slices.Equal(table, want) {
		b.Fatal("the table differs from the naive one")
	}
	b.ReportAllocs()
	for b.Loop() {
		table = r.Attendance(table[:0], masks)
	}
	b.ReportMetric(naive*float64(len(members)*b.N)/b.Elapsed().Seconds(), "x-naive")
}

// naiveAttendance counts as one would first write it; no clock of the workload
// skips a start at which somebody works.
func naiveAttendance(g *Grid, members []Member) []int {
	var table []int
	for week := range g.Weeks() {
		for start := range g.Starts() {
			iv, exists := g.Interval(week, start)
			n := 0
			for i := range members {
				if exists && naiveCan(&members[i], iv.Start, iv.End) {
					n++
				}
			}
			table = append(table, n)
		}
	}
	return table
}

// BenchmarkMasks marks what a member can attend.
func BenchmarkMasks(b *testing.B) {
	members := benchMembers(1000)
	g, err := NewGrid(benchSearch())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := g.Masks(members); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*len(members)), "us/member")
}
