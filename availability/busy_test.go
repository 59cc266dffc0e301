package availability

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBusyAt(t *testing.T) {
	b := Busy{
		Window: span("09:00-17:00"),
		Spans: []Span{
			{Interval: span("10:00-11:00")},
			{Interval: span("12:00-13:00"), Kind: Tentative},
			{Interval: span("12:30-14:00"), Kind: Unknown},
		},
	}
	for _, c := range []struct {
		when string
		kind Kind
		free bool
	}{
		{"09:00-10:00", 0, true},
		{"11:00-12:00", 0, true}, // touches two
		{"10:59-11:30", Firm, false},
		{"10:15-10:30", Firm, false},
		{"09:00-12:00", Firm, false},
		{"12:00-12:30", Firm, false}, // tentative is busy
		{"12:30-13:30", Firm, false}, // busy and unknown is busy
		{"13:00-13:30", Unknown, false},
		{"13:30-14:30", Unknown, false},
		{"16:30-17:30", Unknown, false}, // beyond the window
		{"18:00-19:00", Unknown, false},
		{"08:00-10:30", Firm, false},
	} {
		if kind, free := b.At(span(c.when)); kind != c.kind || free != c.free {
			t.Errorf("at %s: %v, free %v; want %v, free %v", c.when, kind, free, c.kind, c.free)
		}
	}
}

// TestBusyZero: who forgets to read a calendar does not get a free one.
func TestBusyZero(t *testing.T) {
	for _, b := range []Busy{{}, Unreadable("no access")} {
		if kind, free := b.At(span("10:00-11:00")); kind != Unknown || free || b.Readable() {
			t.Errorf("%+v is %v, free %v at 10:00, readable %v", b, kind, free, b.Readable())
		}
	}
	if got := Unreadable("no access").Reason; got != "no access" {
		t.Errorf("reason %q", got)
	}
}

// someBusy draws what a reader may have collected, in any order.
var someBusy = rapid.Custom(func(t *rapid.T) Busy {
	b := Busy{Window: anyInterval.Draw(t, "window")}
	for _, iv := range someIntervals.Draw(t, "spans") {
		b.Spans = append(b.Spans, Span{iv, Kind(rapid.IntRange(0, 2).Draw(t, "kind")), rapid.Bool().Draw(t, "all day"), rapid.Bool().Draw(t, "unnamed")})
	}
	return b
})

// clone returns a copy of b that shares nothing with it.
func clone(b Busy) Busy {
	b.Spans = slices.Clone(b.Spans)
	return b
}

// known is what a Busy says of one minute.
type known struct {
	kind Kind
	free bool
}

func at(b Busy, i int) known {
	kind, free := b.At(Interval{minute(i), minute(i + 1)})
	return known{kind, free}
}

func TestBusyNormalize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := someBusy.Draw(t, "busy")
		b := clone(raw)
		b.Normalize()
		checkNormal(t, b)
		for i := range 2 * minutes {
			for _, kind := range []Kind{Firm, Tentative, Unknown} {
				for _, allDay := range []bool{true, false} {
					want := covers(raw, i, kind, allDay) && holds([]Interval{b.Window}, i)
					if got := covers(b, i, kind, allDay); got != want {
						t.Fatalf("minute %d: %v, all day %v, is %v, want %v: %v from %v", i, kind, allDay, got, want, b.Spans, raw.Spans)
					}
				}
			}
		}
		again := clone(b)
		again.Normalize()
		if diff := cmp.Diff(b, again); diff != "" {
			t.Fatalf("normalizing twice makes a difference:\n%s", diff)
		}
	})
}

// TestBusyNormalizeOrder: joining can make a span end later than its neighbour.
func TestBusyNormalizeOrder(t *testing.T) {
	firm, tentative := span("10:00-11:00"), span("10:00-11:30")
	b := Busy{Window: span("09:00-17:00"), Spans: []Span{{Interval: firm}, {Interval: tentative, Kind: Tentative}, {Interval: span("10:30-12:00")}}}
	b.Normalize()
	want := []Span{{Interval: tentative, Kind: Tentative}, {Interval: span("10:00-12:00")}}
	if diff := cmp.Diff(want, b.Spans); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

// covers reports whether a span of that kind covers minute i.
func covers(b Busy, i int, kind Kind, allDay bool) bool {
	return slices.ContainsFunc(b.Spans, func(s Span) bool {
		return s.Kind == kind && s.AllDay == allDay && holds([]Interval{s.Interval}, i)
	})
}

// checkNormal checks that spans are sorted, and those of one class apart.
func checkNormal(t *rapid.T, b Busy) {
	for i, s := range b.Spans {
		if i > 0 && compareSpans(b.Spans[i-1], s) >= 0 || s.Empty() {
			t.Fatalf("span %d is out of order or empty: %v", i, b.Spans)
		}
		for _, o := range b.Spans[:i] {
			if s.joins(o) && !o.End.Before(s.Start) {
				t.Fatalf("%v and %v are not joined", o, s)
			}
		}
	}
}

func TestBusyMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someBusy.Draw(t, "a"), someBusy.Draw(t, "b")
		a.Normalize()
		b.Normalize()
		m := a.Merge(b)
		checkNormal(t, m)
		for i := range 2 * minutes {
			x, y := at(a, i), at(b, i)
			want := known{Unknown, false}
			switch {
			case x.free && y.free:
				want = known{0, true}
			case !x.free && x.kind == Firm, !y.free && y.kind == Firm:
				want = known{Firm, false}
			}
			if got := at(m, i); got != want {
				t.Fatalf("minute %d is %v, want %v from %v and %v", i, got, want, x, y)
			}
		}
	})
}

func TestBusyMergeWords(t *testing.T) {
	known := Busy{Window: span("09:00-17:00"), Warnings: []string{"line 1: no end"}}
	got := known.Merge(Unreadable("no access"))
	want := Busy{Reason: "no access", Warnings: []string{"line 1: no end"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged with an unreadable one, want - got +:\n%s", diff)
	}
	if got := Unreadable("no access").Merge(Unreadable("too old")).Reason; got != "no access; too old" {
		t.Errorf("reason %q", got)
	}
	if got := Unreadable("no access").Merge(Unreadable("no access")).Reason; got != "no access" {
		t.Errorf("reason %q", got)
	}
}

// TestBusyAdd: what is added is busy, also where nothing is known, and all else
// stays as it was, in b and in copies of it.
func TestBusyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, added := someBusy.Draw(t, "busy"), someIntervals.Draw(t, "added")
		b.Normalize()
		before, shared := clone(b), b
		b.Add(added...)
		checkNormal(t, b)
		for i := range 2 * minutes {
			want := at(before, i)
			if holds(added, i) {
				want = known{Firm, false}
			}
			if got := at(b, i); got != want {
				t.Fatalf("minute %d is %v, want %v", i, got, want)
			}
		}
		if diff := cmp.Diff(before, shared); diff != "" {
			t.Fatalf("Add changed a copy:\n%s", diff)
		}
	})
}

func TestBusyUnknownParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, window := someBusy.Draw(t, "busy"), anyInterval.Draw(t, "window")
		b.Normalize()
		b.Add(someIntervals.Draw(t, "added")...)
		parts := b.UnknownParts(window)
		checkJoined(t, parts)
		for i := range 2 * minutes {
			want := at(b, i) == known{Unknown, false} && holds([]Interval{window}, i)
			if holds(parts, i) != want {
				t.Fatalf("minute %d: unknown %v, want %v in %v", i, !want, want, parts)
			}
		}
	})
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{Firm: "busy", Tentative: "tentative", Unknown: "unknown", 7: "Kind(7)"} {
		if got := kind.String(); got != want {
			t.Errorf("kind %d is %q, want %q", uint8(kind), got, want)
		}
	}
}

// BenchmarkBusyAdd adds 500 sessions one by one.
func BenchmarkBusyAdd(b *testing.B) {
	begin := instant("2026-03-03T10:00:00Z")
	for b.Loop() {
		busy := Busy{Window: Interval{begin, begin.AddDate(1, 0, 0)}}
		for i := range 500 {
			start := begin.Add(time.Duration(i*331%500) * time.Hour)
			busy.Add(Interval{start, start.Add(30 * time.Minute)})
		}
	}
}

func TestKnownIsNoUnknownPart(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }
	window := Interval{at(8), at(18)}
	for name, b := range map[string]Busy{
		"nothing":              {},
		"all":                  {Window: window},
		"a part":               {Window: Interval{at(8), at(12)}},
		"with a gap":           {Window: window, Spans: []Span{{Interval: Interval{at(9), at(10)}, Kind: Unknown}}},
		"with a gap elsewhere": {Window: Interval{at(0), at(23)}, Spans: []Span{{Interval: Interval{at(2), at(3)}, Kind: Unknown}}},
		"busy in the gap":      {Window: window, Spans: []Span{{Interval: Interval{at(9), at(11)}}, {Interval: Interval{at(9), at(10)}, Kind: Unknown}}},
	} {
		if got, want := b.Known(window), len(b.UnknownParts(window)) == 0; got != want {
			t.Errorf("%s: Known %v, but the unknown parts are %v", name, got, b.UnknownParts(window))
		}
	}
}

// Cost grows straight: ns/span stays what it is.
func BenchmarkNormalizeUnnamed(b *testing.B) {
	for _, n := range []int{1_000, 4_000, 16_000} {
		start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		spans := make([]Span, n)
		for i := range spans {
			at := start.Add(time.Duration(i) * time.Minute)
			spans[i] = Span{Interval: Interval{at, at.Add(time.Hour)}, Unnamed: true}
		}
		busy := Busy{Window: Interval{start, start.AddDate(0, 3, 0)}}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				busy.Spans = append(busy.Spans[:0], spans...)
				busy.Normalize()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/span")
		})
	}
}
