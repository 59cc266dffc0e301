package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A UID names a series in every calendar that holds it, for ever. Ours are made
// from the booking; they consist of the characters a-v, 0-9 and, in the iCalendar
// form, a suffix that a backend may drop.
type UID string

// A Series is a recurring event of equal sessions with an end, and its overrides.
type Series struct {
	UID         UID
	Version     string // the backend's, for [ErrChanged]; "" before it was put
	Title       string
	Description string // plain text: the agenda
	Link        string // of the video meeting, "" if there is none
	Organizer   Attendee
	Attendees   []Attendee // sorted by address

	Slot      availability.Slot
	First     availability.Date // of the first session, in the slot's zone
	Cadence   availability.Cadence
	Count     int
	Overrides []Override // sorted by Original, at most one for each occurrence

	Reminder  time.Duration // before the start; 0 means none
	Sequence  int           // grows with each change that attendees must hear of
	Updated   time.Time     // when it last changed, to the second; a backend keeps it
	Cancelled bool          // the whole series is off
}

// An Attendee is a person as invited.
type Attendee struct {
	Address Address
	Name    string
	RSVP    RSVP // to the series
}

// An RSVP is an attendee's reply. The zero RSVP is none.
type RSVP string

// The replies.
const (
	NoReply   RSVP = ""
	Accepted  RSVP = "accepted"
	Tentative RSVP = "tentative"
	Declined  RSVP = "declined"
)

// An Override is one occurrence that differs from its series.
type Override struct {
	Original  time.Time             // the start that the slot gives it; names the occurrence
	Moved     availability.Interval // where it is instead; empty if it was not moved
	Cancelled bool
	Note      string           // why, for the attendees; added to the description
	RSVPs     map[Address]RSVP // replies to this occurrence alone; nil if there are none
}

// An Occurrence is one session of a series as it stands.
type Occurrence struct {
	Original              time.Time // the start that the slot gives it
	availability.Interval           // when it is
	Moved, Cancelled      bool
}

// Occurrences returns the sessions in the order of their original starts, with
// overrides applied. Cancelled ones are among them. It is an error if the clocks
// skip the slot on one of the dates, or an override names no session.
func (s Series) Occurrences() ([]Occurrence, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	out := make([]Occurrence, s.Count)
	for i := range out {
		iv, err := s.Slot.On(s.First.AddDays(i * s.Cadence.Days()))
		if err != nil {
			return nil, err
		}
		out[i] = Occurrence{Original: iv.Start, Interval: iv}
	}
	for _, o := range s.Overrides {
		i, ok := slices.BinarySearchFunc(out, o.Original, func(a Occurrence, t time.Time) int { return a.Original.Compare(t) })
		if !ok {
			return nil, fmt.Errorf("series %s: an override names %s, when it has no session", s.UID, o.Original.UTC().Format(time.RFC3339))
		}
		out[i].Cancelled = o.Cancelled || s.Cancelled
		if !o.Moved.Empty() {
			out[i].Interval, out[i].Moved = o.Moved, true
		}
	}
	if s.Cancelled {
		for i := range out {
			out[i].Cancelled = true
		}
	}
	return out, nil
}

func (s Series) check() error {
	switch {
	case !s.Cadence.Valid():
		return fmt.Errorf("series %s: cadence %d is none of 1, 2 and 4 weeks", s.UID, int(s.Cadence))
	case s.Count < 1 || s.Count > s.Cadence.MaxCount():
		return fmt.Errorf("series %s: %d %s sessions; a series has 1 to %d", s.UID, s.Count, s.Cadence, s.Cadence.MaxCount())
	case s.First.Weekday() != s.Slot.Day:
		return fmt.Errorf("series %s: its first date %s is not a %s", s.UID, s.First, s.Slot.Day)
	case s.Slot.Length <= 0:
		return fmt.Errorf("series %s: its sessions have no length", s.UID)
	}
	return nil
}

// RSVP returns what the attendee replied for the occurrence with that original
// start: the reply to it alone, or else the one to the series.
func (s Series) RSVP(a Address, original time.Time) RSVP {
	for _, o := range s.Overrides {
		if r, ok := o.RSVPs[a]; ok && o.Original.Equal(original) {
			return r
		}
	}
	for _, at := range s.Attendees {
		if at.Address == a {
			return at.RSVP
		}
	}
	return NoReply
}

// Override returns the override of the occurrence with that original start, which
// is zero if there is none.
func (s Series) Override(original time.Time) Override {
	for _, o := range s.Overrides {
		if o.Original.Equal(original) {
			return o
		}
	}
	return Override{}
}

// WithOverride returns a copy of s in which o stands instead of any override of
// the same occurrence.
func (s Series) WithOverride(o Override) Series {
	s.Overrides = slices.DeleteFunc(slices.Clone(s.Overrides), func(x Override) bool { return x.Original.Equal(o.Original) })
	s.Overrides = append(s.Overrides, o)
	slices.SortFunc(s.Overrides, func(a, b Override) int { return a.Original.Compare(b.Original) })
	return s
}

// People returns the addresses of the organizer and all attendees, each once and
// sorted.
func (s Series) People() []Address {
	people := []Address{s.Organizer.Address}
	for _, a := range s.Attendees {
		people = append(people, a.Address)
	}
	slices.SortFunc(people, cmp.Compare)
	return slices.Compact(people)
}
