package google

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
	"github.com/peerslot/peerslot/calendar/ical"
)

// What people do to sessions by hand, besides moving and cancelling them.

// look returns a fingerprint of what people see of an event, but for its time, its
// guests and the note of an override.
func look(e *gcal.Event) string {
	description := calendar.PlainText(e.Description)
	if note := prop(e, propNote); note != "" {
		description = strings.TrimSpace(strings.TrimPrefix(description, calendar.PlainText(note)))
	}
	transparency := e.Transparency
	if transparency == "opaque" {
		transparency = ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q %q", calendar.PlainText(e.Summary), description, calendar.PlainText(e.Location), e.ColorId, transparency, e.Visibility)
	if r := e.Reminders; r != nil && !r.UseDefault {
		for _, o := range r.Overrides {
			fmt.Fprintf(h, " %s%d", o.Method, o.Minutes)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:5])
}

// guests returns who is invited, and who need not come, in words that can be
// compared.
func (who aliases) guests(e *gcal.Event) string {
	var out []string
	for _, a := range e.Attendees {
		if e.Organizer == nil || !strings.EqualFold(a.Email, e.Organizer.Email) {
			out = append(out, fmt.Sprint(who.Person(a.Email), a.Optional))
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// edited returns the fingerprint of what people made of the occurrence e by hand,
// "" if nothing. It looks as its series does, or as that did at some time since we
// put it: Google does not say when it brings occurrences up to date.
func (r reading) edited(e *gcal.Event) string {
	seen, who := look(e), r.who.guests(e)
	known := append(strings.Fields(prop(r.event, propLooks)), look(r.event), prop(e, propOccurrenceLook))
	if slices.Contains(known, seen) && who == r.who.guests(r.event) {
		return ""
	}
	sum := sha256.Sum256([]byte(seen + who))
	return hex.EncodeToString(sum[:5])
}

// mostLooks is how many looks of a series are kept: they fit into one property.
const mostLooks = 24

// looks returns what is to be kept of how the series looked and is to look.
func looks(before *gcal.Event, after ...*gcal.Event) string {
	all := strings.Fields(prop(before, propLooks))
	for _, e := range append([]*gcal.Event{before}, after...) {
		if l := look(e); !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return strings.Join(all[max(0, len(all)-mostLooks):], " ")
}

// splitOff returns the later sessions that people took out of a series by changing
// them and all that follow: Google ends the series there and makes an event of them,
// whose id goes on from that of the series.
func splitOff(parts []*gcal.Event) []calendar.SplitOff {
	var out []calendar.SplitOff
	for _, e := range parts {
		if e.Status == cancelled || e.Start == nil {
			continue
		}
		zone, err := availability.LoadZone(e.Start.TimeZone)
		if err != nil {
			continue
		}
		start, ok := instant(e.Start, zone)
		if !ok {
			continue
		}
		var s calendar.Series
		s.First = availability.DateOf(start)
		s.Slot = availability.Slot{Day: start.Weekday(), Start: availability.ClockOf(start), Zone: e.Start.TimeZone}
		if ical.ReadRecurrence(&s, e.Recurrence) != nil {
			s.Count = 0
		}
		out = append(out, calendar.SplitOff{From: start.UTC(), Count: s.Count})
	}
	slices.SortFunc(out, func(a, b calendar.SplitOff) int { return a.From.Compare(b.From) })
	return out
}

// isPart reports whether e, an event of its own, was a part of the series of that
// id once.
func isPart(e *gcal.Event, id string) bool {
	return e.RecurringEventId == "" && e.Id != id && (strings.HasPrefix(e.Id, id+"_R") || prop(e, propUID) != "" && eventID(calendar.UID(prop(e, propUID))) == id)
}

// parts lists the events that were parts of the series once. There can be some only
// if somebody has ended it early: we write a number of sessions, people a last day.
func (b *Backend) parts(ctx context.Context, uid calendar.UID, event *gcal.Event) ([]*gcal.Event, error) {
	if !slices.ContainsFunc(event.Recurrence, func(line string) bool { return strings.Contains(strings.ToUpper(line), "UNTIL=") }) {
		return nil, nil
	}
	rq := api.Events(b.home(), "list")
	rq.Query.Set("maxResults", api.PageSize)
	rq.Query.Set("privateExtendedProperty", propUID+"="+string(uid))
	var out []*gcal.Event
	_, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		for _, e := range page.Items {
			if isPart(e, event.Id) {
				out = append(out, e)
			}
		}
	})
	return out, err
}

// cutOff ends an event of ours at from, whatever people have made of it.
func (b *Backend) cutOff(ctx context.Context, uid calendar.UID, from time.Time) error {
	e, err := b.event(ctx, eventID(uid))
	if err != nil {
		return err
	}
	start, ok := instant(e.Start, time.UTC)
	if !ok || !start.Before(from) {
		return b.remove(ctx, e.Id)
	}
	if len(e.Recurrence) == 0 {
		return nil // it is over, or under way
	}
	patch := &gcal.Event{}
	for _, line := range e.Recurrence {
		patch.Recurrence = append(patch.Recurrence, ical.EndBefore(line, from, e.Start.Date != ""))
	}
	_, err = b.patch(ctx, e.Id, e.Etag, patch, tellAll)
	return err
}
