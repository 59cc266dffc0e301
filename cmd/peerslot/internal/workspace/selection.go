package workspace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A Selection is how a command line names groups.
type Selection struct {
	Names []string
	All   bool
	With  []string // addresses
	Name  string   // of the group made of with
}

// Check reports a selection that names nothing, or too much. other is what may be
// named instead of a group.
func (s Selection) Check(cmd, other string) error {
	ways := 0
	for _, used := range []bool{len(s.Names) > 0, s.All, len(s.With) > 0} {
		if used {
			ways++
		}
	}
	if ways != 1 {
		return console.Usagef(fmt.Sprintf("'peerslot groups' lists the groups; see 'peerslot %s --help'", cmd), "%s: name a group, or %s", cmd, other)
	}
	return nil
}

// GroupsFor returns the groups that the arguments name, all of them, or the one
// made of --with.
func (w *Workspace) GroupsFor(ctx context.Context, s Selection) ([]scheduler.Group, error) {
	if len(s.With) > 0 {
		g, err := w.adHoc(s)
		return []scheduler.Group{g}, err
	}
	if s.All {
		return w.Workspace.Groups, nil
	}
	var out []scheduler.Group
	for _, name := range s.Names {
		g, err := w.Service.Group(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// adHoc returns the group of those whom --with names.
func (w *Workspace) adHoc(s Selection) (scheduler.Group, error) {
	g := scheduler.Group{Name: s.Name}
	for _, word := range s.With {
		a, err := w.Person(word)
		if err != nil {
			return g, err
		}
		if slices.Contains(g.Members, a) {
			return g, console.Usagef("", "--with names %s twice", a)
		}
		g.Members = append(g.Members, a)
	}
	if len(g.Members) < 2 || len(g.Members) > 8 {
		return g, console.Usagef("", "--with names %s; a group has 2 to 8", report.Count(len(g.Members), "person", "people"))
	}
	return g, nil
}

// Person returns the address of somebody of the roster, who may be named by another
// address of theirs, or by the part before the @ alone if that is unique.
func (w *Workspace) Person(word string) (calendar.Address, error) {
	if a, err := calendar.ParseAddress(word); err == nil {
		if w.Workspace.Roster.Has(a) {
			return a, nil
		}
		if known, ok := w.Workspace.Roster.Aliases()[a]; ok {
			return known, nil
		}
		return "", console.Usagef("add them to people: in the configuration", "%s is not among the people", a)
	}
	var found []calendar.Address
	for a := range w.Workspace.Roster.All() {
		if strings.EqualFold(a.Local(), word) {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", console.Usagef("name people by their addresses", "%q is nobody's address", word)
}

// BookingOf returns the open booking of a group, or an error that tells a group
// without one from one that there is not.
func (w *Workspace) BookingOf(ctx context.Context, all []scheduler.Booking, group string) (scheduler.Booking, error) {
	if i := slices.IndexFunc(all, func(b scheduler.Booking) bool { return b.Group == group }); i >= 0 {
		return all[i], nil
	}
	if _, err := w.Service.Group(ctx, group); err != nil {
		return scheduler.Booking{}, err
	}
	return scheduler.Booking{}, console.WithHint(fmt.Errorf("group %q has no series", group), fmt.Sprintf("run 'peerslot book %s' first", console.Word(group)))
}
