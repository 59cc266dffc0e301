package google_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

var (
	sample   = calendartest.Series(calendartest.UID(0))
	sampleID = string(sample.UID)
)

// moved returns the sample with two sessions moved, one with a note, and one
// cancelled.
func moved() calendar.Series {
	note := calendartest.Move(sample, 4, 2*time.Hour)
	note.Note = "Bo is away"
	return sample.WithOverride(calendartest.Move(sample, 2, time.Hour)).WithOverride(note).WithOverride(calendartest.CancelOne(sample, 6))
}

func put(t *testing.T, b *google.Backend, s calendar.Series) calendar.Series {
	t.Helper()
	got, err := b.Put(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// calls returns how many calls f makes of each method.
func calls(b *google.Backend, f func()) map[string]int {
	before := b.Calls()
	f()
	after := b.Calls()
	for method, n := range before {
		after[method] -= n
	}
	maps.DeleteFunc(after, func(_ string, n int) bool { return n == 0 })
	return after
}

func wantCalls(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: calls (-want +got):\n%s", what, diff)
	}
}

func TestCallsOfPut(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	if _, err := b.Get(t.Context(), sample.UID); !errors.Is(err, calendar.ErrNotFound) {
		t.Fatal(err)
	}
	var got calendar.Series
	wantCalls(t, "a new series", calls(b, func() { got = put(t, b, moved()) }), map[string]int{"events.insert": 1, "events.patch": 3})
	read := map[string]int{"events.get": 1, "events.instances": 1}
	wantCalls(t, "the same again", calls(b, func() { put(t, b, got) }), read)
	read["events.insert"] = 1 // which says that it is there
	wantCalls(t, "the same again, from scratch", calls(b, func() { put(t, b, moved()) }), read)

	next := got.WithOverride(calendartest.Move(sample, 8, time.Hour))
	next.Sequence++
	wantCalls(t, "one more move", calls(b, func() { got = put(t, b, next) }), map[string]int{"events.get": 1, "events.instances": 1, "events.patch": 1})
	got.Title, got.Sequence = "Another", got.Sequence+1
	wantCalls(t, "another title", calls(b, func() { put(t, b, got) }), map[string]int{"events.get": 2, "events.instances": 2, "events.patch": 1})
	if n := len(s.Mails(ana)); n != 1+3+1+1 {
		t.Errorf("ana got %d mails, want the invitation and one for each change: %v", n, s.Mails(ana))
	}
}

func TestEventAsBooked(t *testing.T) {
	s := standIn(t)
	cfg := config(t, s)
	cfg.Meet = true
	series := sample
	series.Group = "leads"
	got := put(t, start(t, cfg), series)
	e := s.Event(sampleID)
	want := map[string]any{
		"visibility": "private", "guestsCanInviteOthers": false, "guestsCanModify": false, "summary": sample.Title,
		"start":      map[string]any{"dateTime": "2026-03-03T15:00:00+01:00", "timeZone": "Europe/Berlin"},
		"end":        map[string]any{"dateTime": "2026-03-03T16:00:00+01:00", "timeZone": "Europe/Berlin"},
		"recurrence": []any{"RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=13"},
		"reminders":  map[string]any{"useDefault": false, "overrides": []any{map[string]any{"method": "popup", "minutes": 15.0}}},
	}
	for name, v := range want {
		if diff := cmp.Diff(v, e[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	props := e["extendedProperties"].(map[string]any)["private"].(map[string]any)
	if props["peerslotUID"] != sampleID || props["peerslotGroup"] != "leads" {
		t.Errorf("private properties: got %v, want the UID and the group", props)
	}
	for name := range props {
		if len(name) > 44 {
			t.Errorf("property %q has a name that Google drops", name)
		}
	}
	if got.Link == "" || got.Link != e["hangoutLink"] {
		t.Errorf("link: got %q, want the Meet link %v", got.Link, e["hangoutLink"])
	}
}

// The link comes later, and neither its coming nor an answer is a change by hand.
func TestVersionOutlivesAnswers(t *testing.T) {
	s := standIn(t)
	s.SlowMeet = true
	cfg := config(t, s)
	cfg.Meet = true
	b := start(t, cfg)
	got := put(t, b, moved())
	s.Edit(sampleID, map[string]any{"hangoutLink": "https://meet.google.com/abc"})
	s.Reply(sampleID, ana, time.Time{}, "accepted")
	s.Reply(sampleID, bo, calendartest.Sessions(sample)[9].Start, "declined")
	s.Reply(sampleID, bo, calendartest.Sessions(sample)[2].Start, "declined")
	now, err := b.Get(t.Context(), sample.UID)
	if err != nil || now.Version != got.Version {
		t.Errorf("got version %s, %v, want %s still", now.Version, err, got.Version)
	}
	got.Title, got.Sequence = "Another", got.Sequence+1
	got = put(t, b, got)
	if got.RSVP(calendartest.Ana, time.Time{}) != calendar.Accepted || got.RSVP(calendartest.Bo, calendartest.Sessions(sample)[9].Start) != calendar.Declined {
		t.Errorf("answers are gone: %+v", got)
	}
}

// Google may call a zone by another of its names, and a person may switch to one.
func TestZoneByAnotherName(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	got := put(t, b, sample)
	alias := map[string]any{"timeZone": "Arctic/Longyearbyen"}
	s.Edit(sampleID, map[string]any{"start": alias, "end": alias})
	wantCalls(t, "the same Put", calls(b, func() { put(t, b, got) }), map[string]int{"events.get": 1, "events.instances": 1})
	if now, err := b.Get(t.Context(), sample.UID); err != nil || now.Slot != sample.Slot || now.Version != got.Version {
		t.Errorf("got %+v, %v, want the zone that it was put in", now.Slot, err)
	}
	s.Edit(sampleID, map[string]any{"start": map[string]any{"timeZone": "Europe/London"}})
	if now, err := b.Get(t.Context(), sample.UID); err != nil || now.Slot.Zone != "Europe/London" || now.Version == got.Version {
		t.Errorf("got %+v, %v, want another zone, and another version", now.Slot, err)
	}
}

// The real service gives a plain occurrence the ETag of its series. It does not
// promise to, and whoever has no reason to wait for it must not.
func TestOccurrencesWithTheirOwnETags(t *testing.T) {
	for _, name := range []string{"own", "that of the series, which changes"} {
		s := standIn(t)
		s.OwnETags, s.BumpSeries = name == "own", name != "own"
		b := open(t, s)
		want := sample
		for i := range 9 {
			want = want.WithOverride(calendartest.Move(sample, i, time.Hour))
		}
		got := put(t, b, want)
		if !got.Same(want) || len(s.Mails(ana)) != 10 {
			t.Errorf("%s: got %+v and %d mails", name, got.Overrides, len(s.Mails(ana)))
		}
	}
}

// Between Put's look and its write, somebody else is faster.
func TestChangeInBetweenWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		b := open(t, s)
		got := put(t, b, sample)
		at := calendartest.Sessions(sample)[5]
		s.Fail(once("events.patch", func() *googletest.Fault {
			s.Move(sampleID, at.Start, at.Start.Add(3*time.Hour), at.End.Add(3*time.Hour))
			return nil
		}))
		next := got.WithOverride(calendartest.Move(sample, 5, time.Hour))
		next.Sequence++
		if _, err := b.Put(t.Context(), next); !errors.Is(err, calendar.ErrChanged) {
			t.Errorf("got %v, want ErrChanged", err)
		}
		now, err := b.Get(t.Context(), sample.UID)
		if err != nil || !now.Override(at.Start).Moved.Start.Equal(at.Start.Add(3*time.Hour)) {
			t.Errorf("got %+v, %v, want where it was moved by hand", now.Override(at.Start), err)
		}
	})
}

// once returns a Fail that calls f at the first call of the method.
func once(method string, f func() *googletest.Fault) func(string, int) *googletest.Fault {
	done := false
	return func(m string, _ int) *googletest.Fault {
		if m != method || done {
			return nil
		}
		done = true
		return f()
	}
}

// Whichever call of Put is lost, and however, the same Put finishes the work, and
// nobody is told twice.
func TestLostCalls(t *testing.T) {
	faults := map[string]googletest.Fault{
		"dropped before":  {Drop: googletest.Before},
		"dropped after":   {Drop: googletest.After},
		"half an answer":  {Half: true},
		"server error":    {Status: 503, Reason: "backendError"},
		"too many calls":  {Status: 429, Reason: "rateLimitExceeded"},
		"user rate limit": {Status: 403, Reason: "userRateLimitExceeded"},
		"no answer":       {Delay: time.Hour},
	}
	for name, fault := range faults {
		for n := 1; n <= 5; n++ { // get, insert, three patches
			synctest.Test(t, func(t *testing.T) {
				s := standIn(t)
				s.Fail(func(_ string, i int) *googletest.Fault {
					if i != n {
						return nil
					}
					return &fault
				})
				got := put(t, open(t, s), moved())
				wantBooked(t, s, name, got)
			})
		}
	}
}

func wantBooked(t *testing.T, s *googletest.Server, what string, got calendar.Series) {
	t.Helper()
	want := moved()
	want.Version = got.Version
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if n := s.Events(string(calendartest.Organizer)); n != 1 {
		t.Errorf("%s: %d events, want 1", what, n)
	}
	for _, a := range []string{ana, bo} {
		kinds := map[string]int{}
		for _, m := range s.Mails(a) {
			kinds[m.Kind]++
		}
		if diff := cmp.Diff(map[string]int{"invitation": 1, "update": 2, "cancellation": 1}, kinds); diff != "" {
			t.Errorf("%s: mails to %s (-want +got):\n%s", what, a, diff)
		}
	}
}

// A run that dies after n calls is finished by the next run, which knows nothing
// of it; what people did in between stays.
func TestKilledRuns(t *testing.T) {
	for n := 1; n <= 5; n++ {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			killAfter(s, n)
			if _, err := open(t, s).Put(t.Context(), moved()); err == nil && n < 5 {
				t.Fatalf("after %d calls: got no error", n)
			}
			s.Fail(nil)
			if n == 4 { // two patches are done; a person cancels what was moved, and moves another
				sessions := calendartest.Sessions(sample)
				s.CancelOne(sampleID, sessions[2].Start)
				s.Move(sampleID, sessions[6].Start, sessions[6].Start.Add(5*time.Hour), sessions[6].End.Add(5*time.Hour))
				got := put(t, open(t, s), moved())
				if !got.Override(sessions[2].Start).Cancelled || got.Override(sessions[6].Start).Moved.Empty() {
					t.Errorf("changes by hand were undone: %+v", got.Overrides)
				}
				return
			}
			wantBooked(t, s, "the next run", put(t, open(t, s), moved()))
		})
	}
}

// A change that dies half-way has the version that it started from.
func TestKilledChange(t *testing.T) {
	for name, c := range map[string]struct {
		change func(calendar.Series) calendar.Series
		mails  int // to Ana, besides those of the first Put
	}{
		"moves and title": {func(s calendar.Series) calendar.Series {
			s.Title = "Another"
			return s.WithOverride(calendartest.Move(sample, 2, 3*time.Hour)).WithOverride(calendartest.Move(sample, 7, time.Hour))
		}, 3},
		"guests": {func(s calendar.Series) calendar.Series {
			return calendartest.With(s, calendartest.Ana, calendartest.Cem)
		}, 0},
		"fewer":    {func(s calendar.Series) calendar.Series { s.Count, s.Overrides = 5, s.Overrides[:2]; return s }, 1},
		"no moves": {func(s calendar.Series) calendar.Series { s.Overrides = s.Overrides[2:]; return s }, 2},
	} {
		for n := 1; n <= 8; n++ {
			synctest.Test(t, func(t *testing.T) {
				s := standIn(t)
				b := open(t, s)
				want := c.change(put(t, b, moved()))
				want.Sequence++
				before := len(s.Mails(ana))
				killAfter(s, n)
				_, _ = b.Put(t.Context(), want)
				s.Fail(nil)
				got := put(t, open(t, s), want)
				want.Version = got.Version
				for i := range want.Attendees { // Google keeps the names it has
					want.Attendees[i].Name = got.Attendees[i].Name
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s, after %d calls (-want +got):\n%s", name, n, diff)
				}
				if mails := len(s.Mails(ana)) - before; mails != c.mails {
					t.Errorf("%s, after %d calls: %d mails, want %d", name, n, mails, c.mails)
				}
				at := calendartest.Sessions(moved())[4]
				if len(busyOf(t, b, calendartest.Bo, at).Spans) > 0 && name == "guests" {
					t.Errorf("after %d calls: bo is still invited to a session that was moved", n)
				}
			})
		}
	}
}

// killAfter has every call fail after n more.
func killAfter(s *googletest.Server, n int) {
	s.Fail(func(string, int) *googletest.Fault {
		if n--; n >= 0 {
			return nil
		}
		return &googletest.Fault{Status: 400, Reason: "killed"}
	})
}

func TestDeletedSeries(t *testing.T) {
	for name, c := range map[string]struct {
		set func(*googletest.Server)
		get error
		put error
	}{
		"remembered": {func(s *googletest.Server) { s.Delete(sampleID) }, nil, nil},
		"an id":      {func(s *googletest.Server) { s.ForgetDeleted = true; s.Delete(sampleID) }, calendar.ErrGone, nil},
		"forgotten":  {func(s *googletest.Server) { s.Forget(sampleID) }, calendar.ErrNotFound, calendar.ErrGone},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			put(t, open(t, s), sample)
			c.set(s)
			b := open(t, s)
			if got, err := b.Get(t.Context(), sample.UID); !errors.Is(err, c.get) || err == nil && !got.Cancelled {
				t.Errorf("Get: got %+v, %v, want Cancelled or %v", got, err, c.get)
			}
			got, err := b.Put(t.Context(), sample)
			if !errors.Is(err, c.put) || err == nil && !got.Cancelled {
				t.Errorf("Put: got %+v, %v, want Cancelled or %v", got, err, c.put)
			}
			if n := s.Events(string(calendartest.Organizer)); n != 0 {
				t.Errorf("%d events, want none", n)
			}
		})
	}
}

// Whoever leaves the group must not stay invited to the sessions that were moved.
func TestGuestsOfMovedSessions(t *testing.T) {
	for _, propagate := range []bool{false, true} {
		s := standIn(t)
		s.Propagate = propagate
		b := open(t, s)
		got := put(t, b, moved())
		got = calendartest.With(got, calendartest.Ana, calendartest.Cem)
		got.Sequence++
		put(t, b, got)
		at := calendartest.Sessions(sample)[4]
		at.Start, at.End = at.Start.Add(2*time.Hour), at.End.Add(2*time.Hour)
		for a, want := range map[calendar.Address]int{calendartest.Bo: 0, calendartest.Cem: 1, calendartest.Ana: 1} {
			if busy := busyOf(t, b, a, at); len(busy.Spans) != want {
				t.Errorf("propagate %v: %s has %d events at the moved session, want %d", propagate, a, len(busy.Spans), want)
			}
		}
	}
}

func TestWhatNoSeriesCanBe(t *testing.T) {
	for name, fields := range map[string]map[string]any{
		"daily":       {"recurrence": []any{"RRULE:FREQ=DAILY;COUNT=5"}},
		"endless":     {"recurrence": []any{"RRULE:FREQ=WEEKLY"}},
		"half a year": {"recurrence": []any{"RRULE:FREQ=WEEKLY;COUNT=26"}},
		"twice":       {"recurrence": []any{"RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9"}},
		"once":        {"recurrence": nil},
		"a day long":  {"recurrence": nil, "start": map[string]any{"date": "2026-03-03", "dateTime": nil}, "end": map[string]any{"date": "2026-03-04", "dateTime": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			b := open(t, s)
			put(t, b, sample)
			s.Edit(sampleID, fields)
			if got, err := b.Get(t.Context(), sample.UID); !errors.Is(err, calendar.ErrChanged) {
				t.Errorf("got %+v, %v, want ErrChanged", got, err)
			}
		})
	}
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	s.Edit(sampleID, map[string]any{"recurrence": []any{"RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20260407T130000Z;BYDAY=TU", "EXDATE;TZID=Europe/Berlin:20260310T150000"}})
	got, err := b.Get(t.Context(), sample.UID)
	if err != nil || got.Count != 6 || !got.Override(calendartest.Sessions(sample)[1].Start).Cancelled {
		t.Errorf("ended early by hand: got %d sessions, %+v, %v, want 6 and the second left out", got.Count, got.Overrides, err)
	}
}

func TestServerThatAsksToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for after, want := range map[time.Duration]struct{ least, most time.Duration }{
			40 * time.Second: {40 * time.Second, time.Minute},
			time.Hour:        {0, time.Second}, // whoever runs this will not wait for it
		} {
			s := standIn(t)
			s.Fail(func(_ string, n int) *googletest.Fault {
				if n > 1 {
					return nil
				}
				return &googletest.Fault{Status: 429, Reason: "rateLimitExceeded", After: after}
			})
			begun := time.Now()
			_, err := open(t, s).Put(t.Context(), sample)
			if took := time.Since(begun); took < want.least || took > want.most || (err != nil) != (after == time.Hour) {
				t.Errorf("asked to wait %v: took %v, %v", after, took, err)
			}
		}
	})
}

// Neither what Google says nor what was sent comes out in an error.
func TestErrorsKeepSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, fault := range []googletest.Fault{{Status: 400, Reason: "invalid"}, {Status: 500, Reason: "backendError"}, {Drop: googletest.Before}} {
			s := standIn(t)
			b := open(t, s)
			s.Fail(func(string, int) *googletest.Fault { return &fault })
			_, err := b.Put(t.Context(), sample)
			_, err2 := b.Get(t.Context(), sample.UID)
			err3 := b.Cancel(t.Context(), sample.UID, time.Time{})
			for _, err := range []error{err, err2, err3} {
				if text := err.Error(); strings.Contains(text, "SECRET") || strings.Contains(text, sample.Title) || strings.Contains(text, "http://") {
					t.Errorf("%+v: %v", fault, err)
				}
			}
			if n := len(b.Calls()); fault.Status == 400 && (n != 1 || b.Calls()["events.list"] != 3) {
				t.Errorf("a final answer: calls %v, want one for each of the three", b.Calls())
			}
		}
	})
}
