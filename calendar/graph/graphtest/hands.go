package graphtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// What people do with programs of their own, past the API. A series is named by the
// UID in its property.

func (s *Server) byUID(uid string) *series {
	for _, x := range s.live() {
		if x.uid() == uid {
			return x
		}
	}
	s.T.Fatalf("there is no series %s", uid)
	return nil
}

// uid returns what names a series: the property that it is found by.
func (x *series) uid() string {
	for id, value := range x.props {
		if strings.HasSuffix(id, "UID") {
			return value
		}
	}
	return ""
}

func (s *Server) at(uid string, original time.Time) occurrence {
	for _, o := range s.byUID(uid).occurrences() {
		if o.original.Equal(original) {
			return o
		}
	}
	s.T.Fatalf("series %s has no session at %s", uid, original)
	return occurrence{}
}

// Meet puts a meeting on a's calendar.
func (s *Server) Meet(a string, m Meeting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[a].meetings = append(s.people[a].meetings, m)
}

// Break makes a's schedule unreadable, for the reason of that code.
func (s *Server) Break(a, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[a].broken = code
}

// Throw takes a session off a's calendar without an answer, or the whole series if
// original is zero.
func (s *Server) Throw(uid, a string, original time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.byUID(uid).id
	if !original.IsZero() {
		id = s.at(uid, original).id()
	}
	s.people[a].declined[id] = true
}

// Reply has a reply to a series, or, if original is not zero, to one session, which
// becomes an exception though nothing moved. rsvp is accepted, tentative, declined.
func (s *Server) Reply(uid, a string, original time.Time, rsvp string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rsvp == "tentative" {
		rsvp = "tentativelyAccepted"
	}
	x := s.byUID(uid)
	if original.IsZero() {
		x.guest(a).response = rsvp
		for _, e := range x.exceptions {
			if g := e.guest(a); g != nil && !e.moved {
				g.response = rsvp
			}
		}
		x.changed = s.touch()
		return
	}
	o := s.at(uid, original)
	e := o.except()
	e.guest(a).response = rsvp
	e.changed = s.touch()
	x.exceptions[o.date] = e
	if s.Touch {
		x.changed = s.touch()
	}
}

// Move has the organizer move a session.
func (s *Server) Move(uid string, original, start, end time.Time) {
	s.EditOne(uid, original, func(e map[string]string) { e["start"], e["end"] = start.Format(time.RFC3339), end.Format(time.RFC3339) })
}

// EditOne has the organizer change a session: subject, body, place, showAs, guests
// (separated by blanks), start and end.
func (s *Server) EditOne(uid string, original time.Time, change func(map[string]string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.at(uid, original)
	e := o.except()
	fields := map[string]string{"subject": e.subject, "body": e.body, "place": e.place, "showAs": e.showAs, "guests": strings.Join(e.addresses(), " ")}
	change(fields)
	e.subject, e.body, e.place, e.showAs = fields["subject"], fields["body"], fields["place"], fields["showAs"]
	if fields["start"] != "" {
		e.start, _ = time.Parse(time.RFC3339, fields["start"])
		e.end, _ = time.Parse(time.RFC3339, fields["end"])
		e.start, e.end = e.start.UTC(), e.end.UTC()
	}
	e.guests = slices.DeleteFunc(e.guests, func(g guest) bool { return !slices.Contains(strings.Fields(fields["guests"]), g.address) })
	e.moved = true
	e.changed = s.touch()
	o.series.exceptions[o.date] = e
	if s.Touch {
		o.series.changed = s.touch()
	}
}

// CancelOne has the organizer cancel a session.
func (s *Server) CancelOne(uid string, original time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.at(uid, original)
	delete(o.series.exceptions, o.date)
	o.series.cancelled[o.date] = s.touch()
}

// Delete has the organizer delete the series.
func (s *Server) Delete(uid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byUID(uid).deleted = s.touch()
}

// Edit has the organizer change the series: subject, body, place, guests (separated
// by blanks), until (a date), or make it daily or endless.
func (s *Server) Edit(uid string, fields map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.byUID(uid)
	for name, value := range fields {
		switch name {
		case "subject":
			x.subject = value
		case "body":
			x.body = value
		case "guests":
			x.guests = slices.DeleteFunc(x.guests, func(g guest) bool { return !slices.Contains(strings.Fields(value), g.address) })
		case "until":
			x.until = value
		case "daily":
			x.daily = true
		case "endless":
			x.endless = true
		default:
			s.T.Fatalf("the stand-in edits no %s", name)
		}
	}
	x.changed = s.touch()
}

// Rename has Exchange call a guest by the main address of the mailbox.
func (s *Server) Rename(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.live() {
		if g := x.guest(from); g != nil {
			g.address = to
		}
	}
}

// Split has the organizer move a session and all that follow: the series ends before
// it, and a new one, with the same properties, begins.
func (s *Server) Split(uid string, original, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, o := s.byUID(uid), s.at(uid, original)
	done := 0
	for _, other := range x.occurrences() {
		if other.original.Before(o.original) {
			done++
		}
	}
	rest := *x
	rest.id, rest.transaction, rest.look = newID(), "", x.look.clone()
	rest.start, rest.count, rest.until = start.UTC(), x.count-done, ""
	rest.exceptions, rest.cancelled = map[string]*exception{}, map[string]int{}
	x.until = o.original.In(x.loc).AddDate(0, 0, -1).Format(time.DateOnly)
	x.changed, rest.changed = s.touch(), s.touch()
	s.series = append(s.series, &rest)
}

// Events returns how many series are in the organizer's mailbox.
func (s *Server) Events() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live())
}

// Event returns what is kept of a series, for a look at what was sent.
func (s *Server) Event(uid string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.byUID(uid)
	out := map[string]string{
		"subject": x.subject, "body": x.body, "place": x.place, "zone": x.zone, "sensitivity": x.sensitivity, "showAs": x.showAs,
		"reminder": fmt.Sprint(x.reminder), "joinUrl": x.joinURL, "guests": strings.Join(x.addresses(), " "), "count": fmt.Sprint(x.count),
		"exceptions": strings.Join(slices.Sorted(maps.Keys(x.exceptions)), " "), "cancelled": strings.Join(slices.Sorted(maps.Keys(x.cancelled)), " "),
	}
	for id, value := range x.props {
		_, name, _ := strings.Cut(id, " Name ")
		out["prop "+name] = value
	}
	return out
}
