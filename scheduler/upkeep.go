package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Upkeep names what does not fit together any more: bookings that cannot be read, or
// whose group, program or rules are not the configured ones; people who are named and
// not there; people who should be in a group and are in none; groups that fell under
// their size. Each is named until a person has settled it.
func (s Snapshot) Upkeep() []Finding {
	u := upkeep{s, map[string]bool{}, map[string]bool{}}
	for _, b := range s.Bookings {
		u.booked[b.Group] = true
	}
	for _, p := range s.Workspace.Programs {
		last, _ := u.lastRound(p.Name)
		for _, g := range last.Groups {
			u.formed[g.Name] = true
		}
	}
	return u.findings()
}

// An upkeep is a snapshot in the course of it.
type upkeep struct {
	Snapshot
	booked map[string]bool // groups with a series
	formed map[string]bool // groups of the last rounds, also of which fewer than two are left
}

func (s upkeep) findings() []Finding {
	var out []Finding
	groups := s.Workspace.GroupsByName()
	for _, b := range s.Bookings {
		out = append(out, s.bookingUpkeep(groups, b)...)
		out = append(out, unreachedIn(b)...)
	}
	for _, g := range s.Workspace.Groups {
		if _, ok := s.Workspace.Program(g.Program); !ok && !s.booked[g.Name] {
			out = append(out, Finding{Kind: NoSuchProgram, Group: g.Name, Program: g.Program})
		}
	}
	out = append(out, s.Workspace.strangers()...)
	for _, p := range s.Workspace.Programs {
		if r, ok := s.lastRound(p.Name); ok {
			out = append(out, s.roundUpkeep(p, r)...)
		}
	}
	return out
}

// bookingUpkeep compares one booking with the configuration.
func (s upkeep) bookingUpkeep(groups map[string]Group, b Booking) []Finding {
	f := Finding{Group: b.Group, Program: b.Program, UID: b.Series.UID}
	if b.Fault != nil {
		f.Kind, f.Err = BrokenRecord, b.Fault
		return []Finding{f}
	}
	if b.Reviewed {
		return nil // it runs out as it is
	}
	if _, ok := groups[b.Group]; !ok && !b.Loose && !s.formed[b.Group] {
		f.Kind = NoSuchGroup
		return []Finding{f}
	}
	p, ok := s.Workspace.Program(b.Program)
	if !ok {
		f.Kind = NoSuchProgram
		return []Finding{f}
	}
	if err := p.For(groups[b.Group]).differs(b); err != nil {
		f.Kind, f.Err = OtherRules, err
		return []Finding{f}
	}
	return nil
}

// differs says which rules count for a booking's next series only.
func (p Program) differs(b Booking) error {
	if b.Rules.Cadence == 0 || b.Loose {
		return nil // booked with flags of its own, or before rules were kept
	}
	var parts []string
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
func (w Workspace) strangers() []Finding {
	var out []Finding
	look := func(f Finding, people ...calendar.Address) {
		for _, a := range people {
			if _, ok := w.Roster[a]; !ok {
				f.Kind, f.Person = Stranger, a
				out = append(out, f)
			}
		}
	}
	for _, g := range w.Groups {
		look(Finding{Group: g.Name, Program: g.Program}, g.Members...)
	}
	for _, p := range w.Programs {
		f := Finding{Program: p.Name}
		look(f, p.People.Addresses...)
		for _, l := range p.Links {
			look(f, l.A, l.B)
		}
		for _, list := range p.NeverTogether {
			look(f, list...)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Program, b.Program), cmp.Compare(a.Person, b.Person))
	})
	return slices.CompactFunc(out, func(a, b Finding) bool { return a.Group == b.Group && a.Program == b.Program && a.Person == b.Person })
}

// lastRound returns the round whose groups are the program's current ones.
func (s upkeep) lastRound(program string) (last Round, ok bool) {
	for _, r := range s.Rounds {
		if r.Program == program && r.Number > last.Number {
			last, ok = r, true
		}
	}
	return last, ok
}

// roundUpkeep looks at a program's current groups.
func (s upkeep) roundUpkeep(p Program, r Round) []Finding {
	var out []Finding
	placed := map[calendar.Address]bool{}
	for _, g := range s.Workspace.Groups {
		if g.Program == p.Name {
			for _, a := range g.Members {
				placed[a] = true
			}
		}
	}
	for _, g := range r.Groups {
		left := slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool {
			_, ok := s.Workspace.Roster[a]
			return !ok
		})
		f := Finding{Group: g.Name, Program: p.Name}
		least := max(2, p.MinSize)
		switch {
		case len(left) == 1 && !placed[left[0]]:
			f.Kind, f.Person = Alone, left[0]
			placed[left[0]] = true
		case len(left) > 1 && len(left) < least && len(g.Members) >= least:
			f.Kind, f.Share = TooSmall, Share{Yes: len(left), No: least - len(left)}
		case len(left) > 1 && r.Number > 1 && !s.booked[g.Name]:
			f.Kind = NotBooked
		default:
			continue
		}
		out = append(out, f)
	}
	return append(out, s.unplaced(p, placed)...)
}

// unplaced finds who takes part in a program and is in none of its groups. Who is
// away or paused waits for the next round.
func (s upkeep) unplaced(p Program, placed map[calendar.Address]bool) []Finding {
	var out []Finding
	if p.Kind == OneOnOne {
		return nil // its links say who meets whom
	}
	today := availability.DateOf(s.Now)
	for _, a := range s.Workspace.Participants(p) {
		if person := s.Workspace.Roster[a]; !placed[a] && person.PausedUntil.Compare(today) <= 0 {
			out = append(out, Finding{Kind: Unplaced, Program: p.Name, Person: a})
		}
	}
	return out
}

// unreachedIn names whom nobody told of the series.
func unreachedIn(b Booking) []Finding {
	var out []Finding
	for _, a := range slices.Sorted(maps.Keys(b.Unreached)) {
		out = append(out, Finding{Kind: Unreached, Group: b.Group, UID: b.Series.UID, Person: a, Err: errors.New(b.Unreached[a])})
	}
	return out
}
