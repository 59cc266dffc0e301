package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fingerprint names what people see of s and may change by hand: two series with
// one fingerprint need no write to become each other. It is a Version for backends
// that have none of their own. Replies do not count, since an answer to an
// invitation is no change of the series. Nor do names, which services replace with
// those they know, a link, which may come later, and notes, which cancelled
// occurrences lose.
func (s Series) Fingerprint() string {
	s = s.WithoutReplies()
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %s %d %q %s %d %d %t %d", PlainText(s.Title), PlainText(s.Description),
		s.Slot, s.Slot.Length, s.Slot.Zone, s.First, int(s.Cadence), s.Count, s.Cancelled, int(s.Reminder/time.Minute))
	for _, a := range s.Attendees {
		fmt.Fprintf(h, " %q", a.Address)
	}
	for _, o := range s.Overrides {
		if o.Edited != "" {
			fmt.Fprintf(h, " ~%d%s", o.Original.Unix(), o.Edited)
		}
		if o.Cancelled {
			fmt.Fprintf(h, " -%d", o.Original.Unix())
		} else if !o.Moved.Empty() {
			fmt.Fprintf(h, " %d>%d-%d", o.Original.Unix(), o.Moved.Start.Unix(), o.Moved.End.Unix())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Mark names the change that a Put of s makes: from which version, to what. A backend
// that writes it with every part of the change knows what a Put that died has left to do.
func (s Series) Mark() string { return s.Version + ">" + s.Fingerprint() }

// PlainText returns a text as it comes back from services at the latest after a
// person has edited the event: without blanks around it, with line ends of one kind.
func PlainText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Invites reports whether a is among the attendees.
func (s Series) Invites(a Address) bool { return attendeeIn(s.Attendees, a) >= 0 }

// attendeeIn returns where a is among attendees, -1 if it is not.
func attendeeIn(attendees []Attendee, a Address) int {
	return slices.IndexFunc(attendees, func(at Attendee) bool { return at.Address == a })
}

// InvitesSame reports whether s and o have the same attendees.
func (s Series) InvitesSame(o Series) bool {
	if len(s.Attendees) != len(o.Attendees) {
		return false
	}
	for i, a := range s.Attendees {
		if o.Attendees[i].Address != a.Address {
			return false
		}
	}
	return true
}

// SameChange reports whether o and p make the same of an occurrence, whatever people
// have edited in it besides. The note of a cancelled one cannot be read back
// everywhere.
func (o Override) SameChange(p Override) bool {
	if o.Cancelled || p.Cancelled {
		return o.Cancelled == p.Cancelled
	}
	return o.sameTime(p) && o.Note == p.Note
}
