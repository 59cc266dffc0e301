package calendar

import (
	"maps"
	"slices"
	"time"
)

// Settle decides what a Put of s leaves on a calendar that holds have under the
// same UID, so that every backend decides alike. It returns
//   - have, if there is nothing to do: have is s already, or s has no Version and
//     have is the outcome of an earlier Put of it, with what people changed by
//     hand since;
//   - ErrChanged, if s was made from another version than have;
//   - else s, with the replies of have that are still to the same times.
func Settle(have, s Series) (Series, error) {
	settled := have.Sequence >= s.Sequence && (s.Version == "" || have.Same(s))
	switch {
	case settled:
		return have, nil
	case s.Version != "" && s.Version != have.Version:
		return Series{}, ErrChanged
	}
	s.Sequence = max(s.Sequence, have.Sequence) // programs ignore what seems older
	return s.WithoutReplies().WithReplies(have, s.People()...), nil
}

// Same reports whether s and o are the same meeting to those who attend. Replies,
// Version, Sequence and Updated do not count.
func (s Series) Same(o Series) bool {
	s.Organizer.RSVP, o.Organizer.RSVP = NoReply, NoReply
	return s.sameTimes(o) && s.Count == o.Count && s.Cancelled == o.Cancelled &&
		s.Title == o.Title && s.Description == o.Description && s.Link == o.Link && s.Reminder == o.Reminder &&
		s.Organizer == o.Organizer && slices.EqualFunc(s.Attendees, o.Attendees, Attendee.same) &&
		slices.EqualFunc(s.changes(), o.changes(), Override.Same)
}

// same reports whether both are one person, called alike.
func (a Attendee) same(b Attendee) bool { return a.Address == b.Address && a.Name == b.Name }

// changes returns the overrides that hold more than replies.
func (s Series) changes() []Override {
	if !slices.ContainsFunc(s.Overrides, Override.onlyReplies) {
		return s.Overrides
	}
	return slices.DeleteFunc(slices.Clone(s.Overrides), Override.onlyReplies)
}

func (o Override) onlyReplies() bool {
	return !o.Cancelled && o.Note == "" && o.Edited == "" && o.Moved.Empty()
}

// sameTimes reports whether both name their occurrences alike.
func (s Series) sameTimes(o Series) bool {
	return s.UID == o.UID && s.Slot == o.Slot && s.First == o.First && s.Cadence == o.Cadence
}

// Same reports whether o and p do the same to the same occurrence. Replies do not
// count.
func (o Override) Same(p Override) bool {
	return o.Original.Equal(p.Original) && o.Cancelled == p.Cancelled && o.Note == p.Note && o.Edited == p.Edited && o.sameTime(p)
}

func (o Override) sameTime(p Override) bool {
	if o.Moved.Empty() || p.Moved.Empty() {
		return o.Moved.Empty() && p.Moved.Empty()
	}
	return o.Moved.Start.Equal(p.Moved.Start) && o.Moved.End.Equal(p.Moved.End)
}

// MovedSince returns the overrides of s whose occurrences were elsewhere in an earlier state
// of it.
func (s Series) MovedSince(was Series) (moved []Override) {
	for _, o := range s.Overrides {
		if !o.sameTime(was.Override(o.Original)) {
			moved = append(moved, o)
		}
	}
	return moved
}

// EditedSince returns the original starts of the sessions that are not as they were in an
// earlier state of s; none if the whole of it was at another time. Replies do not count.
func (s Series) EditedSince(was Series) (edited []time.Time) {
	if !s.sameTimes(was) {
		return nil
	}
	for _, o := range slices.Concat(was.Overrides, s.Overrides) {
		before, now := was.Override(o.Original), s.Override(o.Original)
		before.Original, now.Original = o.Original, o.Original // one without an override is zero
		if !before.Same(now) && !slices.ContainsFunc(edited, o.Original.Equal) {
			edited = append(edited, o.Original)
		}
	}
	return edited
}

// WithoutReplies returns a copy of s in which nobody replied, without the
// overrides that hold nothing but replies.
func (s Series) WithoutReplies() Series {
	s.Organizer.RSVP = NoReply
	s.Attendees = slices.Clone(s.Attendees)
	for i := range s.Attendees {
		s.Attendees[i].RSVP = NoReply
	}
	overrides := s.Overrides
	s.Overrides = nil
	for _, o := range overrides {
		if o.RSVPs = nil; !o.onlyReplies() {
			s.Overrides = append(s.Overrides, o)
		}
	}
	return s
}

// WithoutOverrides returns s as its slot alone makes it.
func (s Series) WithoutOverrides() Series {
	s.Overrides = nil
	return s
}

// InZone returns s in another zone if its clocks show the same at all sessions, overrides
// apart, else s as it is: services know zones by names of their own.
func (s Series) InZone(zone string) Series {
	if zone == s.Slot.Zone {
		return s
	}
	other := s
	other.Slot.Zone = zone
	here, err := s.WithoutOverrides().Occurrences()
	there, err2 := other.WithoutOverrides().Occurrences()
	same := func(a, b Occurrence) bool { return a.Start.Equal(b.Start) }
	if err != nil || err2 != nil || !slices.EqualFunc(here, there, same) {
		return s
	}
	return other
}

// CalledAs returns the attendees of s under the names that they have in have: services
// replace names with those they know.
func (s Series) CalledAs(have Series) []Attendee {
	attendees := slices.Clone(s.Attendees)
	for i, a := range attendees {
		if at := attendeeIn(have.Attendees, a.Address); at >= 0 {
			attendees[i].Name = have.Attendees[at].Name
		}
	}
	return attendees
}

// WithReplies returns a copy of s with the replies that the given attendees gave
// in from. A reply is to a time: one to an occurrence that is elsewhere in s does
// not count, nor does any if the whole series is. Who did not reply in from keeps
// the reply in s.
func (s Series) WithReplies(from Series, who ...Address) Series {
	if !s.sameTimes(from) {
		return s
	}
	s.Attendees = slices.Clone(s.Attendees)
	for i, a := range s.Attendees {
		if r := from.RSVP(a.Address, time.Time{}); r != NoReply && slices.Contains(who, a.Address) {
			s.Attendees[i].RSVP = r
		}
	}
	for _, o := range from.Overrides {
		s = s.withRepliesTo(o, who)
	}
	return s
}

// Renamed returns a copy of s in which who is invited, or replied, as from stands as to,
// unless to does already.
func (s Series) Renamed(from, to Address) Series {
	if s.Invites(from) && !s.Invites(to) {
		s.Attendees = slices.Clone(s.Attendees)
		s.Attendees[attendeeIn(s.Attendees, from)].Address = to
	}
	for _, o := range s.Overrides {
		reply, replied := o.RSVPs[from]
		if _, already := o.RSVPs[to]; !replied || already {
			continue
		}
		o.RSVPs = maps.Clone(o.RSVPs)
		delete(o.RSVPs, from)
		o.RSVPs[to] = reply
		s = s.WithOverride(o)
	}
	return s
}

// withRepliesTo is WithReplies for the occurrence that theirs overrides.
func (s Series) withRepliesTo(theirs Override, who []Address) Series {
	o := s.Override(theirs.Original)
	if len(theirs.RSVPs) == 0 || !o.sameTime(theirs) || !s.HasSession(theirs.Original) {
		return s
	}
	o.Original = theirs.Original
	o.RSVPs = maps.Clone(o.RSVPs)
	for a, r := range theirs.RSVPs {
		if r == NoReply || !slices.Contains(who, a) || !s.Invites(a) {
			continue
		}
		if o.RSVPs == nil {
			o.RSVPs = map[Address]RSVP{}
		}
		o.RSVPs[a] = r
	}
	if o.RSVPs == nil {
		return s
	}
	return s.WithOverride(o)
}

// HasSession reports whether s has an occurrence with that original start.
func (s Series) HasSession(original time.Time) bool {
	occurrences, err := s.WithoutOverrides().Occurrences()
	return err == nil && slices.ContainsFunc(occurrences, func(o Occurrence) bool { return o.Original.Equal(original) })
}
