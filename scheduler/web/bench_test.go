package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// BenchmarkPages serves the first page and a group's page of a workspace of 10,000 people
// in 2,000 groups, each with a series. What a page costs must not grow with their number.
func BenchmarkPages(b *testing.B) {
	for _, groups := range []int{20, 2000} {
		s := newSite(b, func(s *site) { s.grow(b, groups) })
		c := s.as(b, "p0@acme.example")
		for _, path := range []string{"/", "/groups/g0", "/hours"} {
			b.Run(fmt.Sprintf("%d groups%s", groups, path), func(b *testing.B) {
				for b.Loop() {
					if w := c.get(path); w.Code != http.StatusOK {
						b.Fatalf("GET %s: %d", path, w.Code)
					}
				}
			})
		}
	}
}

// grow makes the site one of so many groups of five, each with a series.
func (s *site) grow(b *testing.B, groups int) {
	w := &s.here.Service.Workspace
	var batch scheduler.Batch
	for i := range groups {
		g := scheduler.Group{Name: fmt.Sprint("g", i)}
		series := calendar.Series{
			UID: w.UID(g.Name, 1), Title: "Peer circle", Organizer: w.Organizer, First: availability.Date{Year: 2026, Month: 1, Day: 6}, Cadence: availability.Weekly, Count: 13,
			Slot: availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
		}
		for j := range 5 {
			a := calendar.Address(fmt.Sprintf("p%d@acme.example", 5*i+j))
			w.Roster[a] = scheduler.Person{Address: a, Name: fmt.Sprint("Person ", 5*i+j), Zone: "Europe/Berlin", Hours: availability.OfficeHours()}
			g.Members = append(g.Members, a)
			series.Attendees = append(series.Attendees, calendar.Attendee{Address: a})
		}
		w.Groups = append(w.Groups, g)
		batch.Bookings = append(batch.Bookings, scheduler.Booking{Group: g.Name, Generation: 1, State: scheduler.Booked, Series: series, Created: start})
		batch.Attended = append(batch.Attended, attended(b, g, series))
	}
	if _, err := s.store.Commit(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
}

func attended(b *testing.B, g scheduler.Group, series calendar.Series) scheduler.Attended {
	b.Helper()
	sessions, err := series.Occurrences()
	if err != nil {
		b.Fatal(err)
	}
	out := scheduler.Attended{UID: series.UID, Group: g.Name, At: start, Members: g.Members}
	for _, o := range sessions {
		out.Sessions = append(out.Sessions, scheduler.AttendedSession{Original: o.Original, Interval: o.Interval, Verdicts: []availability.Verdict{{Can: availability.Yes}, {Can: availability.Yes}, {Can: availability.No, Why: availability.BusyThen}, {Can: availability.Yes}, {Can: availability.Yes}}})
	}
	return out
}

// programOf returns a program of that name, with the usual rules.
func programOf(name string) scheduler.Program {
	p := scheduler.DefaultProgram()
	p.Name = name
	return p
}
