package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/peerslot/peerslot/scheduler"
)

const revisionSetting = "revision"

// Revision implements scheduler.Store. It is drawn at random with each change, so that
// asking for it looks at one row, however much there is.
func (s *Store) Revision(ctx context.Context) (revision string, err error) {
	revision, _, err = readSetting(ctx, s.db, revisionSetting)
	return revision, err
}

func writeRevision(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if len(batch.Bookings)+len(batch.Settings)+len(batch.Attended) == 0 && batch.Round == nil && batch.Night == nil {
		return nil
	}
	return writeSetting(ctx, tx, revisionSetting, uuid.NewString())
}
