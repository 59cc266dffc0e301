package availability

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRank compares the search with the plain one on random cases, around the
// changes of clocks of all kinds.
func TestRank(t *testing.T) {
	candidates := 0
	for seed := range uint64(2500) {
		c := newRandomCase(seed)
		got, err := Rank(c.q, c.members)
		if err != nil {
			t.Fatalf("case %d: %v", seed, err)
		}
		want := plainRank(c.q, c.members)
		if !equalCandidates(got, want) {
			t.Fatalf("case %d: search %+v\n%s\ngot - want +:\n%s", seed, c.q, describe(c.members), cmp.Diff(got, want))
		}
		candidates += len(want)
	}
	if candidates < 10_000 {
		t.Errorf("the cases had %d candidates in all: too few to trust", candidates)
	}
}

func equalCandidates(a, b []Candidate) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// TestCanAttend compares the rule with the plain one at random moments.
func TestCanAttend(t *testing.T) {
	answers := map[Verdict]int{}
	for seed := range uint64(2500) {
		c := newRandomCase(seed)
		for range 20 {
			iv := c.session()
			for i := range c.members {
				m := &c.members[i]
				can, why := m.CanAttend(iv)
				wantCan, wantWhy := plainCan(m, iv.Start, iv.End)
				if can != wantCan || why != wantWhy {
					t.Fatalf("case %d: %v for %s to %s is %v %q, want %v %q", seed, describe(c.members[i:i+1]), iv.Start, iv.End, can, why, wantCan, wantWhy)
				}
				answers[Verdict{can, why}]++
			}
		}
	}
	for _, v := range []Verdict{{No, Away}, {No, Holiday}, {No, OutOfHours}, {No, BusyThen}, {Maybe, NotReadable}, {Stretch, NoReason}, {Yes, NoReason}} {
		if answers[v] < 100 {
			t.Errorf("the answer %v came up only %d times", v, answers[v])
		}
	}
}

// A randomCase is a search and its members, with clocks that change meanwhile.
type randomCase struct {
	*rand.Rand
	q       Search
	zone    *time.Location
	from    time.Time // midnight of the first day in UTC
	members []Member
}

// randomZones change their clocks on different dates, by different amounts, at
// midnight, or not at all; the year is one in which the zone did something odd.
var randomZones = []struct {
	name  string
	years []int
}{
	{"Europe/Berlin", []int{2026}}, {"America/New_York", []int{2026}}, {"Australia/Sydney", []int{2026}},
	{"Australia/Lord_Howe", []int{2026}}, {"America/Sao_Paulo", []int{2017, 2018}}, {"America/Santiago", []int{2024, 2026}},
	{"America/Havana", []int{2025}}, {"Africa/Cairo", []int{2024, 2026}}, {"Africa/Casablanca", []int{2024, 2025}},
	{"Pacific/Apia", []int{2011}}, {"Asia/Kolkata", []int{2026}}, {"Asia/Kathmandu", []int{2026}},
	{"America/St_Johns", []int{2009}}, {"Pacific/Kwajalein", []int{1993}}, {"Asia/Tehran", []int{2022}}, {"UTC", []int{2026}},
}

func newRandomCase(seed uint64) *randomCase {
	c := &randomCase{Rand: rand.New(rand.NewPCG(seed, 1))}
	z := randomZones[c.IntN(len(randomZones))]
	c.zone = mustZone(z.name)
	c.q = Search{
		Zone:      z.name,
		Cadence:   pick(c, Weekly, Weekly, Biweekly, Monthly),
		Length:    time.Duration(pick(c, 15, 25, 30, 45, 50, 60, 60, 90, 120)) * time.Minute,
		Step:      time.Duration(pick(c, 0, 5, 10, 15, 20, 30, 60, 60, 7, 45)) * time.Minute,
		Preferred: Days(c.IntN(128)),
		Top:       pick(c, 0, 1, 10, 10_000),
	}
	c.q.Count = c.IntN(c.q.Cadence.MaxCount() + 1)
	if c.q.Step != time.Hour { // keep the plain search in bounds
		c.q.OnlyDays = DaysOf(time.Weekday(c.IntN(7)))
		c.q.Count = 1 + c.IntN(min(4, c.q.Cadence.MaxCount()))
	} else if c.IntN(3) == 0 {
		c.q.OnlyDays = Days(c.IntN(128))
	}
	// Somewhere before the next change of the clocks, often just before.
	_, change := time.Date(pick(c, z.years...), time.Month(1+c.IntN(12)), 1, 0, 0, 0, 0, c.zone).ZoneBounds()
	if change.IsZero() {
		change = time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)
	}
	c.q.Start = DateOf(change).AddDays(-c.IntN(pick(c, 3, 9, 60)))
	c.from = c.q.Start.utc()
	for range 1 + c.IntN(pick(c, 1, 3, 5)) {
		c.members = append(c.members, c.member())
	}
	return c
}

func mustZone(name string) *time.Location {
	zone, err := LoadZone(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func pick[T any](c *randomCase, from ...T) T { return from[c.IntN(len(from))] }

// chance is true once in n times.
func (c *randomCase) chance(n int) bool { return c.IntN(n) == 0 }

// length is the time from the first day to the last.
func (c *randomCase) length() time.Duration {
	return time.Duration(max(c.q.Count, 1)) * time.Duration(c.q.Cadence.Days()) * 24 * time.Hour
}

// moment is some time near the series.
func (c *randomCase) moment() time.Time {
	return c.from.Add(time.Duration(c.Int64N(int64(c.length()+48*time.Hour))) - 24*time.Hour)
}

// round puts t on a quarter-hour, just beside one, or on any odd second.
func (c *randomCase) round(t time.Time) time.Time {
	return t.Truncate(pick(c, time.Hour, 15*time.Minute, time.Minute, time.Second)).Add(pick(c, 0, 0, 0, 1, -1, time.Second/2))
}

func (c *randomCase) interval(longest time.Duration) Interval {
	t := c.moment()
	return Interval{c.round(t), c.round(t.Add(time.Duration(c.Int64N(int64(longest)))))}
}

// session is some occurrence, as the clocks of any zone may place it.
func (c *randomCase) session() Interval {
	start := c.moment().Truncate(5 * time.Minute)
	return Interval{start, start.Add(c.q.Length)}
}

func (c *randomCase) member() Member {
	m := Member{Name: "m", Zone: c.zone, Hours: OfficeHours(), Required: c.chance(4)}
	if c.chance(2) {
		m.Zone = mustZone(randomZones[c.IntN(len(randomZones))].name)
	}
	if c.chance(2) {
		m.Hours = c.hours()
	}
	if c.chance(3) {
		m.Stretch = c.hours()
	}
	for range c.IntN(3) {
		first := c.q.Start.AddDays(c.IntN(40) - 5)
		m.Off = append(m.Off, Off{first, first.AddDays(c.IntN(3)), pick(c, Holiday, Away)})
	}
	m.Busy = c.busy()
	return m
}

// trips are none, one or two, which may overlap.
func (c *randomCase) trips() (trips []Trip) {
	for range c.IntN(3) {
		first := c.q.Start.AddDays(c.IntN(20) - 5)
		trip := Trip{First: first, Last: first.AddDays(c.IntN(9)), Zone: mustZone(randomZones[c.IntN(len(randomZones))].name), Hours: c.hours(), Stretch: c.hours()}
		if c.chance(2) {
			trip.Off = []Off{{first.AddDays(1), first.AddDays(2), Holiday}}
		}
		trips = append(trips, trip)
	}
	slices.SortFunc(trips, func(a, b Trip) int { return a.First.Compare(b.First) })
	return trips
}

// hours are some ranges on some days, also past midnight, overlapping or empty.
func (c *randomCase) hours() Hours {
	var h [7][]ClockRange
	for d := range h {
		for range c.IntN(3) {
			unit := pick(c, time.Hour, 15*time.Minute, time.Minute)
			from := time.Duration(c.Int64N(int64(24 * time.Hour))).Truncate(unit)
			h[d] = append(h[d], ClockRange{from, min(from+unit+time.Duration(c.Int64N(int64(16*time.Hour))).Truncate(unit), 48*time.Hour-time.Minute)})
		}
	}
	return HoursOf(h)
}

func (c *randomCase) busy() Busy {
	if c.chance(8) {
		return Unreadable("no calendar")
	}
	b := Busy{Window: Interval{c.from.AddDate(0, 0, -3), c.from.Add(c.length()).AddDate(0, 0, 4)}}
	if c.chance(5) {
		b.Window = c.interval(c.length())
	}
	for range c.IntN(int(c.length()/(24*time.Hour)) + 1) {
		b.Spans = append(b.Spans, Span{c.interval(4 * time.Hour), pick(c, Firm, Firm, Tentative, Unknown), c.chance(4), false})
	}
	if c.chance(6) {
		b.Spans = append(b.Spans, Span{c.interval(2 * c.length()), Unknown, false, false})
	}
	if c.chance(10) {
		b.Spans = append(b.Spans, Span{b.Window, Unknown, false, false})
	}
	b.Normalize()
	if c.chance(4) {
		b.Add(c.interval(3*time.Hour), c.interval(time.Hour))
	}
	return b
}

func describe(members []Member) (s string) {
	for _, m := range members {
		s += fmt.Sprintf("%s required %v\n hours %v\n stretch %v\n off %v\n busy %v\n", m.Zone, m.Required, m.Hours, m.Stretch, m.Off, m.Busy)
	}
	return s
}

// TestRankIsStopped stops a search at each of its members in turn.
func TestRankIsStopped(t *testing.T) {
	c := newRandomCase(7)
	for asked := range len(c.members) {
		left := asked
		stop := func() bool { left--; return left < 0 }
		if got, err := RankUntil(c.q, c.members, stop); !errors.Is(err, ErrStopped) || got != nil {
			t.Errorf("stopped at member %d of %d: got %v and %d candidates, want ErrStopped", asked+1, len(c.members), err, len(got))
		}
	}
}
