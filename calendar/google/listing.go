package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

// A listing is what a person's calendar shows at the time of own sessions: ids and
// times, since more is not asked for.
type listing struct {
	covers []availability.Interval // the time that was looked at
	items  []item
	reason string // why nothing could be seen; "" if it could
}

// An item is one event of a listing.
type item struct {
	availability.Interval
	allDay bool
	series calendar.UID // which of ours it is; "" if it is none
}

// list returns what a's calendar shows at the given time, and at that of all other
// sessions that the snapshot knows: for each person there is one call, however
// often it is asked.
func (s *snapshot) list(ctx context.Context, a calendar.Address, times []availability.Interval) (listing, error) {
	s.mu.Lock()
	l, ok := s.listed[a]
	all := slices.Clone(times)
	for _, own := range s.own[a] {
		all = append(all, own.Interval)
	}
	s.mu.Unlock()
	if ok && len(availability.Subtract(times, l.covers)) == 0 {
		return l, nil
	}
	l = listing{covers: availability.Union(all)}
	err := s.b.events(ctx, a, hull(l.covers), func(e *gcal.Event, zone *time.Location) {
		if i, ok := s.item(e, zone); ok && slices.ContainsFunc(l.covers, i.Overlaps) {
			l.items = append(l.items, i)
		}
	})
	switch {
	case err == nil:
	case calendar.ConcernsAll(ctx, err):
		return l, err
	default:
		l.reason = fmt.Sprintf("its own sessions cannot be told from other meetings: %v", err)
	}
	s.mu.Lock()
	s.listed[a] = l
	s.mu.Unlock()
	return l, nil
}

func hull(ivs []availability.Interval) availability.Interval {
	return availability.Interval{Start: ivs[0].Start, End: ivs[len(ivs)-1].End}
}

// events lists what a person's calendar shows of its events in the window.
func (b *Backend) events(ctx context.Context, a calendar.Address, window availability.Interval, each func(*gcal.Event, *time.Location)) error {
	rq := api.Events(string(a), "list").Within(window)
	rq.Query.Set("singleEvents", "true")
	rq.Query.Set("maxAttendees", "1")
	rq.Query.Set("fields", "kind,accessRole,nextPageToken,timeZone,items(id,iCalUID,status,start,end,transparency,eventType,attendees(self,responseStatus))")
	_, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		for _, e := range page.Items {
			each(e, zoneOf(page))
		}
	})
	return err
}

// item reads one event, unless it shows that it makes nobody busy. Who may see no
// more than free and busy times is not shown that.
func (s *snapshot) item(e *gcal.Event, zone *time.Location) (item, bool) {
	start, ok := instant(e.Start, zone)
	end, ok2 := instant(e.End, zone)
	if !ok || !ok2 || e.Status == cancelled || e.Transparency == "transparent" || e.EventType == "workingLocation" {
		return item{}, false
	}
	for _, a := range e.Attendees {
		if a.Self && rsvp(a) == calendar.Declined {
			return item{}, false
		}
	}
	id, occurrence, _ := strings.Cut(e.Id, "_")
	if strings.HasPrefix(occurrence, "R") { // of what people split off: no session of ours
		id = e.Id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	uid := s.names[id]
	if uid == "" {
		uid = s.names[e.ICalUID]
	}
	return item{availability.Interval{Start: start, End: end}, e.Start.Date != "", uid}, true
}

// explain returns busy without the doubtful time that only sessions of the given
// series take. What nothing in the listing explains is unknown.
func (l listing) explain(busy availability.Busy, doubtful []availability.Interval, except map[calendar.UID]bool) availability.Busy {
	var own, foreign []availability.Interval
	for _, i := range l.items {
		switch {
		case i.series != "" && except[i.series]:
			own = append(own, i.Interval)
		case i.opaque(busy):
			foreign = append(foreign, i.Interval)
		}
	}
	foreign = within(availability.Union(foreign), doubtful)
	unknown := availability.Subtract(availability.Subtract(doubtful, availability.Union(own)), foreign)
	out := availability.Busy{Window: busy.Window, Reason: busy.Reason, Warnings: busy.Warnings}
	out.Spans = make([]availability.Span, 0, len(busy.Spans)+len(doubtful))
	holes := doubtful
	for _, span := range busy.Spans {
		for len(holes) > 0 && !holes[0].End.After(span.Start) {
			holes = holes[1:]
		}
		if len(holes) == 0 || !holes[0].Overlaps(span.Interval) {
			out.Spans = append(out.Spans, span)
			continue
		}
		for _, rest := range availability.Subtract([]availability.Interval{span.Interval}, holes) {
			out.Spans = append(out.Spans, availability.Span{Interval: rest, Kind: span.Kind, AllDay: span.AllDay})
		}
	}
	for _, iv := range unknown {
		out.Spans = append(out.Spans, availability.Span{Interval: iv, Kind: availability.Unknown})
		out.Reason = l.reason
		if out.Reason == "" {
			out.Reason = "its own sessions cannot be told from other meetings: the calendar shows other events than its free/busy times"
		}
	}
	out.Add(foreign...)
	return out
}

// within returns the parts of ivs that lie in the given time; both are joined and
// sorted.
func within(ivs, in []availability.Interval) []availability.Interval {
	var out []availability.Interval
	for _, a := range ivs {
		for _, b := range in {
			if part := a.Clip(b); !part.Empty() {
				out = append(out, part)
			}
		}
	}
	return out
}

// opaque reports whether the event can be one of those that make the calendar
// busy: all its time must be busy. The zone of an event of whole days need not be
// the one that it was listed in, so of that only the length counts.
func (i item) opaque(busy availability.Busy) bool {
	return slices.ContainsFunc(busy.Spans, func(span availability.Span) bool {
		if i.allDay {
			clipped := span.Start.Equal(busy.Window.Start) || span.End.Equal(busy.Window.End)
			return clipped || span.Length() >= 23*time.Hour
		}
		return span.Contains(i.Clip(busy.Window))
	})
}
