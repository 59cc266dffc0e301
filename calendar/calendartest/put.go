package calendartest

import (
	"errors"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

var putTests = []test{
	{"IsReadBack", putIsReadBack},
	{"KeepsEveryField", putKeepsEveryField},
	{"Unknown", getUnknown},
	{"Twice", putTwice},
	{"Changes", putChanges},
	{"Stale", putStale},
	{"ThatWasLost", putThatWasLost},
	{"Overrides", putOverrides},
	{"AfterHandChange", putAfterHandChange},
	{"Attendees", putAttendees},
	{"RefusesBadSeries", putRefusesBadSeries},
}

func putIsReadBack(t subject) {
	want := Series(UID(0))
	put := t.put(want)
	if put.Version == "" {
		t.Error("a series that was put has no Version")
	}
	t.wantSeries("what Put returned", want, put)
	got := t.get(UID(0))
	t.wantSeries("what Get returned", want, got)
	if got.Version != put.Version {
		t.Errorf("Get returned Version %q, Put %q, with nothing in between", got.Version, put.Version)
	}
}

func putKeepsEveryField(t subject) {
	n := 0
	for name, change := range map[string]func(*calendar.Series){
		"link":          func(s *calendar.Series) { s.Link = "https://meet.acme.example/r?x=1&y=2" },
		"no words":      func(s *calendar.Series) { s.Title, s.Description = "", "" },
		"no reminder":   func(s *calendar.Series) { s.Reminder = 0 },
		"long words":    func(s *calendar.Series) { s.Description = strings.Repeat("Zürich, 日本; ", 300) + "end" },
		"biweekly":      func(s *calendar.Series) { s.Cadence, s.Count = availability.Biweekly, 7 },
		"monthly":       func(s *calendar.Series) { s.Cadence, s.Count = availability.Monthly, 4 },
		"one session":   func(s *calendar.Series) { s.Count = 1 },
		"another zone":  func(s *calendar.Series) { s.Slot.Zone = "Australia/Lord_Howe" },
		"zone of UTC":   func(s *calendar.Series) { s.Slot.Zone = "UTC" },
		"odd length":    func(s *calendar.Series) { s.Slot.Start, s.Slot.Length = 9*time.Hour+5*time.Minute, 50*time.Minute },
		"past midnight": func(s *calendar.Series) { s.Slot.Start = 23*time.Hour + 30*time.Minute },
		"sequence":      func(s *calendar.Series) { s.Sequence = 3 },
		"nobody else":   func(s *calendar.Series) { s.Attendees = nil },
	} {
		n++
		want := Series(UID(n))
		change(&want)
		t.put(want)
		t.wantSeries(name, want, t.get(want.UID))
	}
}

func getUnknown(t subject) {
	t.put(Series(UID(0)))
	if got, err := t.Get(t.Context(), UID(1)); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get of a series that was never put: got %v, %v, want ErrNotFound", got, err)
	}
}

// One series is what is left: when it is cancelled, nobody is busy.
func putTwice(t subject) {
	s := Series(UID(0))
	t.put(s)
	later := s
	later.Updated = s.Updated.Add(time.Hour)
	t.wantSeries("the second Put", s, t.put(later))
	first := Sessions(s)[0]
	t.want(busy, Ana, first)
	t.cancel(s.UID, Window().Start)
	for _, a := range s.People() {
		t.want(free, a, first)
	}
}

func putChanges(t subject) {
	s := t.put(Series(UID(0)))
	s.Title, s.Slot.Start, s.Sequence = "Another title", 10*time.Hour, s.Sequence+1
	changed := t.put(s)
	t.wantSeries("what Put returned", s, changed)
	t.wantSeries("what Get returned", s, t.get(s.UID))
	if changed.Version == s.Version {
		t.Errorf("another series has the same Version %q", s.Version)
	}
	t.want(busy, Bo, Sessions(s)[1])
	t.want(free, Bo, Sessions(Series(UID(0)))[1])
}

func putStale(t subject) {
	old := t.put(Series(UID(0)))
	newer := old
	newer.Title, newer.Sequence = "Theirs", newer.Sequence+1
	newer = t.put(newer)
	stale := old
	stale.Title, stale.Sequence = "Ours", stale.Sequence+1
	if got, err := t.Put(t.Context(), stale); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("Put with a stale Version: got %v, %v, want ErrChanged", got, err)
	}
	t.wantSeries("after a stale Put", newer, t.get(old.UID))
}

// The caller of a Put that took effect, but never answered, has only the old
// Version, or none.
func putThatWasLost(t subject) {
	first := Series(UID(0))
	created := t.put(first)
	t.wantSeries("a lost creation", first, t.put(first))

	change := created
	change.Title, change.Sequence = "Another title", created.Sequence+1
	t.put(change)
	unseen := t.put(change)
	t.wantSeries("a lost change", change, unseen)

	unseen.Title, unseen.Version, unseen.Sequence = "A third title", "", unseen.Sequence+1
	t.put(unseen)
	t.wantSeries("a newer series without a version", unseen, t.get(unseen.UID))
}

func putOverrides(t subject) {
	s := Series(UID(0))
	moved := Move(s, 4, 25*time.Hour)
	moved.Note = "Bo is away; Ana, too"
	s = s.WithOverride(moved).WithOverride(CancelOne(s, 1))
	put := t.put(s)
	t.wantSeries("what Put returned", s, put)
	t.wantSeries("what Get returned", s, t.get(s.UID))

	put.Overrides, put.Sequence = []calendar.Override{Move(s, 1, -time.Hour)}, put.Sequence+1
	again := t.put(put)
	t.wantSeries("with other overrides", put, again)
	again.Overrides, again.Sequence = nil, again.Sequence+1
	t.put(again)
	t.wantSeries("without overrides", again, t.get(s.UID))
	t.wantAll(busy, Ana, Sessions(again))
}

// Who acts last wins, and a person who moves a session always acted later than a
// run that has not seen it.
func putAfterHandChange(t subject) {
	put := t.put(Series(UID(0)))
	moved, off := Move(put, 2, 2*time.Hour), CancelOne(put, 6)
	t.ByHand(put.UID, moved)
	t.ByHand(put.UID, off)

	got := t.get(put.UID)
	if o := got.Override(moved.Original); !o.Moved.Start.Equal(moved.Moved.Start) || !o.Moved.End.Equal(moved.Moved.End) {
		t.Errorf("Get shows %+v for a session moved to %s", o, moved.Moved.Start)
	}
	if !got.Override(off.Original).Cancelled || len(Sessions(got)) != 12 {
		t.Errorf("Get shows %d sessions, want 12: one was cancelled", len(Sessions(got)))
	}
	stale := put
	stale.Title, stale.Sequence = "Ours", got.Sequence+1
	if _, err := t.Put(t.Context(), stale); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("Put that has not seen a change by hand: got %v, want ErrChanged", err)
	}
	t.wantSeries("the same Put as before, its outcome lost", got, t.put(Series(UID(0))))

	got.Title, got.Sequence = "Ours", got.Sequence+1
	t.wantSeries("Put that has seen it", got, t.put(got))
}

func putAttendees(t subject) {
	s := t.put(Series(UID(0)))
	session := Sessions(s)[5]
	t.want(free, Cem, session)

	s.Attendees = []calendar.Attendee{{Address: Bo, Name: "Bo Ek"}, {Address: Cem, Name: "Cem Su"}}
	s.Sequence++
	t.wantSeries("with other attendees", s, t.put(s))
	t.wantSeries("with other attendees, read back", s, t.get(s.UID))
	for a, want := range map[calendar.Address]state{Ana: free, Bo: busy, Cem: busy, Organizer: busy} {
		t.want(want, a, session)
	}
}

func putRefusesBadSeries(t subject) {
	for name, spoil := range map[string]func(*calendar.Series){
		"without sessions":          func(s *calendar.Series) { s.Count = 0 },
		"longer than three months":  func(s *calendar.Series) { s.Count = 14 },
		"without a cadence":         func(s *calendar.Series) { s.Cadence = 0 },
		"on another weekday":        func(s *calendar.Series) { s.First = s.First.AddDays(1) },
		"in no zone":                func(s *calendar.Series) { s.Slot.Zone = "Mars/Olympus" },
		"with no length":            func(s *calendar.Series) { s.Slot.Length = 0 },
		"without an organizer":      func(s *calendar.Series) { s.Organizer = calendar.Attendee{} },
		"with a path for a person":  func(s *calendar.Series) { s.Attendees[0].Address = "../ana@acme.example" },
		"with an override of none":  func(s *calendar.Series) { s.Overrides = []calendar.Override{{Original: s.Updated}} },
		"with an attendee twice":    func(s *calendar.Series) { s.Attendees[1] = s.Attendees[0] },
		"with attendees not sorted": func(s *calendar.Series) { s.Attendees[0], s.Attendees[1] = s.Attendees[1], s.Attendees[0] },
	} {
		s := Series(UID(0))
		spoil(&s)
		if got, err := t.Put(t.Context(), s); err == nil {
			t.Errorf("Put of a series %s: got %+v, want an error", name, got)
		}
		if _, err := t.Get(t.Context(), s.UID); !errors.Is(err, calendar.ErrNotFound) {
			t.Fatalf("Put of a series %s left something: Get returns %v, want ErrNotFound", name, err)
		}
	}
	nameless := Series("")
	if _, err := t.Put(t.Context(), nameless); err == nil {
		t.Error("Put of a series without a UID: got no error")
	}
}
