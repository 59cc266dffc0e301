package overview

import (
	"context"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/since"
)

// Read reads what an overview is counted from and stands in the store: all but the
// sessions and what needs a person.
func Read(ctx context.Context, s *scheduler.Service, weeks int) (Input, error) {
	in := Input{Workspace: s.Workspace, Now: s.Now(), Weeks: weeks}
	for page, err := range since.Pages(ctx, s.Store, in.Since().Add(-scheduler.MadeAhead)) {
		if err != nil {
			return in, err
		}
		for _, b := range page {
			in.Bookings = append(in.Bookings, BookingOf(b, s.Workspace.Roster))
		}
	}
	var err error
	if in.Rounds, err = s.Store.Rounds(ctx, ""); err != nil {
		return in, fmt.Errorf("read the rounds: %w", err)
	}
	if in.Events, err = s.Store.History(ctx, "", in.Now.Add(-in.span())); err != nil {
		return in, fmt.Errorf("read the history: %w", err)
	}
	return in, nil
}

// Since returns from when on sessions count, those of the weeks before among them.
func (in Input) Since() time.Time { return in.Now.Add(-2 * in.span()) }

func (in Input) span() time.Duration {
	if in.Weeks == 0 {
		in.Weeks = Weeks
	}
	return time.Duration(in.Weeks) * 7 * 24 * time.Hour
}
