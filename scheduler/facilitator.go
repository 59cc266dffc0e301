package scheduler

import (
	"cmp"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// assignFacilitators names who leads each session, fairly over the group's series:
// of those who can attend, whoever led the fewest so far, then whose last turn is
// longest ago, then by address. If nobody can surely attend, all are asked. led is
// not changed.
func assignFacilitators(sessions []calendar.Occurrence, members []availability.Member, led map[calendar.Address]int) []calendar.Address {
	led = maps.Clone(led)
	if led == nil {
		led = map[calendar.Address]int{}
	}
	lastTurn := map[calendar.Address]int{} // 1 + index of the session
	out := make([]calendar.Address, len(sessions))
	for i, o := range sessions {
		able := slices.Clone(members)
		able = slices.DeleteFunc(able, func(m availability.Member) bool {
			can, _ := m.CanAttend(o.Interval)
			return !can.Attends()
		})
		if len(able) == 0 {
			able = members
		}
		next := slices.MinFunc(able, func(a, b availability.Member) int {
			x, y := calendar.Address(a.Name), calendar.Address(b.Name)
			return cmp.Or(cmp.Compare(led[x], led[y]), cmp.Compare(lastTurn[x], lastTurn[y]), cmp.Compare(x, y))
		})
		out[i] = calendar.Address(next.Name)
		led[out[i]]++
		lastTurn[out[i]] = i + 1
	}
	return out
}

// ledBy counts how often each member led a session of the bookings.
func ledBy(bookings []Booking) map[calendar.Address]int {
	led := map[calendar.Address]int{}
	for _, b := range bookings {
		for _, a := range b.Facilitators {
			led[a]++
		}
	}
	return led
}
