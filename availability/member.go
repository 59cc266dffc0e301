package availability

import "time"

// A Member is what the search needs to know of one person.
type Member struct {
	Name     string // how the caller tells members apart; shown, never judged
	Zone     *time.Location
	Hours    Hours
	Stretch  Hours // possible, but not liked
	Off      []Off
	Busy     Busy
	Required bool
}

// Off is a span of dates, both inclusive, on which a person does not work.
type Off struct {
	First, Last Date
	Why         Why // Holiday or Away
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
	for _, want := range []Why{Away, Holiday} {
		for _, off := range m.Off {
			if off.Why == want && off.in(m.Zone).Overlaps(iv) {
				return No, want
			}
		}
	}
	can = Yes
	if !within(m.Hours.In(m.Zone, iv), iv) {
		both := append(m.Hours.In(m.Zone, iv), m.Stretch.In(m.Zone, iv)...)
		if !within(Union(both), iv) {
			return No, OutOfHours
		}
		can = Stretch
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

func (o Off) in(loc *time.Location) Interval {
	return Interval{startOfDay(o.First, loc), startOfDay(o.Last.AddDays(1), loc)}
}

// within reports whether one of the joined intervals holds all of iv.
func within(joined []Interval, iv Interval) bool {
	for _, j := range joined {
		if j.Contains(iv) {
			return true
		}
	}
	return false
}
