package calendartest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

var busyTests = []test{
	{"Sessions", busySessions},
	{"Overrides", busyOverrides},
	{"HandChange", busyHandChange},
	{"Foreign", busyForeign},
	{"Except", busyExcept},
	{"ExceptNotForeign", busyExceptNotForeign},
	{"ExceptNotOtherSeries", busyExceptNotOtherSeries},
	{"Unreadable", busyUnreadable},
	{"Window", busyWindow},
	{"Nobody", busyNobody},
}

// hour returns an hour that begins d after the i-th session of the sample, of
// which nothing is said otherwise.
func hour(i int, d time.Duration) availability.Interval {
	start := Sessions(Series(UID(0)))[i].Start.Add(d)
	return availability.Interval{Start: start, End: start.Add(time.Hour)}
}

func busySessions(t subject) {
	s := t.put(Series(UID(0)))
	answers := t.read(People())
	for i, session := range Sessions(s) {
		for a, want := range map[calendar.Address]state{Organizer: busy, Ana: busy, Bo: busy, Cem: free} {
			if got := stateOf(answers[a], session); got != want {
				t.Errorf("%s in session %d: got %s, want %s", a, i, got, want)
			}
			for _, d := range []time.Duration{-time.Hour, time.Hour} {
				if got := stateOf(answers[a], hour(i, d)); got != free {
					t.Errorf("%s %v from session %d: got %s, want free", a, d, i, got)
				}
			}
		}
	}
}

func busyOverrides(t subject) {
	s := Series(UID(0))
	t.put(s.WithOverride(Move(s, 4, 3*time.Hour)).WithOverride(CancelOne(s, 7)))
	for _, a := range s.People() {
		t.want(free, a, hour(4, 0))
		t.want(busy, a, hour(4, 3*time.Hour))
		t.want(free, a, hour(7, 0))
		t.want(busy, a, hour(5, 0))
	}
	t.want(t.apart(Ana, free), Ana, hour(4, 3*time.Hour), s.UID)
	t.want(free, Ana, hour(4, 0), s.UID)
}

func busyHandChange(t subject) {
	s := t.put(Series(UID(0)))
	t.ByHand(s.UID, Move(s, 4, 3*time.Hour))
	t.ByHand(s.UID, CancelOne(s, 7))
	t.want(free, Organizer, hour(4, 0))
	t.want(busy, Organizer, hour(4, 3*time.Hour))
	t.want(free, Organizer, hour(7, 0))
}

func busyForeign(t subject) {
	t.Meet(Ana, hour(2, 0))
	t.Meet(Ana, hour(2, 30*time.Minute))
	t.want(busy, Ana, hour(2, 0))
	t.want(busy, Ana, hour(2, time.Hour))
	t.want(free, Ana, hour(2, 90*time.Minute))
	t.want(free, Bo, hour(2, 0))
	t.want(busy, Ana, hour(2, 0), UID(0))
}

func busyExcept(t subject) {
	s := t.put(Series(UID(0)))
	t.wantAll(t.apart(Ana, free), Ana, Sessions(s), s.UID)
	t.wantAll(t.apart(Organizer, free), Organizer, Sessions(s), UID(9), s.UID)
	t.wantAll(busy, Ana, Sessions(s), UID(9))
	t.want(free, Ana, hour(2, time.Hour), s.UID)
	t.want(free, Cem, hour(2, 0), s.UID)
}

// Somebody else's meeting at the time of a session is a conflict, which repair
// would never see if a series took its time with it.
func busyExceptNotForeign(t subject) {
	s := t.put(Series(UID(0)))
	t.Meet(Ana, hour(2, 0))
	t.Meet(Ana, hour(3, 30*time.Minute))
	t.want(t.apart(Ana, busy), Ana, hour(2, 0), s.UID)
	t.want(busy, Ana, hour(3, time.Hour), s.UID)
	t.want(t.apart(Ana, free), Ana, hour(4, 0), s.UID)
}

func busyExceptNotOtherSeries(t subject) {
	one, other := t.put(Series(UID(0))), t.put(With(Series(UID(1)), Bo, Cem))
	t.want(t.apart(Bo, busy), Bo, hour(2, 0), one.UID)
	t.want(t.apart(Bo, busy), Bo, hour(2, 0), other.UID)
	t.want(t.apart(Bo, free), Bo, hour(2, 0), one.UID, other.UID)
	t.want(t.apart(Ana, free), Ana, hour(2, 0), one.UID)
	t.want(busy, Cem, hour(2, 0), one.UID)
}

// A calendar that cannot be read says so, and takes nobody else down.
func busyUnreadable(t subject) {
	s := t.put(Series(UID(0)))
	t.Meet(Cem, hour(2, 0))
	t.Break(Bo)
	answers := t.read(append(People(), Stranger))
	for _, a := range []calendar.Address{Bo, Stranger} {
		b, ok := answers[a]
		if !ok || b.Reason == "" {
			t.Errorf("%s: got %+v (answered: %v), want a reason", a, b, ok)
		}
		for iv := hour(0, 0); iv.End.Before(Window().End); iv.Start, iv.End = iv.End, iv.End.Add(time.Hour) {
			if stateOf(b, iv) == free {
				t.Fatalf("%s is free from %s, though that cannot be known", a, iv.Start)
			}
		}
	}
	for a, want := range map[calendar.Address]state{Cem: busy, Ana: busy, Organizer: busy} {
		if got := stateOf(answers[a], Sessions(s)[2]); got != want || answers[a].Reason != "" {
			t.Errorf("%s: got %s (reason %q), want %s", a, got, answers[a].Reason, want)
		}
	}
}

func busyWindow(t subject) {
	s := t.put(Series(UID(0)))
	t.Meet(Cem, hour(2, -time.Hour))
	window := availability.Interval{Start: hour(2, 0).Start.Add(-30 * time.Minute), End: hour(3, 30*time.Minute).Start}
	answers, err := t.Busy(t.Context(), []calendar.Address{Ana, Cem}, window)
	if err != nil {
		t.Fatal(err)
	}
	want := map[calendar.Address][]availability.Interval{
		Ana: {Sessions(s)[2], {Start: Sessions(s)[3].Start, End: window.End}},
		Cem: {{Start: window.Start, End: Sessions(s)[2].Start}},
	}
	for a, b := range answers {
		var got []availability.Interval
		for _, span := range b.Spans {
			got = append(got, span.Interval)
		}
		if diff := cmp.Diff(want[a], got); diff != "" || !b.Window.Contains(window) {
			t.Errorf("%s, window %v: spans (-want +got):\n%s", a, b.Window, diff)
		}
	}
	if got := stateOf(answers[Ana], hour(9, time.Hour)); got != unknown {
		t.Errorf("outside of the window: got %s, want unknown", got)
	}
}

func busyNobody(t subject) {
	if got := t.read(nil); len(got) != 0 {
		t.Errorf("Busy of nobody: got %v", got)
	}
	got := t.read([]calendar.Address{Ana, Bo, Ana})
	if len(got) != 2 || !got[Ana].Readable() || !got[Bo].Readable() {
		t.Errorf("Busy of ana, bo and ana: got %+v, want both readable", got)
	}
}
