package graph_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
)

// office returns a stand-in with n people who have three meetings on each working day
// of a quarter.
func office(t testing.TB, n int) (*graphtest.Server, []calendar.Address) {
	t.Helper()
	var names []string
	var people []calendar.Address
	for i := range n {
		names = append(names, fmt.Sprintf("p%05d@acme.example", i))
		people = append(people, calendar.Address(names[i]))
	}
	s := graphtest.New(t, string(calendartest.Organizer), names...)
	for _, a := range names {
		for day := quarter.Start; day.Before(quarter.End); day = day.AddDate(0, 0, 1) {
			for i := 0; i < 3 && day.Weekday() != time.Sunday && day.Weekday() != time.Saturday; i++ {
				start := day.Add(time.Duration(9+i) * time.Hour)
				s.Meet(a, graphtest.Meeting{Start: start, End: start.Add(30 * time.Minute)})
			}
		}
	}
	return s, people
}

// BenchmarkBusy reads everybody's busy times of a quarter, three meetings on each
// working day, and prints the calls. The stand-in's own work is in the time.
func BenchmarkBusy(b *testing.B) {
	for _, n := range []int{100, 1_000} {
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) {
			s, people := office(b, n)
			calls := 0
			for b.Loop() {
				g := open(b, s)
				got, err := g.Busy(b.Context(), people, quarter)
				if err != nil || len(got) != n || len(got[people[0]].Spans) != 3*65 {
					b.Fatalf("got %d answers, %v", len(got), err)
				}
				calls = g.Calls()["getSchedule"]
			}
			if want := (n + 19) / 20 * 2; calls != want {
				b.Errorf("%d calls, want %d", calls, want)
			}
			b.ReportMetric(float64(calls), "calls/op")
		})
	}
}

// BenchmarkPut prints the calls that a new series costs, one and two more for each
// week that is moved at once, and those of putting it again, which writes nothing.
func BenchmarkPut(b *testing.B) {
	for _, moves := range []int{0, 1, 3} {
		b.Run(fmt.Sprintf("moves=%d", moves), func(b *testing.B) {
			n, first, again := 0, 0, 0
			for b.Loop() {
				s := standIn(b)
				g := open(b, s)
				series := calendartest.Series(calendar.UID(fmt.Sprintf("bench%d", n)))
				for i := range moves {
					series = series.WithOverride(calendartest.Move(series, i, time.Hour))
				}
				got := put(b, g, series)
				first += total(g)
				put(b, g, got)
				again += total(g)
				if writes := g.Calls()["events.create"] + g.Calls()["events.update"]; writes != 1+moves {
					b.Fatalf("%d writes for a series that was put twice, want %d", writes, 1+moves)
				}
				n++
			}
			b.ReportMetric(float64(first)/float64(n), "calls-new/op")
			b.ReportMetric(float64(again-first)/float64(n), "calls-again/op")
		})
	}
}

func total(b *graph.Backend) (n int) {
	for _, calls := range b.Calls() {
		n += calls
	}
	return n
}

// BenchmarkQuietNight reads what changed of a number of series, of which nothing
// did: one call, whatever their number.
func BenchmarkQuietNight(b *testing.B) {
	for _, n := range []int{50, 200} {
		b.Run(fmt.Sprintf("series=%d", n), func(b *testing.B) {
			s := standIn(b)
			g := open(b, s)
			var uids []calendar.UID
			for i := range n {
				uids = append(uids, put(b, g, calendartest.Series(calendartest.UID(i))).UID)
			}
			g = open(b, s)
			c, err := g.Sync(b.Context(), "", uids)
			if err != nil || len(c.Series) != n {
				b.Fatalf("the first night: %d series, %v", len(c.Series), err)
			}
			b.ReportMetric(float64(total(g)), "calls-first")
			before := total(g)
			nights := 0
			for b.Loop() {
				if c, err = g.Sync(b.Context(), c.Token, uids); err != nil || len(c.Series) != 0 {
					b.Fatalf("a quiet night: %d series, %v", len(c.Series), err)
				}
				nights++
			}
			b.ReportMetric(float64(total(g)-before)/float64(nights), "calls/op")
			b.ReportMetric(float64(len(c.Token)), "token-bytes")
		})
	}
}

// Reading 10,000 people of a quarter takes 1,000 calls, and no longer than Exchange's
// limit of 10,000 calls in ten minutes makes it, nor faster than that.
func TestPaceOfTenThousandPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var names []string
		var people []calendar.Address
		for i := range 10_000 {
			names = append(names, fmt.Sprintf("p%05d@acme.example", i))
			people = append(people, calendar.Address(names[i]))
		}
		s := graphtest.New(t, string(calendartest.Organizer), names...)
		cfg := config(s)
		cfg.CallsPerMinute = 0
		b := start(t, cfg)
		begun := time.Now()
		got, err := b.Busy(t.Context(), people, quarter)
		if err != nil || len(got) != 10_000 {
			t.Fatalf("got %d, %v", len(got), err)
		}
		took, n := time.Since(begun), b.Calls()["getSchedule"]
		if n != 1000 || took > 2*time.Minute || took < 50*time.Second {
			t.Errorf("%d calls in %v, want 1,000 in less than 2m, and not faster than the limit", n, took)
		}
	})
}

// Four calls at a time are all that Exchange takes: the stand-in refuses a fifth.
func TestFourCallsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		s.Fail(func(string, int) *graphtest.Fault { return &graphtest.Fault{Delay: time.Second} })
		var people []calendar.Address
		for i := range 400 {
			people = append(people, calendar.Address(fmt.Sprintf("p%05d@acme.example", i)))
		}
		b := open(t, s)
		if _, err := b.Busy(t.Context(), people, quarter); err != nil {
			t.Fatal(err)
		}
		if n := b.Calls()["getSchedule"]; n != 40 {
			t.Errorf("%d calls, want 40: none was refused and made again", n)
		}
	})
}
