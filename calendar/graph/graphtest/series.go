package graphtest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/windowszone"
)

// A series is a recurring event in the organizer's mailbox.
type series struct {
	id, transaction string
	look            // of the series
	start           time.Time
	length          time.Duration
	zone            string // of Windows
	loc             *time.Location
	interval, count int
	until           string // last day, where a person has set that instead of count
	endless         bool
	daily           bool
	exceptions      map[string]*exception // by date
	cancelled       map[string]int        // dates, and when
	deleted         int                   // when; 0 if it is not
}

// A look is what an event and an occurrence have alike.
type look struct {
	subject, body, place, showAs, sensitivity string
	reminder                                  int // minutes; -1: none
	categories                                []string
	guests                                    []guest
	joinURL                                   string
	props                                     map[string]string
	changed                                   int
}

// A guest is an attendee.
type guest struct{ address, name, kind, response string }

// An exception is an occurrence with something of its own.
type exception struct {
	look
	start, end time.Time
	moved      bool // or edited, rather than only answered
}

func newID() string { return "AAMk" + rand.Text() + "=" }

func (l look) clone() look {
	l.guests, l.props = slices.Clone(l.guests), maps.Clone(l.props)
	return l
}

func (l *look) guest(address string) *guest {
	for i := range l.guests {
		if strings.EqualFold(l.guests[i].address, address) {
			return &l.guests[i]
		}
	}
	return nil
}

func (l *look) addresses() (out []string) {
	for _, g := range l.guests {
		out = append(out, g.address)
	}
	return out
}

// An occurrence is one date of a series as it stands.
type occurrence struct {
	*series
	date       string
	original   time.Time
	start, end time.Time
	exception  *exception // nil if it has nothing of its own
}

func (o occurrence) id() string { return o.series.id + "_" + o.date }

func (o occurrence) look() look {
	if o.exception != nil {
		return o.exception.look
	}
	return o.series.look
}

// occurrences returns those that are not cancelled.
func (s *series) occurrences() (out []occurrence) {
	step := 7 * s.interval
	if s.daily {
		step = 1
	}
	for i := range s.number() {
		local := s.start.In(s.loc)
		original := time.Date(local.Year(), local.Month(), local.Day()+i*step, local.Hour(), local.Minute(), 0, 0, s.loc)
		o := occurrence{series: s, date: original.Format(time.DateOnly), original: original.UTC(), start: original.UTC(), end: original.Add(s.length).UTC()}
		if s.cancelled[o.date] != 0 {
			continue
		}
		if e := s.exceptions[o.date]; e != nil {
			o.exception, o.start, o.end = e, e.start, e.end
		}
		out = append(out, o)
	}
	return out
}

func (s *series) number() int {
	if s.endless {
		return 60
	}
	if s.until == "" {
		return s.count
	}
	end, err := time.ParseInLocation(time.DateOnly, s.until, s.loc)
	if err != nil {
		return 0
	}
	return int(end.AddDate(0, 0, 1).Sub(s.start).Hours()/(24*7*float64(s.interval))) + 1
}

// find returns the event or occurrence of that id.
func (s *Server) find(id string) (*series, *occurrence) {
	master, date, one := strings.Cut(id, "_")
	for _, x := range s.series {
		if x.id != master || x.deleted != 0 {
			continue
		}
		if !one {
			return x, nil
		}
		for _, o := range x.occurrences() {
			if o.date == date {
				return x, &o
			}
		}
	}
	return nil, nil
}

// etag changes with every change of an event.
func etag(changed int) string { return fmt.Sprintf(`W/"key%d"`, changed) }

// setTimes reads when a series is. It reports whether that is another time than it
// was.
func (x *series) setTimes(body doc) (other bool, err error) {
	before := [...]any{x.start.Unix(), x.length, x.interval}
	if r, ok := body["recurrence"].(doc); ok {
		if err := x.setRecurrence(r); err != nil {
			return false, err
		}
	}
	if body["start"] != nil || body["end"] != nil {
		start, zone, loc, err := timeIn(body["start"])
		end, _, _, err2 := timeIn(body["end"])
		if err != nil || err2 != nil || !end.After(start) {
			return false, fmt.Errorf("start or end: %v, %v", err, err2)
		}
		x.start, x.length, x.zone, x.loc = start, end.Sub(start), zone, loc
	}
	if r, ok := body["recurrence"].(doc); ok {
		if got, want := str(r, "range", "startDate"), x.start.In(x.loc).Format(time.DateOnly); got != want {
			return false, fmt.Errorf("startDate %s is not the date of start, %s", got, want)
		}
		if day := strings.ToLower(x.start.In(x.loc).Weekday().String()); fmt.Sprint(at(r, "pattern", "daysOfWeek")) != "["+day+"]" {
			return false, fmt.Errorf("daysOfWeek %v, and it starts on a %s", at(r, "pattern", "daysOfWeek"), day)
		}
	}
	return before != [...]any{x.start.Unix(), x.length, x.interval}, nil
}

func (x *series) setRecurrence(r doc) error {
	if str(r, "pattern", "type") != "weekly" || str(r, "range", "type") != "numbered" {
		return fmt.Errorf("recurrence %v", r)
	}
	interval, _ := at(r, "pattern", "interval").(float64)
	count, _ := at(r, "range", "numberOfOccurrences").(float64)
	if interval < 1 || count < 1 {
		return fmt.Errorf("recurrence %v", r)
	}
	if _, ok := zones()[str(r, "range", "recurrenceTimeZone")]; !ok {
		return fmt.Errorf("recurrenceTimeZone %v", at(r, "range", "recurrenceTimeZone"))
	}
	x.interval, x.count, x.until, x.daily, x.endless = int(interval), int(count), "", false, false
	return nil
}

// timeIn reads a dateTimeTimeZone. Few zones of the IANA are known.
func timeIn(v any) (t time.Time, zone string, loc *time.Location, err error) {
	d, _ := v.(doc)
	zone = str(d, "timeZone")
	iana, ok := zones()[zone]
	if !ok {
		return t, zone, nil, fmt.Errorf("TimeZoneNotSupportedException %q", zone)
	}
	if loc, err = time.LoadLocation(iana); err != nil {
		return t, zone, nil, err
	}
	t, err = time.ParseInLocation("2006-01-02T15:04:05", str(d, "dateTime"), loc)
	return t.UTC(), zone, loc, err
}

// zones gives the IANA's for each zone that Exchange takes.
func zones() map[string]string {
	out := map[string]string{"Europe/Berlin": "Europe/Berlin", "Europe/Paris": "Europe/Paris"}
	for _, name := range windowszone.Names() {
		out[name] = windowszone.IANA(name)
	}
	return out
}

func str(d doc, path ...string) string {
	s, _ := at(d, path...).(string)
	return s
}

func at(d doc, path ...string) any {
	var v any = d
	for _, name := range path {
		m, ok := v.(doc)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}
