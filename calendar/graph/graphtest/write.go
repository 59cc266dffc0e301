package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// create is calendar-post-events.
func (s *Server) create(r request) (any, error) {
	transaction := str(r.body, "transactionId")
	if old := s.used[transaction]; transaction != "" && old != nil && (old.deleted == 0 || !s.ForgetDeleted) {
		if s.RepeatConflicts || old.deleted != 0 || str(r.body, "subject") != old.subject {
			return nil, webtest.Refuse(http.StatusConflict, "ErrorDuplicateTransactionId")
		}
		return s.show(r, old, nil), nil
	}
	x := &series{
		id: newID(), transaction: transaction, exceptions: map[string]*exception{}, cancelled: map[string]int{},
		look: look{reminder: 15, showAs: "busy", sensitivity: "normal", props: map[string]string{}},
	}
	if r.body["recurrence"] == nil {
		s.T.Errorf("a new event does not recur: %v", r.body)
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidRequest")
	}
	if _, err := x.setTimes(r.body); err != nil {
		s.T.Errorf("a new event: %v", err)
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidPropertySet")
	}
	if err := s.edit(&x.look, r.body); err != nil {
		return nil, err
	}
	if on, _ := r.body["isOnlineMeeting"].(bool); on && !s.NoTeams {
		if str(r.body, "onlineMeetingProvider") != "teamsForBusiness" {
			s.T.Errorf("an online meeting by %q", str(r.body, "onlineMeetingProvider"))
		}
		x.joinURL = "https://teams.microsoft.com/l/meetup-join/" + x.uid()
		x.body = x.body + teamsBlob(x.joinURL)
	}
	x.changed = s.touch()
	s.series = append(s.series, x)
	if transaction != "" {
		s.used[transaction] = x
	}
	s.tell("invitation", x.id, "", x.addresses()...)
	return s.show(r, x, nil), nil
}

func teamsBlob(url string) string {
	line := strings.Repeat("_", 80)
	return "\n" + line + "\nMicrosoft Teams meeting\nJoin: " + url + "\n" + line + "\n"
}

// edit brings fields of a body into an event or occurrence.
func (s *Server) edit(l *look, body doc) error {
	for name, v := range body {
		switch name {
		case "subject":
			l.subject = strings.TrimSpace(v.(string))
		case "body":
			s.setBody(l, v.(doc))
		case "location":
			l.place = str(v.(doc), "displayName")
		case "showAs":
			l.showAs = v.(string)
		case "sensitivity":
			l.sensitivity = v.(string)
		case "isReminderOn":
			if !v.(bool) {
				l.reminder = -1
			} else if minutes, ok := body["reminderMinutesBeforeStart"].(float64); ok {
				l.reminder = int(minutes)
			}
		case "attendees":
			l.setGuests(s, v.([]any))
		case "singleValueExtendedProperties":
			for _, p := range v.([]any) {
				d, _ := p.(doc)
				if value := str(d, "value"); str(d, "id") == "" || len(d) != 2 || len(value) > 255 {
					s.T.Errorf("an extended property that would not come back whole: %v", d)
				}
				l.props[str(d, "id")] = str(d, "value")
			}
		}
	}
	return nil
}

// setBody ends an online meeting whose text is lost.
func (s *Server) setBody(l *look, body doc) {
	text := str(body, "content")
	if kind := str(body, "contentType"); kind == "html" {
		text = textOf(text)
	} else if kind != "text" {
		s.T.Errorf("a body of contentType %q", kind)
	}
	if l.joinURL != "" && !strings.Contains(text, l.joinURL) {
		s.T.Errorf("a text without how to join ends the online meeting: %q", text)
		l.joinURL = ""
	}
	l.body = text
}

// setGuests replaces the list; who stays keeps the reply.
func (l *look) setGuests(s *Server, list []any) {
	var out []guest
	for _, v := range list {
		d, _ := v.(doc)
		g := guest{str(d, "emailAddress", "address"), str(d, "emailAddress", "name"), str(d, "type"), "none"}
		if g.address == "" || g.kind == "" || d["status"] != nil || strings.EqualFold(g.address, s.Organizer) {
			s.T.Errorf("an attendee %v", d)
		}
		if old := l.guest(g.address); old != nil {
			g.response = old.response
		}
		out = append(out, g)
	}
	l.guests = out
}

// silent reports whether nobody hears of a change of these fields alone.
func silent(body doc) bool {
	for name := range body {
		if !slices.Contains([]string{"singleValueExtendedProperties", "isReminderOn", "reminderMinutesBeforeStart"}, name) {
			return false
		}
	}
	return true
}

// update is event-update.
func (s *Server) update(r request) (any, error) {
	x, o := s.find(r.id)
	switch {
	case x == nil:
		return nil, webtest.Refuse(http.StatusNotFound, "ErrorItemNotFound")
	case r.body["transactionId"] != nil || len(r.body) == 0:
		s.T.Errorf("an update of %v", r.body)
	case o != nil:
		return s.updateOne(r, *o)
	}
	if match := r.Header.Get("If-Match"); match != "" && match != etag(x.changed) {
		return nil, webtest.Refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict")
	}
	before := x.look.clone()
	dates := len(x.exceptions) + len(x.cancelled)
	count := x.count
	other, err := x.setTimes(r.body)
	if err != nil {
		s.T.Errorf("an update: %v", err)
		return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidPropertySet")
	}
	if err := s.edit(&x.look, r.body); err != nil {
		return nil, err
	}
	x.changed = s.touch()
	s.tellOfUpdate(x.id, r.body, before, &x.look)
	if !silent(r.body) && !onlyGuests(r.body) {
		for _, o := range x.occurrences() {
			if o.exception != nil && o.exception.moved {
				s.tell("update", o.id(), "", x.addresses()...)
			}
		}
	}
	if r.body["start"] != nil || s.ShrinkResets && x.count != count {
		if dates > 0 || other {
			clear(x.exceptions)
			clear(x.cancelled)
		}
	}
	if other {
		for i := range x.guests {
			x.guests[i].response = "none"
		}
	}
	if s.Propagate && r.body["attendees"] != nil {
		for _, e := range x.exceptions {
			e.setGuests(s, r.body["attendees"].([]any))
		}
	}
	s.trim(x)
	return s.show(r, x, nil), nil
}

// trim forgets changes of dates that the series no longer has.
func (s *Server) trim(x *series) {
	named := map[string]bool{}
	for _, o := range x.occurrences() {
		named[o.date] = true
	}
	for date := range x.exceptions {
		if !named[date] {
			delete(x.exceptions, date)
		}
	}
}

func onlyGuests(body doc) bool { return len(body) == 1 && body["attendees"] != nil }

// tellOfUpdate mails as Exchange does.
func (s *Server) tellOfUpdate(id string, body doc, before look, after *look) {
	if silent(body) {
		return
	}
	for _, g := range before.guests {
		if after.guest(g.address) == nil {
			s.tell("cancellation", id, "", g.address)
		}
	}
	for _, g := range after.guests {
		switch {
		case before.guest(g.address) == nil:
			s.tell("invitation", id, "", g.address)
		case !onlyGuests(body):
			s.tell("update", id, "", g.address)
		}
	}
}

// updateOne changes an occurrence, which becomes an exception.
func (s *Server) updateOne(r request, o occurrence) (any, error) {
	l := o.look()
	if match := r.Header.Get("If-Match"); match != "" && match != etag(l.changed) {
		return nil, webtest.Refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict")
	}
	e := o.except()
	before := e.look.clone()
	if r.body["start"] != nil || r.body["end"] != nil {
		start, _, _, err := timeIn(r.body["start"])
		end, _, _, err2 := timeIn(r.body["end"])
		if err != nil || err2 != nil {
			s.T.Errorf("an occurrence: %v, %v", err, err2)
			return nil, webtest.Refuse(http.StatusBadRequest, "ErrorInvalidPropertySet")
		}
		if o.crosses(start) {
			return nil, webtest.Refuse(http.StatusBadRequest, "ErrorOccurrenceCrossingBoundary")
		}
		if !start.Equal(e.start) {
			for i := range e.guests {
				e.guests[i].response = "none"
			}
		}
		e.start, e.end = start, end
	}
	if err := s.edit(&e.look, r.body); err != nil {
		return nil, err
	}
	e.moved = e.moved || !silent(r.body) && !onlyGuests(r.body)
	o.series.exceptions[o.date] = e
	e.changed = s.touch()
	if s.Touch {
		o.series.changed = s.touch()
	}
	s.tellOfUpdate(o.id(), r.body, before, &e.look)
	_, now := s.find(o.id())
	return s.show(r, o.series, now), nil
}

// except returns the occurrence as an exception, which it may not be yet.
func (o occurrence) except() *exception {
	if o.exception != nil {
		return o.exception
	}
	l := o.series.look.clone()
	l.props = map[string]string{}
	return &exception{look: l, start: o.start, end: o.end}
}

// crosses reports whether an occurrence that starts then would be on or past the day
// of a neighbour.
func (o occurrence) crosses(start time.Time) bool {
	day := func(t time.Time) string { return t.In(o.loc).Format(time.DateOnly) }
	all := o.series.occurrences()
	for i, other := range all {
		if other.date != o.date {
			continue
		}
		return i > 0 && day(start) <= day(all[i-1].start) || i+1 < len(all) && day(start) >= day(all[i+1].start)
	}
	return false
}

// cancel is event-cancel.
func (s *Server) cancel(r request) (any, error) {
	x, o := s.find(r.id)
	comment := str(r.body, "comment")
	switch {
	case x == nil:
		return nil, webtest.Refuse(http.StatusNotFound, "ErrorItemNotFound")
	case comment == "":
		s.T.Error("a cancellation does not say why")
	case o != nil:
		l := o.look()
		delete(x.exceptions, o.date)
		x.cancelled[o.date] = s.touch()
		if s.Touch {
			x.changed = s.touch()
		}
		s.tell("cancellation", o.id(), comment, l.addresses()...)
		return nil, nil
	}
	x.deleted = s.touch()
	s.tell("cancellation", x.id, comment, x.addresses()...)
	return nil, nil
}
