package google

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// bring changes what differs between the calendar and target, and returns the
// series as it then is. The series comes first, then its occurrences, each by one
// call that succeeds only if nobody has changed the same meanwhile.
func (b *Backend) bring(ctx context.Context, r reading, target calendar.Series, mark string) (calendar.Series, error) {
	if target.Cancelled {
		if r.series.Cancelled {
			return target, nil
		}
		target = r.series
		target.Cancelled = true
		target.Overrides = nil
		return target, b.remove(ctx, r.event.Id)
	}
	was := r
	if patch := seriesPatch(r, target, mark); patch != nil {
		tell := tellAll
		if slices.Equal(patch.ForceSendFields, []string{"Description"}) {
			tell = tellOutside // who leads when is to be found there; it is no news
		}
		if _, err := b.patch(ctx, r.event.Id, r.event.Etag, patch, tell); err != nil {
			return target, err
		}
		// What that does to occurrences that differ is not documented.
		var err error
		if r, err = b.look(ctx, target.UID); err != nil {
			return target, err
		}
	}
	changes, err := occurrenceChanges(r, was, target, mark)
	if err != nil {
		return target, err
	}
	for _, c := range changes {
		event, err := b.apply(ctx, r, c)
		if err != nil {
			return target, err
		}
		if event.OriginalStartTime == nil {
			event.OriginalStartTime = eventTime(c.original, target.Slot.Zone)
		}
		r.occurrences[c.original.Unix()] = event
	}
	if len(changes) > 0 {
		r, err = r.who.understand(target.UID, r.event, slices.Collect(maps.Values(r.occurrences)))
	}
	return r.series, err
}

// apply changes an occurrence. Its ETag may be another though nobody has changed
// it: somebody answered, or Google has given it one of its own. Then what counts is
// whether it is still as it was read.
func (b *Backend) apply(ctx context.Context, r reading, c change) (*gcal.Event, error) {
	event, err := b.patch(ctx, c.id, c.etag, c.event, c.tell())
	if !answered(err, http.StatusPreconditionFailed) {
		return event, err
	}
	now, err2 := b.event(ctx, c.id)
	if err2 != nil || !r.asRead(now, c.original) {
		return nil, err
	}
	return b.patch(ctx, c.id, now.Etag, c.event, c.tell())
}

// tell returns who is told of the change. Who joins or leaves hears of it once,
// with the series; only the calendars of guests who are not on Google need more.
func (c change) tell() string {
	if c.seen {
		return tellAll
	}
	return tellOutside
}

// seriesPatch returns the fields of the event that must change, nil if none. It
// leaves out whatever stays, since Google resets answers when times are sent.
func seriesPatch(r reading, target calendar.Series, mark string) *gcal.Event {
	have := r.series
	e := &gcal.Event{}
	set := func(differs bool, field string) bool {
		if differs {
			e.ForceSendFields = append(e.ForceSendFields, field)
		}
		return differs
	}
	if set(calendar.PlainText(have.Title) != calendar.PlainText(target.Title), "Summary") {
		e.Summary = target.Title
	}
	if set(calendar.PlainText(have.Description) != calendar.PlainText(target.Description), "Description") {
		e.Description = target.Description
	}
	if set(have.Link != target.Link && r.event.Location != target.Link, "Location") {
		e.Location = target.Link
	}
	if set(minutes(have.Reminder) != minutes(target.Reminder), "Reminders") {
		e.Reminders = reminders(target.Reminder)
	}
	moved := have.Slot != target.Slot || have.First != target.First
	if iv, err := target.Slot.On(target.First); err == nil && set(moved, "Start") {
		e.Start, e.End = eventTime(iv.Start, target.Slot.Zone), eventTime(iv.End, target.Slot.Zone)
	}
	if set(moved || have.Cadence != target.Cadence || have.Count != target.Count, "Recurrence") {
		e.Recurrence = recurrence(r.event, target, moved)
	}
	if set(!have.InvitesSame(target), "Attendees") {
		gone := func(a calendar.Address) bool { return have.Invites(a) && !target.Invites(a) }
		e.Attendees = r.who.attendees(r.event.Attendees, gone, target, moved)
	}
	if len(e.ForceSendFields) == 0 {
		return nil
	}
	e.ExtendedProperties = &gcal.EventExtendedProperties{Private: seriesProps(target, mark)}
	e.ExtendedProperties.Private[propLooks] = looks(r.event, patched(r.event, e))
	return e
}

// patched returns how e is to look after a patch.
func patched(e, patch *gcal.Event) *gcal.Event {
	out := *e
	for _, field := range patch.ForceSendFields {
		switch field {
		case "Summary":
			out.Summary = patch.Summary
		case "Description":
			out.Description = patch.Description
		case "Location":
			out.Location = patch.Location
		case "Reminders":
			out.Reminders = patch.Reminders
		}
	}
	return &out
}

// recurrence returns the rule of the series, and the dates that other programs
// have left out of it.
func recurrence(e *gcal.Event, target calendar.Series, moved bool) []string {
	lines := []string{rule(target)}
	for _, line := range e.Recurrence {
		if !moved && ical.IsLine(line, "EXDATE") {
			lines = append(lines, line)
		}
	}
	return lines
}

// attendees returns the guest list without those who are gone, and with all whom
// target invites. Google replaces the list whole, and who is sent without an
// answer loses it, so everybody keeps the entry that is there; only if the time is
// another are all asked again.
func (who aliases) attendees(list []*gcal.EventAttendee, gone func(calendar.Address) bool, target calendar.Series, asked bool) []*gcal.EventAttendee {
	var out []*gcal.EventAttendee
	listed := map[calendar.Address]bool{}
	for _, a := range list {
		address := who.Person(a.Email)
		if gone(address) {
			continue
		}
		listed[address] = true
		kept := &gcal.EventAttendee{
			Email: a.Email, DisplayName: a.DisplayName, ResponseStatus: a.ResponseStatus, Comment: a.Comment,
			Optional: a.Optional, Resource: a.Resource, AdditionalGuests: a.AdditionalGuests,
		}
		if asked && !a.Organizer && !a.Resource {
			kept.ResponseStatus = "needsAction"
		}
		out = append(out, kept)
	}
	for _, a := range target.Attendees {
		if !listed[a.Address] {
			out = append(out, newAttendee(a))
		}
	}
	return out
}

// A change is one call that changes an occurrence.
type change struct {
	id, etag string
	original time.Time
	event    *gcal.Event // the fields to change
	seen     bool        // by who is invited to the session anyway: they are told
}

// occurrenceChanges returns what makes the occurrences those of target. was is the
// series before it was changed, if it was.
func occurrenceChanges(r, was reading, target calendar.Series, mark string) ([]change, error) {
	sessions, err := target.WithoutOverrides().Occurrences()
	if err != nil {
		return nil, err
	}
	var out []change
	named := map[int64]bool{}
	for _, o := range sessions {
		key := o.Original.Unix()
		named[key] = true
		now, then := r.series.Override(o.Original), target.Override(o.Original)
		then.Original = o.Original
		c := r.change(o.Original)
		then.Edited = was.series.Override(o.Original).Edited
		if !now.SameChange(then) {
			c.seen = true
			if c.event, err = overrideEvent(r.event, target, then, mark); err != nil {
				return nil, err
			}
		}
		if then.Edited != "" && !then.Cancelled {
			c.restore(was.occurrences[key], r.occurrences[key])
		}
		if e := r.occurrences[key]; e != nil && e.Status != cancelled && !then.Cancelled {
			c.invite(r.who, e, r.gone(e, was.series, target), was.series, target)
		}
		if c.event != nil {
			out = append(out, c)
		}
	}
	for key, e := range r.occurrences {
		if !named[key] && e.Status != cancelled { // of a date that the series no longer has
			c := r.change(time.Unix(key, 0))
			c.event, c.seen = &gcal.Event{Status: cancelled}, true
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b change) int { return a.original.Compare(b.original) })
	return out, nil
}

// change returns a change of the occurrence that changes nothing yet. One that
// was not read is as its series, and has its ETag.
func (r reading) change(original time.Time) change {
	if e := r.occurrences[original.Unix()]; e != nil {
		return change{id: e.Id, etag: e.Etag, original: original}
	}
	return change{id: instanceID(r.event.Id, original), etag: r.event.Etag, original: original}
}

// gone returns who must not stay invited to the occurrence e, nil if its guests
// are no concern: who was taken off the series just now, or, as far as an
// interrupted Put may have done so, who is on no longer.
func (r reading) gone(e *gcal.Event, was, target calendar.Series) func(calendar.Address) bool {
	if !was.InvitesSame(target) {
		return func(a calendar.Address) bool { return was.Invites(a) && !target.Invites(a) }
	}
	if r.resumed && prop(e, propOccurrenceStart) != "" {
		return func(a calendar.Address) bool { return a != target.Organizer.Address && !target.Invites(a) }
	}
	return nil
}

// invite adds what changes the guests of e, if they are not yet those of target.
func (c *change) invite(who aliases, e *gcal.Event, gone func(calendar.Address) bool, was, target calendar.Series) {
	if gone == nil {
		return
	}
	if !was.InvitesSame(target) { // who was taken off this session alone by hand stays off
		joined := target
		joined.Attendees = slices.DeleteFunc(slices.Clone(target.Attendees), func(a calendar.Attendee) bool { return was.Invites(a.Address) })
		target = joined
	}
	list := who.attendees(e.Attendees, gone, target, false)
	if slices.EqualFunc(list, e.Attendees, func(a, b *gcal.EventAttendee) bool { return a.Email == b.Email }) {
		return
	}
	if c.event == nil {
		c.event = &gcal.Event{}
	}
	c.event.Attendees = list
	c.event.ForceSendFields = append(c.event.ForceSendFields, "Attendees")
}

// restore adds what brings back what people made of an occurrence by hand, if a
// change of its series has undone it.
func (c *change) restore(was, is *gcal.Event) {
	if was == nil || is == nil || is.Status == cancelled || look(was) == look(is) {
		return
	}
	if c.event == nil {
		c.event = &gcal.Event{}
	}
	e := c.event
	e.Reminders, e.Transparency, e.ColorId = was.Reminders, was.Transparency, was.ColorId
	for _, f := range []struct {
		name    string
		to      *string
		was, is string
	}{
		{"Summary", &e.Summary, was.Summary, is.Summary},
		{"Description", &e.Description, was.Description, is.Description},
		{"Location", &e.Location, was.Location, is.Location},
	} {
		if f.was != f.is {
			*f.to = f.was
			e.ForceSendFields = append(e.ForceSendFields, f.name)
		}
	}
}
