package availability

import (
	"slices"
	"time"
)

// An Interval is the half-open span of instants from Start up to, not
// including, End. It is empty if End is not after Start; the zero Interval is
// empty.
type Interval struct{ Start, End time.Time }

// Empty reports whether iv holds no instant.
func (iv Interval) Empty() bool { return !iv.End.After(iv.Start) }

// Overlaps reports whether the two share an instant. Intervals that only touch
// do not overlap, and an empty one overlaps nothing.
func (iv Interval) Overlaps(o Interval) bool {
	return iv.Start.Before(o.End) && o.Start.Before(iv.End) && !iv.Empty() && !o.Empty()
}

// Contains reports whether every instant of o is in iv.
func (iv Interval) Contains(o Interval) bool {
	return o.Empty() || !o.Start.Before(iv.Start) && !o.End.After(iv.End)
}

// Clip returns the part of iv that lies in window; it may be empty.
func (iv Interval) Clip(window Interval) Interval {
	if iv.Start.Before(window.Start) {
		iv.Start = window.Start
	}
	if iv.End.After(window.End) {
		iv.End = window.End
	}
	return iv
}

// With returns the least interval that contains both. An empty one adds nothing.
func (iv Interval) With(o Interval) Interval {
	switch {
	case iv.Empty():
		return o
	case o.Empty():
		return iv
	}
	return Interval{Earlier(iv.Start, o.Start), Later(iv.End, o.End)}
}

// Length returns the exact time from Start to End, 0 if iv is empty.
func (iv Interval) Length() time.Duration {
	if iv.Empty() {
		return 0
	}
	return iv.End.Sub(iv.Start)
}

// Union returns the intervals sorted, with those that overlap or touch joined
// and empty ones dropped. It reuses ivs.
func Union(ivs []Interval) []Interval {
	slices.SortFunc(ivs, func(a, b Interval) int { return a.Start.Compare(b.Start) })
	out := ivs[:0]
	for _, iv := range ivs {
		switch last := len(out) - 1; {
		case iv.Empty():
		case last >= 0 && !iv.Start.After(out[last].End):
			if iv.End.After(out[last].End) {
				out[last].End = iv.End
			}
		default:
			out = append(out, iv)
		}
	}
	return out
}

// Subtract returns what of ivs is in none of holes. Both must be as [Union]
// returns them; neither is changed.
func Subtract(ivs, holes []Interval) []Interval {
	var out []Interval
	for _, iv := range ivs {
		for len(holes) > 0 && !holes[0].End.After(iv.Start) {
			holes = holes[1:]
		}
		for _, h := range holes {
			if !h.Start.Before(iv.End) {
				break
			}
			if h.Start.After(iv.Start) {
				out = append(out, Interval{iv.Start, h.Start})
			}
			iv.Start = h.End
		}
		if !iv.Empty() {
			out = append(out, iv)
		}
	}
	return out
}

// Split cuts iv into as few equal parts as are no longer than most, at whole seconds.
func (iv Interval) Split(most time.Duration) []Interval {
	n := (iv.Length() + most - 1) / most
	var out []Interval
	for start := iv.Start; start.Before(iv.End); {
		step := (iv.End.Sub(start) / n).Truncate(time.Second)
		if n--; n == 0 {
			step = iv.End.Sub(start)
		}
		out = append(out, Interval{start, start.Add(step)})
		start = start.Add(step)
	}
	return out
}

// Earlier returns the first of two instants.
func Earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Later returns the last of two instants.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
