package availability

import (
	"cmp"
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
func (k Kind) String() string { return [...]string{"busy", "tentative", "unknown"}[k] }

// A Span is one piece of a Busy.
type Span struct {
	Interval
	Kind   Kind
	AllDay bool // from an event of whole days
}

// Busy is what is known of when one person cannot meet. Inside Window, time
// that no span covers is free; outside Window everything is unknown. So the
// zero Busy knows nothing, and a person whose calendar could not be read is
// never taken for a free one.
type Busy struct {
	Window   Interval
	Spans    []Span   // as Normalize leaves them
	Reason   string   // why part or all of it is unknown, in words for people; "" if all is known
	Warnings []string // parts of the source that could not be used; never a title
}

// Unreadable returns a Busy that knows nothing, and why.
func Unreadable(reason string) Busy { return Busy{Reason: reason} }

// Readable reports whether anything at all is known.
func (b Busy) Readable() bool { return !b.Window.Empty() }

// Normalize sorts the spans by start, end and kind, joins spans of one kind and
// AllDay that overlap or touch, clips them to the window and drops empty ones.
func (b *Busy) Normalize() {
	slices.SortFunc(b.Spans, func(x, y Span) int {
		return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End), cmp.Compare(x.Kind, y.Kind), boolCompare(x.AllDay, y.AllDay))
	})
	out := b.Spans[:0]
	var last [3][2]int // by kind and AllDay: 1 + index of the newest span in out
	for _, s := range b.Spans {
		if s.Interval = s.Clip(b.Window); s.Empty() {
			continue
		}
		l := &last[s.Kind][boolIndex(s.AllDay)]
		if *l > 0 && !s.Start.After(out[*l-1].End) {
			if s.End.After(out[*l-1].End) {
				out[*l-1].End = s.End
			}
			continue
		}
		out = append(out, s)
		*l = len(out)
	}
	b.Spans = out
}

func boolIndex(b bool) int {
	if b {
		return 1
	}
	return 0
}

func boolCompare(a, b bool) int { return boolIndex(a) - boolIndex(b) }

// Merge returns what two sources together say of one person: busy if either
// says so, unknown where either does not know.
func (b Busy) Merge(o Busy) Busy {
	m := Busy{
		Window:   b.Window.Clip(o.Window),
		Spans:    slices.Concat(b.Spans, o.Spans),
		Reason:   cmp.Or(b.Reason, o.Reason),
		Warnings: slices.Concat(b.Warnings, o.Warnings),
	}
	if m.Window.Empty() {
		m.Window = Interval{}
	}
	m.Normalize()
	return m
}

// At returns what is known of iv: Firm if any of it is busy or tentative, else
// Unknown if any of it is unknown; free is false for both.
func (b Busy) At(iv Interval) (kind Kind, free bool) {
	unknown := !b.Window.Contains(iv)
	for _, s := range b.Spans {
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

// UnknownParts returns the parts of window that are unknown, joined and sorted.
func (b Busy) UnknownParts(window Interval) []Interval {
	var known []Interval
	if k := b.Window.Clip(window); !k.Empty() {
		known = append(known, k)
	}
	parts := Subtract([]Interval{window}, known)
	for _, s := range b.Spans {
		if s.Kind == Unknown {
			parts = append(parts, s.Clip(window))
		}
	}
	return Union(parts)
}

// Add puts a firm busy interval into b, which must know that time.
func (b *Busy) Add(ivs ...Interval) {
	for _, iv := range ivs {
		b.Spans = append(b.Spans, Span{Interval: iv})
	}
	b.Normalize()
}
