package planning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning/internal/booked"
)

// Upkeep names what does not fit together any more: records that cannot be read; bookings
// whose group, program or rules are not the configured ones; people who are named and
// not there; people who should be in a group and are in none; groups that fell under
// their size. Each is named until a person has settled it.
func Upkeep(s Snapshot) []scheduler.Finding {
	return append(BookingUpkeep(s), WorkspaceUpkeep(s)...)
}

// BookingUpkeep is Upkeep of the bookings of a snapshot, in their order.
func BookingUpkeep(s Snapshot) []scheduler.Finding {
	u, groups := newUpkeep(s), s.GroupsByName()
	var out []scheduler.Finding
	for _, b := range s.Bookings {
		out = append(out, u.bookingUpkeep(groups, b)...)
		out = append(out, Unreached(b)...)
	}
	return out
}

// WorkspaceUpkeep is Upkeep of what no booking tells.
func WorkspaceUpkeep(s Snapshot) []scheduler.Finding { return newUpkeep(s).findings() }

// upkeepKinds are those of the findings of Upkeep.
var upkeepKinds = append(slices.Clone(broken), scheduler.OtherRules, scheduler.Unplaced, scheduler.Alone, scheduler.TooSmall, scheduler.NotBooked, scheduler.Unreached)

// IsUpkeep reports whether Upkeep finds such things, for which no calendar is read.
func IsUpkeep(kind scheduler.FindingKind) bool { return slices.Contains(upkeepKinds, kind) }

// UpkeepOf is Upkeep for the workspace as the store has it, with the bookings that have
// not ended, some at a time. It reads no calendar.
func UpkeepOf(ctx context.Context, s *scheduler.Service, pages iter.Seq2[scheduler.Bookings, error]) ([]scheduler.Finding, error) {
	rounds, err := s.LastRounds(ctx)
	if err != nil {
		return nil, err
	}
	whole := Snapshot{Workspace: s.Workspace, Rounds: rounds, Agendas: agendas(s, nil), Now: s.Now(), Groups: s.Workspace.GroupsByName(), Booked: &booked.Groups{}}
	whole.formed = whole.formedGroups()
	var out []scheduler.Finding
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		part := whole
		part.Bookings = page
		for _, b := range page {
			whole.Booked.Add(b.Group, !b.Reviewed)
		}
		out = append(out, BookingUpkeep(part)...)
	}
	whole.Booked.Sort()
	if err := hadSeries(ctx, s, &whole); err != nil {
		return nil, err
	}
	return append(out, WorkspaceUpkeep(whole)...), nil
}

// An upkeep is a snapshot in the course of it: Booked and formed are there.
type upkeep struct {
	Snapshot
	last map[string]scheduler.Round // by program: whose groups are the current ones
}

func newUpkeep(s Snapshot) upkeep {
	s.Booked, s.formed = s.booked(), s.formedGroups()
	return upkeep{s, scheduler.LastRounds(s.Rounds)}
}

// booked returns which groups have a series.
func (s Snapshot) booked() *booked.Groups {
	if s.Booked != nil {
		return s.Booked
	}
	out := &booked.Groups{}
	for _, b := range s.Bookings {
		out.Add(b.Group, !b.Reviewed)
	}
	out.Sort()
	return out
}

// formedGroups returns the groups of the last rounds, also of which fewer than two are
// left.
func (s Snapshot) formedGroups() map[string]*scheduler.Groups {
	if s.formed != nil {
		return s.formed
	}
	out := map[string]*scheduler.Groups{}
	last := scheduler.LastRounds(s.Rounds)
	for _, p := range s.Workspace.Programs {
		out[p.Name] = scheduler.NewGroups(last[p.Name].Groups, nil)
	}
	return out
}

// isFormed reports whether a group is one of the last round of a program.
func (s Snapshot) isFormed(group, program string) bool {
	groups, ok := s.formed[program]
	if ok {
		_, ok = groups.Find(group)
	}
	return ok
}

// findings returns those of the workspace.
func (s upkeep) findings() []scheduler.Finding {
	var out []scheduler.Finding
	current := map[string][]int32{}
	for i, g := range s.Workspace.Groups {
		current[g.Program] = append(current[g.Program], int32(i))
		if _, ok := s.Workspace.Program(g.Program); !ok && !s.isBooked(g.Name) {
			out = append(out, scheduler.Finding{Kind: scheduler.NoSuchProgram, Group: g.Name, Program: g.Program})
		}
		if !s.isFormed(g.Name, g.Program) {
			out = append(out, s.namedUpkeep(g)...)
		}
	}
	out = append(out, s.Workspace.Spoilt...)
	out = append(out, strangers(s.Workspace)...)
	out = append(out, s.brokenAgendas()...)
	for _, line := range s.Workspace.Unread {
		out = append(out, scheduler.Finding{Kind: scheduler.UnreadLine, Err: errors.New(line)})
	}
	for _, p := range s.Workspace.Programs {
		if r, ok := s.last[p.Name]; ok && r.Fault == nil {
			out = append(out, s.roundUpkeep(p, r, current[p.Name])...)
		}
	}
	return out
}

// isBooked reports whether a group has a series, also one that was reviewed.
func (s upkeep) isBooked(group string) bool {
	_, ok := s.Booked.Find(group)
	return ok
}

// bookingUpkeep compares one booking with the configuration.
func (s upkeep) bookingUpkeep(groups *scheduler.Groups, b scheduler.Booking) []scheduler.Finding {
	f := scheduler.Finding{Group: b.Group, Program: b.Program, UID: b.Series.UID}
	if b.Fault != nil {
		f.Kind, f.Err = scheduler.BrokenRecord, b.Fault
		return []scheduler.Finding{f}
	}
	if b.Reviewed {
		return nil // it runs out as it is
	}
	if _, ok := groups.Find(b.Group); !ok && !b.Loose && !s.isFormed(b.Group, b.Program) && s.last[b.Program].Fault == nil {
		f.Kind = scheduler.NoSuchGroup
		return []scheduler.Finding{f}
	}
	g := scheduler.GroupIn(groups, b)
	for _, f.Program = range []string{b.Program, g.Program} {
		if _, ok := s.Workspace.Program(f.Program); !ok {
			f.Kind = scheduler.NoSuchProgram
			return []scheduler.Finding{f}
		}
	}
	p, _ := s.Workspace.Program(g.Program)
	if err := differs(p.For(g), b); err != nil {
		f.Kind, f.Err = scheduler.OtherRules, err
		return []scheduler.Finding{f}
	}
	return nil
}

// differs says which rules count for a booking's next series only.
func differs(p scheduler.Program, b scheduler.Booking) error {
	if b.Rules.Cadence == 0 || b.Loose {
		return nil // booked with flags of its own, or before rules were kept
	}
	var parts []string
	if p.Name != b.Program {
		parts = append(parts, fmt.Sprintf("program %q instead of %q", p.Name, b.Program))
	}
	if p.Cadence != b.Rules.Cadence {
		parts = append(parts, fmt.Sprintf("%s instead of %s", p.Cadence, b.Rules.Cadence))
	}
	if p.Length != b.Rules.Length {
		parts = append(parts, fmt.Sprintf("%d minutes instead of %d", int(p.Length.Minutes()), int(b.Rules.Length.Minutes())))
	}
	if len(parts) == 0 {
		return nil
	}
	return errors.New(strings.Join(parts, ", ") + ", from the next series on")
}

// strangers finds who is named in a group, a link or a rule, and not on the roster.
func strangers(w scheduler.Workspace) []scheduler.Finding {
	var out []scheduler.Finding
	look := func(f scheduler.Finding, people ...calendar.Address) {
		for _, a := range people {
			if !w.Roster.Has(a) {
				f.Kind, f.Person = scheduler.Stranger, a
				out = append(out, f)
			}
		}
	}
	for _, g := range w.Groups {
		look(scheduler.Finding{Group: g.Name, Program: g.Program}, g.Members...)
	}
	for _, p := range w.Programs {
		f := scheduler.Finding{Program: p.Name}
		look(f, p.People.Addresses...)
		for _, l := range p.Links {
			look(f, l.A, l.B)
		}
		for _, list := range p.NeverTogether {
			look(f, list...)
		}
	}
	slices.SortStableFunc(out, func(a, b scheduler.Finding) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Program, b.Program), cmp.Compare(a.Person, b.Person))
	})
	return slices.CompactFunc(out, func(a, b scheduler.Finding) bool {
		return a.Group == b.Group && a.Program == b.Program && a.Person == b.Person
	})
}

// namedUpkeep finds that a group named by hand fell under its size, as people left the
// roster.
func (s upkeep) namedUpkeep(g scheduler.Group) []scheduler.Finding {
	least, left := 2, len(s.Workspace.Roster.Present(g.Members))
	if p, ok := s.Workspace.Program(g.Program); ok {
		least = max(least, p.MinSize)
	}
	if left >= least || len(g.Members) < least {
		return nil
	}
	return []scheduler.Finding{{Kind: scheduler.TooSmall, Group: g.Name, Share: scheduler.Share{Yes: left, No: least - left}}}
}

// brokenAgendas finds programs whose agenda cannot be rendered.
func (s upkeep) brokenAgendas() []scheduler.Finding {
	var out []scheduler.Finding
	for _, p := range s.Workspace.Programs {
		if err := s.Agendas[p.Agenda].Fault(); err != nil {
			out = append(out, scheduler.Finding{Kind: scheduler.BrokenAgenda, Program: p.Name, Err: err})
		}
	}
	return out
}

// roundUpkeep looks at a program's last round. current are the numbers of its groups.
func (s upkeep) roundUpkeep(p scheduler.Program, r scheduler.Round, current []int32) []scheduler.Finding {
	var out []scheduler.Finding
	placed := s.Workspace.Roster.Nobody()
	for _, i := range current {
		placed.Add(s.Workspace.Groups[i].Members...)
	}
	for _, g := range r.Groups {
		left := s.Workspace.Roster.Present(g.Members)
		f := scheduler.Finding{Group: g.Name, Program: p.Name}
		least := max(2, p.MinSize)
		switch {
		case len(left) == 1 && !placed.Has(left[0]) && p.Kind != scheduler.OneOnOne:
			f.Kind, f.Person = scheduler.Alone, left[0]
			placed.Add(left[0])
		case len(left) > oneIf(p.Kind != scheduler.OneOnOne) && len(left) < least && len(g.Members) >= least:
			f.Kind, f.Share = scheduler.TooSmall, scheduler.Share{Yes: len(left), No: least - len(left)}
		case len(left) > 1 && r.Number > 1 && !s.isBooked(g.Name) && !s.Had[g.Name]:
			f.Kind = scheduler.NotBooked
		default:
			continue
		}
		out = append(out, f)
	}
	return append(out, s.unplaced(p, placed)...)
}

// unplaced finds who takes part in a program and is in none of its groups. Who is
// away or paused waits for the next round.
func (s upkeep) unplaced(p scheduler.Program, placed scheduler.PersonSet) []scheduler.Finding {
	var out []scheduler.Finding
	if p.Kind == scheduler.OneOnOne {
		return nil // its links say who meets whom
	}
	today := availability.DateOf(s.Now)
	for _, a := range s.Workspace.Participants(p) {
		if person := s.Workspace.Roster.Of(a); !placed.Has(a) && person.PausedUntil.Compare(today) <= 0 {
			out = append(out, scheduler.Finding{Kind: scheduler.Unplaced, Program: p.Name, Person: a})
		}
	}
	return out
}

// Unreached names whom nobody told of the series.
func Unreached(b scheduler.Booking) []scheduler.Finding {
	var out []scheduler.Finding
	for _, a := range slices.Sorted(maps.Keys(b.Unreached)) {
		out = append(out, scheduler.Finding{Kind: scheduler.Unreached, Group: b.Group, UID: b.Series.UID, Person: a, Err: errors.New(b.Unreached[a])})
	}
	return out
}
