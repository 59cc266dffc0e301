package googletest

import (
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
		"POST /freeBusy " + `{"timeMin": "2026-03-03T00:00:00Z", "items": [{"id": "a"}], "zone": "UTC"}`: "zone",
	} {
		r := &recorder{TB: t}
		s := New(t, "robot@acme.example")
		s.T = r
		line, body, _ := strings.Cut(request, " {")
		if body != "" || strings.HasSuffix(request, " {") {
			body = "{" + body
		}
		method, path, _ := strings.Cut(line, " ")
		req, err := http.NewRequest(method, s.URL+"/calendar/v3"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		got := strings.Join(r.failures, "; ")
		if want == "" && got != "" || !strings.Contains(got, want) || want != "" && resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d, %q, want a failure that names %q", request, resp.StatusCode, got, want)
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
