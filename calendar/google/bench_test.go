package google_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
)

// An office answers queries for busy times without end: everybody has the same
// meetings. It takes no memory, so that what a reader needs can be measured.
type office struct {
	starts []time.Time // of meetings of half an hour
	next   http.RoundTripper
}

// newOffice gives everybody a number of meetings on each working day of a quarter.
func newOffice(perDay int, next http.RoundTripper) office {
	o := office{next: next}
	for day := quarter.Start; day.Before(quarter.End); day = day.AddDate(0, 0, 1) {
		for i := 0; i < perDay && day.Weekday() != time.Sunday && day.Weekday() != time.Saturday; i++ {
			o.starts = append(o.starts, day.Add(9*time.Hour+time.Duration(i)*time.Hour))
		}
	}
	return o
}

// RoundTrip implements http.RoundTripper.
func (o office) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/freeBusy") {
		return o.next.RoundTrip(r)
	}
	var q struct {
		TimeMin, TimeMax time.Time
		Items            []struct{ ID string }
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return nil, err
	}
	var busy []string
	for _, t := range o.starts {
		if !t.Before(q.TimeMin) && t.Before(q.TimeMax) {
			busy = append(busy, fmt.Sprintf(`{"start":%q,"end":%q}`, t.Format(time.RFC3339), t.Add(30*time.Minute).Format(time.RFC3339)))
		}
	}
	var calendars []string
	for _, item := range q.Items {
		calendars = append(calendars, fmt.Sprintf(`%q:{"busy":[%s]}`, item.ID, strings.Join(busy, ",")))
	}
	body := strings.NewReader(`{"calendars":{` + strings.Join(calendars, ",") + `}}`)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body), Request: r}, nil
}

func staff(n int) (people []calendar.Address) {
	for i := range n {
		people = append(people, calendar.Address(fmt.Sprintf("p%05d@acme.example", i)))
	}
	return people
}

// reader returns a backend whose people all work in the office.
func reader(t testing.TB, perDay, callsPerMinute int) *google.Backend {
	t.Helper()
	s := standIn(t)
	cfg := config(t, s)
	cfg.CallsPerMinute = callsPerMinute
	cfg.HTTPClient.Transport = newOffice(perDay, cfg.HTTPClient.Transport)
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// BenchmarkBusy reads the busy times of a quarter, three meetings on each working
// day, and prints the calls and the most memory that was in use at a time, in a
// program that asks the collector to keep to 160 MB where it can.
func BenchmarkBusy(b *testing.B) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(160 << 20))
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) {
			people := staff(n)
			calls, peak := 0, uint64(0)
			for b.Loop() {
				g := reader(b, 3, 1e6)
				stop := watch(&peak)
				got, err := g.Busy(b.Context(), people, quarter)
				stop()
				if err != nil || len(got) != n || len(got[people[n-1]].Spans) != 3*65 {
					b.Fatalf("got %d answers, %v", len(got), err)
				}
				calls = g.Calls()["freebusy.query"]
			}
			if most := (n + 49) / 50 * 2; calls > most {
				b.Errorf("%d calls, want at most %d", calls, most)
			}
			b.ReportMetric(float64(calls), "calls/op")
			b.ReportMetric(float64(peak)/1e6, "MB-peak")
		})
	}
}

// watch keeps the most memory that is in use until it is stopped.
func watch(peak *uint64) (stop func()) {
	runtime.GC()
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*peak = max(*peak, m.HeapInuse+m.StackInuse)
			select {
			case <-end:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() { close(end); <-done }
}

// BenchmarkPut prints the calls that a series costs: one, and one for each week
// that is moved at once; and those of putting it again, as a run does that lost the
// outcome: the insert that Google refuses.
func BenchmarkPut(b *testing.B) {
	for _, moves := range []int{0, 1, 3} {
		b.Run(fmt.Sprintf("moves=%d", moves), func(b *testing.B) {
			s := standIn(b)
			cfg := config(b, s)
			g, err := google.Open(cfg)
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				series := calendartest.Series(calendar.UID(fmt.Sprintf("bench%d", n)))
				for i := range moves {
					series = series.WithOverride(calendartest.Move(series, i, time.Hour))
				}
				for range 2 {
					if _, err := g.Put(b.Context(), series); err != nil {
						b.Fatal(err)
					}
				}
				n++
			}
			writes := 0
			for _, method := range []string{"events.insert", "events.patch", "events.delete"} {
				writes += g.Calls()[method]
			}
			if want := n * (1 + moves + 1); writes != want {
				b.Errorf("%d writes for %d series, each put twice, want %d", writes, n, want)
			}
			b.ReportMetric(float64(writes)/float64(n), "writes/op")
		})
	}
}

// Reading 10,000 people takes less than two minutes of Google's quota of 600 calls
// a minute.
func TestQuotaOfTenThousandPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := reader(t, 0, 0)
		begun := time.Now()
		if _, err := b.Busy(t.Context(), staff(10_000), quarter); err != nil {
			t.Fatal(err)
		}
		took, n := time.Since(begun), b.Calls()["freebusy.query"]
		if n != 400 || took > 2*time.Minute || took < 36*time.Second {
			t.Errorf("%d calls in %v, want 400 in less than 2m, and not faster than the quota", n, took)
		}
	})
}

// term is what is left of most series on most nights.
var term = span(quarter.Start, quarter.Start.AddDate(0, 0, 84))

// A company answers for people in groups of four, each of which has a session a week
// besides everybody's own meetings: every session must be told apart. Its answers are
// made beforehand, so that what a reader needs can be measured.
type company struct {
	meetings int
	busy     map[string]string // by address
	events   map[string]string
}

func newCompany(people []calendar.Address) (c company, all []calendar.Series) {
	c = company{busy: map[string]string{}, events: map[string]string{}}
	meetings := map[int64]string{} // by their starts, as answers give them in order
	for _, t := range newOffice(3, nil).starts {
		if !t.Before(term.End) {
			break
		}
		meetings[t.Unix()] = period(span(t, t.Add(30*time.Minute)))
	}
	c.meetings = len(meetings)
	for i, group := range slices.Collect(slices.Chunk(people, 4)) {
		s := calendartest.Series(calendar.UID(fmt.Sprintf("night%d", i)))
		s.Slot.Start = time.Duration(14*60+15*(i%16)) * time.Minute
		s.Attendees = nil
		sessions, err := s.Occurrences()
		if err != nil {
			panic(err)
		}
		busy := maps.Clone(meetings)
		var events []string
		for _, o := range sessions[:12] {
			start, end := o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339)
			busy[o.Start.Unix()] = period(o.Interval)
			events = append(events, fmt.Sprintf(`{"id":"%s_%s","status":"confirmed","start":{"dateTime":%q},"end":{"dateTime":%q}}`,
				s.UID, o.Original.UTC().Format("20060102T150405Z"), start, end))
		}
		var inOrder []string
		for _, start := range slices.Sorted(maps.Keys(busy)) {
			inOrder = append(inOrder, busy[start])
		}
		for _, a := range group {
			s.Attendees = append(s.Attendees, calendar.Attendee{Address: a})
			c.busy[string(a)] = strings.Join(inOrder, ",")
			c.events[string(a)] = strings.Join(events, ",")
		}
		all = append(all, s)
	}
	return c, all
}

func period(iv availability.Interval) string {
	return fmt.Sprintf(`{"start":%q,"end":%q}`, iv.Start.Format(time.RFC3339), iv.End.Format(time.RFC3339))
}

// RoundTrip implements http.RoundTripper.
func (c company) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/freeBusy") {
		parts := strings.Split(r.URL.Path, "/")
		return answer(r, `{"kind":"calendar#events","accessRole":"freeBusyReader","timeZone":"UTC","items":[`+c.events[parts[len(parts)-2]]+`]}`), nil
	}
	var q struct{ Items []struct{ ID string } }
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return nil, err
	}
	var calendars []string
	for _, item := range q.Items {
		calendars = append(calendars, `"`+item.ID+`":{"busy":[`+c.busy[item.ID]+`]}`)
	}
	return answer(r, `{"kind":"calendar#freeBusy","calendars":{`+strings.Join(calendars, ",")+`}}`), nil
}

func answer(r *http.Request, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// BenchmarkNight reads who is busy besides all our own series, as the nightly pass
// does. What it costs a person must not grow with the number of people.
func BenchmarkNight(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) {
			people := staff(n)
			firm, all := newCompany(people)
			var uids []calendar.UID
			for _, s := range all {
				uids = append(uids, s.UID)
			}
			s := standIn(b)
			cfg := config(b, s)
			next := cfg.HTTPClient.Transport
			cfg.HTTPClient.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/token") {
					return next.RoundTrip(r)
				}
				return firm.RoundTrip(r)
			})
			used := calendartest.CPUTime()
			for b.Loop() {
				g, err := google.Open(cfg)
				if err != nil {
					b.Fatal(err)
				}
				snapshot, err := g.Snapshot(b.Context(), people, term, all...)
				if err != nil {
					b.Fatal(err)
				}
				busy, err := snapshot.Busy(b.Context(), people, term, uids...)
				if got := len(busy[people[n-1]].Spans); err != nil || got != firm.meetings {
					b.Fatalf("got %d spans, %v, want the %d meetings that are not ours", got, err, firm.meetings)
				}
			}
			used = calendartest.CPUTime() - used
			b.ReportMetric(used.Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(used.Microseconds())/float64(b.N*n), "cpu-us/person")
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
