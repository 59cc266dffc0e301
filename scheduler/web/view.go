package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A view is a workspace as its files and the store are at one moment, arranged for
// pages. It is never changed.
type view struct {
	service  *scheduler.Service // ready: with the groups that forming made
	admins   []calendar.Address
	most     int   // peer sessions a week that are good for somebody
	fault    error // why an edit of the files is not used
	steps    report.Steps
	zone     *time.Location
	bookings scheduler.Bookings
	of       map[string]scheduler.Bookings // by group
	groups   map[string]*scheduler.Group   // configured, formed, and such as only have a booking
	names    []string                      // of groups, in the order in which they are shown
	mine     map[calendar.Address][]string // names of groups by their members
	aliases  calendar.Aliases
	roster   scheduler.Roster // as the files say, without what members set
	zones    []string         // of the people, sorted

	key viewKey
}

// A viewKey tells views apart.
type viewKey struct {
	stamp    int64
	revision string
}

// A viewCache keeps the view of the last request.
type viewCache struct {
	mu   sync.Mutex
	last *view
}

// view returns the workspace as it is now. One that nobody changed is not read again.
func (s *Server) view(ctx context.Context) (*view, error) {
	here, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	s.views.mu.Lock()
	defer s.views.mu.Unlock()
	revision, err := here.Store.Revision(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the store for changes: %w", err)
	}
	key := viewKey{here.Stamp, revision}
	if last := s.views.last; last != nil && last.key == key {
		return last, nil
	}
	made, err := newView(ctx, here)
	if err != nil {
		return nil, err
	}
	made.key = key
	s.views.last = made
	return made, nil
}

func newView(ctx context.Context, here Workspace) (*view, error) {
	service, err := here.Ready(ctx)
	if err != nil {
		return nil, err
	}
	v := &view{service: service, admins: service.Workspace.Roster.Aliases().People(here.Admins), most: here.Most, fault: here.Fault, steps: here.Steps, groups: map[string]*scheduler.Group{}, mine: map[calendar.Address][]string{}, aliases: service.Workspace.Roster.Aliases()}
	if v.zone, err = availability.LoadZone(service.Workspace.Zone); err != nil {
		return nil, err
	}
	if v.bookings, err = service.Store.Bookings(ctx); err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	all := service.Workspace.GroupsByName()
	for i, g := range service.Workspace.Groups {
		v.names, v.groups[g.Name] = append(v.names, g.Name), &service.Workspace.Groups[i]
	}
	v.of = map[string]scheduler.Bookings{}
	for _, b := range v.bookings {
		v.of[b.Group] = append(v.of[b.Group], b)
		if _, known := v.groups[b.Group]; !known {
			g := scheduler.GroupIn(all, b)
			v.groups[b.Group] = &g
			v.names = append(v.names, b.Group)
		}
	}
	v.roster = here.Service.Workspace.Roster
	for _, p := range service.Workspace.Roster.All() {
		v.zones = append(v.zones, p.Zone)
	}
	slices.Sort(v.zones)
	v.zones = slices.Compact(v.zones)
	for _, name := range v.names {
		for _, a := range v.groups[name].Members {
			v.mine[a] = append(v.mine[a], name)
		}
	}
	return v, nil
}

// name returns what people call the person with that address.
func (n *view) name(a calendar.Address) string { return n.service.Workspace.Name(a) }

// group returns the group of that name as the viewer may see it: members see their
// own, admins all.
func (v viewer) group(name string) (scheduler.Group, error) {
	g, ok := v.view.groups[name]
	if !ok || !v.Admin && !isMember(*g, v.Address) {
		return scheduler.Group{}, errNotFound
	}
	return *g, nil
}

func isMember(g scheduler.Group, a calendar.Address) bool {
	return slices.Contains(g.Members, a)
}
