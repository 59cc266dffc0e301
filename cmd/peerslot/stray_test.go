package main

import (
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/reading"
	"github.com/peerslot/peerslot/scheduler"
)

func TestWhoseAStrayIs(t *testing.T) {
	roster := scheduler.NewRoster()
	for a, name := range map[calendar.Address]string{"ana@acme.example": "Ana Lima", "bo@acme.example": "Bo Ek", "bo.su@acme.example": "Bo Su", "cem@acme.example": "Cem Yıldız"} {
		roster.Put(scheduler.Person{Address: a, Name: name})
	}
	ana := roster.Of("ana@acme.example")
	ana.Aliases = []calendar.Address{"a.lima@acme.example"}
	roster.Put(ana)
	for path, want := range map[string]calendar.Address{
		"Ana Lima.ics": "ana@acme.example", "lima_ana.ics": "ana@acme.example", "ANA.ics": "ana@acme.example", "A.Lima@acme.example.ics": "ana@acme.example",
		"ana@acme.example (1).ics": "", "bo.ics": "bo@acme.example", "Bo Su.zip": "bo.su@acme.example", "YILDIZ, Cem.ics": "", "Yıldız Cem.ics": "cem@acme.example",
		"Home.ics": "", "...ics": "",
	} {
		if got := reading.Whose(roster, folder.Stray{Path: path}); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	for name, c := range map[string]struct {
		signs ical.Signs
		want  calendar.Address
	}{
		"its own name":          {ical.Signs{Name: "bo@acme.example", Named: map[calendar.Address]int{"cem@acme.example": 9}}, "bo@acme.example"},
		"most of its events":    {ical.Signs{Name: "Work", Named: map[calendar.Address]int{"cem@acme.example": 9, "bo@acme.example": 3, "eve@other.example": 20}}, "cem@acme.example"},
		"two alike":             {ical.Signs{Named: map[calendar.Address]int{"cem@acme.example": 9, "bo@acme.example": 9, "ana@acme.example": 1}}, ""},
		"nobody of the company": {ical.Signs{Named: map[calendar.Address]int{"eve@other.example": 20}}, ""},
	} {
		if got := reading.Whose(roster, folder.Stray{Path: "Home.ics", Signs: c.signs}); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
