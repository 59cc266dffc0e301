package calendartest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// busy returns what is known of one person. It must be called with f.mu held.
func (f *Fake) busy(a calendar.Address, iv availability.Interval, except []calendar.UID) availability.Busy {
	p := f.people[a]
	switch {
	case p == nil:
		return availability.Unreadable(fmt.Sprintf("%s has no calendar", a))
	case p.broken:
		return availability.Unreadable(fmt.Sprintf("the calendar of %s is broken", a))
	}
	b := availability.Busy{Window: iv}
	for _, m := range p.meetings {
		b.Spans = append(b.Spans, availability.Span{Interval: m})
	}
	for uid, s := range f.series {
		kind := availability.Firm
		if slices.Contains(except, uid) {
			if kind = availability.Unknown; !f.Without.TellsApart {
				continue
			}
		}
		b.Spans = append(b.Spans, sessionsOf(s, a, kind)...)
	}
	if f.Without.TellsApart {
		b.Spans = blur(b.Spans)
	}
	b.Normalize()
	return b
}

// sessionsOf returns the sessions of s that take a's time, as spans of a kind.
func sessionsOf(s calendar.Series, a calendar.Address, kind availability.Kind) (spans []availability.Span) {
	if !slices.Contains(s.People(), a) {
		return nil
	}
	occurrences, err := s.Occurrences()
	if err != nil {
		panic(fmt.Sprintf("a series that was checked: %v", err))
	}
	for _, o := range occurrences {
		if !o.Cancelled && s.RSVP(a, o.Original) != calendar.Declined {
			spans = append(spans, availability.Span{Interval: o.Interval, Kind: kind})
		}
	}
	return spans
}

// blur takes from the firm spans what an unknown one covers, for a backend that
// cannot tell them apart.
func blur(spans []availability.Span) (out []availability.Span) {
	var unknown []availability.Interval
	for _, s := range spans {
		if s.Kind == availability.Unknown {
			unknown = append(unknown, s.Interval)
		}
	}
	unknown = availability.Union(unknown)
	for _, s := range spans {
		if s.Kind != availability.Unknown {
			for _, rest := range availability.Subtract([]availability.Interval{s.Interval}, unknown) {
				out = append(out, availability.Span{Interval: rest, Kind: s.Kind})
			}
		}
	}
	for _, iv := range unknown {
		out = append(out, availability.Span{Interval: iv, Kind: availability.Unknown})
	}
	return out
}

// Harness returns f with the hands that reach past it.
func (f *Fake) Harness() Harness {
	return Harness{Backend: f, Meet: f.Meet, Reply: f.Reply, ByHand: f.ByHand, Break: f.Break, Told: f.Told}
}

// Meet puts a meeting that is not ours on a's calendar, which must exist.
func (f *Fake) Meet(a calendar.Address, iv availability.Interval) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[a].meetings = append(f.people[a].meetings, iv)
}

// Forget calls off all meetings of a person.
func (f *Fake) Forget(a calendar.Address) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[a].meetings = nil
}

// Break makes a's calendar unreadable.
func (f *Fake) Break(a calendar.Address) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[a].broken = true
}

// Told returns how often a was told of something.
func (f *Fake) Told(a calendar.Address) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.people[a].told
}

// Calls returns the calls that reached the calendar so far, in their order.
func (f *Fake) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Reply has a reply to a series that was put, or, if original is not zero, to
// one occurrence of it.
func (f *Fake) Reply(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.series[uid] = WithReply(f.series[uid], a, original, r)
}

// ByHand has the organizer override an occurrence of a series that was put.
func (f *Fake) ByHand(uid calendar.UID, o calendar.Override) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.series[uid].WithOverride(o)
	s.Sequence++
	f.store(s)
}

// WithReply returns s with a's reply to it, or, if original is not zero, to the
// occurrence with that original start.
func WithReply(s calendar.Series, a calendar.Address, original time.Time, r calendar.RSVP) calendar.Series {
	if original.IsZero() {
		s.Attendees = slices.Clone(s.Attendees)
		for i := range s.Attendees {
			if s.Attendees[i].Address == a {
				s.Attendees[i].RSVP = r
			}
		}
		return s
	}
	o := s.Override(original)
	o.Original, o.RSVPs = original, maps.Clone(o.RSVPs)
	if o.RSVPs == nil {
		o.RSVPs = map[calendar.Address]calendar.RSVP{}
	}
	o.RSVPs[a] = r
	return s.WithOverride(o)
}
