// Package roster holds the people: who they are, when they can meet, and whether one
// attends a session.
package roster

import (
	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Person is someone who may be put in groups.
type Person struct {
	Address  calendar.Address
	Aliases  []calendar.Address // other addresses of the same person
	Mail     MailReader         // what their mail program can take; "" for everything
	Name     string             // "" if not given; see DisplayName
	Zone     string             // IANA name
	Hours    availability.Hours
	Stretch  availability.Hours
	Holidays string // region whose public holidays are free of work, such as PT or DE-BE; "" for none
	Away     []DateRange
	Travel   []Trip // in the order of their dates

	Role       string
	Level      int // 0 if not given
	Team       string
	Department string
	Location   string
	Manager    calendar.Address // "" if nobody, or not given

	Calendar string   // where busy times are read: a feed URL, a file, "none", or "" for the workspace's backend
	More     []string // further ones: as Calendar, or "backend", or "google:" and an ID

	Unread      string            // why not all that the roster says of them, or they themselves, can be read; then nothing is known of their time; "" if it can
	Left        []string          // programs in which they take part no longer, by their own word
	PausedUntil availability.Date // left out of rounds that are formed before it; zero if not paused
}

// A MailReader says what a person's mail program makes of messages about single
// sessions: some replace the whole series by them.
type MailReader string

// The mail programs that get no messages about single sessions.
const (
	MailWhole MailReader = "whole" // the series is sent again instead
	MailFeed  MailReader = "feed"  // they see changes in a subscription
)

// A Trip is a stay elsewhere over some dates, both inclusive, with the zone, hours and
// holidays of there.
type Trip struct {
	DateRange
	Zone           string
	Hours, Stretch availability.Hours
	Holidays       string // as in Person
}

// DisplayName returns the name, or what stands before the @ of the address. A name that has an
// address in it, as some systems export, is none: whom names are shown is not always to know it.
func (p Person) DisplayName() string {
	if p.Name != "" && !calendar.HasAddress(p.Name) {
		return p.Name
	}
	return p.Address.Local()
}

// Calendars returns where the person's busy times are read, none for the workspace's backend
// alone.
func (p Person) Calendars() []string {
	if p.Calendar == "" {
		return nil
	}
	return append([]string{p.Calendar}, p.More...)
}

// A DateRange is a span of dates, both inclusive.
type DateRange struct{ First, Last availability.Date }

// OwnHours are when a member can meet, all of it: what is empty is empty.
type OwnHours struct {
	Zone           string
	Hours, Stretch availability.Hours
	Holidays       string
	Away           []DateRange
	Travel         []Trip // in the order of their dates
}

// OwnHours returns when the person can meet, as settings say it.
func (p Person) OwnHours() OwnHours {
	return OwnHours{p.Zone, p.Hours, p.Stretch, p.Holidays, p.Away, p.Travel}
}
