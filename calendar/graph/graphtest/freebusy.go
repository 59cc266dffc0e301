package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

func (m Meeting) status() string {
	if m.Status == "" {
		return "busy"
	}
	return m.Status
}

// getSchedule is calendar-getschedule.
func (s *Server) getSchedule(r request) (any, error) {
	from, _, _, err := timeIn(r.body["startTime"])
	to, _, _, err2 := timeIn(r.body["endTime"])
	interval, _ := r.body["availabilityViewInterval"].(float64)
	names, _ := r.body["schedules"].([]any)
	switch {
	case err != nil || err2 != nil || !to.After(from) || interval < 5 || interval > 1440 || to.Sub(from) < time.Duration(interval)*time.Minute:
		s.T.Errorf("getSchedule: %v", r.body)
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidParameter")
	case to.Sub(from) >= 62*24*time.Hour:
		s.T.Errorf("getSchedule of %v", to.Sub(from))
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorTimeIntervalTooBig")
	case len(names) > 20:
		s.T.Errorf("getSchedule of %d people", len(names))
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorMailboxDataArrayTooBig")
	case !s.FailFrom.IsZero() && !from.Before(s.FailFrom):
		return nil, webtest.Refuse(http.StatusInternalServerError, "ErrorInternalServerError")
	}
	value := []any{}
	for _, name := range names {
		a, _ := name.(string)
		if a != s.Omit {
			value = append(value, s.schedule(a, from, to))
		}
	}
	return doc{"value": value}, nil
}

func (s *Server) schedule(a string, from, to time.Time) doc {
	d := doc{"scheduleId": strings.ToUpper(a[:1]) + a[1:], "availabilityView": "0"}
	p := s.people[strings.ToLower(a)]
	if p == nil {
		d["error"] = doc{"message": "SECRET", "responseCode": "5009"}
		return d
	}
	if p.broken != "" {
		d["error"] = doc{"message": "SECRET", "responseCode": p.broken}
		return d
	}
	items := s.itemsOf(strings.ToLower(a), p, from, to)
	limit := s.MaxItems
	if limit == 0 {
		limit = 1000
	}
	if len(items) > limit {
		d["error"] = doc{"message": "SECRET", "responseCode": "5006"}
		return d
	}
	d["scheduleItems"] = items
	d["workingHours"] = doc{"timeZone": doc{"@odata.type": "#microsoft.graph.customTimeZone", "bias": 480, "name": "Customized Time Zone"}}
	return d
}

// itemsOf returns what takes a's time: each event by itself, our own sessions among
// them as a's calendar shows them.
func (s *Server) itemsOf(a string, p *person, from, to time.Time) []any {
	items := []any{}
	add := func(start, end time.Time, status string) {
		if !end.After(from) || !start.Before(to) {
			return
		}
		if !s.Unclipped {
			start, end = latest(start, from), earliest(end, to)
		}
		items = append(items, doc{"status": status, "subject": "SECRET", "location": "SECRET", "isPrivate": false, "start": utc(start), "end": utc(end)})
	}
	for _, m := range p.meetings {
		add(m.Start, m.End, m.status())
	}
	for _, x := range s.live() {
		for _, o := range x.occurrences() {
			l := o.look()
			g := l.guest(a)
			switch {
			case a == s.Organizer:
				add(o.start, o.end, "busy")
			case g == nil || g.response == "declined" || p.declined[x.id] || p.declined[o.id()]:
			case g.response == "accepted":
				add(o.start, o.end, "Busy")
			default:
				add(o.start, o.end, "tentative")
			}
		}
	}
	slices.Reverse(items)
	return items
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
