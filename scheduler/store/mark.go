package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/peerslot/peerslot/scheduler"
)

const markSetting = "workspace"

// Mark implements scheduler.Store.
func (s *Store) Mark(ctx context.Context) (m scheduler.Mark, err error) {
	fault, err := readRecord(ctx, s.db, markSetting, &m)
	if fault != nil {
		m = scheduler.Mark{Fault: fmt.Errorf("whose the store is cannot be read: %w", fault)}
	}
	return m, err
}

func writeMark(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Mark == nil {
		return nil
	}
	return writeRecord(ctx, tx, markSetting, batch.Mark)
}
