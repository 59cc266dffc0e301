package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A doc is a JSON object.
type doc = map[string]any

// A method is one of Graph's that the stand-in knows.
type method struct {
	name   string
	verb   string
	path   *regexp.Regexp // below the user
	query  []string       // parameters that it may have
	needs  []string       // and those that it must have
	body   map[string]string
	status int
	do     func(*Server, request) (any, error)
}

// A request is a call whose form is right.
type request struct {
	*http.Request
	user  string
	id    string // of the event
	query url.Values
	body  doc
}

const anID = `([A-Za-z0-9_=-]+)`

// methods are those that are used; their parameters and fields are from the pages of
// the reference.
var methods = sync.OnceValue(func() []*method {
	list := []string{"$select", "$expand", "$filter", "$top", "$skip"}
	return []*method{
		{name: "getSchedule", verb: "POST", path: path("/calendar/getSchedule"), body: scheduleFields, status: 200, do: (*Server).getSchedule},
		{name: "calendar.get", verb: "GET", path: path("/calendar"), query: []string{"$select"}, status: 200, do: (*Server).calendar},
		{name: "events.list", verb: "GET", path: path("/events"), query: list, status: 200, do: (*Server).list},
		{name: "events.create", verb: "POST", path: path("/events"), body: eventFields, status: 201, do: (*Server).create},
		{name: "events.get", verb: "GET", path: path("/events/" + anID), query: []string{"$select", "$expand"}, status: 200, do: (*Server).get},
		{name: "events.update", verb: "PATCH", path: path("/events/" + anID), body: eventFields, status: 200, do: (*Server).update},
		{name: "events.cancel", verb: "POST", path: path("/events/" + anID + "/cancel"), body: map[string]string{"comment": "string"}, status: 202, do: (*Server).cancel},
		{name: "events.instances", verb: "GET", path: path("/events/" + anID + "/instances"), query: append(list, "startDateTime", "endDateTime"),
			needs: []string{"startDateTime", "endDateTime"}, status: 200, do: (*Server).instances},
		{name: "calendarView", verb: "GET", path: path("/calendarView"), query: append(list, "startDateTime", "endDateTime"),
			needs: []string{"startDateTime", "endDateTime"}, status: 200, do: (*Server).calendarView},
		{name: "calendarView.delta", verb: "GET", path: path("/calendarView/delta"), query: []string{"startDateTime", "endDateTime", "$deltatoken", "$skiptoken"}, status: 200, do: (*Server).delta},
	}
})

func path(p string) *regexp.Regexp { return regexp.MustCompile(`^/v1\.0/users/([^/]+)` + p + `$`) }

var (
	scheduleFields = map[string]string{"schedules": "array", "startTime": "dateTime", "endTime": "dateTime", "availabilityViewInterval": "number"}

	// What an event that is sent may hold (resources/event.md).
	eventFields = map[string]string{
		"subject": "string", "body": "body", "start": "dateTime", "end": "dateTime", "location": "location", "attendees": "array",
		"recurrence": "recurrence", "isReminderOn": "boolean", "reminderMinutesBeforeStart": "number", "sensitivity": "string", "showAs": "string",
		"allowNewTimeProposals": "boolean", "isOnlineMeeting": "boolean", "onlineMeetingProvider": "string", "transactionId": "string",
		"singleValueExtendedProperties": "array",
	}
	// What may be asked for.
	readable = strings.Fields("id type seriesMasterId originalStart subject body start end location organizer attendees recurrence isReminderOn " +
		"reminderMinutesBeforeStart isCancelled showAs sensitivity categories onlineMeeting transactionId isOnlineMeeting originalStartTimeZone canEdit owner")
)

// parse checks a request.
func (s *Server) parse(r *http.Request) (*method, request, error) {
	for _, m := range methods() {
		found := m.path.FindStringSubmatch(r.URL.EscapedPath())
		if found == nil || m.verb != r.Method {
			continue
		}
		req := request{Request: r, query: r.URL.Query()}
		req.user, _ = url.PathUnescape(found[1])
		if len(found) > 2 {
			req.id, _ = url.PathUnescape(found[2])
		}
		return m, req, m.check(&req)
	}
	return nil, request{}, errors.New("no such path")
}

func (m *method) check(r *request) error {
	prefer := r.Header.Get("Prefer")
	if !strings.Contains(prefer, `IdType="ImmutableId"`) || !strings.Contains(prefer, `outlook.timezone="UTC"`) {
		return fmt.Errorf("header Prefer %q: ids would change, or times be in another zone", prefer)
	}
	if r.Header.Get("If-Match") != "" && m.verb != "PATCH" {
		return errors.New("If-Match for what changes no event")
	}
	for name := range r.query {
		if !slices.Contains(m.query, name) {
			return fmt.Errorf("parameter %s", name)
		}
	}
	for _, name := range m.needs {
		if r.query.Get(name) == "" {
			return fmt.Errorf("parameter %s is missing", name)
		}
	}
	for _, field := range strings.FieldsFunc(r.query.Get("$select"), func(r rune) bool { return r == ',' }) {
		if !slices.Contains(readable, field) {
			return fmt.Errorf("$select of %s", field)
		}
	}
	if e := r.query.Get("$expand"); e != "" && !expansion.MatchString(e) {
		return fmt.Errorf("$expand %s", e)
	}
	if m.body == nil {
		return nil
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return fmt.Errorf("Content-Type %q", r.Header.Get("Content-Type"))
	}
	if err := json.NewDecoder(r.Body).Decode(&r.body); err != nil {
		return err
	}
	return checkFields(r.body, m.body)
}

var (
	expansion = regexp.MustCompile(`^singleValueExtendedProperties\(\$filter=id eq '(String \{[0-9a-f-]{36}\} Name [A-Za-z]+)'\)$`)
	propQuery = regexp.MustCompile(`^singleValueExtendedProperties/Any\(ep: ep/id eq '(String \{[0-9a-f-]{36}\} Name [A-Za-z]+)' and ep/value eq '([^']*)'\)$`)
)

// checkFields refuses fields that a thing does not have, and values of another type.
func checkFields(d doc, fields map[string]string) error {
	for name, v := range d {
		kind, ok := fields[name]
		if !ok {
			return fmt.Errorf("field %s", name)
		}
		if err := checkKind(kind, v); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

func checkKind(kind string, v any) error {
	ok := false
	switch v := v.(type) {
	case string:
		ok = kind == "string"
	case bool:
		ok = kind == "boolean"
	case float64:
		ok = kind == "number" && v == float64(int(v))
	case []any:
		ok = kind == "array"
	case doc:
		switch kind {
		case "dateTime":
			return checkFields(v, map[string]string{"dateTime": "string", "timeZone": "string"})
		case "body":
			return checkFields(v, map[string]string{"contentType": "string", "content": "string"})
		case "location":
			return checkFields(v, map[string]string{"displayName": "string"})
		case "recurrence":
			return checkFields(v, map[string]string{"pattern": "pattern", "range": "range"})
		case "pattern":
			return checkFields(v, map[string]string{"type": "string", "interval": "number", "daysOfWeek": "array"})
		case "range":
			return checkFields(v, map[string]string{"type": "string", "startDate": "string", "recurrenceTimeZone": "string", "numberOfOccurrences": "number"})
		}
	}
	if !ok {
		return fmt.Errorf("want %s, got %v", kind, v)
	}
	return nil
}
