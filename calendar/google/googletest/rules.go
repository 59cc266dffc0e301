package googletest

import (
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// What the API refuses although fields, parameters and their types are right. It is in
// the descriptions of the reference, or was seen in answers of the real service.

func invalid() error  { return webtest.Refuse(http.StatusBadRequest, "invalid") }
func required() error { return webtest.Refuse(http.StatusBadRequest, "required") }

// checkEvent returns the refusal of an event as a client wants it to be, nil if the
// real service would take it. It drops and cuts what that drops and cuts silently.
func checkEvent(d doc) error {
	cutProperties(d)
	for _, check := range []func(doc) error{checkTimes, checkWords, checkGuests, checkReminders, checkConference} {
		if err := check(d); err != nil {
			return err
		}
	}
	return nil
}

func checkTimes(d doc) error {
	for _, name := range []string{"start", "end"} {
		if err := checkTime(d[name], d["recurrence"] != nil); err != nil {
			return err
		}
	}
	if (str(d, "start", "date") == "") != (str(d, "end", "date") == "") {
		return invalid()
	}
	start, _ := timeOf(d["start"], time.UTC)
	end, _ := timeOf(d["end"], time.UTC)
	if !start.Before(end) {
		return webtest.Refuse(http.StatusBadRequest, "timeRangeEmpty")
	}
	if d["recurrence"] == nil {
		return nil
	}
	lines, _ := d["recurrence"].([]any)
	for _, l := range lines {
		if line, _ := l.(string); endsOnADay(line) && str(d, "start", "date") == "" {
			return invalid()
		}
	}
	if _, err := starts(d); err != nil {
		return invalid()
	}
	return nil
}

// checkTime wants a day, or an instant, or a clock time in a zone; of what recurs, the
// zone in any case.
func checkTime(v any, recurs bool) error {
	d, _ := v.(doc)
	zone, day, clock := str(d, "timeZone"), str(d, "date"), str(d, "dateTime")
	if _, err := loadZone(zone); err != nil || zone == "Local" {
		return invalid()
	}
	_, err := time.Parse(time.RFC3339, clock)
	switch {
	case (day == "") == (clock == ""):
		return required()
	case zone == "" && clock != "" && (recurs || err != nil):
		return required()
	}
	return nil
}

// endsOnADay reports whether a rule has an UNTIL that is no instant in UTC, which one
// of a series with a time of day must have.
func endsOnADay(line string) bool {
	_, rest, ok := strings.Cut(line, "UNTIL=")
	value, _, _ := strings.Cut(rest, ";")
	return ok && !strings.HasSuffix(value, "Z")
}

// The words that fields without an enumeration in the discovery document may have.
var words = map[string][]string{
	"transparency": {"opaque", "transparent"},
	"visibility":   {"default", "public", "private", "confidential"},
	"status":       {"confirmed", "tentative", "cancelled"},
	"colorId":      {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"},
}

func checkWords(d doc) error {
	for name, allowed := range words {
		if v, ok := d[name].(string); ok && !slices.Contains(allowed, v) {
			return invalid()
		}
	}
	return nil
}

func checkGuests(d doc) error {
	seen := map[string]bool{}
	for _, a := range attendees(d) {
		email := str(a, "email")
		parsed, err := mail.ParseAddress(email)
		answers := []string{"needsAction", "declined", "tentative", "accepted"}
		switch {
		case email == "":
			return required()
		case err != nil, parsed.Address != email, seen[strings.ToLower(email)], !slices.Contains(answers, str(a, "responseStatus")):
			return invalid()
		}
		seen[strings.ToLower(email)] = true
	}
	return nil
}

func checkReminders(d doc) error {
	overrides, _ := at(d, "reminders", "overrides").([]any)
	if at(d, "reminders", "useDefault") == true && len(overrides) > 0 {
		return webtest.Refuse(http.StatusBadRequest, "cannotUseDefaultRemindersAndSpecifyOverride")
	}
	if len(overrides) > 5 {
		return invalid()
	}
	for _, o := range overrides {
		minutes, ok := o.(doc)["minutes"].(float64)
		switch method := str(o.(doc), "method"); {
		case !ok || method == "":
			return required()
		case method != "email" && method != "popup", minutes < 0, minutes > 40320:
			return invalid()
		}
	}
	return nil
}

func checkConference(d doc) error {
	asked, ok := at(d, "conferenceData", "createRequest").(doc)
	if ok && (str(asked, "requestId") == "" || str(asked, "conferenceSolutionKey", "type") != "hangoutsMeet") {
		return invalid()
	}
	return nil
}

// What fits into properties that only programs see.
const (
	longestName  = 44
	longestValue = 1024
	mostNames    = 300
)

// cutProperties drops names that are too long, and cuts values, as is documented of
// the real service: without a word.
func cutProperties(d doc) {
	for _, kind := range []string{"private", "shared"} {
		props, _ := at(d, "extendedProperties", kind).(doc)
		for name, v := range props {
			text, _ := v.(string)
			if r := []rune(text); len(r) > longestValue {
				props[name] = string(r[:longestValue])
			}
			if len(name) > longestName || len(props) > mostNames {
				delete(props, name)
			}
		}
	}
}

// checkWindow refuses a list of no time at all.
func checkWindow(q url.Values) error {
	from, err := time.Parse(time.RFC3339, q.Get("timeMin"))
	to, err2 := time.Parse(time.RFC3339, q.Get("timeMax"))
	if err == nil && err2 == nil && !from.Before(to) {
		return webtest.Refuse(http.StatusBadRequest, "timeRangeEmpty")
	}
	return nil
}

// A ticket is a token that belongs to one question: it is refused with any other.
func ticket(kind string, n int64, question string) string {
	return fmt.Sprintf("%s-%d-%s", kind, n, question)
}

// redeem returns the number of a ticket.
func redeem(kind, text, question string) (int64, bool) {
	number, ok := strings.CutPrefix(text, kind+"-")
	number, ok2 := strings.CutSuffix(number, "-"+question)
	n, err := strconv.ParseInt(number, 10, 64)
	return n, ok && ok2 && err == nil
}

// question returns what a list asks for, without the given parameters, in a form that
// can stand in a ticket.
func question(req request, without ...string) string {
	q := url.Values{"calendar": {req.path["calendarId"]}, "event": {req.path["eventId"]}}
	for name, values := range req.query {
		if !slices.Contains(without, name) {
			q[name] = values
		}
	}
	return url.QueryEscape(q.Encode())
}
