package planning

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// AssignFacilitators names who leads each session, fairly over the group's series:
// of those who can attend, whoever led the fewest so far, then whose last turn is
// longest ago, then by address. If nobody can surely attend, all are asked. led is
// not changed.
func AssignFacilitators(sessions []calendar.Occurrence, members []availability.Member, led map[calendar.Address]int) []calendar.Address {
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

// followLeaders returns who leads each session now that members joined, left, declined or
// sessions moved. Who led a session that is over, or can still lead theirs, stays; the
// others' turns go to those who lead the fewest, and for who joined, and leads nothing yet,
// there is one such turn in as many as there are members. Asked again, it says the same.
func followLeaders(was []calendar.Address, sessions []calendar.Occurrence, panel Panel, led map[calendar.Address]int, joined map[calendar.Address]time.Time, anyway bool) []calendar.Address {
	for range sessions { // a turn that found its leader counts in whose the others are
		next := nextLeaders(was, sessions, panel, led, joined, anyway)
		if slices.Equal(next, was) {
			break
		}
		was = next
	}
	return was
}

func nextLeaders(was []calendar.Address, sessions []calendar.Occurrence, panel Panel, led map[calendar.Address]int, joined map[calendar.Address]time.Time, anyway bool) []calendar.Address {
	if len(was) != len(sessions) || len(panel.Members) == 0 {
		return was
	}
	out, led := slices.Clone(was), maps.Clone(led)
	if led == nil {
		led = map[calendar.Address]int{}
	}
	fresh := 0
	for _, p := range panel.people {
		if _, since := joined[p.Address]; since && !slices.Contains(was, p.Address) {
			fresh++
		}
	}
	var open []int
	for i, o := range sessions {
		turn := i%len(panel.people) < fresh && o.Start.After(panel.Now.Add(leaderAhead))
		if !o.Cancelled && o.End.After(panel.Now) && (turn || !panel.mayLead(was[i], o, anyway)) {
			open = append(open, i)
		} else {
			led[was[i]]++
		}
	}
	for _, i := range open {
		out[i] = panel.nextLeader(sessions[i], led)
		led[out[i]]++
	}
	return out
}

// leaderAhead is how long before a session it must be right who leads it.
const leaderAhead = 72 * time.Hour

// mayLead reports whether who was to lead a session still can. A conflict of theirs
// at the usual time is no reason to change the table: it may pass. Nor is a decline
// yet, unless anyway.
func (p Panel) mayLead(a calendar.Address, o calendar.Occurrence, anyway bool) bool {
	i := slices.IndexFunc(p.people, func(person scheduler.Person) bool { return person.Address == a })
	if i < 0 {
		return false
	}
	v := p.people[i].Attends(&p.Members[i], p.Series, o, p.Now)
	if v.Why == availability.Declined {
		return !anyway && o.Start.After(p.Now.Add(leaderAhead))
	}
	return v.Can != availability.No || !o.Moved
}

// nextLeader returns who led the fewest of those who can attend, of all if nobody can.
func (p Panel) nextLeader(o calendar.Occurrence, led map[calendar.Address]int) calendar.Address {
	able := make([]calendar.Address, 0, len(p.people))
	var all []calendar.Address
	for i, v := range p.Verdicts(o) {
		all = append(all, p.people[i].Address)
		if v.Can.Attends() {
			able = append(able, p.people[i].Address)
		}
	}
	if len(able) == 0 {
		able = all
	}
	return slices.MinFunc(able, func(a, b calendar.Address) int {
		return cmp.Or(cmp.Compare(led[a], led[b]), cmp.Compare(a, b))
	})
}

// LedBy counts how often each member led a session of the bookings.
func LedBy(bookings []scheduler.Booking) map[calendar.Address]int {
	led := map[calendar.Address]int{}
	for _, b := range bookings {
		for _, a := range b.Facilitators {
			led[a]++
		}
	}
	return led
}
