// Package ical turns iCalendar text into busy times, and series into iCalendar text
// and back (RFC 5545).
//
// [ReadBusy] reads the calendars of any program, with the habits that they have.
// What cannot be understood is unknown, never free. [Encode] writes a series so that
// other programs show it right, and [Decode] reads it back, also after they have
// changed it. Text is read in one place: internal/line takes it apart, internal/rrule
// knows what rules give, internal/zones finds the zones that calendars name, and
// internal/busy puts them together to busy times. go-ical writes.
package ical
