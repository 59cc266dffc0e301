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
	rows, err := s.db.QueryContext(ctx, `SELECT address, since FROM unreadable`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[calendar.Address]time.Time{}
	for rows.Next() {
		var a calendar.Address
		var since int64
		if err := rows.Scan(&a, &since); err != nil {
			return nil, err
		}
		out[a] = fromUnix(since)
	}
	return out, rows.Err()
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
