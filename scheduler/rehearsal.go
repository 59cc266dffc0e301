package scheduler

import (
	"context"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
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
	if s.Formerly != nil {
		r.Formerly = drafts{s.Formerly, map[calendar.Address]calendar.Backend{}}.of
	}
	return &r, nil
}

// drafts are those of the calendars of earlier organizers.
type drafts struct {
	open func(context.Context, calendar.Address) (calendar.Backend, error)
	made map[calendar.Address]calendar.Backend
}

func (d drafts) of(ctx context.Context, organizer calendar.Address) (calendar.Backend, error) {
	if b := d.made[organizer]; b != nil {
		return b, nil
	}
	b, err := d.open(ctx, organizer)
	if err != nil {
		return nil, err
	}
	d.made[organizer] = draft.New(b)
	return d.made[organizer], nil
}
