package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// A reading is a series as it is on the calendar: its event and its occurrences, by
// original start in Unix seconds. Cancelled ones are not there.
type reading struct {
	who         aliases
	event       event
	state       state
	occurrences map[int64]event
	series      calendar.Series // the same, understood
}

// aliases read and write guests: Exchange calls people by the main address of their
// mailbox, whatever address they were invited by.
type aliases struct{ calendar.Aliases }

// understand makes a Series of events. It is an error that wraps
// calendar.ErrChanged if people have made something of the event that no Series can
// be, such as one without an end.
func (b *Backend) understand(uid calendar.UID, e event, occurrences []event) (reading, error) {
	r := reading{who: aliases{b.cfg.Aliases}, event: e, occurrences: map[int64]event{}}
	var ok bool
	if r.state, ok = stateOf(e); !ok {
		return r, changedByHand("its event has lost what names it")
	}
	var err error
	if r.series, err = r.plainSeries(uid); err != nil {
		return r, err
	}
	for _, o := range occurrences {
		if original, ok := originalOf(o); ok && !o.IsCancelled {
			r.occurrences[original.Unix()] = o
		}
	}
	if r.series.Overrides, err = r.overrides(); err != nil {
		return r, err
	}
	for _, o := range r.occurrences {
		if s, ok := sessionOf(o); ok {
			r.series.Sequence = max(r.series.Sequence, s.Sequence)
			if t := time.Unix(s.Updated, 0).UTC(); t.After(r.series.Updated) {
				r.series.Updated = t
			}
		}
	}
	r.series.Version = r.series.Fingerprint()
	return r, nil
}

// plainSeries returns the series without overrides and version.
func (r *reading) plainSeries(uid calendar.UID) (calendar.Series, error) {
	e := r.event
	s := calendar.Series{
		UID: uid, Title: value(e.Subject), Description: r.description(), Link: link(e), Reminder: reminder(e),
		Sequence: r.state.Sequence, Updated: time.Unix(r.state.Updated, 0).UTC(), Group: r.state.Group,
	}
	s.Organizer, s.Attendees = r.who.people(e, r.state)
	iv, ok := e.Interval()
	if !ok {
		return s, changedByHand("its time cannot be read")
	}
	if e.Recurrence == nil {
		return s, changedByHand("it does not recur any more")
	}
	zone, err := api.IANAZone(cmp.Or(e.Recurrence.Range.Zone, e.Zone, r.state.Zone))
	if err != nil {
		return s, changedByHand(err.Error())
	}
	loc, err := availability.LoadZone(zone)
	if err != nil {
		return s, changedByHand(err.Error())
	}
	start := iv.Start.In(loc)
	s.First = availability.DateOf(start)
	s.Slot = availability.Slot{Day: start.Weekday(), Start: availability.ClockOf(start), Length: iv.Length(), Zone: zone}
	if err := parseRecurrence(&s, *e.Recurrence); err != nil {
		return s, err
	}
	if err := s.Check(); err != nil {
		return s, changedByHand(err.Error())
	}
	return s.InZone(r.state.Zone), nil
}

func changedByHand(what string) error { return fmt.Errorf("%w: %s", calendar.ErrChanged, what) }

// parseRecurrence sets the cadence and count of s, whose slot and first date are
// known.
func parseRecurrence(s *calendar.Series, r recurrence) error {
	s.Cadence = availability.Cadence(r.Pattern.Interval)
	day := strings.ToLower(s.Slot.Day.String())
	switch {
	case r.Pattern.Type != "weekly" || len(r.Pattern.DaysOfWeek) != 1 || !strings.EqualFold(r.Pattern.DaysOfWeek[0], day):
		return changedByHand("it does not recur on one day of the week")
	case !s.Cadence.Valid():
		return changedByHand("its sessions are neither 1, 2 nor 4 weeks apart")
	}
	switch r.Range.Type {
	case "numbered":
		s.Count = r.Range.Number
	case "endDate":
		if end, err := availability.ParseDate(r.Range.EndDate); err == nil {
			s.Count = s.First.DaysUntil(end)/s.Cadence.Days() + 1
		}
	}
	if s.Count < 1 || s.Count > s.Cadence.MaxCount() {
		return changedByHand("it does not end within three months")
	}
	return nil
}

// description returns the text of the series: what was sent, if it is still there,
// without what Teams adds to it.
func (r *reading) description() string {
	body := bodyOf(r.event)
	if own, _, ok := r.state.Body.Cut(body); ok && (r.state.Body != "" || text.OnlyTeams(body)) {
		return calendar.PlainText(own)
	}
	return calendar.PlainText(text.WithoutTeams(body))
}

func bodyOf(e event) string {
	if e.Body == nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(e.Body.Content) { // blanks at the ends of lines are Exchange's
		b.WriteString(strings.TrimRight(line, " \t\r\n\u00a0"))
		if strings.HasSuffix(line, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// people returns who is invited. Exchange does not list the organizer among the
// attendees, or does so unasked.
func (who aliases) people(e event, s state) (organizer calendar.Attendee, out []calendar.Attendee) {
	if e.Organizer != nil {
		organizer.Address = calendar.Address(strings.ToLower(e.Organizer.EmailAddress.Address))
		organizer.Name = cmp.Or(s.Organizer, e.Organizer.EmailAddress.Name)
	}
	listed := false
	for _, a := range e.Guests() {
		address, err := calendar.ParseAddress(string(who.Person(a.EmailAddress.Address)))
		listed = listed || address == organizer.Address
		uninvited := address == organizer.Address && !s.Attends
		if err != nil || a.Type == "resource" || uninvited {
			continue
		}
		out = append(out, calendar.Attendee{Address: address, Name: a.EmailAddress.Name, RSVP: rsvp(a)})
	}
	if s.Attends && !listed {
		out = append(out, organizer)
	}
	slices.SortFunc(out, calendar.Attendee.Compare)
	return organizer, slices.CompactFunc(out, func(a, b calendar.Attendee) bool { return a.Address == b.Address })
}

func rsvp(a attendee) calendar.RSVP {
	if a.Status == nil {
		return calendar.NoReply
	}
	switch a.Status.Response {
	case "accepted":
		return calendar.Accepted
	case "tentativelyAccepted":
		return calendar.Tentative
	case "declined":
		return calendar.Declined
	}
	return calendar.NoReply
}

// link returns the address of the video meeting: one that Teams made, or one that
// was put where it happens.
func link(e event) string {
	if e.OnlineMeeting != nil && e.OnlineMeeting.JoinURL != "" {
		return e.OnlineMeeting.JoinURL
	}
	if place := placeOf(e); strings.HasPrefix(place, "https://") || strings.HasPrefix(place, "http://") {
		return place
	}
	return ""
}

func placeOf(e event) string {
	if e.Location == nil {
		return ""
	}
	return e.Location.DisplayName
}

func reminder(e event) time.Duration {
	if e.IsReminderOn == nil || !*e.IsReminderOn || e.ReminderMinutes == nil {
		return 0
	}
	return time.Duration(*e.ReminderMinutes) * time.Minute
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
