package ical

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// oddZones are those whose clocks are most likely to be got wrong.
var oddZones = []string{
	"Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Dublin", "Europe/Istanbul", "Europe/Moscow",
	"America/New_York", "America/Sao_Paulo", "America/Santiago", "America/Havana", "America/Asuncion", "America/Caracas",
	"America/Nuuk", "America/Scoresbysund", "America/St_Johns", "America/Mexico_City", "America/Phoenix",
	"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo", "Africa/Juba", "Antarctica/Troll",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Gaza", "Asia/Beirut", "Asia/Jerusalem", "Asia/Pyongyang", "Asia/Tokyo",
	"Australia/Lord_Howe", "Australia/Sydney", "Australia/Eucla", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham",
	"Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Norfolk", "Pacific/Easter", "UTC", "Etc/UTC", "Etc/GMT+5", "GMT",
}

// encoded returns what Encode writes.
func encoded(t rapid.TB, o WriteOptions, series ...calendar.Series) string {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, o, series...); err != nil {
		t.Fatalf("encode: %v", err)
	}
	return b.String()
}

// on returns the sample series, from that date on, in that zone.
func on(t *testing.T, zone, first, start string, count int) calendar.Series {
	t.Helper()
	date, err := availability.ParseDate(first)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := availability.ParseClock(start)
	if err != nil {
		t.Fatal(err)
	}
	s := calendartest.Series(calendartest.UID(1))
	s.First, s.Count = date, count
	s.Slot = availability.Slot{Day: date.Weekday(), Start: clock, Length: time.Hour, Zone: zone}
	return s
}

// plainRunes are characters that a text may hold and that need care; hostileRunes
// are those that no text of iCalendar can hold.
var (
	plainRunes   = []rune("abc   ,;:\\\"^'=nN\n\té€ß世界😀👩‍💻\u00a0\ufeff\u0301\U0010ffff")
	hostileRunes = append([]rune("\r\r\x00\x07\x1b\x7f\v\f\u0085\u2028\u2029\u009b"), plainRunes...)
)

// seriesOf generates series that can be put, with texts of those characters.
func seriesOf(runes []rune) *rapid.Generator[calendar.Series] {
	text := rapid.OneOf(rapid.Just(""), rapid.StringOfN(rapid.SampledFrom(runes), 1, 100, -1))
	return rapid.Custom(func(t *rapid.T) calendar.Series {
		s := scheduleOf().Draw(t, "schedule")
		s.Title = text.Draw(t, "title")
		s.Description = text.Draw(t, "description")
		s.Link = rapid.OneOf(text, rapid.Just("https://meet.example/a,b;c?x=1&y=%20#z")).Draw(t, "link")
		s.Organizer = calendar.Attendee{Address: "robot@acme.example", Name: name(runes).Draw(t, "name"), RSVP: rsvps.Draw(t, "rsvp")}
		for _, a := range []calendar.Address{"ana+x@acme.example", "bo&co#1@acme.example", "o'neil=a^b@xn--bcher-kva.example"} {
			if rapid.Bool().Draw(t, "invited") {
				s.Attendees = append(s.Attendees, calendar.Attendee{Address: a, Name: name(runes).Draw(t, "name"), RSVP: rsvps.Draw(t, "rsvp")})
			}
		}
		s.Reminder = time.Duration(rapid.SampledFrom([]int{0, 1, 60, 900, 3600, 86400, 90061}).Draw(t, "reminder")) * time.Second
		s.Sequence = rapid.IntRange(0, 1<<31-1).Draw(t, "sequence")
		if rapid.Bool().Draw(t, "updated") {
			s.Updated = time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), 0)
		}
		s.Cancelled = rapid.IntRange(0, 9).Draw(t, "cancelled") == 0
		for i := range s.Overrides {
			o := &s.Overrides[i]
			o.Note = text.Draw(t, "note")
			for _, a := range s.Attendees {
				if rapid.IntRange(0, 3).Draw(t, "replied") == 0 {
					if o.RSVPs == nil {
						o.RSVPs = map[calendar.Address]calendar.RSVP{}
					}
					o.RSVPs[a.Address] = rsvps.Draw(t, "reply")
				}
			}
		}
		return s
	})
}

var rsvps = rapid.SampledFrom([]calendar.RSVP{calendar.NoReply, calendar.Accepted, calendar.Tentative, calendar.Declined})

// name generates names. Plain ones are as plainName leaves them.
func name(runes []rune) *rapid.Generator[string] {
	text := rapid.StringOfN(rapid.SampledFrom(runes), 0, 40, -1)
	if &runes[0] == &plainRunes[0] {
		return rapid.Map(text, plainName)
	}
	return text
}

// scheduleOf generates series with nothing but times: in every zone and year, at
// every hour, with sessions moved and cancelled.
func scheduleOf() *rapid.Generator[calendar.Series] {
	return rapid.Custom(func(t *rapid.T) calendar.Series {
		first := availability.Date{Year: 2004, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 32*365).Draw(t, "first"))
		s := calendar.Series{
			UID:       calendar.UID(fmt.Sprintf("ps%d", rapid.IntRange(0, 999).Draw(t, "uid"))),
			Organizer: calendar.Attendee{Address: "robot@acme.example"},
			First:     first,
			Cadence:   rapid.SampledFrom([]availability.Cadence{availability.Weekly, availability.Biweekly, availability.Monthly}).Draw(t, "cadence"),
			Slot: availability.Slot{
				Day:    first.Weekday(),
				Start:  time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "start")) * time.Minute,
				Length: time.Duration(rapid.IntRange(1, 180).Draw(t, "length")) * time.Minute,
				Zone:   rapid.SampledFrom(oddZones).Draw(t, "zone"),
			},
		}
		s.Count = rapid.IntRange(1, s.Cadence.MaxCount()).Draw(t, "count")
		sessions, err := s.Occurrences()
		if err != nil {
			t.Skip("the clocks skip a start")
		}
		for _, o := range sessions {
			if o, ok := overrideOf(t, o); ok {
				s.Overrides = append(s.Overrides, o)
			}
		}
		return s
	})
}

// overrideOf generates an override of a session; ok is false for none.
func overrideOf(t *rapid.T, session calendar.Occurrence) (o calendar.Override, ok bool) {
	o.Original = session.Original
	kind := rapid.IntRange(0, 5).Draw(t, "override")
	if kind == 1 || kind == 3 {
		by := time.Duration(rapid.IntRange(1, 7*24*60).Draw(t, "by")) * time.Minute
		length := time.Duration(rapid.IntRange(1, 180).Draw(t, "length")) * time.Minute
		start := session.Start.Add(by - 3*24*time.Hour)
		o.Moved = availability.Interval{Start: start, End: start.Add(length)}
		if start.Equal(o.Original) {
			o.Moved = availability.Interval{}
			return o, false
		}
	}
	o.Cancelled = kind == 2 || kind == 3
	return o, kind >= 1 && kind <= 3
}
