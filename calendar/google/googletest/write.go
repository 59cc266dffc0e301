package googletest

import (
	"cmp"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// readOnly are the fields that a client may send, and that have no effect.
var readOnly = []string{
	"id", "etag", "kind", "created", "updated", "creator", "organizer", "htmlLink", "iCalUID", "hangoutLink",
	"recurringEventId", "originalStartTime", "eventType", "locked", "privateCopy",
}

func (s *Server) insert(req request, cal *calendar) (any, error) {
	d := req.body
	id := str(d, "id")
	if len(id) < 5 || len(id) > 1024 || strings.Trim(id, "0123456789abcdefghijklmnopqrstuv") != "" {
		return nil, invalid()
	}
	if d["iCalUID"] != nil || str(d, "status") == "cancelled" { // one of the two names, of an event that takes place
		return nil, invalid()
	}
	if cal.events[id] != nil {
		return nil, webtest.Refuse(http.StatusConflict, "duplicate")
	}
	if cal.owner == serviceEmail && len(attendees(d)) > 0 {
		return nil, webtest.Refuse(http.StatusForbidden, "forbiddenForServiceAccounts")
	}
	for _, name := range readOnly {
		delete(d, name)
	}
	d["status"], d["sequence"] = "confirmed", cmp.Or(d["sequence"], any(0.0))
	normalize(d)
	if err := checkEvent(d); err != nil {
		return nil, err
	}
	e := newEvent(id, cal.owner, d)
	s.confer(req, d)
	if s.ListOrganizer {
		list, _ := d["attendees"].([]any)
		d["attendees"] = append(list, doc{"email": cal.owner, "organizer": true, "responseStatus": "accepted"})
	}
	e.stamp = s.touch()
	cal.events[id] = e
	s.share(e)
	s.tell(req, cal, e.id, doc{}, d)
	return s.view(e, cal, "owner"), nil
}

// normalize fills in what a client may leave out.
func normalize(d doc) {
	for _, a := range attendees(d) {
		if str(a, "responseStatus") == "" {
			a["responseStatus"] = "needsAction"
		}
		delete(a, "self")
		delete(a, "organizer")
	}
}

// confer makes the Meet link that is asked for, if the client says that it knows
// about such things.
func (s *Server) confer(req request, d doc) {
	if req.query.Get("conferenceDataVersion") != "1" {
		delete(d, "conferenceData")
	}
	request, _ := at(d, "conferenceData", "createRequest").(doc)
	if request == nil {
		return
	}
	if s.SlowMeet {
		request["status"] = doc{"statusCode": "pending"}
		return
	}
	request["status"] = doc{"statusCode": "success"}
	link := "https://meet.google.com/" + str(request, "requestId")
	d["hangoutLink"] = link
	d["conferenceData"].(doc)["entryPoints"] = []any{doc{"entryPointType": "video", "uri": link}}
}

func (s *Server) patch(req request, cal *calendar) (any, error) {
	id := req.path["eventId"]
	for _, e := range cal.events {
		o, ok := e.find(id)
		if e.id != id && !ok {
			continue
		}
		if e.owner != cal.owner {
			return nil, webtest.Refuse(http.StatusForbidden, "forbiddenForNonOrganizer")
		}
		if ok {
			return s.patchOccurrence(req, cal, o)
		}
		return s.patchSeries(req, cal, e)
	}
	return nil, webtest.Refuse(http.StatusNotFound, "notFound")
}

func matches(req request, etag string) bool {
	want := req.Header.Get("If-Match")
	return want == "" || want == "*" || want == etag
}

// change returns what a patch makes of a doc. Guests are asked again when the time
// is another.
func (s *Server) change(req request, before doc) (after doc, err error) {
	after = clone(before)
	patch := req.body
	for _, name := range readOnly {
		delete(patch, name)
	}
	if req.query.Get("conferenceDataVersion") != "1" {
		delete(patch, "conferenceData")
	}
	if n, ok := patch["sequence"].(float64); ok && n < before["sequence"].(float64) {
		return nil, invalid()
	}
	merge(after, patch)
	normalize(after)
	if err := checkEvent(after); err != nil {
		return nil, err
	}
	if moved(before, after) {
		after["sequence"] = after["sequence"].(float64) + 1
		for _, a := range attendees(after) {
			a["responseStatus"] = "needsAction"
		}
	}
	return after, nil
}

func moved(before, after doc) bool {
	for _, name := range []string{"start", "end"} {
		a, _ := timeOf(before[name], time.UTC)
		b, _ := timeOf(after[name], time.UTC)
		if !a.Equal(b) {
			return true
		}
	}
	return false
}

func (s *Server) patchSeries(req request, cal *calendar, e *event) (any, error) {
	if !matches(req, e.etag()) {
		return nil, webtest.Refuse(http.StatusPreconditionFailed, "conditionNotMet")
	}
	if e.deleted {
		return nil, webtest.Refuse(http.StatusForbidden, "forbidden")
	}
	before := e.doc
	after, err := s.change(req, before)
	if err != nil {
		return nil, err
	}
	e.doc, e.stamp = after, s.touch()
	s.carryOver(e, before, after)
	s.share(e)
	s.tell(req, cal, e.id, before, after)
	return s.view(e, cal, "owner"), nil
}

// carryOver does to changed occurrences what a change of the series does.
func (s *Server) carryOver(e *event, before, after doc) {
	if !s.KeepOrphans && e.recurs() {
		dates, _ := starts(after)
		fits := map[int64]bool{}
		for _, t := range dates {
			fits[t.Unix()] = true
		}
		for key := range e.exceptions {
			if !fits[key] {
				delete(e.exceptions, key)
			}
		}
	}
	if s.Overwrite {
		for _, x := range e.exceptions {
			for _, name := range []string{"summary", "description", "location", "colorId", "transparency", "reminders"} {
				if !x.cancelled && !reflect.DeepEqual(before[name], after[name]) {
					x.doc[name] = after[name]
					x.stamp = s.touch()
				}
			}
		}
	}
	if s.Propagate && !reflect.DeepEqual(before["attendees"], after["attendees"]) {
		for _, x := range e.exceptions {
			if !x.cancelled {
				x.doc["attendees"] = invited(x.doc, before, after)
				x.stamp = s.touch()
			}
		}
	}
}

// invited returns the guests of an occurrence after those of its series changed.
func invited(d, before, after doc) []any {
	var out []any
	for _, a := range attendees(d) {
		if email := str(a, "email"); attendee(before, email) == nil || attendee(after, email) != nil {
			out = append(out, a)
		}
	}
	for _, a := range attendees(after) {
		if attendee(d, str(a, "email")) == nil {
			out = append(out, clone(a))
		}
	}
	return out
}

func (s *Server) patchOccurrence(req request, cal *calendar, o occurrence) (any, error) {
	if !matches(req, s.etagOf(o)) {
		return nil, webtest.Refuse(http.StatusPreconditionFailed, "conditionNotMet")
	}
	before := o.doc
	if o.cancelled {
		before = o.event.plain(o.original)
	}
	after, err := s.change(req, before)
	if err != nil {
		return nil, err
	}
	x := &exception{doc: after, stamp: s.touch()}
	told := after
	if str(after, "status") == "cancelled" {
		x.doc, x.cancelled, told = nil, true, doc{}
	}
	o.event.exceptions[o.original.Unix()] = x
	if s.BumpSeries {
		o.event.stamp = s.touch()
	}
	s.share(o.event)
	if o.cancelled {
		before = doc{}
	}
	s.tell(req, cal, o.event.instanceID(o.original), before, told)
	return s.viewOccurrence(o.event.occurrence(o.original), cal, "owner"), nil
}

func (s *Server) remove(req request, cal *calendar) error {
	e := cal.events[req.path["eventId"]]
	switch {
	case e == nil:
		return webtest.Refuse(http.StatusNotFound, "notFound")
	case e.deleted:
		return webtest.Refuse(http.StatusGone, "deleted")
	case !matches(req, e.etag()):
		return webtest.Refuse(http.StatusPreconditionFailed, "conditionNotMet")
	}
	e.deleted, e.stamp = true, s.touch()
	s.tell(req, cal, e.id, e.doc, doc{})
	return nil
}

// tell sends the mails of a change: to those who are new or gone, and if there is
// something to see, to all others.
func (s *Server) tell(req request, cal *calendar, id string, before, after doc) {
	whom := req.query.Get("sendUpdates")
	if whom != "all" && whom != "externalOnly" {
		s.T.Errorf("%s without sendUpdates: guests who are not on Google lose the event", req.method.ID)
		return
	}
	mail := func(to, kind string) {
		if whom == "all" || s.calendars[strings.ToLower(to)] == nil {
			s.mail(cal, to, kind, id)
		}
	}
	for _, a := range attendees(before) {
		if attendee(after, str(a, "email")) == nil {
			mail(str(a, "email"), "cancellation")
		}
	}
	for _, a := range attendees(after) {
		kind := "update"
		if attendee(before, str(a, "email")) == nil {
			kind = "invitation"
		} else if sameToGuests(before, after) {
			continue
		} else if whom != "all" && !s.Quiet && moved(before, after) {
			s.T.Errorf("%s: guests are not told of another time", req.method.ID)
		}
		mail(str(a, "email"), kind)
	}
}

// sameToGuests reports whether guests see the same in both.
func sameToGuests(a, b doc) bool {
	for _, name := range []string{"summary", "description", "location", "start", "end", "recurrence", "status"} {
		if !reflect.DeepEqual(a[name], b[name]) {
			return false
		}
	}
	return true
}

func (s *Server) mail(cal *calendar, to, kind, id string) {
	if to = strings.ToLower(to); to != cal.owner {
		s.Send(Mail{To: to, Kind: kind, Event: id})
	}
}
