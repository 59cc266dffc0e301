package availability

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// simpleSearch looks for one weekly hour in Berlin from 2026-01-05, a Monday.
func simpleSearch() Search {
	return Search{Zone: "Europe/Berlin", Start: date("2026-01-05"), Cadence: Weekly, Length: time.Hour}
}

// free works in the given hours in Berlin and has nothing else to do.
func free(days, text string) Member {
	return Member{
		Zone: mustZone("Europe/Berlin"), Hours: hours(days, text),
		Busy: Busy{Window: Interval{instant("2025-01-01T00:00:00Z"), instant("2028-01-01T00:00:00Z")}},
	}
}

func TestRankErrors(t *testing.T) {
	members := []Member{free("mon", "09:00-17:00")}
	for _, c := range []struct {
		change func(*Search)
		want   string
	}{
		{func(q *Search) { q.Zone = "Berlin" }, `slot search: time zone "Berlin" is not known: want an IANA name such as Europe/Berlin`},
		{func(q *Search) { q.Start = Date{} }, "slot search: no start date"},
		{func(q *Search) { q.Start.Year = 10_000 }, "slot search: no start date"},
		{func(q *Search) { q.Cadence = 0 }, "slot search: cadence 0: want 1, 2 or 4 weeks"},
		{func(q *Search) { q.Cadence = 3 }, "slot search: cadence 3: want 1, 2 or 4 weeks"},
		{func(q *Search) { q.Count = 14 }, "slot search: 14 weekly sessions: want 1 to 13"},
		{func(q *Search) { q.Cadence, q.Count = Biweekly, 8 }, "slot search: 8 biweekly sessions: want 1 to 7"},
		{func(q *Search) { q.Count = -1 }, "slot search: -1 weekly sessions: want 1 to 13"},
		{func(q *Search) { q.Length = 0 }, "slot search: length 0s: want whole seconds, at most 24h"},
		{func(q *Search) { q.Length = 25 * time.Hour }, "slot search: length 25h0m0s: want whole seconds, at most 24h"},
		{func(q *Search) { q.Step = time.Second }, "slot search: step 1s: want whole minutes, at most 24h"},
		{func(q *Search) { q.Step = -time.Minute }, "slot search: step -1m0s: want whole minutes, at most 24h"},
		{func(q *Search) { q.Step = 48 * time.Hour }, "slot search: step 48h0m0s: want whole minutes, at most 24h"},
		{func(q *Search) { q.Top = -1 }, "slot search: top -1: want the number of slots to return"},
	} {
		q := simpleSearch()
		c.change(&q)
		if got, err := Rank(q, members); err == nil || err.Error() != c.want {
			t.Errorf("Rank(%+v) = %v, %v; want the error %s", q, got, err, c.want)
		}
	}
	if _, err := Rank(simpleSearch(), nil); err == nil || err.Error() != "slot search: there are no members" {
		t.Errorf("without members: %v", err)
	}
	if _, err := Rank(simpleSearch(), []Member{{Name: "bo"}}); err == nil || err.Error() != `slot search: member 1, "bo", has no time zone` {
		t.Errorf("without a zone: %v", err)
	}
}

// TestRankFigures: two members who share Tuesday afternoon, one of them away for
// a week and one with a calendar that begins late.
func TestRankFigures(t *testing.T) {
	ana, bo := free("mon-tue", "09:00-17:00"), free("tue-wed", "15:00-16:00")
	ana.Off = []Off{{date("2026-01-12"), date("2026-01-18"), Away}}
	ana.Required = true
	bo.Hours, bo.Stretch = hours("wed", "15:00-16:00"), hours("tue", "15:00-16:00")
	bo.Busy.Window.Start = instant("2026-01-20T00:00:00Z")
	q := simpleSearch()
	q.Top = 1
	q.Preferred = DaysOf(time.Tuesday)
	got, err := Rank(q, []Member{ana, bo})
	if err != nil {
		t.Fatal(err)
	}
	want := []Candidate{{
		Slot: slot("tue 15:00", "Europe/Berlin"), First: date("2026-01-06"), Count: 13,
		RequiredMet: 12, Attendance: 12 + 11, Possible: 26, Unknown: 2,
		WorstOccurrence: 0, WorstMember: 11, Stretch: 11, Preferred: 13,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

// slots returns the slots and first dates of the candidates, in words.
func slots(t *testing.T, q Search, members ...Member) []string {
	t.Helper()
	candidates, err := Rank(q, members)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range candidates {
		out = append(out, c.Slot.String()+" from "+c.First.String())
	}
	return out
}

// TestRankTies: what is equal otherwise goes by weekday from Monday, start and
// first date, whatever day the search starts on.
func TestRankTies(t *testing.T) {
	q := simpleSearch()
	q.Start, q.Cadence, q.Top, q.Step = date("2026-01-08"), Biweekly, 6, 30*time.Minute // a Thursday
	got := slots(t, q, free("mon,wed,sun", "09:00-10:30"))
	want := []string{
		"mon 09:00 from 2026-01-12", "mon 09:00 from 2026-01-19",
		"mon 09:30 from 2026-01-12", "mon 09:30 from 2026-01-19",
		"wed 09:00 from 2026-01-14", "wed 09:00 from 2026-01-21",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

func TestRankOrder(t *testing.T) {
	all := free("mon-fri", "00:00-24:00")
	all.Busy.Window = span("00:00-24:00") // beside the series
	never := free("mon", "03:00-03:01")
	for _, c := range []struct {
		name    string
		members []Member
		change  func(*Search)
		want    string
	}{
		{"required before attendance", []Member{free("mon", "09:00-10:00"), free("mon", "09:00-10:00"), required(free("fri", "09:00-10:00"))}, nil, "fri 09:00 from 2026-01-09"},
		{"attendance before unknown", []Member{all, all, free("fri", "09:00-10:00")}, nil, "fri 09:00 from 2026-01-09"},
		{"unknown is better than no", []Member{free("mon,fri", "09:00-10:00"), unknown(free("fri", "09:00-10:00"))}, nil, "fri 09:00 from 2026-01-09"},
		{"hours before stretch", []Member{stretched(free("fri", "09:00-10:00"), "mon", "09:00-10:00")}, nil, "fri 09:00 from 2026-01-09"},
		{"stretch is better than no", []Member{stretched(never, "fri", "09:00-10:00")}, nil, "fri 09:00 from 2026-01-09"},
		{"preferred days", []Member{free("mon,fri", "09:00-10:00")}, func(q *Search) { q.Preferred = DaysOf(time.Friday) }, "fri 09:00 from 2026-01-09"},
		{"only days", []Member{free("mon,fri", "09:00-10:00")}, func(q *Search) { q.OnlyDays = DaysOf(time.Friday) }, "fri 09:00 from 2026-01-09"},
		{"nobody ever", []Member{never}, nil, "mon 00:00 from 2026-01-05"},
	} {
		q := simpleSearch()
		q.Top = 1
		if c.change != nil {
			c.change(&q)
		}
		if got := slots(t, q, c.members...); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
	}
}

func required(m Member) Member { m.Required = true; return m }

func unknown(m Member) Member { m.Busy = Unreadable("no access"); return m }

func stretched(m Member, days, text string) Member { m.Stretch = hours(days, text); return m }

// TestRankWorst: of equal attendance, the better worst session comes first, then
// the better worst-off member, which an unreadable calendar does not hide.
func TestRankWorst(t *testing.T) {
	busy := func(m Member, dates ...string) Member {
		for _, d := range dates {
			m.Busy.Add(date(d).In(m.Zone))
		}
		return m
	}
	q := simpleSearch()
	q.Count, q.Top, q.Step = 2, 2, time.Hour
	m := free("mon,tue", "09:00-10:00")
	// Mondays: nobody comes to the second session. Tuesdays: one to each.
	got := slots(t, q, busy(m, "2026-01-12", "2026-01-06"), busy(m, "2026-01-12", "2026-01-13"))
	if got[0] != "tue 09:00 from 2026-01-06" {
		t.Errorf("the worst session does not count: %v", got)
	}
	// Mondays: one comes always, one never. Tuesdays: both once.
	first, second := busy(m, "2026-01-06"), busy(m, "2026-01-05", "2026-01-12", "2026-01-13")
	if got = slots(t, q, first, second); got[0] != "tue 09:00 from 2026-01-06" {
		t.Errorf("the worst-off member does not count: %v", got)
	}
	if got = slots(t, q, unknown(m), first, second); got[0] != "tue 09:00 from 2026-01-06" {
		t.Errorf("an unknown member hides the worst-off one: %v", got)
	}
}

// TestRankClockChange: a start that is skipped on one of the dates is no
// candidate, one that comes twice is the first of the two.
func TestRankClockChange(t *testing.T) {
	q := simpleSearch()
	q.OnlyDays, q.Top = DaysOf(time.Sunday), 1000
	q.Start = date("2026-03-02")
	night := free("sat-sun", "00:00-24:00")
	candidates, err := Rank(q, []Member{night})
	if err != nil {
		t.Fatal(err)
	}
	if len(candidates) != 96-4 {
		t.Errorf("%d candidates on the Sundays of spring, want 92", len(candidates))
	}
	for _, c := range candidates {
		if c.Slot.Start >= 2*time.Hour && c.Slot.Start < 3*time.Hour {
			t.Errorf("%s is skipped on 2026-03-29", c.Slot)
		}
	}

	q.Start, q.Count = date("2026-10-25"), 1
	night.Busy.Add(Interval{instant("2026-10-25T01:00:00Z"), instant("2026-10-25T02:00:00Z")}) // the second 02:00 to 03:00
	if got := slots(t, q, night); len(got) != 96 {
		t.Errorf("%d candidates when the clocks go back, want 96: %v", len(got), got)
	}
	c, err := Score(q, slot("sun 02:00", "Europe/Berlin"), []Member{night})
	if err != nil || c.Attendance != 1 {
		t.Errorf("at the first 02:00: %+v, %v", c, err)
	}
}

func TestRankNoCandidate(t *testing.T) {
	q := simpleSearch()
	q.Zone, q.Start, q.Count, q.OnlyDays = "Pacific/Apia", date("2011-12-26"), 1, DaysOf(time.Friday)
	got, err := Rank(q, []Member{free("mon-fri", "09:00-17:00")})
	if len(got) != 0 || err != nil {
		t.Errorf("on the day that Samoa skipped: %v, %v", got, err)
	}
}

// TestScore: a slot scores as it ranks, and one beside the steps scores, too.
func TestScore(t *testing.T) {
	for seed := range uint64(150) {
		c := newRandomCase(seed)
		c.q.Top = 30
		ranked, err := Rank(c.q, c.members)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[Slot]bool{} // the first of a slot is its best starting week
		for _, want := range ranked {
			if seen[want.Slot] {
				continue
			}
			seen[want.Slot] = true
			got, err := Score(c.q, want.Slot, c.members)
			if err != nil || got != want {
				t.Fatalf("case %d: %v, want - got +:\n%s", seed, err, cmp.Diff(want, got))
			}
		}
	}
}

func TestScoreBesideTheSteps(t *testing.T) {
	m := free("tue", "15:07-16:07")
	got, err := Score(simpleSearch(), slot("tue 15:07", "Europe/Berlin"), []Member{m})
	if err != nil || got.Attendance != 13 || got.First != date("2026-01-06") {
		t.Errorf("got %+v, %v", got, err)
	}
	q := simpleSearch()
	q.Start = date("2026-03-02")
	_, err = Score(q, slot("sun 02:30", "Europe/Berlin"), []Member{m})
	if want := "slot sun 02:30: the clocks of Europe/Berlin skip it on 2026-03-29"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Score(q, slot("sun 02:30", "Europe/Berlin"), nil); err == nil {
		t.Error("scored a slot for nobody")
	}
	// Of the two starting weeks only one meets the date on which it is skipped.
	q.Cadence, q.Count = Biweekly, 2
	got, err = Score(q, slot("sun 02:30", "Europe/Berlin"), []Member{m})
	if err != nil || got.First != date("2026-03-08") {
		t.Errorf("got %+v, %v", got, err)
	}
}
