package availability

import "testing"

// ana works in Lisbon and is free all week but for one meeting and an hour of
// which nothing is known.
func ana() Member {
	return Member{
		Name:    "ana",
		Zone:    mustZone("Europe/Lisbon"),
		Hours:   hours("mon-fri", "09:00-12:00 13:00-17:00"),
		Stretch: hours("mon-fri", "12:00-13:00 17:00-24:00"),
		Off: []Off{
			{date("2026-03-05"), date("2026-03-06"), Holiday},
			{date("2026-03-06"), date("2026-03-06"), Away},
			{date("2026-03-09"), date("2026-03-09"), NoReason},
		},
		Busy: Busy{
			Window: Interval{instant("2026-03-01T00:00:00Z"), instant("2026-03-15T00:00:00Z")},
			Spans:  []Span{{Interval: span("10:00-10:50")}, {Interval: span("14:00-15:00"), Kind: Unknown}},
		},
	}
}

func TestMemberCanAttend(t *testing.T) {
	for _, c := range []struct {
		start, end string
		can        Can
		why        Why
	}{
		{"2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z", Yes, NoReason}, // ends when the meeting begins
		{"2026-03-03T10:50:00Z", "2026-03-03T11:40:00Z", Yes, NoReason}, // begins when it ends
		{"2026-03-03T10:49:59Z", "2026-03-03T11:40:00Z", No, BusyThen},
		{"2026-03-03T11:30:00Z", "2026-03-03T12:30:00Z", Stretch, NoReason}, // hours and stretch hours together
		{"2026-03-03T16:00:00Z", "2026-03-03T17:00:00Z", Yes, NoReason},
		{"2026-03-03T16:30:00Z", "2026-03-03T17:30:00Z", Stretch, NoReason},
		{"2026-03-03T08:59:00Z", "2026-03-03T09:59:00Z", No, OutOfHours},
		{"2026-03-03T08:00:00Z", "2026-03-03T10:30:00Z", No, OutOfHours}, // before busy
		{"2026-03-03T13:30:00Z", "2026-03-03T14:30:00Z", Maybe, NotReadable},
		{"2026-03-03T09:00:00Z", "2026-03-03T14:30:00Z", No, BusyThen}, // before unknown
		{"2026-03-17T10:00:00Z", "2026-03-17T11:00:00Z", Maybe, NotReadable},
		{"2026-03-17T08:00:00Z", "2026-03-17T09:00:00Z", No, OutOfHours}, // unknown does not matter
		{"2026-03-05T10:00:00Z", "2026-03-05T11:00:00Z", No, Holiday},
		{"2026-03-06T10:00:00Z", "2026-03-06T11:00:00Z", No, Away},
		{"2026-03-09T10:00:00Z", "2026-03-09T11:00:00Z", No, Away},
		{"2026-03-04T23:30:00Z", "2026-03-05T00:30:00Z", No, Holiday}, // reaches into a day off
		{"2026-03-04T23:00:00Z", "2026-03-05T00:00:00Z", Stretch, NoReason},
		{"2026-03-07T10:00:00Z", "2026-03-07T11:00:00Z", No, OutOfHours},
		{"2026-03-03T11:00:00Z", "2026-03-03T11:00:00Z", No, OutOfHours}, // nothing to attend
		{"2026-03-03T11:00:00Z", "2026-02-03T11:00:00Z", No, OutOfHours},
	} {
		m := ana()
		can, why := m.CanAttend(Interval{instant(c.start), instant(c.end)})
		if can != c.can || why != c.why {
			t.Errorf("%s to %s: %v %q, want %v %q", c.start, c.end, can, why, c.can, c.why)
		}
	}
}

// TestJudge: verdicts come by session, then by member.
func TestJudge(t *testing.T) {
	m := ana()
	late := m
	late.Hours, late.Stretch = hours("tue", "10:50-18:00"), Hours{}
	got := Judge([]Member{m, late}, []Interval{span("09:00-10:00"), span("11:00-12:00")})
	want := [][]Verdict{
		{{Yes, NoReason}, {No, OutOfHours}},
		{{Yes, NoReason}, {Yes, NoReason}},
	}
	for i := range want {
		for j := range want[i] {
			if got[i][j] != want[i][j] {
				t.Errorf("session %d, member %d: %v, want %v", i, j, got[i][j], want[i][j])
			}
		}
	}
	for can, attends := range map[Can]bool{No: false, Maybe: false, Stretch: true, Yes: true} {
		if can.Attends() != attends {
			t.Errorf("%v attends: %v", can, can.Attends())
		}
	}
}

func BenchmarkCanAttend(b *testing.B) {
	m := benchMembers(1)[0]
	iv, _ := slot("wed 15:00", "Europe/Berlin").On(date("2026-11-04"))
	b.ReportAllocs()
	for b.Loop() {
		m.CanAttend(iv)
	}
}
