package repair

import (
	"context"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/pile"
)

// KeepAttended records what a night found. Sessions that it did not look at, because
// they are over, stay as they were.
func KeepAttended(ctx context.Context, s *scheduler.Service, found *pile.Pile[attendance.Found]) error {
	for some, err := range found.Some(scheduler.GroupsAtOnce) {
		if err != nil {
			return fmt.Errorf("keep who can attend: %w", err)
		}
		if err := keepSome(ctx, s, some); err != nil {
			return err
		}
	}
	return nil
}

func keepSome(ctx context.Context, s *scheduler.Service, found []attendance.Found) error {
	uids := make([]calendar.UID, len(found))
	for i, t := range found {
		uids[i] = t.UID
	}
	had, err := s.Store.Attended(ctx, uids...)
	if err != nil {
		return err
	}
	before := map[calendar.UID]attendance.Found{}
	for _, t := range had {
		before[t.UID] = t
	}
	kept := make([]attendance.Found, len(found))
	for i, t := range found {
		kept[i] = t.After(before[t.UID])
	}
	_, err = s.Commit(ctx, scheduler.Batch{Attended: kept})
	return err
}
