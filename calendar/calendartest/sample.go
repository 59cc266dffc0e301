package calendartest

import (
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// The people of the samples. Stranger has no calendar anywhere.
const (
	Organizer calendar.Address = "robot@acme.example"
	Ana       calendar.Address = "ana@acme.example"
	Bo        calendar.Address = "bo@acme.example"
	Cem       calendar.Address = "cem@acme.example"
	Stranger  calendar.Address = "stranger@elsewhere.example"
)

// People returns everybody who has a calendar in the contract, sorted.
func People() []calendar.Address { return []calendar.Address{Ana, Bo, Cem, Organizer} }

// UID returns a UID such as bookings have, a different one for each n from 0 to
// 999.
func UID(n int) calendar.UID { return calendar.UID(fmt.Sprintf("pssample%026d", n)) }

// Series returns a series that is good to be put: 13 Tuesdays from 3 March 2026
// on, 15:00 to 16:00 in Berlin, whose clocks change on 29 March. Ana and Bo attend.
func Series(uid calendar.UID) calendar.Series {
	return calendar.Series{
		UID:         uid,
		Title:       "Peer circle: Führung, „aus der Ferne“",
		Description: "One hour, one case each.\n\n1. Check-in; 2. Cases, with questions\\answers",
		Organizer:   calendar.Attendee{Address: Organizer, Name: "People Ops"},
		Attendees:   []calendar.Attendee{{Address: Ana, Name: "Ana Lima"}, {Address: Bo, Name: "Bo Ek"}},
		Slot:        availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
		First:       availability.Date{Year: 2026, Month: time.March, Day: 3},
		Cadence:     availability.Weekly,
		Count:       13,
		Reminder:    15 * time.Minute,
		Updated:     time.Date(2026, 2, 20, 9, 30, 0, 0, time.UTC),
	}
}

// Window returns an interval with all sessions of [Series] and some weeks around.
func Window() availability.Interval {
	return availability.Interval{
		Start: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		End:   time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
	}
}

// Sessions returns when the sessions of s are that are not cancelled. It panics
// if s is not a series, which would be a fault of the test.
func Sessions(s calendar.Series) []availability.Interval {
	occurrences, err := s.Occurrences()
	if err != nil {
		panic(err)
	}
	var out []availability.Interval
	for _, o := range occurrences {
		if !o.Cancelled {
			out = append(out, o.Interval)
		}
	}
	return out
}

// Move returns an override that moves the i-th session of s by d.
func Move(s calendar.Series, i int, d time.Duration) calendar.Override {
	iv := original(s, i)
	return calendar.Override{Original: iv.Start, Moved: availability.Interval{Start: iv.Start.Add(d), End: iv.End.Add(d)}}
}

// CancelOne returns an override that cancels the i-th session of s.
func CancelOne(s calendar.Series, i int) calendar.Override {
	return calendar.Override{Original: original(s, i).Start, Cancelled: true}
}

// With returns s attended by exactly the given people as well as its organizer.
func With(s calendar.Series, people ...calendar.Address) calendar.Series {
	s.Attendees = nil
	for _, a := range slices.Sorted(slices.Values(people)) {
		s.Attendees = append(s.Attendees, calendar.Attendee{Address: a, Name: a.Local()})
	}
	return s
}

// original returns where the slot puts the i-th session of s.
func original(s calendar.Series, i int) availability.Interval {
	s.Overrides, s.Cancelled = nil, false
	return Sessions(s)[i]
}
