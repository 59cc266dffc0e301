package google_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

type fields = map[string]any

// editsOfOne are what a person may make of one session, besides moving it.
func editsOfOne() map[string]fields {
	guest := func(email string, optional bool) fields {
		return fields{"email": email, "responseStatus": "needsAction", "optional": optional}
	}
	return map[string]fields{
		"title":          {"summary": "Guest from Rome"},
		"text":           {"description": "We walk."},
		"a line":         {"description": sample.Description + "\nBring boots."},
		"no text":        {"description": nil},
		"place":          {"location": "Room 5"},
		"colour":         {"colorId": "7"},
		"free":           {"transparency": "transparent"},
		"reminder":       {"reminders": fields{"useDefault": false, "overrides": []any{fields{"method": "popup", "minutes": 60.0}}}},
		"one guest more": {"attendees": []any{guest(ana, false), guest(bo, false), guest("cem@acme.example", false)}},
		"one guest less": {"attendees": []any{guest(ana, false)}},
		"guest optional": {"attendees": []any{guest(ana, false), guest(bo, true)}},
	}
}

func get(t *testing.T, b *google.Backend, uid calendar.UID) calendar.Series {
	t.Helper()
	s, err := b.Get(t.Context(), uid)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// occurrence returns what can be read of one session.
func occurrence(s *googletest.Server, at time.Time) fields {
	e := s.Occurrence(sampleID, at)
	for name, v := range e {
		if name == "etag" || name == "updated" || v == "" { // one that is empty is as good as missing
			delete(e, name)
		}
	}
	return e
}

// Whatever somebody makes of one session is seen, and stays, whatever becomes of
// the series and of other sessions, and whichever way Google does it.
func TestEditsOfOneSessionStay(t *testing.T) {
	for name, edit := range editsOfOne() {
		for _, overwrite := range []bool{false, true} {
			s := standIn(t)
			s.Overwrite = overwrite
			b := open(t, s)
			before := put(t, b, moved())
			for _, i := range []int{4, 8} { // one that we moved, and a plain one
				at := calendartest.Sessions(sample)[i].Start
				s.EditOne(sampleID, at, edit)
				want := occurrence(s, at)
				now := get(t, b, sample.UID)
				if now.Override(at).Edited == "" || now.Override(at).Same(before.Override(at)) || now.Version == before.Version {
					t.Errorf("%s of session %d: got %+v, want it seen", name, i, now.Override(at))
				}
				next := now.WithOverride(calendartest.Move(sample, 10, time.Hour))
				next.Title, next.Description, next.Sequence = "Another", "Another agenda", next.Sequence+1
				mails := len(s.Mails(ana))
				before = put(t, b, next)
				if diff := cmp.Diff(want, occurrence(s, at)); diff != "" {
					t.Errorf("%s of session %d, overwriting %v (-edited +after a Put):\n%s", name, i, overwrite, diff)
				}
				if got := before.Override(at); !got.Same(now.Override(at)) {
					t.Errorf("%s of session %d: got %+v after a Put, want %+v", name, i, got, now.Override(at))
				}
				if n := len(s.Mails(ana)) - mails; n > 2 {
					t.Errorf("%s: ana got %d mails, want at most one for the series and one for the move", name, n)
				}
			}
		}
	}
}

// None of this is an edit of a session.
func TestWhatIsNoEdit(t *testing.T) {
	for name, do := range map[string]func(*googletest.Server, *google.Backend){
		"replies": func(s *googletest.Server, _ *google.Backend) {
			s.Reply(sampleID, ana, calendartest.Sessions(sample)[7].Start, "declined")
			s.Reply(sampleID, bo, time.Time{}, "accepted")
		},
		"another title of the series, by hand": func(s *googletest.Server, _ *google.Backend) {
			s.Edit(sampleID, fields{"summary": "Walk", "location": "Park"})
		},
		"other texts of the series, by us": func(_ *googletest.Server, b *google.Backend) {
			for _, title := range []string{"One", "Two", "Three"} {
				now := get(t, b, sample.UID)
				now.Title, now.Description, now.Reminder, now.Sequence = title, title, time.Hour, now.Sequence+1
				put(t, b, now)
			}
		},
		"other guests of the series": func(_ *googletest.Server, b *google.Backend) {
			now := calendartest.With(get(t, b, sample.UID), calendartest.Ana, calendartest.Cem)
			now.Sequence++
			put(t, b, now)
		},
	} {
		for _, overwrite := range []bool{false, true} {
			s := standIn(t)
			s.Overwrite = overwrite
			b := open(t, s)
			put(t, b, moved())
			s.Reply(sampleID, ana, calendartest.Sessions(sample)[9].Start, "accepted") // Google makes an exception of it
			do(s, b)
			for _, o := range get(t, b, sample.UID).Overrides {
				if o.Edited != "" {
					t.Errorf("%s: session of %v is taken for edited", name, o.Original)
				}
			}
		}
	}
}

// A plan that was made before somebody edited a session does not undo that.
func TestEditBetweenPlanAndPut(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	planned := put(t, b, sample).WithOverride(calendartest.Move(sample, 5, time.Hour))
	planned.Sequence++
	s.EditOne(sampleID, calendartest.Sessions(sample)[5].Start, fields{"summary": "Guest from Rome"})
	if _, err := b.Put(t.Context(), planned); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestSplitSeries(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	first := put(t, b, moved())
	token := syncAll(t, b, "", []calendar.UID{sample.UID}).Token
	at := calendartest.Sessions(sample)[5].Start
	rest := s.Split(sampleID, at, 3*time.Hour)

	want := []calendar.SplitOff{{From: at.Add(3 * time.Hour).UTC(), Count: 8}}
	check := func(what string, got calendar.Series) {
		t.Helper()
		if diff := cmp.Diff(want, got.SplitOff); diff != "" || got.Count != 5 || len(got.WithoutReplies().Overrides) != 2 || got.Version == first.Version {
			t.Errorf("%s: %d sessions with %d overrides, split off (-want +got):\n%s", what, got.Count, len(got.WithoutReplies().Overrides), diff)
		}
	}
	check("Get", get(t, b, sample.UID))
	check("full Sync", syncAll(t, b, "", []calendar.UID{sample.UID}).Series[0])
	c := syncAll(t, b, token, []calendar.UID{sample.UID})
	check("Sync", c.Series[0])
	s.Reply(sampleID, ana, calendartest.Sessions(sample)[3].Start, "accepted")
	c = syncAll(t, b, c.Token, []calendar.UID{sample.UID})
	check("Sync later", c.Series[0])

	next := c.Series[0]
	next.Title, next.Sequence = "Another", next.Sequence+1
	check("Put", get(t, b, put(t, b, next).UID))
	if e := s.Event(rest); e["summary"] != sample.Title {
		t.Errorf("what was split off is %v now, want it left alone", e["summary"])
	}
	// Ana is busy with it, as with any other meeting.
	window := availability.Interval{Start: at, End: at.Add(24 * time.Hour)}
	if got := busyOf(t, b, calendartest.Ana, window, sample.UID); len(got.Spans) != 1 {
		t.Errorf("ana without the series: got %v, want what was split off", got.Spans)
	}
}

func TestShortenedSeries(t *testing.T) {
	for rule, want := range map[string]int{
		"RRULE:FREQ=WEEKLY;COUNT=4":                         4,
		"RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20260330T215959Z":  4,
		"RRULE:FREQ=WEEKLY;INTERVAL=1;UNTIL=20260331":       5,
		"RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260331T130000Z": 5,
		"RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260331T125959Z": 4,
	} {
		s := standIn(t)
		b := open(t, s)
		put(t, b, moved())
		s.Edit(sampleID, fields{"recurrence": []any{rule}})
		got := get(t, b, sample.UID)
		if got.Count != want || len(got.SplitOff) != 0 {
			t.Errorf("%s: got %d sessions and %v split off, want %d and none", rule, got.Count, got.SplitOff, want)
		}
	}
}

// Who joins or leaves a series of which sessions were moved hears of it once.
func TestOneMailForOneMembersChange(t *testing.T) {
	for _, propagate := range []bool{false, true} {
		s := standIn(t)
		s.Propagate = propagate
		b := open(t, s)
		got := put(t, b, moved())
		before := map[string]int{ana: len(s.Mails(ana)), bo: len(s.Mails(bo))}
		got = calendartest.With(got, calendartest.Ana, calendartest.Cem)
		got.Sequence++
		put(t, b, got)
		for a, want := range map[string]int{ana: 0, bo: 1, string(calendartest.Cem): 1} {
			if n := len(s.Mails(a)) - before[a]; n != want {
				t.Errorf("propagate %v: %s got %d mails, want %d: %v", propagate, a, n, want, s.Mails(a))
			}
		}
	}
}

// The one who takes over a series from another organizer ends it without a word:
// the new invitation says it all.
func TestQuietEnd(t *testing.T) {
	s := standIn(t)
	put(t, open(t, s), moved())
	mails := len(s.Mails(ana))
	s.Quiet = true
	cfg := config(t, s)
	cfg.Quiet = true
	if err := start(t, cfg).Cancel(t.Context(), sample.UID, calendartest.Sessions(sample)[6].Start); err != nil {
		t.Fatal(err)
	}
	if got := get(t, open(t, s), sample.UID); got.Count != 6 || len(s.Mails(ana)) != mails {
		t.Errorf("got %d sessions and %d mails, want 6 and none", got.Count, len(s.Mails(ana))-mails)
	}
}

// Whatever somebody has made of a series, it can be ended.
func TestCancelOfWhatNoSeriesCanBe(t *testing.T) {
	for rule, left := range map[string]int{"RRULE:FREQ=DAILY;COUNT=20": 7, "RRULE:FREQ=WEEKLY": 1, "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261001T000000Z": 2} {
		s := standIn(t)
		b := open(t, s)
		put(t, b, sample)
		s.Edit(sampleID, fields{"recurrence": []any{rule}})
		if err := b.Cancel(t.Context(), sample.UID, calendartest.Sessions(sample)[1].Start); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
		if got := busyOf(t, b, calendartest.Ana, quarter); len(got.Spans) != left {
			t.Errorf("%s, cancelled in the second week: %d sessions are left, want %d", rule, len(got.Spans), left)
		}
		if err := b.Cancel(t.Context(), sample.UID, clock(1, 0, 0)); err != nil || s.Events(string(calendartest.Organizer)) != 0 {
			t.Errorf("%s, cancelled whole: %v, %d events are left", rule, err, s.Events(string(calendartest.Organizer)))
		}
	}
}
