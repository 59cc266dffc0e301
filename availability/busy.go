package availability

import (
	"cmp"
	"fmt"
	"slices"
)

// A Kind says why a span of a calendar is not free.
type Kind uint8

// The kinds of busy spans. Tentative counts as busy; Unknown is neither busy
// nor free.
const (
	Firm Kind = iota
	Tentative
	Unknown
)

// String returns the word of the JSON output: busy, tentative or unknown.
func (k Kind) String() string {
	switch k {
	case Firm:
		return "busy"
	case Tentative:
		return "tentative"
	case Unknown:
		return "unknown"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Span is one piece of a Busy.
type Span struct {
	Interval
	Kind   Kind
	AllDay bool // from an event of whole days

	// Unnamed is time of which the source cannot say what takes it, as long as the
	// span is: it may be what somebody else knows to be then. It is joined to no other.
	Unnamed bool
}

// Busy is what is known of when one person cannot meet. Inside Window, time
// that no span covers is free; outside Window it is unknown. So the zero Busy
// knows nothing, and a person whose calendar could not be read is never taken for
// a free one.
type Busy struct {
	Window   Interval
	Spans    []Span   // sorted and joined, as Normalize, Merge and Add leave them
	Reason   string   // why part or all of it is unknown, in words for people; "" if all is known
	Warnings []string // parts of the source that could not be used; never a title
	Lost     bool     // the source has an event of which it cannot be told when it is; Warnings name it
}

// Unreadable returns a Busy that knows nothing, and why.
func Unreadable(reason string) Busy { return Busy{Reason: reason} }

// Readable reports whether the calendar could be read, if only for a part of the
// time.
func (b Busy) Readable() bool { return !b.Window.Empty() }

// Normalize is the last step of reading a calendar. It clips the spans to the
// window, drops empty ones, sorts them by start, end and kind, and joins those of
// one kind and AllDay that overlap or touch. It changes the spans in place.
func (b *Busy) Normalize() {
	for i, s := range b.Spans {
		b.Spans[i].Interval = s.Clip(b.Window)
	}
	b.Spans = joinSpans(b.Spans)
}

// Within returns what b says of iv, and nothing of other time.
func (b Busy) Within(iv Interval) Busy {
	if !b.Readable() || iv.Contains(b.Window) {
		return b
	}
	b.Window = b.Window.Clip(iv)
	b.Spans = touching(b.Spans, iv)
	if slices.ContainsFunc(b.Spans, func(s Span) bool { return !b.Window.Contains(s.Interval) }) {
		b.Spans = slices.Clone(b.Spans)
		b.Normalize()
	}
	return b
}

// touching returns the sorted spans without those before and after iv.
func touching(spans []Span, iv Interval) []Span {
	for len(spans) > 0 && !spans[0].End.After(iv.Start) {
		spans = spans[1:]
	}
	for len(spans) > 0 && !spans[len(spans)-1].Start.Before(iv.End) {
		spans = spans[:len(spans)-1]
	}
	return slices.Clip(spans)
}

// joinSpans sorts the spans and joins them, in place.
func joinSpans(spans []Span) []Span {
	if disjoint(spans) {
		return spans
	}
	spans = slices.DeleteFunc(spans, Span.Empty)
	sortSpans(spans)
	out := spans[:0]
	for _, s := range spans {
		i := len(out) - 1 // of the newest of the same class: in all, each class goes back over out once
		for i >= 0 && !s.alike(out[i]) {
			i--
		}
		switch {
		case i < 0, s.Start.After(out[i].End), !s.joins(out[i]):
			out = append(out, s)
		case s.End.After(out[i].End):
			out[i].End = s.End
		}
	}
	sortSpans(out) // joining may have changed the order of the ends
	return out
}

// disjoint reports whether each of the spans is over before the next begins.
func disjoint(spans []Span) bool {
	for i := range spans {
		if spans[i].Empty() || i > 0 && !spans[i-1].End.Before(spans[i].Start) {
			return false
		}
	}
	return true
}

// sortSpans sorts the spans, which most sources give in order.
func sortSpans(spans []Span) {
	for i := 1; i < len(spans); i++ {
		if before := &spans[i-1]; !before.Start.Before(spans[i].Start) && compareSpans(*before, spans[i]) > 0 {
			slices.SortFunc(spans, compareSpans)
			return
		}
	}
}

// alike reports whether the span is of the same class as another.
func (s Span) alike(o Span) bool {
	return s.Kind == o.Kind && s.AllDay == o.AllDay && s.Unnamed == o.Unnamed
}

// joins reports whether the span can be one with an earlier one if they touch.
func (s Span) joins(earlier Span) bool {
	return s.alike(earlier) && (!s.Unnamed || s.Start.Equal(earlier.Start) && s.End.Equal(earlier.End))
}

// Joined returns b with spans joined whether or not their source could say what
// takes them, for those to whom that is no matter.
func (b Busy) Joined() Busy {
	b.Spans = slices.Clone(b.Spans)
	for i := range b.Spans {
		b.Spans[i].Unnamed = false
	}
	b.Normalize()
	return b
}

func compareSpans(a, b Span) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c // the common case, and sorting is what Normalize costs
	}
	return cmp.Or(a.End.Compare(b.End), cmp.Compare(a.Kind, b.Kind), compareBools(a.AllDay, b.AllDay), compareBools(a.Unnamed, b.Unnamed))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Merge returns what two sources together say of one person: busy if either
// says so, else unknown where either does not know.
func (b Busy) Merge(o Busy) Busy {
	m := Busy{
		Window:   b.Window.Clip(o.Window),
		Spans:    joinSpans(slices.Concat(b.Spans, o.Spans)),
		Reason:   cmp.Or(b.Reason, o.Reason),
		Warnings: slices.Concat(b.Warnings, o.Warnings),
		Lost:     b.Lost || o.Lost,
	}
	if m.Window.Empty() {
		m.Window = Interval{}
	}
	if b.Reason != "" && o.Reason != "" && o.Reason != b.Reason {
		m.Reason += "; " + o.Reason
	}
	return m
}

// Add makes b busy during the intervals, also where nothing else is known of it.
// Copies of b that share its spans stay as they are; so each call copies them, and
// many intervals are best added at once.
func (b *Busy) Add(ivs ...Interval) {
	spans := make([]Span, len(b.Spans), len(b.Spans)+len(ivs))
	copy(spans, b.Spans)
	for _, iv := range ivs {
		s := Span{Interval: iv}
		at, _ := slices.BinarySearchFunc(spans, s, compareSpans)
		spans = slices.Insert(spans, at, s)
	}
	b.Spans = joinSpans(spans)
}

// At returns what is known of iv: Firm if any of it is busy or tentative, else
// Unknown if any of it is unknown; free is false for both.
func (b Busy) At(iv Interval) (kind Kind, free bool) {
	unknown := !b.Window.Contains(iv)
	for i := range b.Spans {
		s := &b.Spans[i]
		if !s.End.After(iv.Start) {
			continue // most, in a long window
		}
		if !s.Start.Before(iv.End) {
			break
		}
		if !s.Overlaps(iv) {
			continue
		}
		if s.Kind != Unknown {
			return Firm, false
		}
		unknown = true
	}
	if unknown {
		return Unknown, false
	}
	return 0, true
}

// Known reports whether all of window is known.
func (b Busy) Known(window Interval) bool {
	if b.Window.Contains(window) && !slices.ContainsFunc(b.Spans, func(s Span) bool { return s.Kind == Unknown }) {
		return true
	}
	return len(b.UnknownParts(window)) == 0
}

// UnknownParts returns the parts of window at which b is unknown, joined and
// sorted.
func (b Busy) UnknownParts(window Interval) []Interval {
	var known, unknown, busy []Interval
	if k := b.Window.Clip(window); !k.Empty() {
		known = append(known, k)
	}
	for _, s := range b.Spans {
		if s.Kind == Unknown {
			unknown = append(unknown, s.Clip(window))
		} else {
			busy = append(busy, s.Clip(window))
		}
	}
	parts := append(Subtract(Union([]Interval{window}), known), unknown...)
	return Subtract(Union(parts), Union(busy))
}

// Tells reports whether the calendar tells anything of window.
func (b Busy) Tells(window Interval) bool {
	known := b.Window.Clip(window)
	if known.Empty() {
		return false
	}
	var unknown []Interval
	for i := range b.Spans {
		if b.Spans[i].Kind == Unknown {
			unknown = append(unknown, b.Spans[i].Interval)
		}
	}
	return len(Subtract([]Interval{known}, Union(unknown))) > 0
}
