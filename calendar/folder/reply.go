package folder

import (
	"context"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// Reply implements calendar.Replier: it writes the reply into the copies, as the
// attendee's calendar program would.
func (b *Backend) Reply(ctx context.Context, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) error {
	unlock, err := b.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	there, err := b.copies(uid)
	if err != nil {
		return err
	}
	have, err := there.series()
	if err != nil {
		return fmt.Errorf("reply to series %s: %w", uid, err)
	}
	have, err = have.WithReply(who, original, r)
	if err != nil {
		return fmt.Errorf("reply of %s to series %s: %w", who, uid, err)
	}
	if err := b.bringInLine(there, have); err != nil {
		return fmt.Errorf("reply to series %s: %w", uid, err)
	}
	return nil
}
