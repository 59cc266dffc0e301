package ical

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// full returns a series with an override of each kind, and its text unfolded and
// with \n for line ends, for edits as other programs make them.
func full(t *testing.T) (calendar.Series, string) {
	t.Helper()
	s := calendartest.Series(calendartest.UID(1))
	s.Link, s.Sequence = "https://meet.example/abc", 3
	s.Attendees[0].RSVP = calendar.Accepted
	moved, off := calendartest.Move(s, 3, 26*time.Hour), calendartest.CancelOne(s, 5)
	moved.Note, moved.RSVPs = "Ana is away", map[calendar.Address]calendar.RSVP{calendartest.Ana: calendar.Declined}
	off.Note = "too few can come"
	s = s.WithOverride(moved).WithOverride(off)
	text := encoded(t, WriteOptions{Method: Stored}, s)
	return s, strings.NewReplacer("\r\n ", "", "\r\n", "\n").Replace(text)
}

// decodeOne decodes a text with one series.
func decodeOne(t *testing.T, text string) calendar.Series {
	t.Helper()
	got, err := Decode(strings.NewReader(text))
	if err != nil || len(got) != 1 {
		t.Fatalf("got %d series, %v\n%s", len(got), err, text)
	}
	return got[0]
}

// edited applies edits, each a pattern whose first match is replaced by what
// follows it; the match must be there.
func edited(t *testing.T, text string, edits [][2]string) string {
	t.Helper()
	for _, e := range edits {
		re := regexp.MustCompile("(?m)" + e[0])
		loc := re.FindStringSubmatchIndex(text)
		if loc == nil {
			t.Fatalf("nothing matches %q in\n%s", e[0], text)
		}
		text = text[:loc[0]] + string(re.ExpandString(nil, e[1], text, loc)) + text[loc[1]:]
	}
	return text
}

// Each edit leaves a text that means the same.
func TestDecodeOtherForms(t *testing.T) {
	want, text := full(t)
	for name, edits := range map[string][][2]string{
		"UTC exception":           {{`^EXDATE.*$`, "EXDATE:20260407T130000Z"}},
		"exception of a day":      {{`^EXDATE.*$`, "EXDATE;VALUE=DATE:20260407"}},
		"floating exception":      {{`^EXDATE.*$`, "EXDATE:20260407T150000"}},
		"list with strangers":     {{`^EXDATE.*$`, "EXDATE;TZID=Europe/Berlin:20260406T150000,20260407T150000,20270101T000000"}},
		"exception in a zone":     {{`^EXDATE.*$`, "EXDATE;TZID=America/New_York:20260407T090000"}},
		"cancelled component":     {{`^EXDATE.*\n`, ""}, {`END:VCALENDAR`, "BEGIN:VEVENT\nUID:pssample00000000000000000000000001-peerslot\nRECURRENCE-ID:20260407T130000Z\nDTSTART;TZID=Europe/Berlin:20260407T150000\nDTEND;TZID=Europe/Berlin:20260407T160000\nSTATUS:CANCELLED\nDESCRIPTION:too few can come\\n\\nOne hour\\, one case each.\\n\\n1. Check-in\\; 2. Cases\\, with questions\\\\answers\nEND:VEVENT\nEND:VCALENDAR"}},
		"UTC override":            {{`^RECURRENCE-ID.*$`, "RECURRENCE-ID:20260324T140000Z"}},
		"day of an override":      {{`^RECURRENCE-ID.*$`, "RECURRENCE-ID;VALUE=DATE:20260324"}},
		"until":                   {{`COUNT=13`, "UNTIL=20260526T130000Z"}},
		"until a day":             {{`COUNT=13`, "UNTIL=20260526"}},
		"until on the wall clock": {{`COUNT=13`, "UNTIL=20260526T150000"}},
		"until before the next":   {{`COUNT=13`, "UNTIL=20260602T125959Z"}},
		"every seven days":        {{`^RRULE:FREQ=WEEKLY.*$`, "RRULE:FREQ=DAILY;INTERVAL=7;COUNT=13"}},
		"short rule":              {{`^RRULE:FREQ=WEEKLY.*$`, "RRULE:COUNT=13;FREQ=weekly;WKST=SU"}},
		"duration":                {{`^DTEND.*$`, "DURATION:PT1H"}},
		"end in UTC":              {{`^DTEND.*$`, "DTEND:20260303T150000Z"}},
		"Windows zone":            {{`^DTSTART;TZID=Europe/Berlin:2026.*$`, `DTSTART;TZID="W. Europe Standard Time":20260303T150000`}},
		"zone by a path":          {{`^DTSTART;TZID=Europe/Berlin:2026.*$`, `DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260303T150000`}},
		"the calendar's own zone": {{`^TZID:Europe/Berlin`, "TZID:Here"}, {`^RECURRENCE-ID.*$`, "RECURRENCE-ID;TZID=Here:20260324T150000"}},
		"no VTIMEZONE":            {{`(?s)BEGIN:VTIMEZONE.*END:VTIMEZONE\n`, ""}},
		"identity of a server":    {{`mailto:bo@acme.example`, "/principals/bo/"}, {`^ATTENDEE;CN=Bo Ek`, "ATTENDEE;EMAIL=bo@acme.example;CN=Bo Ek"}},
		"escapes in an address":   {{`mailto:bo@acme.example`, "MAILTO:bo%40acme.example"}},
		"a room":                  {{`^ATTENDEE;CN=Bo`, "ATTENDEE;CN=Room 5;CUTYPE=ROOM:mailto:room5@acme.example\nATTENDEE;CN=Bo"}},
		"a guest without mail":    {{`^ATTENDEE;CN=Bo`, "ATTENDEE;CN=Guest:invalid:nomail\nATTENDEE;CN=Bo"}},
		"link as a place":         {{`^URL.*\n`, ""}},
		"alarms of others":        {{`BEGIN:VALARM`, "BEGIN:VALARM\nACTION:EMAIL\nTRIGGER:-PT1H\nEND:VALARM\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;VALUE=DATE-TIME:20260303T120000Z\nEND:VALARM\nBEGIN:VALARM"}},
		"an alarm dismissed":      {{`END:VCALENDAR`, "BEGIN:VEVENT\nUID:pssample00000000000000000000000001-peerslot\nRECURRENCE-ID;TZID=Europe/Berlin:20260310T150000\nDTSTART;TZID=Europe/Berlin:20260310T150000\nDTEND;TZID=Europe/Berlin:20260310T160000\nDESCRIPTION:One hour\\, one case each.\\n\\n1. Check-in\\; 2. Cases\\, with questions\\\\answers\nX-MOZ-LASTACK:20260310T135000Z\nEND:VEVENT\nEND:VCALENDAR"}},
		"events of others":        {{`BEGIN:VEVENT`, "BEGIN:VEVENT\nUID:other@elsewhere.example\nDTSTART:nonsense\nEND:VEVENT\nBEGIN:VJOURNAL\nUID:x-peerslot\nEND:VJOURNAL\nBEGIN:VEVENT"}},
		"an outdated override":    {{`END:VCALENDAR`, "BEGIN:VEVENT\nUID:pssample00000000000000000000000001-peerslot\nSEQUENCE:1\nRECURRENCE-ID;TZID=Europe/Berlin:20260324T150000\nDTSTART;TZID=Europe/Berlin:20260328T150000\nEND:VEVENT\nEND:VCALENDAR"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, decodeOne(t, edited(t, text, edits))); diff != "" {
				t.Errorf("series (-want +got):\n%s", diff)
			}
		})
	}
}

// Each edit is a change that a person made in another program.
func TestDecodeChanges(t *testing.T) {
	for name, c := range map[string]struct {
		edits [][2]string
		want  func(*calendar.Series)
	}{
		"session moved on": {[][2]string{{`^DTSTART;TZID=Europe/Berlin:20260325T170000`, "DTSTART;TZID=America/New_York:20260325T100000"}}, func(s *calendar.Series) {
			s.Overrides[0].Moved.Start = time.Date(2026, 3, 25, 14, 0, 0, 0, time.UTC)
		}},
		"moved session takes a whole day": {[][2]string{{`^DTEND;TZID=Europe/Berlin:20260325T180000`, "DTEND;VALUE=DATE:20260327"}, {`^DTSTART;TZID=Europe/Berlin:20260325T170000`, "DTSTART;VALUE=DATE:20260326"}}, func(s *calendar.Series) {
			s.Overrides[0].Moved = availability.Interval{Start: time.Date(2026, 3, 25, 23, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 26, 23, 0, 0, 0, time.UTC)}
		}},
		"session held after all":     {[][2]string{{`^EXDATE.*\n`, ""}}, func(s *calendar.Series) { s.Overrides = s.Overrides[:1] }},
		"one more session cancelled": {[][2]string{{`^EXDATE`, "EXDATE:20260317T140000Z\nEXDATE"}}, func(s *calendar.Series) { *s = s.WithOverride(calendartest.CancelOne(*s, 2)) }},
		"moved session cancelled":    {[][2]string{{`^(RECURRENCE-ID.*\nSEQUENCE:3\n)STATUS:CONFIRMED`, "${1}STATUS:CANCELLED"}}, func(s *calendar.Series) { s.Overrides[0].Cancelled = true }},
		"series shortened":           {[][2]string{{`COUNT=13`, "UNTIL=20260504T220000Z"}}, func(s *calendar.Series) { s.Count = 9 }},
		"every other week": {[][2]string{{`^RRULE:FREQ=WEEKLY.*`, "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=7"}, {`20260324T150000`, "20260331T150000"}, {`EXDATE.*`, "EXDATE:20260414T130000Z"}, {`20260407T130000Z`, "20260414T130000Z"}}, func(s *calendar.Series) {
			s.Cadence, s.Count = availability.Biweekly, 7
			s.Overrides[0].Original, s.Overrides[1].Original = calendartest.CancelOne(*s, 2).Original, calendartest.CancelOne(*s, 3).Original
		}},
		"reply to the series":            {[][2]string{{`PARTSTAT=NEEDS-ACTION`, "PARTSTAT=TENTATIVE"}}, func(s *calendar.Series) { s.Attendees[1].RSVP = calendar.Tentative }},
		"delegate sent":                  {[][2]string{{`PARTSTAT=NEEDS-ACTION`, "PARTSTAT=DELEGATED"}}, func(s *calendar.Series) { s.Attendees[1].RSVP = calendar.Declined }},
		"reply to one session":           {[][2]string{{`PARTSTAT=DECLINED`, "PARTSTAT=TENTATIVE"}}, func(s *calendar.Series) { s.Overrides[0].RSVPs[calendartest.Ana] = calendar.Tentative }},
		"reply to one session as to all": {[][2]string{{`PARTSTAT=DECLINED`, "PARTSTAT=ACCEPTED"}}, func(s *calendar.Series) { s.Overrides[0].RSVPs = nil }},
		"attendee added": {[][2]string{{`^ATTENDEE;CN=Bo`, "ATTENDEE;CN=Cem:mailto:CEM@acme.example\nATTENDEE;CN=Bo"}}, func(s *calendar.Series) {
			s.Attendees = append(s.Attendees, calendar.Attendee{Address: calendartest.Cem, Name: "Cem"})
		}},
		"title":                  {[][2]string{{`^SUMMARY:.*$`, `SUMMARY:A\:b\, c\;d\\e\nf`}}, func(s *calendar.Series) { s.Title = "A:b, c;d\\e\nf" }},
		"reminder":               {[][2]string{{`-PT15M`, "-P1DT30M"}}, func(s *calendar.Series) { s.Reminder = 24*time.Hour + 30*time.Minute }},
		"reminder gone":          {[][2]string{{`(?s)BEGIN:VALARM.*?END:VALARM\n`, ""}}, func(s *calendar.Series) { s.Reminder = 0 }},
		"reminder after the end": {[][2]string{{`TRIGGER:-PT15M`, "TRIGGER;RELATED=END:-PT15M"}}, func(s *calendar.Series) { s.Reminder = 0 }},
		"number of the change":   {[][2]string{{`(?s)(RECURRENCE-ID.*?)SEQUENCE:3`, "${1}SEQUENCE:7"}}, func(s *calendar.Series) { s.Sequence = 7 }},
		"time of the change":     {[][2]string{{`^LAST-MODIFIED.*`, "LAST-MODIFIED:20260301T000000Z"}}, func(s *calendar.Series) { s.Updated = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }},
		"whole series cancelled": {[][2]string{{`STATUS:CONFIRMED`, "STATUS:CANCELLED"}}, func(s *calendar.Series) { s.Cancelled = true }},
	} {
		t.Run(name, func(t *testing.T) {
			want, text := full(t)
			c.want(&want)
			if diff := cmp.Diff(want, decodeOne(t, edited(t, text, c.edits))); diff != "" {
				t.Errorf("series (-want +got):\n%s", diff)
			}
		})
	}
}

// Each edit leaves what is no series of ours any more.
func TestDecodeSaysWhatIsWrong(t *testing.T) {
	s, text := full(t)
	for name, c := range map[string]struct {
		pattern, with string
		want          string
	}{
		"no organizer":                {`^ORGANIZER.*\n`, "", "no ORGANIZER"},
		"nameless organizer":          {`^ORGANIZER.*`, "ORGANIZER:invalid:nomail", "ORGANIZER has no mail"},
		"no start":                    {`^DTSTART;TZID=Europe/Berlin:20260303T150000\n`, "", "no DTSTART"},
		"floating start":              {`^DTSTART;TZID=Europe/Berlin:2026.*`, "DTSTART:20260303T150000", "zone"},
		"whole day":                   {`^DTSTART;TZID=Europe/Berlin:2026.*`, "DTSTART;VALUE=DATE:20260303", "date and a time"},
		"broken start":                {`^DTSTART;TZID=Europe/Berlin:2026.*`, "DTSTART;TZID=Europe/Berlin:soon", `"soon"`},
		"unknown zone":                {`^DTSTART;TZID=Europe/Berlin:2026.*`, "DTSTART;TZID=Mars/Olympus:20260303T150000", "Mars/Olympus"},
		"unknown zone of an override": {`^DTSTART;TZID=Europe/Berlin:20260325T170000`, "DTSTART;TZID=Mars/Olympus:20260325T170000", "Mars/Olympus"},
		"a zone without a name":       {`(?s)^TZID:Europe/Berlin(.*)DTSTART;TZID=Europe/Berlin:20260303`, "TZID:Here${1}DTSTART;TZID=Here:20260303", "IANA"},
		"no end":                      {`^DTEND.*\n`, "", "no end"},
		"end before the start":        {`^DTEND.*`, "DTEND:20260303T130000Z", "no end"},
		"long duration":               {`^DTEND.*`, "DURATION:P9999W", "duration"},
		"broken rule":                 {`^RRULE:FREQ=WEEKLY.*`, "RRULE:FREQ=SOMETIMES", "rule"},
		"monthly rule":                {`^RRULE:FREQ=WEEKLY.*`, "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "every 1, 2 or 4 weeks"},
		"two days a week":             {`BYDAY=TU`, "BYDAY=TU,TH", "every 1, 2 or 4 weeks"},
		"another day":                 {`BYDAY=TU`, "BYDAY=WE", "DTSTART"},
		"every three weeks":           {`INTERVAL=1;COUNT=13`, "INTERVAL=3;COUNT=4", "cadence 3"},
		"no end of the rule":          {`;COUNT=13`, "", "no end, or too many weekly sessions"},
		"too many sessions":           {`COUNT=13`, "COUNT=30", "no end, or too many weekly sessions"},
		"no sessions":                 {`COUNT=13`, "UNTIL=20260101", "DTSTART"},
		"broken end of the rule":      {`COUNT=13`, "UNTIL=SOON", "UNTIL"},
		"two rules":                   {`^RRULE:FREQ=WEEKLY`, "RRULE:FREQ=DAILY;COUNT=2\nRRULE:FREQ=WEEKLY", "more than one RRULE"},
		"more dates":                  {`^RRULE:FREQ=WEEKLY`, "RDATE:20260304T140000Z\nRRULE:FREQ=WEEKLY", "RDATE"},
		"broken exception":            {`^EXDATE.*`, "EXDATE;TZID=Europe/Berlin:20260407T150000,now", "EXDATE"},
		"rule removed":                {`^RRULE:FREQ=WEEKLY.*\n`, "", "no session"},
		"override of nothing":         {`^RECURRENCE-ID.*`, "RECURRENCE-ID:20260325T140000Z", "no session"},
		"override without end":        {`^RECURRENCE-ID;`, "RECURRENCE-ID;RANGE=THISANDFUTURE;", "RANGE"},
		"two events":                  {`^RECURRENCE-ID.*\n`, "", "got 2"},
		"no event":                    {`(?s)BEGIN:VEVENT.*?END:VEVENT\n`, "", "got 0"},
		"no calendar":                 {`^BEGIN:VCALENDAR\n`, "", "calendar"},
		"half a calendar":             {`END:VCALENDAR\n`, "", "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(strings.NewReader(edited(t, text, [][2]string{{c.pattern, c.with}})))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error with %q", got, err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "Peer circle") || strings.Contains(err.Error(), "Ana")) {
				t.Errorf("the error %q tells what the meeting is", err)
			}
			if err != nil && strings.Count(err.Error(), "series "+string(s.UID)) > 1 {
				t.Errorf("the error %q names the series more than once", err)
			}
		})
	}
	if got := decodeOne(t, text); !cmp.Equal(got, s) {
		t.Errorf("the text without edits is not the series")
	}
}

func TestDecodeSeveral(t *testing.T) {
	a, b, c := calendartest.Series(calendartest.UID(3)), calendartest.Series(calendartest.UID(1)), calendartest.Series(calendartest.UID(2))
	b.Slot.Zone, c.Slot.Zone = "America/New_York", "UTC"
	text := encoded(t, WriteOptions{}, a, b, c)
	got, err := Decode(strings.NewReader(text))
	if diff := cmp.Diff([]calendar.Series{a, b, c}, got); err != nil || diff != "" {
		t.Errorf("got %v (-want +got):\n%s", err, diff)
	}
	got, err = Decode(strings.NewReader(strings.Replace(text, "DTSTART;TZID=America/New_York", "DTSTART;TZID=Mars", 1)))
	if diff := cmp.Diff([]calendar.Series{a, c}, got); diff != "" {
		t.Errorf("beside a broken one (-want +got):\n%s", diff)
	}
	if err == nil || !strings.Contains(err.Error(), string(b.UID)) || strings.Contains(err.Error(), string(a.UID)) {
		t.Errorf("got %v, want an error that names %s alone", err, b.UID)
	}
	got, err = Decode(strings.NewReader("BEGIN:VCALENDAR\nEND:VCALENDAR\n"))
	if err != nil || len(got) != 0 {
		t.Errorf("of an empty calendar: got %v, %v", got, err)
	}
}

func TestOurs(t *testing.T) {
	_, text := full(t)
	uid := calendartest.UID(1)
	for name, c := range map[string]struct {
		text string
		want calendar.UID
	}{
		"stored":         {text, uid},
		"folded":         {strings.Replace(text, "\nUID:pssample", "\nUID:pss\r\n ample", 1), uid},
		"lower case":     {strings.Replace(text, "\nUID:", "\nuid;x-foo=bar:", 1), uid},
		"after others":   {strings.Replace(text, "BEGIN:VEVENT", "BEGIN:VEVENT\nUID:a@b.example\nEND:VEVENT\nBEGIN:VEVENT", 1), uid},
		"other program":  {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a@b.example\nDESCRIPTION:x\n UID:a-peerslot\nEND:VEVENT\nEND:VCALENDAR\n", ""},
		"suffix alone":   {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:-peerslot\nEND:VEVENT\nEND:VCALENDAR\n", ""},
		"no calendar":    {"hello", ""},
		"nothing":        {"", ""},
		"without an end": {"UID:a-peerslot", "a"},
	} {
		got, ok := Ours(strings.NewReader(c.text))
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %v, want %q", name, got, ok, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	s := calendartest.Series(calendartest.UID(1))
	moved, off := calendartest.Move(s, 3, 26*time.Hour), calendartest.CancelOne(s, 5)
	moved.RSVPs = map[calendar.Address]calendar.RSVP{calendartest.Ana: calendar.Declined}
	off.Note = "too few can come"
	var b strings.Builder
	if err := Encode(&b, WriteOptions{}, s.WithOverride(moved).WithOverride(off)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.String())
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a-peerslot\nORGANIZER:mailto:a@b\nDTSTART:20260303T120000Z\nDTEND:20260303T130000Z\nRRULE:FREQ=WEEKLY;UNTIL=20260401\nEXDATE:20260310\nEND:VEVENT\nEND:VCALENDAR")
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:0000000000000000000000000000000000-peerslot\nORGANIZER:mailto:a@b\nATTENDEE:mailto:a@b\nATTENDEE:mailto:c@d\nDTSTART;TZID=Europe/Berlin:20260203T000000\nDTEND;TZID=Europe/Berlin:20270701T000000\nRRULE:FREQ=WEEKLY;COUNT=10\nEND:VEVENT\nEND:VCALENDAR")
	f.Fuzz(func(t *testing.T, text string) {
		Ours(strings.NewReader(text))
		all, _ := Decode(strings.NewReader(text)) // beside the error are those without a fault
		for _, s := range all {
			var b strings.Builder
			if err := Encode(&b, WriteOptions{}, s); err != nil {
				continue // too long, or in a year that has no form
			}
			again, err := Decode(strings.NewReader(b.String()))
			if diff := cmp.Diff([]calendar.Series{Plain(s)}, again); err != nil || diff != "" {
				t.Fatalf("%v (-first +second):\n%s\n%s", err, diff, b.String())
			}
		}
	})
}
