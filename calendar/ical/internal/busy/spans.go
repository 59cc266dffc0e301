package busy

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A class is what the spans that may be joined have in common.
type class struct {
	kind    availability.Kind
	allDay  bool
	unnamed bool // by an event that may be one of ours; these are not joined
}

// spans collects spans in seconds since 1970. They are joined now and then, so
// that a rule that repeats every minute does not take much memory.
type spans struct {
	from, to int64 // the window
	list     []piece
	limit    int // how many there may be before they are joined
}

type piece struct {
	start, end int64
	class      class
}

// add adds the part of a span that lies in the window.
func (s *spans) add(start, end int64, c class) {
	start, end = max(start, s.from), min(end, s.to)
	if start >= end {
		return
	}
	if n := len(s.list) - 1; n >= 0 && s.list[n].class == c && !c.unnamed && start >= s.list[n].start && start <= s.list[n].end {
		s.list[n].end = max(s.list[n].end, end)
		return
	}
	if s.list = append(s.list, piece{start, end, c}); len(s.list) >= s.limit {
		s.join()
		s.limit = max(8192, 2*len(s.list))
	}
}

// join sorts the spans and joins those of one class that touch.
func (s *spans) join() {
	slices.SortFunc(s.list, func(a, b piece) int {
		if a.class == b.class {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) // the common case
		}
		return cmp.Or(cmp.Compare(a.class.kind, b.class.kind), compareBools(a.class.allDay, b.class.allDay), compareBools(a.class.unnamed, b.class.unnamed))
	})
	out := s.list[:0]
	for _, x := range s.list {
		if n := len(out) - 1; n >= 0 && out[n].class == x.class && x.start <= out[n].end && (!x.class.unnamed || x == out[n]) {
			out[n].end = max(out[n].end, x.end)
			continue
		}
		out = append(out, x)
	}
	s.list = out
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

// in returns the spans as Busy has them.
func (s *spans) in(window availability.Interval) []availability.Span {
	s.join()
	busy := availability.Busy{Window: window, Spans: slices.Grow([]availability.Span(nil), len(s.list))}
	for _, x := range s.list {
		iv := availability.Interval{Start: time.Unix(x.start, 0).UTC(), End: time.Unix(x.end, 0).UTC()}
		busy.Spans = append(busy.Spans, availability.Span{Interval: iv, Kind: x.class.kind, AllDay: x.class.allDay, Unnamed: x.class.unnamed})
	}
	busy.Normalize()
	return busy.Spans
}
