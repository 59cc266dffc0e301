// Package calendartest holds the contract of calendar.Backend as tests, a backend
// in memory that keeps it, and series to put.
package calendartest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Harness is a backend with an empty, readable calendar for each of [People]
// and none for [Stranger], and the hands that reach these calendars past the
// backend, as people do with programs of their own. The hands fail the test if
// they cannot do what they are asked.
type Harness struct {
	calendar.Backend

	// Meet puts a meeting that is not ours on a's calendar.
	Meet func(a calendar.Address, iv availability.Interval)

	// Reply has a reply to the series, or, if original is not zero, to the
	// occurrence with that original start alone. It is not called if the backend
	// does not track replies.
	Reply func(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP)

	// ByHand has the organizer move or cancel one occurrence.
	ByHand func(uid calendar.UID, o calendar.Override)

	// Break makes a's calendar unreadable.
	Break func(a calendar.Address)

	// Told returns how often the backend has told a of something. It is not
	// called if the backend sends no invites.
	Told func(a calendar.Address) int

	// TellsApart says of whom the backend can leave series out of Busy, if that
	// differs by person; nil means that it is as Capabilities says for everybody.
	TellsApart func(a calendar.Address) bool
}

// TestBackend tests that a backend does what calendar.Backend promises, as far
// as its Capabilities go. open returns an untouched one on every call.
func TestBackend(t *testing.T, open func(t *testing.T) Harness) {
	first := open(t)
	can := first.Capabilities()
	_, takes := calendar.AsReplier(first.Backend)
	for _, part := range []struct {
		name  string
		skip  bool
		tests []test
	}{
		{"Put", false, putTests},
		{"Cancel", false, cancelTests},
		{"Busy", false, busyTests},
		{"Context", false, contextTests},
		{"Parallel", false, parallelTests},
		{"Replies", !can.TracksRSVP, replyTests},
		{"TakesReplies", !takes, takenTests},
		{"Invites", !can.SendsInvites, inviteTests},
	} {
		if part.skip {
			continue
		}
		for _, test := range part.tests {
			t.Run(part.name+"/"+test.name, func(t *testing.T) { test.run(subject{t, open(t)}) })
		}
	}
}

type test struct {
	name string
	run  func(t subject)
}

// A subject is the test that runs and the backend it runs on.
type subject struct {
	*testing.T
	Harness
}

func (t subject) put(s calendar.Series) calendar.Series {
	t.Helper()
	got, err := t.Put(t.Context(), s)
	if err != nil {
		t.Fatalf("Put of %s: %v", s.UID, err)
	}
	return got
}

func (t subject) get(uid calendar.UID) calendar.Series {
	t.Helper()
	got, err := t.Get(t.Context(), uid)
	if err != nil {
		t.Fatalf("Get of %s: %v", uid, err)
	}
	return got
}

func (t subject) cancel(uid calendar.UID, from time.Time) {
	t.Helper()
	if err := t.Cancel(t.Context(), uid, from); err != nil {
		t.Fatalf("Cancel of %s from %s: %v", uid, from, err)
	}
}

// wantSeries compares all but Version. A calendar may count changes in Sequence
// that we did not make.
func (t subject) wantSeries(what string, want, got calendar.Series) {
	t.Helper()
	want.Version = got.Version
	want.Sequence = max(want.Sequence, got.Sequence)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// A state is what Busy says of one interval.
type state string

const (
	free    state = "free"
	busy    state = "busy"
	unknown state = "unknown"
)

// apart returns want if the backend can leave series out of Busy of a, else
// unknown.
func (t subject) apart(a calendar.Address, want state) state {
	tells := t.Harness.TellsApart
	if tells == nil && t.Capabilities().TellsApart || tells != nil && tells(a) {
		return want
	}
	return unknown
}

func (t subject) read(people []calendar.Address, except ...calendar.UID) map[calendar.Address]availability.Busy {
	t.Helper()
	got, err := t.Busy(t.Context(), people, Window(), except...)
	if err != nil {
		t.Fatalf("Busy of %v: %v", people, err)
	}
	return got
}

// want tests what Busy says of iv for one person.
func (t subject) want(want state, a calendar.Address, iv availability.Interval, except ...calendar.UID) {
	t.Helper()
	t.wantAll(want, a, []availability.Interval{iv}, except...)
}

// wantAll tests that one answer of Busy says the same of all the intervals.
func (t subject) wantAll(want state, a calendar.Address, ivs []availability.Interval, except ...calendar.UID) {
	t.Helper()
	answer, ok := t.read([]calendar.Address{a}, except...)[a]
	for _, iv := range ivs {
		if got := stateOf(answer, iv); !ok || got != want {
			t.Errorf("%s from %s to %s, except %v: got %s (answered: %v, reason %q), want %s",
				a, iv.Start.Format(time.RFC3339), iv.End.Format(time.RFC3339), except, got, ok, answer.Reason, want)
		}
	}
}

func stateOf(b availability.Busy, iv availability.Interval) state {
	switch kind, isFree := b.At(iv); {
	case isFree:
		return free
	case kind == availability.Unknown:
		return unknown
	}
	return busy
}
