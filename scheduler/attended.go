package scheduler

import (
	"context"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// KeepAttended records what a night found. Sessions that it did not look at, because
// they are over, stay as they were.
func (s *Service) KeepAttended(ctx context.Context, found []attendance.Found) error {
	if len(found) == 0 {
		return nil
	}
	of := calendar.UID("") // all
	if len(found) == 1 {
		of = found[0].UID
	}
	had, err := s.Store.Attended(ctx, of)
	if err != nil {
		return err
	}
	before := map[calendar.UID]attendance.Found{}
	for _, t := range had {
		before[t.UID] = t
	}
	for i, t := range found {
		found[i] = t.After(before[t.UID])
	}
	_, err = s.Commit(ctx, Batch{Attended: found})
	return err
}
