package availability

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"
)

// TestGrid compares every cell of grids around clock changes with the values it
// stands for.
func TestGrid(t *testing.T) {
	cells := 0
	for seed := range uint64(60) {
		c := newRandomCase(seed)
		for i := range c.members {
			c.members[i].Trips = c.trips()
		}
		g, masks := mustMasks(t, c.q, c.members)
		table := NewRanker(g).Attendance(nil, masks)
		if len(table) != g.Weeks()*g.Starts() {
			t.Fatalf("case %d: the table has %d numbers for %d weeks of %d starts", seed, len(table), g.Weeks(), g.Starts())
		}
		candidate := candidateCells(g)
		for week := range g.Weeks() {
			for start := range g.Starts() {
				iv, exists := g.Interval(week, start)
				slot, day := g.Slot(start), g.day(week, start)
				if want, err := slot.On(g.days[day].date); exists != (err == nil) || exists && iv != want {
					t.Fatalf("case %d: week %d, %s is %v %v, want %v, %v", seed, week, slot, iv, exists, want, err)
				}
				attending := 0
				for i, m := range masks {
					want := No
					if candidate(week, start) {
						want, _ = c.members[i].CanAttend(iv)
					}
					if got := m.Can(week, start); got != want {
						t.Fatalf("case %d: member %d at %v: %v, want %v", seed, i, iv, got, want)
					}
					if hasBit(m.Attend(), week*g.Words()*64+start) != want.Attends() {
						t.Fatalf("case %d: member %d at %v: Attend and Can differ", seed, i, iv)
					}
					attending += oneIf(want.Attends())
					cells++
				}
				if got := table[week*g.Starts()+start]; got != attending {
					t.Fatalf("case %d: %d can attend at %v, want %d", seed, got, iv, attending)
				}
			}
		}
	}
	if cells < 50_000 {
		t.Errorf("only %d cells compared", cells)
	}
}

// TestMaskExact: what begins or ends a moment beside a start or an end counts to
// the moment.
func TestMaskExact(t *testing.T) {
	q := simpleSearch()
	q.Start, q.Count, q.Length, q.Step = date("2026-03-02"), 1, 50*time.Minute, 10*time.Minute
	for _, early := range []time.Duration{-time.Second, -time.Second / 2, -1, 0, 1, time.Second / 2, time.Second} {
		for _, late := range []time.Duration{-time.Second, -1, 0, 1, time.Second} {
			iv := Interval{instant("2026-03-03T10:20:00Z").Add(early), instant("2026-03-03T13:40:00Z").Add(late)}
			busy, unknown, window := free("tue", "09:00-17:00"), free("tue", "09:00-17:00"), free("tue", "09:00-17:00")
			busy.Busy.Add(iv)
			unknown.Busy.Spans = []Span{{Interval: iv, Kind: Unknown}}
			window.Busy.Window = iv
			members := []Member{busy, unknown, window}
			g, masks := mustMasks(t, q, members)
			for start := range g.Starts() {
				session, _ := g.Interval(0, start)
				for i, m := range masks {
					if want, _ := members[i].CanAttend(session); m.Can(0, start) != want {
						t.Errorf("member %d, %v: %v at %v, want %v", i, iv, m.Can(0, start), session, want)
					}
				}
			}
		}
	}
}

// candidateCells tells of a cell whether it is a session of a candidate.
func candidateCells(g *Grid) func(week, start int) bool {
	return func(week, start int) bool {
		first := week % int(g.search.Cadence)
		for w := first; w < g.Weeks(); w += int(g.search.Cadence) {
			if _, exists := g.Interval(w, start); !exists {
				return false
			}
		}
		return g.search.OnlyDays == 0 || g.search.OnlyDays.Has(g.Slot(start).Day)
	}
}

// TestRankerReuse: a Ranker gives each group what a new one would, whatever the
// groups before were like, and allocates nothing.
func TestRankerReuse(t *testing.T) {
	members := benchMembers(40)
	for i := range members {
		if i%3 == 0 {
			members[i].Stretch = hours("mon-fri", "07:00-21:00")
		}
		if i%4 == 0 {
			members[i].Busy.Window.Start = members[i].Busy.Window.Start.AddDate(0, 0, 7*(i%14))
		}
		members[i].Required = i%7 == 0
	}
	q := benchSearch()
	q.Cadence = Biweekly
	g, masks := mustMasks(t, q, members)
	r := NewRanker(g)
	dst := r.Rank(nil, masks)
	for size := range len(masks) {
		for _, group := range [][]*Mask{masks[:size+1], masks[size:]} {
			dst = r.Rank(dst[:0], group)
			if want := NewRanker(g).Rank(nil, group); !slices.Equal(dst, want) {
				t.Fatalf("%d members: got %v, want %v", len(group), dst, want)
			}
			if n := testing.AllocsPerRun(3, func() { dst = r.Rank(dst[:0], group) }); n != 0 {
				t.Errorf("ranking for %d members allocates %v times", len(group), n)
			}
		}
	}
	table := r.Attendance(nil, masks)
	if n := testing.AllocsPerRun(3, func() { table = r.Attendance(table[:0], masks) }); n != 0 {
		t.Errorf("a table allocates %v times", n)
	}
}

// TestRankerAppends: what dst holds already stays.
func TestRankerAppends(t *testing.T) {
	q, members := benchSearch(), benchMembers(3)
	g, masks := mustMasks(t, q, members)
	r := NewRanker(g)
	first := r.Rank(nil, masks[:2])
	both := r.Rank(slices.Clone(first), masks)
	if !slices.Equal(both[:len(first)], first) || !slices.Equal(both[len(first):], plainRank(q, members)) {
		t.Errorf("appended to %v: %v", first, both)
	}
}

// TestCanAttendAllocates: the rule is asked so often that it must not allocate.
func TestCanAttendAllocates(t *testing.T) {
	m, iv := ana(), span("09:00-10:00")
	if n := testing.AllocsPerRun(10, func() { m.CanAttend(iv) }); n != 0 {
		t.Errorf("CanAttend allocates %v times", n)
	}
}

// TestFiguresAreThoseOfAllCandidates compares the figures with the numbers of the ranked
// candidates, all of them.
func TestFiguresAreThoseOfAllCandidates(t *testing.T) {
	type figure struct {
		slot                Slot
		attendance, unknown int
	}
	for seed := range uint64(30) {
		c := newRandomCase(seed)
		c.q.Top = 1 << 20
		g, masks := mustMasks(t, c.q, c.members)
		r := NewRanker(g)
		want := map[figure]int{}
		for _, k := range r.Rank(nil, masks) {
			want[figure{k.Slot, k.Attendance, k.Unknown}]++
		}
		got := map[figure]int{}
		r.Figures(func(slot Slot, attendance, unknown int) { got[figure{slot, attendance, unknown}]++ })
		if !maps.Equal(got, want) {
			t.Fatalf("case %d: figures %v, want %v", seed, got, want)
		}
	}
}

// Marks of hours that members have in common are those of each alone, however many other
// hours come between, on a trip and at home.
func TestMasksOfMembersWithTheSameHours(t *testing.T) {
	hours := make([]Hours, mostHomes+6)
	for i := range hours {
		from := time.Duration(6*60+5*i) * time.Minute
		hours[i] = OfficeHours().With(time.Tuesday, ClockRange{from, from + 3*time.Hour})
	}
	window := Date{2026, time.September, 21}.In(time.UTC)
	window.End = window.Start.AddDate(0, 6, 0)
	var members []Member
	for round := range 3 {
		for i := range hours {
			m := Member{Zone: mustZone([]string{"Europe/Berlin", "Asia/Kolkata"}[i%2]), Hours: hours[i], Busy: Busy{Window: window}}
			if i%3 == round {
				m.Stretch = hours[i%5]
			}
			if i%4 == round {
				m.Trips = []Trip{{First: Date{2026, time.October, 5}, Last: Date{2026, time.October, 30}, Zone: mustZone("America/New_York"), Hours: OfficeHours()}}
			}
			members = append(members, m)
		}
	}
	g, masks := mustMasks(t, benchSearch(), members)
	for i, mask := range masks {
		alone, err := g.Masks(members[i : i+1])
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(mask, alone[0]) {
			t.Fatalf("member %d of %d: the mask differs from that of the member alone", i, len(members))
		}
	}
}
