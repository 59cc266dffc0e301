package availability

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Member is what the search needs to know of one person.
type Member struct {
	Name     string         // how the caller tells members apart; shown, never judged
	Zone     *time.Location // not nil
	Hours    Hours
	Stretch  Hours // possible, but not liked
	Off      []Off
	Trips    []Trip // in the order of their dates
	Busy     Busy
	Required bool
}

// Off is a span of dates, both inclusive, on which a person does not work.
type Off struct {
	First, Last Date
	Why         Why // Holiday; anything else counts as Away
}

// Why says what keeps a member from an occurrence.
type Why uint8

// The reasons, in the order in which [Member.CanAttend] looks for them; it knows of no
// reply, nor of who was not yet in a group.
const (
	NoReason Why = iota
	Declined
	Away
	Holiday
	OutOfHours
	BusyThen
	NotReadable
	NotJoined
)

var whyNames = [...]string{"", "declined", "away", "holiday", "hours", "busy", "unknown", "not joined"}

// String returns the reason in a word; "" for none.
func (w Why) String() string { return whyNames[w] }

// MarshalText returns the word.
func (w Why) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads the word.
func (w *Why) UnmarshalText(text []byte) error {
	i := slices.Index(whyNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("reason %q: want one of %s", text, strings.Join(whyNames[1:], ", "))
	}
	*w = Why(i)
	return nil
}

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
	var room [3]stay
	span := secondsOf(iv)
	stays := m.appendStays(room[:0], span)
	if why = offIn(stays); why != NoReason {
		return No, why
	}
	if can = willing(stays, span); can == No {
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

// offIn returns why the member does not work on one of the dates of the stays: Away
// before Holiday.
func offIn(stays []stay) (why Why) {
	var room [4]piece
	for _, s := range stays {
		clock := appendClock(room[:0], s.zone, s.from, s.to)
		for _, o := range s.off {
			if off := s.clip(o.on(clock)); off.from < off.to {
				if o.Why != Holiday {
					return Away
				}
				why = Holiday
			}
		}
	}
	return why
}

// on returns the part of the days off that clock covers.
func (o Off) on(clock wallClock) seconds {
	return seconds{clock.reach(o.First.wall()), clock.reach(o.Last.wall() + secondsPerDay)}
}

// willing judges span, which the stays make up, by the hours alone: Yes, Stretch or
// No.
func willing(stays []stay, span seconds) Can {
	var room [8]seconds
	var pieces [4]piece
	own := room[:0]
	for _, s := range stays {
		own = s.hours.appendSeconds(own, appendClock(pieces[:0], s.zone, s.from, s.to), s.seconds)
	}
	own = joinSeconds(own)
	if slices.Equal(own, []seconds{span}) {
		return Yes
	}
	for _, s := range stays {
		own = s.stretch.appendSeconds(own, appendClock(pieces[:0], s.zone, s.from, s.to), s.seconds)
	}
	if slices.Equal(joinSeconds(own), []seconds{span}) {
		return Stretch
	}
	return No
}
