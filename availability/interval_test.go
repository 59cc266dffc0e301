package availability

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// span reads an interval of one day, such as "10:00-11:30".
func span(s string) Interval {
	var h Hours
	if err := h.Set("tue", s); err != nil {
		panic(err)
	}
	day := date("2026-03-03").utc()
	return Interval{day.Add(h.On(time.Tuesday)[0].From), day.Add(h.On(time.Tuesday)[0].To)}
}

func TestInterval(t *testing.T) {
	day, empty := span("09:00-17:00"), Interval{instant("2026-03-03T10:00:00Z"), instant("2026-03-03T10:00:00Z")}
	for _, c := range []struct {
		other              Interval
		overlaps, contains bool
		clip               time.Duration
	}{
		{span("10:00-11:00"), true, true, time.Hour},
		{day, true, true, 8 * time.Hour},
		{span("08:00-09:00"), false, false, 0},
		{span("17:00-18:00"), false, false, 0},
		{span("08:00-10:00"), true, false, time.Hour},
		{span("16:30-18:00"), true, false, 30 * time.Minute},
		{span("08:00-18:00"), true, false, 8 * time.Hour},
		{empty, false, true, 0},
		{Interval{}, false, true, 0},
	} {
		if day.Overlaps(c.other) != c.overlaps || c.other.Overlaps(day) != c.overlaps {
			t.Errorf("%v overlaps %v: want %v", day, c.other, c.overlaps)
		}
		if day.Contains(c.other) != c.contains {
			t.Errorf("%v contains %v: want %v", day, c.other, c.contains)
		}
		if got := c.other.Clip(day).Length(); got != c.clip {
			t.Errorf("%v has %v in common with %v, want %v", c.other, got, day, c.clip)
		}
	}
	if (Interval{day.End, day.Start}).Length() != 0 {
		t.Errorf("an interval that ends before it starts has a length")
	}
}

// The random tests draw intervals on the minutes of half an hour, so that many
// begin or end together, and then ask of each minute whether it is in them.
const minutes = 30

func minute(i int) time.Time {
	return instant("2026-03-03T10:00:00Z").Add(time.Duration(i) * time.Minute)
}

var anyInterval = rapid.Custom(func(t *rapid.T) Interval {
	from := rapid.IntRange(0, minutes).Draw(t, "from")
	return Interval{minute(from), minute(from + rapid.IntRange(-1, 15).Draw(t, "length"))}
})

var someIntervals = rapid.SliceOfN(anyInterval, 0, 8)

// holds reports whether one of the intervals holds minute i.
func holds(ivs []Interval, i int) bool {
	for _, iv := range ivs {
		if iv.Contains(Interval{minute(i), minute(i + 1)}) {
			return true
		}
	}
	return false
}

// checkJoined checks that intervals are sorted, apart and not empty.
func checkJoined(t *rapid.T, ivs []Interval) {
	for i, iv := range ivs {
		if iv.Empty() || i > 0 && !ivs[i-1].End.Before(iv.Start) {
			t.Fatalf("not sorted and joined: %v", ivs)
		}
	}
}

func TestUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ivs := someIntervals.Draw(t, "intervals")
		union := Union(append([]Interval(nil), ivs...))
		checkJoined(t, union)
		for i := range 2 * minutes {
			if holds(union, i) != holds(ivs, i) {
				t.Fatalf("minute %d: union %v of %v", i, union, ivs)
			}
		}
	})
}

func TestSubtract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ivs, holes := Union(someIntervals.Draw(t, "intervals")), Union(someIntervals.Draw(t, "holes"))
		left := Subtract(ivs, holes)
		checkJoined(t, left)
		for i := range 2 * minutes {
			if holds(left, i) != (holds(ivs, i) && !holds(holes, i)) {
				t.Fatalf("minute %d: %v less %v is %v", i, ivs, holes, left)
			}
		}
	})
}
