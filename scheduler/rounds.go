package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// Formed returns the groups that forming made and that are current.
func (s *Service) Formed(ctx context.Context) ([]Group, error) {
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	return s.Workspace.CurrentGroups(rounds), nil
}

// holdOn keeps on the roster who is in a group and not there, while lines of the roster
// cannot be read: one of these may be theirs, so that nobody is taken for gone.
func (s *Service) holdOn(ctx context.Context) error {
	if len(s.Workspace.Unread) == 0 {
		return nil
	}
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return fmt.Errorf("read the rounds: %w", err)
	}
	groups := slices.Clone(s.Workspace.Groups)
	last := map[string]Round{}
	for _, r := range rounds {
		last[r.Program] = r
	}
	for _, r := range last {
		groups = append(groups, r.Groups...)
	}
	s.Workspace.Roster = maps.Clone(s.Workspace.Roster)
	for _, g := range groups {
		for _, a := range g.Members {
			if _, ok := s.Workspace.Roster[a]; !ok {
				s.Workspace.Roster[a] = Person{Address: a, Zone: s.Workspace.Zone, Hours: availability.OfficeHours(), Unread: "their line of the roster may be one that cannot be read"}
			}
		}
	}
	return nil
}
