package google

import (
	"slices"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// overrides returns how the occurrences that were read differ from the series.
// Events of dates that the series no longer has are left out.
func (r reading) overrides(zone *time.Location) ([]calendar.Override, error) {
	plain, err := r.series.Occurrences()
	if err != nil {
		return nil, err
	}
	left, err := ical.LeftOut(r.series, r.event.Recurrence)
	if err != nil {
		return nil, changedByHand(err.Error())
	}
	var out []calendar.Override
	for _, p := range plain {
		o := calendar.Override{Original: p.Original.UTC()}
		if e := r.occurrences[p.Original.Unix()]; e != nil {
			o = r.override(p, e, zone)
		}
		o.Cancelled = o.Cancelled || slices.ContainsFunc(left, p.Original.Equal)
		if o.Cancelled || o.Note != "" || o.Edited != "" || !o.Moved.Empty() || o.RSVPs != nil {
			out = append(out, o)
		}
	}
	return out, nil
}

// override returns how the event e differs from the occurrence p of the series.
func (r reading) override(p calendar.Occurrence, e *gcal.Event, zone *time.Location) calendar.Override {
	s := r.series
	o := calendar.Override{Original: p.Original.UTC(), Note: prop(e, propNote)}
	if e.Status == cancelled {
		o.Cancelled = true
		return o
	}
	start, ok := instant(e.Start, zone)
	end, ok2 := instant(e.End, zone)
	if ok && ok2 && (!start.Equal(p.Start) || !end.Equal(p.End)) {
		o.Moved = availability.Interval{Start: start.UTC(), End: end.UTC()}
	}
	o.Edited = r.edited(e)
	_, attendees := r.who.people(e)
	for _, a := range attendees {
		if a.RSVP != s.RSVP(a.Address, time.Time{}) && s.Invites(a.Address) {
			if o.RSVPs == nil {
				o.RSVPs = map[calendar.Address]calendar.RSVP{}
			}
			o.RSVPs[a.Address] = a.RSVP
		}
	}
	return o
}

// asRead reports whether the event e of an occurrence is still as it was read.
func (r reading) asRead(e *gcal.Event, original time.Time) bool {
	zone, err := availability.LoadZone(r.series.Slot.Zone)
	if err != nil {
		return false
	}
	plain := calendar.Occurrence{
		Original: original, Interval: availability.Interval{Start: original, End: original.Add(r.series.Slot.Length)},
	}
	is, was := r.override(plain, e, zone), r.series.Override(original)
	return is.SameChange(was) && is.Edited == was.Edited
}

// byHand reports whether people have changed the occurrence since we last wrote
// it, or without our ever having done so.
func byHand(e *gcal.Event, original time.Time, zone *time.Location) bool {
	if e == nil {
		return false
	}
	if e.Status == cancelled {
		return true // it bears no mark; ours is what is asked for, and needs no write
	}
	start, ok := instant(e.Start, zone)
	want := original
	if t := moment(e, propOccurrenceStart); !t.IsZero() {
		want = t
	}
	return !ok || !start.Equal(want)
}
