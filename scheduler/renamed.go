package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/byname"
)

// A renamedStore is a Store in which what stands under an earlier name of a group or
// program is read under its present one. What is committed is written under that. Who was in
// a group under what is now another address of theirs is in it.
type renamedStore struct {
	Store
	*Names
	people calendar.Aliases
}

// Names are what a workspace's groups and programs are called now, by their earlier names.
type Names struct{ groups, programs byname.Renames }

// NewNames returns those of w.
func (w Workspace) NewNames() *Names {
	n := &Names{}
	for _, g := range w.Groups {
		n.groups.Add(g.Name, g.Was...)
	}
	for _, p := range w.Programs {
		n.programs.Add(p.Name, p.Was...)
	}
	return n
}

// renamed returns the service's store as the workspace names things now.
func (s *Service) renamed() Store {
	r := renamedStore{s.Store, s.Workspace.Names, s.Workspace.Roster.Aliases()}
	if inner, ok := s.Store.(renamedStore); ok {
		r.Store = inner.Store
	}
	if r.Names == nil {
		r.Names = s.Workspace.NewNames()
	}
	if r.groups.None() && r.programs.None() && len(r.people) == 0 {
		return r.Store
	}
	return r
}

// Bookings implements Store.
func (r renamedStore) Bookings(ctx context.Context, groups ...string) (Bookings, error) {
	all, err := r.Store.Bookings(ctx, r.asked(groups)...)
	return r.sorted(all), err
}

// asked returns the names of the groups, and those that they had earlier.
func (r renamedStore) asked(groups []string) []string {
	asked := slices.Clone(groups)
	for _, name := range groups {
		asked = append(asked, r.groups.Was(name)...)
	}
	return asked
}

// BookingRefs implements Store.
func (r renamedStore) BookingRefs(ctx context.Context) ([]BookingRef, error) {
	all, err := r.Store.BookingRefs(ctx)
	for i, one := range all {
		all[i].Group = r.groups.Now(one.Group)
	}
	slices.SortStableFunc(all, func(a, b BookingRef) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Generation, b.Generation))
	})
	return all, err
}

func (r renamedStore) sorted(all []Booking) []Booking {
	for i, b := range all {
		all[i].Group, all[i].Program = r.groups.Now(b.Group), r.programs.Now(b.Program)
	}
	slices.SortStableFunc(all, func(a, b Booking) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Generation, b.Generation))
	})
	return all
}

// Begun implements Store.
func (r renamedStore) Begun(ctx context.Context, most int) ([]string, error) {
	all, err := r.Store.Begun(ctx, most)
	return r.present(all), err
}

// present returns the present names of groups, sorted.
func (r renamedStore) present(groups []string) []string {
	for i, group := range groups {
		groups[i] = r.groups.Now(group)
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// Due implements Store.
func (r renamedStore) Due(ctx context.Context, now time.Time) (Bookings, error) {
	all, err := r.Store.Due(ctx, now)
	return r.sorted(all), err
}

// BookingsOf implements Store.
func (r renamedStore) BookingsOf(ctx context.Context, group string) ([]Booking, error) {
	all, err := under(r.groups, group, func(name string) ([]Booking, error) { return r.Store.BookingsOf(ctx, name) })
	return r.sorted(all), err
}

// under returns what read finds under a name and the earlier ones; nothing if it fails.
func under[T any](names byname.Renames, name string, read func(string) ([]T, error)) (all []T, err error) {
	for _, one := range append([]string{name}, names.Was(name)...) {
		some, err := read(one)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Ended implements Store.
func (r renamedStore) Ended(ctx context.Context, since time.Time, groups ...string) ([]Booking, error) {
	all, err := r.Store.Ended(ctx, since, r.asked(groups)...)
	return r.sorted(all), err
}

// EndedGroups implements Store.
func (r renamedStore) EndedGroups(ctx context.Context, since time.Time) ([]string, error) {
	all, err := r.Store.EndedGroups(ctx, since)
	return r.present(all), err
}

// History implements Store.
func (r renamedStore) History(ctx context.Context, group string, since time.Time) ([]Event, error) {
	if group == "" {
		return r.Store.History(ctx, "", since)
	}
	all, err := under(r.groups, group, func(name string) ([]Event, error) { return r.Store.History(ctx, name, since) })
	slices.SortStableFunc(all, func(a, b Event) int { return a.At.Compare(b.At) })
	return all, err
}

// Moves implements Store.
func (r renamedStore) Moves(ctx context.Context, after time.Time) ([]Moves, error) {
	all, err := r.Store.Moves(ctx, after)
	for i, one := range all {
		all[i].Group = r.groups.Now(one.Group)
	}
	slices.SortStableFunc(all, func(a, b Moves) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.UID, b.UID)) })
	return all, err
}

// Rounds implements Store. Those of a program under its earlier names come before
// those under the present one.
func (r renamedStore) Rounds(ctx context.Context, program string) ([]Round, error) {
	all, err := under(r.programs, program, func(name string) ([]Round, error) { return r.Store.Rounds(ctx, name) })
	return r.renameRounds(all), err
}

// LastRounds implements Store. Of a program that had another name it may have one more.
func (r renamedStore) LastRounds(ctx context.Context) ([]Round, error) {
	all, err := r.Store.LastRounds(ctx)
	return r.renameRounds(all), err
}

func (r renamedStore) renameRounds(all []Round) []Round {
	for i, one := range all {
		all[i] = r.renameRound(one)
	}
	slices.SortStableFunc(all, func(a, b Round) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.Number, b.Number))
	})
	return all
}

func (r renamedStore) renameRound(one Round) Round {
	one.Program = r.programs.Now(one.Program)
	one.Groups = slices.Clone(one.Groups)
	for i, g := range one.Groups {
		one.Groups[i].Name = r.groups.Now(g.Name)
		one.Groups[i].Program = r.programs.Now(g.Program)
		one.Groups[i].Members, one.Groups[i].Required = r.people.People(g.Members), r.people.People(g.Required)
	}
	for _, groups := range one.Promised {
		for i, members := range groups {
			groups[i] = r.people.People(members)
		}
	}
	return one
}

// Settings implements Store. What somebody set under another address counts until they set
// something under their own.
func (r renamedStore) Settings(ctx context.Context) ([]Settings, error) {
	all, err := r.Store.Settings(ctx)
	for i, set := range all {
		p, other := r.people[set.Person]
		if other && !slices.ContainsFunc(all, func(s Settings) bool { return s.Person == p }) {
			all[i].Person, all[i].Version = p, 0
		}
	}
	return all, err
}
