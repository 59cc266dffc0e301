package google

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

// A session is an occurrence of an own series, where it is now.
type session struct {
	availability.Interval
	busy    []calendar.Address // whose calendars it makes busy: who has not declined
	iCalUID string             // "" if it was not read
}

// sessionsOf returns the sessions of a series that was read before.
func sessionsOf(series calendar.Series) ([]session, error) {
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	var out []session
	for _, o := range occurrences {
		if o.Cancelled {
			continue
		}
		s := session{Interval: o.Interval}
		for _, a := range series.People() {
			if series.RSVP(a, o.Original) != calendar.Declined {
				s.busy = append(s.busy, a)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// find reads the sessions of those series that the snapshot does not know yet.
func (s *snapshot) find(ctx context.Context, series []calendar.UID) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, uid := range series {
		s.mu.Lock()
		known := s.known[uid]
		s.mu.Unlock()
		if known || s.window.Empty() { // Google refuses to list no time at all
			continue
		}
		g.Go(func() error {
			sessions, err := s.b.sessions(ctx, uid, s.window)
			if err == nil {
				s.know(uid, sessions)
			}
			return err
		})
	}
	return g.Wait()
}

func (s *snapshot) know(uid calendar.UID, sessions []session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[uid] {
		return // several goroutines may have read it at once
	}
	s.known[uid] = true
	id := eventID(uid)
	s.names[id], s.names[id+"@google.com"] = uid, uid
	for _, o := range sessions {
		if o.iCalUID != "" {
			s.names[o.iCalUID] = uid
		}
		iv := o.Clip(s.window)
		for _, a := range o.busy {
			if !iv.Empty() {
				s.own[a] = append(s.own[a], ownSession{uid, iv})
			}
		}
	}
}

// sessions reads the occurrences of a series in the window, whatever people have
// made of it. A series that is not there has none.
func (b *Backend) sessions(ctx context.Context, uid calendar.UID, window availability.Interval) ([]session, error) {
	id := eventID(uid)
	rq := api.Events(b.home(), "instances", id, "instances").Within(window)
	rq.Query.Set("fields", "kind,accessRole,nextPageToken,timeZone,items(iCalUID,status,start,end,organizer(email),attendees(email,responseStatus))")
	var out []session
	_, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		b.saw(page)
		zone := zoneOf(page)
		for _, e := range page.Items {
			start, ok := instant(e.Start, zone)
			end, ok2 := instant(e.End, zone)
			if ok && ok2 && e.Status != cancelled {
				out = append(out, session{availability.Interval{Start: start, End: end}, aliases{b.cfg.Aliases}.whoseTime(e), e.ICalUID})
			}
		}
	})
	if answered(err, http.StatusNotFound, http.StatusGone) {
		return nil, b.owned(ctx)
	}
	return out, err
}

// zoneOf returns the zone of the calendar that was listed.
func zoneOf(page *gcal.Events) *time.Location {
	zone, err := availability.LoadZone(page.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// whoseTime returns who has not declined.
func (who aliases) whoseTime(e *gcal.Event) []calendar.Address {
	var out []calendar.Address
	declined := false
	organizer := ""
	if e.Organizer != nil {
		organizer = strings.ToLower(e.Organizer.Email)
	}
	for _, a := range e.Attendees {
		if rsvp(a) != calendar.Declined {
			out = append(out, who.Person(a.Email))
		} else if strings.ToLower(a.Email) == organizer {
			declined = true
		}
	}
	if organizer != "" && !declined {
		out = append(out, calendar.Address(organizer))
	}
	return out
}
