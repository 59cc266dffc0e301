package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
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

	Deleted  []Address  // attendees who deleted their own copy, where each has one; sorted, a backend sees to it
	SplitOff []SplitOff // what people took out of the series; sorted by From, a backend sees to it

	Group string // that meets, for a backend to note; attendees do not see it
}

// An Attendee is a person as invited.
type Attendee struct {
	Address Address
	Name    string
	RSVP    RSVP // to the series
}

// Compare sorts attendees as a Series has them, by address.
func (a Attendee) Compare(b Attendee) int { return cmp.Compare(a.Address, b.Address) }

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
	Edited    string           // fingerprint of what people made of it by hand besides; "" if nothing. A backend sees to it
	RSVPs     map[Address]RSVP // replies to this occurrence alone; nil if there are none
}

// A SplitOff is the rest of a series that people changed as "this and all
// following": an event of its own since, which no backend looks after.
type SplitOff struct {
	From  time.Time // start of its first session
	Count int       // of its sessions; 0 if that is not known
}

// An Occurrence is one session of a series as it stands.
type Occurrence struct {
	Original              time.Time // the start that the slot gives it
	availability.Interval           // when it is
	Moved, Cancelled      bool
}

// LastEnd returns the end of the last session that is not cancelled, the zero time if
// there is none.
func (s Series) LastEnd() (last time.Time, err error) {
	occurrences, err := s.Occurrences()
	for _, o := range occurrences {
		if !o.Cancelled {
			last = availability.Later(last, o.End)
		}
	}
	return last, err
}

// Occurrences returns the sessions in the order of their original starts, with
// overrides applied. Cancelled ones are among them. It is an error if the clocks
// skip the slot on one of the dates, or an override names no session.
func (s Series) Occurrences() ([]Occurrence, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	out := make([]Occurrence, 0, s.Count)
	for iv, err := range s.Slot.Every(s.First, s.Cadence, s.Count) {
		if err != nil {
			return nil, err
		}
		out = append(out, Occurrence{Original: iv.Start, Interval: iv})
	}
	for _, o := range s.Overrides {
		i, ok := slices.BinarySearchFunc(out, o.Original, func(a Occurrence, t time.Time) int { return a.Original.Compare(t) })
		if !ok {
			return nil, s.errorf("an override names %s, when it has no session", o.Original.UTC().Format(time.RFC3339))
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

// Check returns what makes s impossible to put on a calendar, or nil.
func (s Series) Check() error {
	if s.UID == "" || len(s.UID) > 200 || strings.HasPrefix(string(s.UID), ".") || strings.ContainsFunc(string(s.UID), unsafeInUID) {
		return fmt.Errorf("series UID %q: want 1 to 200 of a-z, 0-9, '-', '_', '.' and '@'", s.UID)
	}
	for _, a := range s.People() {
		if parsed, err := ParseAddress(string(a)); err != nil || parsed != a {
			return s.errorf("%q is no lower-case mail address", a)
		}
	}
	if !sortedOnce(s.Attendees, Attendee.Compare) {
		return s.errorf("its attendees are not sorted by address, each once")
	}
	if !sortedOnce(s.Overrides, func(a, b Override) int { return a.Original.Compare(b.Original) }) {
		return s.errorf("its overrides are not sorted by original start, each once")
	}
	_, err := s.Occurrences()
	return err
}

func unsafeInUID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.@", r)
}

// sortedOnce reports whether each element is less than the next.
func sortedOnce[E any](list []E, compare func(a, b E) int) bool {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) >= 0 {
			return false
		}
	}
	return true
}

// A seriesError says what is the matter with the series UID.
type seriesError struct {
	UID UID
	Err error
}

func (e *seriesError) Error() string { return fmt.Sprintf("series %s: %v", e.UID, e.Err) }

// Unwrap returns what is the matter.
func (e *seriesError) Unwrap() error { return e.Err }

// OfSeries returns err as said of uid, which it may be already: each reader that
// an error passes through may say whose it is, and it is said once. It is nil for nil.
func OfSeries(uid UID, err error) error {
	if named, ok := errors.AsType[*seriesError](err); err == nil || ok && named.UID == uid {
		return err
	}
	return &seriesError{uid, err}
}

func (s Series) errorf(format string, args ...any) error {
	return OfSeries(s.UID, fmt.Errorf(format, args...))
}

func (s Series) check() error {
	switch {
	case !s.Cadence.Valid():
		return s.errorf("cadence %d is none of 1, 2 and 4 weeks", int(s.Cadence))
	case s.Count > s.Cadence.MaxCount():
		return s.errorf("no end, or too many %s sessions: a series has 1 to %d", s.Cadence, s.Cadence.MaxCount())
	case s.Count < 1:
		return s.errorf("no session: a series has 1 to %d", s.Cadence.MaxCount())
	case s.First.Weekday() != s.Slot.Day:
		return s.errorf("its first date %s is not a %s", s.First, s.Slot.Day)
	case s.Slot.Length <= 0:
		return s.errorf("its sessions have no length")
	}
	return nil
}

// Until returns s without the sessions that start at or after from: with fewer
// sessions, and with those cancelled that a later one was moved in front of. If
// none is left, the whole series is Cancelled. Sequence grows, and Updated is from or
// later, if that changes anything; else s is returned as it is.
func (s Series) Until(from time.Time) (Series, error) {
	sessions, err := s.Occurrences()
	if err != nil {
		return Series{}, err
	}
	kept := 0 // sessions up to the last that stays
	held, changed := false, false
	for i, o := range sessions {
		if o.Start.Before(from) {
			kept, held = i+1, held || !o.Cancelled
		} else if !o.Cancelled {
			changed = true
		}
	}
	if !changed {
		return s, nil
	}
	s.Sequence++
	s.Updated = availability.Later(s.Updated, from.UTC().Truncate(time.Second))
	if !held {
		s.Cancelled = true
		return s, nil
	}
	for _, o := range sessions[:kept] {
		if !o.Start.Before(from) {
			override := s.Override(o.Original)
			override.Original, override.Cancelled = o.Original, true
			s = s.WithOverride(override)
		}
	}
	s.Count = kept
	last := sessions[kept-1].Original
	s.Overrides = slices.DeleteFunc(slices.Clone(s.Overrides), func(o Override) bool { return o.Original.After(last) })
	return s, nil
}

// From returns what Until(from) takes off, as a series of its own: the sessions that
// start at or after from, with those cancelled that lie among them and do not. ok is
// false if there are none.
func (s Series) From(from time.Time) (rest Series, ok bool, err error) {
	sessions, err := s.Occurrences()
	if err != nil {
		return Series{}, false, err
	}
	first := slices.IndexFunc(sessions, func(o Occurrence) bool { return !o.Cancelled && !o.Start.Before(from) })
	if first < 0 {
		return Series{}, false, nil
	}
	original := sessions[first].Original
	s.Overrides = slices.DeleteFunc(slices.Clone(s.Overrides), func(o Override) bool { return o.Original.Before(original) })
	for _, o := range sessions[first:] {
		if o.Start.Before(from) && !o.Cancelled {
			override := s.Override(o.Original)
			override.Original, override.Cancelled = o.Original, true
			s = s.WithOverride(override)
		}
	}
	s.First, s.Count = s.First.AddDays(first*s.Cadence.Days()), s.Count-first
	return s, true, nil
}

// RSVP returns what the attendee replied for the occurrence with that original
// start: the reply to it alone, or else the one to the series.
func (s Series) RSVP(a Address, original time.Time) RSVP {
	for _, o := range s.Overrides {
		if r, ok := o.RSVPs[a]; ok && o.Original.Equal(original) {
			return r
		}
	}
	if i := attendeeIn(s.Attendees, a); i >= 0 {
		return s.Attendees[i].RSVP
	}
	return NoReply
}

// Reply returns what the attendee replied for o, an occurrence of s. It is RSVP,
// but for an occurrence that was moved: a reply to the whole series was to another
// time.
func (s Series) Reply(a Address, o Occurrence) RSVP {
	if r, ok := s.Override(o.Original).RSVPs[a]; ok || o.Moved {
		return r
	}
	return s.RSVP(a, o.Original)
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

// DescriptionOf returns the description of an occurrence: why it is another first, since mail
// programs cut long texts at the end.
func (s Series) DescriptionOf(o Override) string {
	if o.Note == "" {
		return s.Description
	}
	return strings.TrimSpace(o.Note + "\n\n" + s.Description)
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
