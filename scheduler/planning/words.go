package planning

import (
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// UnknownIn returns the people of whom something is not known in any of the plans,
// each once and sorted.
func UnknownIn(plans []scheduler.BookingPlan) []scheduler.Unknown {
	var out []scheduler.Unknown
	for _, p := range plans {
		out = append(out, p.Unknown...)
	}
	return UniqueUnknown(out)
}

// UniqueUnknown sorts the list, and keeps one of each person.
func UniqueUnknown(list []scheduler.Unknown) []scheduler.Unknown {
	slices.SortFunc(list, func(a, b scheduler.Unknown) int { return strings.Compare(string(a.Person), string(b.Person)) })
	return slices.CompactFunc(list, func(a, b scheduler.Unknown) bool { return a.Person == b.Person })
}

// Gain says in figures what the move is good for. It names nobody: members learn of their own conflicts only.
func Gain(m scheduler.Move) string {
	return fmt.Sprintf("%d instead of %d can come", m.After, m.Before)
}

// Why is Gain with the names of those whose conflicts they are, for who runs the sessions.
func Why(m scheduler.Move, name func(calendar.Address) string) string {
	why := fmt.Sprintf("%s; %s could not at the old time", Gain(m), Listed(m.Gained, name))
	if len(m.Lost) > 0 {
		why += fmt.Sprintf(", %s cannot at the new one", Listed(m.Lost, name))
	}
	return why
}

// Listed joins the names of people as a sentence does.
func Listed(people []calendar.Address, name func(calendar.Address) string) string {
	names := make([]string, len(people))
	for i, a := range people {
		names[i] = name(a)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
