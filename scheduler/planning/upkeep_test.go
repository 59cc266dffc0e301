package planning_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// upkeep returns what is named of a snapshot, as kind, group or program, and person.
func upkeep(s planning.Snapshot) (out []string) {
	for _, f := range planning.Upkeep(s) {
		if !planning.IsUpkeep(f.Kind) {
			panic("upkeep finds what is none: " + f.Kind)
		}
		out = append(out, fmt.Sprintf("%s %s/%s %s", f.Kind, f.Group, f.Program, f.Person))
	}
	return out
}

func TestUpkeep(t *testing.T) {
	program := func() scheduler.Program {
		p := scheduler.DefaultProgram()
		p.Name, p.MinSize = "circles", 3
		return p
	}
	booking := func(group string) scheduler.Booking {
		return scheduler.Booking{Group: group, Program: "circles", State: scheduler.Booked, Rules: program()}
	}
	snapshot := func(change func(*planning.Snapshot)) planning.Snapshot {
		s := planning.Snapshot{Now: now, Workspace: scheduler.Workspace{Roster: scheduler.NewRoster(), Programs: []scheduler.Program{program()}}}
		for _, a := range []calendar.Address{ana, bo, cem} {
			s.Workspace.Roster.Put(scheduler.Person{Address: a})
		}
		g := scheduler.Group{Name: "g", Program: "circles", Members: []calendar.Address{ana, bo, cem}}
		s.Workspace.Groups = []scheduler.Group{g}
		s.Rounds = []scheduler.Round{{Program: "circles", Number: 1, Groups: []scheduler.Group{{Name: "older"}}}, {Program: "circles", Number: 2, Groups: []scheduler.Group{g}}}
		s.Bookings = scheduler.Bookings{booking("g")}
		change(&s)
		return s
	}
	leave := func(people ...calendar.Address) func(*planning.Snapshot) {
		return func(s *planning.Snapshot) {
			for _, a := range people {
				s.Workspace.Roster.Remove(a)
			}
			s.Workspace.Groups = s.Workspace.CurrentGroups(s.Rounds)
		}
	}
	for name, c := range map[string]struct {
		change func(*planning.Snapshot)
		want   []string
	}{
		"all is well":            {func(*planning.Snapshot) {}, nil},
		"a record is unreadable": {func(s *planning.Snapshot) { s.Bookings[0].Fault = errors.New("broken") }, []string{"broken-record g/circles "}},
		"the group is gone": {func(s *planning.Snapshot) { s.Bookings = append(s.Bookings, booking("old")) },
			[]string{"no-group old/circles "}},
		"but not one for one series alone": {func(s *planning.Snapshot) {
			loose := booking("once")
			loose.Loose, loose.Program = true, ""
			s.Bookings = append(s.Bookings, loose)
		}, nil},
		"nor one that runs out": {func(s *planning.Snapshot) {
			old := booking("old")
			old.Reviewed = true
			s.Bookings = append(s.Bookings, old)
		}, nil},
		"somebody hears nothing": {func(s *planning.Snapshot) {
			s.Bookings[0].Unreached = map[calendar.Address]string{bo: "5.1", ana: "3.7"}
		},
			[]string{"unreached g/ " + string(ana), "unreached g/ " + string(bo)}},
		"the program is gone": {func(s *planning.Snapshot) { s.Workspace.Programs = nil }, []string{"no-program g/circles "}},
		"a group of no program": {func(s *planning.Snapshot) {
			s.Workspace.Groups = append(s.Workspace.Groups, scheduler.Group{Name: "h", Program: "nothing", Members: []calendar.Address{ana, bo}})
		}, []string{"no-program h/nothing "}},
		"other rules": {func(s *planning.Snapshot) { s.Workspace.Programs[0].Cadence = availability.Monthly }, []string{"other-rules g/circles "}},
		"another program": {func(s *planning.Snapshot) {
			other := program()
			other.Name = "new"
			s.Workspace.Programs = append(s.Workspace.Programs, other)
			s.Workspace.Groups[0].Program, s.Rounds = "new", nil
		}, []string{"other-rules g/new "}},
		"a program that is not there": {func(s *planning.Snapshot) { s.Workspace.Groups[0].Program, s.Rounds = "nothing", nil }, []string{"no-program g/nothing "}},
		"a stranger": {func(s *planning.Snapshot) {
			s.Workspace.Groups[0].Members = append(slices.Clone(s.Workspace.Groups[0].Members), dee)
			s.Workspace.Programs[0].NeverTogether = [][]calendar.Address{{ana, "zoe@acme.example"}}
		}, []string{"stranger /circles zoe@acme.example", "stranger g/circles dee@acme.example"}},
		"a joiner": {func(s *planning.Snapshot) { s.Workspace.Roster.Put(scheduler.Person{Address: dee}) }, []string{"unplaced /circles dee@acme.example"}},
		"a leaver of a group named by hand": {func(s *planning.Snapshot) {
			s.Rounds, s.Workspace.Groups[0].Members = nil, []calendar.Address{ana, bo, dee}
		}, []string{"too-small g/ ", "stranger g/circles dee@acme.example"}},
		"a leaver of a group named by hand as another program's is": {func(s *planning.Snapshot) {
			other, h := program(), scheduler.Group{Name: "h", Program: "new", Members: []calendar.Address{ana, bo, cem}}
			other.Name, other.People.Role = "new", "other"
			s.Workspace.Programs = append(s.Workspace.Programs, other)
			s.Rounds = append(s.Rounds, scheduler.Round{Program: "new", Number: 1, Groups: []scheduler.Group{h}})
			h.Program, h.Members = "circles", []calendar.Address{ana, bo, dee}
			s.Workspace.Groups = append(s.Workspace.Groups, h)
		}, []string{"too-small h/ ", "stranger h/circles dee@acme.example"}},
		"a leaver":          {leave(cem), []string{"too-small g/circles "}},
		"a partner is left": {leave(bo, cem), []string{"alone g/circles ana@acme.example"}},
		"one of a link is left": {func(s *planning.Snapshot) {
			s.Workspace.Programs[0].Kind, s.Workspace.Programs[0].MinSize = scheduler.OneOnOne, 2
			s.Rounds[1].Groups = []scheduler.Group{{Name: "g", Program: "circles", Members: []calendar.Address{ana, bo}, Cadence: availability.Biweekly}}
			s.Bookings[0].Rules.Cadence = availability.Biweekly
			s.Workspace.Groups = nil
			s.Workspace.Roster.Remove(bo)
		}, []string{"too-small g/circles "}},
		"a paused joiner": {func(s *planning.Snapshot) {
			s.Workspace.Roster.Put(scheduler.Person{Address: dee, PausedUntil: availability.DateOf(now).AddDays(7)})
		}, nil},
		"nothing follows":    {func(s *planning.Snapshot) { s.Bookings, s.Had = nil, map[string]bool{"g": true} }, nil},
		"nothing was booked": {func(s *planning.Snapshot) { s.Bookings = nil }, []string{"not-booked g/circles "}},
	} {
		if diff := cmp.Diff(c.want, upkeep(snapshot(c.change))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
