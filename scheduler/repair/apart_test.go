package repair_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// What is foreseen is what would be done, without who can attend what, and with the better
// slots that stand.
func TestForesee(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 7))
	for n := range 10 {
		s := serviceOf(apartNight(t, random))
		night, err := repair.PlanNight(t.Context(), s)
		if err != nil || night.Attended == nil {
			t.Fatal(night.Attended, err)
		}
		foreseen, err := repair.Foresee(t.Context(), s)
		foreseen.Findings = slices.DeleteFunc(foreseen.Findings, func(f scheduler.Finding) bool { return f.Kind == scheduler.BetterSlot })
		if diff := gocmp.Diff(changesOf(t, night), changesOf(t, foreseen)); err != nil || diff != "" || len(night.Findings) != len(foreseen.Findings) {
			t.Fatalf("case %d: %v (-night +foreseen):\n%s", n, err, diff)
		}
		for _, err := range foreseen.Attended.All() {
			t.Fatalf("case %d: it has who can attend, %v", n, err)
		}
	}
}

// Planned in parts that share nobody, a night is what it is as a whole.
func TestANightInPartsEqualsTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 5))
	parts, changes := 0, 0
	for n := range 60 {
		s := apartNight(t, random)
		whole, err := repair.New(s)
		if err != nil {
			t.Fatal(err)
		}
		night, err := planning.Tonight(t.Context(), serviceOf(s))
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Collect(night.Parts(1 + random.IntN(12)))
		var sum []string
		seen := map[calendar.Address]int{}
		for i, groups := range all {
			part, err := night.Read(t.Context(), groups)
			if err != nil {
				t.Fatal(err)
			}
			part.Window, part.Tonight, part.Month = s.Window, s.Tonight, s.Month
			p, err := repair.New(part)
			if err != nil {
				t.Fatal(err)
			}
			sum = append(sum, changesOf(t, p)...)
			for _, b := range part.Bookings {
				for _, at := range b.Series.Attendees {
					if was, ok := seen[at.Address]; ok && was != i {
						t.Fatalf("case %d: %s is in parts %d and %d", n, at.Address, was, i)
					}
					seen[at.Address] = i
				}
			}
		}
		slices.Sort(sum)
		if diff := gocmp.Diff(changesOf(t, whole), sum); diff != "" {
			t.Fatalf("case %d (-whole +parts):\n%s", n, diff)
		}
		parts, changes = parts+len(all), changes+len(whole.Changes)
	}
	if parts < 120 || changes < 60 {
		t.Errorf("only %d parts and %d changes; the test tests too little", parts, changes)
	}
}

// serviceOf returns a service that a snapshot is read from.
func serviceOf(s planning.Snapshot) *scheduler.Service {
	return &scheduler.Service{
		Workspace: s.Workspace, Store: snapshotStore{bookings: s.Bookings}, Backend: snapshotCalendars{snapshot: s},
		Now: func() time.Time { return s.Now },
	}
}

// snapshotCalendars are a backend that is only read.
type snapshotCalendars struct {
	calendar.Backend
	snapshot planning.Snapshot
}

func (c snapshotCalendars) Get(_ context.Context, uid calendar.UID) (calendar.Series, error) {
	if series, there := c.snapshot.Current[uid]; there {
		return series, nil
	}
	return calendar.Series{}, calendar.ErrNotFound
}

func (c snapshotCalendars) Busy(context.Context, []calendar.Address, availability.Interval, ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	return c.snapshot.Busy, nil
}

// changesOf returns what a plan does, in an order of its own.
func changesOf(t *testing.T, p scheduler.RepairPlan) (out []string) {
	for _, c := range p.Changes {
		out = append(out, fmt.Sprint(c.Group, " ", c.Action, " ", c))
	}
	for _, b := range bookings(t, p) {
		out = append(out, fmt.Sprintf("%s %+v", b.Group, *b.Next))
	}
	slices.Sort(out)
	return out
}

// apartNight returns some random nights beside each other, of people who share nothing.
func apartNight(t *testing.T, random *rand.Rand) planning.Snapshot {
	t.Helper()
	var whole planning.Snapshot
	for i := range 3 {
		s := randomNight(t, random)
		rename := func(a calendar.Address) calendar.Address { return calendar.Address(fmt.Sprintf("n%d-%s", i, a)) }
		if i == 0 {
			whole = s
			continue
		}
		for a, p := range s.Workspace.Roster.All() {
			p.Address = rename(a)
			whole.Workspace.Roster.Put(p)
			whole.Busy[p.Address] = s.Busy[a]
			if n := s.Tonight[a]; n > 0 {
				whole.Tonight[p.Address] = n
			}
		}
		for _, g := range s.Workspace.Groups {
			g.Name = fmt.Sprintf("n%d-%s", i, g.Name)
			g.Members = renamed(g.Members, rename)
			whole.Workspace.Groups = append(whole.Workspace.Groups, g)
		}
		for _, b := range s.Bookings {
			current, there := s.Current[b.Series.UID]
			b.Group = fmt.Sprintf("n%d-%s", i, b.Group)
			b.Series = renamedSeries(b.Series, i, rename)
			whole.Bookings = append(whole.Bookings, b)
			if there {
				whole.Current[b.Series.UID] = renamedSeries(current, i, rename)
			}
		}
	}
	return whole
}

func renamed(list []calendar.Address, rename func(calendar.Address) calendar.Address) (out []calendar.Address) {
	for _, a := range list {
		out = append(out, rename(a))
	}
	return out
}

func renamedSeries(s calendar.Series, i int, rename func(calendar.Address) calendar.Address) calendar.Series {
	s.UID = calendar.UID(fmt.Sprintf("%s%d", s.UID, i))
	s.Attendees = slices.Clone(s.Attendees)
	for k := range s.Attendees {
		s.Attendees[k].Address = rename(s.Attendees[k].Address)
	}
	s.Overrides = slices.Clone(s.Overrides)
	for k := range s.Overrides {
		rsvps := map[calendar.Address]calendar.RSVP{}
		for a, r := range s.Overrides[k].RSVPs {
			rsvps[rename(a)] = r
		}
		if len(rsvps) > 0 {
			s.Overrides[k].RSVPs = rsvps
		}
	}
	return s
}

// BenchmarkLargeNight reads and plans a night of groups of five that share nobody,
// from a store and calendars that answer at once. It reports the CPU time of a night without
// that of making up its meetings, which stands beside it, the memory that the roster takes,
// and the most that was held.
func BenchmarkLargeNight(b *testing.B) {
	for _, groups := range []int{2_000, 20_000} {
		b.Run(fmt.Sprintf("%d groups of %d people", groups, 5*groups), func(b *testing.B) {
			defer debug.SetGCPercent(debug.SetGCPercent(50)) // about what the program sets where so much lives
			s, making := largeService(b, groups)
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			peak, stop := watchHeap()
			changes, start, made := 0, calendartest.CPUTime(), *making
			for b.Loop() {
				plan, err := repair.PlanNight(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				changes = len(plan.Changes)
			}
			whole, made := calendartest.CPUTime()-start, *making-made
			close(stop)
			b.ReportMetric((whole-made).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(made.Seconds()/float64(b.N), "making-cpu-s/op")
			b.ReportMetric(float64(before.HeapAlloc)/1e6, "MB-before")
			b.ReportMetric(float64(<-peak)/1e6, "MB-peak")
			b.ReportMetric(float64(changes), "changes")
		})
	}
}

// watchHeap returns the largest heap until stop is closed.
func watchHeap() (peak chan uint64, stop chan bool) {
	peak, stop = make(chan uint64, 1), make(chan bool)
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak, stop
}

// largeService returns a service whose calendars are made up when they are read, and
// the CPU time that this has taken.
func largeService(b *testing.B, groups int) (*scheduler.Service, *time.Duration) {
	b.Helper()
	night := time.Date(2026, 2, 1, 2, 0, 0, 0, time.UTC)
	w := scheduler.Workspace{Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin", Roster: scheduler.NewRoster(), Repair: scheduler.DefaultRepairRules()}
	for i := range 5 * groups {
		a := calendar.Address(fmt.Sprintf("p%05d@acme.example", i))
		w.Roster.Put(scheduler.Person{Address: a, Zone: "Europe/Berlin", Hours: availability.OfficeHours()})
	}
	at := large{groups: groups, of: map[calendar.UID]int{}, making: new(time.Duration)}
	for i := range groups {
		at.of[manyBooking(i, 5, 5*groups).Series.UID] = i
	}
	return &scheduler.Service{
		Workspace: w, Store: largeStore{large: at}, Backend: largeCalendars{large: at}, Now: func() time.Time { return night },
		Holidays: func(string, availability.Date, availability.Date) ([]availability.Date, error) { return nil, nil },
	}, at.making
}

// A large workspace is made up where it is read.
type large struct {
	groups int
	of     map[calendar.UID]int
	making *time.Duration // CPU time that busy times have taken
}

func (l large) booking(i int) scheduler.Booking { return manyBooking(i, 5, 5*l.groups) }

// largeCalendars are a backend that is only read.
type largeCalendars struct {
	calendar.Backend
	large
}

func (c largeCalendars) Get(_ context.Context, uid calendar.UID) (calendar.Series, error) {
	return c.booking(c.of[uid]).Series, nil
}

func (c largeCalendars) Busy(_ context.Context, people []calendar.Address, window availability.Interval, _ ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	out, start := map[calendar.Address]availability.Busy{}, calendartest.CPUTime()
	defer func() { *c.making += calendartest.CPUTime() - start }()
	for i, a := range people {
		var number int
		if _, err := fmt.Sscanf(string(a), "p%d@", &number); err != nil {
			return nil, err
		}
		out[a] = manyMeetings(rand.New(rand.NewPCG(uint64(i), 1)), window, calendartest.Sessions(c.booking(number/5).Series))
	}
	return out, nil
}

// largeStore is a store that is only read.
type largeStore struct {
	snapshotStore
	large
}

func (s largeStore) Bookings(_ context.Context, groups ...string) (out scheduler.Bookings, err error) {
	for _, name := range groups {
		var i int
		if _, err := fmt.Sscanf(name, "g%d", &i); err != nil {
			return nil, err
		}
		out = append(out, s.booking(i))
	}
	return out, nil
}

func (s largeStore) BookingRefs(context.Context) ([]scheduler.BookingRef, error) {
	out := make([]scheduler.BookingRef, s.groups)
	for i := range out {
		b := s.booking(i)
		out[i] = b.Ref()
	}
	return out, nil
}

// A snapshotStore is a store that is only read.
type snapshotStore struct {
	scheduler.Store
	bookings scheduler.Bookings // sorted
}

func (s snapshotStore) Bookings(_ context.Context, groups ...string) (out scheduler.Bookings, err error) {
	for _, name := range groups {
		i, _ := slices.BinarySearchFunc(s.bookings, name, func(b scheduler.Booking, name string) int { return cmp.Compare(b.Group, name) })
		for ; i < len(s.bookings) && s.bookings[i].Group == name; i++ {
			out = append(out, s.bookings[i])
		}
	}
	return out, nil
}

func (s snapshotStore) BookingRefs(context.Context) ([]scheduler.BookingRef, error) {
	out := make([]scheduler.BookingRef, len(s.bookings))
	for i, b := range s.bookings {
		out[i] = b.Ref()
	}
	return out, nil
}

func (snapshotStore) BookingsOf(context.Context, string) ([]scheduler.Booking, error) {
	return nil, nil
}

func (snapshotStore) History(context.Context, string, time.Time) ([]scheduler.Event, error) {
	return nil, nil
}

func (snapshotStore) Undelivered(context.Context) ([]scheduler.Notice, error) { return nil, nil }

func (snapshotStore) LastRounds(context.Context) ([]scheduler.Round, error) {
	return nil, nil
}
func (snapshotStore) Moves(context.Context, time.Time) ([]scheduler.Moves, error) {
	return nil, nil
}
func (snapshotStore) Unreadable(context.Context) (map[calendar.Address]time.Time, error) {
	return nil, nil
}
