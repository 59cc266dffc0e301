package graphtest

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// show returns an event or occurrence as a request asks for it.
func (s *Server) show(r request, x *series, o *occurrence) doc {
	l, d := x.look, doc{"id": x.id, "type": "seriesMaster", "recurrence": x.recurrence(), "transactionId": x.transaction}
	d["originalStartTimeZone"] = x.zone
	start, end := x.start, x.start.Add(x.length)
	if o != nil {
		l, start, end = o.look(), o.start, o.end
		d = doc{"id": o.id(), "type": "occurrence", "seriesMasterId": x.id, "originalStart": o.original.Format(time.RFC3339), "recurrence": nil}
		if o.exception != nil {
			d["type"] = "exception"
		}
	}
	d["@odata.etag"] = etag(l.changed)
	d["start"], d["end"] = utc(start), utc(end)
	s.showLook(r, l, d)
	if sel := r.query.Get("$select"); sel != "" && r.Method == http.MethodGet {
		keep := append(strings.Split(sel, ","), "@odata.etag", "singleValueExtendedProperties")
		for name := range d {
			if !slices.Contains(keep, name) {
				delete(d, name)
			}
		}
	}
	return d
}

func (s *Server) showLook(r request, l look, d doc) {
	text := l.body
	if s.Rewrite {
		text = strings.ReplaceAll(text, "\n", " \r\n") + "\r\n"
	} else {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	d["body"] = doc{"contentType": "text", "content": text}
	if !strings.Contains(r.Header.Get("Prefer"), `outlook.body-content-type="text"`) {
		d["body"] = doc{"contentType": "html", "content": htmlOf(l.body)}
	}
	d["subject"], d["showAs"], d["sensitivity"], d["isCancelled"] = l.subject, l.showAs, l.sensitivity, false
	d["location"] = doc{"displayName": l.place, "locationType": "default"}
	d["organizer"] = doc{"emailAddress": doc{"address": s.Organizer, "name": "Robot"}}
	d["isReminderOn"], d["reminderMinutesBeforeStart"] = l.reminder >= 0, max(0, l.reminder)
	categories, guests := []any{}, []any{}
	for _, c := range l.categories {
		categories = append(categories, c)
	}
	for _, g := range l.guests {
		guests = append(guests, doc{"type": g.kind, "status": doc{"response": g.response, "time": "0001-01-01T00:00:00Z"},
			"emailAddress": doc{"address": strings.ToUpper(g.address[:1]) + g.address[1:], "name": g.name}})
	}
	d["categories"], d["attendees"] = categories, guests
	d["isOnlineMeeting"], d["onlineMeeting"] = l.joinURL != "", nil
	if l.joinURL != "" {
		d["onlineMeeting"] = doc{"joinUrl": l.joinURL}
	}
	inList := r.id == "" || strings.HasSuffix(r.URL.Path, "/instances")
	if found := expansion.FindStringSubmatch(r.query.Get("$expand")); found != nil && l.props[found[1]] != "" && !(s.BareLists && inList) {
		d["singleValueExtendedProperties"] = []any{doc{"id": strings.Replace(found[1], "{8b1c2e64", "{8B1C2E64", 1), "value": l.props[found[1]]}}
	}
}

func utc(t time.Time) doc {
	return doc{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
}

func (x *series) recurrence() doc {
	day := strings.ToLower(x.start.In(x.loc).Weekday().String())
	p := doc{"type": "weekly", "interval": x.interval, "month": 0, "dayOfMonth": 0, "daysOfWeek": []any{day}, "firstDayOfWeek": "sunday", "index": "first"}
	span := doc{"type": "numbered", "startDate": x.start.In(x.loc).Format(time.DateOnly), "endDate": "0001-01-01", "recurrenceTimeZone": x.zone, "numberOfOccurrences": x.count}
	if x.until != "" {
		span["type"], span["endDate"], span["numberOfOccurrences"] = "endDate", x.until, 0
	}
	if x.endless {
		span["type"], span["numberOfOccurrences"] = "noEnd", 0
	}
	if x.daily {
		p = doc{"type": "daily", "interval": 1, "daysOfWeek": nil}
	}
	return doc{"pattern": p, "range": span}
}

// htmlOf writes a text as Exchange does, textOf reads HTML.
func htmlOf(text string) string {
	return "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style>p {margin:0}</style></head><body>\r\n<div>" +
		strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\r\n") + "</div></body></html>\r\n"
}

var tag = regexp.MustCompile(`(?s)<(style|head).*?</(style|head)>|<[^>]*>`)

func textOf(page string) string {
	page = regexp.MustCompile(`<br>\s*`).ReplaceAllString(page, "\n")
	return strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(page, "")))
}

// live returns the series that are there.
func (s *Server) live() []*series {
	return slices.DeleteFunc(slices.Clone(s.series), func(x *series) bool { return x.deleted != 0 })
}

// list is user-list-events: masters, and no occurrences.
func (s *Server) list(r request) (any, error) {
	filter := r.query.Get("$filter")
	found := propQuery.FindStringSubmatch(filter)
	if filter != "" && found == nil {
		s.T.Errorf("$filter %s", filter)
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter")
	}
	var out []any
	for _, x := range s.live() {
		if found == nil || strings.EqualFold(x.props[found[1]], found[2]) {
			out = append(out, s.show(r, x, nil))
		}
	}
	return s.page(r, out), nil
}

// page returns a part of a list, ten at a time unless more are asked for.
func (s *Server) page(r request, all []any) doc {
	n, _ := strconv.Atoi(r.query.Get("$top"))
	if n == 0 {
		n = 10
	}
	if n > 1000 {
		s.T.Errorf("$top %d", n)
	}
	if s.Page > 0 {
		n = min(n, s.Page)
	}
	skip, _ := strconv.Atoi(r.query.Get("$skip"))
	rest := all[min(skip, len(all)):]
	d := doc{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users"}
	if len(rest) > n {
		rest = rest[:n]
		next := *r.URL
		q := r.URL.Query()
		q.Set("$skip", strconv.Itoa(skip+n))
		next.RawQuery = q.Encode()
		d["@odata.nextLink"] = "https://graph.microsoft.com" + next.RequestURI()
	}
	if rest == nil {
		rest = []any{}
	}
	d["value"] = rest
	return d
}

func (s *Server) get(r request) (any, error) {
	x, o := s.find(r.id)
	if x == nil {
		return nil, webtest.Refuse(http.StatusNotFound, "ErrorItemNotFound")
	}
	return s.show(r, x, o), nil
}

// windowOf reads startDateTime and endDateTime, which are UTC without an offset.
func windowOf(q url.Values) (from, to time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		var err2 error
		if from, err = time.Parse(layout, q.Get("startDateTime")); err == nil {
			if to, err2 = time.Parse(layout, q.Get("endDateTime")); err2 == nil {
				return from, to, nil
			}
		}
	}
	return from, to, fmt.Errorf("window %v", q)
}

// instances is event-list-instances. It is not sorted by time.
func (s *Server) instances(r request) (any, error) {
	x, _ := s.find(r.id)
	if x == nil {
		return nil, webtest.Refuse(http.StatusNotFound, "ErrorItemNotFound")
	}
	from, to, err := windowOf(r.query)
	if err != nil || to.Sub(from) > 2*365*24*time.Hour {
		s.T.Errorf("instances from %v to %v: %v", from, to, err)
	}
	var out []any
	for _, o := range x.occurrences() {
		if o.end.After(from) && o.start.Before(to) {
			d := s.show(r, x, &o)
			if o.exception != nil {
				out = append([]any{d}, out...)
			} else {
				out = append(out, d)
			}
		}
	}
	return s.page(r, out), nil
}

// calendarView is calendar-list-calendarview of the organizer.
func (s *Server) calendarView(r request) (any, error) {
	from, to, err := windowOf(r.query)
	if err != nil {
		s.T.Error(err)
	}
	var out []any
	for _, x := range s.live() {
		for _, o := range x.occurrences() {
			if o.end.After(from) && o.start.Before(to) {
				out = append(out, s.show(r, x, &o))
			}
		}
	}
	for i, m := range s.people[s.Organizer].meetings {
		if m.End.After(from) && m.Start.Before(to) {
			out = append(out, doc{"id": fmt.Sprint("meeting", i), "type": "singleInstance", "start": utc(m.Start), "end": utc(m.End), "showAs": m.status(), "subject": "SECRET"})
		}
	}
	return s.page(r, out), nil
}

// calendar is calendar-get.
func (s *Server) calendar(r request) (any, error) {
	return doc{"id": "calendar", "canEdit": true, "owner": doc{"name": "Robot", "address": s.Organizer}}, nil
}
