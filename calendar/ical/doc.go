// Package ical turns iCalendar text into busy times, and series into iCalendar text
// and back (RFC 5545).
//
// [ReadBusy] reads the calendars of any program, with the habits that they have: a
// scan picks the few events that can touch the window and drops the lines that do
// not matter, go-ical decodes what is left, and the recurrence rules, zones and
// overrides are worked out here. What cannot be understood is unknown, never free.
// [Encode] writes a series so that other programs show it right, and [Decode] reads
// it back, also after they have changed it.
package ical
