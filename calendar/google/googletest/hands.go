package googletest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The hands of people, who use Google Calendar without the API.

// hand runs f under the lock; e is the event with that id, which must be there.
func (s *Server) hand(id string, f func(e *event)) {
	s.T.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cal := range s.calendars {
		if e := cal.events[id]; e != nil {
			f(e)
			return
		}
	}
	s.T.Fatalf("there is no event %s", id)
}

// A Meeting is an event that is not ours.
type Meeting struct {
	Start, End  time.Time
	AllDay      bool // on the days of Start up to, not including, that of End, in UTC
	Transparent bool
	Type        string // such as outOfOffice; "" means default
}

// Meet puts a meeting onto a's calendar.
func (s *Server) Meet(a string, m Meeting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := doc{"summary": "SECRET meeting", "status": "confirmed", "start": dateTime(m.Start, "UTC"), "end": dateTime(m.End, "UTC")}
	if m.AllDay {
		d["start"], d["end"] = doc{"date": m.Start.UTC().Format(time.DateOnly)}, doc{"date": m.End.UTC().Format(time.DateOnly)}
	}
	if m.Transparent {
		d["transparency"] = "transparent"
	}
	if m.Type != "" {
		d["eventType"] = m.Type
	}
	id := "meeting" + strings.Map(hexOnly, strings.ToLower(rand.Text()))
	s.calendars[a].events[id] = &event{id: id, owner: a, doc: d, stamp: s.touch()}
}

func hexOnly(r rune) rune {
	if r > 'v' {
		return '0'
	}
	return r
}

// Reply has a answer the invitation to an event, or, if original is not zero, to
// the occurrence with that original start alone.
func (s *Server) Reply(id, a string, original time.Time, status string) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		if original.IsZero() {
			s.answer(e.doc, a, status)
			for _, x := range e.exceptions {
				if !x.cancelled {
					s.answer(x.doc, a, status)
				}
			}
			e.stamp = s.touch()
			return
		}
		d := clone(e.occurrence(original).doc)
		s.answer(d, a, status)
		e.exceptions[original.Unix()] = &exception{doc: d, stamp: s.touch()}
	})
}

func (s *Server) answer(d doc, a, status string) {
	if at := attendee(d, a); at != nil {
		at["responseStatus"] = status
		return
	}
	s.T.Fatalf("%s is not invited", a)
}

// Move has the organizer move an occurrence.
func (s *Server) Move(id string, original, start, end time.Time) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		d := clone(e.occurrence(original).doc)
		zone := str(e.doc, "start", "timeZone")
		d["start"], d["end"] = dateTime(start, zone), dateTime(end, zone)
		for _, a := range attendees(d) {
			a["responseStatus"] = "needsAction"
		}
		e.exceptions[original.Unix()] = &exception{doc: d, stamp: s.touch()}
	})
}

// CancelOne has the organizer cancel an occurrence.
func (s *Server) CancelOne(id string, original time.Time) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		e.exceptions[original.Unix()] = &exception{cancelled: true, stamp: s.touch()}
	})
}

// Edit has the organizer change fields of an event.
func (s *Server) Edit(id string, fields map[string]any) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		merge(e.doc, clone(fields))
		e.stamp = s.touch()
	})
}

// EditOne has the organizer change fields of one occurrence. A field that is nil is
// emptied.
func (s *Server) EditOne(id string, original time.Time, fields map[string]any) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		d := clone(e.occurrence(original).doc)
		merge(d, clone(fields))
		e.exceptions[original.Unix()] = &exception{doc: d, stamp: s.touch()}
		s.share(e)
	})
}

// Split has the organizer move an occurrence and all that follow: the series ends
// before it, and the rest is an event of its own, whose id Split returns.
func (s *Server) Split(id string, original time.Time, by time.Duration) (rest string) {
	s.T.Helper()
	s.hand(id, func(e *event) {
		all, err := starts(e.doc)
		if err != nil {
			s.T.Fatal(err)
		}
		at := slices.IndexFunc(all, original.Equal)
		rest = id + "_R" + original.UTC().Format("20060102T150405")
		d := clone(e.plain(original))
		zone := str(e.doc, "start", "timeZone")
		for _, name := range []string{"start", "end"} {
			t, _ := timeOf(d[name], e.zone())
			d[name] = dateTime(t.Add(by), zone)
		}
		d["recurrence"] = []any{fmt.Sprintf("RRULE:FREQ=WEEKLY;WKST=MO;COUNT=%d", len(all)-at)}
		y, m, day := original.In(e.zone()).Date()
		until := time.Date(y, m, day, 0, 0, -1, 0, e.zone()).UTC()
		e.doc["recurrence"] = []any{"RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=" + until.Format("20060102T150405Z")}
		for key := range e.exceptions {
			if key >= original.Unix() {
				delete(e.exceptions, key)
			}
		}
		e.stamp = s.touch()
		part := newEvent(rest, e.owner, d)
		part.stamp = s.touch()
		s.calendars[e.owner].events[rest] = part
		s.share(part)
	})
	return rest
}

// Delete has the organizer delete an event.
func (s *Server) Delete(id string) {
	s.T.Helper()
	s.hand(id, func(e *event) { e.deleted, e.stamp = true, s.touch() })
}

// Forget has Google forget a deleted event, but not its id.
func (s *Server) Forget(id string) {
	s.T.Helper()
	s.hand(id, func(e *event) { e.deleted, e.forgotten, e.stamp = true, true, s.touch() })
}

// ShowAsFree has a mark its own copy of an event as free time.
func (s *Server) ShowAsFree(id, a string) {
	s.T.Helper()
	s.hand(id, func(e *event) { e.copies[a] = &personal{transparent: true} })
}

// Break makes a's free/busy times unreadable, for the reason that Google gives.
func (s *Server) Break(a, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[a].broken = reason
}

// Share sets what a's calendar lets others see: freeBusyReader, reader or none.
func (s *Server) Share(a, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[a].access = role
}

// InvitesByHand has a's calendar show invitations only once they are answered.
func (s *Server) InvitesByHand(a string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[a].manual = true
}

// ExpireSyncTokens has Google accept none that is out.
func (s *Server) ExpireSyncTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expired = s.changes + 1
	s.changes++
}

// Events returns how many events, not deleted, are a's own.
func (s *Server) Events(a string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.calendars[a].events {
		if e.owner == a && !e.deleted {
			n++
		}
	}
	return n
}

// Event returns an event as its organizer sees it.
func (s *Server) Event(id string) map[string]any {
	s.T.Helper()
	var out doc
	s.hand(id, func(e *event) { out = s.view(e, s.calendars[e.owner], "owner") })
	return out
}

// Occurrence returns an occurrence as the organizer sees it.
func (s *Server) Occurrence(id string, original time.Time) map[string]any {
	s.T.Helper()
	var out doc
	s.hand(id, func(e *event) { out = s.viewOccurrence(e.occurrence(original), s.calendars[e.owner], "owner") })
	return out
}
