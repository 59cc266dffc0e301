package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"github.com/peerslot/peerslot/scheduler"
)

const revisionSetting = "revision"

// Revision implements scheduler.Store. It is drawn at random with each change, so that
// asking for it looks at one row, however much there is.
func (s *Store) Revision(ctx context.Context) (revision string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = $1`, revisionSetting).Scan(&revision)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return revision, err
}

func writeRevision(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if len(batch.Bookings)+len(batch.Settings)+len(batch.Attended) == 0 && batch.Round == nil && batch.Night == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, revisionSetting, uuid.NewString())
	return err
}
