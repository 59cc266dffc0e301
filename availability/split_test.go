package availability

import (
	"testing"
	"time"
)

func TestSplitIsWholeAndEven(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	const most = 61 * 24 * time.Hour
	for _, length := range []time.Duration{time.Second, 24 * time.Hour, most, most + time.Second, 91 * 24 * time.Hour, 365*24*time.Hour + 7*time.Second} {
		iv := Interval{start, start.Add(length)}
		parts := iv.Split(most)
		if want := int((length + most - 1) / most); len(parts) != want {
			t.Errorf("%v: got %d parts, want %d", length, len(parts), want)
		}
		next := start
		for _, p := range parts {
			if !p.Start.Equal(next) || p.Length() > most || p.Empty() {
				t.Errorf("%v: part %v, after %v", length, p, next)
			}
			next = p.End
		}
		if !next.Equal(iv.End) {
			t.Errorf("%v: the parts end at %v", length, next)
		}
	}
	if parts := (Interval{start, start}).Split(most); parts != nil {
		t.Errorf("nothing: got %v", parts)
	}
}

func TestWithinKnowsNothingElse(t *testing.T) {
	hour := func(n int) time.Time { return time.Date(2026, 3, 1, n, 0, 0, 0, time.UTC) }
	b := Busy{Window: Interval{hour(8), hour(18)}, Spans: []Span{{Interval: Interval{hour(9), hour(12)}}, {Interval: Interval{hour(15), hour(16)}}}}
	got := b.Within(Interval{hour(10), hour(14)})
	if len(got.Spans) != 1 || got.Spans[0].Interval != (Interval{hour(10), hour(12)}) || got.Window != (Interval{hour(10), hour(14)}) {
		t.Errorf("got %+v", got)
	}
	if _, free := got.At(Interval{hour(16), hour(17)}); free || len(b.Spans) != 2 || b.Spans[0].Start != hour(9) {
		t.Errorf("time outside is free, or the original was changed: %+v", b)
	}
	if whole := b.Within(Interval{hour(8), hour(14)}); len(whole.Spans) != 1 || whole.Spans[0] != b.Spans[0] {
		t.Errorf("got %+v; want the span that lies in the time as it is", whole)
	} else if whole.Spans = append(whole.Spans, Span{}); b.Spans[1].Start != hour(15) {
		t.Errorf("what was appended to a part is in the original: %+v", b)
	}
	if none := Unreadable("x").Within(b.Window); none.Readable() {
		t.Errorf("got %+v", none)
	}
}
