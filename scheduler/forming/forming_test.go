package forming_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/planning"
)

const organizer = calendar.Address("people-ops@acme.example")

var now = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// start is the Monday after now.
var start = availability.Date{Year: 2026, Month: 1, Day: 5}

// numbered returns n addresses in ascending order.
func numbered(n int) []calendar.Address {
	out := make([]calendar.Address, n)
	for i := range out {
		out[i] = calendar.Address(fmt.Sprintf("p%03d@acme.example", i))
	}
	return out
}

// snapshotOf returns people of Berlin whose calendars are empty, each in a team of
// their own.
func snapshotOf(people []calendar.Address) planning.Snapshot {
	roster := scheduler.NewRoster()
	busy := map[calendar.Address]availability.Busy{}
	window := availability.Interval{Start: now.AddDate(0, 0, -10), End: now.AddDate(0, 6, 0)}
	for _, a := range people {
		roster.Put(scheduler.Person{Address: a, Zone: "Europe/Berlin", Hours: availability.OfficeHours(), Team: string(a)})
		busy[a] = availability.Busy{Window: window}
	}
	return planning.Snapshot{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin", Roster: roster, Repair: scheduler.DefaultRepairRules(),
		},
		Busy: busy, Window: window, Now: now,
	}
}

func program(kind scheduler.Kind, least, most int) scheduler.Program {
	p := scheduler.DefaultProgram()
	p.Name, p.Kind, p.MinSize, p.MaxSize = "p", kind, least, most
	return p
}

func formed(t *testing.T, s planning.Snapshot, f forming.Request) forming.Plan {
	t.Helper()
	f.Start = start
	s.Workspace.Programs = []scheduler.Program{f.Program}
	plan, err := forming.Propose(t.Context(), s, f)
	if err != nil {
		t.Fatal(err)
	}
	checkRound(t, plan)
	return plan
}

// checkRound checks that the groups have names of their own and that nobody is in
// two.
func checkRound(t *testing.T, plan forming.Plan) {
	t.Helper()
	names, in := map[string]bool{}, map[calendar.Address]string{}
	for _, g := range plan.Round.Groups {
		if names[g.Name] || g.Name == "" {
			t.Errorf("a second group is called %q", g.Name)
		}
		names[g.Name] = true
		for _, a := range g.Members {
			if in[a] != "" && plan.Program.Kind != scheduler.OneOnOne {
				t.Errorf("%s is in %s and %s", a, in[a], g.Name)
			}
			in[a] = g.Name
		}
	}
}

func TestPairsMeetEverybodyOnce(t *testing.T) {
	for _, n := range []int{2, 4, 6, 12, 20} {
		s := snapshotOf(numbered(n))
		f := forming.Request{Program: program(scheduler.Pair, 2, 3)}
		met := map[[2]calendar.Address]bool{}
		for round := range n - 1 {
			f.Seed = uint64(round)
			plan := formed(t, s, f)
			if len(plan.Groups) != n/2 || plan.Repeats != 0 {
				t.Fatalf("%d people, round %d: %d groups, %d repeats; want %d and none", n, round+1, len(plan.Groups), plan.Repeats, n/2)
			}
			for _, g := range plan.Groups {
				pair := [2]calendar.Address{g.Members[0], g.Members[1]}
				if met[pair] {
					t.Fatalf("%d people, round %d: %v meet again", n, round+1, pair)
				}
				met[pair] = true
			}
			f.Rounds = append(f.Rounds, plan.Round)
		}
		if n > 2 {
			if plan := formed(t, s, f); plan.Repeats != n/2 {
				t.Errorf("%d people, round %d: %d repeats; everybody has met everybody", n, n, plan.Repeats)
			}
		}
	}
}

func TestOddOneOutJoinsATrio(t *testing.T) {
	s := snapshotOf(numbered(7))
	f := forming.Request{Program: program(scheduler.Pair, 2, 3)}
	for range 2 { // each brings five of the 21 pairs together
		plan := formed(t, s, f)
		var sizes []int
		for _, g := range plan.Groups {
			sizes = append(sizes, len(g.Members))
		}
		slices.Sort(sizes)
		if !slices.Equal(sizes, []int{2, 2, 3}) || plan.Repeats != 0 {
			t.Errorf("round %d: groups of %v and %d repeats; want two pairs and a trio, and none", plan.Round.Number, sizes, plan.Repeats)
		}
		f.Rounds = append(f.Rounds, plan.Round)
	}
}

func TestRulesOfPairsAreKept(t *testing.T) {
	people := numbered(6)
	s := snapshotOf(people)
	p := program(scheduler.Pair, 2, 3)
	p.NeverTogether = [][]calendar.Address{{people[0], people[1]}, {people[0], people[2]}}
	f := forming.Request{Program: p}
	for range 8 {
		plan := formed(t, s, f)
		for _, g := range plan.Groups {
			if g.Members[0] == people[0] && (g.Members[1] == people[1] || g.Members[1] == people[2]) {
				t.Errorf("%v are never together, but are in round %d", g.Members, plan.Round.Number)
			}
		}
		f.Rounds = append(f.Rounds, plan.Round)
	}
}

func TestFormingAvoidsWhoMetBefore(t *testing.T) {
	people := numbered(9)
	s := snapshotOf(people)
	f := forming.Request{Program: program(scheduler.Circle, 3, 3)}
	f.Past = []scheduler.Round{{Number: 1, Groups: []scheduler.Group{{Members: people[:3]}, {Members: people[3:6]}, {Members: people[6:]}}}}
	for round := range 3 { // nine people in threes can meet without a repeat four times
		plan := formed(t, s, f)
		if plan.Repeats != 0 || plan.Cost != 0 || !plan.Proven {
			t.Fatalf("round %d: %d repeats at cost %d, proven %v; want none", round+2, plan.Repeats, plan.Cost, plan.Proven)
		}
		f.Rounds = append(f.Rounds, plan.Round)
	}
}

func TestSameSeedSameGroups(t *testing.T) {
	s := snapshotOf(numbered(13))
	f := forming.Request{Program: program(scheduler.Circle, 4, 6), Seed: 5}
	a := formed(t, s, f)
	f.Cores = 2
	b := formed(t, s, f)
	if diff := cmp.Diff(a.Round, b.Round); diff != "" {
		t.Errorf("a second forming with the same seed differs (-first +second):\n%s", diff)
	}
}

func TestWhoIsNotThereIsLeftOut(t *testing.T) {
	people := numbered(8)
	s := snapshotOf(people)
	change := func(i int, f func(*scheduler.Person)) {
		p := s.Workspace.Roster.Of(people[i])
		f(&p)
		s.Workspace.Roster.Put(p)
	}
	away := func(first, last int) func(*scheduler.Person) {
		return func(p *scheduler.Person) {
			p.Away = append(p.Away, scheduler.DateRange{First: start.AddDays(first), Last: start.AddDays(last)})
		}
	}
	change(0, away(0, 18))                                                    // to the third Friday
	change(1, away(0, 17))                                                    // back that Friday
	change(2, away(1, 30))                                                    // there on the first Monday
	change(3, func(p *scheduler.Person) { away(-5, 8)(p); away(9, 40)(p) })   // in two pieces
	change(4, func(p *scheduler.Person) { p.PausedUntil = start })            // back in time
	change(5, func(p *scheduler.Person) { p.PausedUntil = start.AddDays(1) }) // not quite
	plan := formed(t, s, forming.Request{Program: program(scheduler.Circle, 5, 5)})
	want := []forming.LeftOut{
		{people[0], "is away for the first 3 weeks"}, {people[3], "is away for the first 3 weeks"}, {people[5], "has paused until 2026-01-06"},
	}
	if diff := cmp.Diff(want, plan.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	if got := plan.Groups[0].Members; !slices.Equal(got, []calendar.Address{people[1], people[2], people[4], people[6], people[7]}) {
		t.Errorf("the group is %v", got)
	}
}

func TestUnknownCalendarsAreFreeForFormingOnly(t *testing.T) {
	people := numbered(4)
	s := snapshotOf(people)
	s.Busy[people[3]] = availability.Unreadable("no calendar")
	plan := formed(t, s, forming.Request{Program: program(scheduler.Circle, 4, 4)})
	g := plan.Groups[0]
	if _, attendance, possible := g.Slot(); g.Common != 13 || attendance != 39 || possible != 52 {
		t.Errorf("common %d, attendance %d of %d; want 13 common sessions, and the unknown one not counted: 39 of 52", g.Common, attendance, possible)
	}
	if len(plan.Unknown) != 1 || !slices.Equal(plan.Assumed, people[3:]) {
		t.Errorf("unknown %v, assumed %v; want %s named in both", plan.Unknown, plan.Assumed, people[3])
	}
}

func TestFormingThatCannotBe(t *testing.T) {
	people := numbered(6)
	tests := []struct {
		name  string
		p     func(*scheduler.Program, planning.Snapshot)
		wants string
	}{
		{"sizes", func(p *scheduler.Program, _ planning.Snapshot) { p.MinSize, p.MaxSize = 4, 5 }, "6 people cannot be divided into groups of 4 to 5"},
		{"two each", func(p *scheduler.Program, s planning.Snapshot) {
			p.MinSize, p.MaxSize = 2, 2
			s.Workspace.Roster.Remove(people[0])
		}, "5 people cannot be divided into groups of 2"},
		{"nobody", func(p *scheduler.Program, _ planning.Snapshot) { p.People.Role = "none" }, "a group needs two people, and nobody takes part"},
		{"all but one paused", func(_ *scheduler.Program, s planning.Snapshot) {
			for _, a := range people[1:] {
				p := s.Workspace.Roster.Of(a)
				p.PausedUntil = start.AddDays(1)
				s.Workspace.Roster.Put(p)
			}
		}, fmt.Sprintf("only %s takes part; %s has paused until %s; ", people[0], people[1], start.AddDays(1))},
		{"a rule", func(p *scheduler.Program, _ planning.Snapshot) {
			p.NeverTogether = [][]calendar.Address{people[:3]} // three who must be apart, in two groups
		}, "at most 2 groups: p000@acme.example, p001@acme.example, p002@acme.example"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := snapshotOf(people)
			f := forming.Request{Program: program(scheduler.Circle, 3, 3), Start: start}
			test.p(&f.Program, s)
			_, err := forming.Propose(t.Context(), s, f)
			var infeasible *forming.InfeasibleError
			if !errors.As(err, &infeasible) || !strings.Contains(err.Error(), test.wants) {
				t.Errorf("error %v; want an InfeasibleError that says %q", err, test.wants)
			}
		})
	}
}

func TestKeepAndSwap(t *testing.T) {
	people := numbered(12)
	s := snapshotOf(people)
	f := forming.Request{Program: program(scheduler.Circle, 4, 4)}
	first := formed(t, s, f)
	f.Rounds, f.Keep = []scheduler.Round{first.Round}, []string{first.Groups[1].Name}
	second := formed(t, s, f)
	kept := slices.IndexFunc(second.Groups, func(g forming.Group) bool { return g.Kept })
	if kept < 0 || !cmp.Equal(second.Groups[kept].Group, first.Groups[1].Group) {
		t.Errorf("no group of the second round is the kept one, %+v", first.Groups[1].Group)
	}
	if want := []string{first.Groups[0].Name, first.Groups[2].Name}; !slices.Equal(second.Replaced, want) {
		t.Errorf("replaced %v; want %v", second.Replaced, want)
	}
	f.Keep = nil
	third := formed(t, s, f)
	f.Swaps = []forming.Swap{{A: third.Groups[0].Members[0], B: third.Groups[1].Members[0]}}
	swapped := formed(t, s, f)
	if got := swapped.Swapped; len(got) != 1 || got[0].Before != third.Cost || got[0].After != swapped.Cost || swapped.Cost < third.Cost {
		t.Errorf("swapped %+v; want one, from %d to %d", got, third.Cost, swapped.Cost)
	}
	all := f
	all.Keep = []string{first.Groups[0].Name, first.Groups[1].Name, first.Groups[2].Name}
	all.Swaps = []forming.Swap{{A: first.Groups[0].Members[0], B: first.Groups[1].Members[0]}}
	if got := formed(t, s, all); got.Cost >= got.Swapped[0].Before || got.Bound > got.Cost || got.Proven {
		t.Errorf("a swap of people in kept groups, who met there, costs %d instead of %d, and at least %d, proven %t", got.Cost, got.Swapped[0].Before, got.Bound, got.Proven)
	}
	f.Program.NeverTogether = [][]calendar.Address{{third.Groups[0].Members[0], third.Groups[1].Members[1]}}
	f.Start = start
	var infeasible *forming.InfeasibleError
	if _, err := forming.Propose(t.Context(), s, f); err != nil && !errors.As(err, &infeasible) {
		t.Errorf("a swap against a rule: %v; want an InfeasibleError", err)
	}
}

func TestBiweeklyGroupsChooseTheirWeek(t *testing.T) {
	people := numbered(4)
	s := snapshotOf(people)
	for week := 0; week < 20; week += 2 { // everybody is busy in every other week
		monday := start.AddDays(7 * week).In(time.UTC).Start
		for _, a := range people {
			b := s.Busy[a]
			b.Add(availability.Interval{Start: monday, End: monday.AddDate(0, 0, 7)})
			s.Busy[a] = b
		}
	}
	p := program(scheduler.Circle, 4, 4)
	p.Cadence = availability.Biweekly
	plan := formed(t, s, forming.Request{Program: p})
	if g := plan.Groups[0]; g.Common != 7 || g.Sessions != 7 || plan.Cost != 0 {
		t.Errorf("%d of %d sessions in common at cost %d; want 7 of 7 in the other weeks at 0", g.Common, g.Sessions, plan.Cost)
	}
}

func TestStandingPairs(t *testing.T) {
	people := numbered(3)
	s := snapshotOf(people)
	p := program(scheduler.OneOnOne, 2, 2)
	p.Interdependence = map[string]string{string(people[0]) + "-" + string(people[2]): "strong"}
	plan := formed(t, s, forming.Request{Program: p})
	var got []string
	for _, g := range plan.Groups {
		got = append(got, fmt.Sprint(g.Name, " ", g.Cadence, " ", g.Booking.Candidate.Count))
	}
	want := []string{"p-p000-p001 biweekly 7", "p-p000-p002 weekly 13", "p-p001-p002 biweekly 7"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
	again := formed(t, s, forming.Request{Program: p, Rounds: []scheduler.Round{plan.Round}})
	if diff := cmp.Diff(plan.Round.Groups, again.Round.Groups); diff != "" || len(again.Replaced) != 0 {
		t.Errorf("the next round replaces %v and differs (-first +second):\n%s", again.Replaced, diff)
	}
}

func TestGroupNamesAreSafe(t *testing.T) {
	people := numbered(120)
	p := program(scheduler.Pair, 2, 3)
	p.Name = strings.Repeat("n", 64)
	s := snapshotOf(people)
	s.Workspace.Groups = []scheduler.Group{{Name: strings.ToUpper(strings.Repeat("n", 56)) + "-1-AMBER", Members: people[:2]}}
	for _, g := range formed(t, s, forming.Request{Program: p}).Round.Groups {
		if len(g.Name) > 64 || strings.EqualFold(g.Name, s.Workspace.Groups[0].Name) {
			t.Errorf("name %q: %d characters; want at most 64, and not the name of another group", g.Name, len(g.Name))
		}
	}
}

// TestKeptGroupIsNotBusyWithItself: what a group's own series takes is free for the
// group while it stays, and nobody is counted as having met again for staying.
func TestKeptGroupIsNotBusyWithItself(t *testing.T) {
	people := numbered(8)
	s := snapshotOf(people)
	f := forming.Request{Program: program(scheduler.Circle, 4, 4)}
	first := formed(t, s, f)
	for _, a := range first.Groups[0].Members { // free for the hour of their own sessions only
		p := s.Workspace.Roster.Of(a)
		p.Hours = availability.Hours{}.With(time.Tuesday, availability.ClockRange{From: 15 * time.Hour, To: 16 * time.Hour})
		s.Workspace.Roster.Put(p)
	}
	again := formed(t, s, f)
	kept := slices.IndexFunc(again.Groups, func(g forming.Group) bool { return slices.Equal(g.Members, first.Groups[0].Members) })
	if kept < 0 || again.Groups[kept].Common != 13 {
		t.Fatalf("groups %+v; want one of those who are free on Tuesdays", again.Groups)
	}
	g := again.Groups[kept]
	s.Bookings = append(s.Bookings, g.Booking.Booking)
	f.Rounds, f.Keep = []scheduler.Round{again.Round}, []string{g.Name}
	next := formed(t, s, f)
	for _, h := range next.Groups {
		if h.Name == g.Name && (h.Common != 13 || h.Cost.Sessions != 0) {
			t.Errorf("the kept group has %d sessions in common at a cost of %d; want 13 at none", h.Common, h.Cost.Sessions)
		}
	}
	f.Rounds = append(f.Rounds, next.Round)
	for _, h := range formed(t, s, f).Groups {
		if h.Name == g.Name && h.Cost.Met != 6*1000 {
			t.Errorf("six pairs who stayed together cost %d; want 6000", h.Cost.Met)
		}
	}
}

// TestPlace puts a newcomer where that costs least, and nobody else moves.
func TestPlace(t *testing.T) {
	people := numbered(9)
	s := snapshotOf(people)
	newcomer := people[8]
	roster := s.Workspace.Roster
	p := roster.Of(newcomer)
	roster.Remove(newcomer)
	f := forming.Request{Program: program(scheduler.Circle, 4, 5)}
	first := formed(t, s, f)
	p.Department = "d"
	roster.Put(p)
	for _, a := range first.Groups[0].Members { // the other group is the better one
		q := roster.Of(a)
		q.Department = "d"
		roster.Put(q)
	}
	f.Rounds, f.Place = []scheduler.Round{first.Round}, []calendar.Address{newcomer}
	plan := formed(t, s, f)
	want := []forming.Placed{{
		Person: newcomer,
		Option: forming.Option{Group: first.Groups[1].Name, CommonBefore: 13, CommonAfter: 13},
		Others: []forming.Option{{Group: first.Groups[0].Name, Before: 60, After: 100, CommonBefore: 13, CommonAfter: 13}},
	}}
	if diff := cmp.Diff(want, plan.Placed); diff != "" {
		t.Errorf("placed (-want +got):\n%s", diff)
	}
	if plan.Repeats != 0 {
		t.Errorf("%d repeats; want none, for the groups go on and the newcomer has met nobody", plan.Repeats)
	}
	if got := plan.Next(); len(got.Fresh) != 0 || len(got.Replaced) != 0 || got.Round.Number != 2 {
		t.Errorf("next %+v; want round 2 with the same groups", got)
	}
	f.Program.Apart = []scheduler.Rule{scheduler.SameDept}
	if plan := formed(t, s, f); len(plan.Placed) != 1 || len(plan.Placed[0].Others) != 0 {
		t.Errorf("placed %+v; a rule leaves one group only", plan.Placed)
	}
	f.Program.MaxSize, f.Start = 4, start
	var infeasible *forming.InfeasibleError
	if _, err := forming.Propose(t.Context(), s, f); !errors.As(err, &infeasible) {
		t.Errorf("all groups full: %v; want an InfeasibleError", err)
	}
	f.Place = people[:1]
	if _, err := forming.Propose(t.Context(), s, f); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("somebody in a group already: %v", err)
	}
}

// TestRoundsAhead: what is shown ahead is what is then formed round by round.
func TestRoundsAhead(t *testing.T) {
	s := snapshotOf(numbered(8))
	f := forming.Request{Program: program(scheduler.Pair, 2, 3), Count: 7}
	ahead := formed(t, s, f).Later
	f.Count = 0
	for k := range 7 {
		plan := formed(t, s, f)
		var got [][]calendar.Address
		for _, g := range plan.Groups {
			got = append(got, g.Members)
		}
		want := forming.Later{Number: k + 1, Groups: got, Met: 4 * (k + 1), Possible: 28}
		if diff := cmp.Diff(want, ahead[k]); diff != "" {
			t.Errorf("round %d (-formed +shown ahead):\n%s", k+1, diff)
		}
		f.Rounds = append(f.Rounds, plan.Round)
	}
}

// TestPromise: later rounds keep what was shown ahead, whatever the seed and the calendars, until
// somebody joins.
func TestPromise(t *testing.T) {
	s := snapshotOf(numbered(12))
	f := forming.Request{Program: program(scheduler.Circle, 4, 4), Count: 3}
	first := formed(t, s, f)
	f.Count, f.Rounds = 0, []scheduler.Round{first.Round}
	for k := 1; k < 3; k++ {
		f.Seed = uint64(k)
		plan := formed(t, s, f)
		var got [][]calendar.Address
		for _, g := range plan.Groups {
			got = append(got, g.Members)
		}
		if diff := cmp.Diff(first.Later[k].Groups, got); diff != "" || !plan.Promised {
			t.Errorf("round %d, promised %t (-promised +formed):\n%s", k+1, plan.Promised, diff)
		}
		f.Rounds = append(f.Rounds, plan.Round)
	}
	if plan := formed(t, s, f); plan.Promised || plan.Round.Promised != nil || plan.Dropped != "" {
		t.Error("a round is formed by a promise that was not made")
	}
}

// TestPromiseDropped: what was promised and cannot be kept is given up, with the reason.
func TestPromiseDropped(t *testing.T) {
	s := snapshotOf(numbered(12))
	f := forming.Request{Program: program(scheduler.Circle, 4, 4), Count: 3}
	first := formed(t, s, f)
	f.Count, f.Rounds = 0, []scheduler.Round{first.Round}
	together := first.Later[1].Groups[0]
	for _, tt := range []struct {
		want   string
		people int
		change func(f *forming.Request)
	}{
		{"p012@acme.example and 3 more now take part", 16, func(*forming.Request) {}},
		{"p008@acme.example and 3 more no longer take part", 8, func(*forming.Request) {}},
		{"groups are kept or joined", 12, func(f *forming.Request) { f.Keep = []string{first.Groups[0].Name} }},
		{"people were swapped by hand", 12, func(f *forming.Request) {
			f.Swaps = []forming.Swap{{A: together[0], B: first.Later[1].Groups[1][0]}}
		}},
		{fmt.Sprintf("%s and %s would be together against never-together", together[0], together[1]), 12, func(f *forming.Request) {
			f.Program.NeverTogether = [][]calendar.Address{{together[0], together[1]}}
		}},
	} {
		t.Run(tt.want, func(t *testing.T) {
			s := snapshotOf(numbered(tt.people))
			f := f
			tt.change(&f)
			s.Workspace.Programs = []scheduler.Program{f.Program}
			if plan := formed(t, s, f); plan.Dropped != tt.want || plan.Round.Promised != nil {
				t.Errorf("got %q, and %d rounds promised, want %q and none", plan.Dropped, len(plan.Round.Promised), tt.want)
			}
		})
	}
}

// BenchmarkPlace puts one person into a program of 200 people; a person waits for it.
func BenchmarkPlace(b *testing.B) {
	people := numbered(201)
	s := snapshotOf(people)
	f := forming.Request{Program: program(scheduler.Circle, 4, 6), Start: start, Place: people[200:]}
	s.Workspace.Programs = []scheduler.Program{f.Program}
	round := scheduler.Round{Program: "p", Number: 1, Start: start}
	for at := 0; at < 200; at += 5 {
		round.Groups = append(round.Groups, scheduler.Group{Name: fmt.Sprint("g", at), Program: "p", Members: people[at : at+5]})
	}
	f.Rounds = []scheduler.Round{round}
	for b.Loop() {
		plan, err := forming.Propose(b.Context(), s, f)
		if err != nil || len(plan.Placed) != 1 {
			b.Fatal(len(plan.Placed), err)
		}
	}
}

// A group of which one is left ends when that one is placed elsewhere, or a new round is
// formed: its series runs out as those of all former groups do.
func TestAGroupOfWhichOneIsLeftIsReplaced(t *testing.T) {
	people := numbered(4)
	s := snapshotOf(people)
	f := forming.Request{Program: program(scheduler.Pair, 2, 2)}
	first := formed(t, s, f)
	gone := first.Groups[1]
	s.Workspace.Roster.Remove(gone.Members[0])
	f.Rounds, f.Place = []scheduler.Round{first.Round}, gone.Members[1:]
	if plan := formed(t, s, f); len(plan.Groups) != 1 || !slices.Equal(plan.Replaced, []string{gone.Name}) {
		t.Errorf("placed: %d groups, replaced %v; want one, and %s replaced", len(plan.Groups), plan.Replaced, gone.Name)
	}
	back := scheduler.Person{Address: "zoe@acme.example", Role: "lead", Zone: "Europe/Berlin", Hours: availability.OfficeHours()}
	s.Workspace.Roster.Put(back)
	s.Busy[back.Address] = availability.Busy{Window: s.Window}
	f.Place = []calendar.Address{back.Address}
	plan := formed(t, s, f)
	if want := (scheduler.Group{Name: gone.Name, Program: gone.Program, Members: []calendar.Address{gone.Members[1], back.Address}}); len(plan.Groups) != 2 || len(plan.Replaced)+len(plan.LeftOut) != 0 ||
		!slices.ContainsFunc(plan.Groups, func(g forming.Group) bool { return g.Name == want.Name && slices.Equal(g.Members, want.Members) }) {
		t.Errorf("somebody new: %+v, replaced %v, left out %v; want them with who is left", plan.Groups, plan.Replaced, plan.LeftOut)
	}
	f.Place = []calendar.Address{gone.Members[1], back.Address}
	if both := formed(t, s, f); len(both.Groups) != 2 || len(both.Replaced)+len(both.LeftOut) != 0 || len(both.Placed) != 1 {
		t.Errorf("both: %+v, replaced %v; want them together", both.Groups, both.Replaced)
	}
	f.Place = f.Place[1:]
	f.Program.NeverTogether = [][]calendar.Address{{back.Address, gone.Members[1]}}
	if plan := formed(t, s, f); len(plan.Groups) != 1 || len(plan.LeftOut) != 1 || plan.LeftOut[0].Person != gone.Members[1] || !slices.Equal(plan.Replaced, []string{gone.Name}) {
		t.Errorf("somebody new who may not join: %+v, left out %v; want a trio, and who is left named", plan.Groups, plan.LeftOut)
	}
	f.Program.NeverTogether, f.Place = nil, nil
	s.Workspace.Roster.Remove(back.Address)
	if plan := formed(t, s, f); !slices.Equal(plan.Replaced, []string{first.Groups[0].Name, first.Groups[1].Name}) {
		t.Errorf("the next round: replaced %v; want both", plan.Replaced)
	}
}
