package googletest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// maxCalendars is how many a query may name.
const maxCalendars = 50

type period struct{ start, end time.Time }

func (s *Server) freeBusy(req request, caller grant) (any, error) {
	from, err := time.Parse(time.RFC3339, str(req.body, "timeMin"))
	to, err2 := time.Parse(time.RFC3339, str(req.body, "timeMax"))
	if err != nil || err2 != nil {
		return nil, invalid() // a time without an offset
	}
	if !from.Before(to) {
		return nil, webtest.Refuse(http.StatusBadRequest, "timeRangeEmpty")
	}
	if !s.FailBusyFrom.IsZero() && !from.Before(s.FailBusyFrom) {
		return nil, webtest.Refuse(http.StatusServiceUnavailable, "backendError")
	}
	if to.Sub(from) > cmp.Or(s.MaxWindow, 90*24*time.Hour) {
		return nil, webtest.Refuse(http.StatusBadRequest, "timeRangeTooLong")
	}
	most, ok := req.body["calendarExpansionMax"].(float64)
	if ok && (most < 1 || most > maxCalendars) {
		return nil, invalid()
	}
	expand, _ := req.body["groupExpansionMax"].(float64)
	calendars, groups := doc{}, doc{}
	add := func(id string) {
		cal, _ := s.open(id, caller)
		switch {
		case id == s.Omit:
		case len(calendars) >= maxCalendars:
			calendars[id] = calendarError("tooManyCalendarsRequested")
		case cal == nil:
			calendars[id] = calendarError("notFound")
		case cal.broken != "":
			calendars[id] = calendarError(cal.broken)
		default:
			calendars[id] = doc{"busy": s.busy(cal, period{from, to})}
		}
	}
	items, _ := req.body["items"].([]any)
	for _, item := range items {
		id := str(item.(doc), "id")
		members, isList := s.lists[id]
		switch {
		case !isList:
			add(id)
		case len(members) > int(min(expand, 100)):
			groups[id] = doc{"errors": []any{doc{"domain": "global", "reason": "groupTooBig"}}}
		default:
			groups[id] = doc{"calendars": members}
			for _, m := range members {
				add(m)
			}
		}
	}
	window := doc{
		"kind": "calendar#freeBusy", "calendars": calendars,
		"timeMin": from.UTC().Format(time.RFC3339), "timeMax": to.UTC().Format(time.RFC3339),
	}
	if len(groups) > 0 {
		window["groups"] = groups
	}
	return window, nil
}

func calendarError(reason string) doc {
	return doc{"busy": []any{}, "errors": []any{doc{"domain": "global", "reason": reason}}}
}

// busy returns the merged and clipped periods of one calendar.
func (s *Server) busy(cal *calendar, window period) []any {
	var all []period
	for _, o := range s.occurrences(cal) {
		start, end := o.interval(cal)
		if _, busy := o.on(cal.owner); !busy || !start.Before(window.end) || !end.After(window.start) {
			continue
		}
		if start.Before(window.start) {
			start = window.start
		}
		if end.After(window.end) {
			end = window.end
		}
		all = append(all, period{start, end})
	}
	slices.SortFunc(all, func(a, b period) int { return a.start.Compare(b.start) })
	var merged []period
	for _, p := range all {
		last := len(merged) - 1
		if last >= 0 && !p.start.After(merged[last].end) {
			if p.end.After(merged[last].end) {
				merged[last].end = p.end
			}
			continue
		}
		merged = append(merged, p)
	}
	out := []any{}
	for _, p := range merged {
		out = append(out, doc{"start": p.start.UTC().Format(time.RFC3339), "end": p.end.UTC().Format(time.RFC3339)})
	}
	return out
}

// occurrences returns everything that is on a calendar: its own events, and the
// copies of those that its owner is invited to.
func (s *Server) occurrences(cal *calendar) []occurrence {
	var out []occurrence
	for _, e := range cal.events {
		for _, o := range e.occurrences() {
			there, _ := o.on(cal.owner)
			unanswered := cal.manual && o.status(cal.owner) == "needsAction" && e.owner != cal.owner
			if there && !unanswered {
				out = append(out, o)
			}
		}
	}
	return out
}

// share puts the event onto the calendars of all who are invited to any of it.
func (s *Server) share(e *event) {
	for _, o := range append(e.occurrences(), occurrence{event: e, doc: e.doc}) {
		for _, a := range attendees(o.doc) {
			if cal := s.calendars[strings.ToLower(str(a, "email"))]; cal != nil {
				cal.events[e.id] = e
			}
		}
	}
}
