package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Unreadable implements scheduler.Store.
func (s *Store) Unreadable(ctx context.Context) (map[calendar.Address]time.Time, error) {
	out := map[calendar.Address]time.Time{}
	err := each(ctx, s.db, func(row scan) error {
		var a calendar.Address
		var since int64
		err := row(&a, &since)
		out[a] = fromUnix(since)
		return err
	}, `SELECT address, since FROM unreadable`)
	return out, err
}

func writeUnreadable(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Unreadable == nil {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM unreadable`); err != nil {
		return err
	}
	for a, t := range batch.Unreadable {
		if _, err := tx.ExecContext(ctx, `INSERT INTO unreadable (address, since) VALUES ($1, $2)`, string(a), toUnix(t)); err != nil {
			return err
		}
	}
	return nil
}
