package workspace

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/roster"
)

const (
	ana, ben, cem calendar.Address = "ana@acme.example", "ben@acme.example", "cem@acme.example"
	earlier       calendar.Address = "ben.old@acme.example"
)

// booked is a store of these bookings, one a group.
type booked struct {
	scheduler.Store
	all scheduler.Bookings
}

func (s booked) BookingRefs(context.Context) (refs []scheduler.BookingRef, err error) {
	for _, b := range s.all {
		refs = append(refs, b.Ref())
	}
	return refs, nil
}

func (s booked) Bookings(_ context.Context, groups ...string) (page scheduler.Bookings, err error) {
	for _, b := range s.all {
		if slices.Contains(groups, b.Group) {
			page = append(page, b)
		}
	}
	return page, nil
}

// Ana has three sessions in the first week, ben two in each, by two addresses, and cem one
// in each of three weeks, in groups that are never read together.
func TestOverloadedCountsByWeekWhereverTheGroupIsRead(t *testing.T) {
	monday := availability.Date{Year: 2026, Month: 1, Day: 5}
	var all scheduler.Bookings
	for i := range 2*scheduler.GroupsAtOnce + 50 {
		who, week := calendar.Address(fmt.Sprintf("p%d@acme.example", i)), 0
		switch i % 205 {
		case 0:
			who = ana
		case 1:
			if who = ben; i > 205 {
				who = earlier
			}
			if i > 410 {
				week = 3
			}
		case 2:
			who, week = cem, i/205
		}
		all = append(all, scheduler.Booking{Group: fmt.Sprintf("g%03d", i), State: scheduler.Booked, Series: calendar.Series{
			UID: calendar.UID(fmt.Sprint("u", i)), Slot: availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
			First: monday.AddDays(1 + 7*week), Count: 1, Cadence: availability.Weekly, Attendees: []calendar.Attendee{{Address: who}, {Address: calendar.Address(fmt.Sprintf("q%d@acme.example", i))}},
		}})
	}
	w := &Workspace{
		Config: &config.Config{MaxSessionsPerWeek: 2, Workspace: scheduler.Workspace{
			Zone: "Europe/Berlin", Roster: roster.New(roster.Person{Address: ana}, roster.Person{Address: ben, Aliases: []calendar.Address{earlier}}, roster.Person{Address: cem}),
		}},
		Service: &scheduler.Service{Store: booked{all: all}, Now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }},
	}
	for most, want := range map[int][]calendar.Address{1: {ana, ben}, 2: {ana}, 3: nil} {
		w.MaxSessionsPerWeek = most
		got, err := w.Overloaded(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var people []calendar.Address
		for _, l := range got {
			people = append(people, calendar.Address(l.Person))
		}
		if !slices.Equal(people, want) {
			t.Errorf("more than %d: %v, want %v", most, people, want)
		}
		tally := planning.NewTally(w.Workspace.Roster.Aliases(), ZoneOf(w.Workspace)(""), w.Service.Now())
		if tally.Add(all); !slices.Equal(got, w.Load(tally.Over(most))) {
			t.Errorf("more than %d: %v, counted at once %v", most, got, w.Load(tally.Over(most)))
		}
	}
}
