package ical

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

var bare = WriteOptions{Method: Stored, Bare: true}

func merged(t rapid.TB, text string, s calendar.Series) string {
	t.Helper()
	out, err := Merge([]byte(text), bare, s)
	if err != nil {
		t.Fatalf("merge: %v\n%s", err, text)
	}
	return string(out)
}

func decoded(t rapid.TB, text string) calendar.Series {
	t.Helper()
	all, err := Decode(strings.NewReader(text))
	if err != nil || len(all) != 1 {
		t.Fatalf("decode: %d series, %v\n%s", len(all), err, text)
	}
	return all[0]
}

// Whatever was there, and whatever is wanted of the same series, what is wanted is
// there afterwards, and a second merge has nothing to do.
func TestMergeSaysWhatIsWanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have := seriesOf(plainRunes).Draw(t, "have")
		want := decoded(t, encoded(t, bare, seriesOf(plainRunes).Draw(t, "want")))
		if rapid.Bool().Draw(t, "same times") {
			want.Slot, want.First, want.Cadence, want.Count = have.Slot, have.First, have.Cadence, have.Count
			want.Overrides = have.Overrides[:rapid.IntRange(0, len(have.Overrides)).Draw(t, "overrides")]
		}
		have.Cancelled, have.UID, want.Organizer = false, want.UID, have.Organizer
		want = decoded(t, encoded(t, bare, want))
		want.Sequence = have.Sequence + 1
		text := encoded(t, bare, have)
		again := merged(t, text, want)
		got := decoded(t, again)
		if want.Cancelled {
			if !got.Cancelled || len(got.Attendees) > 0 || strings.Contains(again, "\nATTENDEE") {
				t.Fatalf("a cancelled series still has attendees:\n%s", again)
			}
			return
		}
		names := func(s calendar.Series) calendar.Series { // who is invited keeps the name they have
			for i := range s.Attendees {
				s.Attendees[i].Name = ""
			}
			return s
		}
		if !names(got).Same(names(want)) {
			t.Fatalf("after a merge (-want +got):\n%s\n%s\n%s", cmp.Diff(want, got), text, again)
		}
		checkLines(t, again)
	})
}

// answered is the sample as a server holds it once people replied: with lines of
// its own, and of other programs.
func answered(t *testing.T) string {
	s := calendartest.Series(calendartest.UID(1))
	s = s.WithOverride(calendartest.Move(s, 4, time.Hour)).WithOverride(calendartest.CancelOne(s, 6))
	text := strings.ReplaceAll(encoded(t, bare, s), "\r\n ", "") // as servers may leave it
	text = strings.Replace(text, "PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:ana", "PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;SCHEDULE-STATUS=\"1.2\":mailto:ana", 1)
	return strings.ReplaceAll(text, "END:VEVENT", "X-OTHER-COLOUR:red\r\nCATEGORIES:Peers\r\nEND:VEVENT")
}

func TestMergeKeepsWhatOthersWrote(t *testing.T) {
	text := answered(t)
	s := decoded(t, text)
	if r := s.RSVP(calendartest.Ana, s.Overrides[0].Original.AddDate(0, 0, -7)); r != calendar.Accepted {
		t.Fatalf("ana's reply is %q", r)
	}
	s = s.WithoutReplies()
	s.Title, s.Sequence = "Another title", s.Sequence+1
	s = s.WithOverride(calendartest.Move(s, 8, time.Hour))
	after := merged(t, text, s)
	got := decoded(t, after)
	if strings.Count(after, "X-OTHER-COLOUR:red") != 2 || strings.Count(after, "CATEGORIES:Peers") != 2 {
		t.Errorf("lines of others are gone:\n%s", after)
	}
	if strings.Contains(after, "X-PEERSLOT") || strings.Contains(strings.ReplaceAll(after, "\r\n ", ""), "SUMMARY:Peer circle") {
		t.Errorf("something that only we understand, or the old title:\n%s", after)
	}
	occurrences, err := got.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range occurrences {
		want := calendar.Accepted
		if i == 4 || i == 8 {
			want = calendar.NoReply
		}
		if r := got.Reply(calendartest.Ana, o); r != want {
			t.Errorf("ana's reply to session %d is %q, want %q", i, r, want)
		}
	}
	if again := merged(t, after, s); again != after {
		t.Errorf("a second merge changes the text:\n%s", cmp.Diff(after, again))
	}
}

// A session that moves back keeps its component, at the time of the slot; one that
// is cancelled does not.
func TestMergeOfSessionsThatMoveBack(t *testing.T) {
	text := answered(t)
	s := decoded(t, text)
	s.Overrides, s.Sequence = nil, s.Sequence+1
	back := merged(t, text, s)
	if !strings.Contains(back, "RECURRENCE-ID") || strings.Contains(back, "EXDATE") || len(decoded(t, back).Overrides) != 0 {
		t.Errorf("after a move was taken back:\n%s", back)
	}
	s = s.WithOverride(calendartest.CancelOne(s, 4))
	s.Sequence++
	off := merged(t, back, s)
	if strings.Contains(off, "RECURRENCE-ID") || !strings.Contains(off, "EXDATE") {
		t.Errorf("after the session was cancelled:\n%s", off)
	}
}

func TestMergeRefusesOtherTexts(t *testing.T) {
	s := calendartest.Series(calendartest.UID(1))
	other := calendartest.Series(calendartest.UID(2))
	for name, text := range map[string]string{
		"nothing":        "",
		"another series": encoded(t, bare, other),
		"two series":     encoded(t, bare, s, other),
		"cut off":        encoded(t, bare, s)[:400],
		"without an end": strings.Replace(encoded(t, bare, s), "COUNT=13;", "", 1),
	} {
		if got, err := Merge([]byte(text), bare, s); err == nil {
			t.Errorf("%s: got %q, want an error", name, got)
		}
	}
}

func TestUntold(t *testing.T) {
	text := strings.Replace(answered(t), "RSVP=TRUE:mailto:bo", "RSVP=TRUE;SCHEDULE-STATUS=\"3.7;Invalid calendar user\":mailto:bo", 1)
	got, err := Untold([]byte(text))
	want := map[calendar.Address]string{calendartest.Bo: "3.7;Invalid calendar user"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}

// Who tells the attendees is decided when a series is made, and holds for those who
// join.
func TestMergeKeepsWhoTells(t *testing.T) {
	s := calendartest.Series(calendartest.UID(1))
	for _, quiet := range []bool{true, false} {
		text := encoded(t, WriteOptions{Method: Stored, Bare: true, Quiet: quiet}, s)
		more := calendartest.With(s, calendartest.Ana, calendartest.Bo, calendartest.Cem)
		more.Sequence++
		after, err := Merge([]byte(text), WriteOptions{Method: Stored, Bare: true, Quiet: !quiet}, more)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Untold(after)
		want := map[calendar.Address]string{}
		if quiet {
			want = map[calendar.Address]string{calendartest.Ana: "", calendartest.Bo: "", calendartest.Cem: ""}
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("made quiet: %v: %v, (-want +got):\n%s", quiet, err, diff)
		}
	}
}

func FuzzMerge(f *testing.F) {
	s := calendartest.Series(calendartest.UID(1))
	var b bytes.Buffer
	if err := Encode(&b, bare, s); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	s.Title, s.Sequence = "Another title", 7
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := Merge(text, bare, s)
		if err != nil {
			return
		}
		if all, err := Decode(bytes.NewReader(out)); err != nil || len(all) != 1 || all[0].Title != s.Title {
			t.Errorf("merged into %q: got %v, %v", text, all, err)
		}
	})
}
