package store

import (
	"context"
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

// SaveUnreadable implements scheduler.Store.
func (s *Store) SaveUnreadable(ctx context.Context, since map[calendar.Address]time.Time, events ...scheduler.Event) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `DELETE FROM unreadable`); err != nil {
		return err
	}
	for a, t := range since {
		if _, err := tx.ExecContext(ctx, `INSERT INTO unreadable (address, since) VALUES ($1, $2)`, string(a), toUnix(t)); err != nil {
			return err
		}
	}
	if err := appendEvents(ctx, tx, events); err != nil {
		return err
	}
	return tx.Commit()
}
