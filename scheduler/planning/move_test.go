package planning

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// plainMove is the rule of moves as the contract words it, slowly: it asks CanAttend
// about every quarter-hour of the week.
func plainMove(s MoveSearch, occurrences []calendar.Occurrence, i int) (scheduler.Move, bool) {
	o := occurrences[i]
	count := func(iv availability.Interval) (yes, maybe int) {
		for m := range s.Members {
			switch can, _ := s.Members[m].CanAttend(iv); {
			case can.Attends():
				yes++
			case can == availability.Maybe:
				maybe++
			}
		}
		return yes, maybe
	}
	meets := func(yes, maybe int) bool { return float64(yes+maybe) >= s.Quorum*float64(len(s.Members)) }
	before, beforeMaybe := count(o.Interval)
	year, week := o.Start.In(s.Zone).ISOWeek()
	type option struct {
		scheduler.Move
		maybe int
	}
	var found []option
	for t := o.Start.AddDate(0, 0, -8).Truncate(15 * time.Minute); t.Before(o.Start.AddDate(0, 0, 8)); t = t.Add(15 * time.Minute) {
		to := availability.Interval{Start: t, End: t.Add(o.Length())}
		local := t.In(s.Zone)
		first, _ := availability.At(availability.DateOf(local), time.Duration(local.Hour())*time.Hour+time.Duration(local.Minute())*time.Minute, s.Zone)
		y, w := local.ISOWeek()
		switch {
		case y != year || w != week, t.Before(s.Earliest), t.Equal(o.Start), !first.Equal(t):
			continue
		case i > 0 && t.Before(occurrences[i-1].End), i+1 < len(occurrences) && to.End.After(occurrences[i+1].Start):
			continue
		case s.Only != 0 && !s.Only.Has(local.Weekday()), slices.ContainsFunc(s.Taken, to.Overlaps):
			continue
		}
		after, maybe := count(to)
		won := gain(s.Members, o.Interval, to)
		if won >= s.MinGain && (!s.Sparing || won >= 2 || !meets(before, beforeMaybe) && meets(after, maybe)) {
			found = append(found, option{scheduler.Move{Original: o.Original, From: o.Interval, To: to, Before: before, After: after}, maybe})
		}
	}
	if len(found) == 0 {
		return scheduler.Move{}, false
	}
	differs := func(is bool) int { return oneIf(!is) }
	slices.SortStableFunc(found, func(a, b option) int {
		sameDay := func(m option) bool { return m.To.Start.In(s.Zone).YearDay() == m.From.Start.In(s.Zone).YearDay() }
		return cmp.Or(b.After-a.After, b.maybe-a.maybe,
			differs(!a.To.Overlaps(a.From))-differs(!b.To.Overlaps(b.From)), differs(sameDay(a))-differs(sameDay(b)),
			cmp.Compare(a.To.Start.Sub(a.From.Start).Abs(), b.To.Start.Sub(b.From.Start).Abs()), a.To.Start.Compare(b.To.Start))
	})
	return found[0].Move, true
}

// gain counts members who surely could not attend and surely can, less those who
// surely could and may not.
func gain(members []availability.Member, from, to availability.Interval) int {
	n := 0
	for i := range members {
		old, _ := members[i].CanAttend(from)
		then, _ := members[i].CanAttend(to)
		switch {
		case old.Attends() && !then.Attends():
			n--
		case old == availability.No && then.Attends():
			n++
		}
	}
	return n
}

func TestMoveEqualsThePlainRule(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	moved := 0
	for n := range 120 {
		s, occurrences := randomMoveSearch(t, random)
		for i := range occurrences {
			want, wantFound := plainMove(s, occurrences, i)
			got, found, err := s.Best(occurrences, i, VerdictsAt(s.Members, occurrences[i].Interval))
			if err != nil {
				t.Fatal(err)
			}
			got.Gained, got.Lost = nil, nil
			if found != wantFound || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("case %d, session %d at %v: got %v %v, want %v %v", n, i, occurrences[i].Start, got, found, want, wantFound)
			}
			if found {
				moved++
				occurrences[i].Interval = got.To
				if _, again, _ := s.Best(occurrences, i, VerdictsAt(s.Members, occurrences[i].Interval)); again && got.After == len(s.Members) {
					t.Fatalf("case %d: a session that all attend is moved again", n)
				}
			}
		}
	}
	if moved < 40 {
		t.Errorf("only %d moves in 120 cases; the test tests too little", moved)
	}
}

// A session goes nowhere where its neighbours are, which somebody moved into its week.
func TestASessionStaysBetweenItsNeighbours(t *testing.T) {
	at := func(day, hour int) availability.Interval {
		start := time.Date(2026, 1, day, hour, 0, 0, 0, time.UTC)
		return availability.Interval{Start: start, End: start.Add(time.Hour)}
	}
	sessions := []calendar.Occurrence{{Interval: at(5, 10)}, {Interval: at(7, 15)}, {Interval: at(9, 10)}} // Monday, Wednesday, Friday
	for i := range sessions {
		sessions[i].Original = sessions[i].Start
	}
	for free, want := range map[availability.Interval]bool{at(5, 10): false, at(5, 11): true, at(9, 9): true, at(9, 10): false, at(9, 11): false} {
		m := availability.Member{Name: "m", Zone: time.UTC, Hours: availability.OfficeHours(), Busy: availability.Busy{Window: availability.Interval{Start: at(1, 0).Start, End: at(20, 0).Start}}}
		m.Busy.Add(availability.Interval{Start: at(5, 0).Start, End: free.Start}, availability.Interval{Start: free.End, End: at(12, 0).Start})
		s := MoveSearch{Members: []availability.Member{m}, Zone: time.UTC, Earliest: at(4, 0).Start, MinGain: 1}
		got, found, err := s.Best(sessions, 1, VerdictsAt(s.Members, sessions[1].Interval))
		if err != nil || found != want || found && got.To != free {
			t.Errorf("free at %v alone: moved %v to %v, %v; want %v", free, found, got.To, err, want)
		}
	}
}

func randomMoveSearch(t *testing.T, random *rand.Rand) (MoveSearch, []calendar.Occurrence) {
	t.Helper()
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"}
	zone, err := availability.LoadZone(zones[random.IntN(len(zones))])
	if err != nil {
		t.Fatal(err)
	}
	first := availability.Date{Year: 2026, Month: time.Month(1 + random.IntN(12)), Day: 1 + random.IntN(28)}
	slot := availability.Slot{Day: first.Weekday(), Start: time.Duration(32+random.IntN(36)) * 15 * time.Minute, Length: time.Duration(30+10*random.IntN(5)) * time.Minute, Zone: zone.String()}
	series := calendar.Series{Slot: slot, First: first, Cadence: availability.Weekly, Count: 5}
	occurrences, err := series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	s := MoveSearch{
		Zone: zone, Earliest: occurrences[0].Start.Add(time.Duration(random.IntN(100)-60) * time.Hour),
		MinGain: 1 + random.IntN(2), Sparing: random.IntN(3) == 0, Quorum: float64(random.IntN(5)) / 4,
	}
	for range random.IntN(4) {
		from := occurrences[random.IntN(5)].Start.Add(time.Duration(random.IntN(200)-100) * time.Hour)
		s.Taken = append(s.Taken, availability.Interval{Start: from, End: from.Add(time.Duration(random.IntN(120)) * time.Minute)})
	}
	if random.IntN(4) == 0 {
		s.Only = availability.DaysOf(slot.Day, time.Tuesday)
	}
	window := availability.Interval{Start: occurrences[0].Start.AddDate(0, 0, -14), End: occurrences[4].End.AddDate(0, 0, 14)}
	for range 2 + random.IntN(4) {
		loc, err := availability.LoadZone(zones[random.IntN(len(zones))])
		if err != nil {
			t.Fatal(err)
		}
		m := availability.Member{Name: "m", Zone: loc, Hours: availability.OfficeHours(), Busy: availability.Busy{Window: window}, Required: random.IntN(6) == 0}
		if random.IntN(3) == 0 {
			if err := m.Stretch.Set("mon-sun", "06:00-23:00"); err != nil {
				t.Fatal(err)
			}
		}
		for range random.IntN(120) {
			start := window.Start.Add(time.Duration(random.IntN(60*24*7*9)) * time.Minute)
			kind := availability.Kind(random.IntN(3))
			m.Busy.Spans = append(m.Busy.Spans, availability.Span{Interval: availability.Interval{Start: start, End: start.Add(time.Duration(1+random.IntN(180)) * time.Minute)}, Kind: kind})
		}
		m.Busy.Normalize()
		s.Members = append(s.Members, m)
	}
	return s, occurrences
}
