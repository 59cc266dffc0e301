package scheduler

import (
	"context"
	"fmt"

	"github.com/peerslot/peerslot/calendar/draft"
)

// Rehearsal returns a Service that does all that s does, and leaves neither store
// nor calendars changed: it reads what is there, and keeps in memory what it writes.
// What it plans after a Turn of its own is what s would plan after one. The caller
// must close its Store.
func (s *Service) Rehearsal(ctx context.Context) (*Service, error) {
	store, err := s.Store.Draft(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the store: %w", err)
	}
	r := *s
	r.Store, r.Log = store, nil
	r.Store = r.renamed()
	r.Backend = draft.New(s.Backend)
	return &r, nil
}
