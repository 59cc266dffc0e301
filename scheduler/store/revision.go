package store

import (
	"context"
	"fmt"
)

// Revision implements scheduler.Store. Every record has a version or is never changed,
// so that their sums and counts tell.
func (s *Store) Revision(ctx context.Context) (string, error) {
	var bookings, versions, rounds, settings int64
	err := s.db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM booking), (SELECT COALESCE(SUM(version), 0) FROM booking),
		(SELECT COUNT(*) FROM round), (SELECT COALESCE(SUM(version), 0) FROM own_setting)`).Scan(&bookings, &versions, &rounds, &settings)
	return fmt.Sprint(bookings, versions, rounds, settings), err
}
