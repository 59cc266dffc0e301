package feed

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/since"
)

// Invited tells which of the bookings that feeds are made of invite whom: of all that
// stand, and such as ended lately. It has the names of their groups; the bookings are read
// when they are asked for.
type Invited struct {
	service *scheduler.Service
	since   time.Time // when the oldest ones were made
	groups  []string
	of      []invitation // sorted
}

// An invitation is of an address to a series of a group.
type invitation struct {
	address uint64 // its hash
	group   int32
}

// NewInvited looks at all bookings.
func NewInvited(ctx context.Context, s *scheduler.Service) (*Invited, error) {
	in := &Invited{service: s, since: s.Now().Add(-Back - scheduler.MadeAhead)}
	for page, err := range since.Pages(ctx, s.Store, in.since) {
		if err != nil {
			return nil, err
		}
		in.note(page)
	}
	slices.SortFunc(in.of, func(a, b invitation) int {
		return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.group, b.group))
	})
	return in, nil
}

// note notes bookings, of which those of a group come in one or two rows.
func (in *Invited) note(bookings []scheduler.Booking) {
	for i, b := range bookings {
		if i == 0 || bookings[i-1].Group != b.Group {
			in.groups = append(in.groups, b.Group)
		}
		for _, at := range b.Series.Attendees {
			in.of = append(in.of, invitation{calendar.Hash(at.Address), int32(len(in.groups) - 1)})
		}
	}
}

// Mine are the bookings that invite a person, by any address.
type Mine struct {
	Person   scheduler.Person
	Bookings []scheduler.Booking
}

// All returns the bookings that invite each of the roster's people, in the order of their
// addresses. An error ends it.
func (in *Invited) All(ctx context.Context) iter.Seq2[Mine, error] {
	return func(yield func(Mine, error) bool) {
		var people []scheduler.Person
		groups := map[string]bool{}
		some := func() bool {
			byAddress, err := in.read(ctx, groups)
			if err != nil {
				yield(Mine{}, err)
				return false
			}
			for _, p := range people {
				if !yield(mine(p, byAddress), nil) {
					return false
				}
			}
			people = people[:0]
			clear(groups)
			return true
		}
		roster := in.service.Workspace.Roster
		for _, address := range roster.Addresses() {
			people = append(people, roster.Of(address))
			in.add(groups, people[len(people)-1])
			if len(groups) >= scheduler.GroupsAtOnce && !some() {
				return
			}
		}
		some()
	}
}

// Of returns the bookings that invite one person.
func (in *Invited) Of(ctx context.Context, p scheduler.Person) ([]scheduler.Booking, error) {
	groups := map[string]bool{}
	in.add(groups, p)
	byAddress, err := in.read(ctx, groups)
	return mine(p, byAddress).Bookings, err
}

// add adds the groups to whose series a person is invited, and may add others.
func (in *Invited) add(groups map[string]bool, p scheduler.Person) {
	for _, a := range p.Addresses() {
		hash := calendar.Hash(a)
		i, _ := slices.BinarySearchFunc(in.of, hash, func(one invitation, hash uint64) int { return cmp.Compare(one.address, hash) })
		for ; i < len(in.of) && in.of[i].address == hash; i++ {
			groups[in.groups[in.of[i].group]] = true
		}
	}
}

// read reads the bookings of some groups, by who is invited.
func (in *Invited) read(ctx context.Context, groups map[string]bool) (map[calendar.Address][]scheduler.Booking, error) {
	bookings, err := since.Bookings(ctx, in.service.Store, in.since, slices.Sorted(maps.Keys(groups)))
	if err != nil {
		return nil, err
	}
	of := map[calendar.Address][]scheduler.Booking{}
	for _, b := range bookings {
		for _, at := range b.Series.Attendees {
			of[at.Address] = append(of[at.Address], b)
		}
	}
	return of, nil
}

func mine(p scheduler.Person, of map[calendar.Address][]scheduler.Booking) Mine {
	m := Mine{Person: p}
	for _, a := range p.Addresses() {
		m.Bookings = append(m.Bookings, of[a]...)
	}
	return m
}
