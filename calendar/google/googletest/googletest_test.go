package googletest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A recorder is a test that is meant to fail.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestRequestsAreChecked(t *testing.T) {
	const events = "POST /calendars/primary/events?sendUpdates=all "
	for request, want := range map[string]string{
		"GET /calendars/primary/events?maxResults=10":                        "",
		"GET /calendars/primary/events?fields=items(id,start),nextPageToken": "",
		"GET /calendars/primary/event":                                       "no method",
		"PUT /freeBusy":                                                      "no method",
		"GET /calendars/primary/events?limit=10":                             "limit",
		"GET /calendars/primary/events?maxResults=0":                         "maxResults",
		"GET /calendars/primary/events?singleEvents=yes":                     "singleEvents",
		"GET /calendars/primary/events?timeMin=2026-03-03":                   "timeMin",
		"GET /calendars/primary/events?timeMin=a&timeMin=b":                  "twice",
		"GET /calendars/primary/events?fields=items(id,color)":               "color",
		"GET /calendars/primary/events?fields=items(id":                      "parenthesis",
		"DELETE /calendars/primary/events/abcde?sendUpdates=some":            "sendUpdates",
		events + `{"title": "x"}`:                                            "title",
		events + `{"summary": 1}`:                                            "summary",
		events + `{"attendees": {"email": "a@b.example"}}`:                   "attendees",
		events + `{"attendees": [{"mail": "a@b.example"}]}`:                  "mail",
		events + `{"start": {"dateTime": "tomorrow"}}`:                       "dateTime",
		events + `{"sequence": 1.5}`:                                         "sequence",
		events + `{"extendedProperties": {"private": {"a": 1}}}`:             "private.a",
		events + `{`: "body",
		"DELETE /calendars/primary/events/abcde?sendNotifications=true":                                  "deprecated",
		"POST /freeBusy " + `{"timeMin": "2026-03-03T00:00:00Z", "items": [{"id": "a"}], "zone": "UTC"}`: "zone",
	} {
		r := &recorder{TB: t}
		s := New(t, "robot@acme.example")
		s.T = r
		answer := ask(t, s, request)
		got := strings.Join(r.failures, "; ")
		if want == "" && got != "" || !strings.Contains(got, want) || want != "" && answer != "400 badRequest" {
			t.Errorf("%s: got %s, %q, want a failure that names %q", request, answer, got, want)
		}
	}
}

// Three o'clock stays three o'clock when clocks change.
func TestOccurrencesKeepTheWallClock(t *testing.T) {
	for rule, want := range map[string][]string{
		"RRULE:FREQ=WEEKLY;COUNT=3":                                 {"03-24T14", "03-31T13", "04-07T13"},
		"RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260407T130000Z":       {"03-24T14", "04-07T13"},
		"RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3":                     {"03-24T14", "03-26T14", "03-31T13"},
		"RRULE:FREQ=DAILY;INTERVAL=3;COUNT=3":                       {"03-24T14", "03-27T14", "03-30T13"},
		"RRULE:FREQ=WEEKLY;COUNT=3 EXDATE:20260331T150000":          {"03-24T14", "04-07T13"},
		"RRULE:FREQ=WEEKLY;WKST=MO;BYDAY=TU;UNTIL=20260331T125959Z": {"03-24T14"},
	} {
		d := doc{"start": doc{"dateTime": "2026-03-24T15:00:00", "timeZone": "Europe/Berlin"}, "recurrence": []any{}}
		for line := range strings.FieldsSeq(rule) {
			d["recurrence"] = append(d["recurrence"].([]any), line)
		}
		got, err := starts(d)
		var text []string
		for _, at := range got {
			text = append(text, at.UTC().Format("01-02T15"))
		}
		if err != nil || !slices.Equal(text, want) {
			t.Errorf("%s: got %v, %v, want %v", rule, text, err, want)
		}
	}
}

// Periods that overlap or touch are one, and all are cut to the window.
func TestBusyTimesAreMerged(t *testing.T) {
	s := New(t, "robot@acme.example", "ana@acme.example")
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 3, hour, minute, 0, 0, time.UTC) }
	for _, m := range []Meeting{
		{Start: at(8, 0), End: at(9, 30)}, {Start: at(9, 15), End: at(10, 0)}, {Start: at(10, 0), End: at(10, 30)},
		{Start: at(12, 0), End: at(13, 0), Transparent: true}, {Start: at(14, 0), End: at(18, 0)},
	} {
		s.Meet("ana@acme.example", m)
	}
	got := fmt.Sprint(s.busy(s.calendars["ana@acme.example"], period{at(9, 0), at(15, 0)}))
	want := "[map[end:2026-03-03T10:30:00Z start:2026-03-03T09:00:00Z] map[end:2026-03-03T15:00:00Z start:2026-03-03T14:00:00Z]]"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is right in form and wrong in meaning is refused as the real service does.
func TestRefusals(t *testing.T) {
	const times = `"start": {"dateTime": "2026-03-03T15:00:00+01:00", "timeZone": "Europe/Berlin"}, "end": {"dateTime": "2026-03-03T16:00:00+01:00", "timeZone": "Europe/Berlin"}`
	const insert, patch = "POST /calendars/primary/events?sendUpdates=all ", "PATCH /calendars/primary/events/booked?sendUpdates=all "
	event := func(rest string) string { return insert + `{"id": "other", ` + times + ", " + rest + "}" }
	for request, want := range map[string]string{
		event(`"colorId": "3"`): "200", event(`"colorId": "12"`): "400 invalid", event(`"transparency": "free"`): "400 invalid",
		event(`"iCalUID": "x@acme.example"`):                                                                                                                                "400 invalid",
		event(`"attendees": [{"displayName": "Ana"}]`):                                                                                                                      "400 required",
		event(`"attendees": [{"email": "Ana <ana@acme.example>"}]`):                                                                                                         "400 invalid",
		event(`"attendees": [{"email": "a@b.c"}, {"email": "A@b.c"}]`):                                                                                                      "400 invalid",
		event(`"attendees": [{"email": "a@b.c", "responseStatus": "yes"}]`):                                                                                                 "400 invalid",
		event(`"reminders": {"useDefault": true, "overrides": [{"method": "popup", "minutes": 5}]}`):                                                                        "400 cannotUseDefaultRemindersAndSpecifyOverride",
		event(`"reminders": {"overrides": [{"method": "popup", "minutes": 40321}]}`):                                                                                        "400 invalid",
		event(`"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260401"]`):                                                                                                         "400 invalid",
		event(`"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3;UNTIL=20260401T000000Z"]`):                                                                                         "400 invalid",
		event(`"recurrence": ["DTSTART:20260303T150000", "RRULE:FREQ=WEEKLY;COUNT=3"]`):                                                                                     "400 invalid",
		insert + `{"id": "Other", ` + times + `}`:                                                                                                                           "400 invalid",
		insert + `{"id": "booked", ` + times + `}`:                                                                                                                          "409 duplicate",
		insert + `{"id": "other", "start": {"dateTime": "2026-03-03T15:00:00"}, "end": {"dateTime": "2026-03-03T16:00:00"}}`:                                                "400 required",
		insert + `{"id": "other", "start": {"date": "2026-03-03"}, "end": {"dateTime": "2026-03-03T16:00:00Z"}}`:                                                            "400 invalid",
		insert + `{"id": "other", "start": {"dateTime": "2026-03-03T15:00:00Z", "timeZone": "W. Europe"}, "end": {"dateTime": "2026-03-03T16:00:00Z"}}`:                     "400 invalid",
		insert + `{"id": "other", "start": {"dateTime": "2026-03-03T15:00:00Z"}, "end": {"dateTime": "2026-03-03T16:00:00Z"}, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}`: "400 required",
		patch + `{"sequence": 1}`: "200", patch + `{"sequence": -1}`: "400 invalid",
		"GET /calendars/primary/events?timeMin=2026-03-03T00:00:00Z&timeMax=2026-03-03T00:00:00Z": "400 timeRangeEmpty",
		"GET /calendars/primary/events?pageToken=page-0":                                          "400 invalid",
		"GET /calendars/eve%40acme.example/events":                                                "404 notFound",
		"GET /calendars/primary/events/booked_20260310T140000Z":                                   "200",
		"GET /calendars/primary/events/booked_20260310T150000Z":                                   "404 notFound",
		`POST /freeBusy {"timeMin": "2026-03-03T00:00:00", "timeMax": "2026-03-04T00:00:00Z"}`:    "400 invalid",
	} {
		s := New(t, "robot@acme.example")
		s.Auth.access["token"] = grant{s.Account, scopes, time.Now().Add(time.Hour)}
		if got := ask(t, s, insert+`{"id": "booked", `+times+`, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}`); got != "200" {
			t.Fatal(got)
		}
		if got := ask(t, s, request); got != want {
			t.Errorf("%s: got %s, want %s", request, got, want)
		}
	}
}

// ask sends a request as the account of the token, and returns the status and reason of
// its answer.
func ask(t *testing.T, s *Server, request string) string {
	t.Helper()
	line, body, hasBody := strings.Cut(request, " {")
	if hasBody {
		body = "{" + body
	}
	method, path, _ := strings.Cut(line, " ")
	req, err := http.NewRequest(method, s.URL+"/calendar/v3"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer token")
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Error struct{ Errors []struct{ Reason string } }
	}
	_ = json.NewDecoder(resp.Body).Decode(&answer)
	for _, e := range answer.Error.Errors {
		return fmt.Sprint(resp.StatusCode, " ", e.Reason)
	}
	return fmt.Sprint(resp.StatusCode)
}

// With the scope of free and busy times alone, even one's own events show no more.
func TestScopesLimitWhatIsSeen(t *testing.T) {
	s := New(t, "robot@acme.example", "ana@acme.example")
	s.Meet("robot@acme.example", Meeting{Start: time.Now(), End: time.Now().Add(time.Hour)})
	s.Share("ana@acme.example", "reader")
	for _, c := range []struct {
		id, want string
		scopes   []string
	}{
		{"primary", "owner", scopes}, {"primary", "freeBusyReader", scopes[1:]}, {"ana@acme.example", "freeBusyReader", scopes}, {"ana@acme.example", "", scopes[:1]},
	} {
		if _, role := s.open(c.id, grant{account: s.Account, scopes: c.scopes}); role != c.want {
			t.Errorf("%s with %v: got role %q, want %q", c.id, c.scopes, role, c.want)
		}
	}
}

// A list of changes is of the same question as the list that it goes on from.
func TestTokensBelongToTheirQuestion(t *testing.T) {
	of := func(query string) request {
		r, err := http.NewRequest(http.MethodGet, "http://x/?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		return request{Request: r, path: map[string]string{"calendarId": "primary"}, query: r.URL.Query()}
	}
	s := New(t, "robot@acme.example")
	token := s.syncToken(of("maxResults=10&timeMin=2026-03-03T00:00:00Z&pageToken=page-0"))
	for query, want := range map[string]bool{"maxResults=10": true, "maxResults=10&singleEvents=true": false} {
		if _, ok := redeem("sync", token, question(of(query), "pageToken", "syncToken")); ok != want {
			t.Errorf("%s: got %v, want %v", query, ok, want)
		}
	}
}

// Properties are dropped and cut without a word.
func TestPropertiesAreCut(t *testing.T) {
	d := doc{"extendedProperties": doc{"private": doc{strings.Repeat("n", 45): "x", "long": strings.Repeat("ü", 1025), "ok": "x"}}}
	cutProperties(d)
	private := d["extendedProperties"].(doc)["private"].(doc)
	if len(private) != 2 || private["long"] != strings.Repeat("ü", 1024) {
		t.Errorf("got %d properties, one of %d bytes", len(private), len(private["long"].(string)))
	}
}
