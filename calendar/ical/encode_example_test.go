package ical_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

func ExampleEncode() {
	slot := availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"}
	series := calendar.Series{
		UID:       "ps0example",
		Title:     "Peer circle",
		Organizer: calendar.Attendee{Address: "people-ops@acme.example"},
		Attendees: []calendar.Attendee{{Address: "ana@acme.example", Name: "Ana Lima"}},
		Slot:      slot,
		First:     availability.Date{Year: 2026, Month: time.March, Day: 3},
		Cadence:   availability.Weekly,
		Count:     13,
	}
	var file bytes.Buffer
	if err := ical.Encode(&file, ical.WriteOptions{}, series); err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(file.String()) {
		if strings.HasPrefix(line, "DTSTART;") || strings.HasPrefix(line, "RRULE:FREQ=WEEKLY") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	again, err := ical.Decode(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again[0].Title, "on", again[0].Slot, "from", again[0].First)
	// Output:
	// DTSTART;TZID=Europe/Berlin:20260303T150000
	// RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=13;BYDAY=TU
	// Peer circle on tue 15:00 from 2026-03-03
}
