package availability

import (
	"slices"
	"time"
)

// A Member is what the search needs to know of one person.
type Member struct {
	Name     string         // how the caller tells members apart; shown, never judged
	Zone     *time.Location // not nil
	Hours    Hours
	Stretch  Hours // possible, but not liked
	Off      []Off
	Busy     Busy
	Required bool
}

// Off is a span of dates, both inclusive, on which a person does not work.
type Off struct {
	First, Last Date
	Why         Why // Holiday; anything else counts as Away
}

// Why says what keeps a member from an occurrence.
type Why string

// The reasons, in the order in which [Member.CanAttend] looks for them.
const (
	NoReason    Why = ""
	Away        Why = "away"
	Holiday     Why = "holiday"
	OutOfHours  Why = "hours"
	BusyThen    Why = "busy"
	NotReadable Why = "unknown"
)

// Can is the answer to "can this member attend?".
type Can uint8

// The answers. Stretch is a yes that is noted.
const (
	No Can = iota
	Maybe
	Stretch
	Yes
)

// Attends reports whether c counts as attending.
func (c Can) Attends() bool { return c >= Stretch }

// CanAttend judges one occurrence: Yes if the whole of iv lies within the
// member's hours, Stretch if within hours and stretch hours together, and it
// touches neither a day off nor busy time; Maybe if only unknown time stands
// against it; else No. why is the first reason that applies, NoReason for
// Stretch and Yes. This is the one definition of the rule; the search must agree
// with it.
func (m *Member) CanAttend(iv Interval) (can Can, why Why) {
	var room [4]piece
	span := secondsOf(iv)
	clock := appendClock(room[:0], m.Zone, span.from, span.to)
	if why = m.off(clock, span); why != NoReason {
		return No, why
	}
	if can = m.willing(clock, span); can == No {
		return No, OutOfHours
	}
	switch kind, free := m.Busy.At(iv); {
	case free:
		return can, NoReason
	case kind == Unknown:
		return Maybe, NotReadable
	default:
		return No, BusyThen
	}
}

// off returns why the member does not work on one of the dates of span: Away
// before Holiday.
func (m *Member) off(clock wallClock, span seconds) (why Why) {
	for _, o := range m.Off {
		if off := o.on(clock); off.from < span.to && span.from < off.to {
			if o.Why != Holiday {
				return Away
			}
			why = Holiday
		}
	}
	return why
}

// on returns the part of the days off that clock covers.
func (o Off) on(clock wallClock) seconds {
	return seconds{clock.reach(o.First.wall()), clock.reach(o.Last.wall() + secondsPerDay)}
}

// willing judges by the hours alone: Yes, Stretch or No.
func (m *Member) willing(clock wallClock, span seconds) Can {
	var room [8]seconds
	own := joinSeconds(m.Hours.appendSeconds(room[:0], clock, span))
	if slices.Equal(own, []seconds{span}) {
		return Yes
	}
	both := joinSeconds(m.Stretch.appendSeconds(own, clock, span))
	if slices.Equal(both, []seconds{span}) {
		return Stretch
	}
	return No
}
