package availability_test

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A slot stays at its wall-clock time when the clocks change.
func ExampleSlot_On() {
	slot, err := availability.ParseSlot("tue 15:00", time.Hour, "Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []string{"2026-10-20", "2026-10-27"} {
		date, _ := availability.ParseDate(day)
		iv, err := slot.On(date)
		fmt.Println(slot, iv.Start.UTC().Format(time.RFC3339), err)
	}
	// Output:
	// tue 15:00 2026-10-20T13:00:00Z <nil>
	// tue 15:00 2026-10-27T14:00:00Z <nil>
}

// member returns a member with office hours and nothing in the calendar.
func member(name, zone string) availability.Member {
	loc, err := availability.LoadZone(zone)
	if err != nil {
		panic(err)
	}
	spring := availability.Interval{
		Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		End:   time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
	}
	return availability.Member{
		Name: name, Zone: loc, Hours: availability.OfficeHours(),
		Busy: availability.Busy{Window: spring},
	}
}

// Rank finds the weekly slots that most members can attend. Bo leaves early, and
// New York is six hours behind Berlin, but five from 8 to 29 March: so at 14:00 all
// three meet on three Mondays, and later they never do.
func ExampleRank() {
	members := []availability.Member{member("ana", "Europe/Lisbon"), member("bo", "Europe/Berlin"), member("cy", "America/New_York")}
	if err := members[1].Hours.Set("mon-fri", "08:00-15:30"); err != nil {
		fmt.Println(err)
		return
	}
	start, _ := availability.ParseDate("2026-03-02")
	candidates, err := availability.Rank(availability.Search{
		Zone:    "Europe/Berlin",
		Start:   start,
		Cadence: availability.Weekly,
		Length:  time.Hour,
		Top:     2,
	}, members)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range candidates {
		fmt.Println(c.Slot, "from", c.First, "attended", c.Attendance, "of", c.Possible)
	}
	// Output:
	// mon 14:00 from 2026-03-02 attended 29 of 39
	// mon 14:15 from 2026-03-02 attended 29 of 39
}

// The grid of one session from a Monday on is one ISO week. A mask answers for
// each of its starts what CanAttend would, and a Ranker counts.
func ExampleGrid() {
	members := []availability.Member{member("ana", "Europe/Lisbon"), member("bo", "Europe/Berlin")}
	monday, _ := availability.ParseDate("2026-03-02")
	week, err := availability.NewGrid(availability.Search{
		Zone: "Europe/Berlin", Start: monday, Cadence: availability.Weekly, Count: 1,
		Length: time.Hour, Step: 4 * time.Hour, OnlyDays: availability.DaysOf(time.Friday),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	masks, err := week.Masks(members)
	if err != nil {
		fmt.Println(err)
		return
	}
	for start, n := range availability.NewRanker(week).Attendance(nil, masks) {
		if session, exists := week.Interval(0, start); exists && n > 0 {
			fmt.Println(session.Start.Format(time.RFC1123), n, "of", len(masks))
		}
	}
	// Output:
	// Fri, 06 Mar 2026 12:00:00 CET 2 of 2
	// Fri, 06 Mar 2026 16:00:00 CET 2 of 2
}
