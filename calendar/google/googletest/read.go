package googletest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// view returns a person's copy of an event that role lets be seen.
func (s *Server) view(e *event, cal *calendar, role string) doc {
	if e.deleted && s.ForgetDeleted {
		return tombstone(e)
	}
	d := s.personalize(e, clone(e.doc), e.stamp, cal, role)
	d["id"] = e.id
	if e.deleted {
		d["status"] = "cancelled"
	}
	return d
}

// tombstone is all that is promised of a deleted event.
func tombstone(e *event) doc {
	return doc{"kind": "calendar#event", "etag": e.etag(), "id": e.id, "status": "cancelled"}
}

// viewOccurrence does the same for an occurrence. Of a cancelled one, no more is
// promised than this.
func (s *Server) viewOccurrence(o occurrence, cal *calendar, role string) doc {
	if o.original.IsZero() {
		return s.view(o.event, cal, role)
	}
	original := dateTime(o.original, str(o.event.doc, "start", "timeZone"))
	if o.cancelled {
		return doc{
			"kind": "calendar#event", "etag": o.etag(), "id": o.event.instanceID(o.original), "status": "cancelled",
			"recurringEventId": o.event.id, "originalStartTime": original,
		}
	}
	d := s.personalize(o.event, clone(o.doc), o.stamp, cal, role)
	d["etag"] = s.etagOf(o)
	d["id"] = o.event.instanceID(o.original)
	if role != "freeBusyReader" {
		d["recurringEventId"], d["originalStartTime"] = o.event.id, original
	}
	return d
}

func (s *Server) etagOf(o occurrence) string {
	if s.OwnETags && o.stamp == o.event.stamp {
		return fmt.Sprintf(`"%s-%d"`, strings.Trim(o.etag(), `"`), o.original.Unix())
	}
	return o.etag()
}

func (s *Server) personalize(e *event, d doc, at stamp, cal *calendar, role string) doc {
	s.render(d, cal)
	d["kind"], d["etag"] = "calendar#event", at.etag()
	d["updated"] = at.updated.Format("2006-01-02T15:04:05.000Z")
	d["iCalUID"] = e.id + "@google.com"
	d["htmlLink"] = "https://www.google.com/calendar/event?eid=" + e.id
	if role == "freeBusyReader" || role != "owner" && str(d, "visibility") == "private" {
		return reduced(d)
	}
	d["organizer"] = doc{"email": e.owner, "self": e.owner == cal.owner}
	for _, a := range attendees(d) {
		delete(a, "self")
		if strings.EqualFold(str(a, "email"), cal.owner) {
			a["self"] = true
		}
		if strings.EqualFold(str(a, "email"), e.owner) {
			a["organizer"] = true
		}
	}
	if cal.owner != e.owner { // private properties are those of one copy
		delete(d, "extendedProperties")
		delete(d, "reminders")
		if c := e.copies[cal.owner]; c != nil && c.private != nil {
			d["extendedProperties"] = doc{"private": c.private}
		}
	}
	return d
}

// reduced is what is left of an event for who may only see free and busy times.
func reduced(d doc) doc {
	out := doc{"visibility": "private"}
	for _, name := range []string{"kind", "etag", "id", "status", "htmlLink", "updated", "start", "end", "iCalUID"} {
		if d[name] != nil {
			out[name] = d[name]
		}
	}
	return out
}

// render writes times as they are written in answers: in the calendar's offset.
func (s *Server) render(d doc, cal *calendar) {
	zone := cal.location()
	for _, name := range []string{"start", "end"} {
		t, _ := d[name].(doc)
		if at, ok := timeOf(t, zone); ok && str(t, "dateTime") != "" {
			t["dateTime"] = at.In(zone).Format(time.RFC3339)
		}
	}
}

func (s *Server) get(req request, cal *calendar, role string) (any, error) {
	id := req.path["eventId"]
	for _, e := range cal.events {
		if e.id == id && !e.forgotten {
			return s.view(e, cal, role), nil
		}
		if o, ok := e.find(id); ok {
			return s.viewOccurrence(o, cal, role), nil
		}
	}
	return nil, webtest.Refuse(http.StatusNotFound, "notFound")
}

func (s *Server) instances(req request, cal *calendar, role string) (any, error) {
	e := cal.events[req.path["eventId"]]
	if e == nil || e.deleted {
		return nil, webtest.Refuse(http.StatusNotFound, "notFound")
	}
	if err := checkWindow(req.query); err != nil {
		return nil, err
	}
	var items []any
	for _, o := range e.occurrences() {
		if o.cancelled && req.query.Get("showDeleted") != "true" || !inWindow(req, cal, o) {
			continue
		}
		items = append(items, s.viewOccurrence(o, cal, role))
	}
	return s.page(req, cal, role, items, "")
}

// inWindow reports whether an occurrence ends after timeMin and starts before
// timeMax. A cancelled one counts where it was.
func inWindow(req request, cal *calendar, o occurrence) bool {
	start, end := o.interval(cal)
	if o.cancelled {
		start, end = o.original, o.original.Add(time.Second)
	}
	if t, err := time.Parse(time.RFC3339, req.query.Get("timeMin")); err == nil && !end.After(t) {
		return false
	}
	t, err := time.Parse(time.RFC3339, req.query.Get("timeMax"))
	return err != nil || start.Before(t)
}

func (s *Server) list(req request, cal *calendar, role string) (any, error) {
	if req.query.Has("syncToken") {
		return s.listChanges(req, cal, role)
	}
	if err := checkWindow(req.query); err != nil {
		return nil, err
	}
	single := req.query.Get("singleEvents") == "true" || role == "freeBusyReader"
	for _, name := range []string{"q", "iCalUID", "orderBy", "updatedMin", "eventTypes", "sharedExtendedProperty"} {
		if req.query.Has(name) {
			s.T.Errorf("the stand-in does not list by %s", name)
		}
	}
	var items []any
	if single {
		for _, o := range s.occurrences(cal) {
			if inWindow(req, cal, o) {
				items = append(items, s.viewOccurrence(o, cal, role))
			}
		}
	} else {
		items = s.unexpanded(cal, role, 0)
	}
	if wanted := req.query.Get("privateExtendedProperty"); wanted != "" {
		name, value, _ := strings.Cut(wanted, "=")
		items = slices.DeleteFunc(items, func(d any) bool { return str(d.(doc), "extendedProperties", "private", name) != value })
		return s.page(req, cal, role, items, "")
	}
	return s.page(req, cal, role, items, s.syncToken(req))
}

// unexpanded lists events and the occurrences that differ from theirs, as far as
// they were changed after a point. Deleted events are only in lists of changes.
func (s *Server) unexpanded(cal *calendar, role string, after int64) []any {
	var items []any
	for _, e := range cal.events {
		if e.deleted {
			if after > 0 && e.change > after {
				items = append(items, tombstone(e))
			}
			continue
		}
		if e.change > after {
			items = append(items, s.view(e, cal, role))
		}
		if !e.recurs() {
			continue
		}
		for key, x := range e.exceptions {
			if x.change > after {
				items = append(items, s.viewOccurrence(e.occurrence(time.Unix(key, 0).In(e.zone())), cal, role))
			}
		}
	}
	return items
}

// syncToken returns the token of the state of now. It is for the same question, but for
// the time that only a first list may be limited to.
func (s *Server) syncToken(req request) string {
	return ticket("sync", s.changes, question(req, "pageToken", "syncToken", "timeMin", "timeMax"))
}

func (s *Server) listChanges(req request, cal *calendar, role string) (any, error) {
	for _, name := range []string{"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin"} {
		if req.query.Has(name) {
			return nil, invalid()
		}
	}
	if req.query.Get("showDeleted") == "false" {
		return nil, invalid()
	}
	since, ok := redeem("sync", req.query.Get("syncToken"), question(req, "pageToken", "syncToken"))
	if !ok {
		s.T.Errorf("a sync token is not for this list: %s", req.query.Encode())
	}
	if !ok || since < s.expired {
		return nil, webtest.Refuse(http.StatusGone, "fullSyncRequired")
	}
	items := s.unexpanded(cal, role, since)
	return s.page(req, cal, role, items, s.syncToken(req))
}

// page returns one page of a list. Pages may be shorter than was asked for: the
// first of several is empty.
func (s *Server) page(req request, cal *calendar, role string, items []any, token string) (any, error) {
	slices.SortFunc(items, func(a, b any) int { return strings.Compare(str(a.(doc), "id"), str(b.(doc), "id")) })
	size, err := strconv.Atoi(req.query.Get("maxResults"))
	if err != nil {
		size = 250
	}
	size = min(size, 2500)
	if s.Page > 0 {
		size = min(size, s.Page)
	}
	answer := doc{
		"kind": "calendar#events", "summary": cal.owner, "timeZone": cal.zone, "accessRole": role,
		"updated": time.Now().UTC().Format(time.RFC3339),
	}
	asked := question(req, "pageToken")
	if !req.query.Has("pageToken") && len(items) > size {
		answer["items"], answer["nextPageToken"] = []any{}, ticket("page", 0, asked)
		return answer, nil
	}
	n, ok := redeem("page", req.query.Get("pageToken"), asked)
	if !ok && req.query.Has("pageToken") {
		return nil, invalid()
	}
	from := int(n)
	to := min(from+size, len(items))
	answer["items"] = append([]any{}, items[min(from, to):to]...)
	if to < len(items) {
		answer["nextPageToken"] = ticket("page", int64(to), asked)
	} else if token != "" {
		answer["nextSyncToken"] = token
	}
	return answer, nil
}
