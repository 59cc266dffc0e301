package scheduler

import (
	"context"
	"fmt"
)

// Formed returns the groups that forming made and that are current.
func (s *Service) Formed(ctx context.Context) ([]Group, error) {
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	return s.Workspace.CurrentGroups(rounds), nil
}
