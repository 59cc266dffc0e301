package repair_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// BenchmarkGrowth plans a night over series of 5 members whose busy times were read: 16
// meetings a week each, and about every tenth session has come into conflict since it
// was booked. What a series costs must not grow with their number; people in five
// series cost somewhat more. It reports the most memory that was held, with all that
// was read.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []struct{ series, people int }{{2_000, 10_000}, {10_000, 50_000}, {10_000, 10_000}} {
		b.Run(fmt.Sprintf("%d series of %d people", size.series, size.people), func(b *testing.B) {
			snapshot := manySeries(b, size.series, 5, size.people)
			debug.FreeOSMemory()
			changes := 0
			b.ReportAllocs()
			for b.Loop() {
				plan, err := repair.New(snapshot)
				if err != nil {
					b.Fatal(err)
				}
				changes = len(plan.Changes)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys-m.HeapReleased)/1e6, "MB-heap")
			b.ReportMetric(float64(changes), "changes")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size.series), "µs/series")
		})
	}
}

// manySeries returns a snapshot of series in the middle of their 13 weeks.
func manySeries(tb testing.TB, series, members, people int) planning.Snapshot {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	night := time.Date(2026, 2, 1, 2, 0, 0, 0, time.UTC)
	s := planning.Snapshot{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin",
			Roster: scheduler.NewRoster(), Repair: scheduler.DefaultRepairRules(),
		},
		Busy:    map[calendar.Address]availability.Busy{},
		Current: map[calendar.UID]calendar.Series{},
		Window:  availability.Interval{Start: night, End: night.AddDate(0, 0, 75)},
		Now:     night,
	}
	zones := []string{"Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Athens"}
	own := map[calendar.Address][]availability.Interval{}
	for i := range people {
		a := calendar.Address(fmt.Sprintf("p%05d@acme.example", i))
		s.Workspace.Roster.Put(scheduler.Person{Address: a, Zone: zones[i%len(zones)], Hours: availability.OfficeHours()})
	}
	for i := range series {
		b := manyBooking(i, members, people)
		s.Bookings = append(s.Bookings, b)
		s.Current[b.Series.UID] = b.Series
		for _, at := range b.Series.Attendees {
			own[at.Address] = append(own[at.Address], calendartest.Sessions(b.Series)...)
		}
	}
	for _, a := range s.Workspace.Roster.Addresses() {
		s.Busy[a] = manyMeetings(random, s.Window, own[a])
	}
	return s
}

// manyMeetings returns the meetings of a person. One in five of those that would
// touch a session of theirs is there all the same.
func manyMeetings(random *rand.Rand, window availability.Interval, own []availability.Interval) availability.Busy {
	const days = 75
	busy := availability.Busy{Window: window, Spans: make([]availability.Span, 0, 16*days/7)}
	for range cap(busy.Spans) {
		start := window.Start.AddDate(0, 0, random.IntN(days)).Truncate(24 * time.Hour).Add(time.Duration(7*4+random.IntN(44)) * 15 * time.Minute)
		iv := availability.Interval{Start: start, End: start.Add(30 * time.Minute)}
		if random.IntN(5) == 0 || !slices.ContainsFunc(own, iv.Overlaps) {
			busy.Spans = append(busy.Spans, availability.Span{Interval: iv})
		}
	}
	busy.Normalize()
	return busy
}

// manyBooking returns series i. With five series a person, each is on another day.
func manyBooking(i, members, people int) scheduler.Booking {
	first := availability.Date{Year: 2026, Month: 1, Day: 5 + i*5/10_000%5}
	series := calendar.Series{
		UID: scheduler.NewUID(organizer, fmt.Sprint(i), 1), Organizer: calendar.Attendee{Address: organizer},
		Slot:  availability.Slot{Day: first.Weekday(), Start: time.Duration(10+i%5) * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
		First: first, Cadence: availability.Weekly, Count: 13, Version: "v",
	}
	for m := range members {
		series.Attendees = append(series.Attendees, calendar.Attendee{Address: calendar.Address(fmt.Sprintf("p%05d@acme.example", (i*members+m)%people))})
	}
	slices.SortFunc(series.Attendees, func(a, b calendar.Attendee) int { return cmp.Compare(a.Address, b.Address) })
	return scheduler.Booking{Group: fmt.Sprintf("g%05d", i), Generation: 1, State: scheduler.Booked, Series: series, Version: 1}
}
